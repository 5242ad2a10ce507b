"""A release lists the hashes of its files: a changed byte and a mixture of two releases are detected."""

import json
from dataclasses import replace
from datetime import date

import pytest
from jsonschema import Draft202012Validator

from ita_stats.cases.correction import describe_changes
from ita_stats.cases.model import DaysToClose, Layout, ReleaseInfo, StatisticsTables, StatusCounts
from ita_stats.period import PeriodError, parse_period
from ita_stats.release import (
    FileJson,
    Manifest,
    build_file_entry,
    build_manifest,
    build_manifest_schema,
    find_latest_cutoff,
    find_release_errors,
    parse_manifest,
    serialize_manifest,
    validate_cutoff,
)
from ita_stats.render.json_text import serialize_statistics
from tests.ita_stats.render.sample_documents import make_protected_tables

ISSUE = ReleaseInfo(2, (), "พิมพ์ผิด", corrects=1)


def make_small_release(
    found: StatisticsTables, issue: ReleaseInfo = ISSUE
) -> tuple[bytes, dict[str, FileJson], bytes]:
    """A small release: two files and the manifest."""
    figures = serialize_statistics(found, issue).encode()
    files = {
        n: build_file_entry(n, c) for n, c in (("statistics.json", figures), ("statistics.csv", b"a,b\r\n"))
    }
    return serialize_manifest(build_manifest(found, issue, files.values())), files, figures


def hashes(files: dict[str, FileJson]) -> dict[str, str]:
    return {name: one.sha256 for name, one in files.items()}


def make_verifiable_release(found: StatisticsTables) -> tuple[bytes, dict[str, str], bytes]:
    """The same with what a verification needs."""
    content, files, figures = make_small_release(found)
    return content, hashes(files), figures


def test_a_manifest_is_read_back_and_keeps_to_its_schema() -> None:
    content, _, _ = make_small_release(make_protected_tables())
    found = parse_manifest(content)
    assert serialize_manifest(found) == content
    assert (found.name, found.fiscal_year, found.corrects) == ("2/2569", 2569, 1)
    shape = json.loads(build_manifest_schema())
    Draft202012Validator.check_schema(shape)
    Draft202012Validator(shape).validate(json.loads(content))
    with pytest.raises(Exception, match="wrong"):
        Draft202012Validator(shape).validate({**json.loads(content), "wrong": 1})


def test_a_whole_release_has_no_findings() -> None:
    assert find_release_errors(*make_verifiable_release(make_protected_tables())) == []


def test_what_was_touched_is_named() -> None:
    content, files, figures = make_small_release(make_protected_tables())
    touched = {**files, "statistics.csv": build_file_entry("statistics.csv", b"a,c\r\n")}
    assert find_release_errors(content, hashes(touched), figures) == [
        "statistics.csv is not the one that was released"
    ]
    fewer = {"statistics.json": files["statistics.json"]}
    assert find_release_errors(content, hashes(fewer), figures) == ["statistics.csv is missing"]
    more = {**files, "evil.html": build_file_entry("evil.html", b"")}
    assert find_release_errors(content, hashes(more), figures) == ["evil.html is in no manifest"]
    assert find_release_errors(b"{}", hashes(files), figures) == [
        "manifest.json is not the manifest of a release"
    ]
    loose = json.dumps(json.loads(content)).encode()
    assert find_release_errors(loose, hashes(files), figures) == [
        "manifest.json is not written as this program writes it"
    ]


