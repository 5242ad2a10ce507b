"""Steps that a choice of the program leads to, at a question and at the review: guided questions, changes, removals."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from handlers.complaints.review.own_marks import drop_own_marks
from handlers.dialog.context import Context
from handlers.dialog.effects import TurnResult
from handlers.dialog.form import (
    Form,
    FormField,
    ask_next_field,
    ask_step,
    delete_draft_files,
    has_answer,
)
from handlers.dialog.replies import NEUTRAL, OF_CASE, Reply


def ask_question_by_question(office_form: Form, ctx: Context) -> TurnResult:
    """Go on in the guided way, at the first question that has no answer. What was only understood is not kept."""
    guided = ctx.replace_session(is_short=False, editing=False, understood={})
    unanswered = [f for f in office_form.active_fields(guided.session) if not has_answer(f, guided.session)]
    return ask_step(office_form, guided, unanswered[0].name if unanswered else "review")


def take_menu_step(office_form: Form, ctx: Context, choice: str) -> TurnResult:
    """Take the step that was picked at the review or in the list of answers: a question, a removal, another list."""
    if choice == "guided":
        return ask_question_by_question(office_form, ctx)
    if choice == "drop_marks":
        dropped = ctx.with_session(drop_own_marks(office_form.fields, ctx.session))
        return ask_step(office_form, dropped, "review", Reply("report.marks_dropped", NEUTRAL))
    if choice.startswith("remove_"):
        return ask_step(office_form, _drop_reading(ctx, choice.removeprefix("remove_")), "review")
    if choice.startswith("field_"):
        name = choice.removeprefix("field_")
        understood = ctx.session.understood.get(name)
        notes = (Reply("report.understood_so", OF_CASE, {"text": understood}),) if understood else ()
        return ask_step(office_form, ctx.replace_session(editing=True), name, *notes)
    return ask_step(office_form, ctx, choice)


def note_declined(field: FormField, ctx: Context) -> Context:
    """Return the context in which a question that was passed at the person's own wish is not called missing."""
    if not ctx.session.is_short or field.name in ctx.session.understood:
        return ctx
    return ctx.replace_session(declined=tuple(dict.fromkeys((*ctx.session.declined, field.name))))


def _drop_reading(ctx: Context, name: str) -> Context:
    """Return the context in which nothing is understood of this kind any more."""
    return ctx.replace_session(removed_readings=(*ctx.session.removed_readings, name))


def _leave_out_reading(office_form: Form, field: FormField, ctx: Context) -> TurnResult:
    return ask_next_field(office_form, _drop_reading(ctx, field.name))


def _rewrite_story(office_form: Form, field: FormField, ctx: Context) -> TurnResult:
    rest = {name: text for name, text in ctx.session.answers.items() if name != field.name}
    return ask_step(
        office_form, ctx.replace_session(answers=rest), field.name, Reply("story.rewrite", NEUTRAL)
    )


def _clear_files(office_form: Form, field: FormField, ctx: Context) -> TurnResult:
    cleared = ask_step(office_form, ctx.replace_session(files=()), field.name, Reply("file.cleared", NEUTRAL))
    return replace(cleared, acts=delete_draft_files(ctx.session))


FIELD_STEPS: Mapping[str, Callable[[Form, FormField, Context], TurnResult]] = {
    "guided": lambda form, _, ctx: ask_question_by_question(form, ctx),
    "drop_reading": _leave_out_reading,
    "rewrite": _rewrite_story,
    "clear": _clear_files,
}
"""What the choices beside a question do that neither answer nor leave it."""
