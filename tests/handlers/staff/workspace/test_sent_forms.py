"""Forms that were sent are kept within limits, and a text that was shown waits until it is sent or dropped."""

from dataclasses import replace

import pytest

from handlers.dialog.replies import KEEPS_TEXT, OF_CASE, Choice, Reply
from handlers.dialog.session import Session
from handlers.staff.complaints.commands import COMPLAINTS_COMMAND_TABLE as TABLE
from handlers.staff.complaints.messages import FindCaseByNumber
from handlers.staff.state import TAKEN_BACK, AwaitingSecondFactor, SentForm
from handlers.staff.workspace.commands import make_page_command
from handlers.staff.workspace.messages import SignInWay, WorkspaceSession
from handlers.staff.workspace.sent_forms import (
    MAX_KEPT_LENGTH,
    MAX_SENT_FORMS,
    find_sent_form,
    find_settled,
    find_unsent_form,
    keep_sent_form,
    may_read_case_again,
)
from handlers.staff.workspace.sign_in import WorkspaceRequest
from tests.handlers.staff.officer_commands import ANSWERS, CASE, OFFICER, VERIFIED
from tests.in_memory_desk import MORNING, OFFICE
from tests.run_decision import begin_session, run_queries

PAGE, OTHER = "/staff/complaints/case/2570/1", "/staff/complaints/case/2570/2"
SHOWN = (Reply("staff.confirm.ask", OF_CASE, {}, (Choice("/confirm y7", "staff.confirm.yes"),)),)
SETTING = (replace(SHOWN[0], choices=(Choice("/setting y1", "staff.confirm.yes"),)),)
DONE = (Reply("staff.held.now", OF_CASE),)
STALE = (Reply("staff.confirm.stale", OF_CASE, presentation=KEEPS_TEXT),)


def make_form(id_: str, path: str = PAGE, **fields: str) -> SentForm:
    return SentForm(id_, path, tuple(fields.items()))


def write(id_: str, text: str, session: Session, path: str = PAGE) -> Session:
    prompt = Choice("/confirm y7" if id_ == "a" else f"/confirm y8{id_[1:]}", "staff.confirm.yes")
    shown = (replace(SHOWN[0], choices=(prompt,)),)
    return keep_sent_form(TABLE, make_form(id_, path, given="/reply 1/2570", text=text), session, shown)


@pytest.mark.parametrize(
    ("given", "replies", "waits"), [("y7", DONE, False), ("n7", DONE, False), ("y6", STALE, True)]
)
def test_a_text_that_was_shown_waits_until_it_is_sent_or_dropped(
    given: str, replies: tuple[Reply, ...], waits: bool
) -> None:
    session = write("b", "อีกแท็บ", write("a", "ได้รับเรื่องแล้ว", begin_session()))
    pressed = make_form(
        "c", given=f"/confirm {given}", previewed="/reply 1/2570", previewed_text="ได้รับเรื่องแล้ว"
    )
    after = keep_sent_form(TABLE, pressed, session, replies)
    first = find_sent_form(after, "a", PAGE)
    assert first is not None
    assert first.waits is waits
    assert (first.settled, find_settled(after, pressed)) == (("", "") if waits else (given[0],) * 2)
    unsent = find_unsent_form(after, PAGE)
    assert unsent is not None
    assert unsent.get_text("text") == "อีกแท็บ"
    assert find_unsent_form(after, OTHER) is None


def test_a_text_that_was_taken_back_waits_again_until_another_is_written_in_its_place() -> None:
    sent = keep_sent_form(
        TABLE, make_form("c", given="/confirm y7"), write("a", "3 วัน ขอสัญญา", begin_session()), DONE
    )
    undone = (Reply("staff.undo.done", OF_CASE, {TAKEN_BACK: "ขอสัญญา"}),)
    after = keep_sent_form(TABLE, make_form("u", given="/undo 1/2570"), sent, undone)
    unsent = find_unsent_form(after, PAGE)
    assert unsent is not None
    assert (unsent.get_text("given"), unsent.get_text("text")) == ("/reply 1/2570", "3 วัน ขอสัญญา")
    other = make_form("n", given="/reply 1/2570", text="ขอสัญญาใหม่", instead="u")
    after = keep_sent_form(TABLE, other, after, SHOWN)
    after = keep_sent_form(TABLE, make_form("y", given="/confirm y7"), after, DONE)
    assert find_unsent_form(after, PAGE) is None
    elsewhere = keep_sent_form(TABLE, make_form("u", given="/undo 1/2570"), begin_session(), undone)
    unsent = find_unsent_form(elsewhere, PAGE)  # what was written in the chat
    assert unsent is not None
    assert (unsent.get_text("given"), unsent.get_text("text")) == ("", "ขอสัญญา")


