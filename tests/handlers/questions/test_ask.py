"""Asking a question, decision by decision: known answers, a suspected complaint, and the officers."""

from datetime import date, timedelta
from typing import Any

import pytest

from handlers.dialog.attempts import Attempts
from handlers.dialog.effects import NewReceipt
from handlers.dialog.events import Channel, Event
from handlers.dialog.receipt import make_receipt
from handlers.dialog.replies import (
    AS_RECEIPT,
    AS_SECTION,
    ASKS_FOR_QUESTION,
    MUST_ARRIVE,
    NEUTRAL,
    Choice,
    ExpectedInput,
    Phrase,
    Presentation,
    Reply,
    TextLabel,
    raw_text,
)
from handlers.dialog.session import DialogTopic, Session
from handlers.questions.ask import (
    begin_question,
    build_handover_reply,
    handle_question,
    handle_question_text,
    is_greeting,
    quote_question,
    reprompt_question,
)
from handlers.questions.faq_messages import FaqCatalogue, GetFaqCatalogue
from handlers.questions.menu import SERVICE_MENU
from handlers.questions.messages import (
    AnswerMatch,
    FindKnownAnswers,
    GetQuestionRate,
    ReplyAddress,
    SaveQuestionRate,
    SubmitQuestion,
)
from tests.in_memory_desk import MORNING
from tests.run_decision import (
    PERSON,
    Outcome,
    begin_session,
    make_buttons,
    make_context,
    make_event,
    pick,
    run_decision,
)

RECEIPT = make_receipt(271828)
TODAY = date(2026, 11, 22)
URL = "https://complaints.example"
QUESTION = "ขอยืมเต็นท์ได้ไหม"
HOURS = AnswerMatch("hours", "เปิดกี่โมง", "08.30-16.30 น.", link="https://office.example")
TENT = AnswerMatch("tent", "ยืมเต็นท์อย่างไร", "ทำหนังสือมา", sure=True, example=True)
LONG_TITLE = AnswerMatch("long", "ก" * 61, "คำตอบ")
CATALOGUE = FaqCatalogue()
LOOKED_UP = (GetFaqCatalogue(), FindKnownAnswers(QUESTION, TODAY))
MATCHES = (HOURS, LONG_TITLE)
MENU = Reply("welcome.again", NEUTRAL, {}, SERVICE_MENU["th"], presentation=ASKS_FOR_QUESTION)
LEFT = Session(version=3, at=MORNING, prompt_number=7)
ADDRESS = ReplyAddress(PERSON, Channel.TELEGRAM, b"to", "th")


def at(step: str, **answers: str) -> Session:
    return begin_session(topic=DialogTopic.ASK, step=step, at=MORNING, answers=answers)


AT_FOUND = at("found", question=QUESTION)
AT_TOLD = at("told", question=QUESTION, shown="0")
AT_SUSPECT = at("suspect", question="ครูเรียกรับเงิน")


def decide(
    event: Event, session: Session, matches: tuple[AnswerMatch, ...] = MATCHES, rate: Attempts | None = None
) -> Outcome:
    answers = {
        FindKnownAnswers: matches,
        GetQuestionRate: rate or Attempts(),
        NewReceipt: RECEIPT,
        GetFaqCatalogue: CATALOGUE,
    }
    return run_decision(handle_question(make_context(event, session), URL), answers)


def moved(session: Session, step: str, **answers: str) -> Session:
    return session.replace(
        topic=DialogTopic.ASK, step=step, prompt_number=session.prompt_number + 1, answers=answers
    )


def ask(session: Session) -> Reply:
    buttons = make_buttons(session, "topics", "leave")
    return Reply("ask.ask", NEUTRAL, {}, buttons, wants=ExpectedInput.TEXT, presentation=ASKS_FOR_QUESTION)


def found(session: Session) -> Reply:
    number = session.prompt_number
    titles = (
        Choice(f"{number}.m1", "literal", {"text": "เปิดกี่โมง"}),
        Choice(f"{number}.m2", "literal", {"text": "ก" * 59 + "…"}),
    )
    return Reply(
        "ask.found",
        NEUTRAL,
        {
            "titles": (raw_text("1. เปิดกี่โมง"), raw_text(f"2. {'ก' * 61}")),
            "quoted": quote_question(session.answers["question"]),
        },
        (*titles, *make_buttons(session, "officer", "again", "leave")),
        wants=ExpectedInput.PICK,
        presentation=Presentation(text_label=TextLabel.QUESTION, args_as_buttons="titles"),
    )


