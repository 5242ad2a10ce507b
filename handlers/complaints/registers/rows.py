"""One row of an imported register: what each cell must hold, why a row is rejected, and what needs a yes."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from handlers.complaints.lifecycle import ENDED_STATUSES, CaseSource, CaseStatus
from handlers.complaints.messages import ImportedCase, WordKind
from handlers.complaints.registers.columns import RegisterColumn
from handlers.complaints.registers.days import MAX_QUOTED_LENGTH, WrongDayError, parse_register_day, split_day
from handlers.complaints.registers.word_meanings import (
    NOTHING,
    PROGRESS_BY_VALUE,
    Progress,
    RegisterWords,
)
from handlers.dialog.replies import Phrase
from handlers.dialog.text import shorten_text
from handlers.table_files import CellKind
from handlers.thai.dates import BUDDHIST_ERA, CalendarMonth, format_date, get_fiscal_year, parse_written_year
from handlers.thai.matching import normalize_for_matching

MAX_CELL_LENGTH = 200
"""Characters of a cell: a register's columns hold words, not long texts."""

_NUMBER = re.compile(r"(?:ที่|เลขที่|เลขรับ|รร\.?|ร้องเรียน(?:ที่)?|no\.?)?\s*(\d{1,6})\s*(?:/\s*(\d{4}|\d{2}))?$")
_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})$")
_DITTO = re.compile(r"^(?:\"|”|“|''|〃|,,|-\"-)$")


class DoubtKind(StrEnum):
    """What was understood, but is only taken with a yes. `import.doubt` of the locales says each."""

    SEQUENCE = "sequence"  # the number of the line is taken for the register's
    IN_ORDER = "in_order"  # cases are numbered as they stand
    NO_SOURCE = "no_source"
    NO_CATEGORY = "no_category"
    NO_STATUS = "no_status"
    NO_END_DAY = "no_end_day"
    HIDDEN_SHEET = "hidden_sheet"
    COPY = "copy"
    TURNED = "turned"  # month and day of a column were exchanged by the spreadsheet
    NUMBER_DAY = "number_day"  # a number that the spreadsheet made a day
    WORD = "word"  # a word of which only a part is known
    DITTO = "ditto"  # a mark for the same as above
    ODD_YEAR = "odd_year"
    MONTH_FIRST = "month_first"  # days that stand in order only where the month comes first
    DAY_WITHIN = "day_within"  # the day of the end stands in the words of the state


@dataclass(frozen=True, slots=True)
class CellProblem:
    """What is wrong in a row. column: where; empty where it is the row as a whole."""

    column: str
    reason: Phrase


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that cannot be imported, and why."""

    line: int
    problems: tuple[CellProblem, ...]
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class RowDoubt:
    """What of a row needs a yes. found: the cell, and what it is taken for; problem: what is wrong without a yes."""

    kind: DoubtKind
    problem: CellProblem
    found: str = ""
    taken_as: str = ""


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One row of a file. line: its number; cells: each cell as text, by column; kinds: what a cell is beside text."""

    line: int
    cells: Mapping[RegisterColumn, str]
    kinds: Mapping[RegisterColumn, CellKind] = field(default_factory=dict)
    sheet: str = ""

    def get(self, column: RegisterColumn) -> str:
        """Return the text of a cell; empty where the register has no such column."""
        return self.cells.get(column, "").strip()


@dataclass(frozen=True, slots=True)
class AskedWord:
    """A word that nobody here knows. column: where it stands."""

    kind: WordKind
    column: RegisterColumn
    text: str


@dataclass(slots=True)
class ParsedRow:
    """What a row says, as far as it was understood. number: None where the register gives none."""

    line: int
    sheet: str
    number: int | None = None
    year: int = 0
    received_on: date | None = None
    source: CaseSource | None = None
    category: str = ""
    progress: Progress = field(default_factory=Progress)
    closed_on: date | None = None
    problems: list[CellProblem] = field(default_factory=list)
    doubts: list[RowDoubt] = field(default_factory=list)
    asked: list[AskedWord] = field(default_factory=list)

    def reject(self, column: RegisterColumn, reason: Phrase) -> None:
        """Note what is wrong in a cell."""
        self.problems.append(CellProblem(column.value, reason))

    def doubt(
        self, kind: DoubtKind, column: RegisterColumn, reason: Phrase, found: str = "", taken_as: str = ""
    ) -> None:
        """Note what needs a yes. reason: what is wrong where nobody says it."""
        problem = CellProblem(column.value, reason)
        self.doubts.append(RowDoubt(kind, problem, quote_cell(found), taken_as))

    def to_case(self, number: int) -> ImportedCase | None:
        """Return the case; None where something is wrong."""
        if self.problems or self.received_on is None or self.progress.status is None:
            return None
        return ImportedCase(
            self.line, self.year, number, self.received_on, self.source, self.category, self.progress.status,
            self.progress.outcome, self.closed_on, self.sheet,
        )  # fmt: skip


MISSING = Phrase("import.missing")