def test_a_yes_that_asks_for_the_code_first_settles_nothing_until_it_is_given() -> None:
    session = begin_session()
    asked = keep_sent_form(
        TABLE, make_form("a", given="/setting notice", text="ย้ายไปอาคารใหม่"), session, SETTING
    )
    yes = make_form("y", given="/setting y1", previewed="/setting notice", previewed_text="ย้ายไปอาคารใหม่")
    wanted = TABLE.parse("/setting y1")
    assert wanted is not None
    work = replace(asked.officer.complaints, pending=AwaitingSecondFactor(wanted))
    waiting = asked.replace(officer=replace(asked.officer, complaints=work))
    late = keep_sent_form(TABLE, yes, waiting, DONE)
    shown = find_unsent_form(late, PAGE)
    assert shown is not None
    assert (shown.id, find_settled(late, shown)) == ("a", "")
    given = late.replace(officer=replace(late.officer, complaints=asked.officer.complaints))
    done = keep_sent_form(TABLE, make_form("c", given="/setting y1"), given, DONE)
    assert find_unsent_form(done, PAGE) is None
    assert find_settled(done, shown) == "y"


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        ("/reply 1/2570", "/reply 2/2570", "รับเรื่องแล้ว"),  # the same words to another
        ("/ask 1/2570", "/reply 2/2570", "ถึงสมศรี รับเรื่องแล้ว"),  # a longer text to another, with the same end
        ("/ask 1/2570", "/reply 1/2570", "เรียนอีกครั้ง รับเรื่องแล้ว"),  # a longer one to the same
    ],
)
def test_what_was_written_about_another_case_is_not_given_back(before: str, after: str, text: str) -> None:
    session = begin_session()
    for number, (given, words) in enumerate([(before, "รับเรื่องแล้ว"), (after, text)]):
        session = keep_sent_form(TABLE, make_form(f"w{number}", given=given, text=words), session, SHOWN)
        pressed = make_form(f"y{number}", given="/confirm y7", previewed=given, previewed_text=words)
        session = keep_sent_form(TABLE, pressed, session, DONE)
    undone = (Reply("staff.undo.done", OF_CASE, {TAKEN_BACK: "รับเรื่องแล้ว"}),)
    unsent = find_unsent_form(
        keep_sent_form(TABLE, make_form("u", given="/undo 1/2570"), session, undone), PAGE
    )
    assert unsent is not None
    assert (unsent.get_text("given"), unsent.get_text("text")) == (before, "รับเรื่องแล้ว")


def test_the_same_form_is_kept_once_and_is_found_on_its_own_page_only() -> None:
    session = write("a", "ข้อความ", write("a", "ข้อความ", begin_session()))
    assert len(session.officer.sent) == 1
    assert find_sent_form(session, "a", OTHER) is None
    assert find_sent_form(session, "", PAGE) is None


@pytest.mark.parametrize("length", [10, MAX_KEPT_LENGTH // 4, MAX_KEPT_LENGTH, MAX_KEPT_LENGTH * 2])
def test_forms_are_kept_within_limits_the_newest_always(length: int) -> None:
    session = begin_session()
    for number in range(MAX_SENT_FORMS + 5):
        session = write(f"f{number}", "ก" * length, session)
    kept = session.officer.sent
    assert kept[-1].id == f"f{MAX_SENT_FORMS + 4}"
    assert len(kept) <= MAX_SENT_FORMS
    assert sum(len(one.get_text("text")) for one in kept[:-1]) <= MAX_KEPT_LENGTH
    assert len(kept) == (MAX_SENT_FORMS if length == 10 else 3 if length < MAX_KEPT_LENGTH else 1)


@pytest.mark.parametrize(
    ("given", "kept_from", "may"),
    [
        ("/reply 12/2570", False, True),
        ("/reply 12/2570", True, False),
        ("/facts 12/2570", True, False),
        ("/confirm y7", True, True),
        ("/search คำ", True, True),
    ],
)
def test_content_is_shown_again_only_of_a_case_that_is_not_kept_from_the_person(
    given: str, kept_from: bool, may: bool
) -> None:
    command = TABLE.parse(given)
    assert command is not None
    found = WorkspaceSession(b"m" * 32, OFFICER, SignInWay.LINK, MORNING)
    request = WorkspaceRequest(found.mark, begin_session(officer=VERIFIED), OFFICE, MORNING)
    answers = {**ANSWERS, FindCaseByNumber: replace(CASE, hidden=kept_from)}
    cmd = make_page_command(TABLE, request, found, command)
    assert run_queries(may_read_case_again(cmd), answers)[0] is may
