"""Following a case that ended, was erased or goes on silently: reopening, notifications and the timeline."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from handlers.complaints.case_status import MAX_TIMELINE_LINES
from handlers.complaints.lifecycle import (
    CaseOutcome,
    CaseStatus,
    NonAcceptanceReason,
    Transition,
    TransitionRequest,
)
from handlers.complaints.messages import (
    ActorKind,
    AddHistoryEntry,
    ApplyTransition,
    FindCase,
    HistoryEntry,
    HistoryEntryKind,
    ReporterCase,
    SubscribeToCase,
)
from handlers.complaints.track import reprompt_tracking
from handlers.dialog.events import Channel
from handlers.dialog.replies import (
    NEUTRAL,
    OF_CASE,
    ExpectedInput,
    Phrase,
    Reply,
)
from handlers.dialog.session import DialogTopic
from tests.handlers.complaints.followed_case import (
    CASE,
    CLOSED,
    CLOSED_ENTRY,
    FILED,
    FILED_LINE,
    LEFT,
    TODAY,
    ask,
    at,
    decide,
    line,
    status,
)
from tests.run_decision import (
    PERSON,
    make_context,
    make_event,
    pick,
    run_decision,
)


def test_who_is_not_satisfied_has_the_case_reopened() -> None:
    before = at("unsettled")
    text = "ยังไม่ได้สอบพยานที่แจ้งไว้เลย"
    outcome = decide(make_event(text), before, CLOSED)
    move = ApplyTransition(
        "c1",
        3,
        TODAY,
        TransitionRequest(Transition.REOPEN),
        CaseStatus.INVESTIGATING,
        ActorKind.REPORTER,
        answer_by=date(2026, 12, 7),
    )
    words = AddHistoryEntry("c1", 4, TODAY, HistoryEntryKind.REPORTER, ActorKind.REPORTER, text)
    assert outcome.acts == (move, words)
    assert outcome.keys == ("track.reopened", "track.case")
    assert outcome.kept.answers == {}


@pytest.mark.parametrize("text", ["ไม่พอใจ", "1", "😡😡😡"])
def test_reasons_that_are_too_short_reopen_nothing(text: str) -> None:
    before = at("unsettled")
    outcome = decide(make_event(text), before, CLOSED)
    assert (outcome.session, outcome.acts) == (before, ())
    assert outcome.replies == (
        Reply("track.unsettled_short", OF_CASE),
        ask(before, "stay", wants=ExpectedInput.TEXT),
    )


REOPENED = HistoryEntry(3, TODAY, HistoryEntryKind.MOVED, CaseStatus.SCREENING, by_reporter=True)
AGAIN = replace(CLOSED_ENTRY, seq=4)


@pytest.mark.parametrize(
    ("case", "last"),
    [
        (CASE, "withdraw"),
        (CLOSED, "unsettled"),
        (replace(CLOSED, outcome=CaseOutcome.WITHDRAWN), ""),
        (replace(CLOSED, entries=(FILED, replace(CLOSED_ENTRY, on=date(2026, 10, 23)))), "unsettled"),
        (replace(CLOSED, entries=(FILED, replace(CLOSED_ENTRY, on=date(2026, 10, 22)))), ""),
        (replace(CLOSED, entries=(FILED, CLOSED_ENTRY, REOPENED, AGAIN)), ""),  # once only
        (replace(CLOSED, entries=(FILED,)), ""),  # the line of its end was erased
        (
            replace(CLOSED, status=CaseStatus.NOT_ACCEPTED, outcome=None),
            "unsettled",
        ),
    ],
)
def test_reopening_is_offered_once_within_thirty_days(case: ReporterCase, last: str) -> None:
    before = at("case")
    offered = [choice.data for choice in decide(pick(before, "refresh"), before, case).replies[0].choices]
    ways = ["message", "attach", "refresh", *([last] if last else []), "leave"]
    assert offered == [f"7.{way}" for way in ways]
    asked = decide(make_event("ยังไม่ได้สอบพยานที่แจ้งไว้เลย"), at("unsettled"), case)
    assert asked.keys[0] == ("track.reopened" if last == "unsettled" else "track.settled")


# Notifications, and a case that is gone.


@pytest.mark.parametrize(
    ("channel", "reply_to", "offered"),
    [
        (Channel.TELEGRAM, b"to", True),
        (Channel.LINE, b"to", True),
        (Channel.TELEGRAM, None, False),
        (Channel.WEB, None, False),
        (Channel.WEB, b"to", False),
        (Channel.TERMINAL, b"to", False),
    ],
)
def test_notifications_are_offered_where_a_message_can_be_pushed(
    channel: Channel, reply_to: bytes | None, offered: bool
) -> None:
    before = at("case")
    shown = decide(pick(before, "refresh", channel=channel, reply_to=reply_to), before)
    assert shown.replies == (status(before, news=offered, shows_next=True),)
    outcome = decide(pick(before, "news", channel=channel, reply_to=reply_to), before)
    acts = (SubscribeToCase("c1", PERSON, channel, b"to", "th"),) if offered else ()
    assert outcome.acts == acts
    assert outcome.keys == ("news.on" if offered else "pick.stale", "track.case")


@pytest.mark.parametrize("step", ["case", "message", "offer", "withdraw"])
def test_a_case_that_was_erased_meanwhile(step: str) -> None:
    outcome = decide(make_event("มีข้อมูลเพิ่ม"), at(step, answers={"held": "ก"}), None)
    after = LEFT.replace(topic=DialogTopic.TRACK, step="code", prompt_number=8)
    assert (outcome.session, outcome.acts) == (after, ())
    assert outcome.keys == ("track.unknown", "track.ask")
    assert (
        run_decision(reprompt_tracking(make_context(make_event(), at("case"))), {FindCase: None}) == outcome
    )


@pytest.mark.parametrize("step", ["message", "attach", "offer", "withdraw", "unsettled"])
def test_asking_again_within_an_action_asks_nothing_of_the_register(step: str) -> None:
    note = Reply("help.text", NEUTRAL)
    outcome = run_decision(reprompt_tracking(make_context(make_event(), at(step)), note))
    assert (outcome.session, outcome.keys, outcome.queries) == (at(step), ("help.text", f"track.{step}"), ())


# The timeline.


@pytest.mark.parametrize(
    ("entry", "phrase"),
    [
        (HistoryEntry(2, TODAY, HistoryEntryKind.OFFICE, text="ขอวันที่"), ("entry.office", {"text": "ขอวันที่"})),
        (HistoryEntry(2, TODAY, HistoryEntryKind.OPENED), ("entry.opened", {"text": ""})),
        (
            HistoryEntry(2, TODAY, HistoryEntryKind.ASKED, body="2026-12-01", text="เมื่อไร"),
            ("entry.asked", {"text": "เมื่อไร", "body": "1 ธันวาคม 2569"}),
        ),
        (
            HistoryEntry(2, TODAY, HistoryEntryKind.MOVED, CaseStatus.SCREENING),
            ("entry.moved.screening", {"text": "", "why": Phrase("literal", {"text": ""})}),
        ),
        (
            HistoryEntry(2, TODAY, HistoryEntryKind.MOVED, CaseStatus.INVESTIGATING, text="มีมูล"),
            ("entry.moved.investigating", {"text": "มีมูล", "why": Phrase("literal", {"text": "\n  “มีมูล”"})}),
        ),
        (
            HistoryEntry(
                2, TODAY, HistoryEntryKind.MOVED, CaseStatus.CLOSED, CaseOutcome.FORWARDED, body="ป.ป.ช."
            ),
            (
                "entry.closed.forwarded",
                {"text": "", "body": "ป.ป.ช.", "why": Phrase("literal", {"text": ""})},
            ),
        ),
        (
            HistoryEntry(
                2, TODAY, HistoryEntryKind.MOVED, CaseStatus.NOT_ACCEPTED, reason=NonAcceptanceReason.POLICY
            ),
            (
                "entry.not_accepted",
                {"text": "", "reason": Phrase("reason.policy"), "why": Phrase("literal", {"text": ""})},
            ),
        ),
    ],
)
def test_a_line_of_the_timeline(entry: HistoryEntry, phrase: tuple[str, dict[str, Any]]) -> None:
    before = at("case")
    outcome = decide(pick(before, "refresh"), before, replace(CASE, entries=(FILED, entry)))
    key, args = phrase
    assert outcome.replies[0].args["timeline"] == (
        FILED_LINE,
        Phrase(key, {"on": "22 พฤศจิกายน 2569", **args}),
    )


def test_only_the_newest_lines_are_shown() -> None:
    entries = (FILED, *(HistoryEntry(n, TODAY, HistoryEntryKind.REPORTER) for n in range(2, 40)))
    before = at("case")
    outcome = decide(pick(before, "refresh"), before, replace(CASE, entries=entries))
    assert outcome.replies[0].args["timeline"] == (line("reporter"),) * MAX_TIMELINE_LINES


def test_a_case_of_which_no_line_can_be_read_still_takes_a_message() -> None:
    damaged = replace(CASE, entries=(), last_stored_seq=3)
    outcome = decide(make_event("มีข้อมูลเพิ่ม"), at("message"), damaged)
    assert outcome.acts == (
        AddHistoryEntry("c1", 4, TODAY, HistoryEntryKind.REPORTER, ActorKind.REPORTER, "มีข้อมูลเพิ่ม"),
    )
    assert (damaged.seq, replace(CASE, last_stored_seq=0).seq, replace(CASE, last_stored_seq=5).seq) == (
        3,
        1,
        5,
    )
