"""Splits are told once: noted before, counted when settled, repeated, and never told twice in two ways."""

import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from bot.office_file import OfficeSource
from bot.publishing.releases import ReleaseContext
from bot.statistics.splits import (
    OfficeFileMissingError,
    SplitsDesk,
    count_public_tables,
    load_counting_rules,
    load_told_splits,
    settle_splits,
)
from bot.statistics.tables import collect_timelines
from handlers.office import Category, ReportSettings
from ita_stats.cases.fact import Fact, FactField
from ita_stats.cases.model import Breakdown, StatisticsTables
from ita_stats.cases.tables import TableRequest, build_exact_tables
from ita_stats.disclosure.spans import MIN_CASES_FOR_A_YEAR
from ita_stats.period import parse_period
from ita_stats.render.json_text import parse_statistics
from storage.split_spans import StoredSpan
from tests.bot.publishing.release_desk import ReleaseDesk, make_release_request
from tests.in_memory_desk import ROOT
from tests.ita_stats.cases.sample_facts import CaseFactsWriter

YEAR = range(2568, 2571)
SETTLED = datetime(2027, 11, 1, 1, tzinfo=UTC)
"""The day after the settling day of the block 2568-2570, in Bangkok."""
LAST_DAY = date(2027, 10, 31)


def make_cases(
    count: int,
    on: date = date(2027, 1, 5),
    category: str = "corruption",
    source: str = "web",
    prefix: str = "a",
) -> list[Fact]:
    """Cases of a kind, received and recorded on a day."""
    return [
        fact
        for number in range(count)
        for fact in CaseFactsWriter(f"{prefix}{number:031x}").add_filing(on, category, source).facts
    ]


def make_block() -> list[Fact]:
    """30 cases of corruption by the web and 12 of misconduct by letter, in the block 2568-2570."""
    return make_cases(30) + make_cases(12, category="misconduct", source="letter", prefix="b")


def release(desk: ReleaseDesk, as_of: date, now: datetime, why: str | None = None) -> StatisticsTables:
    """The tables of a release of fiscal year 2570, as published."""
    request = make_release_request("fy2570", as_of, why=why)
    return parse_statistics(desk.make_release(request, now).record.figures)


def show(lines: Sequence[Breakdown]) -> dict[str, int | None]:
    """The figures of a split by code."""
    return {line.code: line.figures.received for line in lines}


def read_spans(desk: ReleaseDesk, now: datetime) -> list[StoredSpan]:
    """The spans that are stored."""

    async def scene(context: ReleaseContext) -> list[StoredSpan]:
        return await context.store.split_spans.list_all()

    found: list[StoredSpan] = desk.run_scenario(scene, now)
    return found


def settle(desk: ReleaseDesk, now: datetime) -> None:
    """What the clock does each minute."""

    async def scene(context: ReleaseContext) -> None:
        await settle_splits(context.splits_desk, now)

    desk.run_scenario(scene, now)


def test_splits_are_told_when_the_span_has_settled_and_repeated_unchanged(tmp_path: Path) -> None:
    desk = ReleaseDesk(tmp_path / "var").write_facts(make_block())
    before = release(desk, LAST_DAY - timedelta(1), SETTLED - timedelta(1))
    assert (before.splits, before.splits_from) == (None, None)
    assert set(show(before.categories).values()) == {None}
    first = release(desk, LAST_DAY, SETTLED)
    assert show(first.categories) == {"corruption": 30, "misconduct": None, "other": None, "rest": 12}
    assert show(first.sources) == {"online": 30, "letter": None, "in_person": None, "rest": 12}
    assert set(show(first.outcomes).values()) == {None}
    assert first.splits is not None
    assert (first.splits.span.code, first.splits.recorded_until) == ("fy2568..2570", LAST_DAY)
    assert first.splits_from == "2/2570"
    desk.write_facts(
        make_cases(9, category="misconduct", prefix="c")
    )  # recorded in time, but after it was told
    later = release(desk, LAST_DAY, SETTLED + timedelta(5), why="ลงรับย้อนหลัง")
    assert (later.splits_from, later.total.received) == ("2/2570", 51)
    for name in ("categories", "sources", "outcomes", "days", "splits"):
        assert getattr(later, name) == getattr(first, name)


