"""The clerk's form, turn by turn: what is asked, reviewed, changed and entered, and that nobody sees a code."""

from dataclasses import replace
from datetime import date

import pytest

from handlers.complaints.lifecycle import INTAKE_SOURCES, CaseSource
from handlers.complaints.messages import FileCase
from handlers.dialog.effects import NewReceipt
from handlers.dialog.events import Channel, File, FileProblem
from handlers.dialog.receipt import make_receipt
from handlers.dialog.replies import OFFICER_CONTENT, Reply
from handlers.i18n import render_reply
from handlers.staff.command import CommandContext
from handlers.staff.complaints.commands import COMPLAINTS_COMMAND_TABLE
from handlers.staff.complaints.intake.clerk_form import end_intake, take_intake_file
from handlers.staff.complaints.messages import GetNextRegisterNumber
from handlers.staff.members import ListStaff
from handlers.staff.parse import ParsedCommand
from handlers.staff.permissions import CommandName
from handlers.staff.state import AwaitingText, ComplaintsWork, IntakeDraft, OfficerState
from tests.handlers.staff.officer_commands import OFFICER, VERIFIED, give, list_commands
from tests.run_decision import Outcome, begin_session, make_context, make_event

STORY = "ผู้รับเหมาร้องว่าถูกเรียกเงินก่อนตรวจรับงาน"
WHOLE = IntakeDraft(CaseSource.LETTER, date(2026, 11, 5), "ศธ 0204/1234", STORY, "corruption", prompt=7)
ANSWERS = {NewReceipt: make_receipt(9), GetNextRegisterNumber: 12, ListStaff: (OFFICER,)}


def do(words: str, draft: IntakeDraft | None = WHOLE, channel: Channel = Channel.TELEGRAM) -> Outcome:
    officer = replace(VERIFIED, complaints=ComplaintsWork(intake=draft))
    return give(words, session=begin_session(officer=officer), answers=ANSWERS, channel=channel)


def get_draft(outcome: Outcome) -> IntakeDraft:
    draft = outcome.kept.officer.complaints.intake
    assert draft is not None
    return draft


def render(reply: Reply) -> str:
    return render_reply(reply, "th").text


def test_the_source_is_asked_for() -> None:
    for words in ("/intake", "/intake ทางใด"):
        outcome = do(words, None)
        assert outcome.keys == ("staff.intake.ask",)
        assert list_commands(outcome.replies[-1].choices) == [f"/intake {s}" for s in INTAKE_SOURCES]


@pytest.mark.parametrize("source", INTAKE_SOURCES)
def test_a_source_begins_the_form_anew_without_the_citizens_notice(source: CaseSource) -> None:
    outcome = do(f"/intake {source}")
    assert outcome.keys == ("staff.intake.ask_day",)
    assert get_draft(outcome) == IntakeDraft(source)
    waits = AwaitingText(ParsedCommand(CommandName.INTAKE, rest="+"))
    assert outcome.kept.officer.complaints.pending == waits


def test_all_lines_at_once_lead_to_the_review() -> None:
    outcome = do(f"/ลงรับ หนังสือ\n5 พ.ย. 2569\nศธ 0204/1234\n{STORY}\nทุจริตต่อหน้าที่", None)
    assert outcome.keys == ("staff.intake.review",)
    assert outcome.replies[0].policy is OFFICER_CONTENT
    assert STORY in render(outcome.replies[0])
    assert replace(get_draft(outcome), prompt=7) == WHOLE
    assert outcome.acts == ()


def test_line_shows_no_content_in_the_review() -> None:
    shown = render(do("/intake", channel=Channel.LINE).replies[0])
    assert "ตามที่พิมพ์ไว้" in shown
    assert STORY not in shown
    assert "0204" not in shown


def test_a_text_that_is_not_taken_changes_nothing() -> None:
    outcome = do("/intake + 31 ธ.ค. 2599", IntakeDraft(CaseSource.CALL))
    assert outcome.keys == ("staff.intake.future", "staff.intake.ask_day")
    assert get_draft(outcome) == IntakeDraft(CaseSource.CALL)


