"""What is kept how long in the folder of backups."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from storage.backup.folder import (
    LEDGERS_KEPT,
    BackupFolder,
    format_stamp,
    parse_stamp,
    select_kept_backups,
)

NOW = datetime(2026, 11, 30, 19, 0, tzinfo=UTC)


def put(path: Path, content: bytes = b"") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def stamps_of_nights(count: int) -> list[str]:
    """A backup in each of so many nights, the newest last."""
    return [format_stamp(NOW - timedelta(days=days)) for days in reversed(range(count))]


def test_a_stamp_is_read_as_it_was_written() -> None:
    assert parse_stamp(format_stamp(NOW)) == NOW
    assert parse_stamp("20261130") is None


def test_seven_days_four_weeks_and_twelve_months_are_kept() -> None:
    kept = sorted(parse_stamp(stamp) or NOW for stamp in select_kept_backups(stamps_of_nights(800)))
    days = [(NOW - instant).days for instant in kept]
    assert days[-7:] == [6, 5, 4, 3, 2, 1, 0]
    assert len(kept) <= 7 + 4 + 12
    assert days[0] == 304  # the last of January, as it is December in Bangkok; and nothing older


def test_a_clock_that_was_ahead_for_a_night_costs_one_place_of_each() -> None:
    nights = stamps_of_nights(30)
    ahead = format_stamp(NOW + timedelta(days=3650))
    kept = select_kept_backups([*nights, ahead])
    assert ahead in kept
    assert set(nights[-6:]) <= kept


def test_a_stamp_is_newer_than_all_that_are_there_also_where_the_clock_went_back(tmp_path: Path) -> None:
    folder = BackupFolder(tmp_path)
    assert folder.choose_stamp(NOW) == format_stamp(NOW)
    put(folder.get_ledger_path(format_stamp(NOW)))
    assert folder.choose_stamp(NOW - timedelta(days=1)) == format_stamp(NOW + timedelta(seconds=1))


def test_the_newest_three_ledgers_are_kept_for_seven_days(tmp_path: Path) -> None:
    folder = BackupFolder(tmp_path)
    for stamp in stamps_of_nights(9):
        put(folder.get_ledger_path(stamp))
    assert folder.remove_old_ledgers(NOW) == 9 - LEDGERS_KEPT
    assert folder.list_ledgers() == stamps_of_nights(9)[-3:]
    assert folder.remove_old_ledgers(NOW + timedelta(days=5, hours=1)) == 1
    assert folder.remove_old_ledgers(NOW + timedelta(days=400)) == 1
    assert folder.list_ledgers() == stamps_of_nights(1), "the last is never removed"


def test_evidence_goes_with_the_last_backup_that_lists_it(tmp_path: Path) -> None:
    folder = BackupFolder(tmp_path)
    nights = stamps_of_nights(9)
    for number, stamp in enumerate(nights):
        put(folder.get_backup_path(stamp))
        put(folder.get_keys_path(stamp))
        put(
            folder.get_evidence_list_path(stamp), f"complaints f{number} 1 00\ncomplaints all 1 00\n".encode()
        )
        put(folder.get_evidence_folder("complaints") / f"f{number}.sealed")
    put(folder.get_evidence_folder("complaints") / "all.sealed")
    kept = select_kept_backups(nights)
    assert folder.remove_old_backups() == 9 - len(kept)
    assert set(folder.list_backups()) == set(folder.list_keys()) == kept
    left = {path.stem for path in folder.get_evidence_folder("complaints").iterdir()}
    assert left == {"all"} | {f"f{number}" for number, stamp in enumerate(nights) if stamp in kept}


def test_no_evidence_goes_while_a_list_cannot_be_read(tmp_path: Path) -> None:
    folder, stamp = BackupFolder(tmp_path), format_stamp(NOW)
    put(folder.get_backup_path(stamp))
    put(folder.get_evidence_folder("complaints") / "f.sealed")
    folder.remove_old_backups()
    assert [path.stem for path in folder.get_evidence_folder("complaints").iterdir()] == ["f"]


def test_what_was_cut_off_is_removed_and_no_more(tmp_path: Path) -> None:
    folder, stamp = BackupFolder(tmp_path), format_stamp(NOW)
    whole = [folder.get_backup_path(stamp), folder.get_evidence_folder("service") / "f.sealed"]
    for path in whole:
        put(path)
        put(path.with_name(path.name + ".new"))
    folder.remove_unfinished()
    assert {path for path in tmp_path.rglob("*") if path.is_file()} == set(whole)
