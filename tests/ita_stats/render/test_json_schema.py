"""The JSON of the statistics is valid against its schema and can be parsed back."""

import json
from datetime import date

import pytest
from pydantic import ValidationError

from ita_stats.cases.model import Layout, StatisticsTables
from ita_stats.cases.splits import SpanRules, count_splits
from ita_stats.cases.tables import TableRequest, build_public_tables
from ita_stats.disclosure.spans import SplitSpan
from ita_stats.period import parse_period
from ita_stats.render.json_schema import StatisticsJson
from ita_stats.render.json_text import (
    is_told_once,
    parse_statistics,
    parse_told_splits,
    serialize_statistics,
    serialize_told_splits,
)
from tests.ita_stats.cases.sample_facts import CATEGORIES, TERMS, count_facts, make_year_of_facts

SPAN = SplitSpan(2569, 1)
SPAN_RULES = SpanRules(SPAN, 5, 15, CATEGORIES, can_have_others=False)
PINNED = {
    "period", "cutoff", "layout", "total", "brought_forward", "carried_over", "rows", "months", "categories",
    "sources", "outcomes", "days", "statement", "splits_from",
}  # fmt: skip


def tables(layout: Layout, cases: int, *, told: bool = True) -> StatisticsTables:
    """Tables for the public, of half a year."""
    whole = parse_period("2569H1", date.max)
    wish, facts = TableRequest(whole, whole.last, layout), make_year_of_facts(1, cases)
    splits = count_splits(count_facts(facts, (SPAN.last,)), TERMS, SPAN_RULES, b"") if told else None
    return build_public_tables(count_facts(facts, wish.days), TERMS, wish, splits, "2/2569")


@pytest.mark.parametrize("layout", ["month", "quarter"])
@pytest.mark.parametrize("cases", [0, 20, 500])
@pytest.mark.parametrize("told", [True, False])
def test_what_is_written_is_read_back_whole(layout: Layout, cases: int, told: bool) -> None:
    found = tables(layout, cases, told=told)
    assert parse_statistics(serialize_statistics(found)) == found
    assert serialize_statistics(parse_statistics(serialize_statistics(found))) == serialize_statistics(found)


@pytest.mark.parametrize("cases", [0, 20, 500])
def test_stored_splits_are_read_back_whole(cases: int) -> None:
    told = count_splits(count_facts(make_year_of_facts(1, cases), (SPAN.last,)), TERMS, SPAN_RULES, b"")
    assert parse_told_splits(serialize_told_splits(told)) == told


def test_a_release_of_an_earlier_version_is_known_and_read() -> None:
    found = json.loads(serialize_statistics(tables("month", 60)))
    assert is_told_once(json.dumps(found))
    earlier = {key: value for key, value in found.items() if key not in {"splits", "splits_from"}}
    earlier["days"] = {key: value for key, value in found["days"].items() if key != "median_class"}
    assert not is_told_once(json.dumps(earlier))
    read = parse_statistics(json.dumps(earlier))
    assert (read.splits, read.splits_from, read.days.median_class) == (None, None, None)


def test_the_pinned_names_are_there() -> None:
    found = json.loads(serialize_statistics(tables("month", 20)))
    assert set(found) >= PINNED
    figures_ = {"received", "done", "in_progress", "not_accepted"}
    assert set(found["total"]) == figures_
    assert set(found["period"]) >= {"from", "to", "label"}
    assert set(found["rows"][0]) >= {"label", "months", *figures_}
    assert set(found["months"][0]) >= {"month", *figures_}
    assert all(
        set(one) >= {"name", *figures_}
        for name in ("categories", "sources", "outcomes")
        for one in found[name]
    )
    assert set(found["days"]) >= {"median", "within_deadline"}


def test_the_schema_names_what_is_published_and_forbids_the_rest() -> None:
    schema = StatisticsJson.model_json_schema(by_alias=True)
    found = json.loads(serialize_statistics(tables("month", 20)))
    assert (
        set(schema["properties"])
        == set(found)
        == {*schema["required"], "splits", "splits_from", "service", "remark", "measures"}
    )
    assert schema["additionalProperties"] is False
    assert "from" in schema["$defs"]["PeriodJson"]["properties"]
    with pytest.raises(ValidationError):
        parse_statistics(json.dumps({**found, "reporter": "x"}))
