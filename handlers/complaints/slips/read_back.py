"""Read back what an officer wrote down for somebody: to confirm it, or to add a correction, which replaces nothing."""

from handlers.complaints.case_status import show_reporter_case
from handlers.complaints.form import ENTERED_FIELDS, list_complaint_fields
from handlers.complaints.menu import show_complaints_menu
from handlers.complaints.messages import (
    ActorKind,
    AddHistoryEntry,
    HistoryEntryKind,
    ReporterCase,
)
from handlers.complaints.slips.messages import GetWrittenReport
from handlers.dialog.answers import MIN_STORY_LETTERS, list_text_warnings
from handlers.dialog.choices import (
    STALE,
    Option,
    ParsedChoice,
    explain_no_choice,
    make_options,
    parse_choice,
    to_choices,
)
from handlers.dialog.context import Context, reset_session
from handlers.dialog.effects import Decision, TurnResult, run_query
from handlers.dialog.form import FieldAudience
from handlers.dialog.replies import NEUTRAL, OF_CASE, ExpectedInput, Phrase, Reply, raw_text
from handlers.dialog.session import DialogTopic, advance_prompt
from handlers.thai.dates import to_bangkok_date
from handlers.thai.text import clean_text, count_letters_and_digits

RECORD_CHOICE = "record"
"""What opens the record, where a case has one that its reporter has not confirmed."""

OFFER_STEP, READ_STEP, CORRECT_STEP = "record_offer", "record", "record_correct"
RECORD_STEPS = frozenset({OFFER_STEP, READ_STEP, CORRECT_STEP})

_OFFER_OPTIONS = make_options((RECORD_CHOICE, "leave"))
_READ_OPTIONS = make_options(("record_right", "record_wrong", "record_later"))
_READ_UNCONFIRMED_OPTIONS = make_options(("record_wrong", "record_later"))
"""Where a code of the case was voided: whoever reads it may hold a copy of a slip, and nobody confirms."""
_CORRECT_OPTIONS = make_options(("record_later",))

MAX_CORRECTION_LENGTH = 20_000
MIN_CORRECTION_LETTERS = 3


def offer_record(ctx: Context, *before: Reply) -> TurnResult:
    """Offer the record to who has just made their code. The case stays open."""
    session = advance_prompt(ctx.session, topic=DialogTopic.TRACK, step=OFFER_STEP)
    asked = Reply("slip.read_now", OF_CASE, {}, to_choices(_OFFER_OPTIONS, session), wants=ExpectedInput.PICK)
    return TurnResult(session, (*before, asked))


def handle_record_step(ctx: Context, case: ReporterCase) -> Decision:
    """Handle a message at one of `RECORD_STEPS`. A text at the question whether it is right is a correction."""
    if not case.has_unconfirmed_record:
        return show_reporter_case(ctx, case)
    if ctx.session.step == CORRECT_STEP:
        return (yield from _handle_correction(ctx, case))
    options = _OFFER_OPTIONS if ctx.session.step == OFFER_STEP else _list_read_options(case)
    choice = parse_choice(ctx.event, ctx.session, options, numbers=True)
    if choice is None and ctx.session.step == READ_STEP and _is_account(ctx.event.text or ""):
        return (yield from _handle_correction(ctx, case))
    return (yield from _handle_choice(ctx, case, choice))


def _handle_choice(ctx: Context, case: ReporterCase, choice: ParsedChoice) -> Decision:
    match choice:
        case "record":
            return (yield from show_record(ctx, case))
        case "leave":
            return show_complaints_menu(ctx.with_session(reset_session(ctx)), Reply("track.left", OF_CASE))
        case "record_later":
            return show_reporter_case(ctx, case)
        case "record_right":
            return _append_line(ctx, case, HistoryEntryKind.CONFIRMED, Reply("slip.confirmed", OF_CASE))
        case "record_wrong":
            return ask_for_correction(ctx)
        case _:
            return (yield from repeat_record_step(ctx, case, explain_no_choice(choice)))


