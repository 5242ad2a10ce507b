"""`/intake`: a clerk's form of five lines for a case from a letter, a visitor, a call or another body."""

from dataclasses import replace
from datetime import date, timedelta

from handlers.complaints.accused.readers import assess_readership
from handlers.complaints.deadlines import compute_answer_by
from handlers.complaints.form import list_complaint_fields
from handlers.complaints.lifecycle import INTAKE_SOURCES, CaseSource
from handlers.complaints.messages import FileCase
from handlers.dialog.answers import MAX_FILES
from handlers.dialog.context import Context
from handlers.dialog.effects import Decision, NewReceipt, TurnResult, run_query
from handlers.dialog.events import File
from handlers.dialog.replies import (
    KEEPS_TEXT,
    NEUTRAL,
    OF_CASE,
    OFFICER_CONTENT,
    Choice,
    ExpectedInput,
    Phrase,
    Reply,
    ReplyArg,
    raw_text,
)
from handlers.dialog.session import Session
from handlers.evidence.file_kinds import explain_file_problem
from handlers.staff.command import ComplaintsCommandContext, make_command_button
from handlers.staff.complaints.intake.lines import (
    LETTER_SOURCES,
    MIN_RECORD_LETTERS,
    IntakeField,
    RejectedLine,
    fill_lines,
    find_next_field,
    has_labelled_line,
    split_source,
)
from handlers.staff.complaints.messages import GetNextRegisterNumber
from handlers.staff.parse import ParsedCommand
from handlers.staff.permissions import CommandName
from handlers.staff.state import IntakeDraft
from handlers.thai.dates import format_date, get_fiscal_year, to_bangkok_date
from handlers.thai.text import clean_text

LONG_AGO = timedelta(days=30)
"""How long ago a day received may be before the review asks to look at it once more."""

ANSWER_SIGN = "+"
"""Before what is typed as an answer to a question of the form, in the command that the answer completes."""

BUTTON_SIGN = "="
"""Before what a button of the form says."""

NO_KIND = "none"
"""The button for a kind that is not known yet."""


def end_intake(ctx: Context) -> Context:
    """Return a context without intake: a report that begins now is the person's own."""
    officer = ctx.session.officer
    if officer.complaints.intake_source is None and officer.complaints.intake is None:
        return ctx
    work = replace(officer.complaints, intake_source=None, intake=None)
    return ctx.replace_session(officer=replace(officer, complaints=work))


def fill_clerk_form(cmd: ComplaintsCommandContext) -> Decision:
    """Begin the form, take an answer or a button of it, or show where it stands."""
    draft, rest = cmd.work.intake, cmd.command.rest
    if rest.startswith(BUTTON_SIGN):
        return (yield from _press_button(cmd, draft, rest.removeprefix(BUTTON_SIGN)))
    if draft is not None and rest.startswith(ANSWER_SIGN):
        return _take_text(cmd, draft, rest.removeprefix(ANSWER_SIGN).strip())
    source, more = split_source(rest)
    if source is not None:
        return _take_text(cmd, IntakeDraft(source), more)
    return _ask_source(cmd) if draft is None or rest else _ask_next(cmd, draft)


def is_form_shown(cmd: ComplaintsCommandContext) -> bool:
    """Whether what the officer was shown last is a question, or the review, of the clerk's form."""
    shown = cmd.ctx.session.officer.shown
    first = cmd.table.parse(shown.choices[0].data) if shown is not None and shown.choices else None
    return first is not None and first.name is CommandName.INTAKE


def take_unasked_text(cmd: ComplaintsCommandContext, text: str) -> Decision:
    """Take a text at a question of the form that is answered by buttons, or at its review; nothing of the form is lost.

    At the review only labelled lines change something: another text would replace what happened.
    """
    yield from ()
    draft = cmd.work.intake
    if draft is not None and find_next_field(draft) is None and not has_labelled_line(text):
        return _ask_next(cmd, draft, Reply("staff.intake.how_change", OF_CASE, presentation=KEEPS_TEXT))
    if draft is not None:
        return _take_text(cmd, draft, text)
    source, more = split_source(text)
    if source is not None:
        return _take_text(cmd, IntakeDraft(source), more)
    asked = _ask_source(cmd)
    return asked.prepend((Reply("staff.intake.no_source", OF_CASE, presentation=KEEPS_TEXT),))


def _ask_source(cmd: ComplaintsCommandContext) -> TurnResult:
    choices = tuple(
        make_command_button(CommandName.INTAKE, rest=source, label=Phrase(f"staff.source.{source}"))
        for source in INTAKE_SOURCES
    )
    return cmd.reply("intake.ask", OF_CASE, choices)


