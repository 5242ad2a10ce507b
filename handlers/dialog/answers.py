"""What an answer of each kind becomes: a pick, a text, several texts, a day, files. Nothing typed is lost."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from handlers import thai
from handlers.dialog.context import Moment
from handlers.dialog.events import File, FileProblem, KeepText, Query, Say, Session, read
from handlers.dialog.form import Field, Kind

MOST_FILES = 20
STORY = Field("story", Kind.LONG, limit=20_000)
"""What happened: the field that also takes what is told where nothing asked for it."""

FEWEST_LETTERS = 10
"""What happened cannot be told in fewer letters; what was typed is kept and more is asked for."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of an answer: the session with it, what to tell about it, and whether the question stays."""

    session: Session
    notes: tuple[Say, ...] = ()
    stay: bool = False


Keeping: TypeAlias = Generator[Query[Any], Any, Kept]


def take(field: Field, m: Moment) -> Keeping:
    """Keep what was typed or sent at a question."""
    if m.event.file is not None:
        return take_file(field, m.session, m.event.file)
    cleaned = thai.clean(m.event.text or "")
    notes = oddities(cleaned)
    if not cleaned.text:
        return Kept(m.session, (*notes, Say("text.empty")), stay=True)
    kept = yield from _TAKERS[field.kind](field, m, cleaned.text)
    return replace(kept, notes=(*notes, *kept.notes)) if notes else kept


def oddities(cleaned: thai.Cleaned) -> tuple[Say, ...]:
    """What to tell about characters that were taken out or could not be read."""
    removed = (Say("text.removed", {"count": cleaned.removed}),) if cleaned.removed else ()
    unread = (Say("text.unreadable", {"count": cleaned.unreadable}),) if cleaned.unreadable else ()
    return (*removed, *unread)


def set_aside(m: Moment) -> Keeping:
    """Keep what came where no question takes it: a text goes into the story, a file to the evidence.

    A text of fewer than `FEWEST_LETTERS` letters is taken for a slip and not kept: no notes then.
    """
    if m.event.file is not None:
        return take_file(STORY, m.session, m.event.file)
    cleaned = thai.clean(m.event.text or "")
    if thai.letters(cleaned.text) < FEWEST_LETTERS:
        return Kept(m.session)
    kept = yield from append(m.session, STORY.name, cleaned.text, STORY.limit)
    return replace(kept, notes=(*oddities(cleaned), *kept.notes, Say("pick.story")))


def take_file(field: Field, session: Session, file: File) -> Kept:
    """Keep a file as evidence, whatever was asked; say why where it could not be kept."""
    problem = file.problem
    if problem is None and len(session.files) >= MOST_FILES:
        problem = FileProblem.TOO_MANY
    if problem is not None:
        return Kept(session, (Say(f"file.{problem}", {"name": file.name, "most": MOST_FILES}),), stay=True)
    session = session.with_(files=(*session.files, file))
    how = "coming" if file.coming else "misnamed" if file.misnamed else "kept"
    note = Say(f"file.{how}", {"name": file.name, "count": len(session.files)})
    elsewhere = () if field.kind is Kind.FILES else (Say("file.early"),)
    return Kept(session, (note, *elsewhere), stay=True)


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
        return Kept(session.with_(answers=answers))
    answers[name], rest = whole[:limit], whole[limit:]
    shown = {"limit": f"{limit:,}", "rest": f"{len(rest):,}"}
    if len(session.files) >= MOST_FILES:
        return Kept(session.with_(answers=answers), (Say("text.full", {**shown, "unsent": rest}),), stay=True)
    file = yield from read(KeepText(rest, f"{name}.txt"))
    session = session.with_(answers=answers, files=(*session.files, file))
    return Kept(session, (Say("text.overflow", shown),))


def _take_pick(_field: Field, m: Moment, text: str) -> Keeping:
    # Told in the middle of a choice, as people do: part of the story, not an error.
    kept = yield from set_aside(m)
    return replace(kept, notes=kept.notes or (Say("pick.unknown", {"text": text}),), stay=True)


def _take_text(field: Field, m: Moment, text: str) -> Keeping:
    kept = yield from put(m.session, field.name, text, field.limit)
    if thai.letters(text, enough=1) == 0:
        return replace(kept, notes=(*kept.notes, Say("text.no_letters")), stay=True)
    return kept


def _take_long(field: Field, m: Moment, text: str) -> Keeping:
    kept = yield from append(m.session, field.name, text, field.limit)
    note = (Say("text.no_letters"),) if thai.letters(text, enough=1) == 0 else ()
    return replace(kept, notes=(*kept.notes, *note), stay=True)


def _take_when(field: Field, m: Moment, text: str) -> Keeping:
    kept = yield from put(m.session, field.name, text, field.limit)
    today = thai.day(m.now)
    understood = thai.when(text, today, m.lang)
    if understood is None:
        return replace(kept, notes=(*kept.notes, Say("when.as_typed")))
    if understood.first > today:
        return replace(kept, notes=(*kept.notes, Say("when.future", {"when": understood.words})), stay=True)
    return replace(kept, notes=(*kept.notes, Say("when.read", {"when": understood.words})))


def _take_note(field: Field, m: Moment, text: str) -> Keeping:
    kept = yield from append(m.session, f"{field.name}_note", text, field.limit)
    return replace(kept, notes=(*kept.notes, Say("file.note")), stay=True)


_TAKERS: Mapping[Kind, Callable[[Field, Moment, str], Keeping]] = {
    Kind.PICK: _take_pick,
    Kind.TEXT: _take_text,
    Kind.LONG: _take_long,
    Kind.WHEN: _take_when,
    Kind.FILES: _take_note,
}
