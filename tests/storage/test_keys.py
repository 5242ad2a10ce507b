"""Keys that are missing, equal, malformed, readable by others or another database's stop the start."""

import multiprocessing
import shutil
import stat
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from storage.crypto import key_files as keys
from storage.crypto.key_files import NAMES, DeskPaths
from storage.errors import KeyFileError
from storage.store import Store
from tests.storage.conftest import StoredDesk


async def nothing(_: Store) -> None:
    """Only open and close."""


def test_they_are_made_once_and_for_their_owner_only(ground: StoredDesk) -> None:
    ground.play(nothing)
    before = {name: path.read_bytes() for name, path in ground.place.keys.items()}
    ground.play(nothing)
    assert {name: path.read_bytes() for name, path in ground.place.keys.items()} == before
    assert len(set(before.values())) == len(NAMES)
    for path in (*ground.place.keys.values(), ground.place.database):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for folder in (ground.home, ground.place.folder, ground.place.keys["seal"].parent):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_the_log_beside_the_database_is_for_its_owner_too(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await ground.file(one)
        for path in ground.place.folder.glob("desk.sqlite*"):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name

    ground.play(scene)


@pytest.mark.parametrize("name", NAMES)
def test_a_lost_key_beside_a_database_is_not_made_anew(ground: StoredDesk, name: str) -> None:
    ground.play(nothing)
    path = ground.place.keys[name]
    path.unlink()
    with pytest.raises(KeyFileError, match=path.name):
        keys.opened(ground.place)
    assert not path.exists()


@pytest.mark.parametrize("name", NAMES)
def test_a_key_of_another_desk_does_not_fit_the_database(
    ground: StoredDesk, tmp_path: Path, name: str
) -> None:
    ground.play(nothing)
    other = DeskPaths.under(tmp_path / "other", "complaints")
    keys.opened(other)
    shutil.copy(other.keys[name], ground.place.keys[name])
    with pytest.raises(KeyFileError, match=ground.place.keys[name].name):
        ground.play(nothing)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o620])
def test_a_key_that_others_may_touch_is_refused(ground: StoredDesk, mode: int) -> None:
    keys.opened(ground.place)
    ground.place.keys["pepper"].chmod(mode)
    with pytest.raises(KeyFileError, match=r"pepper\.key.*chmod 600"):
        keys.opened(ground.place)


@pytest.mark.parametrize(
    "text", ["", "\n", "x", "1 short", "0 " + "A" * 43 + "=", "256 " + "A" * 43 + "=", "1 ๑๒๓", "-1 AAAA"]
)
def test_a_malformed_key_is_refused(ground: StoredDesk, text: str) -> None:
    keys.opened(ground.place)
    ground.place.keys["seal"].write_text(text, "utf-8")
    with pytest.raises(KeyFileError, match=r"seal\.key"):
        keys.opened(ground.place)


def test_a_refusal_quotes_no_key(ground: StoredDesk) -> None:
    keys.opened(ground.place)
    path = ground.place.keys["seal"]
    secret = path.read_text().split()[1]
    path.write_text(f"one {secret}\n")
    with pytest.raises(KeyFileError) as refused:
        keys.opened(ground.place)
    assert secret not in str(refused.value)


def test_equal_keys_are_refused_whatever_their_version_and_desk(ground: StoredDesk, tmp_path: Path) -> None:
    first = keys.opened(ground.place)
    other = DeskPaths.under(tmp_path / "second", "service")
    secret = ground.place.keys["seal"].read_text().split()[1]
    with_copy = keys.opened(other)
    keys.assert_distinct([first, with_copy])
    other.keys["audit"].write_text(other.keys["audit"].read_text() + f"2 {secret}\n")
    with pytest.raises(KeyFileError) as refused:
        keys.assert_distinct([first, keys.opened(other)])
    assert secret not in str(refused.value)
    ground.place.keys["pepper"].write_text(f"1 {secret}\n")
    with pytest.raises(KeyFileError):
        keys.opened(ground.place)


def test_a_version_that_stands_twice_is_refused(ground: StoredDesk) -> None:
    keys.opened(ground.place)
    path = ground.place.keys["person"]
    path.write_text(path.read_text() * 2)
    with pytest.raises(KeyFileError, match="twice"):
        keys.opened(ground.place)


def test_no_repr_shows_a_key(ground: StoredDesk) -> None:
    ring = keys.opened(ground.place)
    assert repr(ring["seal"][1])[2:-1] not in repr(ring)


def _start(home: str, together: Barrier) -> None:
    together.wait(60)
    StoredDesk(Path(home)).play(nothing)


def test_two_first_starts_at_once_agree_on_one_set_of_keys(ground: StoredDesk) -> None:
    fresh = multiprocessing.get_context("spawn")
    together = fresh.Barrier(4)
    starts = [fresh.Process(target=_start, args=(str(ground.home), together)) for _ in range(4)]
    for start in starts:
        start.start()
    for start in starts:
        start.join(60)
    assert [start.exitcode for start in starts] == [0, 0, 0, 0]