def _press_button(cmd: ComplaintsCommandContext, draft: IntakeDraft | None, pressed: str) -> Decision:
    what, _, value = pressed.partition(" ")
    if draft is None:
        return cmd.reply("intake.stale", OF_CASE, (make_command_button(CommandName.INTAKE),))
    match what:
        case "kind" if value == NO_KIND or cmd.ctx.office.find_category(value) is not None:
            return _ask_next(cmd, replace(draft, category="" if value == NO_KIND else value))
        case "edit" if value in set(IntakeField):
            return _ask_field(cmd, _empty_field(draft, IntakeField(value)), IntakeField(value))
        case "ok" if value == str(draft.prompt) and find_next_field(draft) is None:
            return (yield from _file_entered_case(cmd, draft))
        case _:
            return _ask_next(cmd, draft, Reply("staff.intake.stale", OF_CASE))


def _empty_field(draft: IntakeDraft, field: IntakeField) -> IntakeDraft:
    """Return the draft without a line, so that it is asked for. The source stays until another is picked."""
    match field:
        case IntakeField.DAY:
            return replace(draft, received_on=None)
        case IntakeField.REFERENCE:
            return replace(draft, reference=None)
        case IntakeField.STORY:
            return replace(draft, story="")
        case IntakeField.KIND:
            return replace(draft, category=None)
        case IntakeField.SOURCE | IntakeField.NAME | IntakeField.CONTACT:
            return draft


def _take_text(cmd: ComplaintsCommandContext, draft: IntakeDraft, text: str) -> TurnResult:
    """Take what was typed, or say which line of it was not taken, and ask for what is missing."""
    filled = fill_lines(draft, clean_text(text).text, cmd.ctx.office, to_bangkok_date(cmd.ctx.now))
    if isinstance(filled, RejectedLine):
        args: dict[str, ReplyArg] = {"line": filled.line[:60], "fewest": MIN_RECORD_LETTERS}
        why = Reply(f"staff.intake.{filled.problem}", OF_CASE, args, presentation=KEEPS_TEXT)
        return _ask_next(cmd, draft, why)
    return _ask_next(cmd, filled)


def _ask_next(cmd: ComplaintsCommandContext, draft: IntakeDraft, *before: Reply) -> TurnResult:
    field = find_next_field(draft)
    return _review(cmd, draft, *before) if field is None else _ask_field(cmd, draft, field, *before)


def _ask_field(
    cmd: ComplaintsCommandContext, draft: IntakeDraft, field: IntakeField, *before: Reply
) -> TurnResult:
    """Ask for one line. A kind and a source are picked; the others are the next text."""
    kept = cmd.with_work(replace(cmd.work, intake=draft))
    if field is IntakeField.SOURCE:
        return _ask_source(kept)
    if field is IntakeField.KIND:
        choices = tuple(
            _make_button("kind", category.code, raw_text(category.name.in_lang(cmd.ctx.lang)))
            for category in cmd.ctx.office.categories
        )
        choices = (*choices, _make_button("kind", NO_KIND, Phrase("staff.intake.no_kind_yet")))
        return kept.reply_with(*before, Reply("staff.intake.ask_kind", OF_CASE, {}, choices))
    waiting = kept.await_text_for(ParsedCommand(CommandName.INTAKE, rest=ANSWER_SIGN))
    key = f"staff.intake.ask_{field}"
    args: dict[str, ReplyArg] = {"source": Phrase(f"staff.source.{draft.source}")}
    return waiting.reply_with(*before, Reply(key, OF_CASE, args, wants=ExpectedInput.TEXT))


def _make_button(what: str, value: str, label: Phrase) -> Choice:
    return make_command_button(CommandName.INTAKE, rest=f"{BUTTON_SIGN}{what} {value}", label=label)


def _review(cmd: ComplaintsCommandContext, draft: IntakeDraft, *before: Reply) -> TurnResult:
    """Show all lines before the case is entered, each with a button to change it."""
    prompt = cmd.ctx.session.prompt_number + 1
    draft = replace(draft, prompt=prompt)
    kept = replace(cmd, ctx=cmd.ctx.replace_session(prompt_number=prompt)).with_work(
        replace(cmd.work, intake=draft)
    )
    fields = [IntakeField.SOURCE, IntakeField.DAY, IntakeField.STORY, IntakeField.KIND]
    if draft.source in LETTER_SOURCES:
        fields.insert(2, IntakeField.REFERENCE)
    choices = (
        _make_button("ok", str(prompt), Phrase("staff.intake.ok")),
        *(_make_button("edit", field, Phrase(f"staff.intake.edit_{field}")) for field in fields),
    )
    shown = Reply("staff.intake.review", OFFICER_CONTENT, {"lines": _list_lines(cmd, draft)}, choices)
    return kept.reply_with(*before, shown)