def nothing_found(session: Session) -> Reply:
    buttons = make_buttons(session, "officer", "topics", "again", "leave")
    quoted = {"quoted": quote_question(session.answers["question"])}
    return Reply(
        "ask.none", NEUTRAL, quoted, buttons, wants=ExpectedInput.PICK, presentation=ASKS_FOR_QUESTION
    )


def told(session: Session, one: AnswerMatch) -> Reply:
    return Reply(
        "ask.told_example" if one.example else "ask.told",
        NEUTRAL,
        {
            "title": one.title,
            "answer": one.answer,
            "link": raw_text(f"\n{one.link}" if one.link else ""),
            "age": raw_text(""),
        },
        make_buttons(session, "fits", "other", "officer"),
        wants=ExpectedInput.PICK,
        presentation=ASKS_FOR_QUESTION,
    )


@pytest.mark.parametrize(
    "text",
    [
        "สวัสดี",
        "สวัสดีครับ",
        "หวัดดีค่ะ",
        "ขอบคุณมากค่ะ",
        "Hello!",
        "good morning",
        "hi",
        "ทดสอบ",
        "",
        "ก",
        "??",
        "1",
        "😡😡😡",
        "สวัสดี ๆ",
    ],
)
def test_a_greeting_is_no_question(text: str) -> None:
    assert is_greeting(text)


@pytest.mark.parametrize(
    "text", ["สวัสดี เปิดกี่โมง", "ขอบคุณที่ตอบ แล้วเสาร์เปิดไหม", "hello, when do you open?", "123", "ดีเดย์คืออะไร"]
)
def test_a_question_is_no_greeting(text: str) -> None:
    assert not is_greeting(text)


def test_asking_what_the_question_is() -> None:
    before = begin_session(at=MORNING, answers={"old": "x"})
    after = moved(before, "ask")
    assert run_decision(begin_question(make_context(make_event(), before))) == Outcome(after, (ask(after),))
    again = run_decision(begin_question(make_context(make_event(), after)))
    assert again == Outcome(after, (ask(after),))


def test_at_the_question_a_slip_and_a_stale_button_ask_again() -> None:
    assert decide(make_event("ok"), at("ask")).keys == ("ask.ask",)
    stale = decide(make_event(choice="6.leave"), at("ask"))
    assert stale == Outcome(at("ask"), (Reply("pick.stale", NEUTRAL), ask(at("ask"))))
    assert decide(pick(at("ask"), "leave"), at("ask")) == Outcome(LEFT, (MENU,))


def test_the_nearest_titles_are_offered() -> None:
    outcome = decide(make_event(QUESTION), at("ask"))
    after = moved(at("ask"), "found", question=QUESTION)
    assert outcome == Outcome(after, (found(after),), (), LOOKED_UP)


def test_a_sure_answer_is_told_at_once() -> None:
    outcome = decide(make_event(QUESTION), at("ask"), (TENT, HOURS))
    after = moved(at("ask"), "told", question=QUESTION, shown="0")
    assert outcome == Outcome(after, (told(after, TENT),), (), LOOKED_UP)


def test_where_nothing_is_near_the_officers_are_offered() -> None:
    outcome = decide(make_event(QUESTION), at("ask"), ())
    after = moved(at("ask"), "found", question=QUESTION)
    assert (outcome.session, outcome.replies) == (after, (nothing_found(after),))


@pytest.mark.parametrize(
    "event", [pick(AT_FOUND, "m1"), make_event("1"), make_event("๑"), make_event("เปิดกี่โมง")]
)
def test_a_title_shows_its_answer(event: Event) -> None:
    after = moved(AT_FOUND, "told", question=QUESTION, shown="0")
    outcome = decide(event, AT_FOUND)
    assert (outcome.session, outcome.replies) == (after, (told(after, HOURS),))


@pytest.mark.parametrize("event", [pick(AT_TOLD, "other"), make_event("2")])
def test_an_answer_that_does_not_fit_leads_to_the_next_and_is_not_offered_again(event: Event) -> None:
    after = moved(AT_TOLD, "found", question=QUESTION, declined="hours")
    outcome = decide(event, AT_TOLD)
    assert outcome.replies == (found(after),)
    assert outcome.queries == (
        FindKnownAnswers(QUESTION, TODAY),
        FindKnownAnswers(QUESTION, TODAY, ("hours",)),
    )
    again = at("told", question=QUESTION, declined="hours", shown="1")
    assert decide(pick(again, "other"), again).queries[-1].without == ("hours", "long")  # type: ignore[attr-defined]


