"""Validation of an imported register, row by row: what each column must hold, and why a row is rejected."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from handlers.complaints.import_vocabulary import (
    COLUMN_WORDS,
    NO_OUTCOME_WORDS,
    OUTCOME_WORDS,
    SOURCE_WORDS,
    STATUS_WORDS,
)
from handlers.complaints.lifecycle import ENDED_STATUSES, CaseOutcome, CaseSource, CaseStatus
from handlers.complaints.messages import ImportedCase
from handlers.dialog.replies import Phrase
from handlers.dialog.text import shorten_text
from handlers.office import Office
from handlers.thai.dates import BUDDHIST_ERA, get_fiscal_year, parse_written_year, to_christian_year
from handlers.thai.matching import normalize_for_matching

T = TypeVar("T")

COLUMN_NAMES = ("number", "received_on", "source", "category", "status", "outcome", "closed_on")
REQUIRED_COLUMNS = frozenset(COLUMN_NAMES) - {"outcome", "closed_on"}
MAX_CELL_LENGTH = 200
"""Characters of a cell: a register's columns hold words, not long texts."""

MAX_QUOTED_LENGTH = 40
"""Characters of a wrong cell that are quoted in the error."""

EARLIEST_DATE = date(1957, 1, 1)
"""พ.ศ. 2500 (B.E.): an earlier date is taken for a typing error."""

_NUMBER = re.compile(r"(?:ที่|เลขที่|no\.?)?\s*(\d{1,6})\s*(?:/\s*(\d{4}|\d{2}))?$")
_ISO_DATE = re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?:[T ]00:00(?::00)?)?$")
_DAY_FIRST_DATE = re.compile(r"(?P<d>\d{1,2})[/.\-](?P<m>\d{1,2})[/.\-](?P<y>\d{4})$")


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One row of a file. line: its line number; cells: each cell as text, by column name.

    formula: the column of a cell with a formula, or empty: its value is computed, not what the office wrote.
    """

    line: int
    cells: Mapping[str, str]
    formula: str = ""


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


def match_columns(header: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return each header cell's column name ("" for an unknown one), and the names that are missing or repeated."""
    found = [_COLUMNS.get(_normalize_cell(cell), "") for cell in header]
    count = Counter(found)
    wrong = [
        name for name in COLUMN_NAMES if count[name] > 1 or (name in REQUIRED_COLUMNS and not count[name])
    ]
    return found, wrong


def parse_rows(
    lines: Iterable[ImportRow], office: Office, today: date
) -> Iterator[ImportedCase | RejectedRow]:
    """Yield each row as a case, or as rejected. A case number that repeats an earlier row's is rejected."""
    seen: dict[tuple[int, int], int] = {}
    categories = {
        _normalize_cell(w): c.code
        for c in office.categories
        for w in (c.code, c.name.th, c.name.en or c.code)
    }
    context = {"categories": categories, "today": today}
    for line in lines:
        if line.formula:
            yield RejectedRow(line.line, (CellProblem(line.formula, Phrase("import.formula")),))
            continue
        try:
            row = _Row.model_validate(dict(line.cells), context=context)
        except ValidationError as trouble:
            yield RejectedRow(line.line, tuple(_to_cell_problem(error) for error in trouble.errors()))
            continue
        case = row.to_imported_case(line.line)
        first = seen.setdefault((case.fiscal_year, case.number), line.line)
        if first != line.line:
            yield RejectedRow(line.line, (CellProblem("number", Phrase("import.twice", {"line": first})),))
        else:
            yield case


def reject_duplicate_row(case: ImportedCase) -> RejectedRow:
    """Reject a row whose number is already in the register."""
    number = f"{case.number}/{case.fiscal_year}"
    return RejectedRow(case.line, (CellProblem("number", Phrase("import.taken", {"number": number})),))


def _to_cell_problem(error: Any) -> CellProblem:  # noqa: ANN401 - pydantic's own shape
    column = str(error["loc"][0]) if error["loc"] else str(error.get("ctx", {}).get("column", ""))
    if error["type"].startswith("import."):
        return CellProblem(
            column, Phrase(error["type"], {k: v for k, v in error.get("ctx", {}).items() if k != "column"})
        )
    return CellProblem(column, Phrase("import.missing"))


def _normalize_cell(text: str) -> str:
    return "".join(normalize_for_matching(text).split())


def _make_cell_error(code: str, text: str, **more: object) -> PydanticCustomError:
    return PydanticCustomError(
        f"import.{code}", "wrong", {"found": shorten_text(text, MAX_QUOTED_LENGTH), **more}
    )


def _parse_word(text: str, words: Mapping[str, T], code: str, allowed: Iterable[str] = ()) -> T:
    if not text.strip():
        raise PydanticCustomError("import.missing", "missing")
    found = words.get(_normalize_cell(text))
    if found is None:
        raise _make_cell_error(code, text, **({"allowed": ", ".join(allowed)} if allowed else {}))
    return found


