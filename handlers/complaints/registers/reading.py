"""Read a register from a table file: what was understood of it, what needs a yes, what is wrong, and its cases."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import reduce

from handlers.complaints.messages import ImportedCase, WordKind
from handlers.complaints.registers.columns import (
    RegisterColumn,
    RegisterHeader,
    find_header,
)
from handlers.complaints.registers.days import (
    DayCell,
    MonthFirst,
    WrongDayError,
    is_month_first_likely,
    judge_typed_days,
    parse_register_day,
    turn_day,
)
from handlers.complaints.registers.row_kinds import RegisterRowKind, classify_row
from handlers.complaints.registers.rows import (
    CellProblem,
    DoubtKind,
    ImportRow,
    ParsedRow,
    RejectedRow,
    RowDoubt,
    RowParser,
    is_blank,
    is_ditto,
    is_tick,
)
from handlers.complaints.registers.word_meanings import RegisterWords, fold_word
from handlers.dialog.replies import Phrase
from handlers.errors import DecisionError
from handlers.table_files import CellKind, TableFile, TableRow, TableSheet
from handlers.thai.dates import BUDDHIST_ERA, get_fiscal_year

FEWEST_ROWS_FOR_YEARS = 5
"""Rows of a register from which on a year that stands alone in it is odd."""

_TAKEN_OVER = frozenset(RegisterColumn) - {RegisterColumn.UNREAD, RegisterColumn.RESULT}


@dataclass(frozen=True, slots=True)
class SkippedRow:
    """A row that is no case."""

    sheet: str
    line: int
    kind: RegisterRowKind


@dataclass(frozen=True, slots=True)
class Doubt:
    """What needs a yes. line: 0 where it is of the whole sheet; of the same kind there is one for each row."""

    sheet: str
    line: int
    row: RowDoubt


@dataclass(frozen=True, slots=True)
class UnreadSheet:
    """A sheet of which nothing was taken. is_empty: nothing stands in it; else it has no header of a register."""

    name: str
    is_hidden: bool
    is_empty: bool


@dataclass(frozen=True, slots=True)
class WordToAsk:
    """A word that nobody knows. count: how many rows have it; suggestion: what it may mean, or empty."""

    kind: WordKind
    text: str
    count: int
    suggestion: str = ""


@dataclass(slots=True)
class RegisterReading:
    """What was understood of a file. headers: by sheet; other_sheets: those without a register."""

    headers: dict[str, RegisterHeader] = field(default_factory=dict)
    other_sheets: list[UnreadSheet] = field(default_factory=list)
    cases: list[ImportedCase] = field(default_factory=list)
    bad_rows: list[RejectedRow] = field(default_factory=list)
    skipped: list[SkippedRow] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    words: list[WordToAsk] = field(default_factory=list)
    unknown_headings: list[str] = field(default_factory=list)
    row_count: int = 0

    def note_headings(self, header: RegisterHeader) -> None:
        """Note the headings of which nobody knows what they are, each once."""
        self.unknown_headings += [
            text for text in dict.fromkeys(header.unknown) if text not in self.unknown_headings
        ]

    def list_guessed_words(self) -> list[tuple[str, str]]:
        """List each word of which only a part is known, and what it is taken for."""
        pairs = ((one.row.found, one.row.taken_as) for one in self.doubts if one.row.kind is DoubtKind.WORD)
        return list(dict.fromkeys(pairs))


class UnreadableRegisterError(DecisionError):
    """A file is no register. reason: what to tell who sent it."""

    def __init__(self, reason: Phrase) -> None:
        self.reason = reason
        super().__init__(reason.key)


def read_register(
    table: TableFile, words: RegisterWords, today: date, reading: RegisterReading, only_sheet: str = ""
) -> None:
    """Read a register into `reading`; a long one takes seconds. Raises UnreadableRegisterError."""
    parsed, asked = list[ParsedRow](), Counter[tuple[WordKind, str]]()
    texts = dict[tuple[WordKind, str], str]()
    seen = dict[tuple[str, ...], str]()
    for sheet in table.sheets:
        if only_sheet and sheet.name != only_sheet:
            continue
        header = find_header(sheet.rows, words.read_heading)
        if header is not None:
            reading.note_headings(header)
        if header is None or header.missing or header.twice:
            _refuse_sheet(sheet, header, reading, is_only=len(table.sheets) == 1 or bool(only_sheet))
            continue
        reading.headers[sheet.name] = header
        _doubt_sheet(sheet, header, reading)
        _doubt_order(sheet, header, today, reading)
        parser = RowParser(words, today, frozenset(header.places), table.has_1904_days)
        for row in _list_rows(sheet, header, today, reading, seen, from_1904=table.has_1904_days):
            found = parser.parse(row)
            parsed.append(found)
            for word in found.asked:
                key = (word.kind, fold_word(word.text))
                asked[key] += 1
                texts.setdefault(key, word.text)
    if not reading.headers:
        raise UnreadableRegisterError(Phrase("import.empty"))
    reading.row_count = len(parsed)
    reading.words = [WordToAsk(kind, texts[kind, word], count) for (kind, word), count in asked.items()]
    _number_cases(parsed, reading)
    _doubt_years(parsed, reading)


def _refuse_sheet(
    sheet: TableSheet, header: RegisterHeader | None, reading: RegisterReading, *, is_only: bool
) -> None:
    """Note a sheet that is no register. Raises UnreadableRegisterError where it is the only one, or nearly one."""
    if header is not None and (header.twice or RegisterColumn.RECEIVED_ON in header.places or is_only):
        raise _make_columns_error(header.twice or header.missing)
    if is_only and not sheet.rows:
        raise UnreadableRegisterError(Phrase("import.empty"))
    if is_only:
        raise _make_columns_error((RegisterColumn.RECEIVED_ON, RegisterColumn.STATUS))
    reading.other_sheets.append(UnreadSheet(sheet.name, sheet.is_hidden, is_empty=not sheet.rows))


def _make_columns_error(columns: Iterable[RegisterColumn]) -> UnreadableRegisterError:
    first, *others = (Phrase(f"import.column.{column}") for column in columns)
    names = reduce(lambda one, other: Phrase("import.both", {"one": one, "other": other}), others, first)
    return UnreadableRegisterError(Phrase("import.columns", {"names": names}))


def _doubt_sheet(sheet: TableSheet, header: RegisterHeader, reading: RegisterReading) -> None:
    """Note what of a sheet as a whole needs a yes."""
    absent = {
        RegisterColumn.SOURCE: DoubtKind.NO_SOURCE,
        RegisterColumn.CATEGORY: DoubtKind.NO_CATEGORY,
    }
    found = [(kind, column) for column, kind in absent.items() if column not in header.places]
    if sheet.is_hidden:
        found.append((DoubtKind.HIDDEN_SHEET, RegisterColumn.UNREAD))
    for kind, column in found:
        name = "" if column is RegisterColumn.UNREAD else column.value
        problem = CellProblem(name, Phrase(f"import.doubt.{kind}", {"count": 0, "found": "", "taken": ""}))
        reading.doubts.append(Doubt(sheet.name, 0, RowDoubt(kind, problem)))


def _doubt_order(sheet: TableSheet, header: RegisterHeader, today: date, reading: RegisterReading) -> None:
    """Note days such as 11/05/2025 that stand in order only where the month comes first."""
    place = header.places[RegisterColumn.RECEIVED_ON]
    below = [row for row in sheet.rows if row.line > header.last_line]
    cells = [DayCell(row.get_text(place), row.kinds.get(place)) for row in below]
    if is_month_first_likely(cells, today):
        problem = CellProblem(RegisterColumn.RECEIVED_ON.value, Phrase("import.month_first"))
        reading.doubts.append(Doubt(sheet.name, 0, RowDoubt(DoubtKind.MONTH_FIRST, problem)))


def _list_rows(
    sheet: TableSheet,
    header: RegisterHeader,
    today: date,
    reading: RegisterReading,
    seen: dict[tuple[str, ...], str],
    *,
    from_1904: bool,
) -> Iterator[ImportRow]:
    """Yield the rows of a sheet that are cases, or should be; the others are noted."""
    below = [row for row in sheet.rows if row.line > header.last_line]
    for row in sheet.rows:
        if row.line < header.first_line:
            reading.skipped.append(SkippedRow(sheet.name, row.line, RegisterRowKind.TITLE))
    turned = {
        column: _judge_column(below, header, column, today)
        for column in (RegisterColumn.RECEIVED_ON, RegisterColumn.CLOSED_ON)
        if column in header.places
    }
    narrowest = min((len(row.texts) for row in below), default=0)
    above: ImportRow | None = None
    for row in below:
        kind = _find_row_kind(row, header, today, sheet.name, seen, from_1904=from_1904)
        if kind is not RegisterRowKind.CASE:
            reading.skipped.append(SkippedRow(sheet.name, row.line, kind))
            if kind is RegisterRowKind.COPY:
                problem = CellProblem("", Phrase("import.copy"))
                reading.doubts.append(Doubt(sheet.name, row.line, RowDoubt(DoubtKind.COPY, problem)))
            continue
        if sheet.name == "" and len(row.texts) > header.width >= narrowest:
            # A comma that should have been in quotation marks: what stands behind it is in the wrong column.
            problem = CellProblem("", Phrase("import.shifted"))
            reading.bad_rows.append(RejectedRow(row.line, (problem,), sheet.name))
            continue
        built = _build_row(row, header, sheet.name, above, turned, reading)
        above = built
        yield built


def _find_row_kind(
    row: TableRow,
    header: RegisterHeader,
    today: date,
    sheet: str,
    seen: dict[tuple[str, ...], str],
    *,
    from_1904: bool,
) -> RegisterRowKind:
    day = header.places[RegisterColumn.RECEIVED_ON]
    if not _is_day(row.get_text(day), row.kinds.get(day), today, from_1904=from_1904):
        return classify_row(row, header, today)
    if _is_continued(row, header):
        return RegisterRowKind.CONTINUED
    # A sheet of the whole year counts its lines anew.
    line = header.places.get(RegisterColumn.SEQUENCE)
    first = seen.setdefault(tuple(text for at, text in enumerate(row.texts) if at != line), sheet)
    return RegisterRowKind.CASE if first == sheet else RegisterRowKind.COPY


def _is_day(text: str, kind: CellKind | None, today: date, *, from_1904: bool) -> bool:
    try:
        parse_register_day(text, today, kind, from_1904=from_1904)
    except WrongDayError as wrong:
        return bool(text) and wrong.reason.key != "import.date"
    return True


def _is_continued(row: TableRow, header: RegisterHeader) -> bool:
    """Whether the number and the day of a row are those of one above, in one merged cell."""
    own = [header.places.get(column) for column in (RegisterColumn.NUMBER, RegisterColumn.SEQUENCE)]
    number = next((place for place in own if place is not None), None)
    if number is None:
        return False
    return (
        row.kinds.get(number) is CellKind.DOWN
        and row.kinds.get(header.places[RegisterColumn.RECEIVED_ON]) is CellKind.DOWN
    )


def _judge_column(
    rows: Sequence[TableRow], header: RegisterHeader, column: RegisterColumn, today: date
) -> MonthFirst:
    place = header.places[column]
    return judge_typed_days([DayCell(row.get_text(place), row.kinds.get(place)) for row in rows], today)


def _build_row(
    row: TableRow,
    header: RegisterHeader,
    sheet: str,
    above: ImportRow | None,
    turned: dict[RegisterColumn, MonthFirst],
    reading: RegisterReading,
) -> ImportRow:
    cells, kinds = dict[RegisterColumn, str](), dict[RegisterColumn, CellKind]()
    for column, place in header.places.items():
        if column not in _TAKEN_OVER:
            continue
        text = _read_ticks(row, header.ticked[column]) if column in header.ticked else row.get_text(place)
        if above is not None and is_ditto(text):
            problem = CellProblem(column.value, Phrase("import.ditto", {"found": text}))
            doubt = RowDoubt(DoubtKind.DITTO, problem, text, above.get(column))
            reading.doubts.append(Doubt(sheet, row.line, doubt))
            text = above.get(column)
        if place in row.kinds:
            kinds[column] = row.kinds[place]
        if kinds.get(column) is CellKind.DAY and turned.get(column, MonthFirst.FITS) is not MonthFirst.FITS:
            text = _turn_cell(text, column, row.line, sheet, turned[column], reading)
        cells[column] = text
    return ImportRow(row.line, cells, kinds, sheet)


def _read_ticks(row: TableRow, ticked: Sequence[tuple[int, str]]) -> str:
    """Return the word of the column in which a row sets its sign; with two signs, or other words, all of them."""
    filled = [(row.get_text(place).strip(), word) for place, word in ticked]
    told = [word if is_tick(text) else text for text, word in filled if text and not is_blank(text)]
    return " / ".join(told)


def _turn_cell(
    text: str, column: RegisterColumn, line: int, sheet: str, how: MonthFirst, reading: RegisterReading
) -> str:
    """Return a day with month and day exchanged, which is noted; one that may be either is no day."""
    if how is MonthFirst.UNCERTAIN:
        return f"? {text}"
    problem = CellProblem(column.value, Phrase("import.turned", {"found": text}))
    reading.doubts.append(Doubt(sheet, line, RowDoubt(DoubtKind.TURNED, problem, text, turn_day(text))))
    return turn_day(text)


def _number_cases(parsed: Sequence[ParsedRow], reading: RegisterReading) -> None:
    """Make cases of the rows, with their numbers; a number that stands twice is wrong, save one of the line."""
    has_numbers = any(RegisterColumn.NUMBER in reading.headers[row.sheet].places for row in parsed)
    if not has_numbers:
        parsed = _number_by_line(parsed, reading)
    seen = dict[tuple[int, int], ParsedRow]()
    for row in parsed:
        reading.doubts += [Doubt(row.sheet, row.line, doubt) for doubt in row.doubts]
        case = row.to_case(row.number) if row.number is not None else None
        if case is None:
            if row.number is None and not row.problems:
                row.reject(RegisterColumn.NUMBER, Phrase("import.missing"))
            reading.bad_rows.append(RejectedRow(row.line, tuple(row.problems), row.sheet))
            continue
        first = seen.setdefault((case.fiscal_year, case.number), row)
        if first is not row:
            twice = CellProblem("number", Phrase("import.twice", {"line": first.line}))
            reading.bad_rows.append(RejectedRow(row.line, (twice,), row.sheet))
        else:
            reading.cases.append(case)


def _number_by_line(parsed: Sequence[ParsedRow], reading: RegisterReading) -> list[ParsedRow]:
    """Number the cases of a register without numbers: by its lines, or, where those begin anew, as they stand."""
    numbers = Counter((row.year, row.number) for row in parsed if row.received_on is not None)
    usable = all(row.number is not None for row in parsed) and all(count == 1 for count in numbers.values())
    kind = DoubtKind.SEQUENCE if usable else DoubtKind.IN_ORDER
    problem = CellProblem("number", Phrase(f"import.doubt.{kind}", {"count": 0, "found": "", "taken": ""}))
    reading.doubts.insert(0, Doubt("", 0, RowDoubt(kind, problem)))
    if usable:
        return list(parsed)
    last = Counter[int]()
    for row in parsed:
        row.problems = [one for one in row.problems if one.column not in {"number", "sequence"}]
        if row.received_on is None:
            continue
        row.year = get_fiscal_year(row.received_on)
        last[row.year] += 1
        row.number = last[row.year]
    return list(parsed)


def _doubt_years(parsed: Sequence[ParsedRow], reading: RegisterReading) -> None:
    """Note rows whose year stands alone in the register: a digit that was mistyped gives a day that fits nothing."""
    years = Counter(row.received_on.year for row in parsed if row.received_on is not None)
    if sum(years.values()) < FEWEST_ROWS_FOR_YEARS:
        return
    for row in parsed:
        day = row.received_on
        if day is None or years[day.year] > 1 or any(years[day.year + step] for step in (-1, 1)):
            continue
        problem = CellProblem(
            "received_on", Phrase("import.odd_year", {"found": str(day.year + BUDDHIST_ERA)})
        )
        doubt = RowDoubt(DoubtKind.ODD_YEAR, problem, str(day.year + BUDDHIST_ERA))
        reading.doubts.append(Doubt(row.sheet, row.line, doubt))


def list_rows_without_yes(reading: RegisterReading) -> list[RejectedRow]:
    """List what is wrong where nobody says yes: the rows that are wrong, and those in which something is doubtful."""
    problems = dict[tuple[str, int], list[CellProblem]]()
    for row in reading.bad_rows:
        problems.setdefault((row.sheet, row.line), []).extend(row.problems)
    for doubt in reading.doubts:
        own = problems.setdefault((doubt.sheet, doubt.line), [])
        if doubt.row.problem not in own:
            own.append(doubt.row.problem)
    return [RejectedRow(line, tuple(own), sheet) for (sheet, line), own in problems.items()]
