"""A case as its reporter sees it: status, timeline and available actions."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from handlers.complaints.deadlines import compute_status_due_day
from handlers.complaints.lifecycle import (
    ENDED_STATUSES,
    STATUS_RULES,
    CaseOutcome,
    Transition,
    TransitionRequest,
    get_next_status,
)
from handlers.complaints.messages import (
    CODE_ENTRY_KINDS,
    ActorKind,
    ApplyTransition,
    HistoryEntry,
    HistoryEntryKind,
    ReporterCase,
)
from handlers.complaints.ratings.ask import list_rating_actions
from handlers.complaints.subscriptions import list_subscription_options
from handlers.dialog.choices import Option, make_options, parse_label, to_choices
from handlers.dialog.context import Context
from handlers.dialog.effects import TurnResult
from handlers.dialog.replies import AS_CASE_STATUS, MUST_ARRIVE, ExpectedInput, Phrase, Reply
from handlers.dialog.session import DialogTopic, advance_prompt
from handlers.thai.dates import format_date, to_bangkok_date
from handlers.thai.grammar.case_wishes import CaseWish, find_case_wish

REPLY_OPTION = Option("message", label="choice.reply")
"""Writes to the office, where it asked or wrote last."""

MAX_TIMELINE_LINES = 20
"""Newest lines of the timeline that are shown; a case seldom has more."""


def show_reporter_case(
    ctx: Context, case: ReporterCase, *before: Reply, shows_opening: bool = False
) -> TurnResult:
    """Show the status of a case, its timeline and the actions open to the reporter.

    before: what the reporter just did or has to know; without it, what the office does next is shown too.
    shows_opening: tell when the case was opened before, so that one sees whether somebody else has the receipt.
    """
    session = ctx.session if ctx.session.step == "case" else advance_prompt(ctx.session)
    session = session.replace(topic=DialogTopic.TRACK, step="case")
    is_withdrawn = case.outcome is CaseOutcome.WITHDRAWN
    status = Reply(
        "track.case",
        MUST_ARRIVE,
        {
            "status": Phrase(
                "status.withdrawn" if is_withdrawn else f"status.{STATUS_RULES[case.status].public_status}"
            ),
            "lines": (
                *list_case_lines(case, ctx, shows_next=not before),
                *([describe_last_opening(case, ctx)] if shows_opening else []),
            ),
            "timeline": tuple(
                format_timeline_entry(entry, ctx) for entry in case.entries[-MAX_TIMELINE_LINES:]
            ),
        },
        to_choices(list_reporter_actions(case, ctx), session),
        wants=ExpectedInput.PICK,
        presentation=AS_CASE_STATUS,
    )
    return TurnResult(session, (*before, status))


EMPTY_LINE = Phrase("literal", {"text": ""})


def list_case_lines(case: ReporterCase, ctx: Context, *, shows_next: bool) -> Iterator[Phrase]:
    """Yield the lines above the timeline: what the office waits for, what it does next, and the day of receipt."""
    request = describe_open_request(case, ctx)
    if request:
        yield from (EMPTY_LINE, request, EMPTY_LINE)
    following = describe_next_step(case, ctx) if shows_next else None
    if following:
        yield following
    if case.was_code_voided and case.status not in ENDED_STATUSES:
        yield Phrase("track.not_withdrawn")
    yield Phrase("track.received", {"on": format_date(case.received_on, ctx.lang)})


def describe_last_opening(case: ReporterCase, ctx: Context) -> Phrase:
    """Describe when and where the case was opened the time before."""
    last = case.last_opening
    if last is None:
        return Phrase("track.opened_first")
    door = Phrase(f"track.door.{last.channel}")
    return Phrase("track.opened_last", {"on": format_date(last.on, ctx.lang), "door": door})


def find_open_request(case: ReporterCase) -> HistoryEntry | None:
    """Return the office's newest question or message, where the reporter has sent nothing since; else None."""
    for entry in reversed(case.entries):
        if entry.kind in CODE_ENTRY_KINDS:
            continue
        if entry.by_reporter or entry.kind in {HistoryEntryKind.REPORTER, HistoryEntryKind.EVIDENCE}:
            return None
        if entry.kind in {HistoryEntryKind.ASKED, HistoryEntryKind.OFFICE}:
            return entry
    return None


def describe_open_request(case: ReporterCase, ctx: Context) -> Phrase | None:
    """Describe what the office asked or wrote last and is not answered yet: it is what the reporter came for."""
    entry = find_open_request(case)
    if entry is None:
        return None
    args: dict[str, str | int | Phrase] = {"text": entry.text, "on": format_date(entry.on, ctx.lang)}
    if entry.kind is HistoryEntryKind.ASKED and case.status not in ENDED_STATUSES:
        by = format_date(date.fromisoformat(entry.body), ctx.lang)
        return Phrase("track.asked", {**args, "by": by})
    return Phrase("track.office", args)


def describe_next_step(case: ReporterCase, ctx: Context) -> Phrase | None:
    """Describe what the office does next, and by when where the office set a limit."""
    if case.status in ENDED_STATUSES:
        return None
    since = max((entry.on for entry in case.entries if entry.status is case.status), default=case.received_on)
    if not case.is_answered:
        by = case.answer_by
        return Phrase("track.next_answer", {"by": format_date(by, ctx.lang)}) if by else None
    due = compute_status_due_day(case.status, since, ctx.office.deadlines)
    until = Phrase("track.by", {"by": format_date(due, ctx.lang)}) if due else EMPTY_LINE
    return Phrase(f"track.next.{case.status}", {"due": until})


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
        if case.status in ENDED_STATUSES or case.was_code_voided
        else ("withdraw",)
    )
    message = REPLY_OPTION if find_open_request(case) else Option("message")
    return (
        *make_options(("record",) if case.has_unconfirmed_record else ()),
        message,
        *list_rating_actions(case, ctx),
        *make_options(("attach", "refresh", *list_subscription_options(ctx.event), *last, "leave")),
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


def find_wished_action(ctx: Context, case: ReporterCase, options: tuple[Option, ...]) -> str | None:
    """Return what a person wishes of an open case in everyday words, or by a whole label; None for any other event.

    options: what may be picked at the present question; what the case allows is understood there too.
    """
    if ctx.event.choice is not None:
        return None
    actions = (*list_reporter_actions(case, ctx), *options)
    wish = find_case_wish(ctx.event.text or "")
    return wish if wish in {one.value for one in actions} else parse_label(ctx.event, ctx.session, actions)


def wishes_to_withdraw(ctx: Context, case: ReporterCase) -> bool:
    """Whether a text wishes in everyday words to withdraw a case that can be withdrawn."""
    can = any(one.value == CaseWish.WITHDRAW for one in list_reporter_actions(case, ctx))
    return can and find_case_wish(ctx.event.text or "") is CaseWish.WITHDRAW


def build_reopening(case: ReporterCase, ctx: Context) -> tuple[ReporterCase, ApplyTransition]:
    """Return the reopened case and its transition; the answer is due in the days the office allows a first answer."""
    step, on = TransitionRequest(Transition.REOPEN), to_bangkok_date(ctx.now)
    status = get_next_status(case.status, step)
    by = on + timedelta(days=ctx.office.deadlines.first_answer_days)
    move = ApplyTransition(case.id, case.seq + 1, on, step, status, ActorKind.REPORTER, answer_by=by)
    entry = HistoryEntry(move.seq, on, HistoryEntryKind.MOVED, status, by_reporter=True)
    return replace(case, status=status, outcome=None, answer_by=by, entries=(*case.entries, entry)), move
