"""Days as registers write them, of either era and as spreadsheets count or spoil them, with a sense for wrong years."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

from handlers.dialog.replies import Phrase
from handlers.dialog.text import shorten_text
from handlers.errors import DecisionError
from handlers.table_files import CellKind
from handlers.thai.dates import BUDDHIST_ERA, format_date, parse_exact_day, to_christian_year
from handlers.thai.matching import normalize_for_matching

MAX_QUOTED_LENGTH = 40
"""Characters of a wrong cell that are quoted in the error."""

EARLIEST_DATE = date(1957, 1, 1)
"""พ.ศ. 2500 (B.E.): an earlier date is taken for a typing error."""

MOST_YEARS_AGO = 30
"""A day further back is no case of a register that somebody imports: its year was written in another era."""

FIRST_DAY_NUMBER = date(1899, 12, 30)
DAYS_TO_1904 = 1462
_SMALLEST_DAY_NUMBER, _LARGEST_DAY_NUMBER = 20_000, 400_000
"""From 1954 to a Buddhist year that was taken for a Christian one."""

_TIME = re.compile(r"(?:[\st]+(?:เวลา\s*)?\d{1,2}[:.]\d{2}(?::\d{2})?(?:\.0+)?\s*(?:น|am|pm)?\.?)$")
_DAY_NUMBER = re.compile(r"(\d{5,6})(?:\.\d+)?$")
_ISO_DATE = re.compile(r"(?P<y>\d{4})[-/](?P<m>\d{1,2})[-/](?P<d>\d{1,2})$")
_DAY_FIRST_DATE = re.compile(r"(?P<d>\d{1,2})\s?[/.\-]\s?(?P<m>\d{1,2})\s?[/.\-]\s?(?P<y>\d{4}|\d{2})$")
_WRITTEN_DATE = re.compile(
    r"(?:(?:วัน[^\d\s]{0,12})?ที่\s*)?(?P<d>\d{1,2})[\s\-/.]*(?:เดือน)?\s*(?P<m>[ก-๎a-z][ก-๎a-z.]*?)\.?[\s\-/]*"
    r"(?:พ\.?\s?ศ\.?\s*)?(?P<y>\d{4}|\d{2})$"
)


class WrongDayError(DecisionError):
    """A cell is no day that can be taken. reason: why."""

    def __init__(self, reason: Phrase) -> None:
        self.reason = reason
        super().__init__(reason.key)


def parse_register_day(
    text: str, today: date, kind: CellKind | None = None, *, from_1904: bool = False
) -> date:
    """Parse the day of a cell. kind: what the spreadsheet says of it. Raises WrongDayError."""
    plain = _TIME.sub("", normalize_for_matching(text))
    found = _ISO_DATE.match(plain) or _DAY_FIRST_DATE.match(plain)
    numbered = _DAY_NUMBER.match(plain)
    if found is not None:
        day = _build_day(found["y"], found["m"], found["d"], text)
    elif numbered is not None and _SMALLEST_DAY_NUMBER <= int(numbered[1]) <= _LARGEST_DAY_NUMBER:
        counted = FIRST_DAY_NUMBER + timedelta(int(numbered[1]) + DAYS_TO_1904 * from_1904)
        day = _build_day(str(counted.year), str(counted.month), str(counted.day), text)
    else:
        written = _WRITTEN_DATE.match(plain)
        told = (
            parse_exact_day(f"{written['d']} {written['m']} {_write_year(written['y'])}", today)
            if written
            else None
        )
        if told is None:
            is_month = written and parse_exact_day(f"1 {written['m']} {_write_year(written['y'])}", today)
            raise _make_error("no_such_day" if is_month else "date", text)
        day = told
    _check_sense(day, text, today, kind)
    return day


def _write_year(year: str) -> str:
    return year if len(year) == 4 else f"25{year}"


def _build_day(year: str, month: str, day: str, text: str) -> date:
    try:
        return date(to_christian_year(int(_write_year(year))), int(month), int(day))
    except ValueError:
        raise _make_error("no_such_day", text) from None


def _check_sense(day: date, text: str, today: date, kind: CellKind | None) -> None:
    """Raise WrongDayError for a day that has not come, or that is too far back to be meant."""
    if day > today:
        raise _make_error("future", text)
    if day >= today - timedelta(MOST_YEARS_AGO * 365.25):
        return
    meant = _guess_meant_year(day, text, today, kind)
    if meant is None:
        raise _make_error("ancient", text)
    shown = Phrase(
        "import.far",
        {"found": _quote(text), "read": format_date(day, "th"), "meant": format_date(meant, "th")},
    )
    raise WrongDayError(shown)


def _guess_meant_year(day: date, text: str, today: date, kind: CellKind | None) -> date | None:
    """Return what a day of long ago probably means: two digits that were read in the other era."""
    written = int(str(day.year + (BUDDHIST_ERA if kind is not CellKind.DAY else 0))[-2:])
    if day < EARLIEST_DATE or (kind is not CellKind.DAY and re.search(r"\d{4}", text)):
        return None
    century = 2500 - BUDDHIST_ERA if kind is CellKind.DAY else 2000
    try:
        meant = day.replace(year=century + written)
    except ValueError:  # 29 February
        return None
    return meant if today - timedelta(MOST_YEARS_AGO * 365.25) <= meant <= today else None


def _quote(text: str) -> str:
    return shorten_text(text, MAX_QUOTED_LENGTH)


def _make_error(code: str, text: str) -> WrongDayError:
    return WrongDayError(Phrase(f"import.{code}", {"found": _quote(text)}))


@dataclass(frozen=True, slots=True)
class DayCell:
    """The cell of a day in its column. kind: DAY where the spreadsheet took it for one."""

    text: str
    kind: CellKind | None


class MonthFirst(StrEnum):
    """Whether a spreadsheet that puts the month first spoiled a column: it turns 03/10 round, 20/11 stays a text."""

    FITS = "fits"
    TURNED = "turned"
    UNCERTAIN = "uncertain"


FEWEST_TYPED_DAYS = 6
"""So many days of a spreadsheet, none above 12, are no chance: 1 in 300."""


def judge_typed_days(cells: Sequence[DayCell], today: date) -> MonthFirst:
    """Judge a column by its days and by the order of its rows."""
    typed = [_ISO_DATE.match(cell.text) for cell in cells if cell.kind is CellKind.DAY]
    if not typed or any(found is None or int(found["d"]) > 12 for found in typed):
        return MonthFirst.FITS
    others = [
        _DAY_FIRST_DATE.match(cell.text) for cell in cells if cell.text and cell.kind is not CellKind.DAY
    ]
    written = [int(found["d"]) for found in others if found is not None]
    if written and min(written) <= 12:
        return MonthFirst.FITS
    if not written and len(typed) < FEWEST_TYPED_DAYS:
        return MonthFirst.FITS
    as_is, turned = (_count_steps_back(cells, today, turn=turn) for turn in (False, True))
    if turned < as_is:
        return MonthFirst.TURNED
    # Without a text beside them they may as well all be of the first days of months.
    return MonthFirst.FITS if as_is < turned or not written else MonthFirst.UNCERTAIN


FEWEST_WRITTEN_DAYS = 3


def is_month_first_likely(cells: Sequence[DayCell], today: date) -> bool:
    """Whether days that are written in figures stand in order only where the month is read first.

    None of them is above 12 in either place, so that nothing but their order tells.
    """
    found = [_DAY_FIRST_DATE.match(cell.text) for cell in cells if cell.kind is not CellKind.DAY]
    written = [one for one in found if one is not None]
    if len(written) < FEWEST_WRITTEN_DAYS or any(max(int(one["d"]), int(one["m"])) > 12 for one in written):
        return False
    as_is = [DayCell(one[0], None) for one in written]
    turned = [DayCell(f"{one['m']}/{one['d']}/{one['y']}", None) for one in written]
    return _count_steps_back(turned, today, turn=False) == 0 < _count_steps_back(as_is, today, turn=False)


_DAY_WITHIN = re.compile(
    r"(?:เมื่อ)?(?:วันที่)?\s*(?P<day>(?P<first>\d{1,2})"
    r"(?:\s?[/.\-]\s?\d{1,2}\s?[/.\-]\s?|\s*(?P<month>[ก-๎][ก-๎.]{2,9})\s*)(?:\d{4}|\d{2}))(?!\d)"
)
_BEFORE_NUMBERS = ("ครั้งที่", "เลขที่", "ฉบับที่", "ข้อ")
"""Words before a number that is no day, such as “มติครั้งที่ 3/11/2567”."""


def split_day(text: str) -> tuple[str, str]:
    """Split the one day that stands in words, such as “ยุติเรื่องเมื่อ 20 พ.ย. 68”, from them: the words, the day.

    The day is empty where there is none, or more than one.
    """
    plain = normalize_for_matching(text)
    found = list(_find_days(plain))
    if len(found) != 1 or found[0]["day"] == plain:
        return text, ""
    return f"{plain[: found[0].start()]} {plain[found[0].end() :]}".strip(), found[0]["day"]


def _find_days(plain: str) -> Iterator[re.Match[str]]:
    """Yield the days in words: a number between others, such as “1 ราย 20”, is none."""
    at = 0
    while found := _DAY_WITHIN.search(plain, at):
        is_month = not found["month"] or parse_exact_day(f"1 {found['month']} 2560", EARLIEST_DATE)
        is_day = is_month and not plain[: found.start("day")].rstrip().endswith(_BEFORE_NUMBERS)
        if is_day:
            yield found
        at = found.end() if is_day or not found["month"] else found.end("first")


def turn_day(text: str) -> str:
    """Return an ISO day with month and day exchanged; any other text as it is."""
    found = _ISO_DATE.match(text)
    return f"{found['y']}-{found['d']}-{found['m']}" if found else text


def _count_steps_back(cells: Sequence[DayCell], today: date, *, turn: bool) -> int:
    """Count the rows that are before the one above, or on no day: registers are written day by day."""
    days, wrong = list[date](), 0
    for cell in cells:
        try:
            days.append(
                parse_register_day(
                    turn_day(cell.text) if turn and cell.kind is CellKind.DAY else cell.text, today, cell.kind
                )
            )
        except WrongDayError:
            wrong += 1
    return wrong * 2 + sum(later < earlier for earlier, later in pairwise(days))
