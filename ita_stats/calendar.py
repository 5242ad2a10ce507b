"""The Thai official calendar: months and fiscal years in the Buddhist Era, dates in Bangkok, and Thai digits.

The one place of these for all four packages: `handlers.thai.dates` passes them on to the handlers
(docs/decisions/0023).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

BANGKOK = ZoneInfo("Asia/Bangkok")
BUDDHIST_ERA = 543
"""Years to add to a Christian year. Valid since B.E. 2484, when the year began to start on 1 January."""

THAI_MONTHS = (
    "มกราคม", "กุมภาพันธ์", "มีนาคม", "เมษายน", "พฤษภาคม", "มิถุนายน",
    "กรกฎาคม", "สิงหาคม", "กันยายน", "ตุลาคม", "พฤศจิกายน", "ธันวาคม",
)  # fmt: skip
THAI_SHORT_MONTHS = (
    "ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.",
    "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.",
)  # fmt: skip
ENGLISH_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_ARABIC_BY_THAI_DIGIT = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")


def to_arabic_digits(text: str) -> str:
    """Return a text with 0-9 instead of ๐-๙, of the same length."""
    return text.translate(_ARABIC_BY_THAI_DIGIT)


def to_christian_year(year: int) -> int:
    """Return the Christian year of one that is either: above 2400 it is Buddhist, as no paper is of A.D. 2400."""
    return year - BUDDHIST_ERA if year > 2400 else year


def parse_written_year(written: str) -> int:
    """Return the Christian year of a written one: 2569 and 69 are Buddhist, 2026 Christian. Raises ValueError.

    Thais shorten Buddhist years; nobody writes 26 for 2026 on a Thai form.
    """
    return to_christian_year(int(written) + (2500 if len(written) == 2 else 0))


def to_bangkok_date(instant: datetime) -> date:
    """Return the date in Bangkok of an instant. Raises ValueError for a naive instant."""
    if instant.tzinfo is None:
        raise ValueError("an instant without a zone has no day in Bangkok")
    return instant.astimezone(BANGKOK).date()


def end_of_day(day: date) -> datetime:
    """Return the last second of a Bangkok day, in UTC: the cut-off of tables as of that day."""
    return datetime.combine(day, time(23, 59, 59), BANGKOK).astimezone(UTC)


def get_fiscal_year(day: date) -> int:
    """Return the Buddhist-era fiscal year of a day: 1 October to 30 September, named after the year it ends in.

    Source: พ.ร.บ. วิธีการงบประมาณ พ.ศ. 2561, section 4.
    """
    return day.year + BUDDHIST_ERA + (day.month >= 10)


@dataclass(frozen=True, slots=True, order=True)
class CalendarMonth:
    """A calendar month. `year` is Christian; texts and codes have the Buddhist one."""

    year: int
    number: int

    @classmethod
    def from_date(cls, day: date) -> Self:
        return cls(day.year, day.month)

    @classmethod
    def from_code(cls, code: str) -> Self:
        """Return the month of a `code`. Raises ValueError for any other text."""
        year, _, number = code.partition("-")
        return cls(int(year) - BUDDHIST_ERA, int(number))

    @property
    def buddhist_year(self) -> int:
        return self.year + BUDDHIST_ERA

    @property
    def first(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        return (self + 1).first - timedelta(days=1)

    @property
    def code(self) -> str:
        """The code that the office uses: "2569-10" is October 2026."""
        return f"{self.buddhist_year}-{self.number:02}"

    def __add__(self, months: int) -> "CalendarMonth":
        year, number = divmod(self.year * 12 + self.number - 1 + months, 12)
        return CalendarMonth(year, number + 1)


def first_month_of_fiscal_year(year: int) -> CalendarMonth:
    """Return the October that a Buddhist-era fiscal year begins with."""
    return CalendarMonth(year - BUDDHIST_ERA - 1, 10)


def format_calendar_date(day: date, lang: str = "th") -> str:
    """Format a day: with the Buddhist year in Thai ("1 ตุลาคม 2569"), with the Christian one in English."""
    return f"{day.day} {format_calendar_month(CalendarMonth.from_date(day), lang)}"


def format_calendar_month(month: CalendarMonth, lang: str = "th") -> str:
    """Format a month: with the Buddhist year in Thai ("ตุลาคม 2569"), with the Christian one in English."""
    if lang == "th":
        return f"{THAI_MONTHS[month.number - 1]} {month.buddhist_year}"
    return f"{ENGLISH_MONTHS[month.number - 1]} {month.year}"
