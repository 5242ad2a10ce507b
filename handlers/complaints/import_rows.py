"""An old register, row by row: what each column must hold, and what is wrong with a row that cannot be taken."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from handlers import thai
from handlers.complaints.import_vocabulary import COLUMNS, OUTCOMES, SOURCES, STATUSES, UNSAID
from handlers.complaints.imported_case import ImportedCase
from handlers.complaints.lifecycle import ENDED, CaseOutcome, CaseStatus
from handlers.dialog.events import Reply
from handlers.office import Office
from handlers.thai import BUDDHIST_ERA

T = TypeVar("T")

NAMES = ("number", "received_on", "source", "category", "status", "outcome", "closed_on")
NEEDED = frozenset(NAMES) - {"outcome", "closed_on"}
LONGEST = 200
"""Characters of a cell: a register's columns hold words, not texts."""

SHOWN = 40
"""Characters of a wrong cell that are said back."""

OLDEST = date(1957, 1, 1)
"""พ.ศ. 2500: an older day is a slip."""

_NUMBER = re.compile(r"(?:ที่|เลขที่|no\.?)?\s*(\d{1,6})\s*(?:/\s*(\d{4}|\d{2}))?$")
_ISO = re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?:[T ]00:00(?::00)?)?$")
_SLASHED = re.compile(r"(?P<d>\d{1,2})[/.\-](?P<m>\d{1,2})[/.\-](?P<y>\d{4})$")


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One row as it stands in a file: its line, and each cell as a text by the name of its column."""

    line: int
    cells: Mapping[str, str]
    formula: str = (
        ""  # the column of a formula, which says what a machine made of it and not what the office wrote
    )


@dataclass(frozen=True, slots=True)
class CellProblem:
    """What is wrong in one column of a row. column: empty where it is the row as a whole."""

    column: str
    say: Reply


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that cannot be taken, and why."""

    line: int
    faults: tuple[CellProblem, ...]


def named(header: Sequence[str]) -> tuple[list[str], list[str]]:
    """The columns of a header by their names here, "" for others; and those that are missing or stand twice."""
    found = [_COLUMNS.get(_tight(cell), "") for cell in header]
    count = Counter(found)
    wrong = [name for name in NAMES if count[name] > 1 or (name in NEEDED and not count[name])]
    return found, wrong


def read(lines: Iterable[ImportRow], office: Office, today: date) -> Iterator[ImportedCase | RejectedRow]:
    """Each row as a case, or what is wrong with it. A number that stood before in the file is wrong."""
    seen: dict[tuple[int, int], int] = {}
    categories = {
        _tight(w): c.code for c in office.categories for w in (c.code, c.name.th, c.name.en or c.code)
    }
    context = {"categories": categories, "today": today}
    for line in lines:
        if line.formula:
            yield RejectedRow(line.line, (CellProblem(line.formula, Reply("import.formula")),))
            continue
        try:
            row = _Row.model_validate(dict(line.cells), context=context)
        except ValidationError as trouble:
            yield RejectedRow(line.line, tuple(_fault(error) for error in trouble.errors()))
            continue
        case = row.case(line.line)
        first = seen.setdefault((case.fiscal_year, case.number), line.line)
        if first != line.line:
            yield RejectedRow(line.line, (CellProblem("number", Reply("import.twice", {"line": first})),))
        else:
            yield case


def clash(case: ImportedCase) -> RejectedRow:
    """A row whose number the register has already."""
    number = f"{case.number}/{case.fiscal_year}"
    return RejectedRow(case.line, (CellProblem("number", Reply("import.taken", {"number": number})),))


def _fault(error: Any) -> CellProblem:  # noqa: ANN401 - pydantic's own shape
    column = str(error["loc"][0]) if error["loc"] else str(error.get("ctx", {}).get("column", ""))
    if error["type"].startswith("import."):
        return CellProblem(
            column, Reply(error["type"], {k: v for k, v in error.get("ctx", {}).items() if k != "column"})
        )
    return CellProblem(column, Reply("import.missing"))


def _tight(text: str) -> str:
    return "".join(thai.folded(text.replace("\ufeff", "")).split())


def _wrong(code: str, text: str, **more: object) -> PydanticCustomError:
    shown = text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
    return PydanticCustomError(f"import.{code}", "wrong", {"found": shown, **more})


def _word(text: str, words: Mapping[str, T], code: str, allowed: Iterable[str] = ()) -> T:
    if not text.strip():
        raise PydanticCustomError("import.missing", "missing")
    found = words.get(_tight(text))
    if found is None:
        raise _wrong(code, text, **({"allowed": ", ".join(allowed)} if allowed else {}))
    return found