def test_figures_of_another_release_are_found_though_every_hash_fits() -> None:
    found = make_protected_tables()
    _, files, figures = make_small_release(found)
    other = serialize_manifest(build_manifest(found, replace(ISSUE, number=3), files.values()))
    mixed = ["manifest.json and statistics.json are of different releases"]
    assert find_release_errors(other, hashes(files), figures) == mixed
    none = serialize_statistics(found).encode()
    without = {**files, "statistics.json": build_file_entry("statistics.json", none)}
    content = serialize_manifest(build_manifest(found, ISSUE, without.values()))
    assert find_release_errors(content, hashes(without), none) == mixed
    empty = {**files, "statistics.json": build_file_entry("statistics.json", b"{}")}
    content = serialize_manifest(build_manifest(found, ISSUE, empty.values()))
    assert find_release_errors(content, hashes(empty), b"{}") == ["statistics.json holds no statistics"]
    twice = Manifest(
        **{
            **build_manifest(found, ISSUE, ()).model_dump(by_alias=True),
            "files": [*files.values()] * 2,
        }
    )
    assert find_release_errors(serialize_manifest(twice), hashes(files), figures) == [
        "manifest.json names a file twice"
    ]


def test_changes_tell_the_old_figure_and_the_new() -> None:
    before = make_protected_tables()
    row, total = before.rows[2], before.total
    assert row.figures.received is not None
    assert row.figures.done is not None
    cells = StatusCounts(
        row.figures.received + 1, row.figures.done + 1, row.figures.in_progress, row.figures.not_accepted
    )
    after = replace(
        before,
        rows=(*before.rows[:2], replace(row, figures=cells), *before.rows[3:]),
        categories=(replace(before.categories[0], name_th="ชื่อใหม่"), *before.categories[1:]),
        days=DaysToClose(None, None, before.days.deadline, True),
    )
    told = {note.code: (note.th, note.en) for note in describe_changes(before, after)}
    was, now = row.figures.received, row.figures.received + 1
    place = "rows/2568-12..2568-12/received"
    assert told[place] == (f"ธ.ค. 2568: รับไว้ จาก {was} เป็น {now}", f"Dec 2025: Received from {was} to {now}")
    assert told.keys() == {place, "rows/2568-12..2568-12/done"}
    assert describe_changes(before, before) == ()
    assert total == before.total


def test_splits_never_change() -> None:
    before = make_protected_tables()
    assert describe_changes(before, replace(before, categories=(), splits_from=None)) == ()


@pytest.mark.parametrize(
    ("text", "layout", "last", "due"),
    [
        ("fy2570", "month", "2026-11-23", "2026-11-23"),
        ("fy2570", "quarter", "2027-01-01", "2026-12-31"),
        ("fy2570", "quarter", "2026-12-31", "2026-12-31"),
        ("fy2570", "quarter", "2027-03-30", "2026-12-31"),
        ("fy2570", "half", "2027-03-31", "2027-03-31"),
        ("fy2569", "half", "2026-11-23", "2026-09-30"),
        ("2570Q1", "quarter", "2027-02-10", "2026-12-31"),
        ("cy2569H1", "half", "2026-11-23", "2026-06-30"),
        ("2569-10..2570-03", "half", "2027-05-01", "2027-03-31"),
    ],
)
def test_a_coarse_layout_is_released_at_the_end_of_a_row(
    text: str, layout: Layout, last: str, due: str
) -> None:
    found = parse_period(text, date.max)
    assert find_latest_cutoff(found, layout, date.fromisoformat(last)) == date.fromisoformat(due)
    validate_cutoff(found, layout, date.fromisoformat(due))


@pytest.mark.parametrize(
    ("text", "layout", "day"),
    [
        ("fy2570", "quarter", "2026-11-23"),  # no complete row
        ("fy2570", "quarter", "2027-01-15"),  # between two rows
        ("2569-11", "quarter", "2026-12-31"),  # a single month
        ("2569-10..2569-11", "quarter", "2026-12-31"),
        ("2570Q1", "half", "2027-03-31"),
    ],
)
def test_what_would_tell_a_month_is_refused(text: str, layout: Layout, day: str) -> None:
    with pytest.raises(PeriodError, match="/"):
        validate_cutoff(parse_period(text, date.max), layout, date.fromisoformat(day))
