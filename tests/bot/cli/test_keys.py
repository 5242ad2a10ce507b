"""`ita-bot keys rotate` on the command line."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.end_to_end.terminal_driver import run_ita_bot

ROTATE = ("keys", "rotate", "--desk", "complaints")


def test_keys_are_changed_and_what_to_do_next_is_said(tmp_path: Path) -> None:
    home = tmp_path / "var"
    add = ("staff", "add", "--desk", "complaints", "--name", "สมหญิง ใจดี", "--role", "officer")
    assert run_ita_bot(home, *add).returncode == 0
    done = run_ita_bot(home, *ROTATE)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["versions"] == {"pepper": 2, "audit": 2, "envelope": 2, "seal": 2}
    assert (said["rows"] > 0, said["unreadable"], said["files_waiting"]) == (True, 0, 0)
    assert "ita-bot backup" in done.stderr
    listed = json.loads(run_ita_bot(home, "staff", "list", "--desk", "complaints").stdout)
    assert listed["name"] == "สมหญิง ใจดี"
    assert run_ita_bot(home, "audit", "verify").returncode == 0
    again = run_ita_bot(home, *ROTATE, "--finish")
    assert json.loads(again.stdout)["rows"] == 0


def test_a_change_that_was_begun_is_finished_and_no_other_is_made(tmp_path: Path) -> None:
    home = tmp_path / "var"
    assert run_ita_bot(home, "staff", "list", "--desk", "complaints").returncode == 0
    with closing(sqlite3.connect(home / "complaints" / "desk.sqlite")) as raw, raw:
        raw.executemany(
            "INSERT INTO chores VALUES ('keys-rotate', ?)",
            [("pepper.2",), ("audit.2",), ("envelope.2",), ("seal.2",)],
        )
    assert json.loads(run_ita_bot(home, *ROTATE).stdout)["versions"]["seal"] == 2
    assert json.loads(run_ita_bot(home, *ROTATE).stdout)["versions"]["seal"] == 3


def test_no_home_is_made_where_there_is_none(tmp_path: Path) -> None:
    assert run_ita_bot(tmp_path / "var", *ROTATE).returncode == 78
    assert not (tmp_path / "var").exists()
