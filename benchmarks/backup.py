"""A backup of a full office beside people who write: seconds, bytes, and how long anybody waits meanwhile."""

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import bindparam, literal_column, null, select, update

from benchmarks.desks.fill import copy_full_desk
from benchmarks.long_work import format_probes, measure_beside
from benchmarks.tables import HOME, Sizes, Table, prepare_process
from storage import tables
from storage.backup.age_files import Identity
from storage.crypto.key_files import DeskPaths, load_or_create_keys
from storage.store import Store, open_store

FILE_BYTES = 1024 * 1024
PIECE_BYTES = 64 * 1024
_GIVE_TO_CASE = (
    update(tables.files)
    .where(tables.files.c.id == bindparam("file"))
    .values(owner=bindparam("owned_by"), day=null(), until=literal_column("0"))
)


async def add_evidence(store: Store, count: int, now: datetime) -> None:
    """Give files of 1 MB to so many cases, as after the night in which they were written anew."""

    async def pieces() -> AsyncIterator[bytes]:
        yield b"%PDF-"
        for _ in range(FILE_BYTES // PIECE_BYTES):
            yield os.urandom(PIECE_BYTES)

    async with store.open_read_context() as context:
        cases = list((await context.connection.execute(select(tables.cases.c.id).limit(count))).scalars())
    for case in cases:
        file = await store.evidence.store(pieces(), "a.pdf", now)
        row = {"file": file.id, "owned_by": store.keyring.hash_file_owner(case, 1)}
        await store.committer.write(_GIVE_TO_CASE, row)


async def run_backup(home: Path, recipient: str) -> None:
    """Make a backup as the running server does: in a program of its own."""
    environment = {**os.environ, "ITA_HOME": str(home)}
    command = (sys.executable, "-m", "bot", "backup", "--to", str(home / "backups"), "--recipient", recipient)
    process = await asyncio.create_subprocess_exec(
        *command, env=environment, stdout=asyncio.subprocess.DEVNULL
    )
    if await process.wait():
        raise RuntimeError("the backup failed")


def sum_bytes(folder: Path) -> int:
    """The bytes of all files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


async def measure_backups(sizes: Sizes, home: Path) -> list[list[str]]:
    """The first backup, which copies all evidence, and the next one."""
    now, lines = datetime.now(UTC), []
    await copy_full_desk(sizes.backup_cases, home)
    recipient = Identity().recipient
    async with open_store(load_or_create_keys(DeskPaths.under(home, "complaints")), now) as store:
        await add_evidence(store, sizes.backup_files, now)
        for name in ("first", "second"):
            elapsed, probes = await measure_beside(store, run_backup(home, recipient))
            newest = max((home / "backups" / "backups").glob("*.age")).stat().st_size
            evidence = sum_bytes(home / "backups" / "evidence")
            parts = [f"{one / 2**20:.0f}" for one in (newest, evidence)]
            lines.append([name, f"{elapsed:.1f}", *parts, format_probes(probes.waits)])
    return lines


def measure(sizes: Sizes) -> list[Table]:
    """Back a full desk up, with its evidence."""
    prepare_process()
    HOME.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=HOME) as folder:
        lines = asyncio.run(measure_backups(sizes, Path(folder) / "home"))
    columns = (
        "backup",
        "s, with its rehearsal",
        "MB of the desks",
        "MB of evidence",
        "ms until a row is kept: median, 99th, largest",
    )
    explained = (
        f"{sizes.backup_cases:,} cases, {sizes.backup_files:,} files of 1 MB; others write rows meanwhile."
    )
    return [Table("Backups", columns, lines, explained)]
