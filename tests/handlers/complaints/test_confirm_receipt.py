"""Confirming the receipt after filing, the menu, and notifications, decision by decision."""

from dataclasses import replace
from typing import Any

import pytest

from handlers.complaints.confirm_receipt import handle_confirmation, reprompt_confirmation
from handlers.complaints.menu import handle_complaints_menu, show_complaints_greeting
from handlers.complaints.messages import FindCase, ListExclusions, SubscribeToCase, Unsubscribe
from handlers.complaints.subscriptions import build_subscription, handle_subscribe, handle_unsubscribe
from handlers.dialog.effects import TurnResult
from handlers.dialog.events import Channel, Event, FileProblem
from handlers.dialog.receipt import make_receipt
from handlers.dialog.replies import (
    AS_RECEIPT,
    MUST_ARRIVE,
    NEUTRAL,
    OF_CASE,
    Choice,
    ExpectedInput,
    Phrase,
    Reply,
)
from handlers.dialog.session import DialogTopic, Session, UnconfirmedText
from handlers.dialog.unasked import describe_unknown_choice
from handlers.staff.members import ListStaff
from tests.handlers.complaints.followed_case import CASE, LEFT, MENU
from tests.in_memory_desk import MORNING
from tests.run_decision import (
    PERSON,
    Outcome,
    begin_session,
    make_buttons,
    make_context,
    make_event,
    make_file,
    make_menu,
    pick,
    run_decision,
)

RECEIPT = make_receipt(31415926535)
FIVE = RECEIPT.last_five
BEFORE = begin_session(topic=DialogTopic.CONFIRM, step="five", at=MORNING, receipt=RECEIPT)
SHOWN = Reply("confirm.receipt", MUST_ARRIVE, {"receipt": RECEIPT.formatted}, presentation=AS_RECEIPT)
ADVICE = Reply("advice.web", NEUTRAL)
THAI = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")


def decide(event: Event, session: Session = BEFORE, case: object = CASE) -> Outcome:
    answers = {FindCase: case, ListStaff: (), ListExclusions: ()}
    return run_decision(handle_confirmation(make_context(event, session)), answers)


def ask(*ways: str) -> Reply:
    return Reply("confirm.ask", OF_CASE, {}, make_buttons(BEFORE, *ways), wants=ExpectedInput.CODE)


@pytest.mark.parametrize(
    "typed",
    [
        FIVE,
        FIVE.lower(),
        f" {FIVE} ",
        f"{FIVE[:4]}-{FIVE[4]}",
        FIVE.translate(THAI),
        RECEIPT.formatted,
        RECEIPT.symbols.lower(),
        f"{FIVE.lower()} ค่ะ",
        f"{FIVE}ครับ",
        f"5 ตัวท้ายคือ {FIVE.lower()} นะคะ",
        f"รหัส ๕ ตัวสุดท้าย {FIVE} ครับผม",
    ],
)
def test_the_last_five_symbols_however_they_are_written(typed: str) -> None:
    assert decide(make_event(typed)) == Outcome(LEFT, (Reply("confirm.right", OF_CASE), ADVICE, MENU))


@pytest.mark.parametrize(
    "event",
    [
        pick(BEFORE, "skip"),
        *(make_event(text) for text in ("ข้าม", "จดไว้แล้ว เสร็จค่ะ", "skip", "ใช่จ้า", "ใช่ค่ะ")),
    ],
)
def test_the_confirmation_can_be_skipped(event: Event) -> None:
    assert decide(event) == Outcome(LEFT, (Reply("confirm.skipped", OF_CASE), ADVICE, MENU))


@pytest.mark.parametrize("typed", ["", "1", "00000", "00000 ค่ะ", "😡", FIVE[:-1], FIVE + "0"])
def test_wrong_symbols_repeat_the_receipt_and_the_question(typed: str) -> None:
    wrong = Reply("confirm.wrong", OF_CASE, {"unsent": typed})
    assert decide(make_event(typed)) == Outcome(BEFORE, (wrong, SHOWN, ask("skip")))


@pytest.mark.parametrize("typed", ["ไม่รู้", "ขอบคุณมากๆครับ", "โอเค"])
def test_a_short_reply_is_no_message_to_the_case(typed: str) -> None:
    unclear = Reply("pick.unclear", NEUTRAL)
    assert decide(make_event(typed)) == Outcome(BEFORE, (unclear, SHOWN, ask("skip")))


@pytest.mark.parametrize("data", ["6.skip", "7.news", "7.submit", ""])
def test_a_stale_button_repeats_the_receipt_too(data: str) -> None:
    assert decide(make_event(choice=data)) == Outcome(
        BEFORE, (Reply("pick.stale", NEUTRAL), SHOWN, ask("skip"))
    )


def test_a_longer_text_is_offered_as_a_message_to_the_case() -> None:
    outcome = decide(make_event("ลืมบอกไปว่ามีภาพถ่ายด้วย"))
    assert outcome.session == BEFORE.replace(
        topic=DialogTopic.TRACK, step="offer", prompt_number=8, answers={"held": "ลืมบอกไปว่ามีภาพถ่ายด้วย"}
    )
    assert (outcome.keys, outcome.acts) == (("track.offer",), ())


def test_a_file_is_attached_to_the_case() -> None:
    outcome = decide(make_event(file=make_file()))
    assert outcome.keys == ("track.attached", "track.case")
    assert len(outcome.acts) == 1


