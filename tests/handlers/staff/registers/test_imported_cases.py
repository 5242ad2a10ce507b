"""A case from an old register says so, with the channel that it told, and offers nothing that needs a reporter."""

from dataclasses import replace

import pytest

from handlers.complaints.lifecycle import CaseSource, CaseStatus
from handlers.dialog.replies import Phrase
from handlers.staff.complaints.messages import CaseReport, GetCaseReport
from handlers.staff.permissions import REPORTER_COMMANDS, CommandName
from tests.handlers.staff.officer_commands import CASE, SUPERVISOR, give, list_commands

IMPORTED = replace(CASE, source=CaseSource.LETTER, is_imported=True)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (CaseSource.LETTER, Phrase("staff.case.from_register", {"source": Phrase("staff.source.letter")})),
        (None, Phrase("staff.case.register_untold")),
    ],
)
def test_the_channel_is_the_one_of_the_register(source: CaseSource | None, said: Phrase) -> None:
    shown = give("/case 12", case=replace(IMPORTED, source=source)).replies[0]
    assert shown.args["source"] == said
    offered = {data.split()[0] for data in list_commands(shown.choices)}
    assert offered.isdisjoint({f"/{name}" for name in REPORTER_COMMANDS})
    assert f"/{CommandName.NOTE}" in offered


@pytest.mark.parametrize(
    "words", ["/reply 12 สวัสดี", "/reply 12", "/ask 12 3 วัน ใคร", "/slip 12", "/canned 12"]
)
def test_what_needs_a_reporter_is_refused_in_words(words: str) -> None:
    done = give(words, case=IMPORTED, staff=SUPERVISOR)
    assert [reply.key for reply in done.replies] == ["staff.no_reporter"]
    assert done.acts == ()


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (CaseStatus.INVESTIGATING, "/close 12 insufficient ตรวจแล้วไม่พบหลักฐานเพียงพอตามที่แจ้ง"),
        (CaseStatus.SCREENING, "/forward 12 ป.ป.ท. | ส่งให้หน่วยงานที่มีอำนาจตรวจสอบต่อ"),
    ],
)
def test_an_open_case_of_a_register_can_be_ended(status: CaseStatus, words: str) -> None:
    asked = give(words, case=replace(IMPORTED, status=status), staff=SUPERVISOR)
    assert asked.replies[-1].key == "staff.confirm.ask_record"


def test_facts_say_that_a_register_has_no_content() -> None:
    done = give("/facts 12", case=IMPORTED, answers={GetCaseReport: CaseReport({})})
    assert done.replies[0].key == "staff.facts_of_register"
