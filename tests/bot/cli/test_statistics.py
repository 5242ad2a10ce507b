"""`ita-bot stats`: the figures of a desk that was used, in each format, protected and exact."""

import asyncio
import csv
import io
import json
import random
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.cli.main import cli_app
from bot.statistics.tables import build_counting_rules, collect_timelines, parse_table_request
from handlers.complaints.lifecycle import CaseOutcome, CaseSource, Transition, TransitionRequest
from handlers.dialog.replies import Message
from ita_stats.calendar import BUDDHIST_ERA, get_fiscal_year, to_bangkok_date
from ita_stats.cases.count import CodeLabel
from ita_stats.cases.fact import Fact, UnknownFactError
from ita_stats.render.json_schema import StatisticsJson
from storage.crypto.key_files import DeskPaths, load_or_create_keys
from storage.store import open_store
from tests.bot.platforms.in_memory_driver import InMemoryDriver
from tests.end_to_end.terminal_driver import run_ita_bot
from tests.in_memory_desk import OFFICE, WHOLE_REPORT
from tests.ita_stats.cases.sample_facts import (
    FISCAL_YEAR_START,
    CaseFactsWriter,
    count_facts,
    make_year_of_facts,
)
from tests.template_desk import copy_template_desk

YEAR = ("--desk", "complaints", "--period", "fy2569", "--as-of", "2026-09-30")


def write_facts(home: Path, facts: Sequence[Fact]) -> None:
    """Write facts directly into the database of a desk, as years of use would have left them."""
    place = DeskPaths.under(home, "complaints")
    copy_template_desk(place)

    async def create_desk() -> None:
        async with open_store(load_or_create_keys(place), datetime.now(UTC)):
            pass

    asyncio.run(create_desk())
    rows = [
        (f.about, f.seq, f.effective.isoformat(), f.recorded.isoformat(), f.field, f.value) for f in facts
    ]
    with closing(sqlite3.connect(place.database)) as raw, raw:
        raw.executemany("INSERT INTO facts VALUES (?,?,?,?,?,?)", rows)


def run_stats(home: Path, *words: str) -> str:
    """The output of `ita-bot stats`."""
    done = run_ita_bot(home, "stats", *words)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def read_stats_json(home: Path, *words: str) -> dict[str, Any]:
    """The JSON output, validated against its schema."""
    printed = run_stats(home, *words, "--format", "json")
    StatisticsJson.model_validate_json(printed)
    found: dict[str, Any] = json.loads(printed)
    return found