def test_only_what_was_recorded_by_the_settling_day_counts(tmp_path: Path) -> None:
    late = [
        Fact(f.about, f.seq, f.effective, LAST_DAY + timedelta(1), f.field, f.value)
        for f in make_cases(8, category="misconduct", prefix="d")
    ]
    desk = ReleaseDesk(tmp_path / "var").write_facts(make_block() + late)
    told = release(desk, LAST_DAY, SETTLED)
    assert show(told.categories)["rest"] == 12
    assert told.total.received == 50


def test_never_is_read_when_the_span_has_settled_and_then_stays(tmp_path: Path) -> None:
    desk = ReleaseDesk(tmp_path / "var").write_facts(make_block())
    settle(desk.with_rules(splits="never"), SETTLED)
    told = release(desk, LAST_DAY, SETTLED + timedelta(1))
    assert told.splits_from is None
    assert {note.code for note in told.notes} >= {"category_untold", "source_untold", "outcome_untold"}
    assert not any(map(_is_told, (told.categories, told.sources, told.outcomes)))


def _is_told(lines: Sequence[Breakdown]) -> bool:
    return any(show(lines).values())


def test_too_few_and_never_are_said_in_the_same_words(tmp_path: Path) -> None:
    few = ReleaseDesk(tmp_path / "few").write_facts(make_cases(9))
    never = (
        ReleaseDesk(
            tmp_path / "never",
        )
        .write_facts(make_block())
        .with_rules(splits="never")
    )
    notes = [
        [note for note in release(desk, LAST_DAY, SETTLED).notes if note.code.endswith("_untold")]
        for desk in (few, never)
    ]
    assert notes[0] == notes[1]
    assert len(notes[0]) == 4


def test_settings_are_those_of_the_first_day(tmp_path: Path) -> None:
    desk = ReleaseDesk(tmp_path / "var")
    settle(desk, datetime(2024, 9, 30, 18, tzinfo=UTC))  # 1 October 2567 in Bangkok
    desk.write_facts(make_block())
    settle(desk.with_rules(hide_below=40), datetime(2026, 1, 1, tzinfo=UTC))
    told = release(desk.with_rules(hide_below=40), LAST_DAY, SETTLED)
    assert show(told.categories)["corruption"] == 30


def add_kind(facts: Sequence[Fact], category: str, recorded: date) -> list[Fact]:
    """What an officer's command appends to the facts of a case: its kind, from its receipt."""
    last = facts[-1]
    received = next(fact.effective for fact in facts if fact.field is FactField.RECEIVED)
    return [*facts, Fact(last.about, last.seq + 1, received, recorded, FactField.CATEGORY, category)]


def test_a_kind_that_comes_later_counts_from_the_receipt_where_it_came_before_the_span_settled(
    tmp_path: Path,
) -> None:
    desk = ReleaseDesk(tmp_path / "var")
    open_kinds = [make_cases(1, category="", prefix=prefix) for prefix in "cdef67"]
    in_time = [fact for own in open_kinds for fact in add_kind(own, "misconduct", LAST_DAY)]
    late = add_kind(make_cases(1, category="", prefix="9"), "misconduct", LAST_DAY + timedelta(1))
    desk.write_facts(make_block() + in_time + late + make_cases(5, category="", prefix="8"))
    told = release(desk, LAST_DAY, SETTLED)
    assert show(told.categories) == {"corruption": 30, "misconduct": 18, "other": 6}


