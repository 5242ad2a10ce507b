"""Settings as people type them, and as they are shown to be changed."""

import re
from datetime import date, datetime, time, timedelta
from enum import Enum, auto
from typing import assert_never

from handlers.office import Bilingual, PlannedMaintenance
from handlers.staff.settings.messages import SettingName, SettingValue
from handlers.thai.dates import BANGKOK, format_date, format_time, parse_exact_day, to_arabic_digits
from handlers.thai.text import clean_text

MAX_NOTICE_LENGTH = 500
"""Characters of a notice in one language: it stands above everything else that is said."""

MAX_ANSWER_LENGTH = 1_000
MAX_ANSWERS = 9

ENGLISH_MARK = "EN:"
"""What the English of a text begins with, on a line of its own."""

_HOURS = re.compile(
    r"(?P<first>[0-9]{1,2})[:.](?P<first_minute>[0-9]{2})\s*(?:น\.?)?\s*(?:-|–|ถึง|to)\s*"
    r"(?P<last>[0-9]{1,2})[:.](?P<last_minute>[0-9]{2})\s*(?:น\.?)?"
)
_BLANK_LINES = re.compile(r"\n[ \t]*\n\s*")


class SettingMistake(Enum):
    """Why a text is no value of a setting; each has its wording, `staff.setting.wrong.<name>`."""

    NO_THAI = auto()
    TOO_LONG = auto()
    TOO_MANY = auto()
    NO_DAY = auto()
    NO_HOURS = auto()
    PAST = auto()


def parse_setting(name: SettingName, typed: str, now: datetime) -> SettingValue | SettingMistake:
    """Return the value that a text is of a setting, or why it is none."""
    match name:
        case SettingName.NOTICE:
            return _parse_bilingual(typed, MAX_NOTICE_LENGTH)
        case SettingName.MAINTENANCE:
            return _parse_maintenance(typed, now)
        case SettingName.ANSWERS:
            return _parse_answers(typed)
        case _:
            assert_never(name)


def format_setting(value: SettingValue) -> str:
    """Return a value as it would be typed; empty for none."""
    match value:
        case None:
            return ""
        case Bilingual():
            return value.th if value.en is None else f"{value.th}\n{ENGLISH_MARK} {value.en}"
        case PlannedMaintenance():
            day = format_date(value.start.astimezone(BANGKOK).date(), "th")
            return f"{day} {format_time(value.start)}-{format_time(value.end)}"
        case tuple():
            return "\n\n".join(format_setting(one) for one in value)
        case _:
            assert_never(value)


def _parse_bilingual(typed: str, longest: int) -> Bilingual | SettingMistake:
    """Return a text in Thai, followed by its English where a line begins with `EN:`."""
    thai, english, is_english = list[str](), list[str](), False
    for line in clean_text(typed).text.splitlines():
        words = line.strip()
        if not is_english and words[: len(ENGLISH_MARK)].upper() == ENGLISH_MARK:
            is_english, words = True, words[len(ENGLISH_MARK) :].strip()
        (english if is_english else thai).append(words)
    th, en = "\n".join(thai).strip(), "\n".join(english).strip()
    if not th:
        return SettingMistake.NO_THAI
    if max(len(th), len(en)) > longest:
        return SettingMistake.TOO_LONG
    return Bilingual(th=th, en=en or None)


def _parse_answers(typed: str) -> tuple[Bilingual, ...] | SettingMistake:
    """Return the answers of a text; blank lines stand between them."""
    found = list[Bilingual]()
    for block in _BLANK_LINES.split(typed.replace("\r\n", "\n").strip()):
        one = _parse_bilingual(block, MAX_ANSWER_LENGTH)
        if isinstance(one, SettingMistake):
            return one
        found.append(one)
    return tuple(found) if len(found) <= MAX_ANSWERS else SettingMistake.TOO_MANY


def _parse_maintenance(typed: str, now: datetime) -> PlannedMaintenance | SettingMistake:
    """Return a day and hours, such as `5 ธ.ค. 2569 20:00-22:00`; hours that end earlier end on the next day."""
    words = to_arabic_digits(typed)
    hours = _HOURS.search(words)
    if hours is None:
        return SettingMistake.NO_HOURS
    today = now.astimezone(BANGKOK).date()
    day = parse_exact_day(f"{words[: hours.start()]} {words[hours.end() :]}", today)
    if day is None:
        return SettingMistake.NO_DAY
    start = _make_instant(day, hours["first"], hours["first_minute"])
    end = _make_instant(day, hours["last"], hours["last_minute"])
    if start is None or end is None:
        return SettingMistake.NO_HOURS
    if end <= start:
        end += timedelta(days=1)
    return SettingMistake.PAST if end <= now else PlannedMaintenance(start=start, end=end)


def _make_instant(day: date, hour: str, minute: str) -> datetime | None:
    if int(minute) >= 60 or int(hour) > 24 or (int(hour) == 24 and int(minute)):
        return None
    return datetime.combine(day, time(0), BANGKOK) + timedelta(hours=int(hour), minutes=int(minute))