def file_report(door: InMemoryDriver, name: str) -> str:
    """File a whole report; returns the receipt."""
    heard: list[Message] = []
    for line in (*WHOLE_REPORT, "[ส่งเรื่อง]"):
        label = line.strip("[]")
        buttons = next((dict(m.choices) for m in reversed(heard) if m.choices), {})
        heard += (
            door.pick_choice(name, label, buttons[label]) if line != label else door.send_text(name, line)
        )
    return next(message.receipt for message in heard if message.receipt)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A data folder that does not exist yet."""
    return tmp_path / "var"


@pytest.mark.full("real programs")
def test_a_case_that_was_filed_and_closed_is_counted(home: Path) -> None:
    door = InMemoryDriver(home)
    receipt, _ = (file_report(door, name) for name in ("ก", "ข"))
    door.move_case(receipt, TransitionRequest(Transition.SCREEN))
    door.move_case(receipt, TransitionRequest(Transition.CLOSE, CaseOutcome.FORWARDED, body="nacc"))
    door.close()
    today = to_bangkok_date(datetime.now(UTC))
    wanted = ("--desk", "complaints", "--period", f"fy{get_fiscal_year(today)}")
    found = read_stats_json(home, *wanted, "--exact")
    assert found["total"] == {"received": 2, "done": 1, "in_progress": 1, "not_accepted": 0}
    month = f"{today.year + BUDDHIST_ERA}-{today.month:02}"
    assert [m["received"] for m in found["months"] if m["month"] == month] == [2]
    assert {o["code"]: o["received"] for o in found["outcomes"]}["forwarded"] == 1
    assert found["days"]["median"] == 0
    assert (found["exact"], found["carried_over"]) == (True, 1)
    hidden = read_stats_json(home, *wanted)
    assert hidden["total"] == found["total"]
    assert {split["received"] for split in (*hidden["categories"], *hidden["sources"])} == {None}
    assert hidden["days"] == {
        "median": None,
        "within_deadline": None,
        "deadline": 15,
        "protected": True,
        "median_class": None,
    }


@pytest.mark.full("real programs")
def test_the_three_forms_say_the_same(home: Path) -> None:
    write_facts(home, make_year_of_facts(1, 60))
    found = read_stats_json(home, *YEAR)
    assert found["period"] == {
        "from": "2025-10-01",
        "to": "2026-09-30",
        "label": "ปีงบประมาณ พ.ศ. 2569 (1 ตุลาคม 2568 - 30 กันยายน 2569)",
        "label_en": "Fiscal year 2569 (1 October 2025 - 30 September 2026)",
        "code": "fy2569",
    }
    assert found["cutoff"] == "2026-09-30T16:59:59Z"
    lines = list(csv.reader(io.StringIO(run_stats(home, *YEAR, "--format", "csv"))))
    by_table = [line for line in lines[1:] if line[0] == "rows"]
    assert [[row["label"], str(row["received"])] for row in found["rows"]] == [line[1:3] for line in by_table]
    assert [line[2:] for line in lines if line[0] == "total"] == [[str(n) for n in found["total"].values()]]
    hidden = [split["name"] for split in found["categories"] if split["received"] is None]
    assert [line[1] for line in lines if line[0] == "categories" and line[2] == "–"] == hidden
    table = run_stats(home, *YEAR)
    for row in found["rows"]:
        assert any(
            line.startswith(row["label"]) and f" {row['received']} " in line for line in table.splitlines()
        )
    assert all(note["th"] in table and note["en"] in table for note in found["notes"])


@pytest.mark.full("real programs")
def test_what_the_public_sees_is_exact_by_row_and_not_split(home: Path) -> None:
    write_facts(home, make_year_of_facts(2, 40))
    exact, found = read_stats_json(home, *YEAR, "--exact"), read_stats_json(home, *YEAR)
    for name in ("total", "months", "brought_forward", "carried_over"):
        assert found[name] == exact[name]
    assert found["rows"] == [{**row, "categories": {}} for row in exact["rows"]]
    for name in ("categories", "sources", "outcomes"):
        assert {line["received"] for line in found[name]} == {None}
        assert sum(line["received"] for line in exact[name])
    assert (found["splits_from"], found["splits"]) == (None, None)
    assert read_stats_json(home, *YEAR) == found


@pytest.mark.full("real programs")
def test_a_day_in_the_past_and_another_layout(home: Path) -> None:
    write_facts(home, make_year_of_facts(3, 50))
    half = read_stats_json(home, *YEAR[:4], "--as-of", "2569-03-31", "--layout", "half", "--exact")
    assert [len(row["months"]) for row in half["rows"]] == [6, 6]
    assert [(row["reached"], row["received"] is None) for row in half["rows"]] == [
        (True, False),
        (False, True),
    ]
    assert {month["received"] for month in half["months"]} == {None}
    assert (
        half["total"]["received"]
        == read_stats_json(home, "--desk", "complaints", "--period", "2569H1")["total"]["received"]
    )


@pytest.mark.full("real programs")
def test_nothing_received_is_said_in_a_sentence_over_a_table_of_zeros(home: Path) -> None:
    found = read_stats_json(home, *YEAR)
    assert found["statement"].startswith("ไม่มีเรื่องร้องเรียน ปีงบประมาณ พ.ศ. 2569")
    assert {row["received"] for row in found["rows"]} == {0}
    assert found["statement"] in run_stats(home, *YEAR)


@pytest.mark.parametrize("words", ["fy2026", "fy2600", "2570-03..2569-10", "soon"])
def test_a_wrong_period_is_wrong_use_and_makes_nothing(
    words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(cli_app, ["stats", "--desk", "complaints", "--period", words])
    assert (done.exit_code, done.stdout) == (2, "")
    assert " / " in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.full("real programs")
def test_reading_by_the_database_is_folding_the_facts(home: Path) -> None:
    facts = make_year_of_facts(5, 200, reopening=0.3)
    random.Random(5).shuffle(facts)
    write_facts(home, facts)
    days = (date(2025, 12, 31), date(2026, 3, 15), date(2026, 9, 30))

    async def scene() -> None:
        async with open_store(
            load_or_create_keys(DeskPaths.under(home, "complaints")), datetime.now(UTC)
        ) as one:
            found, slow = (
                await collect_timelines(one, days),
                count_facts(await one.load_facts(), days),
            )
            assert (found.cases, found.days_to_close) == (slow.cases, slow.days_to_close)
            assert sorted(await one.load_facts(), key=str) == sorted(facts, key=str)

    asyncio.run(scene())


@pytest.mark.full("real programs")
def test_a_state_that_nobody_knows_names_the_nameless_case_and_nothing_else(home: Path) -> None:
    facts = make_year_of_facts(5, 20)
    case = CaseFactsWriter(f"{77:032x}").add_filing(FISCAL_YEAR_START).add_move(FISCAL_YEAR_START, "paused")
    write_facts(home, [*facts, *case.facts])

    async def scene() -> None:
        async with open_store(
            load_or_create_keys(DeskPaths.under(home, "complaints")), datetime.now(UTC)
        ) as one:
            with pytest.raises(UnknownFactError, match=f"{77:032x}") as told:
                await collect_timelines(one, (date(2026, 9, 30),))
            assert "paused" not in str(told.value)

    asyncio.run(scene())


def test_an_office_is_counted_as_it_wants() -> None:
    terms = build_counting_rules(OFFICE, "complaints")
    assert [one.code for one in terms.categories] == [c.code for c in OFFICE.categories]
    assert (terms.deadline_days, terms.threshold, terms.forwarded_is_done) == (15, 5, True)
    assert all(isinstance(one, CodeLabel) and one.th and one.en for one in (*terms.sources, *terms.outcomes))
    wish = parse_table_request("fy2569", "2025-12-31", "month", datetime(2026, 11, 22, tzinfo=UTC))
    assert wish.days == (date(2025, 9, 30), date(2025, 12, 31))
    assert terms.source_lines.keys() == {source.value for source in CaseSource}
    assert terms.outcome_lines.keys() == {outcome.value for outcome in CaseOutcome}