def test_where_a_kind_may_stay_open_there_are_others_also_without_such_a_category(tmp_path: Path) -> None:
    home = ReleaseDesk(tmp_path / "var")
    without = home.office.model_copy(update={"categories": home.office.categories[:2]})
    short = without.model_copy(update={"report": ReportSettings(way="short")})
    settle(ReleaseDesk(home.home, without), datetime(2024, 9, 30, 18, tzinfo=UTC))
    settle(ReleaseDesk(home.home, without), datetime(2025, 1, 1, tzinfo=UTC))
    assert [span.others for span in read_spans(home, SETTLED)] == [False]
    desk = ReleaseDesk(home.home, short)
    settle(desk, datetime(2026, 1, 1, tzinfo=UTC))
    assert [(span.categories, span.others) for span in read_spans(home, SETTLED)] == [
        (("corruption", "misconduct"), True)
    ]
    desk.write_facts(make_block() + make_cases(7, category="", prefix="c"))
    assert show(release(desk, LAST_DAY, SETTLED).categories) == {
        "corruption": 30,
        "misconduct": 12,
        "other": 7,
    }


def test_a_category_that_came_or_went_is_counted_with_the_others(tmp_path: Path) -> None:
    desk = ReleaseDesk(tmp_path / "var")
    settle(desk, datetime(2024, 9, 30, 18, tzinfo=UTC))
    (before,) = read_spans(desk, SETTLED)
    assert (before.categories, before.others) == (("corruption", "misconduct", "other"), False)
    added = Category(
        code="leak", name=desk.office.categories[0].name, definition=desk.office.categories[0].name
    )
    office = desk.office.model_copy(update={"categories": (desk.office.categories[0], added)})
    settle(ReleaseDesk(desk.home, office), datetime(2026, 1, 1, tzinfo=UTC))
    (after,) = read_spans(desk, SETTLED)
    assert (after.categories, after.others) == (("corruption",), True)
    settle(desk, datetime(2026, 2, 1, tzinfo=UTC))
    assert read_spans(desk, SETTLED) == [after]
    desk.write_facts(make_block() + make_cases(7, category="leak", prefix="e"))
    told = release(desk, LAST_DAY, SETTLED)
    assert show(told.categories) == {"corruption": 30, "other": 19}


def test_how_forwarded_cases_count_belongs_to_the_year_of_receipt(tmp_path: Path) -> None:
    forwarded = [
        fact
        for prefix, on in (("f", date(2026, 1, 5)), ("e", date(2027, 1, 5)))
        for fact in CaseFactsWriter(prefix * 32).add_filing(on).add_move(on, "closed", "forwarded").facts
    ]
    desk = ReleaseDesk(tmp_path / "var").write_facts(forwarded)
    settle(desk, datetime(2026, 1, 1, tzinfo=UTC))
    changed = desk.with_rules(forwarded_counts_as="in_progress")
    settle(changed, datetime(2026, 3, 1, tzinfo=UTC))
    settle(changed, datetime(2026, 10, 1, tzinfo=UTC))

    async def scene(context: ReleaseContext) -> list[tuple[int | None, int | None]]:
        rules = await load_counting_rules(context.store, context.office, "complaints")
        assert rules.forwarded_by_year == {2569: True, 2570: False}
        found = []
        for code in ("fy2569", "fy2570", "2568-10..2570-09"):
            request = TableRequest(parse_period(code, LAST_DAY), LAST_DAY, "month")
            tables = await count_public_tables(context.splits_desk, request, ())
            found.append((tables.total.done, tables.total.in_progress))
            notes = [note.th for note in tables.notes if note.code == "forwarded"]
            assert len(notes) == 1 + (code == "2568-10..2570-09")
        return found

    assert desk.run_scenario(scene, SETTLED) == [(1, 0), (0, 1), (1, 1)]


@pytest.mark.parametrize("earlier_period", [{}, {"from": "2023-10-01", "to": "2024-09-30"}])
def test_a_span_that_an_earlier_version_split_tells_none(
    tmp_path: Path, earlier_period: dict[str, str]
) -> None:
    """Also where its period was over before, and only closings up to its cut-off belong to the span."""
    desk = ReleaseDesk(tmp_path / "var").write_facts(make_block())
    release(desk, date(2027, 3, 31), datetime(2027, 4, 1, 2, tzinfo=UTC))
    _make_old(desk, "splits_from", period=earlier_period)
    told = release(desk, LAST_DAY, SETTLED)
    assert told.splits_from is None
    assert not _is_told(told.categories)


