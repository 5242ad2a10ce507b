"""Releases are numbered, frozen and noted; the runs of the clock and the postings are remembered."""

import re
import sqlite3
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from storage.crypto.aead import is_signed, public_key, signed
from storage.errors import ConflictError
from storage.releases import RUN, ReleasePosting, StoredRelease
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
            await one.releases.keep(kept, "office")
        assert await one.releases.all() == [KEPT, second, other]
        assert await one.releases.find(2569, 1) == other
        assert await one.releases.find(2569, 2) is None
        assert [kept.name for kept in await one.releases.all()] == ["1/2570", "2/2570", "1/2569"]
        assert await one.verify_audit() == []

    ground.play(scene)
    rows = ground.sql("SELECT actor, what, ref FROM audit ORDER BY seq")
    assert rows == [("office", "released", name) for name in ("1/2570", "2/2570", "1/2569")]


def test_a_number_and_a_run_are_taken_once(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await one.releases.keep(KEPT, "clock", "2026-11-01")
        with pytest.raises(ConflictError):
            await one.releases.keep(KEPT, "clock")
        with pytest.raises(ConflictError):
            await one.releases.keep(replace(KEPT, number=2), "clock", "2026-11-01")
        assert await one.releases.all() == [KEPT]
        assert (await one.releases.runs())[1] == {"2026-11-01"}
        assert await one.verify_audit() == []

    ground.play(scene)
    assert len(ground.sql("SELECT 1 FROM audit")) == 1


def test_a_release_is_let_go_once_and_changed_never(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await one.releases.keep(KEPT, "office")
        assert await one.releases.let_go(KEPT, "office", NOW)
        assert not await one.releases.let_go(KEPT, "office", NOW)
        assert await one.releases.all() == [replace(KEPT, held=False)]
        assert await one.verify_audit() == []

    ground.play(scene)
    for statement in (
        "DELETE FROM releases",
        "UPDATE releases SET figures = x''",
        "UPDATE releases SET as_of = '2026-01-01'",
    ):
        with pytest.raises(sqlite3.IntegrityError, match="frozen"):
            ground.sql(statement)
    assert len(ground.sql("SELECT 1 FROM audit WHERE what = 'release-ok'")) == 1


def test_the_clock_releases_from_the_first_opening_on(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        since, over = await one.releases.runs()
        assert (since, over) == (NOW, set())

    ground.play(scene)
    ground.play(scene, NOW + timedelta(days=90))
    assert ground.sql(f"SELECT count(*) FROM chores WHERE name = '{RUN}'") == [(0,)]


def test_postings_are_remembered_by_place(ground: StoredDesk) -> None:
    first = ReleasePosting("wordpress", NOW, 1, False, "http-500")
    then = ReleasePosting("wordpress", NOW + timedelta(hours=1), 2, True, "")

    async def scene(one: Store) -> None:
        await one.releases.keep(KEPT, "office")
        assert await one.releases.postings(KEPT) == {}
        for posting in (first, then, ReleasePosting("folder", NOW)):
            await one.releases.post(KEPT, posting)
        assert await one.releases.postings(KEPT) == {
            "wordpress": then,
            "folder": ReleasePosting("folder", NOW),
        }
        assert await one.releases.postings(replace(KEPT, number=2)) == {}

    ground.play(scene)


def test_a_desk_signs_with_a_key_of_its_own(ground: StoredDesk, tmp_path: Path) -> None:
    seeds: list[bytes] = []

    async def scene(one: Store) -> None:
        seeds.append(one.seals.signing_seed)

    ground.play(scene)
    ground.play(scene)
    StoredDesk(tmp_path / "another").play(scene)
    mine, again, another = seeds
    assert mine == again != another
    key, name = public_key(mine), b"a hash"
    assert is_signed(key, name, signed(mine, name))
    assert not is_signed(key, b"another", signed(mine, name))
    assert not is_signed(public_key(another), name, signed(mine, name))
    assert not is_signed(b"short", name, signed(mine, name))
    assert not re.search(re.escape(mine), ground.on_disk())
