"""The rows of the review: every answer in the guided way; in the short way what was told, and what is missing."""

from collections.abc import Mapping, Sequence

from handlers.complaints.accused.head_post import HEAD_FIELD
from handlers.complaints.review.own_marks import list_own_marks
from handlers.complaints.review.told import list_told_in_story
from handlers.complaints.review.understand import MAX_READ_LENGTH
from handlers.dialog.answers import STORY_FIELD
from handlers.dialog.context import Context
from handlers.dialog.form import FieldKind, FormField, has_answer
from handlers.dialog.replies import Phrase, ReplyArg, raw_text
from handlers.dialog.session import Session

MAX_REVIEW_LENGTH = 600
"""Characters of an answer that the review shows. The whole answer is filed."""


MAX_SHOWN_MARKS = 10
"""Numbers and names of the writer's that the review shows one by one."""


def build_review_args(fields: Sequence[FormField], ctx: Context) -> Mapping[str, ReplyArg]:
    """Build the arguments of the review: every answer, or a note that there is none; in the short way its rows."""
    if ctx.session.is_short:
        return _build_short_review_args(fields, ctx)
    answers = {field.name: _format_review_answer(field, ctx) for field in fields}
    # The page has a row with a button of its own for each; chats list them in their wording.
    asked = [field for field in fields if _applies(field, ctx.session)]
    return {**answers, "rows": tuple(_build_row(f.name, answers[f.name], names="guided_row") for f in asked)}


def _build_short_review_args(fields: Sequence[FormField], ctx: Context) -> Mapping[str, ReplyArg]:
    """Build the rows of what was told and understood, in the order of the form, and what is missing."""
    session = ctx.session
    places = {field.name: place for place, field in enumerate(fields)}
    rows = {f.name: _build_row(f.name, _format_review_answer(f, ctx)) for f in fields if _is_told(f, session)}
    for name, text in session.understood.items():
        if name not in rows:
            answer = Phrase("answer.understood", {"text": text})
            rows[name] = _build_row(name, answer, is_understood=True, is_question=name in places)
    # What answers no question, such as a sum, stands with what was understood, before the question of safety.
    ordered = sorted(rows, key=lambda name: places.get(name, places[HEAD_FIELD] - 0.5))
    missing = _list_missing(fields, ctx)
    return {
        "rows": tuple(rows[name] for name in ordered),
        "missing": _add_warning(_describe_missing(missing), fields, session),
        "wanted": " ".join(missing),
    }


def _applies(field: FormField, session: Session) -> bool:
    """Whether the question of a field applies, given the other answers."""
    return field.only_if is None or session.answers.get(field.only_if[0]) == field.only_if[1]


def _is_told(field: FormField, session: Session) -> bool:
    """Whether a row of the review is about a field: it was answered, and its question applies."""
    return _applies(field, session) and (
        has_answer(field, session) or bool(session.answers.get(field.text_name))
    )


def _build_row(
    name: str,
    answer: ReplyArg,
    *,
    is_understood: bool = False,
    is_question: bool = True,
    names: str = "about",
) -> Phrase:
    """Build a row. Beside the words it says what it is about, for pages, whose rows have buttons of their own.

    is_understood: it can be taken out; is_question: it answers a question, which can be answered anew; names: the table
    of the wording that has its name.
    """
    ways = {"is_understood": int(is_understood), "is_question": int(is_question)}
    return Phrase("report.row", {"name": Phrase(f"{names}.{name}"), "answer": answer, "field": name, **ways})


def _list_missing(fields: Sequence[FormField], ctx: Context) -> list[str]:
    """List what the office asks for and was not told. Whoever was asked and passed is not told again."""
    session = ctx.session
    told = list_told_in_story(session.answers.get(STORY_FIELD.name, "")[:MAX_READ_LENGTH])
    return [
        field.name
        for field in fields
        if field.name in ctx.office.report.asks
        and field.name not in told
        and field.name not in session.declined
        and field.name not in session.understood
        and not has_answer(field, session)
    ]


def _describe_missing(missing: Sequence[str]) -> Phrase:
    if not missing:
        return Phrase("report.nothing_missing")
    return Phrase("report.missing_names", {"names": _join_names([Phrase(f"about.{n}") for n in missing])})


def _add_warning(missing: Phrase, fields: Sequence[FormField], session: Session) -> Phrase:
    """Add what in an unsigned report may tell of its writer: who reads it would know who that is."""
    found = list_own_marks(fields, session)
    if not found:
        return missing
    named = raw_text(", ".join(f"“{one}”" for one in found[:MAX_SHOWN_MARKS]))
    return Phrase("report.missing_and_contact", {"missing": missing, "found": named})


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
