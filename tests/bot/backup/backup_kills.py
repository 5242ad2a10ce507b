"""Kill -9 at random instants of backing up and restoring: every backup that is there is whole, and a home too or empty.

`python -m tests.bot.backup.backup_kills FOLDER ROUNDS SEED`: each round forks a program that files cases and backs up
without end, and kills it; then one that restores the newest backup, and kills that too. Prints one JSON line.
"""

import asyncio
import itertools
import json
import os
import random
import signal
import sqlite3
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from bot.backup.making import BackupJob
from bot.backup.restoring import find_restore_source, restore_backup
from bot.bootstrap import open_app
from storage.backup.age_files import Identity, hash_age_file
from storage.backup.folder import BackupFolder
from tests.bot.backup.backed_up_office import NOW, WRITTEN_ANEW
from tests.storage.conftest import StoredDesk, store_file
from tests.template_desk import copy_template_desks


class Rounds:
    """The rounds, and what came of them."""

    def __init__(self, root: Path, seed: int) -> None:
        self.root, self.rng, self.identity = root, random.Random(seed), Identity()
        self.home, self.folder = root / "var", BackupFolder(root / "backups")
        self.filed = 0
        self.found = {"rounds": 0, "backups": 0, "restored": 0, "empty": 0}
        os.environ["ITA_HOME"] = str(self.home)
        os.chdir(root)
        copy_template_desks(self.home)
        # The kill comes at any instant of a backup, however busy the machine is.
        begun = time.monotonic()
        asyncio.run(self.back_up_once())
        self.longest_wait = 1.5 * (time.monotonic() - begun)

    async def back_up_once(self) -> None:
        """Back up with nothing filed, so that one backup is there and its time is known."""
        async with open_app(["complaints", "service"], NOW) as app:
            await BackupJob(app, self.folder, self.identity.recipient).run(NOW - timedelta(hours=1))

    async def back_up_forever(self, report_fd: int) -> None:
        """File a case with a file and back it up; for ever."""
        desk = StoredDesk(self.home, itertools.count(100 * self.filed))  # other events than before the kill
        async with open_app(["complaints", "service"], NOW) as app:
            os.write(report_fd, b"ready\n")
            for number in range(self.filed, 10_000):
                store = app.desks["complaints"].store
                file = await store_file(store, b"%PDF-" + os.urandom(20_000), "a.pdf", NOW)
                await desk.file_complaint(store, 1 + number, NOW, files=(file,))
                desk.execute_sql(WRITTEN_ANEW)
                os.write(report_fd, b"filed\n")
                await BackupJob(app, self.folder, self.identity.recipient).run(NOW + timedelta(hours=number))
                os.write(report_fd, b"backup\n")

    async def restore_once(self, report_fd: int) -> None:
        """Restore the newest backup."""
        source = find_restore_source(self.folder.get_backup_path(self.folder.list_backups()[-1]))
        os.write(report_fd, b"ready\n")
        await restore_backup(source, self.identity, self.root / "restored", NOW)
        os.write(report_fd, b"restored\n")
        await asyncio.sleep(60)

    def run_and_kill(self, work: Callable[[int], Awaitable[None]], *, longest: float) -> list[str]:
        """Fork a program, let it work, kill it; return the lines that it reported."""
        read, report_fd = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(read)
            try:
                asyncio.run(work(report_fd))  # type: ignore[arg-type]
            finally:
                os._exit(1)
        os.close(report_fd)
        with os.fdopen(read, "rb") as output:
            assert output.readline() == b"ready\n", "the program did not begin"
            time.sleep(self.rng.uniform(0, longest))
            os.kill(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
            assert os.WIFSIGNALED(status), "the program ended by itself"
            return output.read().decode().split()

    def run_round(self) -> None:
        """Kill a program that backs up, and one that restores."""
        lines = self.run_and_kill(self.back_up_forever, longest=self.longest_wait)
        self.filed += lines.count("filed") + 1  # of the last it is not known whether it was filed
        self.found["backups"] += lines.count("backup")
        for stamp in self.folder.list_backups():
            assert hash_age_file(self.folder.get_backup_path(stamp), self.identity)
            assert hash_age_file(self.folder.get_keys_path(stamp), self.identity)
            assert self.folder.read_evidence_list(stamp) is not None
        assert all(
            hash_age_file(self.folder.get_ledger_path(s), self.identity) for s in self.folder.list_ledgers()
        )
        if self.folder.list_backups():
            self.kill_restore()
        self.found["rounds"] += 1

    def kill_restore(self) -> None:
        target = self.root / "restored"
        self.run_and_kill(self.restore_once, longest=self.longest_wait)
        if not target.exists():
            self.found["empty"] += 1
            source = find_restore_source(self.folder.get_backup_path(self.folder.list_backups()[-1]))
            asyncio.run(restore_backup(source, self.identity, target, NOW))
        else:
            self.found["restored"] += 1
        with closing(sqlite3.connect(target / "complaints" / "desk.sqlite")) as raw:
            (cases,) = raw.execute("SELECT count(*) FROM cases").fetchone()
            (said,) = raw.execute("SELECT count(*) FROM audit WHERE what = 'restored'").fetchone()
        files = len(list((target / "complaints" / "evidence").iterdir()))
        assert said == 1, "restored twice, or half"
        assert cases == files, "a case or its file is not there"
        target.rename(self.root / f"done{self.found['rounds']}")


def main(root: str, rounds: str, seed: str) -> None:
    """Run all rounds and print the result."""
    game = Rounds(Path(root), int(seed))
    for _ in range(int(rounds)):
        game.run_round()
    sys.stdout.write(json.dumps(game.found) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