def _list_lines(cmd: ComplaintsCommandContext, draft: IntakeDraft) -> tuple[Phrase, ...]:
    """Return the lines of the review. Where messages cannot be deleted, not what happened and whom it came from."""
    ctx, today = cmd.ctx, to_bangkok_date(cmd.ctx.now)
    received = draft.received_on or today
    category = ctx.office.find_category(draft.category or "")
    kind = raw_text(category.name.in_lang(ctx.lang)) if category else Phrase("staff.intake.no_kind_yet")

    def shown(text: str) -> Phrase:
        if ctx.channel_traits.can_delete_messages:
            return raw_text(text)
        return Phrase("staff.intake.as_typed", {"count": f"{len(text):,}"})

    told: dict[IntakeField, Phrase] = {
        IntakeField.SOURCE: Phrase(f"staff.source.{draft.source}"),
        IntakeField.DAY: raw_text(format_date(received, ctx.lang)),
    }
    if draft.reference:
        told[IntakeField.REFERENCE] = shown(draft.reference)
    told |= {IntakeField.STORY: shown(draft.story), IntakeField.KIND: kind}
    told |= {field: shown(text) for field, text in _list_identity(draft).items()}
    lines = [
        Phrase("staff.fact", {"name": Phrase(f"staff.intake.name_{field}"), "value": value})
        for field, value in told.items()
    ]
    if draft.files:
        lines.append(Phrase("staff.intake.files", {"count": len(draft.files)}))
    if today - received > LONG_AGO:
        lines.append(Phrase("staff.intake.long_ago", {"days": (today - received).days}))
    return tuple(lines)


def _list_identity(draft: IntakeDraft) -> dict[IntakeField, str]:
    pairs = {IntakeField.NAME: draft.name, IntakeField.CONTACT: draft.contact}
    return {field: text for field, text in pairs.items() if text}


def take_intake_file(cmd: ComplaintsCommandContext, file: File) -> TurnResult | None:
    """Add a file to the form that is being filled in, such as the scan of a letter; None where there is no form."""
    draft = cmd.work.intake
    if draft is None:
        return None
    if file.problem is not None:
        return _ask_next(cmd, draft, explain_file_problem(file, MAX_FILES))
    if len(draft.files) >= MAX_FILES:
        return _ask_next(cmd, draft, Reply("file.too_many", NEUTRAL, {"name": file.name, "most": MAX_FILES}))
    return _ask_next(
        cmd,
        replace(draft, files=(*draft.files, file)),
        Reply("staff.intake.file", OF_CASE, {"name": file.name}),
    )


def _file_entered_case(cmd: ComplaintsCommandContext, draft: IntakeDraft) -> Decision:
    """Enter the case. The code that its row needs is shown to nobody: who told it makes their own with a slip."""
    received, today = draft.received_on or to_bangkok_date(cmd.ctx.now), to_bangkok_date(cmd.ctx.now)
    receipt = yield from run_query(NewReceipt())
    number = yield from run_query(GetNextRegisterNumber(get_fiscal_year(received)))
    answers = {"story": draft.story} | ({"reference": draft.reference} if draft.reference else {})
    fields = list_complaint_fields(cmd.ctx.office)
    told = Session(answers=answers, files=draft.files)
    readership = yield from assess_readership(cmd.ctx.office, fields, told)
    act = FileCase(
        receipt=receipt,
        category=draft.category or "",
        channel=cmd.ctx.event.channel,
        on=received,
        answer_by=compute_answer_by(received, cmd.ctx.office.deadlines),
        notice_version=cmd.ctx.office.privacy.version,
        concerns_head=readership.concerns_head,
        exclusions=readership.exclusions,
        answers=answers,
        identity={field.value: text for field, text in _list_identity(draft).items()},
        files=draft.files,
        source=CaseSource(draft.source),
        entered_on=today,
        number=number,
    )
    done = cmd.with_work(replace(cmd.work, intake=None))
    shown = f"{number}/{get_fiscal_year(received)}"
    choices = (_make_number_button(CommandName.SLIP, shown), _make_number_button(CommandName.CASE, shown))
    notes = () if readership.has_reader else (Reply("staff.intake.no_reader", OF_CASE),)
    filed = Reply(
        "staff.intake.filed", OF_CASE, {"number": shown, "due": _format_due(cmd, act.answer_by)}, choices
    )
    return done.reply_with(*notes, filed, acts=(act,))


def _make_number_button(name: CommandName, number: str) -> Choice:
    return Choice(f"/{name} {number}", name.label_key)


def _format_due(cmd: ComplaintsCommandContext, day: date) -> str:
    return format_date(day, cmd.ctx.lang)
