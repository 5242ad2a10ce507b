"""What everyday disturbances gave away, as an office does it with `ita-bot`: now they tell nothing of a case."""

import json
import sqlite3
import sys
from contextlib import closing
from datetime import date
from pathlib import Path
from subprocess import CompletedProcess, run
from typing import Any

import pytest

from bot.publishing.releases import read_folder_files
from ita_stats.cases.fact import Fact
from ita_stats.release import ANCHOR_FILE
from storage.crypto.key_files import DeskPaths
from tests.bot.publishing.release_desk import ReleaseDesk, make_busy_desk
from tests.end_to_end.terminal_driver import ROOT, build_environment, run_ita_bot, write_office_beside
from tests.ita_stats.cases.sample_facts import CaseFactsWriter, make_year_of_facts

HEAD = "number,received_on,source,category,status,outcome,closed_on"
LATE_CASES = (
    "1/2569,10/12/2568,หนังสือ,ประพฤติมิชอบ,รับเรื่อง,,",
    "1/2569,10/12/2568,มาด้วยตนเอง,ทุจริตต่อหน้าที่,รับเรื่อง,,",
)
"""The case of the reproduction, and another that was received on the same day."""


def release(home: Path, as_of: str, *more: str) -> dict[str, bytes]:
    """The files of a release of fiscal year 2569; the anchor, which holds the time of the release, is left out."""
    out = home.parent / "out"
    done = run_ita_bot(
        home,
        "release",
        "--desk",
        "complaints",
        "--period",
        "fy2569",
        "--as-of",
        as_of,
        "--out",
        str(out),
        *more,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return {name: content for name, content in read_folder_files(out) if name != ANCHOR_FILE}


def read_figures(files: dict[str, bytes]) -> dict[str, Any]:
    """The statistics.json of a release."""
    found: dict[str, Any] = json.loads(files["statistics.json"])
    return found


def enter_late(home: Path, line: str) -> None:
    """Import a register of one case."""
    file = home.parent / "register.csv"
    file.write_text(f"{HEAD}\n{line}\n", "utf-8")
    done = run_ita_bot(home, "import", str(file), "--desk", "complaints")
    assert done.returncode == 0, done.stderr


@pytest.mark.full("real programs")
def test_a_late_entry_prints_the_same_whatever_it_is(tmp_path: Path) -> None:
    printed = []
    for name, line in zip("ab", LATE_CASES, strict=True):
        home = tmp_path / name / "var"
        home.parent.mkdir()
        first = release(home, "2569-01-31")
        enter_late(home, line)
        files = [first, release(home, "2569-02-28"), release(home, "2569-01-31", "--correct", "ลงรับย้อนหลัง")]
        for one, received in zip(files, (0, 1, 1), strict=True):
            found = read_figures(one)
            assert found["total"]["received"] == received
            assert {row["received"] for row in found["rows"] if row["reached"]} == {0, received}
            for split in ("categories", "sources", "outcomes"):
                assert {line["received"] for line in found[split]} == {None}
            assert all(row["categories"] == {} for row in found["rows"])
        printed.append(files)
    assert printed[0] == printed[1]


@pytest.mark.full("real programs")
def test_an_earlier_cut_off_is_refused_after_a_later_one(tmp_path: Path) -> None:
    home = make_busy_desk(tmp_path / "var", 60).home
    release(home, "2569-09-30")
    words = ("release", "--desk", "complaints", "--period", "fy2569", "--as-of", "2569-08-31")
    done = run_ita_bot(home, *words, "--out", str(tmp_path / "other"))
    assert (done.returncode, done.stdout) == (2, "")
    assert "--correct" in done.stderr
    assert not (tmp_path / "other").exists()


@pytest.mark.full("real programs")
def test_successive_releases_tell_no_durations(tmp_path: Path) -> None:
    home = ReleaseDesk(tmp_path / "var").write_facts(make_year_of_facts(4, 60)).home
    for as_of in ("2569-06-30", "2569-07-31"):
        files = release(home, as_of)
        days = read_figures(files)["days"]
        assert (days["median"], days["within_deadline"], days["median_class"]) == (None, None, None)
        assert "มัธยฐาน" not in files["statistics.csv"].decode("utf-8-sig")
        assert "มัธยฐาน" not in files["statistics.html"].decode()


@pytest.mark.full("real programs")
@pytest.mark.parametrize("form", ["json", "csv", "table"])
def test_what_stats_prints_says_no_more(tmp_path: Path, form: str) -> None:
    printed = []
    for name, line in zip("ab", LATE_CASES, strict=True):
        home = tmp_path / name / "var"
        home.parent.mkdir()
        enter_late(home, line)
        words = ("stats", "--desk", "complaints", "--period", "fy2569", "--as-of", "2569-09-30")
        printed.append(run_ita_bot(home, *words, "--format", form).stdout)
    assert printed[0] == printed[1]
    assert printed[0]


SETTLED_YEAR = ("--period", "fy2567", "--as-of", "2567-10-31")
"""A fiscal year of a span that settled long before these tests were written: 2565-2567."""


def make_settled_desk(home: Path) -> Path:
    """A desk with 30 cases of corruption by the web and 12 of misconduct by letter in fiscal year 2567."""
    on, written = date(2024, 1, 5), list[Fact]()
    for number in range(42):
        kind = ("corruption", "web") if number < 30 else ("misconduct", "letter")
        written += CaseFactsWriter(f"{number:032x}").add_filing(on, *kind).facts
    return ReleaseDesk(home).write_facts(written).home


def release_settled(home: Path, *more: str) -> CompletedProcess[str]:
    """Release fiscal year 2567 by the command."""
    out = str(home.parent / "out")
    return run_ita_bot(home, "release", "--desk", "complaints", *SETTLED_YEAR, "--out", out, *more)


def read_split(home: Path, name: str) -> dict[str, int | None]:
    """The figures of a split of what the command wrote last, by code."""
    found = json.loads((home.parent / "out" / "statistics.json").read_text("utf-8"))
    return {line["code"]: line["received"] for line in found[name]}


def count_noted(home: Path) -> int:
    """How many spans and counting years the desk has noted."""
    with closing(sqlite3.connect(DeskPaths.under(home, "complaints").database)) as raw:
        return sum(
            raw.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
            for name in ("split_spans", "counting_years")
        )


def run_without_office_file(home: Path, *words: str) -> CompletedProcess[str]:
    """Run the command where no office.toml is."""
    environment, office_toml = build_environment(home), home.parent / "office.toml"
    office_toml.unlink(missing_ok=True)
    command = [sys.executable, "-m", "bot", *words]
    return run(command, cwd=home.parent, env=environment, capture_output=True, text=True, timeout=120)


@pytest.mark.full("real programs")
def test_without_its_office_file_a_desk_notes_nothing_and_then_releases_nothing(tmp_path: Path) -> None:
    home, out = make_settled_desk(tmp_path / "var"), str(tmp_path / "out")
    words = ("release", "--desk", "complaints", *SETTLED_YEAR, "--out", out)
    done = run_without_office_file(home, *words)
    assert (done.returncode, done.stderr) == (0, "")
    assert set(read_split(home, "categories").values()) == {None}
    assert run_without_office_file(home, "tick").returncode == 0
    assert count_noted(home) == 0
    write_office_beside(home)
    assert run_ita_bot(home, "tick").returncode == 0  # with one, beside the folder
    noted = count_noted(home)
    assert noted == 3  # two spans, and this fiscal year
    refused = run_without_office_file(home, *words, "--correct", "แก้")
    assert (refused.returncode, refused.stdout) == (78, "")
    assert "ITA_OFFICE" in refused.stderr
    assert count_noted(home) == noted


@pytest.mark.full("real programs")
@pytest.mark.parametrize(("splits", "corruption"), [("told", 30), ("never", None)])
def test_splits_of_a_span_are_told_by_the_command_unless_the_office_says_never(
    tmp_path: Path, splits: str, corruption: int | None
) -> None:
    home = make_settled_desk(tmp_path / "var")
    example = (ROOT / "office.example.toml").read_text("utf-8")
    (tmp_path / "office.toml").write_text(example.replace('splits = "told"', f'splits = "{splits}"'), "utf-8")
    done = release_settled(home)
    assert (done.returncode, done.stderr) == (0, "")
    assert read_split(home, "categories")["corruption"] == corruption
    printed = run_ita_bot(home, "stats", "--desk", "complaints", *SETTLED_YEAR).stdout
    assert ("จำนวนเรื่อง / cases" in printed) == (splits == "told")
    assert ("หน่วยงานกำหนดไม่แสดง" in printed) == (splits == "never" or "ระยะเวลาบางรายการ" in printed)
    (tmp_path / "office.toml").write_text(example, "utf-8")
    assert release_settled(home, "--correct", "ชื่อหน่วยงานสะกดผิด").returncode == 0
    assert read_split(home, "categories")["corruption"] == corruption