def test_a_new_question_forgets_what_did_not_fit_the_last_one() -> None:
    before = at("found", question=QUESTION, declined="hours")
    assert decide(make_event("เสาร์เปิดไหม"), before).kept.answers == {"question": "เสาร์เปิดไหม"}


def test_an_answer_that_fits_ends_the_conversation() -> None:
    assert decide(pick(AT_TOLD, "fits"), AT_TOLD).replies == (Reply("ask.glad", NEUTRAL), MENU)


def test_asking_something_else_and_leaving() -> None:
    assert decide(pick(AT_FOUND, "again"), AT_FOUND).keys == ("ask.ask",)
    assert decide(pick(AT_FOUND, "leave"), AT_FOUND).session == LEFT


@pytest.mark.parametrize("data", ["6.officer", "7.m3", "7.fits", "7.", ""])
def test_a_stale_button_shows_the_titles_again(data: str) -> None:
    outcome = decide(make_event(choice=data), AT_FOUND)
    assert outcome.acts == ()
    assert outcome.keys == ("pick.stale", "ask.found")
    assert outcome.kept.answers == {"question": QUESTION}


def test_an_answer_that_was_taken_off_meanwhile_leads_to_the_titles() -> None:
    before = at("told", question=QUESTION, shown="2")
    assert decide(make_event(choice="1.fits"), before).keys == ("pick.stale", "ask.found")


def test_a_new_text_is_a_new_question() -> None:
    outcome = decide(make_event("เสาร์เปิดไหม"), AT_TOLD)
    assert outcome.kept.answers == {"question": "เสาร์เปิดไหม"}
    again = FindKnownAnswers("เสาร์เปิดไหม", TODAY)
    assert outcome.queries == (FindKnownAnswers(QUESTION, TODAY), GetFaqCatalogue(), again)


@pytest.mark.parametrize(
    ("text", "key"),
    [("\x00\u200b", "text.removed"), ("ก" * 4001, "ask.too_long")],
)
def test_an_empty_or_too_long_question_is_not_looked_up(text: str, key: str) -> None:
    outcome = run_decision(handle_question_text(make_context(make_event(text), at("ask"))))
    assert (outcome.keys[0], outcome.keys[-1], outcome.queries) == (key, "ask.ask", ())
    if key == "ask.too_long":
        assert outcome.replies[0].args == {"limit": "4,000", "count": "4,001", "unsent": text}


def test_hidden_characters_are_mentioned_before_the_titles() -> None:
    outcome = decide(make_event(f"{QUESTION}\u202e"), at("ask"))
    assert outcome.keys == ("text.removed", "ask.found")


# The officers.


@pytest.mark.parametrize(
    ("parts", "address", "key", "presentation"),
    [
        ({}, None, "ask.filed_code", AS_SECTION),
        ({"channel": Channel.TELEGRAM, "reply_to": b"to"}, ADDRESS, "ask.filed", AS_RECEIPT),
    ],
)
def test_a_question_goes_to_the_officers(
    parts: dict[str, Any], address: ReplyAddress | None, key: str, presentation: Presentation
) -> None:
    outcome = decide(pick(AT_FOUND, "officer", **parts), AT_FOUND)
    due = date(2026, 12, 7)
    act = SubmitQuestion(RECEIPT, QUESTION, PERSON, "th", TODAY, due, address)
    args = {"receipt": RECEIPT.formatted, "answer_by": "7 ธันวาคม 2569", "quoted": quote_question(QUESTION)}
    assert outcome == Outcome(
        LEFT,
        (Reply(key, MUST_ARRIVE, args, presentation=presentation), MENU),
        (act, SaveQuestionRate(PERSON, Attempts(MORNING, 1))),
        (FindKnownAnswers(QUESTION, TODAY), GetQuestionRate(PERSON), NewReceipt()),
    )


@pytest.mark.parametrize("session", [AT_FOUND, AT_TOLD])
def test_words_that_ask_for_an_officer_send_the_question_and_do_not_replace_it(session: Session) -> None:
    outcome = decide(make_event("ส่งให้เจ้าหน้าที่เลยค่ะ"), session)
    assert [act.text for act in outcome.acts if isinstance(act, SubmitQuestion)] == [QUESTION]