def test_a_session_without_a_receipt_is_greeted() -> None:
    outcome = decide(make_event(FIVE), BEFORE.replace(receipt=None))
    assert outcome.keys == ("menu.hello",)
    assert reprompt_confirmation(make_context(make_event(), BEFORE.replace(receipt=None))).replies == (
        ask("skip"),
    )


def test_subscribing_while_confirming_keeps_the_question() -> None:
    event = pick(BEFORE, "news", channel=Channel.TELEGRAM, reply_to=b"to")
    outcome = decide(event)
    subscribed = SubscribeToCase("c1", PERSON, Channel.TELEGRAM, b"to", "th")
    assert outcome == Outcome(
        BEFORE, (Reply("news.on", OF_CASE), ask("skip", "news")), (subscribed,), (FindCase(RECEIPT),)
    )
    gone = decide(event, case=None)
    assert (gone.replies, gone.acts) == ((ask("skip", "news"),), ())


def test_without_a_receipt_or_an_address_nobody_is_subscribed() -> None:
    turn = TurnResult(BEFORE, (MENU,))
    no_receipt = make_context(make_event(reply_to=b"to"), BEFORE.replace(receipt=None))
    assert run_decision(handle_subscribe(no_receipt, turn)) == Outcome(BEFORE, (MENU,))
    assert build_subscription(make_context(make_event(), BEFORE), "c1") == (
        Reply("literal", NEUTRAL, {"text": ""}),
        (),
    )


def test_one_word_ends_all_notifications_and_repeats_the_question() -> None:
    turn = TurnResult(BEFORE, (MENU,), (SubscribeToCase("c1", PERSON, Channel.LINE, b"to", "th"),))
    ended = handle_unsubscribe(make_context(make_event(), BEFORE), turn)
    assert ended == TurnResult(BEFORE, (Reply("news.off", NEUTRAL), MENU), (Unsubscribe(PERSON), *turn.acts))


# The menu.

AT_MENU = begin_session(at=MORNING, topic=DialogTopic.MENU)


def at_menu(event: Event, session: Session = AT_MENU, *, is_first: bool = False) -> Outcome:
    ctx = replace(make_context(event, session), is_first=is_first)
    return run_decision(handle_complaints_menu(ctx))


@pytest.mark.parametrize("text", ["", "สวัสดี", "ครับ", "😡😡😡😡😡😡😡😡😡😡😡", "12"])
@pytest.mark.parametrize("lang", ["th", "en"])
def test_what_is_too_short_to_keep_is_greeted(text: str, lang: str) -> None:
    session = AT_MENU.replace(lang=lang)
    office = {
        "th": "สำนักงานศึกษาธิการจังหวัดเชียงใหม่",
        "en": "Chiang Mai Provincial Education Office",
    }[lang]
    hello = Reply(
        "menu.hello",
        NEUTRAL,
        {"office": office, "anonymity": Phrase("anonymity.web", {"site": ""})},
        make_menu("report", "track", "privacy", "help", {"th": "en", "en": "th"}[lang]),
    )
    assert at_menu(make_event(text), session, is_first=True) == Outcome(session, (hello,))


@pytest.mark.parametrize("text", ["ครับ", "😡😡😡😡😡😡😡😡😡😡😡", "12"])
def test_a_slip_later_at_the_menu_is_not_greeted_again(text: str) -> None:
    note = describe_unknown_choice(make_event(text), memory_only=True)
    assert at_menu(make_event(text)) == Outcome(AT_MENU, (note, MENU))


def test_an_account_at_the_menu_waits_in_memory_for_the_notice() -> None:
    text = "เจ้าหน้าที่เรียกเงินจากผู้ปกครอง"
    outcome = at_menu(make_event(text))
    assert outcome.session == AT_MENU.replace(unconfirmed=UnconfirmedText(text, memory_only=True))
    drop = Choice(f"{AT_MENU.prompt_number}.drop_text", "choice.drop_text")
    question = Reply("unasked.early", OF_CASE, {"text": text}, (*MENU.choices, drop), memory_args=("text",))
    assert outcome.replies == (question,)


def test_whoever_begins_with_an_account_is_greeted_first() -> None:
    outcome = at_menu(make_event("เจ้าหน้าที่เรียกเงินจากผู้ปกครอง"), is_first=True)
    assert outcome.keys == ("menu.greeting", "unasked.early")


@pytest.mark.parametrize(
    ("parts", "keys"),
    [
        ({}, ("file.kept", "menu.held", "menu.again")),
        ({"problem": FileProblem.EMPTY}, ("file.empty", "menu.not_held", "menu.again")),
    ],
)
def test_a_file_at_the_menu(parts: dict[str, Any], keys: tuple[str, ...]) -> None:
    outcome = at_menu(make_event(file=make_file(**parts)))
    assert outcome.keys == keys
    assert len(outcome.kept.files) == (not parts)


@pytest.mark.parametrize("data", ["7.submit", "0.leave", "", "x" * 1000])
def test_any_button_at_the_menu_that_is_no_command_is_stale(data: str) -> None:
    assert at_menu(make_event(choice=data)) == Outcome(AT_MENU, (Reply("pick.stale", NEUTRAL), MENU))


def test_the_greeting_comes_after_the_notes() -> None:
    outcome = run_decision(
        show_complaints_greeting(make_context(make_event(), BEFORE), Reply("help.text", NEUTRAL))
    )
    assert outcome.session == BEFORE.replace(topic=DialogTopic.MENU, step="")
    assert outcome.keys == ("help.text", "menu.hello")