def _make_old(desk: ReleaseDesk, *names: str, period: dict[str, str] | None = None) -> None:
    """Leave out of every stored release what an earlier version did not write. period: what its period becomes."""
    import json
    import zlib

    with closing(sqlite3.connect(desk.paths.database)) as raw, raw:
        raw.execute("DROP TRIGGER releases_not_changed")
        for seq, figures in raw.execute("SELECT seq, figures FROM releases").fetchall():
            found = {k: v for k, v in json.loads(zlib.decompress(figures)).items() if k not in names}
            found["period"] |= period or {}
            raw.execute(
                "UPDATE releases SET figures = ? WHERE seq = ?",
                (zlib.compress(json.dumps(found).encode()), seq),
            )


def test_a_copy_that_lacks_what_was_told_tells_none(tmp_path: Path) -> None:
    desk = ReleaseDesk(tmp_path / "var").write_facts(make_block())
    assert release(desk, LAST_DAY, SETTLED).splits_from == "1/2570"
    with closing(sqlite3.connect(desk.paths.database)) as raw, raw:
        raw.execute("DROP TRIGGER split_spans_no_delete")
        raw.execute("DELETE FROM split_spans")
    again = release(desk, LAST_DAY + timedelta(30), SETTLED + timedelta(30))
    assert again.splits_from is None
    assert not _is_told(again.categories)


def test_an_older_database_beside_newer_files_tells_none(tmp_path: Path) -> None:
    desk = ReleaseDesk(tmp_path / "var").write_facts(make_block())
    older = desk.paths.database.read_bytes()
    assert release(desk, LAST_DAY, SETTLED).splits_from == "1/2570"
    for file in desk.paths.folder.glob(f"{desk.paths.database.name}*"):
        file.unlink()
    desk.paths.database.write_bytes(older)
    again = release(desk, LAST_DAY + timedelta(30), SETTLED + timedelta(31))
    assert again.splits_from is None
    assert not _is_told(again.categories)


def test_what_is_printed_without_a_release_tells_only_what_was_released(tmp_path: Path) -> None:
    desk = ReleaseDesk(tmp_path / "var").write_facts(make_block())
    settle(desk, SETTLED)

    async def scene(context: ReleaseContext) -> StatisticsTables:
        own: SplitsDesk = context.splits_desk
        request = TableRequest(parse_period("fy2570", LAST_DAY), LAST_DAY, "month")
        assert len(await load_told_splits(own, request.period)) == 1
        return await count_public_tables(own, request, await context.store.releases.list_all())

    assert desk.run_scenario(scene, SETTLED).splits_from is None
    release(desk, LAST_DAY, SETTLED)
    assert desk.run_scenario(scene, SETTLED).splits_from == "1/2570"


@pytest.mark.parametrize(("before", "code"), [(60, "fy2570"), (59, "fy2568..2570")])
def test_a_year_stands_alone_after_sixty_cases(tmp_path: Path, before: int, code: str) -> None:
    """2568 and 2569 each follow a year of so many, as it was recorded by then."""
    facts = make_cases(before, date(2024, 5, 1), prefix="1") + make_cases(
        before, date(2025, 5, 1), prefix="2"
    )
    facts += make_cases(before, date(2026, 5, 1), prefix="3") + make_cases(20, date(2027, 5, 1), prefix="4")
    late = [
        Fact(f.about, f.seq, f.effective, date(2026, 10, 20), f.field, f.value)
        for f in make_cases(5, date(2026, 6, 1), prefix="5")
    ]
    desk = ReleaseDesk(tmp_path / "var").write_facts(facts + late)
    told = release(desk, LAST_DAY, SETTLED)
    assert told.splits is not None
    assert told.splits.span.code == code


def test_a_case_struck_out_in_time_is_not_counted(tmp_path: Path) -> None:
    struck = [Fact("a" + "0" * 31, 9, date(2027, 1, 5), LAST_DAY, FactField.RECEIVED, "0")]
    desk = ReleaseDesk(tmp_path / "var").write_facts(make_block() + struck)
    assert show(release(desk, LAST_DAY, SETTLED).categories)["corruption"] == 29


