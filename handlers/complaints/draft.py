"""Draft of a complaint: notice, questions, review, edit, cancel, submit."""

from dataclasses import replace

from handlers.complaints.accused.readers import (
    HEAD_FIELD,
    NO_READER_STEP,
    handle_head_answer,
    handle_no_reader_choice,
    warn_at_review,
)
from handlers.complaints.form import NOTICE_OPTIONS, show_report_notice
from handlers.complaints.menu import show_complaints_menu
from handlers.dialog.answers import (
    MIN_STORY_LETTERS,
    AnswerGenerator,
    AnswerResult,
    accept_answer,
    keep_unasked_input,
)
from handlers.dialog.choices import STALE, make_options, parse_choice
from handlers.dialog.context import Context
from handlers.dialog.effects import Decision, TurnResult
from handlers.dialog.form import (
    EXPECTED_INPUTS,
    FieldKind,
    Form,
    FormField,
    ask_next_field,
    ask_previous_field,
    ask_step,
    confirm_cancel,
    delete_draft_files,
    has_answer,
    list_field_options,
    parse_menu_choice,
)
from handlers.dialog.replies import NEUTRAL, TYPED_INPUTS, Reply
from handlers.dialog.session import Session
from handlers.thai.text import clean_text, count_letters_and_digits

DONE_OPTION = make_options(("done",))

MAX_CORRECTED_LENGTH = 300
"""Characters: the smallest limit of an answer. A correction may not make one longer; the review applies limits."""


def handle_draft(office_form: Form, ctx: Context) -> Decision:
    """Handle a message of a person who is writing a complaint."""
    turn = yield from _handle_step(office_form, ctx)
    return (yield from warn_at_review(office_form, ctx, turn))


def _handle_step(office_form: Form, ctx: Context) -> Decision:
    field = office_form.find_field(ctx.session.step)
    if field is not None:
        return (yield from _handle_field(office_form, field, ctx))
    if ctx.session.step == "notice":
        return (yield from _handle_notice(office_form, ctx))
    return (yield from _handle_menu_step(office_form, ctx))


def _handle_notice(office_form: Form, ctx: Context) -> Decision:
    choice = parse_choice(ctx.event, ctx.session, NOTICE_OPTIONS, numbers=True)
    if choice == "accept":
        return ask_step(office_form, ctx, office_form.fields[0].name)
    if choice == "cancel":
        return confirm_cancel(office_form, ctx) if ctx.session.has_draft else discard_draft(ctx)
    kept = yield from _keep_unasked(ctx)
    if not kept.all_notes and choice is STALE:
        return show_report_notice(ctx.with_session(kept.session), Reply("pick.stale", NEUTRAL))
    return show_report_notice(ctx.with_session(kept.session), *kept.all_notes)


def _handle_field(office_form: Form, field: FormField, ctx: Context) -> Decision:
    numbers = EXPECTED_INPUTS[field.kind] not in TYPED_INPUTS
    here = list_field_options(office_form, field, ctx.session)
    if field.kind is FieldKind.LONG and not has_answer(field, ctx.session):
        here = (
            *here,
            *DONE_OPTION,
        )  # not shown yet, but the web page has one button for "save this text and go on"
    choice = parse_choice(ctx.event, ctx.session, here, numbers=numbers)
    if choice is STALE:
        return ask_step(office_form, ctx, field.name, Reply("pick.stale", NEUTRAL))
    if isinstance(choice, str):
        return (yield from _handle_pick(office_form, field, ctx, choice))
    kept = yield from accept_answer(field, ctx)
    if kept.repeat_question:
        return ask_step(office_form, ctx.with_session(kept.session), field.name, *kept.all_notes)
    return ask_next_field(office_form, ctx.with_session(kept.session), *kept.all_notes)


