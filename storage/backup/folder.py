"""The folder of backups: where what is, under which stamp, and what is kept how long.

A file has its name only once it was proven to open, so every file that is there counts.
"""

import shutil
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ita_stats.calendar import to_bangkok_date
from storage.backup.age_files import UNFINISHED_SUFFIX

DAILY, WEEKLY, MONTHLY = 7, 4, 12
"""How many backups are kept: the newest of so many days, weeks and months that have one."""

LEDGERS_KEPT, LEDGER_AGE = 3, timedelta(days=7)
"""How many ledgers are kept at most, and how long: the newest always, until there is a newer one."""

_STAMP_FORMAT, _SUFFIX, _EVIDENCE_LIST_SUFFIX = "%Y%m%dT%H%M%SZ", ".age", ".evidence"


def format_stamp(instant: datetime) -> str:
    """Return the name of what is made at an instant: UTC, to the second."""
    return instant.astimezone(UTC).strftime(_STAMP_FORMAT)


def parse_stamp(text: str) -> datetime | None:
    """Return the instant of a stamp; None where it is none."""
    try:
        return datetime.strptime(text, _STAMP_FORMAT).replace(tzinfo=UTC)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class BackupFolder:
    """A folder of backups. It need not exist."""

    path: Path

    def get_backup_path(self, stamp: str) -> Path:
        """Return where the copy of the desks is."""
        return self.path / "backups" / f"{stamp}{_SUFFIX}"

    def get_evidence_list_path(self, stamp: str) -> Path:
        """Return where the evidence of a backup is listed: random names, sizes and hashes."""
        return self.path / "backups" / f"{stamp}{_EVIDENCE_LIST_SUFFIX}"

    def get_keys_path(self, stamp: str) -> Path:
        """Return where the desks' keys are."""
        return self.path / "keys" / f"{stamp}{_SUFFIX}"

    def get_ledger_path(self, stamp: str) -> Path:
        """Return where a generation of the ledger is."""
        return self.path / "ledgers" / f"{stamp}{_SUFFIX}"

    def get_evidence_folder(self, desk: str) -> Path:
        """Return where the sealed evidence of a desk is, each file once."""
        return self.path / "evidence" / desk

    def list_backups(self) -> list[str]:
        """Return the stamps of all backups, oldest first."""
        return _list_stamps(self.path / "backups")

    def list_ledgers(self) -> list[str]:
        """Return the stamps of all generations of the ledger, oldest first."""
        return _list_stamps(self.path / "ledgers")

    def list_keys(self) -> list[str]:
        """Return the stamps of all files of keys, oldest first."""
        return _list_stamps(self.path / "keys")

    def choose_stamp(self, now: datetime) -> str:
        """Return a stamp that is newer than all there are, also where the clock went back."""
        stamps = [parse_stamp(one) for one in (*self.list_backups(), *self.list_ledgers())]
        newest = max((one for one in stamps if one is not None), default=None)
        return format_stamp(now if newest is None else max(now, newest + timedelta(seconds=1)))

    def remove_unfinished(self) -> None:
        """Remove what a run that was cut off left. Call it while no other runs."""
        for path in self.path.glob(f"*/*{UNFINISHED_SUFFIX}"):
            path.unlink(missing_ok=True)
        for path in self.path.glob(f"evidence/*/*{UNFINISHED_SUFFIX}"):
            path.unlink(missing_ok=True)

    def remove_old_ledgers(self, now: datetime) -> int:
        """Remove generations that are too many or too old, never the newest; return their number. Raises OSError."""
        stamps = self.list_ledgers()
        gone = [
            stamp
            for place, stamp in enumerate(reversed(stamps))
            if place and (place >= LEDGERS_KEPT or _is_older(stamp, now - LEDGER_AGE))
        ]
        for stamp in gone:
            self.get_ledger_path(stamp).unlink(missing_ok=True)
        return len(gone)

    def remove_old_backups(self) -> int:
        """Remove backups beside those that are kept, and evidence that none lists; return the number of backups.

        It goes by their stamps alone: a clock that is ahead removes nothing more. Raises OSError.
        """
        stamps = self.list_backups()
        kept = select_kept_backups(stamps)
        for stamp in stamps:
            if stamp not in kept:
                # The list last: while it is there, its evidence is kept.
                self.get_backup_path(stamp).unlink(missing_ok=True)
                self.get_keys_path(stamp).unlink(missing_ok=True)
                self.get_evidence_list_path(stamp).unlink(missing_ok=True)
        self._remove_unlisted_evidence(kept)
        return len(stamps) - len(kept)

    def read_evidence_list(self, stamp: str) -> list[tuple[str, str, int, str]]:
        """Return desk, name, size in bytes and SHA-256 of each file of evidence. Raises OSError, ValueError."""
        lines = self.get_evidence_list_path(stamp).read_text("ascii").splitlines()
        words = [line.split(" ") for line in lines]
        return [(desk, place, int(size), digest) for desk, place, size, digest in words]

    def _remove_unlisted_evidence(self, kept: Iterable[str]) -> None:
        listed = set[tuple[str, str]]()
        for stamp in kept:
            try:
                listed.update((desk, place) for desk, place, _, _ in self.read_evidence_list(stamp))
            except (OSError, ValueError):
                return  # what an unreadable list has is not known, so nothing goes
        for path in self.path.glob("evidence/*/*.sealed"):
            if (path.parent.name, path.stem) not in listed:
                path.unlink(missing_ok=True)


def select_kept_backups(stamps: Sequence[str]) -> set[str]:
    """Return which of some backups are kept: the newest of the newest days, weeks and months."""
    kept = set[str]()
    for count, period in ((DAILY, _get_day), (WEEKLY, _get_week), (MONTHLY, _get_month)):
        kept.update(_select_newest(sorted(stamps, reverse=True), count, period))
    return kept


def _select_newest(
    newest_first: Iterable[str], count: int, period: Callable[[datetime], object]
) -> list[str]:
    chosen = dict[object, str]()
    for stamp in newest_first:
        instant = parse_stamp(stamp)
        if instant is not None:
            chosen.setdefault(period(instant), stamp)
    return list(chosen.values())[:count]


def _get_day(instant: datetime) -> object:
    return to_bangkok_date(instant)


def _get_week(instant: datetime) -> object:
    return to_bangkok_date(instant).isocalendar()[:2]


def _get_month(instant: datetime) -> object:
    day = to_bangkok_date(instant)
    return day.year, day.month


def _is_older(stamp: str, instant: datetime) -> bool:
    made = parse_stamp(stamp)
    return made is not None and made < instant


def _list_stamps(folder: Path) -> list[str]:
    try:
        names = [path.name.removesuffix(_SUFFIX) for path in folder.iterdir() if path.name.endswith(_SUFFIX)]
    except FileNotFoundError:
        return []
    return sorted(name for name in names if parse_stamp(name) is not None)


def remove_folder(path: Path) -> None:
    """Remove a folder of work that was cut off, with all that is in it."""
    with suppress(FileNotFoundError):
        shutil.rmtree(path)
