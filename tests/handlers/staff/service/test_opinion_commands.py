"""Feedback and consultations: commands of the service desk's officers, decision by decision."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from handlers.consultations.messages import (
    AnnounceConsultation,
    CloseConsultation,
    FindConsultation,
    GetConsultationResult,
    ListPendingStatements,
    ListThemes,
    ModerateStatement,
    OfficeDecision,
    PendingStatement,
    PublishConsultationResult,
    SaveTheme,
    Theme,
)
from handlers.dialog.effects import Listing, NewReceipt
from handlers.dialog.receipt import make_receipt
from handlers.dialog.replies import OFFICER_CONTENT
from handlers.feedback.messages import (
    FindFeedback,
    ListFeedback,
    RecordContactAccess,
)
from handlers.staff.parse import ParsedCommand
from handlers.staff.permissions import ServiceCommandName
from handlers.staff.service.consultations import pick_consultation_code
from handlers.staff.state import AwaitingSecondFactor, AwaitingText, OfficerState
from tests.handlers.consultations.consultation_rows import CONSULTATION
from tests.handlers.staff.officer_commands import (
    TODAY,
    list_commands,
)
from tests.handlers.staff.service.service_officer import (
    GOOD,
    RESULT,
    THEME,
    give,
    pending,
    told,
)
from tests.in_memory_desk import MORNING
from tests.run_decision import Outcome, begin_session


def test_feedback_is_listed_and_shown() -> None:
    assert give("/opinions 3").queries == (ListFeedback(16, 9),)
    whole = give("/opinions no 12/2570")
    assert (told(whole), whole.queries) == (("opinion_whole", ()), (FindFeedback(12, 2570),))
    assert list_commands(whole.replies[0].choices) == ["/opinions contact 12/2570", "/opinions"]
    assert told(give("/opinions", answers={ListFeedback: Listing(())})) == ("opinions_none", ())


@pytest.mark.parametrize(
    "number", ["", "สิบสอง", "12/", "/2570", "12/x", "-1", "9" * 30, "9" * 5000, f"1/{'9' * 5000}"]
)
@pytest.mark.parametrize("what", ["no", "contact"])
def test_a_number_that_no_feedback_has(what: str, number: str) -> None:
    outcome = give(f"/opinions {what} {number}", answers={FindFeedback: None})
    assert outcome.acts == ()
    assert outcome.keys[0] in {"inquiry.opinions_unknown", "inquiry.opinions_some"}
    for query in outcome.queries:
        if isinstance(query, FindFeedback):
            assert query.number < 2**63


def test_a_contact_needs_the_second_factor_and_is_audited() -> None:
    outcome = give("/opinions contact 12/2570")
    args = {"number": "12/2570", "contact": "081-000-0000"}
    assert told(outcome) == ("opinion_contact", (RecordContactAccess(12, 2570, "s1"),))
    assert (outcome.replies[0].args, outcome.replies[0].policy) == (args, OFFICER_CONTENT)
    asked = give("/opinions contact 12", session=begin_session(officer=OfficerState()))
    assert (asked.keys, asked.acts) == (("staff.factor.ask",), ())
    command = ParsedCommand(ServiceCommandName.OPINIONS, rest="contact 12/2570")
    assert pending(asked) == AwaitingSecondFactor(command)
    without = give("/opinions contact 12", answers={FindFeedback: replace(GOOD, has_contact=False)})
    assert told(without) == ("opinions_unknown", ())


# Consultations.


def theme(**changes: Any) -> tuple[SaveTheme]:
    return (SaveTheme("K7M2QX", replace(THEME, **changes), "staff:s1"),)


DAY = date(2027, 9, 30)


@pytest.mark.parametrize(
    ("words", "key", "acts"),
    [
        ("/texts k7m2qx", "weigh.texts", ()),
        ("/texts K7M2QX 2", "weigh.no_texts", ()),
        (f"/texts K7M2QX {'9' * 5000}", "weigh.texts", ()),
        ("/theme K7M2QX", "weigh.themes", ()),
        ("/theme K7M2QX อาหาร: 3", "weigh.put", (SaveTheme("K7M2QX", Theme(2, "อาหาร", (3,)), "staff:s1"),)),
        ("/theme K7M2QX\nอาหาร: 3", "weigh.put", (SaveTheme("K7M2QX", Theme(2, "อาหาร", (3,)), "staff:s1"),)),
        (
            f"/theme K7M2QX {'ก' * 118}ที่จอด: 3",  # too long: cut before the letter whose marks no longer fit
            "weigh.put",
            (SaveTheme("K7M2QX", Theme(2, "ก" * 118 + "…", (3,)), "staff:s1"),),
        ),
        ("/theme K7M2QX การเดินทาง: 3, 99", "weigh.put", theme()),
        ("/theme K7M2QX อาหาร: 99", "weigh.how", ()),
        (f"/theme K7M2QX อาหาร: {'9' * 5000}", "weigh.how", ()),
        ("/theme K7M2QX : 3", "weigh.how", ()),
        ("/quote K7M2QX 1 3", "weigh.quote", ()),
        ("/quote K7M2QX 1 3 yes", "weigh.quoted", theme(quotes=("ขอให้มีรถรับส่ง โทร [ปิดบัง]",))),
        ("/quote K7M2QX 1 9 yes", "weigh.no_quote", ()),
        ("/quote K7M2QX", "weigh.no_quote", ()),
        ("/taken", "weigh.how_taken", ()),
        ("/taken K7M2QX", "weigh.how_taken", ()),
        ("/taken K7M2QX 1", "weigh.how_taken", ()),
        ("/taken K7M2QX 1 adopted", "weigh.how_taken", ()),
        ("/taken K7M2QX 1 adopted 30/09/2570", "weigh.how_taken", ()),
        ("/taken K7M2QX 1 adopted เดี๋ยวทำ", "weigh.how_taken", ()),
        ("/taken K7M2QX 9 not ไม่มีงบ", "weigh.how_taken", ()),
        ("/taken K7M2QX 1 not ไม่มีงบ", "weigh.answered", theme(taken=OfficeDecision.NOT, reason="ไม่มีงบ")),
        (
            "/taken K7M2QX 1 adopted 30/09/2570 จะจัดรถ",
            "weigh.answered",
            theme(taken=OfficeDecision.ADOPTED, reason="จะจัดรถ", by=DAY),
        ),
        (
            "/taken K7M2QX 1 รับบางส่วน 30/09/2570\nจะจัดรถ",
            "weigh.answered",
            theme(taken=OfficeDecision.PARTLY, reason="จะจัดรถ", by=DAY),
        ),
        ("/done K7M2QX 1", "weigh.no_promise", ()),
        ("/done K7M2QX", "weigh.no_promise", ()),
        ("/results K7M2QX", "weigh.results", ()),
        (
            "/results K7M2QX publish",
            "weigh.out",
            (PublishConsultationResult("K7M2QX", RESULT, CONSULTATION.title, "staff:s1"),),
        ),
    ],
)
def test_the_results_of_a_consultation_are_prepared(words: str, key: str, acts: tuple[Any, ...]) -> None:
    assert told(give(words)) == (key, acts)


def test_results_without_a_voice_are_published_only_after_it_was_asked() -> None:
    empty = replace(RESULT, responses=0)
    answers = {GetConsultationResult: empty}
    for words in ("/results K7M2QX", "/results K7M2QX publish"):
        outcome = give(words, answers=answers)
        assert told(outcome) == ("weigh.nobody", ())
        assert [one.data for one in outcome.replies[0].choices] == ["/consult", "/results K7M2QX empty"]
    act = PublishConsultationResult("K7M2QX", empty, CONSULTATION.title, "staff:s1")
    assert told(give("/results K7M2QX empty", answers=answers)) == ("weigh.out", (act,))
    assert told(give("/results K7M2QX empty"))[0] == "weigh.out"


def test_a_promise_is_kept() -> None:
    promised = replace(THEME, taken=OfficeDecision.ADOPTED, reason="จะจัดรถ", by=DAY)
    outcome = give("/done K7M2QX 1", answers={ListThemes: (promised,)})
    assert told(outcome) == ("weigh.done", (SaveTheme("K7M2QX", replace(promised, done=TODAY), "staff:s1"),))


@pytest.mark.parametrize("words", ["/texts K7M2QX", "/theme K7M2QX"])
@pytest.mark.parametrize(
    ("consultation", "key"),
    [
        (None, "weigh.not_closed"),
        (CONSULTATION, "weigh.not_closed"),
        (replace(CONSULTATION, closes=MORNING), "weigh.closing"),
    ],
)
def test_before_it_is_closed_nothing_is_read(words: str, consultation: Any, key: str) -> None:
    assert told(give(words, answers={FindConsultation: consultation})) == (key, ())


@pytest.mark.parametrize(
    ("words", "key", "acts"),
    [
        ("/consult", "consult.list", ()),
        ("/consult k7m2qx", "consult.ways", ()),
        ("/consult close K7M2QX", "consult.sure", ()),
        ("/consult close K7M2QX yes", "consult.closed", (CloseConsultation("K7M2QX", "staff:s1"),)),
        ("/consult close", "consult.unknown", ()),
        ("/consult close NOPE yes", "consult.unknown", ()),
        ("/consult yes", "consult.list", ()),
        ("/consult new", "consult.how", ()),
    ],
)
def test_consultations_are_listed_shown_and_closed(words: str, key: str, acts: tuple[Any, ...]) -> None:
    assert told(give(words)) == (key, acts)


@pytest.mark.parametrize(("word", "accepted"), [("join", True), ("away", False)])
def test_statements_are_moderated_one_by_one(word: str, accepted: bool) -> None:
    waiting = tuple(PendingStatement(f"s{n}", "K7M2QX", "q5", f"ข้อความ {n}") for n in (1, 2))
    outcome = give(f"/statements {word} s1", answers={ListPendingStatements: waiting})
    assert outcome.acts == (ModerateStatement("s1", accepted, "staff:s1"),)
    assert outcome.keys == (f"inquiry.statement_{word}", "inquiry.statements_one")
    assert outcome.replies[1].args["text"] == "ข้อความ 2"
    unknown = give(f"/statements {word} s9", answers={ListPendingStatements: waiting})
    assert told(unknown) == ("statements_one", ())
    assert give("/statements").keys == ("inquiry.statements_none",)


# Announcing a consultation, line by line.

LINES = "ชื่อ: เวลาเปิดบริการ\nปิด: 31/12/2569 16:30\nถาม: เลือกหนึ่ง | ดีไหม | ดี | ไม่จำเป็น"
DRAFT = (("title", "เวลาเปิดบริการ"), ("closes", "31/12/2569 16:30"), ("ask", "เลือกหนึ่ง | ดีไหม | ดี | ไม่จำเป็น"))
MORE = AwaitingText(ParsedCommand(ServiceCommandName.CONSULT, rest="more"))


def begin_announcement(words: str = f"/consult new\n{LINES}") -> Outcome:
    return give(words)


def test_a_whole_announcement_is_shown_and_confirmed() -> None:
    shown = begin_announcement()
    assert told(shown) == ("consult.shown", ())
    assert (shown.kept.officer.service.consultation, pending(shown)) == (DRAFT, MORE)
    assert list_commands(shown.replies[0].choices) == ["/consult yes", "/consult"]
    done = give("/consult yes", session=shown.kept, answers={NewReceipt: make_receipt(2**79 + 7)})
    (act,) = done.acts
    assert isinstance(act, AnnounceConsultation)
    assert (act.by, act.consultation.title, len(act.consultation.code)) == ("staff:s1", "เวลาเปิดบริการ", 6)
    assert done.keys == ("inquiry.consult.announced", "inquiry.consult.ways")
    assert done.kept.officer.service.consultation == ()
    assert give("/consult yes", session=done.kept).acts == ()


@pytest.mark.parametrize(
    ("lines", "keys", "left"),
    [
        ("", ("consult.how",), ()),
        ("ชื่อ: ก", ("consult.lacks",), (("title", "ก"),)),
        (
            "ชื่อ: ก\nอะไรก็ไม่รู้\nปิด: เมื่อไรดี",
            ("consult.wrong", "consult.wrong", "consult.lacks"),
            (("title", "ก"),),
        ),
        (f"{LINES}\nชื่อ: ใหม่", ("consult.shown",), (*DRAFT[1:], ("title", "ใหม่"))),
        (f"{LINES}\nลบ: 1", ("consult.lacks",), DRAFT[:2]),
        (f"{LINES}\nลบ: 9", ("consult.wrong", "consult.shown"), DRAFT),
        (f"{LINES}\nปิด: 01/01/2569", ("consult.wrong",), (DRAFT[0], DRAFT[2], ("closes", "01/01/2569"))),
    ],
)
def test_what_is_understood_is_kept_and_the_rest_is_named(
    lines: str, keys: tuple[str, ...], left: tuple[tuple[str, str], ...]
) -> None:
    outcome = begin_announcement(f"/consult new\n{lines}")
    assert outcome.keys == tuple(f"inquiry.{key}" for key in keys)
    assert (outcome.kept.officer.service.consultation, pending(outcome)) == (left, MORE)
    assert outcome.acts == ()


def test_an_announcement_whose_time_passed_since_it_was_shown_is_not_made() -> None:
    late = begin_announcement(f"/consult new\n{LINES}\nปิด: 01/01/2569")
    outcome = give("/consult yes", session=late.kept)
    assert told(outcome) == ("consult.wrong", ())
    fresh = give("/consult new", session=late.kept)
    assert fresh.kept.officer.service.consultation == ()


@pytest.mark.parametrize("symbols", ["0123456789ABCDEFG", "99999999999999999", "A0000000000000000"])
def test_a_code_is_not_taken_for_a_number(symbols: str) -> None:
    code = pick_consultation_code(symbols)
    assert code in symbols
    assert len(code) == 6
    assert code.isdecimal() is symbols.isdecimal()
