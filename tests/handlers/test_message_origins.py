"""What each message of a chat brought: remembered with the draft, moved to the case, and removed when it is unsent."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.complaints.messages import (
    ActorKind,
    AddHistoryEntry,
    FindMessageCase,
    HistoryEntryKind,
    UnsendMessage,
    remove_text_from_answers,
    remove_text_part,
)
from handlers.dialog.attempts import Attempts, SaveAttempts
from handlers.dialog.effects import Act, DeleteFiles, Now, TurnResult
from handlers.dialog.events import Event
from handlers.dialog.receipt import make_receipt
from handlers.dialog.session import Session, UnconfirmedText
from handlers.questions.messages import AppendThreadLine, SubmitQuestion, ThreadLineKind
from handlers.unsend import (
    MAX_REMEMBERED_MESSAGES,
    encode_origin,
    handle_unsend,
    record_message_origin,
)
from tests.in_memory_desk import MORNING, WHOLE_REPORT, ChatUser, InMemoryDesk
from tests.run_decision import PERSON, Outcome, begin_session, make_event, make_file, run_decision

TODAY = date(2026, 11, 22)
ENTRY = AddHistoryEntry("c1", 2, TODAY, HistoryEntryKind.REPORTER, ActorKind.REPORTER, "มีหลักฐาน")
FILES = AddHistoryEntry("c1", 2, TODAY, HistoryEntryKind.EVIDENCE, ActorKind.REPORTER, files=(make_file(1),))
QUESTION = SubmitQuestion(make_receipt(1), "ขอยืมเต็นท์", PERSON, "th", TODAY, TODAY)
LINE = AppendThreadLine("t1", 2, TODAY, ThreadLineKind.MORE, ActorKind.REPORTER, "ต้องมัดจำไหม")
TRIES = SaveAttempts(PERSON, Attempts())
DRAFT = begin_session(answers={"story": "ต้นเรื่อง"})


@pytest.mark.parametrize(
    ("event", "origin"),
    [
        (make_event("สวัสดี"), "text:สวัสดี"),
        (make_event("  ก\u202eข\x00 "), "text:กข"),
        (make_event(""), ""),
        (make_event("\u200b"), ""),
        (make_event(choice="7.done"), ""),
        (make_event(file=make_file(3)), f"file:{make_file(3).id}"),
        (make_event("คำบรรยาย", file=make_file(3)), f"file:{make_file(3).id}"),
        (make_event(file=replace(make_file(), id="")), ""),
    ],
)
def test_what_a_message_brought(event: Event, origin: str) -> None:
    assert encode_origin(event) == origin


def record(event: Event, before: Session, after: Session | None, *acts: Act) -> TurnResult:
    return record_message_origin(TurnResult(after, (), acts), event, before)


def test_a_message_is_remembered_with_the_draft() -> None:
    before = DRAFT.replace(message_origins={"m1": "text:ต้นเรื่อง"})
    after = DRAFT.replace(answers={"story": "ต้นเรื่อง\nต่อ"})
    turn = record(make_event("ต่อ", message_id="m2"), before, after)
    assert turn.session == after.replace(message_origins={"m1": "text:ต้นเรื่อง", "m2": "text:ต่อ"})


@pytest.mark.parametrize(
    ("event", "origins"),
    [
        (make_event("ต่อ"), {}),  # a channel without message ids
        (make_event(choice="7.done", message_id="m2"), {"m1": "text:ก"}),
        (make_event("", message_id="m2"), {"m1": "text:ก"}),
        (make_event("ใหม่", message_id="m1"), {"m1": "text:ใหม่"}),
    ],
)
def test_what_else_is_remembered(event: Event, origins: dict[str, str]) -> None:
    draft = DRAFT.replace(answers={"story": "ก\nใหม่", "wish": "ต่อ"})
    before = draft.replace(message_origins={"m1": "text:ก"} if event.message_id else {})
    turn = record(event, before, draft)
    assert turn.session == draft.replace(message_origins=origins)


def test_without_a_draft_nothing_is_remembered() -> None:
    before = DRAFT.replace(message_origins={"m1": "text:ก"})
    assert record(make_event("สวัสดี", message_id="m2"), before, begin_session()).session == begin_session()
    assert record(make_event("สวัสดี", message_id="m2"), before, None) == TurnResult(None)


def test_the_oldest_messages_are_forgotten() -> None:
    origins = {f"m{n}": "text:ก" for n in range(MAX_REMEMBERED_MESSAGES)}
    draft = DRAFT.replace(answers={"story": "ก\nข"})
    turn = record(make_event("ข", message_id="new"), draft.replace(message_origins=origins), draft)
    assert turn.session is not None
    assert len(turn.session.message_origins) == MAX_REMEMBERED_MESSAGES
    assert "m0" not in turn.session.message_origins
    assert turn.session.message_origins["new"] == "text:ข"


@pytest.mark.parametrize(
    ("act", "event", "origin"),
    [
        (ENTRY, make_event("มีหลักฐาน", message_id="m2"), "text:มีหลักฐาน"),
        (FILES, make_event(file=make_file(1), message_id="m2"), f"file:{make_file(1).id}"),
        (QUESTION, make_event("ขอยืมเต็นท์", message_id="m2"), "text:ขอยืมเต็นท์"),
        (LINE, make_event("ต้องมัดจำไหม", message_id="m2"), "text:ต้องมัดจำไหม"),
    ],
)
def test_what_is_filed_takes_its_messages_along(act: AddHistoryEntry, event: Event, origin: str) -> None:
    before = DRAFT.replace(message_origins={"m0": "text:สิ่งที่ไม่ได้ส่ง"})
    turn = record(event, before, DRAFT, TRIES, act)
    assert turn.acts == (TRIES, replace(act, message_origins={"m2": origin}))
    assert turn.session == DRAFT.replace(message_origins={})


def test_a_receipt_that_was_typed_to_find_the_case_is_not_stored_with_it() -> None:
    turn = record(make_event("0123-4567-89AB-CDEF-V", message_id="m1"), begin_session(), DRAFT, ENTRY)
    assert turn.acts == (ENTRY,)


# What is not kept leaves no trace as a message either: the row of the session is on disk.

TOLD, SLIP, AFRAID = "หัวหน้าพัสดุเรียกเงินจากผู้รับเหมาทุกงวด", "นายดำโกง", "กลัวมากเลยค่ะ"


def store_session(person: ChatUser) -> Session:
    """The session as its row has it."""
    return person.session.without_memory_only_text()


def test_a_text_that_was_dropped_at_the_menu_is_not_stored() -> None:
    person = InMemoryDesk().new_user()
    person.send_file()
    person.send_event(text=TOLD, message_id="m1")
    assert person.session.message_origins == {"m1": f"text:{TOLD}"}
    assert store_session(person).message_origins == {}
    person.send_event(text="ลบ", message_id="m2")
    assert person.session.files
    assert person.session.unconfirmed is None
    assert person.session.message_origins == {}


def test_a_slip_before_the_notice_is_not_stored() -> None:
    person = InMemoryDesk().new_user()
    person.send_event(text=TOLD, message_id="m1")
    person.send_event(text=SLIP, message_id="m2")
    assert person.session.message_origins == {"m1": f"text:{TOLD}"}
    stored = store_session(person)
    assert stored.unconfirmed == UnconfirmedText("", memory_only=True)
    assert stored.message_origins == {}


@pytest.mark.parametrize("said", [AFRAID, "ไม่", "ไม่รู้"])
def test_what_is_no_answer_is_not_stored_with_the_draft(said: str) -> None:
    person = InMemoryDesk().new_user()
    for words in WHOLE_REPORT[:4]:
        person.say(words)
    person.send_event(text=TOLD, message_id="m1")
    person.send_event(text=said, message_id="m2")
    assert person.session.answers["story"] == TOLD
    assert store_session(person).message_origins == {"m1": f"text:{TOLD}"}


def test_a_text_at_a_choice_that_is_left_out_is_not_stored() -> None:
    person = InMemoryDesk().new_user()
    for words in WHOLE_REPORT[:3]:
        person.say(words)
    person.send_event(text=TOLD, message_id="m1")
    assert store_session(person).message_origins == {"m1": f"text:{TOLD}"}
    person.send_event(text="ไม่", message_id="m2")
    assert person.session.unconfirmed is None
    assert store_session(person).message_origins == {}


# Unsending.


def unsend(session: Session | None, case: str | None = "c1") -> Outcome:
    decision = handle_unsend(make_event(unsent_message_id="m1"), session)
    return run_decision(decision, {FindMessageCase: case, Now: MORNING})


@pytest.mark.parametrize(
    ("answers", "text", "left"),
    [
        ({"story": "ก"}, "ก", {}),
        ({"story": "ก\nข\nค"}, "ข", {"story": "ก\nค"}),
        ({"story": "ก", "wish": "ก"}, "ก", {"story": "ก"}),  # the newest answer
        ({"story": "ก"}, "ไม่มี", {"story": "ก"}),
        ({"story": "กข"}, "ก", {"story": "กข"}),
    ],
)
def test_an_unsent_text_is_removed_from_the_newest_answer_that_has_it(
    answers: dict[str, str], text: str, left: dict[str, str]
) -> None:
    before = DRAFT.replace(answers=answers, message_origins={"m1": f"text:{text}", "m2": "text:x"})
    assert unsend(before) == Outcome(before.replace(answers=left, message_origins={"m2": "text:x"}))


def test_an_unsent_file_is_removed_and_deleted() -> None:
    before = DRAFT.replace(
        files=(make_file(1), make_file(2)), message_origins={"m1": f"file:{make_file(1).id}"}
    )
    after = before.replace(files=(make_file(2),), message_origins={})
    assert unsend(before) == Outcome(after, (), (DeleteFiles((make_file(1).id,)),))


@pytest.mark.parametrize("session", [None, DRAFT])
def test_what_was_filed_is_unsent_from_its_case(session: Session | None) -> None:
    queries = (FindMessageCase("m1"), Now())
    assert unsend(session) == Outcome(session, (), (UnsendMessage("c1", "m1", TODAY),), queries)
    assert unsend(session, None) == Outcome(session, queries=queries[:1])


@pytest.mark.parametrize(
    ("value", "text", "left"),
    [
        ("ก", "ก", ""),
        ("ก\nข", "ก", "ข"),
        ("ก\nข", "ข", "ก"),
        ("ก\nข\nก", "ก", "ก\nข"),
        ("ก\nข\nค", "ก\nข", "ค"),
        ("กข", "ข", "กข"),
        ("ก", "", "ก"),
        ("", "ก", ""),
        ("", "", ""),
    ],
)
def test_a_part_of_an_answer(value: str, text: str, left: str) -> None:
    assert remove_text_part(value, text) == left


PARTS = st.lists(st.text("กขค ", min_size=1, max_size=3), min_size=1, max_size=5)


@given(PARTS, st.integers(0, 4))
def test_what_was_joined_can_be_removed_again(parts: list[str], which: int) -> None:
    """The text of any message can be removed; what is left are the other messages, in their order."""
    text = parts[which % len(parts)]
    left = remove_text_part("\n".join(parts), text)
    last = len(parts) - 1 - parts[::-1].index(text)
    assert left == "\n".join([*parts[:last], *parts[last + 1 :]])


def test_answers_that_become_empty_are_dropped() -> None:
    assert remove_text_from_answers({"story": "ก", "wish": ""}, "ก") == {}
