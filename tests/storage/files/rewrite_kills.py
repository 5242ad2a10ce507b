"""Kill -9 at random instants of the nightly rewriting: no file is lost, none is left over.

`python -m tests.storage.files.rewrite_kills HOME ROUNDS SEED`: each round forks a desk that stores files and writes
them anew without end, and kills it. Prints one JSON line with the result.
"""

import asyncio
import json
import os
import random
import signal
import sys
import time
from hashlib import sha256
from pathlib import Path

from sqlalchemy import select, update

from storage import tables
from storage.store import Store, open_store
from tests.storage.conftest import NOW, StoredDesk, store_file

LONGEST_WAIT = 0.12
"""Seconds between the start of the work and the kill: several pieces are written anew in it."""


async def work_forever(desk: StoredDesk, report_fd: int) -> None:
    """Store a file, let all be due, write them anew; for ever."""
    async with open_store(desk.key_files, NOW) as store:
        os.write(report_fd, b"ready\n")
        while True:
            content = os.urandom(random.randrange(1, 30_000))
            file = await store_file(store, b"%PDF-" + content, "a.pdf")
            os.write(report_fd, f"{file.id} {sha256(b'%PDF-' + content).hexdigest()}\n".encode())
            async with store.committer.transaction() as connection:
                await connection.execute(update(tables.files).values(day=NOW.date().replace(year=2000)))
            await store.file_rewriter.run(NOW)


def run_round(desk: StoredDesk, rng: random.Random) -> dict[str, str]:
    """Fork a desk, let it work, kill it; return the digests of the files that it said it had stored."""
    read, report_fd = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        try:
            asyncio.run(work_forever(desk, report_fd))
        finally:
            os._exit(1)  # only a fault ends work without end
    os.close(report_fd)
    with os.fdopen(read, "rb") as output:
        assert output.readline() == b"ready\n", "the desk did not open"
        time.sleep(rng.uniform(0, LONGEST_WAIT))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status), "the desk ended by itself"
        return dict(line.split() for line in output.read().decode().split("\n")[:-1])  # type: ignore[misc]


async def check_files(desk: StoredDesk, stored: dict[str, str], found: dict[str, int]) -> None:
    """After a start and its first duty, the files are those that were stored, each whole, and no others."""
    async with open_store(desk.key_files, NOW) as store:
        found["orphans"] += await store.evidence.collect_garbage(NOW)
        rows = await read_rows(store)
        assert set(stored) <= set(rows), "a file is gone"
        assert sorted(rows.values()) == sorted(store.evidence.files.list_places()), (
            "a file is left over, or gone"
        )
        for row, digest in stored.items():
            whole = b"".join([chunk async for chunk in store.evidence.read_chunks(row)])
            assert sha256(whole).hexdigest() == digest, "a file changed"


async def read_rows(store: Store) -> dict[str, str]:
    """The place of each file by its row."""
    async with store.open_read_context() as context:
        query = select(tables.files.c.id, tables.files.c.place)
        return {row.id: row.place for row in await context.connection.execute(query)}


def main(home: str, rounds: str, seed: str) -> None:
    """Run all rounds and print the result."""
    desk, rng, stored = StoredDesk(Path(home)), random.Random(int(seed)), dict[str, str]()
    found = {"rounds": int(rounds), "orphans": 0}
    for _ in range(int(rounds)):
        stored |= run_round(desk, rng)
        asyncio.run(check_files(desk, stored, found))
    sys.stdout.write(json.dumps({**found, "files": len(stored)}) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