@pytest.mark.parametrize("field", ["day", "reference", "story", "kind"])
def test_a_line_is_asked_for_again(field: str) -> None:
    outcome = do(f"/intake =edit {field}")
    assert outcome.keys == (f"staff.intake.ask_{field}",)
    assert do(f"/intake =edit {field}").acts == ()


def test_the_kind_may_be_left_open() -> None:
    outcome = do("/intake =kind none", replace(WHOLE, category=None))
    assert outcome.keys == ("staff.intake.review",)
    assert get_draft(outcome).category == ""


def test_it_is_entered_with_its_day_and_number_and_no_code_is_shown() -> None:
    outcome = do("/intake =ok 7", replace(WHOLE, name="วีระชัย", files=(File("f", "ก.png", "image/png", 1),)))
    (act,) = outcome.acts
    assert isinstance(act, FileCase)
    assert (act.on, act.entered_on, act.number, act.source) == (
        date(2026, 11, 5),
        date(2026, 11, 22),
        12,
        CaseSource.LETTER,
    )
    assert act.answers == {"story": STORY, "reference": "ศธ 0204/1234"}
    assert act.identity == {"name": "วีระชัย"}
    assert [file.id for file in act.files] == ["f"]
    assert act.announce_within == 0
    assert outcome.kept.officer.complaints.intake is None
    assert outcome.kept.receipt is None
    assert outcome.keys == ("staff.intake.filed",)
    assert "12/2570" in render(outcome.replies[0])
    assert list_commands(outcome.replies[0].choices) == ["/slip 12/2570", "/case 12/2570"]
    assert make_receipt(9).formatted not in render(outcome.replies[0])


@pytest.mark.parametrize("words", ["/intake =ok 6", "/intake =nothing", "/intake =kind nothing"])
def test_an_old_button_enters_nothing(words: str) -> None:
    outcome = do(words)
    assert outcome.keys[0] == "staff.intake.stale"
    assert outcome.acts == ()


def test_a_button_after_it_was_entered_does_nothing() -> None:
    outcome = do("/intake =ok 7", None)
    assert (outcome.keys, outcome.acts) == (("staff.intake.stale",), ())


def test_an_old_day_is_told_at_the_review() -> None:
    assert "ย้อนหลัง" not in render(do("/intake").replies[0])
    assert "ย้อนหลัง 52 วัน" in render(do("/intake", replace(WHOLE, received_on=date(2026, 10, 1))).replies[0])


def test_a_file_is_added_to_the_form_and_to_nothing_else() -> None:
    def send(file: File, work: ComplaintsWork) -> tuple[tuple[str, ...], IntakeDraft | None] | None:
        ctx = make_context(make_event(), begin_session(officer=OfficerState(complaints=work)))
        given = ParsedCommand(CommandName.HELP)
        turn = take_intake_file(CommandContext(ctx, OFFICER, given, COMPLAINTS_COMMAND_TABLE), file)
        if turn is None or turn.session is None:
            return None
        return tuple(reply.key for reply in turn.replies), turn.session.officer.complaints.intake

    scan = File("f", "หนังสือ.png", "image/png", 1)
    assert send(scan, ComplaintsWork()) is None
    added = send(scan, ComplaintsWork(intake=WHOLE))
    assert added is not None
    assert added[0] == ("staff.intake.file", "staff.intake.review")
    assert added[1] is not None
    assert added[1].files == (scan,)
    refused = send(replace(scan, problem=FileProblem.EMPTY), ComplaintsWork(intake=WHOLE))
    assert refused is not None
    assert refused[0][0] == "file.empty"


def test_an_own_report_ends_the_form() -> None:
    work = ComplaintsWork(intake=WHOLE, intake_source=CaseSource.CALL)
    session = begin_session(officer=OfficerState(complaints=work))
    assert end_intake(make_context(make_event(), session)).session.officer.complaints == ComplaintsWork()
    own = make_context(make_event(), begin_session(officer=VERIFIED))
    assert end_intake(own) is own