def test_a_new_desk_has_no_line_in_which_nothing_could_fall(tmp_path: Path) -> None:
    """Met in the middle of a span, before anything was written in it: no other code was ever in force."""
    desk = ReleaseDesk(tmp_path / "var").with_categories("corruption", "misconduct", "leak")
    settle(desk, datetime(2026, 1, 1, tzinfo=UTC))
    desk.write_facts(make_block())
    assert show(release(desk, LAST_DAY, SETTLED).categories) == {
        "corruption": 30, "misconduct": None, "leak": None, "rest": 12,
    }  # fmt: skip


def test_a_desk_that_was_used_before_may_have_had_other_codes(tmp_path: Path) -> None:
    desk = ReleaseDesk(tmp_path / "var").with_categories("corruption", "misconduct", "leak")
    desk.write_facts(make_cases(30, date(2025, 1, 5)))
    settle(desk, datetime(2026, 1, 1, tzinfo=UTC))
    (span,) = read_spans(desk, SETTLED)
    assert span.others


def test_a_span_that_begins_unseen_has_no_other_line_where_the_codes_stayed(tmp_path: Path) -> None:
    desk = ReleaseDesk(tmp_path / "var").with_categories("corruption", "misconduct")
    settle(desk, datetime(2026, 1, 1, tzinfo=UTC))
    desk.write_facts(make_cases(1, date(2026, 1, 5)))
    settle(desk, datetime(2027, 10, 5, tzinfo=UTC))
    assert [span.others for span in read_spans(desk, SETTLED)] == [False, False]
    changed = desk.with_categories("corruption", "misconduct", "leak")
    settle(changed, datetime(2030, 10, 5, tzinfo=UTC))
    # The one before is still settling, and a late entry may have the new code.
    assert [span.others for span in read_spans(desk, SETTLED)] == [False, True, True]


def test_a_category_added_while_late_entries_come_in_costs_nothing(tmp_path: Path) -> None:
    desk = ReleaseDesk(tmp_path / "var").with_categories("corruption", "misconduct")
    settle(desk, datetime(2024, 10, 1, tzinfo=UTC))
    desk.write_facts(make_block())
    changed = desk.with_categories("corruption", "misconduct", "leak")
    late = [
        Fact(f.about, f.seq, f.effective, date(2027, 10, 20), f.field, f.value)
        for f in make_cases(1, category="leak", prefix="e")
    ]
    desk.write_facts(late)
    settle(changed, datetime(2027, 10, 20, tzinfo=UTC))
    before, _ = read_spans(desk, SETTLED)
    assert (before.categories, before.others) == (("corruption", "misconduct"), True)
    told = release(changed, LAST_DAY, SETTLED)
    assert show(told.categories) == {"corruption": 30, "misconduct": None, "other": None, "rest": 13}


def test_a_category_removed_while_late_entries_come_in_keeps_its_line(tmp_path: Path) -> None:
    desk = ReleaseDesk(tmp_path / "var").with_categories("corruption", "misconduct", "leak")
    settle(desk, datetime(2024, 10, 1, tzinfo=UTC))
    settle(desk.with_categories("corruption"), datetime(2027, 10, 20, tzinfo=UTC))
    before, _ = read_spans(desk, SETTLED)
    assert (before.categories, before.others) == (("corruption", "misconduct", "leak"), False)


def test_never_is_read_from_the_file_as_it_is_when_the_span_has_settled(tmp_path: Path) -> None:
    """The program was started long before, when the file said nothing of it."""
    file = tmp_path / "office.toml"
    written = (ROOT / "office.example.toml").read_text("utf-8")
    file.write_text(written, "utf-8")
    desk = ReleaseDesk(tmp_path / "var", source=OfficeSource(file, is_example=False)).write_facts(
        make_block()
    )
    settle(desk, SETTLED - timedelta(days=2))
    file.write_text("[statistics", "utf-8")
    with pytest.raises(ConfigurationError):
        settle(desk, SETTLED)
    assert not read_spans(desk, SETTLED)[0].settled
    file.write_text(written.replace('splits = "told"', 'splits = "never"'), "utf-8")
    settle(desk, SETTLED)
    file.write_text(written, "utf-8")
    told = release(desk, LAST_DAY, SETTLED + timedelta(1))
    assert (told.splits is not None, told.splits_from) == (True, None)


