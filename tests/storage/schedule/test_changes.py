"""A change of the rows is seen in the write-ahead log, whoever made it, and nothing else is taken for one."""

import os
import time
from pathlib import Path

from storage.schedule.changes import ChangeWatch, has_log
from storage.store import Store
from tests.storage.conftest import StoredDesk

MINUTE_NS = 60 * 10**9


def age_log(database: Path) -> None:
    """Make the last change of the write-ahead log an hour older, if it is of the last minute."""
    log = Path(f"{database}-wal")
    changed = log.stat().st_mtime_ns
    if abs(time.time_ns() - changed) < MINUTE_NS:
        os.utime(log, ns=(changed - 60 * MINUTE_NS, changed - 60 * MINUTE_NS))


def test_a_desk_that_nothing_happens_at_has_not_changed(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        watch = ChangeWatch(ground.paths.database)
        age_log(ground.paths.database)
        assert watch.look()  # nobody has looked yet
        assert not watch.look()
        async with one.open_read_context() as context:
            await context.connection.exec_driver_sql("SELECT count(*) FROM cases")
        async with one.committer.transaction():
            pass
        assert not watch.look()

    ground.run_scenario(scene)


def test_what_this_program_or_another_writes_is_a_change(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        watch = ChangeWatch(ground.paths.database)
        age_log(ground.paths.database)
        watch.look()
        await one.retention.mark_done("a", "2026")
        assert has_log(ground.paths.database)
        age_log(ground.paths.database)
        assert watch.look()
        assert not watch.look()
        ground.execute_sql("DELETE FROM chores WHERE name = 'a'")  # a connection of its own
        age_log(ground.paths.database)
        assert watch.look()
        assert not watch.look()

    ground.run_scenario(scene)


def test_a_change_that_is_not_a_second_old_may_hide_another(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        watch = ChangeWatch(ground.paths.database)
        await one.retention.mark_done("a", "2026")
        assert watch.look()
        assert watch.look()
        log, future = Path(f"{ground.paths.database}-wal"), time.time_ns() + 30 * MINUTE_NS
        os.utime(log, ns=(future, future))  # the machine's clock was set back
        assert watch.look()
        assert watch.look()
        os.utime(log)
        age_log(ground.paths.database)
        watch.look()
        assert not watch.look()
        watch.forget()
        assert watch.look()

    ground.run_scenario(scene)


def test_an_emptied_log_holds_nothing(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await one.retention.mark_done("a", "2026")
        await one.retention.checkpoint_wal()
        assert not has_log(ground.paths.database)

    ground.run_scenario(scene)
    assert ChangeWatch(ground.paths.database).look()  # there is no log: whoever looks reads the rows
