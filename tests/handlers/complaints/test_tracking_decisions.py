"""Following a case, decision by decision: an event in; session, replies, acts and queries out."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from handlers.complaints.lifecycle import (
    CaseOutcome,
    CaseStatus,
    Transition,
    TransitionRequest,
)
from handlers.complaints.messages import (
    ActorKind,
    AddHistoryEntry,
    ApplyTransition,
    CaseOpening,
    FindCase,
    HistoryEntryKind,
    ListExclusions,
    RecordCaseOpening,
)
from handlers.complaints.track import ask_receipt, look_up_case
from handlers.dialog.attempts import Attempts, GetAttempts
from handlers.dialog.events import Channel, Event, FileProblem
from handlers.dialog.replies import (
    NEUTRAL,
    OF_CASE,
    ExpectedInput,
    Phrase,
    Reply,
)
from handlers.dialog.session import DialogTopic, UnconfirmedText
from handlers.i18n import render_reply
from handlers.staff.members import ListStaff
from tests.handlers.complaints.followed_case import (
    CASE,
    CLOSED,
    FILED_LINE,
    LEFT,
    MENU,
    RECEIPT,
    TODAY,
    ask,
    at,
    decide,
    line,
    status,
)
from tests.in_memory_desk import MORNING
from tests.run_decision import (
    PERSON,
    Outcome,
    begin_session,
    make_buttons,
    make_context,
    make_event,
    make_file,
    pick,
    run_decision,
)

# Asking for the receipt.

FIRST = Phrase("track.opened_first")
OPENING = RecordCaseOpening("c1", CaseOpening(TODAY, Channel.WEB))
AT_CODE = begin_session(topic=DialogTopic.TRACK, step="code", at=MORNING)
CODE_QUESTION = Reply("track.ask", OF_CASE, {}, make_buttons(AT_CODE, "leave"), wants=ExpectedInput.CODE)


def test_asking_for_the_receipt() -> None:
    before = begin_session(at=MORNING, prompt_number=6)
    assert run_decision(ask_receipt(make_context(make_event(), before))) == Outcome(AT_CODE, (CODE_QUESTION,))


@pytest.mark.parametrize("event", [make_event(choice="7.leave"), make_event("ยกเลิก"), make_event("ออก")])
def test_leaving_instead_of_typing_the_receipt(event: Event) -> None:
    assert decide(event, AT_CODE) == Outcome(AT_CODE.replace(topic=DialogTopic.MENU, step=""), (MENU,))


def test_a_stale_button_at_the_receipt() -> None:
    outcome = decide(make_event(choice="6.leave"), AT_CODE)
    assert outcome == Outcome(AT_CODE, (Reply("pick.stale", NEUTRAL), CODE_QUESTION))


@pytest.mark.parametrize("typed", ["1", "๑", "", "ABC", "0" * 17 + "1"])
def test_what_is_no_receipt_asks_nothing_of_the_register(typed: str) -> None:
    outcome = decide(make_event(typed), AT_CODE)
    assert (outcome.session, outcome.queries, outcome.acts) == (AT_CODE, (), ())
    assert outcome.keys == ("track.length", "track.ask")
    assert outcome.replies[0].args["unsent"] == typed


@pytest.mark.parametrize("event", [make_event("เจ้าหน้าที่เรียกเงินจากผู้ปกครอง"), make_event(file=make_file())])
def test_an_account_or_a_file_instead_of_the_receipt_is_held_for_a_report(event: Event) -> None:
    outcome = decide(event, AT_CODE)
    assert outcome.kept.has_draft
    assert outcome.kept.topic is DialogTopic.MENU
    assert outcome.keys[-1:] == (("menu.again",) if event.file else ("unasked.early",))


def test_the_receipt_opens_the_case() -> None:
    outcome = decide(make_event(RECEIPT.formatted.lower()), AT_CODE)
    after = at("case", prompt_number=8)
    queries = (GetAttempts(PERSON), FindCase(RECEIPT), ListExclusions("c1"), ListStaff())
    assert outcome == Outcome(after, (status(after, shows_next=True, opening=FIRST),), (OPENING,), queries)


EARLY_TEXTS: list[dict[str, Any]] = [
    {"unconfirmed": UnconfirmedText("เพิ่มเติม", memory_only=True)},
    {"answers": {"story": "เพิ่มเติม"}},  # of versions up to 0.5.3
]


@pytest.mark.parametrize("early", EARLY_TEXTS)
def test_what_was_held_before_the_receipt_is_attached_and_offered(early: dict[str, Any]) -> None:
    before = begin_session(at=MORNING, files=(make_file(1), make_file(2)), **early)
    outcome = run_decision(
        look_up_case(make_context(make_event(), before), RECEIPT.formatted),
        {GetAttempts: Attempts(), FindCase: CASE, ListStaff: (), ListExclusions: ()},
    )
    after = at("offer", prompt_number=9, answers={"held": "เพิ่มเติม"})
    act = AddHistoryEntry(
        "c1", 2, TODAY, HistoryEntryKind.EVIDENCE, ActorKind.REPORTER, files=(make_file(1), make_file(2))
    )
    assert outcome.session == after
    assert outcome.acts == (act, OPENING)
    assert outcome.replies == (
        Reply("track.attached", OF_CASE, {"name": "ภาพ.jpg"}),
        status(at("case", prompt_number=8), FILED_LINE, line("evidence"), opening=FIRST),
        ask(after, "send", "stay", wants=ExpectedInput.PICK),
    )


def test_who_opens_a_case_sees_when_it_was_opened_before() -> None:
    known = replace(CASE, last_opening=CaseOpening(date(2026, 11, 21), Channel.LINE))
    outcome = decide(make_event(RECEIPT.formatted), AT_CODE, known)
    text = render_reply(outcome.replies[-1], "th").text
    assert "ครั้งก่อนเปิดด้วยรหัสนี้เมื่อ 21 พฤศจิกายน 2569 ทาง LINE" in text
    assert outcome.acts == (OPENING,)
    again = decide(pick(at("case"), "refresh"), at("case"), known)
    assert (again.acts, "เปิดด้วยรหัสนี้" in render_reply(again.replies[-1], "th").text) == ((), False)


# In the case.


@pytest.mark.parametrize(
    ("choice", "buttons", "wants"),
    [
        ("message", ("stay",), ExpectedInput.TEXT),
        ("attach", ("stay",), ExpectedInput.FILES),
        ("withdraw", ("withdraw_yes", "stay"), ExpectedInput.PICK),
    ],
)
def test_each_action_asks_for_what_it_needs(
    choice: str, buttons: tuple[str, ...], wants: ExpectedInput
) -> None:
    before = at("case")
    after = at(choice, prompt_number=8)
    outcome = decide(pick(before, choice), before)
    assert (outcome.session, outcome.replies, outcome.acts) == (
        after,
        (ask(after, *buttons, wants=wants),),
        (),
    )


def test_refreshing_shows_the_case_as_it_is_now() -> None:
    before = at("case")
    assert decide(pick(before, "refresh"), before).replies == (status(before, shows_next=True),)


@pytest.mark.parametrize("event", [pick(at("case"), "leave"), make_event("5"), make_event("ออก")])
def test_leaving_forgets_the_receipt(event: Event) -> None:
    outcome = decide(event, at("case"))
    assert (outcome.session, outcome.acts) == (LEFT, ())
    assert outcome.replies == (Reply("track.left", OF_CASE), MENU)


@pytest.mark.parametrize(
    "data", ["6.withdraw", "8.refresh", "7.withdraw_yes", "7.news", "7.unsettled", "", "7."]
)
def test_a_button_that_is_not_offered_now_is_stale(data: str) -> None:
    before = at("case")
    outcome = decide(make_event(choice=data), before)
    assert (outcome.session, outcome.acts) == (before, ())
    assert outcome.replies == (Reply("pick.stale", NEUTRAL), status(before))


def test_a_text_is_offered_to_be_sent_and_not_sent() -> None:
    outcome = decide(make_event("มีข้อมูลเพิ่ม\x00"), at("case"))
    after = at("offer", prompt_number=8, answers={"held": "มีข้อมูลเพิ่ม"})
    assert (outcome.session, outcome.acts) == (after, ())
    assert outcome.replies == (ask(after, "send", "stay", wants=ExpectedInput.PICK),)


def test_a_text_that_comes_while_one_is_offered_waits_with_it() -> None:
    outcome = decide(make_event("เขามาที่บ้านอีก"), at("offer", answers={"held": "มีข้อมูลเพิ่ม"}))
    after = at("offer", prompt_number=8, answers={"held": "มีข้อมูลเพิ่ม\nเขามาที่บ้านอีก"})
    assert (outcome.session, outcome.acts) == (after, ())
    assert outcome.replies == (ask(after, "send", "stay", wants=ExpectedInput.PICK),)


@pytest.mark.parametrize("event", [pick(at("offer"), "send"), make_event("1"), make_event("ส่ง")])
def test_the_offered_text_is_sent(event: Event) -> None:
    outcome = decide(event, at("offer", answers={"held": "มีข้อมูลเพิ่ม"}))
    act = AddHistoryEntry("c1", 2, TODAY, HistoryEntryKind.REPORTER, ActorKind.REPORTER, "มีข้อมูลเพิ่ม")
    after = at("case", prompt_number=8)
    assert (outcome.session, outcome.acts) == (after, (act,))
    assert outcome.replies == (Reply("track.sent", OF_CASE), status(after, FILED_LINE, line("reporter")))


@pytest.mark.parametrize(
    "event", [pick(at("offer"), "stay"), make_event("2"), make_event("กลับ"), make_event("ยกเลิก")]
)
def test_the_offered_text_is_not_sent(event: Event) -> None:
    outcome = decide(event, at("offer", answers={"held": "มีข้อมูลเพิ่ม"}))
    after = at("case", prompt_number=8)
    quote = Reply("unasked.not_kept", OF_CASE, {"text": "มีข้อมูลเพิ่ม"})
    assert (outcome.session, outcome.acts, outcome.replies) == (after, (), (quote, status(after)))


@pytest.mark.parametrize("text", ["1", "๒", "ส่งให้แล้วครับ", "😡", "ก" * 20_000])
def test_a_message_that_was_asked_for_is_sent(text: str) -> None:
    outcome = decide(make_event(text), at("message"))
    assert outcome.acts == (
        AddHistoryEntry("c1", 2, TODAY, HistoryEntryKind.REPORTER, ActorKind.REPORTER, text),
    )
    assert outcome.keys == ("track.sent", "track.case")


def test_hidden_characters_of_a_message_are_mentioned() -> None:
    assert decide(make_event("ก\u202e\ufffd"), at("message")).keys == (
        "text.removed",
        "text.unreadable",
        "track.sent",
        "track.case",
    )


@pytest.mark.parametrize("step", ["case", "message", "unsettled", "attach", "offer"])
@pytest.mark.parametrize(
    ("text", "key"), [("", "text.empty"), ("\x00 ", "text.empty"), ("ก" * 20_001, "track.too_long")]
)
def test_an_empty_or_too_long_text_is_never_sent(step: str, text: str, key: str) -> None:
    outcome = decide(make_event(text), at(step))
    assert outcome.acts == ()
    assert outcome.keys == (key, "track.case")
    if text:
        assert outcome.replies[0].args.get("unsent", "") == text.strip("\x00 ")


@pytest.mark.parametrize("step", ["case", "message", "attach", "offer", "withdraw", "unsettled"])
def test_a_file_is_attached_at_any_step(step: str) -> None:
    outcome = decide(make_event(file=make_file(9)), at(step))
    act = AddHistoryEntry(
        "c1", 2, TODAY, HistoryEntryKind.EVIDENCE, ActorKind.REPORTER, files=(make_file(9),)
    )
    after = at("case", prompt_number=7 if step == "case" else 8)
    assert (outcome.session, outcome.acts) == (after, (act,))
    assert outcome.replies == (
        Reply("track.attached", OF_CASE, {"name": "ภาพ.jpg"}),
        status(after, FILED_LINE, line("evidence")),
    )


def test_a_file_that_is_still_coming() -> None:
    assert decide(make_event(file=make_file(9, coming=True)), at("case")).keys == (
        "track.coming",
        "track.case",
    )


@pytest.mark.parametrize("problem", list(FileProblem))
def test_a_file_that_was_not_stored_is_not_attached(problem: FileProblem) -> None:
    outcome = decide(make_event(file=make_file(problem=problem)), at("attach"))
    assert outcome.acts == ()
    assert outcome.replies[0] == Reply(f"file.{problem}", NEUTRAL, {"name": "ภาพ.jpg", "most": 20})


def test_a_case_is_withdrawn_once() -> None:
    before = at("withdraw")
    step = TransitionRequest(Transition.WITHDRAW, CaseOutcome.WITHDRAWN)
    act = ApplyTransition("c1", 2, TODAY, step, CaseStatus.CLOSED, ActorKind.REPORTER)
    outcome = decide(pick(before, "withdraw_yes"), before)
    after = at("case", prompt_number=8)
    assert (outcome.session, outcome.acts) == (after, (act,))
    assert outcome.keys == ("track.withdrawn", "track.case")
    assert [choice.data for choice in outcome.replies[1].choices] == [
        "8.message",
        "8.attach",
        "8.refresh",
        "8.leave",
    ]
    ended = decide(pick(before, "withdraw_yes"), before, CLOSED)
    assert (ended.keys, ended.acts) == (("track.ended", "track.case"), ())
