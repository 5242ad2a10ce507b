"""Keys that are missing, equal, malformed, readable by others or another database's prevent the start."""

import asyncio
import multiprocessing
import shutil
import stat
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from storage.crypto.key_files import KEY_NAMES, DeskPaths, assert_distinct_keys, load_or_create_keys
from storage.errors import KeyFileError
from storage.store import Store, open_store
from tests.storage.conftest import NOW, StoredDesk


async def nothing(_: Store) -> None:
    """A scenario that only opens and closes."""


def test_they_are_made_once_and_for_their_owner_only(ground: StoredDesk) -> None:
    ground.run_scenario(nothing)
    before = {name: path.read_bytes() for name, path in ground.paths.key_paths.items()}
    ground.run_scenario(nothing)
    assert {name: path.read_bytes() for name, path in ground.paths.key_paths.items()} == before
    assert len(set(before.values())) == len(KEY_NAMES)
    for path in (*ground.paths.key_paths.values(), ground.paths.database):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for folder in (ground.home, ground.paths.folder, ground.paths.key_paths["seal"].parent):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_the_log_beside_the_database_is_for_its_owner_too(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await ground.file_complaint(one)
        for path in ground.paths.folder.glob("desk.sqlite*"):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name

    ground.run_scenario(scene)


@pytest.mark.parametrize("name", KEY_NAMES)
def test_a_lost_key_beside_a_database_is_not_made_anew(ground: StoredDesk, name: str) -> None:
    ground.run_scenario(nothing)
    path = ground.paths.key_paths[name]
    path.unlink()
    with pytest.raises(KeyFileError, match=path.name):
        load_or_create_keys(ground.paths)
    assert not path.exists()


@pytest.mark.parametrize("name", KEY_NAMES)
def test_a_key_of_another_desk_does_not_fit_the_database(
    ground: StoredDesk, tmp_path: Path, name: str
) -> None:
    ground.run_scenario(nothing)
    other = DeskPaths.under(tmp_path / "other", "complaints")
    load_or_create_keys(other)
    shutil.copy(other.key_paths[name], ground.paths.key_paths[name])
    with pytest.raises(KeyFileError, match=ground.paths.key_paths[name].name):
        ground.run_scenario(nothing)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o620])
def test_a_key_that_others_may_touch_is_refused(ground: StoredDesk, mode: int) -> None:
    load_or_create_keys(ground.paths)
    ground.paths.key_paths["pepper"].chmod(mode)
    with pytest.raises(KeyFileError, match=r"pepper\.key.*chmod 600"):
        load_or_create_keys(ground.paths)


@pytest.mark.parametrize(
    "text", ["", "\n", "x", "1 short", "0 " + "A" * 43 + "=", "256 " + "A" * 43 + "=", "1 ๑๒๓", "-1 AAAA"]
)
def test_a_malformed_key_is_refused(ground: StoredDesk, text: str) -> None:
    load_or_create_keys(ground.paths)
    ground.paths.key_paths["seal"].write_text(text, "utf-8")
    with pytest.raises(KeyFileError, match=r"seal\.key"):
        load_or_create_keys(ground.paths)


def test_a_refusal_quotes_no_key(ground: StoredDesk) -> None:
    load_or_create_keys(ground.paths)
    path = ground.paths.key_paths["seal"]
    secret = path.read_text().split()[1]
    path.write_text(f"one {secret}\n")
    with pytest.raises(KeyFileError) as refused:
        load_or_create_keys(ground.paths)
    assert secret not in str(refused.value)


def test_equal_keys_are_refused_whatever_their_version_and_desk(ground: StoredDesk, tmp_path: Path) -> None:
    first = load_or_create_keys(ground.paths)
    other = DeskPaths.under(tmp_path / "second", "service")
    secret = ground.paths.key_paths["seal"].read_text().split()[1]
    with_copy = load_or_create_keys(other)
    assert_distinct_keys([first, with_copy])
    other.key_paths["audit"].write_text(other.key_paths["audit"].read_text() + f"2 {secret}\n")
    with pytest.raises(KeyFileError) as refused:
        assert_distinct_keys([first, load_or_create_keys(other)])
    assert secret not in str(refused.value)
    ground.paths.key_paths["pepper"].write_text(f"1 {secret}\n")
    with pytest.raises(KeyFileError):
        load_or_create_keys(ground.paths)


def test_a_version_that_stands_twice_is_refused(ground: StoredDesk) -> None:
    load_or_create_keys(ground.paths)
    path = ground.paths.key_paths["person"]
    path.write_text(path.read_text() * 2)
    with pytest.raises(KeyFileError, match="twice"):
        load_or_create_keys(ground.paths)


def test_no_repr_shows_a_key(ground: StoredDesk) -> None:
    ring = load_or_create_keys(ground.paths)
    assert repr(ring["seal"][1])[2:-1] not in repr(ring)


def _start(home: str, together: Barrier) -> None:
    """A first start without the template of other tests: keys, migration and all."""

    async def open_and_close() -> None:
        async with open_store(load_or_create_keys(StoredDesk(Path(home)).paths), NOW):
            pass

    together.wait(60)
    asyncio.run(open_and_close())


@pytest.mark.full("first starts at once")
def test_two_first_starts_at_once_agree_on_one_set_of_keys(ground: StoredDesk) -> None:
    fresh = multiprocessing.get_context("spawn")
    together = fresh.Barrier(4)
    starts = [fresh.Process(target=_start, args=(str(ground.home), together)) for _ in range(4)]
    for start in starts:
        start.start()
    for start in starts:
        start.join(60)
    assert [start.exitcode for start in starts] == [0, 0, 0, 0]
