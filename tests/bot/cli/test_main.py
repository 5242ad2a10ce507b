"""The command line: what is printed where, and the exit codes that scripts rely on."""

import json
import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.main import _parse_instant, cli_app
from storage.crypto.key_files import DeskPaths, load_or_create_keys
from tests.end_to_end.terminal_driver import ChatProgram, build_environment, run_ita_bot, start_chat

ROOT = Path(__file__).parents[3]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A data folder that does not exist yet."""
    return tmp_path / "var"


def test_the_version_is_that_of_the_changelog(home: Path) -> None:
    newest = re.search(r"^## (\S+) - ", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert newest is not None
    assert run_ita_bot(home, "version").stdout.strip() == newest[1]


@pytest.mark.parametrize(
    "words",
    [
        ("chat",),
        ("chat", "--desk", "nobody"),
        ("tick", "--now", "yesterday"),
        ("audit", "anchor", "--desk", "service"),
        ("run", "--port", "70000"),
        ("dance",),
    ],
    ids=" ".join,
)
def test_wrong_use_is_2(words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(cli_app, words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_tick_prints_one_object_for_each_thing_done(home: Path) -> None:
    first, second = (run_ita_bot(home, "tick", "--now", "2027-03-01T09:00:00+07:00") for _ in range(2))
    assert [json.loads(line) for line in first.stdout.splitlines()] == [
        {"desk": desk, "did": "audit-anchored", "count": 1} for desk in ("complaints", "service")
    ]
    assert (first.returncode, second.returncode, second.stdout, second.stderr) == (0, 0, "", "")


@pytest.mark.parametrize(
    "written", ["2027-03-01T09:00:00+07:00", "2027-03-01T02:00:00", "2027-03-01T02:00:00Z", "20270301T020000"]
)
def test_an_instant_without_a_zone_is_utc(written: str) -> None:
    assert _parse_instant(written) == datetime(2027, 3, 1, 2, tzinfo=UTC)


@pytest.mark.full("real programs")
def test_the_trail_is_verified_against_an_anchor_of_the_same_desk(home: Path, tmp_path: Path) -> None:
    anchor = tmp_path / "anchor.json"
    out = ("audit", "anchor", "--desk", "complaints", "--out")
    assert run_ita_bot(home, *out, str(anchor)).returncode == 0
    done = run_ita_bot(home, "audit", "verify", "--anchor", str(anchor))
    assert done.returncode == 0
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        {"desk": "complaints", "sound": True, "findings": []}
    ]
    done = run_ita_bot(home, "audit", "verify", "--anchor", str(anchor), "--desk", "service")
    assert (done.returncode, done.stdout) == (2, "")
    link = tmp_path / "link"
    link.symlink_to(anchor)  # as /dev/stdout is one: written through, never replaced
    anchor.write_text("")
    assert run_ita_bot(home, *out, str(link)).returncode == 0
    assert link.is_symlink()
    assert anchor.read_text("utf-8").startswith("{")
    done = run_ita_bot(home, *out, str(tmp_path / "nowhere" / "anchor.json"))
    assert done.returncode == 2
    assert "anchor.json" in done.stderr


@pytest.mark.full("real programs")
def test_a_trail_that_was_touched_is_1(home: Path) -> None:
    program = ChatProgram(start_chat(home, "ก"))
    for line in ("แจ้งเรื่อง", "1", "1", "เขาเรียกเงินจากผู้รับเหมา", "เสร็จแล้ว", *["ข้าม"] * 8):
        program.send_line(line.encode())
    for line in ("ไม่ใช่", "ไม่บอกชื่อ", "1"):
        program.send_line(line.encode())
    program.finish()
    with closing(sqlite3.connect(home / "complaints" / "desk.sqlite")) as database:
        rows = database.execute("SELECT count(*) FROM audit").fetchone()[0]
        assert rows > 0
        for trigger in database.execute("SELECT name FROM sqlite_master WHERE type='trigger'").fetchall():
            database.execute(f"DROP TRIGGER {trigger[0]}")
        database.execute("DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)")
        database.commit()
    done = run_ita_bot(home, "audit", "verify", "--desk", "complaints")
    assert done.returncode == 1
    line = json.loads(done.stdout)
    assert (line["desk"], line["sound"], bool(line["findings"])) == ("complaints", False, True)


@pytest.mark.full("real programs")
@pytest.mark.parametrize("content", ["", "{}"])
def test_what_is_no_anchor_is_wrong_use(content: str, home: Path, tmp_path: Path) -> None:
    (tmp_path / "anchor.json").write_text(content)
    assert run_ita_bot(home, "audit", "verify", "--anchor", str(tmp_path / "anchor.json")).returncode == 2


@pytest.mark.full("real programs")
def test_a_data_folder_that_cannot_be_made_is_78(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    command = [sys.executable, "-m", "bot", "tick"]
    env = build_environment(tmp_path / "file" / "var")
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (78, "")
    assert "ITA_HOME" in done.stderr


@pytest.mark.full("real programs")
def test_a_key_that_others_can_read_is_78(home: Path) -> None:
    key = load_or_create_keys(DeskPaths.under(home, "service")).paths.key_paths["audit"]
    key.chmod(0o640)
    done = run_ita_bot(home, "tick", "--desk", "service")
    assert (done.returncode, done.stdout) == (78, "")
    assert f"chmod 600 {key}" in done.stderr


@pytest.mark.full("real programs")
def test_two_desks_with_one_key_are_78(home: Path) -> None:
    own, other = (
        load_or_create_keys(DeskPaths.under(home, desk)).paths.key_paths for desk in ("complaints", "service")
    )
    other["person"].write_bytes(own["seal"].read_bytes())
    done = run_ita_bot(home, "tick")
    assert done.returncode == 78
    assert own["seal"].read_text().split()[1] not in done.stderr


def test_what_is_made_at_the_first_start_is_its_owners_alone(home: Path) -> None:
    old = os.umask(0)
    try:
        run_ita_bot(home, "tick")
    finally:
        os.umask(old)
    modes = {p: p.stat().st_mode & 0o777 for p in [home, *home.rglob("*")]}
    assert {p: m for p, m in modes.items() if m != (0o700 if p.is_dir() else 0o600)} == {}


@pytest.mark.full("first starts at once")
def test_first_starts_at_once_all_succeed(home: Path) -> None:
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "bot", "tick"],
            cwd=home.parent,
            env=build_environment(home),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(3)
    ]
    said = [one.communicate(timeout=60) for one in running]
    assert [(one.returncode, errors) for one, (_, errors) in zip(running, said, strict=True)] == [
        (0, b"")
    ] * 3
    done = [line for out, _ in said for line in out.splitlines()]
    assert len(done) == 2  # the day's anchor of each desk, once
