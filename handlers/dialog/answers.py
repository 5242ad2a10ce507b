"""Storing answers by kind of field: a pick, a text, several texts, a date, files. Nothing that is typed is lost."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from handlers.dialog.context import Context
from handlers.dialog.effects import Query, StoreTextFile, run_query
from handlers.dialog.events import File, FileProblem
from handlers.dialog.file_names import is_neutral_name
from handlers.dialog.form import FieldAudience, FieldKind, FormField
from handlers.dialog.replies import NEUTRAL, Presentation, Reply
from handlers.dialog.session import Session
from handlers.dialog.unasked import describe_unknown_choice
from handlers.evidence.file_kinds import FileKind, explain_file_problem
from handlers.thai.dates import DatePrecision, parse_date, to_bangkok_date
from handlers.thai.text import CleanedText, clean_text, count_letters_and_digits

MAX_FILES = 20
MIN_STORY_LETTERS = 10
"""Minimum letters of an account. A shorter one is kept, and the person is asked for more."""

STORY_FIELD = FormField(
    "story", FieldKind.LONG, FieldAudience.CASE, limit=20_000, min_letters=MIN_STORY_LETTERS
)
"""The account of what happened. Also takes texts that no question asked for, once the person wants that."""


@dataclass(frozen=True, slots=True)
class AnswerResult:
    """The result of an answer: the session with it, notes to show, and whether the question is asked again.

    placement: notes on where in the report it went, if nothing asked for it; shown where a report is being written.
    """

    session: Session
    notes: tuple[Reply, ...] = ()
    repeat_question: bool = False
    placement: tuple[Reply, ...] = ()

    @property
    def all_notes(self) -> tuple[Reply, ...]:
        """The notes, and then where what nothing asked for went."""
        return (*self.notes, *self.placement)


AnswerGenerator: TypeAlias = Generator[Query[Any], Any, AnswerResult]


def accept_answer(field: FormField, ctx: Context) -> AnswerGenerator:
    """Store the text or file given at a question."""
    if ctx.event.file is not None:
        return accept_file(field, ctx.session, ctx.event.file)
    cleaned = clean_text(ctx.event.text or "")
    notes = list_text_warnings(cleaned)
    if not cleaned.text:
        return AnswerResult(ctx.session, (*notes, Reply("text.empty", NEUTRAL)), repeat_question=True)
    kept = yield from _ACCEPTERS[field.kind](field, ctx, cleaned.text)
    return replace(kept, notes=(*notes, *kept.notes)) if notes else kept


def list_text_warnings(cleaned: CleanedText) -> tuple[Reply, ...]:
    """Return warnings about characters that were removed or are unreadable."""
    removed = (Reply("text.removed", NEUTRAL, {"count": cleaned.removed}),) if cleaned.removed else ()
    unread = (Reply("text.unreadable", NEUTRAL, {"count": cleaned.unreadable}),) if cleaned.unreadable else ()
    return (*removed, *unread)


def add_to_story(session: Session, text: str) -> AnswerGenerator:
    """Append a text to the account of what happened, and say so."""
    kept = yield from append_to_answer(session, STORY_FIELD.name, text, STORY_FIELD.limit)
    return replace(kept, placement=(Reply("pick.story", NEUTRAL),))


def accept_file(field: FormField, session: Session, file: File) -> AnswerResult:
    """Store a file as evidence, whatever the question; a note says why where that was not possible."""
    problem = file.problem
    if problem is None and len(session.files) >= MAX_FILES:
        problem = FileProblem.TOO_MANY
    if problem is not None:
        return AnswerResult(
            session,
            (explain_file_problem(replace(file, problem=problem), MAX_FILES),),
            repeat_question=True,
        )
    session = session.replace(files=(*session.files, file))
    note = Reply(f"file.{_describe_state(file)}", NEUTRAL, {"name": file.name, "count": len(session.files)})
    telling = (
        () if is_neutral_name(file.name) else (_warn_of_name(file.name, len(session.files), field.kind),)
    )
    elsewhere = () if field.kind is FieldKind.FILES else (Reply("file.early", NEUTRAL),)
    return AnswerResult(session, (note, *telling), repeat_question=True, placement=elsewhere)


def _describe_state(file: File) -> str:
    """Return how a file is that was kept: the key of what is said of it."""
    if file.coming:
        return "coming"
    if file.kind == FileKind.LOCKED_OFFICE:
        return "locked"
    return "cut" if file.cut else "misnamed" if file.misnamed else "kept"


def _warn_of_name(name: str, number: int, kind: FieldKind) -> Reply:
    """Say that officers see a name that may tell of its sender, and how to change it. kind: of what is asked."""
    key = "file.telling" if kind is FieldKind.FILES else "file.telling_early"
    on_page = Presentation(page_wording=f"{key}_page")
    return Reply(key, NEUTRAL, {"name": name, "number": number}, presentation=on_page)


def append_to_answer(session: Session, name: str, text: str, limit: int) -> AnswerGenerator:
    """Append a text to an answer; what exceeds its limit becomes an encrypted text file of evidence."""
    whole = "\n".join(filter(None, (session.answers.get(name), text)))
    return (yield from _store_answer(session, {**session.answers, name: whole}, name, limit))


def replace_answer(session: Session, name: str, text: str, limit: int) -> AnswerGenerator:
    """Replace an answer, as the newest one; what exceeds its limit becomes an encrypted text file of evidence."""
    others = {k: v for k, v in session.answers.items() if k != name}
    return (yield from _store_answer(session, {**others, name: text}, name, limit))


def _store_answer(session: Session, answers: dict[str, str], name: str, limit: int) -> AnswerGenerator:
    whole = answers[name]
    if len(whole) <= limit:
        return AnswerResult(session.replace(answers=answers))
    answers[name], rest = whole[:limit], whole[limit:]
    shown = {"limit": f"{limit:,}", "rest": f"{len(rest):,}"}
    if len(session.files) >= MAX_FILES:
        return AnswerResult(
            session.replace(answers=answers),
            (Reply("text.full", NEUTRAL, {**shown, "unsent": rest}),),
            repeat_question=True,
        )
    file = yield from run_query(StoreTextFile(rest, f"{name}.txt"))
    session = session.replace(answers=answers, files=(*session.files, file))
    return AnswerResult(session, (Reply("text.overflow", NEUTRAL, shown),))


def _accept_pick(_field: FormField, ctx: Context, _text: str) -> AnswerGenerator:
    yield from ()
    return AnswerResult(ctx.session, (describe_unknown_choice(ctx.event),), repeat_question=True)


def _accept_text(field: FormField, ctx: Context, text: str) -> AnswerGenerator:
    kept = yield from replace_answer(ctx.session, field.name, text, field.limit)
    if count_letters_and_digits(text, enough=1) == 0:
        return replace(kept, notes=(*kept.notes, Reply("text.no_letters", NEUTRAL)), repeat_question=True)
    return kept


def _accept_long(field: FormField, ctx: Context, text: str) -> AnswerGenerator:
    kept = yield from append_to_answer(ctx.session, field.name, text, field.limit)
    note = (Reply("text.no_letters", NEUTRAL),) if count_letters_and_digits(text, enough=1) == 0 else ()
    return replace(kept, notes=(*kept.notes, *note), repeat_question=True)


def _accept_when(field: FormField, ctx: Context, text: str) -> AnswerGenerator:
    kept = yield from replace_answer(ctx.session, field.name, text, field.limit)
    today = to_bangkok_date(ctx.now)
    understood = parse_date(text, today, ctx.lang)
    if understood is None:
        return replace(kept, notes=(*kept.notes, Reply("when.as_typed", NEUTRAL)))
    shown = {"when": understood.formatted}
    if understood.is_to_come(today):
        return replace(kept, notes=(*kept.notes, Reply("when.future", NEUTRAL, shown)), repeat_question=True)
    key = "read"
    if understood.is_year_assumed:
        key = "without_year"
    elif understood.precision is DatePrecision.ABOUT:
        key = "about"
    return replace(kept, notes=(*kept.notes, Reply(f"when.{key}", NEUTRAL, shown)))


def _accept_note(field: FormField, ctx: Context, text: str) -> AnswerGenerator:
    kept = yield from append_to_answer(ctx.session, field.text_name, text, field.limit)
    return replace(kept, notes=(*kept.notes, Reply("file.note", NEUTRAL)), repeat_question=True)


_ACCEPTERS: Mapping[FieldKind, Callable[[FormField, Context, str], AnswerGenerator]] = {
    FieldKind.PICK: _accept_pick,
    FieldKind.TEXT: _accept_text,
    FieldKind.LONG: _accept_long,
    FieldKind.WHEN: _accept_when,
    FieldKind.FILES: _accept_note,
}
