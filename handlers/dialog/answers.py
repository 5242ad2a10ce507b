"""What an answer of each kind becomes: a pick, a text, several texts, a day, files. Nothing typed is lost."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from handlers import thai
from handlers.dialog.context import Context
from handlers.dialog.events import File, FileProblem, Query, Reply, Session, StoreTextFile, read
from handlers.dialog.form import FieldKind, FormField

MOST_FILES = 20
STORY = FormField("story", FieldKind.LONG, limit=20_000)
"""What happened: the field that also takes what is told where nothing asked for it."""

FEWEST_LETTERS = 10
"""What happened cannot be told in fewer letters; what was typed is kept and more is asked for."""


@dataclass(frozen=True, slots=True)
class AnswerResult:
    """What became of an answer: the session with it, what to tell about it, and whether the question stays."""

    session: Session
    notes: tuple[Reply, ...] = ()
    stay: bool = False


Keeping: TypeAlias = Generator[Query[Any], Any, AnswerResult]


def take(field: FormField, m: Context) -> Keeping:
    """Keep what was typed or sent at a question."""
    if m.event.file is not None:
        return take_file(field, m.session, m.event.file)
    cleaned = thai.clean(m.event.text or "")
    notes = oddities(cleaned)
    if not cleaned.text:
        return AnswerResult(m.session, (*notes, Reply("text.empty")), stay=True)
    kept = yield from _TAKERS[field.kind](field, m, cleaned.text)
    return replace(kept, notes=(*notes, *kept.notes)) if notes else kept


def oddities(cleaned: thai.CleanedText) -> tuple[Reply, ...]:
    """What to tell about characters that were taken out or could not be read."""
    removed = (Reply("text.removed", {"count": cleaned.removed}),) if cleaned.removed else ()
    unread = (Reply("text.unreadable", {"count": cleaned.unreadable}),) if cleaned.unreadable else ()
    return (*removed, *unread)


def set_aside(m: Context) -> Keeping:
    """Keep what came where no question takes it: a text goes into the story, a file to the evidence.

    A text of fewer than `FEWEST_LETTERS` letters is taken for a slip and not kept: no notes then.
    """
    if m.event.file is not None:
        return take_file(STORY, m.session, m.event.file)
    cleaned = thai.clean(m.event.text or "")
    if thai.letters(cleaned.text) < FEWEST_LETTERS:
        return AnswerResult(m.session)
    kept = yield from append(m.session, STORY.name, cleaned.text, STORY.limit)
    return replace(kept, notes=(*oddities(cleaned), *kept.notes, Reply("pick.story")))


def take_file(field: FormField, session: Session, file: File) -> AnswerResult:
    """Keep a file as evidence, whatever was asked; say why where it could not be kept."""
    problem = file.problem
    if problem is None and len(session.files) >= MOST_FILES:
        problem = FileProblem.TOO_MANY
    if problem is not None:
        return AnswerResult(
            session, (Reply(f"file.{problem}", {"name": file.name, "most": MOST_FILES}),), stay=True
        )
    session = session.with_(files=(*session.files, file))
    how = "coming" if file.coming else "misnamed" if file.misnamed else "kept"
    note = Reply(f"file.{how}", {"name": file.name, "count": len(session.files)})
    elsewhere = () if field.kind is FieldKind.FILES else (Reply("file.early"),)
    return AnswerResult(session, (note, *elsewhere), stay=True)


def append(session: Session, name: str, text: str, limit: int) -> Keeping:
    """Put a text at the end of an answer; what exceeds its room becomes a sealed text file of evidence."""
    whole = "\n".join(filter(None, (session.answers.get(name), text)))
    return (yield from _keep(session, {**session.answers, name: whole}, name, limit))


def put(session: Session, name: str, text: str, limit: int) -> Keeping:
    """Put a text in the place of an answer, as the newest; what exceeds its room goes the same way."""
    others = {k: v for k, v in session.answers.items() if k != name}
    return (yield from _keep(session, {**others, name: text}, name, limit))


def _keep(session: Session, answers: dict[str, str], name: str, limit: int) -> Keeping:
    whole = answers[name]
    if len(whole) <= limit:
        return AnswerResult(session.with_(answers=answers))
    answers[name], rest = whole[:limit], whole[limit:]
    shown = {"limit": f"{limit:,}", "rest": f"{len(rest):,}"}
    if len(session.files) >= MOST_FILES:
        return AnswerResult(
            session.with_(answers=answers), (Reply("text.full", {**shown, "unsent": rest}),), stay=True
        )
    file = yield from read(StoreTextFile(rest, f"{name}.txt"))
    session = session.with_(answers=answers, files=(*session.files, file))
    return AnswerResult(session, (Reply("text.overflow", shown),))


def _take_pick(_field: FormField, m: Context, text: str) -> Keeping:
    # Told in the middle of a choice, as people do: part of the story, not an error.
    kept = yield from set_aside(m)
    return replace(kept, notes=kept.notes or (Reply("pick.unknown", {"text": text}),), stay=True)


def _take_text(field: FormField, m: Context, text: str) -> Keeping:
    kept = yield from put(m.session, field.name, text, field.limit)
    if thai.letters(text, enough=1) == 0:
        return replace(kept, notes=(*kept.notes, Reply("text.no_letters")), stay=True)
    return kept


def _take_long(field: FormField, m: Context, text: str) -> Keeping:
    kept = yield from append(m.session, field.name, text, field.limit)
    note = (Reply("text.no_letters"),) if thai.letters(text, enough=1) == 0 else ()
    return replace(kept, notes=(*kept.notes, *note), stay=True)


def _take_when(field: FormField, m: Context, text: str) -> Keeping:
    kept = yield from put(m.session, field.name, text, field.limit)
    today = thai.day(m.now)
    understood = thai.when(text, today, m.lang)
    if understood is None:
        return replace(kept, notes=(*kept.notes, Reply("when.as_typed")))
    if understood.first > today:
        return replace(kept, notes=(*kept.notes, Reply("when.future", {"when": understood.words})), stay=True)
    return replace(kept, notes=(*kept.notes, Reply("when.read", {"when": understood.words})))


def _take_note(field: FormField, m: Context, text: str) -> Keeping:
    kept = yield from append(m.session, f"{field.name}_note", text, field.limit)
    return replace(kept, notes=(*kept.notes, Reply("file.note")), stay=True)


_TAKERS: Mapping[FieldKind, Callable[[FormField, Context, str], Keeping]] = {
    FieldKind.PICK: _take_pick,
    FieldKind.TEXT: _take_text,
    FieldKind.LONG: _take_long,
    FieldKind.WHEN: _take_when,
    FieldKind.FILES: _take_note,
}
