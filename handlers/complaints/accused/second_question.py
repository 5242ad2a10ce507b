"""The second question whether the head is meant: of who names the head as the one who did it, and answered “no”.

It is asked once a draft. Whatever is answered then is the reporter's word; decision 0016.
"""

import re
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

MAX_ANSWER_LENGTH = 500
"""Characters of an answer in which somebody is looked for who shares in it."""

ANSWERS_AGAIN: Mapping[str, str] = {"means_head": "yes", "means_other": "no", "unsure": "unsure"}
"""What is picked at the second question, and the answer to the first that it stands for."""


_SHARER = re.compile(
    r"(?:แต่|เเต่)\s*(?:ว่า)?\s*((?:ตัว)?(?:ท่าน|เขา|เค้า|แก|หัวหน้า|นาย)\s*(?:เอง)?\s*(?:ก็|มี|ได้|รับ|เป็นคน)*\s*"
    r"(?:รู้เห็น|รู้เรื่องด้วย|รู้กัน|ร่วม|สมรู้|ส่วนแบ่ง|ส่วนรู้|ส่วนร่วม|เอี่ยว|สั่ง|หุ้น|อยู่เบื้องหลัง))"
)


def find_sharer(text: str) -> str:
    """Return the words of an answer that take somebody in again who was just said not to be meant; empty for none.

    “ไม่ใช่ท่านหรอก ผอ.โรงเรียนค่ะ แต่ท่านรู้เห็นด้วย” is no clear no.
    """
    found = _SHARER.search(text[:MAX_ANSWER_LENGTH])
    return found[1] if found else ""


def build_second_question(fields: tuple[FormField, ...]) -> FormStep:
    """Build the step that asks whether the post which was told means the head of this office."""

    def describe(ctx: Context) -> dict[str, ReplyArg]:
        told = list_told_texts(fields, ctx.session)
        # Where the words of who shares in it are in no text any more, the head's own title stands for them.
        named = find_accused_head(ctx.office, told) or find_sharer("\n".join(told.values()))
        named = named or ctx.office.head.in_lang(ctx.lang)
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
    told = list_told_texts(form.fields, session)
    return find_accused_head(ctx.office, told) != "" or find_sharer(told.get("unconfirmed", "")) != ""


def _ask_again(form: Form, ctx: Context) -> TurnResult:
    asked = ctx.replace_session(asked_again=(*ctx.session.asked_again, HEAD_FIELD))
    return ask_step(form, asked, SECOND_QUESTION_STEP)
