"""The rows of the review: every answer in the guided way; in the short way what was told, and what is missing."""

from collections.abc import Mapping, Sequence

from handlers.dialog.context import Context
from handlers.dialog.form import FieldKind, FormField, has_answer
from handlers.dialog.replies import Phrase, ReplyArg, raw_text
from handlers.dialog.session import Session

MAX_REVIEW_LENGTH = 600
"""Characters of an answer that the review shows. The whole answer is filed."""


def build_review_args(fields: Sequence[FormField], ctx: Context) -> Mapping[str, ReplyArg]:
    """Build the arguments of the review: every answer, or a note that there is none; in the short way its rows."""
    if ctx.session.is_short:
        return _build_short_review_args(fields, ctx)
    return {field.name: _format_review_answer(field, ctx) for field in fields}


def _build_short_review_args(fields: Sequence[FormField], ctx: Context) -> Mapping[str, ReplyArg]:
    session = ctx.session
    told = [field for field in fields if _is_told(field, session)]
    rows = [_build_row(field.name, _format_review_answer(field, ctx)) for field in told]
    names = {field.name for field in told}
    rows += [
        _build_row(name, Phrase("answer.understood", {"text": text}))
        for name, text in session.understood.items()
        if name not in names
    ]
    return {"rows": tuple(rows), "missing": _describe_missing(fields, ctx)}


def _is_told(field: FormField, session: Session) -> bool:
    """Whether a row of the review is about a field: it was answered, and its question applies."""
    applies = field.only_if is None or session.answers.get(field.only_if[0]) == field.only_if[1]
    return applies and (has_answer(field, session) or bool(session.answers.get(field.text_name)))


def _build_row(name: str, answer: ReplyArg) -> Phrase:
    return Phrase("report.row", {"name": Phrase(f"about.{name}"), "answer": answer})


def _describe_missing(fields: Sequence[FormField], ctx: Context) -> Phrase:
    """Say what the office asks for and was not told. Whoever was asked and passed is not told again."""
    session = ctx.session
    missing = [
        field.name
        for field in fields
        if field.name in ctx.office.report.asks
        and field.name not in session.declined
        and field.name not in session.understood
        and not has_answer(field, session)
    ]
    if not missing:
        return Phrase("report.nothing_missing")
    return Phrase("report.missing_names", {"names": _join_names([Phrase(f"about.{n}") for n in missing])})


def _join_names(names: Sequence[Phrase]) -> Phrase:
    first, *more = names
    return Phrase("report.names", {"first": first, "more": _join_names(more)}) if more else first


def _format_review_answer(field: FormField, ctx: Context) -> ReplyArg:
    if field.kind is FieldKind.FILES:
        return _describe_files(field, ctx.session)
    answer = ctx.session.answers.get(field.name, "")
    option = field.find_option(answer)
    if option is not None:
        return option.name.in_lang(ctx.lang) if option.name else Phrase(f"choice.{option.value}")
    return Phrase("answer.none") if field.kind is FieldKind.PICK else _shorten_answer(answer)


def _shorten_answer(answer: str) -> str | Phrase:
    if not answer:
        return Phrase("answer.none")
    if len(answer) <= MAX_REVIEW_LENGTH:
        return answer
    return Phrase("answer.long", {"start": answer[:MAX_REVIEW_LENGTH], "count": f"{len(answer):,}"})


def _describe_files(field: FormField, session: Session) -> Phrase:
    note = session.answers.get(field.text_name)
    if not session.files:
        return raw_text(note) if note else Phrase("answer.none")
    names = tuple(raw_text(f"• {f.name}") for f in session.files)
    return Phrase(
        "answer.files", {"count": len(session.files), "names": (*names, raw_text(note)) if note else names}
    )
