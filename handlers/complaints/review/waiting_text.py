"""A text that came where a choice was asked: it waits, and the person says what it is."""

from collections.abc import Generator
from dataclasses import replace
from typing import Any

from handlers.complaints.review.belongs import find_question_of_text
from handlers.complaints.review.requests import adds_to_row, find_named_row
from handlers.dialog.answers import add_to_story, append_to_answer, replace_answer
from handlers.dialog.choices import (
    STALE,
    UNCLEAR,
    ParsedChoice,
    explain_no_choice,
    is_whole_label,
    parse_choice,
)
from handlers.dialog.context import Context
from handlers.dialog.effects import Decision, Query, TurnResult
from handlers.dialog.form import (
    FieldKind,
    Form,
    FormField,
    ask_step,
    confirm_cancel,
    list_field_options,
    list_menu_options,
)
from handlers.dialog.replies import NEUTRAL, OF_CASE, Phrase, Reply
from handlers.dialog.session import UnconfirmedText
from handlers.dialog.text import shorten_text
from handlers.dialog.unasked import (
    ADD_TO_STORY,
    AS_ANSWER,
    DROP_TEXT,
    MAX_QUOTE_LENGTH,
    build_early_text_note,
    describe_unknown_choice,
    drop_held_text,
    hold_text,
    is_slip_at_choice,
    list_text_options,
)


def hold_text_at_choice(office_form: Form, ctx: Context) -> TurnResult:
    """Let a text wait that came where a choice was asked, and ask what it is."""
    held, notes = hold_text(ctx, field=find_field_before(office_form, ctx))
    text = held.session.unconfirmed
    if text is not None and text.memory_only:
        notes = (*notes, build_early_text_note(text))
    return ask_step(office_form, held, ctx.session.step, *notes)


def find_field_before(office_form: Form, ctx: Context) -> str:
    """Return the question, other than the story, to which a text at a choice may belong; empty for none.

    At files these; at another question the nearest typed one before it; where leaving the draft is asked, also the
    interrupted one; at the review the one that the text seems to be about.
    """
    session = ctx.session
    fields = office_form.active_fields(session)
    names = [f.name for f in fields]
    typed = [f.name for f in fields if f.kind in {FieldKind.TEXT, FieldKind.WHEN}]
    if (here := office_form.find_field(session.step)) is not None and here.kind is FieldKind.FILES:
        return here.name
    if session.step in names:
        return next((n for n in reversed(names[: names.index(session.step)]) if n in typed), "")
    if session.resume in names:
        return next((n for n in reversed(names[: names.index(session.resume) + 1]) if n in typed), "")
    waiting = session.unconfirmed.text if session.unconfirmed else ""
    about = find_question_of_text("\n".join(filter(None, (waiting, ctx.event.text))), ctx)
    return about if about in names else ""


def decide_on_text(office_form: Form, ctx: Context) -> Generator[Query[Any], Any, TurnResult | None]:
    """Handle a message while it is asked what a waiting text is; None where the present step handles it as usual.

    The question of that step is not shown: only its buttons and whole labels answer it, and no everyday reply does.
    """
    session, held = ctx.session, ctx.session.unconfirmed
    if held is None or ctx.event.file is not None:
        return None
    field = office_form.find_field(session.step)
    here = (
        list_field_options(office_form, field, session) if field else list_menu_options(office_form, session)
    )
    hidden = parse_choice(ctx.event, session, here, numbers=False)
    if hidden == "edit":  # the list of answers comes once it is known what the text is
        return ask_step(office_form, ctx, "edit", Reply("unasked.before_edit", NEUTRAL))
    row = office_form.find_field(find_named_row(office_form, ctx))
    if row is not None:
        return (yield from _take_row(office_form, ctx, held, row))
    if is_whole_label(ctx.event, session, here):
        return None
    choice = parse_choice(ctx.event, session, list_text_options(session, held), numbers=True)
    if choice in {ADD_TO_STORY, AS_ANSWER}:
        return (yield from _file_held_text(office_form, ctx, held, held.field if choice == AS_ANSWER else ""))
    if choice in {DROP_TEXT, "cancel"}:
        return confirm_cancel(office_form, ctx) if choice == "cancel" else _drop_text(office_form, ctx, held)
    if choice is STALE or hidden == "submit":
        return None  # nothing is submitted while a text waits, and the person hears why
    return _ask_about_text_again(office_form, ctx, choice or (hidden and UNCLEAR))


def _drop_text(office_form: Form, ctx: Context, held: UnconfirmedText) -> TurnResult:
    """Drop the waiting text, quoted once more, and ask the present question."""
    quote = Reply("unasked.not_kept", OF_CASE, {"text": shorten_text(held.text, MAX_QUOTE_LENGTH)})
    return ask_step(office_form, ctx.with_session(drop_held_text(ctx.session)), ctx.session.step, quote)


def _take_row(office_form: Form, ctx: Context, held: UnconfirmedText, row: FormField) -> Decision:
    """Take the name of a row while a text waits: “เพิ่ม ที่ไหน” says where it belongs, “แก้ ที่ไหน” is done after it."""
    if row.kind is not FieldKind.PICK and adds_to_row(ctx):
        return (yield from _file_held_text(office_form, ctx, held, row.name))
    waits = ctx.replace_session(editing=ctx.session.is_short or ctx.session.editing)
    return ask_step(office_form, waits, row.name, Reply("unasked.before_edit", NEUTRAL))


def _ask_about_text_again(office_form: Form, ctx: Context, choice: ParsedChoice) -> TurnResult:
    """Ask what the waiting text is once more: after what is unclear, a slip, or a further text, which waits too."""
    if choice is not None:
        return ask_step(office_form, ctx, ctx.session.step, explain_no_choice(choice))
    if is_slip_at_choice(ctx.event):
        return ask_step(office_form, ctx, ctx.session.step, describe_unknown_choice(ctx.event))
    return hold_text_at_choice(office_form, ctx)


def _file_held_text(office_form: Form, ctx: Context, held: UnconfirmedText, name: str) -> Decision:
    """Add the waiting text to an answer of the draft, or to the story, and ask the present question."""
    session, field = ctx.session.replace(unconfirmed=None), office_form.find_field(name)
    if field is None or field.kind is FieldKind.LONG:
        kept = yield from add_to_story(session, held.text)
    else:
        answer = session.answers.get(field.text_name, "")
        keep = replace_answer if field.find_option(answer) else append_to_answer
        kept = yield from keep(session, field.text_name, held.text, field.limit)
        note = Reply("unasked.as_answer", NEUTRAL, {"about": Phrase(f"choice.field_{field.name}")})
        kept = replace(kept, placement=(note,))
    return ask_step(office_form, ctx.with_session(kept.session), ctx.session.step, *kept.all_notes)