def _handle_pick(office_form: Form, field: FormField, ctx: Context, choice: str) -> Decision:
    if any(option.value == choice for option in field.options):
        chosen = ctx.replace_session(answers={**ctx.session.answers, field.name: choice})
        if field.name == HEAD_FIELD:
            return (yield from handle_head_answer(office_form, chosen))
        return ask_next_field(office_form, chosen)
    if choice == "back":
        return ask_previous_field(office_form, ctx)
    if choice == "cancel":
        return confirm_cancel(office_form, ctx)
    if choice == "rewrite":
        rest = {k: v for k, v in ctx.session.answers.items() if k != field.name}
        return ask_step(
            office_form, ctx.replace_session(answers=rest), field.name, Reply("story.rewrite", NEUTRAL)
        )
    if choice == "clear":
        cleared = ask_step(
            office_form, ctx.replace_session(files=()), field.name, Reply("file.cleared", NEUTRAL)
        )
        return replace(cleared, acts=delete_draft_files(ctx.session))
    if (
        choice == "done"
        and field.kind is FieldKind.LONG
        and count_letters_and_digits(ctx.session.answers.get(field.name, "")) < MIN_STORY_LETTERS
    ):
        return ask_step(office_form, ctx, field.name, Reply("story.short", NEUTRAL))
    return ask_next_field(office_form, ctx)


def _handle_menu_step(office_form: Form, ctx: Context) -> Decision:
    choice = parse_menu_choice(office_form, ctx)
    if not isinstance(choice, str):
        kept = yield from _keep_unasked(ctx)
        notes = kept.all_notes or (Reply("pick.stale" if choice is STALE else "pick.unknown_here", NEUTRAL),)
        return ask_step(office_form, ctx.with_session(kept.session), ctx.session.step, *notes)
    if ctx.session.step == NO_READER_STEP:
        return handle_no_reader_choice(office_form, ctx, choice)
    if choice == "submit":
        return (yield from _submit_draft(office_form, ctx))
    if choice == "discard":
        return discard_draft(ctx)
    if choice == "cancel":
        return confirm_cancel(office_form, ctx)
    if choice == "resume":
        return resume_draft(office_form, ctx)
    if choice.startswith("field_"):
        return ask_step(office_form, ctx.replace_session(editing=True), choice.removeprefix("field_"))
    return ask_step(office_form, ctx, choice)


def _submit_draft(office_form: Form, ctx: Context) -> Decision:
    missing = [
        f for f in office_form.active_fields(ctx.session) if not f.optional and not has_answer(f, ctx.session)
    ]
    if missing:
        return ask_step(
            office_form, ctx.replace_session(editing=True), missing[0].name, Reply("report.missing", NEUTRAL)
        )
    return (yield from office_form.finish(ctx))


def resume_draft(office_form: Form, ctx: Context) -> TurnResult:
    """Continue the draft at the step where it was interrupted."""
    step = ctx.session.resume
    if step == "notice":
        return show_report_notice(ctx)
    is_known = office_form.find_field(step) is not None or step in office_form.own_steps
    return ask_step(office_form, ctx.replace_session(resume=""), step if is_known else "review")


def discard_draft(ctx: Context) -> TurnResult:
    """Discard the draft with its files, and confirm it."""
    kept = Session(
        version=ctx.session.version, at=ctx.now, lang=ctx.lang, prompt_number=ctx.session.prompt_number
    )
    return replace(
        show_complaints_menu(ctx.with_session(kept), Reply("draft.discarded", NEUTRAL)),
        acts=delete_draft_files(ctx.session),
    )


def apply_correction(ctx: Context, was: str) -> tuple[Context, Reply]:
    """Apply an edit of a chat message to the draft that contains it. Return the new context and a reply."""
    old, new = clean_text(was).text, clean_text(ctx.event.text or "").text
    for name, answer in ctx.session.answers.items():
        lines = f"\n{answer}\n"
        if old and new and name != "held" and f"\n{old}\n" in lines:
            mended = lines.replace(f"\n{old}\n", f"\n{new}\n", 1)[1:-1]
            if len(mended) <= max(MAX_CORRECTED_LENGTH, len(answer)):
                return ctx.replace_session(answers={**ctx.session.answers, name: mended}), Reply(
                    "draft.corrected", NEUTRAL
                )
    return ctx, Reply("draft.not_corrected", NEUTRAL)


def reprompt_draft(office_form: Form, ctx: Context, *before: Reply) -> Decision:
    """Ask the present question once more."""
    if ctx.session.step == "notice":
        return show_report_notice(ctx, *before)
    turn = ask_step(office_form, ctx, ctx.session.step, *before)
    return (yield from warn_at_review(office_form, ctx, turn))


def _keep_unasked(ctx: Context) -> AnswerGenerator:
    """Keep input that came where a choice was asked: a text in the story, a file as evidence."""
    if ctx.event.choice is not None:
        return AnswerResult(ctx.session)
    return (yield from keep_unasked_input(ctx))
