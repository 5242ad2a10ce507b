"""Releases are numbered, immutable and audited; runs of the job and publications are recorded."""

import re
import sqlite3
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from storage.crypto.aead import derive_public_key, is_valid_signature, sign_message
from storage.errors import ConflictError
from storage.releases import RELEASE_JOB, ReleasePosting, StoredRelease
from storage.store import Store
from tests.storage.conftest import NOW, StoredDesk

KEPT = StoredRelease(
    2570, 1, "fy2570", "month", date(2026, 10, 31), NOW, True, b"{}", b'{"a": "\xe0\xb8\x81"}' * 50
)


def test_what_was_kept_comes_back_in_order(ground: StoredDesk) -> None:
    second = replace(KEPT, number=2, held=False)
    other = replace(KEPT, fiscal_year=2569, number=1)

    async def scene(one: Store) -> None:
        for kept in (KEPT, second, other):
            await one.releases.save(kept, "office")
        assert await one.releases.list_all() == [KEPT, second, other]
        assert await one.releases.find(2569, 1) == other
        assert await one.releases.find(2569, 2) is None
        assert [kept.name for kept in await one.releases.list_all()] == ["1/2570", "2/2570", "1/2569"]
        assert await one.verify_audit() == []

    ground.run_scenario(scene)
    rows = ground.execute_sql("SELECT actor, what, ref FROM audit ORDER BY seq")
    assert rows == [("office", "released", name) for name in ("1/2570", "2/2570", "1/2569")]


def test_a_number_and_a_run_are_taken_once(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await one.releases.save(KEPT, "clock", "2026-11-01")
        with pytest.raises(ConflictError):
            await one.releases.save(KEPT, "clock")
        with pytest.raises(ConflictError):
            await one.releases.save(replace(KEPT, number=2), "clock", "2026-11-01")
        assert await one.releases.list_all() == [KEPT]
        assert (await one.releases.load_runs())[1] == {"2026-11-01"}
        assert await one.verify_audit() == []

    ground.run_scenario(scene)
    assert len(ground.execute_sql("SELECT 1 FROM audit")) == 1


def test_a_release_is_let_go_once_and_changed_never(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await one.releases.save(KEPT, "office")
        assert await one.releases.approve(KEPT, "office", NOW)
        assert not await one.releases.approve(KEPT, "office", NOW)
        assert await one.releases.list_all() == [replace(KEPT, held=False)]
        assert await one.verify_audit() == []

    ground.run_scenario(scene)
    for statement in (
        "DELETE FROM releases",
        "UPDATE releases SET figures = x''",
        "UPDATE releases SET as_of = '2026-01-01'",
    ):
        with pytest.raises(sqlite3.IntegrityError, match="frozen"):
            ground.execute_sql(statement)
    assert len(ground.execute_sql("SELECT 1 FROM audit WHERE what = 'release-ok'")) == 1


def test_the_clock_releases_from_the_first_opening_on(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        since, over = await one.releases.load_runs()
        assert (since, over) == (NOW, set())

    ground.run_scenario(scene)
    ground.run_scenario(scene, NOW + timedelta(days=90))
    assert ground.execute_sql(f"SELECT count(*) FROM chores WHERE name = '{RELEASE_JOB}'") == [(0,)]


def test_postings_are_remembered_by_place(ground: StoredDesk) -> None:
    first = ReleasePosting("wordpress", NOW, 1, False, "http-500")
    then = ReleasePosting("wordpress", NOW + timedelta(hours=1), 2, True, "")

    async def scene(one: Store) -> None:
        await one.releases.save(KEPT, "office")
        assert await one.releases.load_postings(KEPT) == {}
        for posting in (first, then, ReleasePosting("folder", NOW)):
            await one.releases.save_posting(KEPT, posting)
        assert await one.releases.load_postings(KEPT) == {
            "wordpress": then,
            "folder": ReleasePosting("folder", NOW),
        }
        assert await one.releases.load_postings(replace(KEPT, number=2)) == {}

    ground.run_scenario(scene)


def test_a_desk_signs_with_a_key_of_its_own(ground: StoredDesk, tmp_path: Path) -> None:
    seeds: list[bytes] = []

    async def scene(one: Store) -> None:
        seeds.append(one.keyring.signing_seed)

    ground.run_scenario(scene)
    ground.run_scenario(scene)
    StoredDesk(tmp_path / "another").run_scenario(scene)
    mine, again, another = seeds
    assert mine == again != another
    key, name = derive_public_key(mine), b"a hash"
    assert is_valid_signature(key, name, sign_message(mine, name))
    assert not is_valid_signature(key, b"another", sign_message(mine, name))
    assert not is_valid_signature(derive_public_key(another), name, sign_message(mine, name))
    assert not is_valid_signature(b"short", name, sign_message(mine, name))
    assert not re.search(re.escape(mine), ground.read_all_bytes())
