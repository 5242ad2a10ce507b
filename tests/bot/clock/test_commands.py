"""`ita-bot tick` and `ita-bot release` on a machine whose day has jumped."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from storage.crypto.key_files import DeskPaths
from tests.end_to_end.terminal_driver import run_ita_bot
from tests.template_desk import copy_template_desk


@pytest.mark.full("real programs")
def test_a_command_waits_for_a_yes_and_an_instant_that_is_given_is_one(tmp_path: Path) -> None:
    home = tmp_path / "var"
    paths = DeskPaths.under(home, "complaints")
    copy_template_desk(paths)
    with closing(sqlite3.connect(paths.database)) as raw, raw:
        raw.execute("INSERT INTO chores (name, due) VALUES ('clock-day', '2001-01-01')")

    def tick(*more: str) -> tuple[int, list[str]]:
        done = run_ita_bot(home, "tick", "--desk", "complaints", *more)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        return done.returncode, [line["waits"] for line in lines if "waits" in line]

    assert tick() == (1, ["jumped"])
    out = ("--period", "fy2569", "--out", str(tmp_path / "out"))
    assert run_ita_bot(home, "release", "--desk", "complaints", *out).returncode == 2
    assert tick("--now", "2026-12-02T09:00") == (0, [])
    assert tick() == (1, ["jumped"])  # it is remembered as nothing
    assert tick("--confirm") == (0, [])
    assert tick() == (0, [])
