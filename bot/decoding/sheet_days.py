"""Days of an Excel sheet: a cell stores a number, and its style says that it is a day."""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from xml.parsers import expat

_BUILT_IN_DAYS = frozenset({*range(14, 18), 22, *range(27, 37), *range(50, 59), *range(71, 75), 77, 81})
"""Numbers of formats that every program knows as days, the Thai ones of Excel among them."""

MAX_STYLE_DIGITS = 5
"""Digits of the number of a style or format; a longer one is none, and very long ones cannot be read as numbers."""

_NO_CODE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_DAY_CODE = re.compile(r"[dyวป]|[bB](?=[1-4])")
_FIRST_DAY, _FIRST_DAY_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001 - days of a sheet have no zone
_LARGEST_DAY = 2_958_465  # 31 December 9999


class SheetStyles:
    """Collects which cell styles are days, by their numbers."""

    def __init__(self) -> None:
        self._formats: dict[str, str] = {}
        self._is_cell = False
        self._found: list[bool] = []

    def parse(self, content: bytes) -> tuple[bool, ...]:
        """Return for each cell style whether it is a day; where the part is damaged, what stands before that."""
        parser = expat.ParserCreate()
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        with suppress(expat.ExpatError):  # without styles days are numbers, and the text can still be read
            parser.Parse(content, True)
        return tuple(self._found)

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "numFmt":
            self._formats[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif local == "cellXfs":
            self._is_cell = True
        elif local == "xf" and self._is_cell:
            self._found.append(self._is_day(attributes.get("numFmtId", "")))

    def _end(self, name: str) -> None:
        if name.rpartition(":")[2] == "cellXfs":
            self._is_cell = False

    def _is_day(self, number: str) -> bool:
        is_number = number.isdecimal() and len(number) <= MAX_STYLE_DIGITS
        return is_day_format(int(number) if is_number else -1, self._formats.get(number))


def is_day_format(number: int, code: str | None) -> bool:
    """Whether a format shows a number as a day. code: how it is written, where the file says that."""
    if code is not None:
        return _DAY_CODE.search(_NO_CODE.sub("", code).lower()) is not None
    return number in _BUILT_IN_DAYS


def write_day(number: str, *, from_1904: bool) -> str:
    """Return a stored number as the day that it is, 15/10/2024, with its time where it has one; else as it stands."""
    try:
        value = float(number)
    except ValueError:
        return number
    if not 1 <= value < _LARGEST_DAY - 1462 * from_1904:
        return number
    day = (_FIRST_DAY_1904 if from_1904 else _FIRST_DAY) + timedelta(minutes=round(value * 1440))
    time = f" {day:%H:%M}" if day.hour or day.minute else ""
    return f"{day.day:02}/{day.month:02}/{day.year:04}{time}"
