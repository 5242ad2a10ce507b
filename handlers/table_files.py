"""A table that somebody sent as a file, as text: sheets, rows and cells, whatever program wrote it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class TableEncoding(StrEnum):
    """How the text of a file was written. SPREADSHEET: XLSX, which says so itself."""

    SPREADSHEET = "xlsx"
    UTF_8 = "utf-8"
    UTF_16 = "utf-16"
    WINDOWS_874 = "windows-874"


class CellKind(StrEnum):
    """What a cell is beside text. A cell of text has no kind.

    DAY: a day of a spreadsheet, written as ISO; NUMBER: a number of it. FORMULA: what would be computed, without text.
    ACROSS, DOWN: part of a merged cell, with the text of its first cell, which is to the left or above.
    """

    DAY = "day"
    NUMBER = "number"
    FORMULA = "formula"
    ACROSS = "across"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row. line: its number in the sheet or file, from 1; texts: its cells, stripped; kinds: by place, from 0."""

    line: int
    texts: tuple[str, ...]
    kinds: Mapping[int, CellKind] = field(default_factory=dict)

    def get_text(self, place: int) -> str:
        """Return the text of a cell; empty beyond the last one, and in a cell merged with one to the left."""
        if place >= len(self.texts) or self.kinds.get(place) is CellKind.ACROSS:
            return ""
        return self.texts[place]

    def list_filled(self) -> list[int]:
        """List the places of the cells that say something of their own."""
        return [place for place, text in enumerate(self.texts) if text and self.get_text(place)]

    @property
    def is_empty(self) -> bool:
        """Whether there is neither a text nor a formula."""
        return not any(self.texts) and CellKind.FORMULA not in self.kinds.values()


@dataclass(frozen=True, slots=True)
class TableSheet:
    """One sheet; a text file is one without a name. rows: only those in which something stands."""

    name: str
    is_hidden: bool
    rows: tuple[TableRow, ...]


@dataclass(frozen=True, slots=True)
class TableFile:
    """A file. has_1904_days: its day numbers count from 1904 (spreadsheets of old Macintoshes)."""

    encoding: TableEncoding
    sheets: tuple[TableSheet, ...]
    has_1904_days: bool = False
