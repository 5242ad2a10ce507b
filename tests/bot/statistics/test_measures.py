"""How well a desk works, from what it stores to what it prints: told once, and of spans that were measured whole."""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.publishing.releases import ReleaseContext
from bot.statistics.measures import count_measures, get_satisfaction_line
from handlers.complaints.ratings.messages import Satisfaction
from ita_stats.cases.fact import Fact, FactField
from ita_stats.cases.measures import SatisfactionLine
from ita_stats.cases.model import StatisticsTables
from ita_stats.disclosure.spans import SplitSpan
from ita_stats.render.json_text import parse_statistics
from tests.bot.publishing.release_desk import ReleaseDesk
from tests.bot.statistics.test_splits import (
    LAST_DAY,
    SETTLED,
    make_block,
    make_cases,
    read_spans,
    release,
    settle,
    show,
)

FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)
SUMS = (("returned", 18), ("satisfied", 9), ("neither", 3), ("dissatisfied", 2))


def write_sums(desk: ReleaseDesk, *sums: tuple[str, int], year: int = 2569) -> None:
    with closing(sqlite3.connect(desk.paths.database)) as raw, raw:
        raw.executemany("INSERT INTO yearly_sums VALUES (?,?,?)", [(year, *one) for one in sums])


def make_answers(count: int, after: int, on: date = date(2027, 1, 5)) -> list[Fact]:
    """The first messages of the office in cases of `make_cases`."""
    day = on + timedelta(after)
    return [Fact(f"a{number:031x}", 9, day, day, FactField.ANSWERED, "1") for number in range(count)]


def make_measured_desk(home: Path) -> ReleaseDesk:
    """A new desk, then 30 reports online and 12 letters: 20 answered in time, 18 opened again, 14 answers."""
    desk = ReleaseDesk(home)
    settle(desk, FIRST_DAY)
    desk.write_facts(make_block() + make_answers(20, 6))
    write_sums(desk, *SUMS)
    return desk


def test_measures_are_told_with_the_splits_and_repeated_unchanged(tmp_path: Path) -> None:
    desk = make_measured_desk(tmp_path / "var")
    assert release(desk, LAST_DAY - timedelta(1), SETTLED - timedelta(1)).measures is None
    told = release(desk, LAST_DAY, SETTLED)
    assert told.measures is not None
    assert show(told.measures.first_answer) == {"in_time": 20, "later": 22}
    assert told.measures.answer_class == (31, None)
    assert show(told.measures.came_back) == {"came_back": 18, "not_seen": 12}
    assert show(told.measures.satisfaction) == {
        "satisfied": 9, "neither": None, "dissatisfied": None, "rest": 5,
    }  # fmt: skip
    with closing(sqlite3.connect(desk.paths.database)) as raw, raw:
        raw.execute("UPDATE yearly_sums SET count = count + 5")
    assert release(desk, LAST_DAY + timedelta(1), SETTLED + timedelta(1)).measures == told.measures


def test_an_office_that_tells_no_splits_tells_no_measures(tmp_path: Path) -> None:
    desk = make_measured_desk(tmp_path / "var")
    told = release(desk.with_rules(splits="never"), LAST_DAY, SETTLED)
    assert told.measures is not None
    lines = (*told.measures.first_answer, *told.measures.came_back, *told.measures.satisfaction)
    assert {line.figures.received for line in lines} == {None}
    assert [note.code for note in told.notes][-1] == "measures_untold"


def test_a_span_in_which_somebody_wrote_before_it_was_measured_tells_none(tmp_path: Path) -> None:
    desk = ReleaseDesk(tmp_path / "var").write_facts(
        make_cases(1, date(2025, 1, 5), prefix="e") + make_block()
    )
    settle(desk, FIRST_DAY)
    assert [span.measured for span in read_spans(desk, SETTLED)] == [False]
    write_sums(desk, *SUMS)
    told = release(desk, LAST_DAY, SETTLED)
    assert (told.measures, told.splits_from) == (None, "1/2570")
    assert not [note for note in told.notes if note.code.startswith("measures")]
    # The one after it began while the desk ran.
    assert [span.measured for span in read_spans(desk, SETTLED)] == [False, True]


@pytest.mark.parametrize(
    ("restored", "measured"),
    [(date(2027, 9, 30), True), (date(2027, 10, 1), False), (date(2027, 11, 22), False)],
)
def test_a_span_that_began_between_a_backup_and_its_restore_tells_none(
    tmp_path: Path, restored: date, measured: bool
) -> None:
    desk = ReleaseDesk(tmp_path / "var")
    settle(desk, FIRST_DAY)
    desk.write_facts(make_block())
    with closing(sqlite3.connect(desk.paths.database)) as raw, raw:
        raw.execute("INSERT INTO chores (name, due) VALUES ('restored', ?)", (restored.isoformat(),))
    settle(desk, datetime(2027, 11, 22, tzinfo=UTC))
    assert [span.measured for span in read_spans(desk, datetime(2027, 11, 22, tzinfo=UTC))] == [
        True,
        measured,
    ]


def test_sums_of_other_years_belong_to_other_spans(tmp_path: Path) -> None:
    desk = make_measured_desk(tmp_path / "var")
    for year in (2567, 2571):
        write_sums(desk, *SUMS, year=year)
    write_sums(desk, ("satisfied", 7), year=2570)

    async def scene(context: ReleaseContext) -> None:
        counts = await count_measures(context.store, SplitSpan(2568, 3), {})
        assert (counts.came_back, counts.satisfaction) == (
            18,
            {"satisfied": 16, "neither": 3, "dissatisfied": 2},
        )
        assert counts.answers == {6: 20, None: 22}

    desk.run_scenario(scene, SETTLED)


def test_every_answer_has_a_line() -> None:
    assert {get_satisfaction_line(answer) for answer in Satisfaction} == set(SatisfactionLine)


@pytest.mark.parametrize("name", ["statistics.html", "statistics.json", "statistics.csv"])
def test_measures_stand_in_the_files(name: str, tmp_path: Path) -> None:
    desk = make_measured_desk(tmp_path / "var")
    release(desk, LAST_DAY, SETTLED)
    folder = desk.paths.folder / "releases" / "2570" / "1"
    found = (folder / name).read_text("utf-8-sig")
    words: Sequence[str] = (
        (
            "First answer within the deadline",
            "Opened again with the code",
            "Not satisfied",
            "The rest together",
        )
        if not name.endswith(".json")
        else ('"first_answer"', '"came_back"', '"satisfaction"')
    )
    assert [word for word in words if word not in found] == []


def test_a_release_of_an_earlier_version_is_read_without_measures(tmp_path: Path) -> None:
    desk = make_measured_desk(tmp_path / "var")
    release(desk, LAST_DAY, SETTLED)
    text = (desk.paths.folder / "releases" / "2570" / "1" / "statistics.json").read_text("utf-8")
    found = json.loads(text)
    assert parse_statistics(text).measures is not None
    del found["measures"]
    old: StatisticsTables = parse_statistics(json.dumps(found))
    assert old.measures is None
