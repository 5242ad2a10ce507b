"""A year alone: Songkran, a full disk, a lost key, four upgrades, an officer who leaves; no case lost, nothing late."""

import random
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from storage import migrations
from storage.db.sqlite import SCHEMA_HEAD, read_schema_version
from storage.errors import SchemaUpgradeError
from tests.end_to_end.year.office_year import YEAR_OFFICE_TOML, OfficeYear
from tests.storage.migrations.test_failed_upgrade import end_upgrade_with, fail
from tests.storage.migrations.test_released_versions import FIRST, unpack

FIRST_DAY, LAST_DAY = date(2026, 10, 1), date(2027, 9, 30)
UPGRADES = (date(2026, 12, 1), date(2027, 2, 1), date(2027, 8, 2))
"""Those after the first one, on the first day, from the first released version; the second of them fails at first."""

LOST_KEY, FULL_DISK, MENDED_DISK, LEAVING = (
    date(2027, 3, 10),
    date(2027, 7, 5),
    date(2027, 7, 8),
    date(2027, 6, 15),
)


@pytest.fixture
def year(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OfficeYear:
    """An office with the desk of the first released version, which was not opened since."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ITA_HOME", str(tmp_path / "var"))
    (tmp_path / "office.toml").write_text(YEAR_OFFICE_TOML, "utf-8")
    unpack(FIRST, tmp_path / "var")
    return OfficeYear(tmp_path, random.Random(2570))


def upgrade(year: OfficeYear, monkeypatch: pytest.MonkeyPatch, place: int, *, fails: bool) -> None:
    """Install a program with another migration, the schema's next; fails: its first try does."""
    database = year.home / "complaints" / "desk.sqlite"
    with monkeypatch.context() as patched:
        patched.setattr("storage.db.sqlite.SCHEMA_HEAD", f"{SCHEMA_HEAD}{place}")

        def apply(config: migrations.Config, _target: str) -> None:
            connection = config.attributes["connection"]
            connection.exec_driver_sql(f"CREATE INDEX IF NOT EXISTS later_{place} ON cases (answer_by)")
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = ?", (SCHEMA_HEAD,))

        patched.setattr(migrations.command, "upgrade", apply)
        from storage.db.sqlite import prepare_database

        if fails:
            with monkeypatch.context() as failing:
                end_upgrade_with(failing, fail)
                with pytest.raises(SchemaUpgradeError, match="กลับเป็นตามเดิม"):
                    prepare_database(database)
        prepare_database(database)
    year.figures.upgrades += 1


def lose_key(year: OfficeYear, day: date) -> None:
    year.lose_key()
    with pytest.raises(ConfigurationError, match="ใส่ไฟล์กุญแจคืน"):
        year.live(day, day)
    year.put_keys_back()


def fill_disk(year: OfficeYear, _day: date) -> None:
    year.fill_disk()


def empty_disk(year: OfficeYear, _day: date) -> None:
    year.is_disk_full = False


@pytest.mark.proof("a year alone")
def test_a_year_alone_loses_no_case_and_misses_no_deadline(
    year: OfficeYear, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: dict[date, Callable[[OfficeYear, date], object]] = {
        LOST_KEY: lose_key,
        FULL_DISK: fill_disk,
        MENDED_DISK: empty_disk,
        LEAVING: lambda one, day: one.leave(day, "สมชาย"),
    }
    for place, day in enumerate(UPGRADES):
        events[day] = lambda one, _day, place=place: upgrade(one, monkeypatch, place, fails=place == 1)  # type: ignore[misc]
    year.hire(FIRST_DAY)
    year.figures.upgrades += 1
    assert read_schema_version(year.home / "complaints" / "desk.sqlite") == SCHEMA_HEAD
    since = FIRST_DAY
    for day in sorted(events):
        year.live(since, day - timedelta(days=1))
        events[day](year, day)
        since = day
    year.live(since, LAST_DAY)
    year.check(LAST_DAY + timedelta(days=1))
    figures = year.figures
    sys.stderr.write(f"\n{figures}\n")
    assert (figures.lost, figures.missed) == ([], [])
    assert (figures.days, figures.upgrades) == (365, 4)
    assert (figures.backups, figures.failed_backups) == (362, 3)
    assert figures.reports > 150
    assert min(figures.refused_by_full_disk, figures.erased, figures.closed) > 0
