"""Remarks: one for a period, replaced and removed, with a line in the audit trail that does not have their text."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from handlers.staff.remark_messages import FindRemark, SetRemark
from storage import migrations
from storage.db.sqlite import prepare_database
from storage.migrations import upgrade_schema
from storage.store import Store
from tests.storage.conftest import CANARY, NOW, StoredDesk


def test_a_remark_is_kept_replaced_and_removed(ground: StoredDesk) -> None:
    async def scene(store: Store) -> None:
        assert await store.load_remarks() == {}
        await ground.commit_acts(store, SetRemark("2569-11", "เดิม", "s3"))
        await ground.commit_acts(store, SetRemark("fy2570", "ทั้งปี", "s3"))
        await ground.commit_acts(store, SetRemark("2569-11", CANARY, "s3"))
        assert await store.load_remarks() == {"2569-11": CANARY, "fy2570": "ทั้งปี"}
        assert await store.answer_query(FindRemark("2569-11"), NOW) == CANARY
        assert await store.answer_query(FindRemark("2569-10"), NOW) == ""
        for _ in range(2):  # to remove what is not there changes nothing
            await ground.commit_acts(store, SetRemark("2569-11", "", "s3"))
        assert await store.load_remarks() == {"fy2570": "ทั้งปี"}
        assert await store.verify_audit() == []

    ground.run_scenario(scene)
    trail = ground.execute_sql("SELECT actor, what, ref FROM audit WHERE what = 'remark' ORDER BY seq")
    assert [tuple(row)[2] for row in trail] == ["2569-11", "fy2570", "2569-11", "2569-11", "2569-11"]
    assert CANARY not in repr(ground.execute_sql("SELECT * FROM audit"))


def test_a_database_of_before_has_no_remarks_and_keeps_its_splits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, whole = tmp_path / "desk.sqlite", migrations.command.upgrade
    with monkeypatch.context() as older:
        older.setattr(migrations.command, "upgrade", lambda config, _: whole(config, "0016"))
        upgrade_schema(path)
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("INSERT INTO counting_years VALUES (2570, 1)")
    prepare_database(path)
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("SELECT * FROM remarks").fetchall() == []
        assert raw.execute("SELECT * FROM counting_years").fetchall() == [(2570, 1)]
