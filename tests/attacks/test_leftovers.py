"""What a killed program left half written is removed after an hour; what is being written now is not."""

import asyncio
from pathlib import Path

import pytest

from bot.jobs.housekeeping import list_private_folders, run_due_jobs
from storage.files import atomic_write
from storage.files.atomic_write import remove_old_leftovers
from tests.end_to_end.desk_harness import open_desk
from tests.in_memory_desk import OFFICE


def leave_over(folder: Path) -> list[Path]:
    """Half of a key, of an anchor and of a release, as a kill leaves them; an anchor that is whole."""
    file, directory = folder / ".x.key.0123abcd.new", folder / ".1.0123abcd.new"
    folder.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"half")
    directory.mkdir()
    (directory / "statistics.csv").write_bytes(b"half")
    (folder / "2026-11-22.json").write_bytes(b"whole")
    return [file, directory]


def test_only_what_is_old_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left = leave_over(tmp_path / "anchors")
    assert remove_old_leftovers([tmp_path / "anchors", tmp_path / "missing"]) == 0
    assert all(path.exists() for path in left)
    monkeypatch.setattr(atomic_write, "LEFTOVER_GRACE_SECONDS", -1)
    assert remove_old_leftovers([tmp_path / "anchors"]) == 2
    assert [path.name for path in (tmp_path / "anchors").iterdir()] == ["2026-11-22.json"]


def test_the_clock_does_it_in_every_private_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(atomic_write, "LEFTOVER_GRACE_SECONDS", -1)

    async def scene() -> None:
        async with open_desk(tmp_path) as desk:
            paths = desk.store.keyring.key_files.paths
            folders = list_private_folders(paths)
            assert {folder.name for folder in folders} >= {"anchors", "releases", "keys"}
            left = [path for folder in folders for path in leave_over(folder)]
            did = {one.job: one.count async for one in run_due_jobs(paths, desk.store, OFFICE, desk.now())}
            assert did["leftovers-removed"] == len(left)
            assert not any(path.exists() for path in left)

    asyncio.run(scene())
