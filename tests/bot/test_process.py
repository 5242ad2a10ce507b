"""One server a desk, and no core dumps."""

import resource
from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from bot.process import SERVING_LOCK, hold_desks
from tests.end_to_end.forkserver import start_forked_program
from tests.end_to_end.server_process import start_server
from tests.end_to_end.terminal_driver import build_environment
from tests.storage.conftest import NOW


def test_a_desk_is_served_by_one(tmp_path: Path) -> None:
    folders = [tmp_path / desk for desk in ("complaints", "service")]
    with hold_desks(folders, NOW):
        refused = pytest.raises(ConfigurationError, match="another server serves this desk already")
        with refused, hold_desks(folders[1:], NOW):
            pytest.fail("a second server got the desk")
        assert (folders[0] / SERVING_LOCK).stat().st_mode & 0o777 == 0o600
    with hold_desks(folders[1:], NOW):  # free again
        pass


def test_a_second_server_ends_with_78_and_says_who_has_the_desk(tmp_path: Path) -> None:
    home = tmp_path / "var"
    first = start_server(home)
    second = start_forked_program(("run", "--port", "0"), tmp_path, build_environment(home))
    out, errors = second.communicate(timeout=60)
    assert (second.returncode, out) == (78, b"")
    assert f"pid {first.process.pid}," in errors.decode()
    first.kill()
    third = start_server(home)  # what was killed holds nothing
    assert limit_core_bytes(third.process.pid) == 0
    third.stop()


def limit_core_bytes(pid: int) -> int:
    """The limit of core dumps of a process."""
    return resource.prlimit(pid, resource.RLIMIT_CORE)[0]
