"""Settings as they are typed: what is read, what is told to be missing, and that what is shown can be typed again."""

from datetime import UTC, datetime

import pytest

from handlers.office import Bilingual, PlannedMaintenance
from handlers.staff.settings.messages import SettingName, SettingValue
from handlers.staff.settings.texts import SettingMistake, format_setting, parse_setting
from handlers.thai.dates import BANGKOK

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)  # 09:00 in Bangkok
NOTICE, MAINTENANCE, ANSWERS = SettingName


def make_hours(day: int, start: int, end_day: int, end: int) -> PlannedMaintenance:
    """Maintenance in December 2026, by hours of Bangkok."""
    return PlannedMaintenance(
        start=datetime(2026, 12, day, start, tzinfo=BANGKOK),
        end=datetime(2026, 12, end_day, end, tzinfo=BANGKOK),
    )


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        (NOTICE, "ย้ายแล้ว", Bilingual(th="ย้ายแล้ว")),
        (NOTICE, "ย้าย\nแล้ว\r\nen: We\nmoved", Bilingual(th="ย้าย\nแล้ว", en="We\nmoved")),
        (NOTICE, "EN: We moved", SettingMistake.NO_THAI),
        (NOTICE, "ก" * 501, SettingMistake.TOO_LONG),
        (NOTICE, "ก\nEN: " + "a" * 501, SettingMistake.TOO_LONG),
        (MAINTENANCE, "5 ธ.ค. 2569 20:00-22:00", make_hours(5, 20, 5, 22)),
        (MAINTENANCE, "๕ ธันวาคม ๒๕๖๙ เวลา ๒๐.๐๐ น. ถึง ๒๒.๐๐ น.", make_hours(5, 20, 5, 22)),
        (MAINTENANCE, "5/12/2569 22:00 - 2:00", make_hours(5, 22, 6, 2)),
        (MAINTENANCE, "5 Dec 2026 20:00 to 24:00", make_hours(5, 20, 6, 0)),
        (MAINTENANCE, "5 ธ.ค. 2569", SettingMistake.NO_HOURS),
        (MAINTENANCE, "5 ธ.ค. 2569 25:00-26:00", SettingMistake.NO_HOURS),
        (MAINTENANCE, "5 ธ.ค. 2569 20:60-22:00", SettingMistake.NO_HOURS),
        (MAINTENANCE, "5 ธ.ค. 2569 24:30-25:00", SettingMistake.NO_HOURS),
        (MAINTENANCE, "20:00-22:00", SettingMistake.NO_DAY),
        (MAINTENANCE, "5 ธ.ค. 20:00-22:00", SettingMistake.NO_DAY),
        (MAINTENANCE, "22 พ.ย. 2569 7:00-9:00", SettingMistake.PAST),
        (ANSWERS, "หนึ่ง\n \n\nสอง\nEN: two", (Bilingual(th="หนึ่ง"), Bilingual(th="สอง", en="two"))),
        (ANSWERS, "\n\n".join("ก" * 10), SettingMistake.TOO_MANY),
        (ANSWERS, "ก\n\nEN: two", SettingMistake.NO_THAI),
        (ANSWERS, "ก" * 1001, SettingMistake.TOO_LONG),
    ],
)
def test_what_is_typed_is_a_value_or_a_mistake(
    name: SettingName, typed: str, value: SettingValue | SettingMistake
) -> None:
    assert parse_setting(name, typed, NOW) == value
    if not isinstance(value, SettingMistake):
        assert parse_setting(name, format_setting(value), NOW) == value


def test_nothing_is_shown_as_nothing() -> None:
    assert format_setting(None) == ""
