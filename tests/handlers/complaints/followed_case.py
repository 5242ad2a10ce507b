"""A case that its reporter follows, for the exact tests of tracking."""

from dataclasses import replace
from datetime import date
from typing import Any

from handlers.complaints.lifecycle import (
    CaseOutcome,
    CaseStatus,
)
from handlers.complaints.messages import (
    FindCase,
    HistoryEntry,
    HistoryEntryKind,
    ListExclusions,
    ReporterCase,
)
from handlers.complaints.track import handle_tracking
from handlers.dialog.attempts import Attempts, GetAttempts
from handlers.dialog.events import Event
from handlers.dialog.receipt import make_receipt
from handlers.dialog.replies import (
    AS_CASE_STATUS,
    MUST_ARRIVE,
    NEUTRAL,
    OF_CASE,
    ExpectedInput,
    Phrase,
    Reply,
)
from handlers.dialog.session import DialogTopic, Session
from handlers.staff.members import ListStaff
from tests.in_memory_desk import MORNING
from tests.run_decision import (
    Outcome,
    begin_session,
    make_buttons,
    make_context,
    make_menu,
    run_decision,
)

RECEIPT = make_receipt(4242)
TODAY = date(2026, 11, 22)
FILED = HistoryEntry(1, date(2026, 11, 20), HistoryEntryKind.FILED)
CASE = ReporterCase("c1", CaseStatus.RECEIVED, None, FILED.on, date(2026, 12, 7), (FILED,))
CLOSED_ENTRY = HistoryEntry(
    2, date(2026, 11, 21), HistoryEntryKind.MOVED, CaseStatus.CLOSED, CaseOutcome.UNSUBSTANTIATED
)
CLOSED = replace(
    CASE, status=CaseStatus.CLOSED, outcome=CaseOutcome.UNSUBSTANTIATED, entries=(FILED, CLOSED_ENTRY)
)
MENU = Reply("menu.again", NEUTRAL, {}, make_menu("report", "track", "privacy", "help", "en"))
FILED_LINE = Phrase("entry.filed", {"on": "20 พฤศจิกายน 2569", "text": ""})
LEFT = Session(version=3, at=MORNING, prompt_number=7)
"""The session of somebody who left the case."""


def at(step: str, **parts: Any) -> Session:
    """The session of the reporter at a step of the followed case."""
    return begin_session(topic=DialogTopic.TRACK, step=step, at=MORNING, receipt=RECEIPT, **parts)


def decide(event: Event, session: Session, case: ReporterCase | None = CASE) -> Outcome:
    answers = {FindCase: case, ListStaff: (), ListExclusions: (), GetAttempts: Attempts()}
    return run_decision(handle_tracking(make_context(event, session)), answers)


def status(
    session: Session,
    *timeline: Phrase,
    state: str = "received",
    last: str = "withdraw",
    news: bool = False,
    shows_next: bool = False,
    opening: Phrase | None = None,
) -> Reply:
    """The status of the case with its buttons.

    shows_next: what the office does next is shown, as it is where no other reply comes before. opening: when it was
    opened before.
    """
    following = (Phrase("track.next_answer", {"by": "7 ธันวาคม 2569"}),) if shows_next else ()
    ways = ("message", "attach", "refresh", *(("news",) if news else ()), *((last,) if last else ()), "leave")
    received = Phrase("track.received", {"on": "20 พฤศจิกายน 2569"})
    return Reply(
        "track.case",
        MUST_ARRIVE,
        {
            "status": Phrase(f"status.{state}"),
            "lines": (*following, received, *([opening] if opening else [])),
            "timeline": timeline or (FILED_LINE,),
        },
        make_buttons(session, *ways),
        wants=ExpectedInput.PICK,
        presentation=AS_CASE_STATUS,
    )


def line(kind: str) -> Phrase:
    return Phrase(f"entry.{kind}", {"on": "22 พฤศจิกายน 2569", "text": ""})


def ask(session: Session, *buttons: str, wants: ExpectedInput) -> Reply:
    shown = {"text": session.answers["held"]} if session.step == "offer" else {}
    return Reply(f"track.{session.step}", OF_CASE, shown, make_buttons(session, *buttons), wants=wants)