def _number(text: str) -> tuple[int, str]:
    found = _NUMBER.match(thai.folded(text))
    if not text.strip():
        raise PydanticCustomError("import.missing", "missing")
    if found is None or not int(found[1]):
        raise _wrong("number", text)
    return int(found[1]), found[2] or ""


def day(text: str, today: date) -> date:
    """The day that a cell says: ISO or DD/MM/YYYY, Buddhist or Christian. Raises PydanticCustomError."""
    plain = thai.folded(text)
    found = _ISO.match(plain) or _SLASHED.match(plain)
    if found is None:
        raise _wrong("date", text)
    year = int(found["y"])
    # Nobody keeps a register of the year 2400 after Christ.
    year -= BUDDHIST_ERA if year > 2400 else 0
    try:
        said = date(year, int(found["m"]), int(found["d"]))
    except ValueError:
        raise _wrong("no_such_day", text) from None
    if not OLDEST <= said <= today:
        raise _wrong("future" if said > today else "ancient", text)
    return said


def _day(text: str, info: ValidationInfo) -> date | None:
    return None if text.strip() in {"", "-"} else day(text, info.context["today"])  # type: ignore[index]


def _needed_day(text: str, info: ValidationInfo) -> date:
    said = _day(text, info)
    if said is None:
        raise PydanticCustomError("import.missing", "missing")
    return said


def _outcome(text: str) -> CaseOutcome | None:
    return None if _tight(text) in _UNSAID else _word(text, _OUTCOMES, "outcome")


def _category(text: str, info: ValidationInfo) -> str:
    known: Mapping[str, str] = info.context["categories"]  # type: ignore[index]
    return _word(text, known, "category", dict.fromkeys(known.values()))


def _short(text: str) -> str:
    if len(text) > LONGEST:
        raise _wrong("long", text)
    return text


_Short = BeforeValidator(_short)


class _Row(BaseModel):
    """A row at the border: every cell a text, read into what it means."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    number: Annotated[tuple[int, str], BeforeValidator(_number), _Short]
    received_on: Annotated[date, BeforeValidator(_needed_day), _Short]
    source: Annotated[str, BeforeValidator(lambda text: _word(text, _SOURCES, "source")), _Short]
    category: Annotated[str, BeforeValidator(_category), _Short]
    status: Annotated[CaseStatus, BeforeValidator(lambda text: _word(text, _STATUSES, "status")), _Short]
    outcome: Annotated[CaseOutcome | None, BeforeValidator(_outcome), _Short] = None
    closed_on: Annotated[date | None, BeforeValidator(_day), _Short] = None

    @model_validator(mode="after")
    def _fits(self) -> "_Row":
        if self.year not in {self.received_on.year + BUDDHIST_ERA + late for late in (0, 1)}:
            raise _mismatch("number", "year", str(self.year))
        if self.status in ENDED:
            if self.closed_on is None:
                raise _mismatch("closed_on", "end_without_day")
            if self.closed_on < self.received_on:
                raise _mismatch("closed_on", "end_before_start")
        elif self.closed_on is not None:
            raise _mismatch("closed_on", "open_with_day")
        if self.outcome is not None and self.status is not CaseStatus.CLOSED:
            raise _mismatch("outcome", "outcome_without_end")
        return self

    @property
    def year(self) -> int:
        """The Buddhist year of the number; the fiscal year of receipt where the register does not say."""
        written = self.number[1]
        if written:
            year = int(written) + (2500 if len(written) == 2 else 0)
            return year if year > 2400 else year + BUDDHIST_ERA
        return self.received_on.year + BUDDHIST_ERA + (self.received_on.month >= 10)

    def case(self, line: int) -> ImportedCase:
        """The case of the row."""
        return ImportedCase(
            line, self.year, self.number[0], self.received_on, self.source, self.category, self.status,
            self.outcome, self.closed_on,
        )  # fmt: skip


def _mismatch(
    column: str,
    code: Literal["year", "end_without_day", "end_before_start", "open_with_day", "outcome_without_end"],
    found: str = "",
) -> PydanticCustomError:
    return PydanticCustomError(f"import.{code}", "wrong", {"column": column, "found": found})


_COLUMNS = {_tight(word): name for word, name in COLUMNS.items()}
_UNSAID = {_tight(word) for word in UNSAID}
_OUTCOMES = {_tight(word): outcome for word, outcome in OUTCOMES.items()}
_SOURCES = {_tight(word): code for word, code in SOURCES.items()}
_STATUSES = {_tight(word): status for word, status in STATUSES.items()}
