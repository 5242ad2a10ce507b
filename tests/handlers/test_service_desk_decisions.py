"""The service desk: which part of the conversation gets a message, and which queries that takes."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.complaints.messages import FindMessageCase, UnsendMessage, Unsubscribe
from handlers.consultations.messages import FindConsultation, FindResponse, ListConsultations
from handlers.dialog.attempts import Attempts, GetAttempts
from handlers.dialog.effects import DeleteFiles, Listing, NewReceipt, Now
from handlers.dialog.events import Event, FileProblem
from handlers.dialog.receipt import make_receipt
from handlers.dialog.replies import NEUTRAL, OF_CASE, PageLayout, Phrase, Presentation, Reply
from handlers.dialog.session import DialogTopic, Session
from handlers.feedback.messages import NewFeedbackNumber
from handlers.questions.faq_messages import FaqCatalogue, GetFaqCatalogue
from handlers.questions.messages import FindKnownAnswers, FindThreadByCode, GetQuestionRate, GetThread
from handlers.service_desk import ServiceDesk
from handlers.staff.parse import ParsedCommand
from handlers.staff.permissions import ServiceCommandName
from handlers.staff.state import AwaitingText, OfficerState, ServiceWork
from tests.handlers.consultations.consultation_rows import CONSULTATION
from tests.handlers.questions.test_ask import HOURS
from tests.handlers.questions.test_follow import OPEN
from tests.in_memory_desk import MORNING, OFFICE
from tests.run_decision import PERSON, Outcome, begin_session, make_event, make_file, run_decision

DESK = ServiceDesk(OFFICE, "https://complaints.example", "https://service.example/qna")
CODE = make_receipt(1618)
QUESTION = "ขอยืมเต็นท์ได้ไหม"
ANSWERS = {
    Now: MORNING,
    NewReceipt: CODE,
    FindKnownAnswers: (HOURS,),
    GetFaqCatalogue: FaqCatalogue(),
    FindThreadByCode: OPEN,
    GetThread: OPEN,
    GetAttempts: Attempts(),
    GetQuestionRate: Attempts(),
    ListConsultations: Listing(()),
    FindConsultation: CONSULTATION,
    FindResponse: None,
    NewFeedbackNumber: 12,
    FindMessageCase: "t1",
}
AT_MENU = begin_session()
AT_FOUND = begin_session(topic=DialogTopic.ASK, step="found", answers={"question": QUESTION})
AT_SUSPECT = begin_session(topic=DialogTopic.ASK, step="suspect", answers={"question": "ครูเรียกรับเงิน"})
AT_THREAD = begin_session(topic=DialogTopic.THREAD, step="thread", answers={"thread": "t1"})
AT_OPINION = begin_session(topic=DialogTopic.OPINION, step="text", answers={"score": "score2"})
EVERYWHERE = [AT_MENU, AT_FOUND, AT_SUSPECT, AT_THREAD, AT_OPINION]


def decide(event: Event, session: Session | None) -> Outcome:
    return run_decision(DESK.decide(event, session), ANSWERS)


@pytest.mark.parametrize("session", [AT_MENU, AT_FOUND, AT_THREAD, AT_OPINION])
def test_a_part_of_a_long_text_may_be_stored(session: Session) -> None:
    assert DESK.may_store_part(make_event(QUESTION), session)


@pytest.mark.parametrize("session", [AT_MENU, AT_FOUND])
def test_a_part_of_what_may_be_a_complaint_is_stored_of_an_answer_only(session: Session) -> None:
    event = make_event("เจ้าหน้าที่เรียกรับสินบน")
    officers_desk = ServiceDesk(OFFICE, roster=frozenset({PERSON}))
    pending = AwaitingText(ParsedCommand(ServiceCommandName.ANSWER, 1, 2570))
    answering = session.replace(officer=OfficerState(service=ServiceWork(pending)))
    assert not officers_desk.may_store_part(event, session)
    assert officers_desk.may_store_part(make_event(f"/answer 1 {event.text}"), session)
    assert officers_desk.may_store_part(event, answering)
    assert not DESK.may_store_part(event, answering)


@pytest.mark.parametrize("text", ["สวัสดีค่ะ", "", "hello", "/start"])
def test_a_greeting_is_greeted(text: str) -> None:
    outcome = decide(make_event(text), None)
    assert (outcome.keys, outcome.queries) == (("welcome.hello",), (Now(),))


def test_any_other_first_text_is_a_question() -> None:
    outcome = decide(make_event(QUESTION), None)
    assert outcome.keys == ("ask.found",)
    assert outcome.queries == (Now(), GetFaqCatalogue(), FindKnownAnswers(QUESTION, date(2026, 11, 22)))


@pytest.mark.parametrize(
    ("command", "key", "keeps"),
    [
        ("/ask", "ask.ask", False),
        ("ติดตาม", "track.ask", False),
        ("/follow", "track.ask", False),
        ("/start", "welcome.hello", False),
        ("/menu", "welcome.again", False),
        ("ยกเลิก", "welcome.again", False),
        ("ความคิดเห็น", "opinion.hello", False),
        ("รับฟังความคิดเห็น", "welcome.consultations.none", False),
        ("กระดาน", "welcome.board", True),
        ("แจ้งทุจริต", "ask.handover", True),
        ("ช่วยเหลือ", "welcome.help", True),
        ("/privacy", "welcome.privacy", True),
        ("/stop", "thread.stopped", True),
    ],
)
@pytest.mark.parametrize("session", EVERYWHERE, ids=lambda one: one.step or "menu")
def test_where_each_command_leads(command: str, key: str, keeps: bool, session: Session) -> None:
    outcome = decide(make_event(command), session)
    assert outcome.keys[0] == key
    assert outcome.acts == ((Unsubscribe(PERSON),) if command == "/stop" else ())
    if keeps:
        assert (outcome.kept.topic, outcome.kept.answers) == (session.topic, session.answers)
    else:
        assert not outcome.kept.answers


def test_what_the_desk_says_of_itself() -> None:
    assert decide(make_event("กระดาน"), AT_MENU).replies[0] == Reply(
        "welcome.board", NEUTRAL, {"address": "https://service.example/qna"}
    )
    assert decide(make_event("/help"), AT_MENU).replies[0] == Reply(
        "welcome.help",
        NEUTRAL,
        {"days": 15},
        presentation=Presentation(layout=PageLayout.SECTION, page_wording="page.service_help"),
    )
    privacy = decide(make_event("/privacy"), AT_MENU).replies[0]
    assert privacy.args["abroad"] == Phrase("abroad.web")
    without_board = run_decision(ServiceDesk(OFFICE).decide(make_event("กระดาน"), AT_MENU), ANSWERS)
    assert without_board.replies[0].args == {"address": OFFICE.website}


@pytest.mark.parametrize("session", EVERYWHERE, ids=lambda one: one.step or "menu")
def test_the_language_changes_in_the_middle_and_nothing_else_does(session: Session) -> None:
    outcome = decide(make_event("English"), session)
    assert (outcome.kept.lang, outcome.kept.topic, outcome.kept.answers) == (
        "en",
        session.topic,
        session.answers,
    )


@pytest.mark.parametrize("session", [None, *EVERYWHERE], ids=lambda one: (one and one.step) or "menu")
@pytest.mark.parametrize(
    ("parts", "deleted"),
    [
        ({}, (DeleteFiles((make_file().id,)),)),
        ({"problem": FileProblem.EMPTY}, (DeleteFiles((make_file().id,)),)),
    ],
)
def test_a_file_is_never_kept(
    session: Session | None, parts: dict[str, Any], deleted: tuple[Any, ...]
) -> None:
    outcome = decide(make_event(file=make_file(**parts)), session)
    assert (outcome.keys[0], outcome.acts) == ("ask.words", deleted)
    assert outcome.kept.files == ()


@pytest.mark.parametrize(
    "session", [None, AT_MENU, AT_FOUND, AT_THREAD], ids=lambda one: (one and one.step) or "menu"
)
def test_a_code_opens_its_question_from_anywhere(session: Session | None) -> None:
    outcome = decide(make_event(CODE.formatted), session)
    assert outcome.keys == ("thread.status",)
    assert outcome.kept.answers == {"thread": "t1"}


def test_a_code_is_not_kept_in_feedback_nor_in_a_suspected_complaint() -> None:
    outcome = decide(make_event(CODE.formatted), AT_OPINION)
    assert outcome.keys == ("draft.code", "poll.item")
    assert outcome.kept.answers == AT_OPINION.answers
    assert decide(make_event(CODE.formatted), AT_SUSPECT).keys == ("pick.unknown", "ask.suspect")


@pytest.mark.parametrize("text", ["c-K7M2QX", "/start c-K7M2QX", " c-k7m2qx "])
@pytest.mark.parametrize("session", [None, AT_FOUND, AT_OPINION], ids=lambda one: (one and one.step) or "new")
def test_the_link_of_a_consultation_begins_it(text: str, session: Session | None) -> None:
    outcome = decide(make_event(text), session)
    assert outcome.keys == ("consult.hello", "poll.item")
    assert outcome.kept.answers == {"ballot": "K7M2QX"}
    assert outcome.kept.lang == "th"


@pytest.mark.parametrize("text", ["c-K7M2Q", "c-K7M2QXX", "C-K7M2QX", "c-K7M2Q!", "x c-K7M2QX"])
def test_what_is_no_link_of_a_consultation(text: str) -> None:
    assert "consult.hello" not in decide(make_event(text), AT_MENU).keys


def test_a_button_below_an_answer_leads_to_its_question() -> None:
    assert decide(make_event(choice="/q.t1.more"), AT_FOUND).keys == ("thread.more",)


@pytest.mark.parametrize("data", ["7.officer", "0.leave", "", "x" * 500])
def test_any_button_at_the_menu_that_is_no_command_is_stale(data: str) -> None:
    assert decide(make_event(choice=data), AT_MENU).keys == ("pick.stale", "welcome.again")


@pytest.mark.parametrize("session", [AT_FOUND, AT_THREAD, AT_OPINION], ids=lambda one: one.step)
def test_a_text_for_an_older_question_is_given_back(session: Session) -> None:
    outcome = decide(make_event("คำตอบเก่า", prompt_number=3), session)
    assert outcome.replies[0] == Reply("text.late", NEUTRAL, {"unsent": "คำตอบเก่า"})
    assert (outcome.kept.answers, outcome.acts) == (session.answers, ())


@pytest.mark.parametrize("session", [AT_FOUND, AT_SUSPECT, AT_THREAD, AT_OPINION], ids=lambda one: one.step)
def test_an_expired_conversation_begins_anew_and_says_so(session: Session) -> None:
    outcome = decide(make_event("สวัสดี"), session.replace(at=MORNING - timedelta(minutes=30)))
    assert outcome.keys == ("ask.lapsed", "welcome.hello")
    assert not outcome.kept.answers


@pytest.mark.parametrize(
    "topic", [DialogTopic.REPORT, DialogTopic.TRACK, DialogTopic.CONFIRM, DialogTopic.LAPSED]
)
def test_a_topic_of_the_other_desk_is_reset(topic: DialogTopic) -> None:
    outcome = decide(make_event("สวัสดี"), begin_session(topic=topic, step="story"))
    assert outcome.kept.topic is DialogTopic.MENU


@pytest.mark.parametrize("minutes", [29, 30])
def test_typing_keeps_a_session_alive_and_does_not_raise_the_dead(minutes: int) -> None:
    before = AT_OPINION.replace(at=MORNING - timedelta(minutes=minutes))
    at = MORNING if minutes == 29 else before.at
    assert decide(make_event(choice="/touch"), before) == Outcome(before.replace(at=at), queries=(Now(),))


# Edited and unsent messages.


def test_an_edited_question_is_looked_up_anew() -> None:
    outcome = decide(make_event("เปิดกี่โมง", previous_text=f" {QUESTION} "), AT_FOUND)
    assert outcome.keys == ("draft.corrected", "ask.found")
    assert outcome.kept.answers == {"question": "เปิดกี่โมง"}


def test_an_edited_answer_of_feedback_is_mended() -> None:
    before = AT_OPINION.replace(step="wish", answers={"text": "คิวยาว"})
    outcome = decide(make_event("คิวสั้น", previous_text="คิวยาว"), before)
    assert (outcome.keys, outcome.kept.answers) == (("draft.corrected", "poll.item"), {"text": "คิวสั้น"})


@pytest.mark.parametrize("was", ["ที่ไม่เคยพิมพ์", ""])
@pytest.mark.parametrize("session", EVERYWHERE, ids=lambda one: one.step or "menu")
def test_an_edit_of_something_else_changes_nothing(was: str, session: Session) -> None:
    outcome = decide(make_event("อื่น", previous_text=was), session)
    assert outcome.keys[0] == "draft.not_corrected"
    assert outcome.kept.answers == session.answers


def unsend(session: Session | None, message: str = "m1") -> Outcome:
    return decide(make_event(unsent_message_id=message), session)


def test_an_unsent_question_that_was_not_sent_yet_is_gone() -> None:
    before = AT_FOUND.replace(message_origins={"m1": f"text:{QUESTION}"})
    assert unsend(before) == Outcome(
        before.replace(topic=DialogTopic.MENU, step="", answers={}, message_origins={})
    )


def test_an_unsent_further_question_leads_back_to_the_thread() -> None:
    answers = {"thread": "t1", "held": "ต้องมัดจำไหม"}
    before = AT_THREAD.replace(step="held", answers=answers, message_origins={"m1": "text:ต้องมัดจำไหม"})
    assert unsend(before) == Outcome(
        before.replace(step="thread", answers={"thread": "t1"}, message_origins={})
    )


def test_an_unsent_answer_of_feedback_is_dropped() -> None:
    before = AT_OPINION.replace(
        answers={"score": "score2", "text": "คิวยาว"}, message_origins={"m1": "text:คิวยาว"}
    )
    assert unsend(before).kept.answers == {"score": "score2"}


@pytest.mark.parametrize("session", [None, AT_THREAD])
def test_an_unsent_message_of_a_sent_question_is_removed_from_it(session: Session | None) -> None:
    outcome = unsend(session, "m9")
    assert outcome.acts == (UnsendMessage("t1", "m9", date(2026, 11, 22)),)
    assert (outcome.session, outcome.replies) == (session, ())


@pytest.mark.parametrize(
    ("session", "key"),
    [
        (AT_MENU, "welcome.again"),
        (AT_FOUND, "ask.found"),
        (AT_SUSPECT, "ask.suspect"),
        (AT_THREAD, "thread.status"),
        (AT_OPINION, "poll.item"),
    ],
)
def test_the_present_question_is_repeated(session: Session, key: str) -> None:
    assert run_decision(DESK.current_prompt(make_event(), session), ANSWERS).keys == (key,)


def test_an_unknown_code_is_not_repeated_and_the_other_desk_named() -> None:
    unknown = run_decision(
        DESK.decide(make_event(CODE.formatted), AT_MENU), {**ANSWERS, FindThreadByCode: None}
    )
    assert unknown.replies[:2] == (
        Reply("track.unknown", OF_CASE),
        Reply("track.is_case", NEUTRAL, {"address": "https://complaints.example"}),
    )


EVENTS = st.one_of(
    st.builds(make_event, st.text(max_size=30)),
    st.builds(
        make_event,
        st.sampled_from(
            [CODE.formatted, "ยกเลิก", "/ask", "1", "ข้าม", QUESTION, "ครูเรียกรับเงิน", "c-K7M2QX", "ความคิดเห็น"]
        ),
    ),
    st.builds(lambda data: make_event(choice=data), st.text(max_size=12)),
    st.just(make_event(file=make_file())),
    st.builds(lambda text: make_event("ใหม่", previous_text=text), st.sampled_from([QUESTION, "", "อื่น"])),
    st.integers(0, 12),  # a button of the last reply
)


@given(st.sampled_from([None, *EVERYWHERE]), st.lists(EVENTS, min_size=1, max_size=8))
def test_any_sequence_of_events_is_answered_with_a_way_on(
    session: Session | None, events: list[Event | int]
) -> None:
    buttons: tuple[Any, ...] = ()
    for one in events:
        if isinstance(one, int):
            if not buttons:
                continue
            event = make_event(choice=buttons[one % len(buttons)].data)
        else:
            event = one
        outcome = decide(event, session)
        session = outcome.kept
        assert outcome.replies
        buttons = outcome.replies[-1].choices
        assert buttons
