"""A case as its reporter sees it: status, timeline and available actions."""

from datetime import date, timedelta

from handlers.complaints.lifecycle import (
    ENDED_STATUSES,
    STATUS_RULES,
    CaseOutcome,
)
from handlers.complaints.messages import (
    HistoryEntry,
    HistoryEntryKind,
    ReporterCase,
)
from handlers.complaints.subscriptions import list_subscription_options
from handlers.dialog.choices import Option, make_options, to_choices
from handlers.dialog.context import Context
from handlers.dialog.effects import TurnResult
from handlers.dialog.replies import AS_CASE_STATUS, MUST_ARRIVE, ExpectedInput, Phrase, Reply
from handlers.dialog.session import DialogTopic, advance_prompt
from handlers.thai.dates import format_date, to_bangkok_date

MAX_TIMELINE_LINES = 20
"""Newest lines of the timeline that are shown; a case seldom has more."""


def show_reporter_case(ctx: Context, case: ReporterCase, *before: Reply) -> TurnResult:
    """Show the status of a case, its timeline and the actions open to the reporter."""
    session = ctx.session if ctx.session.step == "case" else advance_prompt(ctx.session)
    session = session.replace(topic=DialogTopic.TRACK, step="case")
    status = Reply(
        "track.status",
        MUST_ARRIVE,
        {
            "status": Phrase(f"status.{STATUS_RULES[case.status].public_status}"),
            "received": format_date(case.received_on, ctx.lang),
            "timeline": tuple(
                format_timeline_entry(entry, ctx) for entry in case.entries[-MAX_TIMELINE_LINES:]
            ),
        },
        to_choices(list_reporter_actions(case, ctx), session),
        wants=ExpectedInput.PICK,
        presentation=AS_CASE_STATUS,
    )
    return TurnResult(session, (*before, status))


def format_timeline_entry(entry: HistoryEntry, ctx: Context) -> Phrase:
    """Format one line of the timeline. It includes the office's texts, never the reporter's own."""
    args: dict[str, str | int | Phrase] = {"on": format_date(entry.on, ctx.lang), "text": entry.text}
    if entry.kind is HistoryEntryKind.ASKED:
        args["body"] = format_date(date.fromisoformat(entry.body), ctx.lang)
    if entry.kind is not HistoryEntryKind.MOVED:
        return Phrase(f"entry.{entry.kind}", args)
    why = (
        Phrase("literal", {"text": f"\n  “{entry.text}”"}) if entry.text else Phrase("literal", {"text": ""})
    )
    if entry.outcome is not None:
        return Phrase(f"entry.closed.{entry.outcome}", {**args, "body": entry.body, "why": why})
    if entry.reason is not None:
        return Phrase("entry.not_accepted", {**args, "reason": Phrase(f"reason.{entry.reason}"), "why": why})
    return Phrase(f"entry.moved.{entry.status}", {**args, "why": why})


def list_reporter_actions(case: ReporterCase, ctx: Context) -> tuple[Option, ...]:
    """List the actions open to the reporter in the present status."""
    last = (
        ("unsettled",)
        if can_request_reopening(case, ctx)
        else ()
        if case.status in ENDED_STATUSES
        else ("withdraw",)
    )
    return make_options(
        ("message", "attach", "refresh", *list_subscription_options(ctx.event), *last, "leave")
    )


REOPEN_WINDOW = timedelta(days=30)
"""How long after the end of a case its reporter may ask for it to be reopened."""


def can_request_reopening(case: ReporterCase, ctx: Context) -> bool:
    """Whether the reporter may ask to reopen the case: once, within the window, and not after withdrawing it."""
    if case.status not in ENDED_STATUSES or case.outcome is CaseOutcome.WITHDRAWN:
        return False
    moved = [entry for entry in case.entries if entry.kind is HistoryEntryKind.MOVED]
    if any(entry.by_reporter and entry.status not in ENDED_STATUSES for entry in moved) or not moved:
        return False
    return to_bangkok_date(ctx.now) - moved[-1].on <= REOPEN_WINDOW