def _list_read_options(case: ReporterCase) -> tuple[Option, ...]:
    """Return what may be answered to the record."""
    return _READ_UNCONFIRMED_OPTIONS if case.was_code_voided else _READ_OPTIONS


def _is_account(text: str) -> bool:
    """Whether a text says enough to be meant as a correction."""
    return count_letters_and_digits(text, MIN_STORY_LETTERS) >= MIN_STORY_LETTERS


def repeat_record_step(ctx: Context, case: ReporterCase, *before: Reply) -> Decision:
    """Ask the present question of `RECORD_STEPS` once more."""
    if not case.has_unconfirmed_record:
        return show_reporter_case(ctx, case, *before)
    if ctx.session.step == OFFER_STEP:
        return offer_record(ctx, *before)
    if ctx.session.step == CORRECT_STEP:
        return ask_for_correction(ctx, *before)
    return (yield from show_record(ctx, case, *before))


def show_record(ctx: Context, case: ReporterCase, *before: Reply) -> Decision:
    """Show what the officer wrote down, and ask whether it is right."""
    answers = yield from run_query(GetWrittenReport(case.id))
    session = advance_prompt(ctx.session, topic=DialogTopic.TRACK, step=READ_STEP)
    lines = tuple(
        Phrase(
            "slip.record_line",
            {
                "name": Phrase(f"about.{field.text_name}"),
                "text": Phrase(f"choice.{answer}") if field.find_option(answer) else raw_text(answer),
            },
        )
        for field in (*list_complaint_fields(ctx.office), *ENTERED_FIELDS)
        if field.audience is FieldAudience.CASE and (answer := answers.get(field.text_name))
    )
    shown = Reply(
        "slip.record",
        OF_CASE,
        {"lines": lines},
        to_choices(_list_read_options(case), session),
        wants=ExpectedInput.PICK,
    )
    return TurnResult(session, (*before, shown))


def ask_for_correction(ctx: Context, *before: Reply) -> TurnResult:
    """Ask what is wrong or missing."""
    session = advance_prompt(ctx.session, topic=DialogTopic.TRACK, step=CORRECT_STEP)
    asked = Reply(
        "slip.correct", OF_CASE, {}, to_choices(_CORRECT_OPTIONS, session), wants=ExpectedInput.TEXT
    )
    return TurnResult(session, (*before, asked))


def _handle_correction(ctx: Context, case: ReporterCase) -> Decision:
    """Append a correction as the reporter's. What the officer wrote stays as it is."""
    choice = parse_choice(ctx.event, ctx.session, _CORRECT_OPTIONS, numbers=False, is_message=True)
    if choice == "record_later":
        return show_reporter_case(ctx, case)
    if choice is STALE:
        return ask_for_correction(ctx, Reply("pick.stale", NEUTRAL))
    cleaned = clean_text(ctx.event.text or "")
    if count_letters_and_digits(cleaned.text, MIN_CORRECTION_LETTERS) < MIN_CORRECTION_LETTERS:
        return ask_for_correction(ctx, Reply("text.empty", NEUTRAL))
    if len(cleaned.text) > MAX_CORRECTION_LENGTH:
        args = {"limit": f"{MAX_CORRECTION_LENGTH:,}", "count": f"{len(cleaned.text):,}"}
        return ask_for_correction(ctx, Reply("track.too_long", OF_CASE, {**args, "unsent": cleaned.text}))
    turn = _append_line(ctx, case, HistoryEntryKind.CORRECTED, text=cleaned.text)
    shown = yield from show_record(ctx, case, *list_text_warnings(cleaned), Reply("slip.corrected", OF_CASE))
    return shown.prepend((), turn.acts)


def _append_line(
    ctx: Context, case: ReporterCase, kind: HistoryEntryKind, *notes: Reply, text: str = ""
) -> TurnResult:
    """Append a line of the reporter's to the case, and show the case."""
    act = AddHistoryEntry(case.id, case.seq + 1, to_bangkok_date(ctx.now), kind, ActorKind.REPORTER, text)
    return show_reporter_case(ctx, case.append_line(act), *notes).prepend((), (act,))
