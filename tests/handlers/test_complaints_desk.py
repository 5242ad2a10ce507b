"""The complaints desk: which part of the conversation gets a message, and which queries that takes."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.complaints.messages import FindCase, FindMessageCase, ListExclusions, UnsendMessage, Unsubscribe
from handlers.complaints_desk import ComplaintsDesk
from handlers.dialog.attempts import Attempts, GetAttempts
from handlers.dialog.effects import DeleteFiles, NewReceipt, Now, StoreTextFile
from handlers.dialog.events import Channel, Event
from handlers.dialog.receipt import make_receipt
from handlers.dialog.replies import NEUTRAL, OF_CASE, Reply
from handlers.dialog.session import DialogTopic, LongText, LongTextPiece, Session, UnconfirmedText
from handlers.staff.members import ListStaff
from tests.handlers.complaints.followed_case import CASE, MENU
from tests.in_memory_desk import MORNING, OFFICE
from tests.run_decision import PERSON, Outcome, begin_session, make_event, make_file, pick, run_decision

DESK = ComplaintsDesk(OFFICE)
RECEIPT = make_receipt(4242)
STORY = "เจ้าหน้าที่พัสดุเรียกรับเงินร้อยละสิบ"
ANSWERS = {
    Now: MORNING,
    NewReceipt: RECEIPT,
    FindCase: CASE,
    GetAttempts: Attempts(),
    ListStaff: (),
    ListExclusions: (),
    FindMessageCase: "c1",
    StoreTextFile: make_file(99),
}
AT_MENU = begin_session()
IN_DRAFT = begin_session(
    topic=DialogTopic.REPORT, step="accused", answers={"category": "other", "story": STORY}
)
IN_CASE = begin_session(topic=DialogTopic.TRACK, step="message", receipt=RECEIPT)
CONFIRMING = begin_session(topic=DialogTopic.CONFIRM, step="five", receipt=RECEIPT)


def decide(event: Event, session: Session | None) -> Outcome:
    return run_decision(DESK.decide(event, session), ANSWERS)


STORABLE_PART = LongText((LongTextPiece(1, STORY),), 1, is_storable=True)


@pytest.mark.parametrize(
    ("session", "stored"),
    [
        (IN_DRAFT, True),
        (IN_DRAFT.replace(step="notice"), False),
        (IN_CASE, True),
        (IN_CASE.replace(step="unsettled"), True),
        (IN_CASE.replace(step=""), False),
        (IN_CASE.replace(step="offer"), False),
        (CONFIRMING, False),
        (AT_MENU, False),
        (begin_session(topic=DialogTopic.TRACK, step="code"), False),
        (begin_session(topic=DialogTopic.TRACK, step="code", long_text=STORABLE_PART), True),
        (Session(topic=DialogTopic.LAPSED), False),
    ],
)
def test_where_a_part_of_a_long_text_may_be_stored(session: Session, stored: bool) -> None:
    assert DESK.may_store_part(make_event(STORY), session) is stored


def test_what_an_officer_writes_at_the_menu_may_be_stored_in_parts() -> None:
    assert ComplaintsDesk(OFFICE, roster=frozenset({PERSON})).may_store_part(make_event(STORY), AT_MENU)


@pytest.mark.parametrize("text", ["สวัสดี", "/start", "", "hello"])
def test_a_new_person_is_greeted_after_one_look_at_the_clock(text: str) -> None:
    outcome = decide(make_event(text), None)
    assert outcome.keys == ("menu.hello",)
    assert outcome.session == Session(at=MORNING, lang="en" if text == "hello" else "th")
    assert outcome.queries == (Now(),)


def test_a_number_of_a_menu_that_nobody_saw_is_no_choice() -> None:
    assert decide(make_event("1"), None).keys == ("menu.hello",)
    assert decide(make_event("1"), AT_MENU).kept.step == "notice"


COMMANDS = [
    ("/report", "notice.about", "notice.about", None),
    ("/track", "track.ask", "track.ask", None),
    ("/start", "menu.hello", "menu.hello", None),
    ("/menu", "menu.hello", "menu.hello", None),
    ("/help", "help.text", "help.text", "help.text"),
    ("/privacy", "notice.privacy", "notice.privacy", "notice.privacy"),
]


@pytest.mark.parametrize(("command", "at_menu", "in_case", "in_draft"), COMMANDS)
@pytest.mark.parametrize("as_button", [False, True])
def test_where_each_command_leads(
    command: str, at_menu: str, in_case: str, in_draft: str | None, as_button: bool
) -> None:
    event = make_event(choice=command) if as_button else make_event(command)
    assert decide(event, AT_MENU).keys[0] == at_menu
    from_case = decide(event, IN_CASE)
    assert from_case.keys[0] == in_case
    assert (from_case.kept.receipt is None) == (command not in {"/help", "/privacy"})
    from_draft = decide(event, IN_DRAFT)
    assert from_draft.keys[0] == (in_draft or "report.open")
    assert from_draft.kept.answers == IN_DRAFT.answers


def test_cancel_leads_to_the_menu_asks_about_the_draft_or_ends_an_action() -> None:
    assert decide(make_event("ยกเลิก"), AT_MENU).keys == ("menu.hello",)
    asked = decide(make_event("/cancel"), IN_DRAFT)
    assert (asked.keys, asked.kept.resume) == (("report.cancel",), "accused")
    again = decide(make_event("/cancel"), asked.kept)
    assert (again.keys, again.session) == (("report.cancel",), asked.session)
    ended = decide(make_event("/cancel"), IN_CASE)
    assert (ended.keys, ended.kept.step, ended.kept.receipt) == (("track.case",), "case", RECEIPT)


@pytest.mark.parametrize("step", ["story", "named"])
@pytest.mark.parametrize("is_waiting", [True, False])
def test_second_thoughts_are_heard_and_no_part_of_the_report(step: str, is_waiting: bool) -> None:
    held = UnconfirmedText("ผอ.โรงเรียนค่ะ", step) if is_waiting else None
    before = IN_DRAFT.replace(step=step, unconfirmed=held)
    afraid = decide(make_event("เอ่อ เปลี่ยนใจแล้วค่ะ ไม่กล้า"), before)
    assert afraid.keys[0] == "worry.afraid"
    assert "choice.cancel" in [choice.key for choice in afraid.replies[-1].choices]
    assert (afraid.kept.answers, afraid.kept.unconfirmed) == (before.answers, held)
    asked = decide(make_event("เอ่อ เปลี่ยนใจแล้วค่ะ"), before)
    assert (asked.keys, asked.kept.resume) == (("report.cancel",), step)
    assert (asked.kept.answers, asked.kept.unconfirmed) == (before.answers, held)


def test_cancel_while_confirming_keeps_the_receipt_on_the_screen() -> None:
    outcome = decide(make_event("/cancel"), CONFIRMING)
    assert outcome.keys == ("confirm.receipt", "confirm.ask")
    assert outcome.kept.receipt == RECEIPT


@pytest.mark.parametrize("session", [AT_MENU, IN_DRAFT, IN_CASE, CONFIRMING])
def test_the_language_changes_in_the_middle_and_nothing_else_does(session: Session) -> None:
    outcome = decide(make_event("English"), session)
    assert outcome.session == session.replace(lang="en", at=MORNING)
    assert decide(make_event("ไทย"), outcome.session).session == session.replace(at=MORNING)


@pytest.mark.parametrize("session", [AT_MENU, IN_DRAFT, IN_CASE, CONFIRMING])
def test_stopping_notifications_keeps_the_question(session: Session) -> None:
    outcome = decide(make_event("หยุดแจ้งเตือน"), session)
    assert outcome.acts == (Unsubscribe(PERSON),)
    assert outcome.keys[0] == "news.off"
    assert outcome.session == session.replace(at=MORNING)


def test_a_receipt_typed_into_a_draft_is_not_kept() -> None:
    outcome = decide(make_event(RECEIPT.formatted), IN_DRAFT)
    assert outcome.session == IN_DRAFT.replace(at=MORNING)
    assert outcome.keys == ("draft.code", "report.accused")
    assert outcome.queries == (Now(),)


def test_a_receipt_typed_before_anything_was_written_opens_its_case() -> None:
    outcome = decide(make_event(RECEIPT.formatted), begin_session(topic=DialogTopic.REPORT, step="notice"))
    assert outcome.keys == ("track.case",)
    assert outcome.kept.receipt == RECEIPT
    assert outcome.queries == (
        Now(),
        GetAttempts(PERSON),
        FindCase(RECEIPT),
        ListExclusions("c1"),
        ListStaff(),
    )


def test_a_receipt_at_the_menu_opens_its_case() -> None:
    assert decide(make_event(RECEIPT.formatted), AT_MENU).keys == ("track.case",)
    assert decide(make_event(RECEIPT.formatted), None).keys == ("track.case",)


@pytest.mark.parametrize("session", [IN_DRAFT, IN_CASE])
def test_a_text_for_an_older_question_is_given_back(session: Session) -> None:
    outcome = decide(make_event("คำตอบของข้อก่อน", prompt_number=3), session)
    assert outcome.session == session.replace(at=MORNING)
    assert outcome.replies[0] == Reply("text.late", NEUTRAL, {"unsent": "คำตอบของข้อก่อน"})
    assert outcome.acts == ()


def test_a_command_for_an_older_question_is_obeyed() -> None:
    assert decide(make_event("/help", prompt_number=3), IN_DRAFT).keys[0] == "help.text"


def test_an_edit_mends_the_draft_or_says_that_it_is_not_in_it() -> None:
    mended = decide(make_event("เรียกเงินสองครั้ง", previous_text=STORY), IN_DRAFT)
    assert mended.kept.answers["story"] == "เรียกเงินสองครั้ง"
    assert mended.keys == ("draft.corrected", "report.accused")
    other = decide(make_event("ก", previous_text="ที่ไม่เคยพิมพ์"), IN_DRAFT)
    assert (other.keys, other.session) == (
        ("draft.not_corrected", "report.accused"),
        IN_DRAFT.replace(at=MORNING),
    )


def test_an_edit_that_makes_a_receipt_of_a_text_stores_no_receipt() -> None:
    outcome = decide(make_event(RECEIPT.formatted, previous_text=STORY), IN_DRAFT)
    assert RECEIPT.formatted not in str(outcome.kept.answers)


@pytest.mark.parametrize("idle", [timedelta(minutes=30), timedelta(days=400)])
def test_an_expired_draft_is_mentioned_and_its_files_are_deleted(idle: timedelta) -> None:
    before = IN_DRAFT.replace(at=MORNING - idle, files=(make_file(1),))
    outcome = decide(make_event("สวัสดี"), before)
    assert outcome.keys == ("draft.lapsed", "menu.hello")
    assert outcome.acts == (DeleteFiles((make_file(1).id,)),)
    assert not outcome.kept.has_draft


def test_a_button_of_an_expired_case_opens_nothing() -> None:
    before = IN_CASE.replace(step="case", at=MORNING - timedelta(minutes=30))
    outcome = decide(pick(before, "withdraw"), before)
    assert outcome.replies[0] == Reply("track.lapsed", OF_CASE)
    assert (outcome.keys[1:], outcome.acts, outcome.kept.receipt) == (("pick.stale", "menu.again"), (), None)


@pytest.mark.parametrize(
    ("idle", "at"),
    [
        (timedelta(minutes=29), MORNING),
        (timedelta(minutes=30), MORNING - timedelta(minutes=30)),
    ],
)
def test_typing_keeps_a_session_alive_and_does_not_raise_the_dead(idle: timedelta, at: Any) -> None:
    before = IN_DRAFT.replace(at=MORNING - idle)
    assert decide(make_event(choice="/touch"), before) == Outcome(before.replace(at=at), queries=(Now(),))


def test_typing_without_a_session_is_a_stale_button() -> None:
    assert decide(make_event(choice="/touch"), None).replies[-1].choices


# Unsent messages.

WITH_ORIGINS = IN_DRAFT.replace(
    answers={"category": "other", "story": f"{STORY}\nและอีกครั้ง"},
    files=(make_file(1), make_file(2)),
    message_origins={"m1": f"text:{STORY}", "m2": "text:และอีกครั้ง", "m3": f"file:{make_file(2).id}"},
)


def test_an_unsent_text_leaves_the_draft_without_a_word() -> None:
    outcome = decide(make_event(unsent_message_id="m1"), WITH_ORIGINS)
    origins = {"m2": "text:และอีกครั้ง", "m3": f"file:{make_file(2).id}"}
    answers = {"category": "other", "story": "และอีกครั้ง"}
    assert outcome == Outcome(WITH_ORIGINS.replace(answers=answers, message_origins=origins))


def test_an_unsent_file_leaves_the_draft_and_the_disk() -> None:
    outcome = decide(make_event(unsent_message_id="m3"), WITH_ORIGINS)
    assert outcome.kept.files == (make_file(1),)
    assert (outcome.acts, outcome.replies) == ((DeleteFiles((make_file(2).id,)),), ())


@pytest.mark.parametrize("session", [None, AT_MENU, IN_DRAFT])
def test_an_unsent_message_of_a_filed_case_is_removed_from_it(session: Session | None) -> None:
    outcome = decide(make_event(unsent_message_id="m9"), session)
    assert outcome == Outcome(
        session, (), (UnsendMessage("c1", "m9", date(2026, 11, 22)),), (FindMessageCase("m9"), Now())
    )


def test_an_unsent_message_that_nobody_knows_changes_nothing() -> None:
    event = make_event(unsent_message_id="m9")
    outcome = run_decision(DESK.decide(event, IN_DRAFT), {FindMessageCase: None})
    assert outcome == Outcome(IN_DRAFT, queries=(FindMessageCase("m9"),))


def test_what_a_message_brought_is_remembered_until_it_is_filed() -> None:
    before = begin_session(topic=DialogTopic.REPORT, step="story", answers={"category": "other"})
    first = decide(make_event(STORY, message_id="m1", channel=Channel.LINE), before)
    assert first.kept.message_origins == {"m1": f"text:{STORY}"}
    tapped = decide(pick(first.kept, "done", channel=Channel.LINE), first.kept)
    assert tapped.kept.message_origins == {"m1": f"text:{STORY}"}


# The present question, for a page that is opened again.


@pytest.mark.parametrize(
    ("session", "keys"),
    [
        (AT_MENU, ("menu.again",)),
        (IN_DRAFT, ("report.accused",)),
        (IN_CASE, ("track.message",)),
        (CONFIRMING, ("confirm.receipt", "confirm.ask")),
    ],
)
def test_the_present_question_is_repeated(session: Session, keys: tuple[str, ...]) -> None:
    outcome = run_decision(DESK.current_prompt(make_event(), session), ANSWERS)
    assert (outcome.session, outcome.keys) == (session, keys)


def test_the_menu_of_the_desk() -> None:
    assert run_decision(DESK.current_prompt(make_event(), AT_MENU), ANSWERS).replies == (MENU,)


EVENTS = st.one_of(
    st.builds(make_event, st.text(max_size=30)),
    st.builds(
        make_event, st.sampled_from([RECEIPT.formatted, "ยกเลิก", "/start", "/report", "1", "ข้าม", STORY])
    ),
    st.builds(lambda data: make_event(choice=data), st.text(max_size=12)),
    st.builds(lambda n: make_event(file=make_file(n)), st.integers(1, 9)),
    st.builds(lambda text: make_event("ใหม่", previous_text=text), st.sampled_from([STORY, "", "อื่น"])),
    st.builds(lambda n: ("button", n), st.integers(0, 12)),
)


@given(
    st.sampled_from([None, AT_MENU, IN_DRAFT, IN_CASE, CONFIRMING]), st.lists(EVENTS, min_size=1, max_size=8)
)
def test_any_sequence_of_events_is_answered_with_a_way_on(session: Session | None, events: list[Any]) -> None:
    buttons: tuple[Any, ...] = ()
    for event in events:
        if isinstance(event, tuple):
            if not buttons:
                continue
            event = make_event(choice=buttons[event[1] % len(buttons)].data)
        outcome = decide(event, session)
        session = outcome.kept
        assert outcome.replies
        buttons = outcome.replies[-1].choices
        assert buttons