def _parse_case_number(text: str) -> tuple[int, str]:
    found = _NUMBER.match(normalize_for_matching(text))
    if not text.strip():
        raise PydanticCustomError("import.missing", "missing")
    if found is None or not int(found[1]):
        raise _make_cell_error("number", text)
    return int(found[1]), found[2] or ""


def parse_import_date(text: str, today: date) -> date:
    """Parse the date of a cell: ISO or DD/MM/YYYY, Buddhist or Christian year. Raises PydanticCustomError."""
    plain = normalize_for_matching(text)
    found = _ISO_DATE.match(plain) or _DAY_FIRST_DATE.match(plain)
    if found is None:
        raise _make_cell_error("date", text)
    year = to_christian_year(int(found["y"]))
    try:
        parsed = date(year, int(found["m"]), int(found["d"]))
    except ValueError:
        raise _make_cell_error("no_such_day", text) from None
    if not EARLIEST_DATE <= parsed <= today:
        raise _make_cell_error("future" if parsed > today else "ancient", text)
    return parsed


def _parse_optional_date(text: str, info: ValidationInfo) -> date | None:
    return None if text.strip() in {"", "-"} else parse_import_date(text, info.context["today"])  # type: ignore[index]


def _parse_required_date(text: str, info: ValidationInfo) -> date:
    parsed = _parse_optional_date(text, info)
    if parsed is None:
        raise PydanticCustomError("import.missing", "missing")
    return parsed


def _parse_outcome(text: str) -> CaseOutcome | None:
    return None if _normalize_cell(text) in _NO_OUTCOME_WORDS else _parse_word(text, _OUTCOMES, "outcome")


def _parse_category(text: str, info: ValidationInfo) -> str:
    known: Mapping[str, str] = info.context["categories"]  # type: ignore[index]
    return _parse_word(text, known, "category", dict.fromkeys(known.values()))


def _check_length(text: str) -> str:
    if len(text) > MAX_CELL_LENGTH:
        raise _make_cell_error("long", text)
    return text


_ShortText = BeforeValidator(_check_length)


class _Row(BaseModel):
    """The pydantic model of a row: parses the text of each cell."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    number: Annotated[tuple[int, str], BeforeValidator(_parse_case_number), _ShortText]
    received_on: Annotated[date, BeforeValidator(_parse_required_date), _ShortText]
    source: Annotated[
        CaseSource, BeforeValidator(lambda text: _parse_word(text, _SOURCES, "source")), _ShortText
    ]
    category: Annotated[str, BeforeValidator(_parse_category), _ShortText]
    status: Annotated[
        CaseStatus, BeforeValidator(lambda text: _parse_word(text, _STATUSES, "status")), _ShortText
    ]
    outcome: Annotated[CaseOutcome | None, BeforeValidator(_parse_outcome), _ShortText] = None
    closed_on: Annotated[date | None, BeforeValidator(_parse_optional_date), _ShortText] = None

    @model_validator(mode="after")
    def _check_consistency(self) -> "_Row":
        if self.year not in {self.received_on.year + BUDDHIST_ERA + late for late in (0, 1)}:
            raise _make_mismatch_error("number", "year", str(self.year))
        if self.status in ENDED_STATUSES:
            if self.closed_on is None:
                raise _make_mismatch_error("closed_on", "end_without_day")
            if self.closed_on < self.received_on:
                raise _make_mismatch_error("closed_on", "end_before_start")
        elif self.closed_on is not None:
            raise _make_mismatch_error("closed_on", "open_with_day")
        if self.outcome is not None and self.status is not CaseStatus.CLOSED:
            raise _make_mismatch_error("outcome", "outcome_without_end")
        return self

    @property
    def year(self) -> int:
        """The Buddhist-era year of the number; where it has none, the fiscal year of the day of receipt."""
        written = self.number[1]
        if written:
            return parse_written_year(written) + BUDDHIST_ERA
        return get_fiscal_year(self.received_on)

    def to_imported_case(self, line: int) -> ImportedCase:
        return ImportedCase(
            line, self.year, self.number[0], self.received_on, self.source, self.category, self.status,
            self.outcome, self.closed_on,
        )  # fmt: skip


def _make_mismatch_error(
    column: str,
    code: Literal["year", "end_without_day", "end_before_start", "open_with_day", "outcome_without_end"],
    found: str = "",
) -> PydanticCustomError:
    return PydanticCustomError(f"import.{code}", "wrong", {"column": column, "found": found})


_COLUMNS = {_normalize_cell(word): name for word, name in COLUMN_WORDS.items()}
_NO_OUTCOME_WORDS = {_normalize_cell(word) for word in NO_OUTCOME_WORDS}
_OUTCOMES = {_normalize_cell(word): outcome for word, outcome in OUTCOME_WORDS.items()}
_SOURCES = {_normalize_cell(word): code for word, code in SOURCE_WORDS.items()}
_STATUSES = {_normalize_cell(word): status for word, status in STATUS_WORDS.items()}
