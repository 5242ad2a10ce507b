"""A thief of the disk, without any key: evidence files tell neither their case nor when or in which order they came."""

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from handlers.complaints.messages import FindCase
from storage.files.padding import get_padded_length
from storage.store import Store
from tests.storage.conftest import NOW, StoredDesk, make_entry, store_file

MIDNIGHT_NS = int(datetime(2026, 11, 22, 17, 0, tzinfo=UTC).timestamp()) * 10**9
NIGHT = NOW + timedelta(hours=16)
SIZES = (12, 5_000, 5_100, 70_000, 200_001, 1_234_567)
TAG_BYTES, CHUNK_BYTES = 16, 64 * 1024


@pytest.fixture
def ground(tmp_path: Path) -> StoredDesk:
    """A desk that has not been opened yet."""
    return StoredDesk(tmp_path / "var")


async def file_six_cases(ground: StoredDesk, one: Store) -> list[str]:
    """Six cases with a file each, and a further file of the first; returns their ids, in the order of arrival."""
    cases = []
    for number, size in enumerate(SIZES, start=1):
        file = await store_file(one, b"%PDF-" + os.urandom(size - 5), "a.pdf")
        receipt = await ground.file_complaint(one, number, files=(file,))
        case = await one.answer_query(FindCase(receipt), NOW)
        assert case is not None
        cases.append(case.id)
        if number == 1:
            later = await store_file(one, b"%PDF-" + os.urandom(40_000), "b.pdf")
            await ground.commit_acts(one, make_entry(case, files=(later,)))
    return cases


def list_paths(one: Store) -> list[Path]:
    return [*one.evidence.folder.iterdir()]


def read_database(ground: StoredDesk) -> bytes:
    """Every page of the database, free ones too, and of its write-ahead log."""
    return b"".join(path.read_bytes() for path in ground.paths.folder.glob("desk.sqlite*"))


def test_the_table_names_no_case(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        cases = await file_six_cases(ground, one)
        for at in (NOW, NIGHT):
            await one.file_rewriter.run(at)
            rows = ground.execute_sql("SELECT * FROM files")
            assert len(rows) == 7
            told = b"".join(
                value if isinstance(value, bytes) else str(value).encode() for row in rows for value in row
            )
            assert not any(case.encode() in told or bytes.fromhex(case) in told for case in cases)
            owners = [row[0] for row in ground.execute_sql("SELECT owner FROM files")]
            assert len(set(owners)) == 7  # two files of one case are not seen to be of one
            elsewhere = [
                ground.execute_sql(f'SELECT * FROM "{table}"')
                for (table,) in ground.execute_sql("SELECT name FROM sqlite_master WHERE type = 'table'")
                if table != "files"
            ]
            assert not any(repr(owner) in repr(rows) for owner in owners for rows in elsewhere)

    ground.run_scenario(scene)


def test_times_are_those_of_the_day(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await file_six_cases(ground, one)
        times = {(p.stat().st_mtime_ns, p.stat().st_atime_ns) for p in list_paths(one)}
        assert times == {(MIDNIGHT_NS, MIDNIGHT_NS)}
        await one.file_rewriter.run(NIGHT)
        night = MIDNIGHT_NS + 24 * 3600 * 10**9
        assert {(p.stat().st_mtime_ns, p.stat().st_atime_ns) for p in list_paths(one)} == {(night, night)}
        (until,) = {row[0] for row in ground.execute_sql("SELECT until FROM files")}
        assert until == 0
        await store_file(one, b"%PDF-", "c.pdf", NOW + timedelta(minutes=17))
        (hour,) = {row[0] for row in ground.execute_sql("SELECT until FROM files WHERE owner IS NULL")}
        assert hour % 60 == 0

    ground.run_scenario(scene)


def test_lengths_are_padded_from_the_first_byte_on(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await file_six_cases(ground, one)
        for at in (NOW, NIGHT):
            await one.file_rewriter.run(at)
            padded = [get_padded_length(size) for size in (*SIZES, 40_005)]
            on_disk = [size + TAG_BYTES * -(-size // CHUNK_BYTES) for size in padded]
            assert sorted(p.stat().st_size for p in list_paths(one)) == sorted(on_disk)
            assert not set(on_disk) & {size + TAG_BYTES * -(-size // CHUNK_BYTES) for size in SIZES}
        assert get_padded_length(5_000) == get_padded_length(5_100)

    ground.run_scenario(scene)


def test_names_and_order_are_new_each_night(ground: StoredDesk) -> None:
    """The thief has the kernel's times and inodes, and the order of rows; the owner tells the test who came when."""

    async def scene(one: Store) -> None:
        cases = await file_six_cases(ground, one)
        came = [one.keyring.hash_file_owner(case, 1) for case in cases]
        names, orders = {p.stem for p in list_paths(one)}, set()
        for _ in range(4):
            ground.execute_sql("UPDATE files SET day = '2026-11-22'")
            await one.file_rewriter.run(NIGHT)
            assert not names & {p.stem for p in list_paths(one)}
            names |= {p.stem for p in list_paths(one)}
            owner_of = dict(ground.execute_sql("SELECT place, owner FROM files"))
            for key in ("st_ctime_ns", "st_ino"):
                by_time = sorted(list_paths(one), key=lambda p: getattr(p.stat(), key))
                orders.add((key, tuple(o for p in by_time if (o := owner_of[p.stem]) in came)))
        assert len({order for key, order in orders if key == "st_ctime_ns"}) > 1  # 720 are possible
        assert [row[0] for row in ground.execute_sql("SELECT owner FROM files")] != came

    ground.run_scenario(scene)


def test_after_the_night_no_page_and_no_file_holds_what_was_before(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await file_six_cases(ground, one)
        before = ground.execute_sql("SELECT place, sealed FROM files")
        await one.file_rewriter.run(NIGHT)
        await one.retention.checkpoint_wal()
        kept = read_database(ground)
        assert not any(place.encode() in kept or sealed[20:60] in kept for place, sealed in before)
        now = ground.execute_sql("SELECT place, sealed FROM files")
        assert all(place.encode() in kept and sealed[20:60] in kept for place, sealed in now)

    ground.run_scenario(scene)


def test_the_write_ahead_log_is_empty_after_a_start_and_after_each_minute(ground: StoredDesk) -> None:
    log = ground.paths.database.with_name("desk.sqlite-wal")

    async def scene(one: Store) -> None:
        assert log.stat().st_size == 0
        await file_six_cases(ground, one)
        assert log.stat().st_size > 0
        await one.retention.checkpoint_wal()
        assert log.stat().st_size == 0

    ground.run_scenario(scene)
    with closing(
        sqlite3.connect(ground.paths.database)
    ) as left:  # keeps the log of a program that was killed
        left.execute("PRAGMA wal_autocheckpoint = 0")
        left.execute("INSERT INTO chores VALUES ('a', 'b')")
        left.commit()
        assert log.stat().st_size > 0

        async def after(_: Store) -> None:
            assert log.stat().st_size == 0

        ground.run_scenario(after)
