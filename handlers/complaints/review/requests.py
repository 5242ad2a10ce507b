"""Requests about the form that come where an answer is asked: they lead somewhere, and never become the answer."""

from collections.abc import Mapping
from functools import cache

from handlers.complaints.review.steps import FIELD_STEPS
from handlers.dialog.answers import STORY_FIELD
from handlers.dialog.context import Context
from handlers.dialog.effects import TurnResult
from handlers.dialog.events import LANGS
from handlers.dialog.form import FieldKind, Form, FormField, ask_step, confirm_cancel, has_answer
from handlers.dialog.replies import NEUTRAL, Phrase, Reply
from handlers.i18n import render_text
from handlers.thai.grammar.requests import Request, find_request, is_addition, list_named_rows
from handlers.thai.grammar.spelling import correct_spelling
from handlers.thai.matching import normalize_for_matching
from handlers.thai.meanings import squeeze_reply

_ROW_NAMES: Mapping[str, str] = {
    "story": "ที่เล่า ที่เล่าไป ที่เล่าไว้ เรื่อง เรื่องที่เล่าไป เหตุการณ์ เนื้อเรื่อง story",
    "accused": "คนทำ คนที่แจ้ง ผู้ถูกร้อง ชื่อคนทำ",
    "when": "เมื่อไหร่ วันที่ วันเวลา วันที่เกิดเหตุ date",
    "where": "สถานที่ สถานที่เกิดเหตุ place",
    "head": "หัวหน้า เป็นหัวหน้า หัวหน้าหรือไม่ เป็นหัวหน้าหรือไม่ ผู้ดูแลช่องทาง",
    "evidence": "รูป รูปภาพ ไฟล์ ภาพ คลิป files photos",
    "witnesses": "พยานบุคคล witness",
    "wish": "สิ่งที่ต้องการ ความต้องการ",
    "category": "ประเภทเรื่อง",
    "named": "ชื่อ ทางติดต่อ เบอร์ contact",
}
"""What people call the rows of the review, beside their labels."""


def take_request(office_form: Form, field: FormField, ctx: Context) -> TurnResult | None:
    """Do what a typed text asks of the form where a field is asked; None where it may be an answer."""
    squeezed = _squeeze_text(ctx)
    if not squeezed or (field.kind is FieldKind.FILES and "ส่ง" in squeezed):
        return None
    row = find_named_row(office_form, ctx)
    if row and field.kind is not FieldKind.LONG:
        return _ask_row(office_form, ctx, row)
    if row == field.name:
        return _change_account(office_form, field, ctx)
    request = find_request(squeezed)
    if request is Request.REVIEW:
        if ctx.session.editing and field.kind is not FieldKind.LONG:
            return ask_step(office_form, ctx.replace_session(editing=False), "review")
        return ask_step(office_form, ctx, field.name, Reply("explain.review_later", NEUTRAL))
    return _take_common_request(office_form, ctx, request)


def _change_account(office_form: Form, field: FormField, ctx: Context) -> TurnResult:
    """Do what is asked of the account where it is asked: drop what was told, as by its button, or show the buttons."""
    if find_request(_squeeze_text(ctx)) is Request.RETELL and has_answer(field, ctx.session):
        return FIELD_STEPS["rewrite"](office_form, field, ctx)
    return ask_step(office_form, ctx, field.name)


def take_request_at_review(office_form: Form, ctx: Context) -> TurnResult | None:
    """Do what a typed text asks of the form at the review or the list of answers; None where it may tell something."""
    squeezed = _squeeze_text(ctx)
    return _take_common_request(office_form, ctx, find_request(squeezed) if squeezed else None)


def _take_common_request(office_form: Form, ctx: Context, request: Request | None) -> TurnResult | None:
    match request:
        case Request.START_OVER:
            return confirm_cancel(office_form, ctx)
        case Request.PAUSE:
            return ask_step(office_form, ctx, ctx.session.step, Reply("pick.not_yet", NEUTRAL))
        case Request.REVIEW:
            return ask_step(office_form, ctx, "review")
        case Request.RETELL | Request.TELL_MORE | None:  # the former name a row
            return None


def find_named_row(office_form: Form, ctx: Context) -> str:
    """Return the field that a typed text wishes to change or add, by the name of its row; empty for none."""
    squeezed = _squeeze_text(ctx)
    if _asks_anew(squeezed):
        return STORY_FIELD.name
    names = list_named_rows(squeezed) if squeezed else ()
    rows = _index_rows(tuple(field.name for field in office_form.fields if field.only_if is None))
    return next((rows[name] for name in names if name in rows), "")


def _asks_anew(squeezed: str) -> bool:
    """Whether a text asks to tell what happened anew, or more of it: the row of the story is meant."""
    return bool(squeezed) and find_request(squeezed) in {Request.RETELL, Request.TELL_MORE}


def adds_to_row(ctx: Context) -> bool:
    """Whether a wish that names a row is to add something there, rather than to change what stands there."""
    return is_addition(_squeeze_text(ctx))


def _squeeze_text(ctx: Context) -> str:
    if ctx.event.choice is not None or ctx.event.file is not None or not ctx.event.text:
        return ""
    return squeeze_reply(correct_spelling(normalize_for_matching(ctx.event.text)))


def _ask_row(office_form: Form, ctx: Context, row: str) -> TurnResult:
    """Ask the question of a row; in the short way, which asks nothing else by itself, the review follows."""
    return ask_step(
        office_form, ctx.replace_session(editing=ctx.session.is_short or ctx.session.editing), row
    )


@cache
def _index_rows(fields: tuple[str, ...]) -> Mapping[str, str]:
    """Map what rows are called, squeezed, to fields: their labels in both languages, and everyday names."""
    labels = {
        squeeze_reply(render_text(Phrase(key), lang)): name
        for name in fields
        for key in (f"about.{name}", f"choice.field_{name}")
        for lang in LANGS
    }
    everyday = {word: name for name in fields for word in _ROW_NAMES.get(name, "").split()}
    return {**everyday, **labels}