def test_without_an_office_file_nothing_is_noted(tmp_path: Path) -> None:
    desk = ReleaseDesk(tmp_path / "var", source=OfficeSource(None, is_example=True)).write_facts(make_block())
    told = release(desk, LAST_DAY, SETTLED)
    assert (told.splits, told.splits_from) == (None, None)
    assert read_spans(desk, SETTLED) == []
    settle(ReleaseDesk(desk.home), SETTLED)
    with pytest.raises(OfficeFileMissingError):
        release(desk, LAST_DAY + timedelta(1), SETTLED + timedelta(1))


def test_lines_of_a_span_that_tells_none_keep_their_names(tmp_path: Path) -> None:
    desk = ReleaseDesk(tmp_path / "var").write_facts(make_cases(9))
    first = release(desk, LAST_DAY, SETTLED)
    renamed = desk.with_categories("corruption", "leak")
    later = release(renamed, LAST_DAY + timedelta(5), SETTLED + timedelta(5))
    assert not _is_told(first.categories)
    for name in ("categories", "sources", "outcomes", "days", "splits"):
        assert getattr(later, name) == getattr(first, name)


def test_a_copy_without_the_files_of_its_releases_tells_none(tmp_path: Path) -> None:
    """As a database is restored on a new machine: its span may have been told by what was lost."""
    desk = ReleaseDesk(tmp_path / "var").write_facts(make_block())
    release(desk, LAST_DAY - timedelta(1), SETTLED - timedelta(1))
    shutil.rmtree(desk.paths.folder / "releases")
    told = release(desk, LAST_DAY, SETTLED)
    assert not _is_told(told.categories)
    assert {note.code for note in told.notes} >= {"category_untold", "source_untold", "outcome_untold"}


def test_a_copy_of_which_a_newer_release_is_published_tells_none(tmp_path: Path) -> None:
    desk = ReleaseDesk(tmp_path / "var").write_facts(make_block())
    shutil.copytree(desk.home, tmp_path / "copy")
    release(desk, LAST_DAY, SETTLED)
    public = tmp_path / "web"
    shutil.copytree(desk.paths.folder / "releases" / "2570" / "1", public / "2570-1")
    restored = ReleaseDesk(tmp_path / "copy", public_folder=public)
    assert not _is_told(release(restored, LAST_DAY, SETTLED + timedelta(3)).categories)


def test_a_year_stands_alone_by_the_row_that_was_printed_of_it(tmp_path: Path) -> None:
    """Entered on another day, dated anew, struck out: what counts is what the year's rows said on its last day."""
    year_end = date(2024, 9, 30)
    facts = make_cases(58, date(2024, 5, 1), prefix="1")
    moved = CaseFactsWriter("2" * 32).add_filing(date(2023, 9, 20))
    moved.add_fact(date(2023, 10, 2), FactField.RECEIVED, "1", date(2023, 10, 9))
    struck = CaseFactsWriter("3" * 32).add_filing(date(2024, 6, 1))
    struck.add_fact(date(2024, 6, 1), FactField.RECEIVED, "0", date(2024, 10, 1))
    desk = ReleaseDesk(tmp_path / "var").write_facts(facts + moved.facts + struck.facts)

    async def scene(context: ReleaseContext) -> int | None:
        rules = await load_counting_rules(context.store, context.office, "complaints")
        request = TableRequest(parse_period("fy2567", year_end), year_end, "month")
        timelines = await collect_timelines(context.store, request.days, recorded_until=year_end)
        await settle_splits(context.splits_desk, datetime(2025, 10, 5, tzinfo=UTC))
        return build_exact_tables(timelines, rules, request).total.received

    assert desk.run_scenario(scene, SETTLED) == MIN_CASES_FOR_A_YEAR
    assert (date(2024, 10, 1), date(2025, 9, 30)) in {(s.first, s.last) for s in read_spans(desk, SETTLED)}
