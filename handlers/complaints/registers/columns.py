"""Find the header of a register, under titles and in one or two rows, and what its columns are."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from handlers.complaints.import_vocabulary import COLUMN_WORDS, NUMBER_WORDS_OF_THE_LINE
from handlers.table_files import TableRow
from handlers.thai.matching import normalize_for_matching


class RegisterColumn(StrEnum):
    """What a column of a register holds.

    SEQUENCE: the line of the list, which is a number only where there is no other. RESULT: what was done, which says a
    state, an outcome or both. SUBJECT: what the case is about, which is not taken over. UNREAD: something else.
    """

    NUMBER = "number"
    RECEIVED_ON = "received_on"
    SOURCE = "source"
    CATEGORY = "category"
    STATUS = "status"
    OUTCOME = "outcome"
    CLOSED_ON = "closed_on"
    SEQUENCE = "sequence"
    RESULT = "result"
    SUBJECT = "subject"
    UNREAD = "unread"


MAX_ROWS_ABOVE = 40
"""Rows among which the header is looked for."""

LEAST_KNOWN_COLUMNS = 2
"""A row with fewer columns of a register is no header."""

_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_SIGNS = re.compile(r"[\s.,:;*/\\\-–_'\"ฯ]+")
_DAY_WORDS = re.compile("วันเดือนปี|วดป|วันเดือนพศ")
_ONLY_ONCE = frozenset(
    {RegisterColumn.NUMBER, RegisterColumn.RECEIVED_ON, RegisterColumn.STATUS, RegisterColumn.CATEGORY}
)


def fold_heading(text: str) -> str:
    """Return a heading without what does not matter in it: case, spaces, signs, what stands in brackets."""
    plain = _SIGNS.sub("", _BRACKETS.sub("", normalize_for_matching(text)))
    return _DAY_WORDS.sub("วันที่", plain).replace("วันที่ที่", "วันที่")


_COLUMNS: Mapping[str, RegisterColumn] = {
    fold_heading(word): RegisterColumn(name) for word, name in COLUMN_WORDS.items()
}
_LINE_NUMBERS = frozenset(map(fold_heading, NUMBER_WORDS_OF_THE_LINE))
_BARE_DAY = fold_heading("วันที่")


def read_heading(text: str) -> RegisterColumn | None:
    """Return what a heading names; None where it is not known."""
    return _COLUMNS.get(fold_heading(text))


HeadingReader: TypeAlias = Callable[[str], RegisterColumn | None]
"""Returns what a heading names; None where it is not known."""


@dataclass(frozen=True, slots=True)
class RegisterHeader:
    """The header of a sheet. places: where each column is; headings: how the file calls it; unread: others' headings.

    unknown: those of the others of which nobody knows what they are.
    first_line, last_line: where it stands; width: how many cells it has. twice: columns that it names more than once.
    ticked: of columns that are several, one for each word, in which a sign is set: their places and words.
    """

    first_line: int
    last_line: int
    width: int
    places: Mapping[RegisterColumn, int]
    headings: Mapping[RegisterColumn, str]
    unread: tuple[str, ...]
    twice: tuple[RegisterColumn, ...] = ()
    unknown: tuple[str, ...] = ()
    ticked: Mapping[RegisterColumn, tuple[tuple[int, str], ...]] = field(default_factory=dict)

    @property
    def missing(self) -> tuple[RegisterColumn, ...]:
        """The columns without which no row can be understood."""
        has_state = self.places.keys() & {RegisterColumn.STATUS, RegisterColumn.OUTCOME}
        needed = () if has_state else (RegisterColumn.STATUS,)
        return tuple(column for column in (RegisterColumn.RECEIVED_ON, *needed) if column not in self.places)


def find_header(rows: Sequence[TableRow], read: HeadingReader = read_heading) -> RegisterHeader | None:
    """Find the header of a sheet; None where no row names the columns of a register."""
    above = rows[:MAX_ROWS_ABOVE]
    single = [
        _read_header(row, [row.get_text(place) for place in range(len(row.texts))], read) for row in above
    ]
    double = [
        _read_header(upper, _join_headings(upper, lower, read), read, lower)
        for upper, lower in zip(above, rows[1:], strict=False)
        if _is_heading_row(lower)
    ]
    # Of equals the first: one row before two, since a title above a header is no part of it.
    best = max((one for one in (*single, *double) if one is not None), key=_count_known, default=None)
    return best if best is not None and _count_known(best) >= LEAST_KNOWN_COLUMNS else None


def _count_known(header: RegisterHeader) -> float:
    known = header.places.keys() - {RegisterColumn.UNREAD}
    whole = 0.1 * (not header.missing) + 0.2 * bool(header.ticked)
    return len(known) + 0.5 * (RegisterColumn.RECEIVED_ON in known) + whole


def _is_heading_row(row: TableRow) -> bool:
    """Whether a row below a header can be its second row: words, none of which has a number in it."""
    filled = row.list_filled()
    return bool(filled) and not any(re.search(r"\d", normalize_for_matching(row.texts[at])) for at in filled)


_TICKED = frozenset(
    {
        RegisterColumn.SOURCE,
        RegisterColumn.CATEGORY,
        RegisterColumn.STATUS,
        RegisterColumn.OUTCOME,
        RegisterColumn.RESULT,
    }
)


def _find_ticked(upper: TableRow, lower: TableRow, read: HeadingReader) -> list[list[tuple[int, str]]]:
    """Find columns of one heading above, such as ช่องทาง, with a word each below, in which rows set a sign.

    Each as the places of its columns with their words.
    """
    groups = list[list[tuple[int, str]]]()
    last = ""
    for place, above in enumerate(upper.texts):
        below = lower.get_text(place)
        if not above or below in {"", above} or read(above) not in _TICKED or read(below) is not None:
            last = ""
            continue
        if above == last:
            groups[-1].append((place, below))
        else:
            groups.append([(place, below)])
        last = above
    return [group for group in groups if len(group) > 1]


def _join_headings(upper: TableRow, lower: TableRow, read: HeadingReader) -> list[str]:
    """Return a heading for each place of two rows: both together where that is known, else one of them."""
    found = []
    for place in range(max(len(upper.texts), len(lower.texts))):
        above = upper.texts[place] if place < len(upper.texts) else ""
        below = lower.get_text(place)
        if above == below:
            found.append(above)
            continue
        choices = (above + below, below + above, below, above) if below else (above,)
        known = [text for text in choices if read(text) is not None]
        found.append(known[0] if known else f"{above} {below}".strip())
    return found


def _read_header(
    row: TableRow, headings: Sequence[str], read: HeadingReader, below: TableRow | None = None
) -> RegisterHeader | None:
    found = [read(text) for text in headings]
    groups = [] if below is None else _find_ticked(row, below, read)
    for group in groups:
        found[group[0][0]] = read(row.texts[group[0][0]])
        for place, _ in group[1:]:
            found[place] = RegisterColumn.UNREAD
    columns = _settle_columns(found, headings)
    places = dict[RegisterColumn, int]()
    twice = list[RegisterColumn]()
    for place, column in enumerate(columns):
        if column is None or column is RegisterColumn.UNREAD:
            continue
        if column in places and column in _ONLY_ONCE:
            twice.append(column)
        places.setdefault(column, place)
    if not places:
        return None
    ticked = {column: tuple(group) for group in groups for column, at in places.items() if at == group[0][0]}
    taken = {*places.values(), *(place for group in ticked.values() for place, _ in group)}
    unread = tuple(text for place, text in enumerate(headings) if text and place not in taken)
    unknown = tuple(
        text for text, column in zip(headings, found, strict=True) if column is None and fold_heading(text)
    )
    names = {column: headings[place] for column, place in places.items()}
    last = row if below is None else below
    return RegisterHeader(
        row.line, last.line, len(last.texts), places, names, unread, tuple(twice), unknown, ticked
    )


def _settle_columns(
    found: Sequence[RegisterColumn | None], headings: Sequence[str]
) -> list[RegisterColumn | None]:
    """Settle what a heading means by the others: “ที่” beside a number, “วันที่” beside a day, “ผล” beside a state."""
    columns = list(found)
    folded = [fold_heading(text) for text in headings]
    numbers = [place for place, column in enumerate(columns) if column is RegisterColumn.NUMBER]
    for place in numbers:
        if folded[place] in _LINE_NUMBERS:
            columns[place] = RegisterColumn.SEQUENCE
    days = [place for place, column in enumerate(columns) if column is RegisterColumn.RECEIVED_ON]
    if len(days) > 1:
        for place in days:
            if folded[place] == _BARE_DAY and any(folded[other] != _BARE_DAY for other in days):
                columns[place] = RegisterColumn.UNREAD
    _settle_results(columns)
    return columns


def _settle_results(columns: list[RegisterColumn | None]) -> None:
    for place, column in enumerate(columns):
        if column is not RegisterColumn.RESULT:
            continue
        if RegisterColumn.STATUS not in columns:
            columns[place] = RegisterColumn.STATUS
        elif RegisterColumn.OUTCOME not in columns:
            columns[place] = RegisterColumn.OUTCOME
        else:
            columns[place] = RegisterColumn.UNREAD
