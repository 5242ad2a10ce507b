"""Queries and acts about imported registers."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from handlers.complaints.messages import ToldWord
from handlers.dialog.effects import Act, Query


class ImportState(StrEnum):
    """Where an import stands. UNDOING: it is decided that it goes, and some of its cases may still be there."""

    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"


class UndoObstacle(StrEnum):
    """Why an import cannot be reversed. `imports.obstacle` of the locales says each."""

    UNKNOWN = "unknown"  # there is no such import
    OLD = (
        "old"  # there is no such number, and imports of a version that did not note which cases came together
    )
    UNFINISHED = "unfinished"  # its cases are still being made
    UNDOING = "undoing"
    UNDONE = "undone"
    RELEASED = "released"  # statistics were released since
    WORKED_ON = "worked_on"  # somebody worked on a case of it
    ERASED = "erased"  # a case of it is not there any more


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """An import. id: 0 of an earlier version; kept: cases that stayed when it was reversed, since they were worked on.

    obstacle: why it cannot be reversed now, or None; count: of how many cases or releases that is true. state: None
    where there is no such import.
    """

    id: int
    on: date | None
    rows: int
    state: ImportState | None
    obstacle: UndoObstacle | None = None
    count: int = 0
    kept: int = 0
    undone_on: date | None = None


@dataclass(frozen=True, slots=True)
class ListImports(Query[tuple[ImportSummary, ...]]):
    """The imports of a desk, the newest first, at most `limit`."""

    limit: int = 10


@dataclass(frozen=True, slots=True)
class GetImport(Query[ImportSummary]):
    """One import by its number, with what stands in the way of reversing it."""

    id: int


@dataclass(frozen=True, slots=True)
class UndoImport(Act):
    """Decide that an import is reversed. Its cases go after the commit, some at a time.

    Whoever decides has looked at `GetImport`: an import that meanwhile cannot be reversed makes the commit conflict.
    """

    id: int
    staff: str


@dataclass(frozen=True, slots=True)
class TellRegisterWords(Act):
    """Remember what words of registers mean, whichever file comes next."""

    words: tuple[ToldWord, ...]
    staff: str
