"""A backup is refused early where it would take the room of the desks."""

import shutil
from pathlib import Path

import pytest

from storage.backup import room
from storage.backup.room import COPIES_AT_HOME, require_room
from storage.errors import DiskFullError

MB = 1024 * 1024


def set_free(monkeypatch: pytest.MonkeyPatch, **free: int) -> None:
    """Let disks of 100 MB have so many bytes free, by the name of the folder."""
    usage = type(shutil.disk_usage("/"))
    monkeypatch.setattr(
        room.shutil, "disk_usage", lambda path: usage(100 * MB, 0, free.get(Path(path).name, 100 * MB))
    )


@pytest.mark.parametrize(("home", "target", "is_refused"), [(9, 1, False), (8, 1, True), (9, 0, True)])
def test_five_percent_stay_free_at_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: int, target: int, is_refused: bool
) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "target").mkdir()
    database = tmp_path / "home" / "desk.sqlite"
    database.write_bytes(bytes(MB))
    assert COPIES_AT_HOME == 4
    set_free(monkeypatch, home=home * MB, target=target * MB)
    if not is_refused:
        require_room([database], tmp_path / "home", tmp_path / "target")
        return
    with pytest.raises(DiskFullError, match=r"[12] MB more"):
        require_room([database], tmp_path / "home", tmp_path / "target")


def test_a_folder_that_is_not_there_yet_is_judged_by_its_disk(tmp_path: Path) -> None:
    (tmp_path / "desk.sqlite").write_bytes(b"x")
    require_room([tmp_path / "desk.sqlite"], tmp_path, tmp_path / "deep" / "target")
