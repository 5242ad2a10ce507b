"""The second question whether the head is meant: of who names the head as the one who did it, and answered “no”.

It is asked once a draft. Whatever is answered then is the reporter's word; decision 0016.
"""

from collections.abc import Mapping
from dataclasses import replace

from handlers.complaints.accused.head_post import HEAD_FIELD, find_accused_head
from handlers.complaints.accused.readers import handle_head_answer, list_told_texts
from handlers.dialog.context import Context
from handlers.dialog.effects import Decision, TurnResult
from handlers.dialog.form import Form, FormField, FormStep, ask_step, is_text_asked_about
from handlers.dialog.replies import ReplyArg
from handlers.dialog.session import DialogTopic, Session

SECOND_QUESTION_STEP = "head_again"

ANSWERS_AGAIN: Mapping[str, str] = {"means_head": "yes", "means_other": "no", "unsure": "unsure"}
"""What is picked at the second question, and the answer to the first that it stands for."""


def build_second_question(fields: tuple[FormField, ...]) -> FormStep:
    """Build the step that asks whether the post which was told means the head of this office."""

    def describe(ctx: Context) -> dict[str, ReplyArg]:
        named = find_accused_head(ctx.office, list_told_texts(fields, ctx.session))
        return {"post": named, "head": ctx.office.head.in_lang(ctx.lang)}

    return FormStep((*ANSWERS_AGAIN, "back"), describe)


def take_head_answer(form: Form, ctx: Context) -> Decision:
    """Go on after the answer about the head, with the second question first where what was told says otherwise."""
    if _is_to_be_asked_again(form, ctx, ctx.session):
        return _ask_again(form, ctx)
    return (yield from handle_head_answer(form, ctx))


def ask_again_before_review(form: Form, ctx: Context, turn: TurnResult) -> TurnResult:
    """Ask the second question in place of the review, where the head was named after the first was answered."""
    session = turn.session
    if session is None or session.topic is not DialogTopic.REPORT or session.step != "review":
        return turn
    if is_text_asked_about(session) or not _is_to_be_asked_again(form, ctx, session):
        return turn
    # It leads to the review, and to no question that follows the first one.
    asked = _ask_again(form, ctx.with_session(session.replace(editing=True)))
    return replace(asked, replies=(*turn.replies[:-1], *asked.replies), acts=turn.acts)


def take_second_answer(form: Form, ctx: Context, choice: str) -> Decision:
    """Take what was picked at the second question as the answer to the first, or ask the first one once more."""
    if choice == "back":
        return ask_step(form, ctx, HEAD_FIELD)
    answers = {**ctx.session.answers, HEAD_FIELD: ANSWERS_AGAIN[choice]}
    return (yield from handle_head_answer(form, ctx.replace_session(answers=answers, step=HEAD_FIELD)))


def _is_to_be_asked_again(form: Form, ctx: Context, session: Session) -> bool:
    if session.answers.get(HEAD_FIELD) != "no" or HEAD_FIELD in session.asked_again:
        return False
    return find_accused_head(ctx.office, list_told_texts(form.fields, session)) != ""


def _ask_again(form: Form, ctx: Context) -> TurnResult:
    asked = ctx.replace_session(asked_again=(*ctx.session.asked_again, HEAD_FIELD))
    return ask_step(form, asked, SECOND_QUESTION_STEP)