def quote_cell(text: str) -> str:
    """Return a cell as an error quotes it."""
    return shorten_text(text, MAX_QUOTED_LENGTH)


def is_ditto(text: str) -> bool:
    """Whether a cell is a mark for the same as above."""
    return bool(_DITTO.match(text))


_TICK = re.compile(r"^(?:[/✓✔☑√●■×✗✘xX1]|\uf0fc|\ufffd)$")


def is_tick(text: str) -> bool:
    """Whether a cell is a sign that its column holds."""
    return bool(_TICK.match(text))


def is_blank(text: str) -> bool:
    """Whether a cell says that its column does not hold: a dash, a nought, an empty box."""
    return text in {"-", "–", "—", "0", "☐", "□", "."}


@dataclass(frozen=True, slots=True)
class RowParser:
    """Parses the rows of a register. columns: those that it has; from_1904: how it numbers days."""

    words: RegisterWords
    today: date
    columns: frozenset[RegisterColumn]
    from_1904: bool = False

    def parse(self, row: ImportRow) -> ParsedRow:
        """Parse a row, with all that is wrong and doubtful in it."""
        found = ParsedRow(row.line, row.sheet)
        for column, kind in row.kinds.items():
            if kind is CellKind.FORMULA and column not in {RegisterColumn.SEQUENCE, RegisterColumn.SUBJECT}:
                found.reject(column, Phrase("import.formula"))
        for column, text in row.cells.items():
            if column is not RegisterColumn.SUBJECT and len(text) > MAX_CELL_LENGTH:
                found.reject(column, Phrase("import.long", {"found": quote_cell(text)}))
        if found.problems:
            return found
        found.received_on = self._parse_day(row, RegisterColumn.RECEIVED_ON, found)
        if found.received_on is None and not found.problems:
            found.reject(RegisterColumn.RECEIVED_ON, MISSING)
        self._parse_number(row, found)
        self._parse_source(row, found)
        self._parse_category(row, found)
        self._parse_progress(row, found)
        return found

    def _parse_day(self, row: ImportRow, column: RegisterColumn, found: ParsedRow) -> date | None:
        text = row.get(column)
        if text in {"", "-", "–", "—"}:
            return None
        try:
            return parse_register_day(text, self.today, row.kinds.get(column), from_1904=self.from_1904)
        except WrongDayError as wrong:
            found.reject(column, wrong.reason)
            return None

    def _parse_number(self, row: ImportRow, found: ParsedRow) -> None:
        column = RegisterColumn.NUMBER if RegisterColumn.NUMBER in self.columns else RegisterColumn.SEQUENCE
        text, day = row.get(column), found.received_on
        if column is RegisterColumn.SEQUENCE and (column not in self.columns or not text):
            return
        if not text:
            found.reject(column, MISSING)
            return
        if row.kinds.get(column) is CellKind.DAY:
            self._read_number_back(text, found)
            return
        written = _NUMBER.match(normalize_for_matching(text))
        if written is None or not int(written[1]):
            found.reject(column, Phrase("import.number", {"found": quote_cell(text)}))
            return
        found.number = int(written[1])
        if day is not None:
            found.year = parse_written_year(written[2]) + BUDDHIST_ERA if written[2] else get_fiscal_year(day)
            if found.year not in list_years_of_number(day):
                found.reject(RegisterColumn.NUMBER, Phrase("import.year", {"found": str(found.year)}))

    def _read_number_back(self, text: str, found: ParsedRow) -> None:
        """Read 1/2567 back from the day that a spreadsheet made of it, where it goes with the day of receipt."""
        day, spoiled = found.received_on, _ISO_DATE.match(text)
        reason = Phrase("import.number_day", {"found": quote_cell(text)})
        if day is None or spoiled is None or int(spoiled[3]) != 1:
            found.reject(RegisterColumn.NUMBER, reason)
            return
        number, year = int(spoiled[2]), int(spoiled[1])
        years = {year if year > 2400 else year + BUDDHIST_ERA, 2500 + year % 100} & list_years_of_number(day)
        if not years:
            found.reject(RegisterColumn.NUMBER, reason)
            return
        found.number, found.year = number, min(years)
        found.doubt(DoubtKind.NUMBER_DAY, RegisterColumn.NUMBER, reason, text, f"{number}/{found.year}")

    def _find_word(
        self, kind: WordKind, column: RegisterColumn, text: str, found: ParsedRow, allowed: str = ""
    ) -> str:
        """Return what a word means; empty where it has to be asked, which is noted."""
        meaning = self.words.find(kind, text)
        args = {"found": quote_cell(text), **({"allowed": allowed} if allowed else {})}
        reason = Phrase(f"import.{column}", args)
        if not meaning.value:
            found.asked.append(AskedWord(kind, column, text))
            found.reject(column, reason)
        elif meaning.is_guess:
            found.doubt(DoubtKind.WORD, column, reason, text, meaning.value)
        return meaning.value

    def _parse_source(self, row: ImportRow, found: ParsedRow) -> None:
        column = RegisterColumn.SOURCE
        if column not in self.columns:
            return
        text = row.get(column)
        if not text or text in {"-", "–"}:
            found.doubt(DoubtKind.NO_SOURCE, column, MISSING)
            return
        value = self._find_word(WordKind.SOURCE, column, text, found)
        found.source = CaseSource(value) if value not in {"", NOTHING} else None

    def _parse_category(self, row: ImportRow, found: ParsedRow) -> None:
        column = RegisterColumn.CATEGORY
        found.category = self.words.other_category
        if column not in self.columns:
            return
        text = row.get(column)
        if not text or text in {"-", "–"}:
            found.doubt(DoubtKind.NO_CATEGORY, column, MISSING)
            return
        allowed = ", ".join(self.words.list_values(WordKind.CATEGORY))
        found.category = self._find_word(WordKind.CATEGORY, column, text, found, allowed)

    def _parse_progress(self, row: ImportRow, found: ParsedRow) -> None:
        told, days = list[Progress](), list[str]()
        for column in (RegisterColumn.STATUS, RegisterColumn.OUTCOME):
            text, day = split_day(row.get(column))
            days += [day] if day else []
            if not text or text in {"-", "–", "—"}:
                told.append(Progress())
                continue
            value = self._find_word(WordKind.PROGRESS, column, text, found)
            if not value:
                return
            told.append(PROGRESS_BY_VALUE[value])
        found.closed_on = self._parse_day(row, RegisterColumn.CLOSED_ON, found)
        state, result = told
        found.progress = self._join_progress(state, result, found)
        if not any(one.column == RegisterColumn.CLOSED_ON for one in found.problems):
            self._check_end(found, days)

    def _join_progress(self, state: Progress, result: Progress, found: ParsedRow) -> Progress:
        """Join what two columns say; what does not fit is noted."""
        if state.status is None:
            if result.status is None or RegisterColumn.STATUS in self.columns:
                found.doubt(DoubtKind.NO_STATUS, RegisterColumn.STATUS, MISSING)
            assumed = CaseStatus.RECEIVED if found.closed_on is None else CaseStatus.CLOSED
            return result if result.status is not None else Progress(assumed)
        if result.status is not None:
            self._check_result(state, result, found)
        return state if result.outcome is None else Progress(state.status, result.outcome)

    @staticmethod
    def _check_result(state: Progress, result: Progress, found: ParsedRow) -> None:
        """Note where the outcome's column contradicts that of the state."""
        if result.outcome is not None:
            if state.status is not CaseStatus.CLOSED:
                found.reject(RegisterColumn.OUTCOME, Phrase("import.outcome_without_end"))
            elif state.outcome not in {None, result.outcome}:
                found.reject(RegisterColumn.OUTCOME, Phrase("import.contradiction"))
        elif (state.status in ENDED_STATUSES) != (result.status in ENDED_STATUSES):
            found.reject(RegisterColumn.OUTCOME, Phrase("import.contradiction"))

    def _check_end(self, found: ParsedRow, days: Sequence[str]) -> None:
        """Check the day of the end. days: those that stand in the words of state and outcome."""
        if found.closed_on is None and found.progress.status in ENDED_STATUSES and len(days) == 1:
            self._take_day_within(days[0], found)
        received, closed = found.received_on, found.closed_on
        if found.progress.status not in ENDED_STATUSES:
            if closed is not None:
                found.reject(RegisterColumn.CLOSED_ON, Phrase("import.open_with_day"))
        elif closed is None:
            reason = Phrase("import.end_without_day")
            found.doubt(DoubtKind.NO_END_DAY, RegisterColumn.CLOSED_ON, reason)
            found.closed_on = None if received is None else assume_end(received, self.today)
        elif received is not None and closed < received:
            found.reject(RegisterColumn.CLOSED_ON, Phrase("import.end_before_start"))

    def _take_day_within(self, text: str, found: ParsedRow) -> None:
        column = RegisterColumn.CLOSED_ON
        try:
            found.closed_on = parse_register_day(text, self.today)
        except WrongDayError as wrong:
            found.reject(column, wrong.reason)
            return
        shown = format_date(found.closed_on, "th")
        found.doubt(DoubtKind.DAY_WITHIN, column, Phrase("import.end_without_day"), text, shown)


def list_years_of_number(received: date) -> set[int]:
    """Return the Buddhist years that the number of a case may have: the fiscal and the calendar year of its receipt."""
    return {get_fiscal_year(received), received.year + BUDDHIST_ERA}


def assume_end(received: date, today: date) -> date:
    """Return the day on which a case counts as ended whose register gives none: the last of the fiscal year, or today.

    A case of many days is assumed, not one that was done at once: no figure is made to look better than it was.
    """
    last_month = CalendarMonth(get_fiscal_year(received) - BUDDHIST_ERA, 9)
    return min(last_month.last, today)


def reject_duplicate_row(case: ImportedCase) -> RejectedRow:
    """Reject a row whose number is already in the register."""
    number = f"{case.number}/{case.fiscal_year}"
    return RejectedRow(
        case.line, (CellProblem("number", Phrase("import.taken", {"number": number})),), case.sheet
    )