def test_who_sends_too_much_waits_and_keeps_the_question() -> None:
    busy = Attempts(None, 0, MORNING + timedelta(minutes=10), 1)
    outcome = decide(pick(AT_FOUND, "officer"), AT_FOUND, rate=busy)
    after = moved(AT_FOUND, "found", question=QUESTION)
    assert (outcome.session, outcome.acts) == (after, ())
    assert outcome.replies == (Reply("ask.wait", NEUTRAL, {"until": "09:10"}), nothing_found(after))


def test_a_question_in_another_script_goes_to_the_officers_unsearched() -> None:
    text = "ကျောင်းအပ်ဖို့ ဘာလိုအပ်ပါသလဲ"
    outcome = decide(make_event(text), at("ask"))
    assert outcome.keys == ("ask.foreign", "ask.filed_code", "welcome.again")
    assert outcome.queries == (GetQuestionRate(PERSON), NewReceipt())


# A suspected complaint.


def test_a_complaint_is_asked_about_first_and_looked_up_nowhere() -> None:
    text = "ครูเรียกรับเงินค่าบรรจุ"
    outcome = decide(make_event(text), at("ask"))
    after = moved(at("ask"), "suspect", question=text)
    question = Reply(
        "ask.suspect",
        NEUTRAL,
        {},
        make_buttons(after, "complain", "general", "leave"),
        wants=ExpectedInput.PICK,
        presentation=ASKS_FOR_QUESTION,
    )
    assert outcome == Outcome(after, (question,))
    assert outcome.kept.memory_only


@pytest.mark.parametrize("event", [pick(AT_SUSPECT, "complain"), make_event("1"), make_event("๑")])
def test_a_complaint_is_handed_over_and_forgotten(event: Event) -> None:
    handover = Reply(
        "ask.handover",
        NEUTRAL,
        {"office": "สำนักงานศึกษาธิการจังหวัดเชียงใหม่", "address": URL},
        presentation=AS_SECTION,
    )
    assert decide(event, AT_SUSPECT) == Outcome(LEFT, (handover, MENU))


def test_without_an_address_the_website_of_the_office_is_named() -> None:
    reply = build_handover_reply(make_context(make_event(), AT_SUSPECT), "")
    assert str(reply.args["address"]).startswith("http")
    assert reply.args["address"] != URL


def test_leaving_forgets_the_complaint() -> None:
    assert decide(pick(AT_SUSPECT, "leave"), AT_SUSPECT) == Outcome(
        LEFT, (Reply("ask.forgotten", NEUTRAL), MENU)
    )


def test_what_is_no_complaint_is_looked_up() -> None:
    outcome = decide(pick(AT_SUSPECT, "general"), AT_SUSPECT)
    assert outcome.kept.answers == {"question": "ครูเรียกรับเงิน"}
    assert outcome.keys == ("ask.found",)


@pytest.mark.parametrize(
    ("event", "key"),
    [
        (make_event(choice="6.leave"), "pick.stale"),
        (make_event("ไม่รู้สิ"), "pick.unclear"),
        (make_event("เอ๊ะ"), "pick.unknown"),
        (make_event(""), "pick.unknown_here"),
    ],
)
def test_anything_else_asks_again_whether_it_is_a_complaint(event: Event, key: str) -> None:
    outcome = decide(event, AT_SUSPECT)
    assert outcome.keys == (key, "ask.suspect")
    assert (outcome.kept.step, outcome.kept.answers) == ("suspect", AT_SUSPECT.answers)
    assert outcome.queries == ()


@pytest.mark.parametrize(
    ("session", "key"),
    [(AT_SUSPECT, "ask.suspect"), (AT_FOUND, "ask.found"), (AT_TOLD, "ask.told"), (at("ask"), "ask.ask")],
)
def test_the_present_question_is_repeated(session: Session, key: str) -> None:
    note = Reply("welcome.help", NEUTRAL)
    outcome = run_decision(
        reprompt_question(make_context(make_event(), session), note), {FindKnownAnswers: MATCHES}
    )
    assert outcome.keys == ("welcome.help", key)
    assert outcome.kept.answers == session.answers


@pytest.mark.parametrize(
    ("checked", "key"),
    [
        (None, "literal"),
        (TODAY - timedelta(days=365), "ask.age"),
        (TODAY - timedelta(days=366), "ask.age_old"),
    ],
)
def test_an_answer_says_when_it_was_checked(checked: date | None, key: str) -> None:
    one = AnswerMatch("hours", "เปิดกี่โมง", "8 โมง", checked=checked)
    outcome = decide(pick(AT_FOUND, "m1"), AT_FOUND, (one,))
    age = outcome.replies[0].args["age"]
    assert isinstance(age, Phrase)
    assert age.key == key
