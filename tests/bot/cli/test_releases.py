"""`ita-bot release`: what it writes, what it refuses, and its exit codes."""

import io
import json
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.cli.releases import _show_progress
from bot.publishing.releases import read_folder_files, verify_release_folder
from ita_stats.calendar import get_fiscal_year, to_bangkok_date
from ita_stats.release import MANIFEST_FILE, parse_manifest
from tests.bot.publishing.release_desk import ReleaseDesk, make_busy_desk, make_late_case
from tests.end_to_end.terminal_driver import ROOT, build_environment, run_ita_bot

FY = ("--desk", "complaints", "--period", "fy2569", "--as-of", "2569-09-30")


def run_release(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return run_ita_bot(home, "release", *words)


def parse_output(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """Its output after success."""
    assert (done.returncode, done.stderr) == (0, "")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A desk with a year of cases."""
    return make_busy_desk(tmp_path / "var").home


@pytest.mark.full("real programs")
def test_a_release_is_written_verified_and_found_again(home: Path, tmp_path: Path) -> None:
    first = parse_output(run_release(home, *FY, "--out", str(tmp_path / "a")))
    assert (first["release"], first["new"], first["held"]) == ("1/2569", True, False)
    assert (tmp_path / "a" / MANIFEST_FILE).stat().st_mode & 0o777 == 0o644
    second = parse_output(run_release(home, *FY, "--out", str(tmp_path / "b")))
    assert second == {**first, "new": False, "out": str(tmp_path / "b")}
    assert dict(read_folder_files(tmp_path / "a")) == dict(read_folder_files(tmp_path / "b"))
    key = run_release(home, "key").stdout.strip()
    assert parse_output(run_release(home, "verify", str(tmp_path / "a"), "--key", key)) == {
        "release": "1/2569",
        "sound": True,
        "findings": [],
    }
    assert parse_output(run_release(home, "list"))["manifest_sha256"] == first["manifest_sha256"]


@pytest.mark.full("real programs")
def test_what_was_touched_is_1(home: Path, tmp_path: Path) -> None:
    parse_output(run_release(home, *FY, "--out", str(tmp_path / "a")))
    with (tmp_path / "a" / "statistics.csv").open("ab") as file:
        file.write(b"\r\n")
    done = run_release(home, "verify", str(tmp_path / "a"))
    found = json.loads(done.stdout)
    assert (done.returncode, found["sound"]) == (1, False)
    assert found["findings"] == ["statistics.csv is not the one that was released"]
    (tmp_path / "nothing").mkdir()
    assert run_release(home, "verify", str(tmp_path / "nothing")).returncode == 1
    assert run_release(home, "verify", str(tmp_path / "nowhere")).returncode == 2


@pytest.mark.full("real programs")
def test_a_correction_wants_its_reason(home: Path, tmp_path: Path) -> None:
    out = str(tmp_path / "a")
    parse_output(run_release(home, *FY, "--out", out))
    ReleaseDesk(home).write_facts(make_late_case())
    before = dict(read_folder_files(tmp_path / "a"))
    done = run_release(home, *FY, "--out", out)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--correct" in done.stderr
    assert "รวม: รับไว้ จาก 60 เป็น 61" in done.stderr
    assert dict(read_folder_files(tmp_path / "a")) == before
    found = parse_output(run_release(home, *FY, "--out", out, "--correct", "ลงรับหนังสือย้อนหลัง"))
    assert (found["release"], found["new"]) == ("2/2569", True)
    manifest = parse_manifest((tmp_path / "a" / MANIFEST_FILE).read_bytes())
    assert (manifest.corrects, manifest.why) == (1, "ลงรับหนังสือย้อนหลัง")
    assert parse_output(run_release(home, "verify", out))["release"] == "2/2569"


@pytest.mark.full("real programs")
@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--desk", "complaints"),
        ("--period", "fy2569", "--out", "x"),
        ("--desk", "complaints", "--period", "fy2026", "--out", "x"),
        ("--desk", "complaints", "--period", "fy2600", "--out", "x"),
        ("--desk", "complaints", "--period", "2570-03..2569-10", "--out", "x"),
        ("--desk", "complaints", "--period", "fy2569", "--as-of", "2700-01-01", "--out", "x"),
        ("--desk", "complaints", "--period", "fy2569", "--out", "x", "--correct", " "),
        ("--desk", "complaints", "--period", "fy2569", "--out", "no/where"),
        ("ok", "1"),
        ("ok", "1/2569"),
        ("verify",),
    ],
    ids=" ".join,
)
def test_wrong_use_is_2_and_makes_nothing(home: Path, words: tuple[str, ...]) -> None:
    done = run_release(home, *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr
    assert not (home.parent / "x").exists()
    assert not (home / "complaints" / "releases").exists()


@pytest.mark.full("real programs")
def test_a_day_that_is_not_over_is_refused_with_the_day_to_take(home: Path) -> None:
    today = to_bangkok_date(datetime.now(UTC))
    words = ("--desk", "complaints", "--period", f"fy{get_fiscal_year(today)}", "--out", "x")
    done = run_release(home, *words, "--as-of", str(today))
    assert (done.returncode, done.stdout) == (2, "")
    # What comes in before midnight may be announced up to 90 minutes later.
    counted = to_bangkok_date(datetime.now(UTC) - timedelta(minutes=90))
    assert f"--as-of {counted - timedelta(days=1)}" in done.stderr
    assert "ยังไม่สิ้นวัน" in done.stderr
    assert "not over yet in Bangkok" in done.stderr
    assert not (home / "complaints" / "releases").exists()
    assert run_release(home, *words, "--as-of", str(today + timedelta(days=1))).returncode == 2


@pytest.mark.full("real programs")
def test_an_earlier_day_than_a_released_one_is_refused_with_the_way(home: Path) -> None:
    parse_output(run_release(home, *FY, "--out", "x"))
    for more in ((), ("--correct", "พิมพ์ผิด")):
        done = run_release(home, *FY[:-1], "2569-08-31", "--out", "x", *more)
        assert (done.returncode, done.stdout) == (2, "")
        assert "ฉบับที่ 1/2569" in done.stderr
        assert "--as-of 2026-09-30 --correct" in done.stderr
    assert len(run_release(home, "list").stdout.splitlines()) == 1


@pytest.mark.full("real programs")
def test_an_earlier_day_of_the_same_months_by_another_code_is_refused_too(home: Path) -> None:
    parse_output(run_release(home, *FY, "--out", "x"))
    half = ("--desk", "complaints", "--period", "2569H1", "--out", "y", "--as-of")
    done = run_release(home, *half, "2569-03-31")
    assert (done.returncode, done.stdout) == (2, "")
    assert "ให้ใช้ --as-of 2026-09-30" in done.stderr
    assert "--period fy2569 --as-of 2026-09-30 --correct" in done.stderr
    assert parse_output(run_release(home, *half, "2569-09-30"))["release"] == "2/2569"
    year_before = ("--desk", "complaints", "--period", "fy2568", "--out", "z", "--as-of", "2568-09-30")
    assert parse_output(run_release(home, *year_before))["release"] == "1/2568"


@pytest.mark.full("real programs")
def test_only_a_release_is_replaced(home: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("important")
    (tmp_path / "file").write_text("important")
    for name in ("mine", "file"):
        done = run_release(home, *FY, "--out", str(tmp_path / name))
        assert done.returncode == 2
        assert name in done.stderr
    assert (tmp_path / "mine" / "letter.txt").read_text() == "important"
    (tmp_path / "empty").mkdir()
    assert parse_output(run_release(home, *FY, "--out", str(tmp_path / "empty")))["new"]


@pytest.mark.full("real programs")
def test_a_place_that_cannot_be_written_is_2(home: Path) -> None:
    done = run_release(home, *FY, "--out", "/proc/release")
    assert (done.returncode, done.stdout) == (2, "")
    assert "cannot be written" in done.stderr


@pytest.mark.full("real programs")
def test_a_mistyped_home_is_78_and_not_made(tmp_path: Path) -> None:
    for words in (("list",), ("key",), ("ok", "1/2569")):
        done = run_release(tmp_path / "nothing", *words)
        assert (done.returncode, done.stdout) == (78, "")
    assert not (tmp_path / "nothing").exists()


@pytest.mark.full("real programs")
def test_nothing_to_correct_and_lost_files_are_2(home: Path, tmp_path: Path) -> None:
    done = run_release(home, *FY, "--out", "x", "--correct", "พิมพ์ผิด")
    assert (done.returncode, "release list" in done.stderr) == (2, True)
    assert not (tmp_path / "x").exists()
    parse_output(run_release(home, *FY, "--out", "x"))
    with closing(sqlite3.connect(home / "complaints" / "desk.sqlite")) as raw, raw:
        raw.execute("DROP TRIGGER releases_not_changed")
        raw.execute("UPDATE releases SET manifest = x'7b7d'")
    done = run_release(home, *FY, "--out", "x")
    assert (done.returncode, "1/2569" in done.stderr) == (2, True)


def test_progress_is_shown_to_who_watches(monkeypatch: pytest.MonkeyPatch) -> None:
    class Watched(io.StringIO):
        def isatty(self) -> bool:
            return True

    seen, unseen = Watched(), io.StringIO()
    for place in (seen, unseen):
        monkeypatch.setattr(sys, "stderr", place)
        _show_progress(1, 2, "statistics.pdf")
        _show_progress(2, 2, "manifest.json")
    assert seen.getvalue() == "\r\x1b[K[1/2] statistics.pdf\r\x1b[K[2/2] manifest.json\n"
    assert unseen.getvalue() == ""


@pytest.mark.full("real programs")
def test_killed_at_any_instant_it_is_whole_the_next_time(home: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bot", "release", *FY, "--out", "x"]
    for hundredths in range(40, 200, 20):
        running = subprocess.Popen(
            command,
            cwd=home.parent,
            env=build_environment(home),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        with suppress(subprocess.TimeoutExpired):
            running.wait(hundredths / 100)
        running.kill()
        running.communicate(timeout=60)
        if (tmp_path / "x").exists():
            assert verify_release_folder(tmp_path / "x") == []
    assert parse_output(run_release(home, *FY, "--out", "x"))["release"] == "1/2569"
    assert verify_release_folder(tmp_path / "x") == []
    assert sorted(p.name for p in (home / "complaints" / "releases" / "2569").iterdir()) == ["1"]


@pytest.mark.full("real programs")
def test_a_coarse_layout_keeps_to_its_rows(home: Path, tmp_path: Path) -> None:
    example = (Path(ROOT) / "office.example.toml").read_text("utf-8")
    (tmp_path / "office.toml").write_text(example.replace('layout = "month"', 'layout = "quarter"'), "utf-8")
    done = run_release(home, *FY[:-1], "2569-08-15", "--out", "x")
    assert done.returncode == 2
    assert "2026-06-30" in done.stderr
    found = parse_output(run_release(home, *FY[:-2], "--out", "x"))
    now = datetime.now(UTC)
    assert found["as_of"] < str(now.date())
    assert found["as_of"][5:] in {"03-31", "06-30", "09-30", "12-31"}
