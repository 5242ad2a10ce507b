"""The JSON of the statistics is valid against its schema and can be parsed back."""

import json
from datetime import date

import pytest
from pydantic import ValidationError

from ita_stats.cases.model import Layout, StatisticsTables
from ita_stats.cases.tables import build_protected_tables, build_table_request
from ita_stats.period import parse_period
from ita_stats.render.json_schema import StatisticsJson, parse_statistics, serialize_statistics
from tests.ita_stats.cases.sample_facts import TERMS, count_facts, make_year_of_facts

PINNED = {
    "period", "cutoff", "layout", "total", "brought_forward", "carried_over", "rows", "months", "categories",
    "sources", "outcomes", "days", "statement",
}  # fmt: skip


def tables(layout: Layout, cases: int) -> StatisticsTables:
    """Protected tables of half a year."""
    whole = parse_period("2569H1", date.max)
    wish = build_table_request(whole, whole.last, layout, [])
    return build_protected_tables(count_facts(make_year_of_facts(1, cases), wish.days), TERMS, wish, b"salt")


@pytest.mark.parametrize("layout", ["month", "quarter"])
@pytest.mark.parametrize("cases", [0, 20, 500])
def test_what_is_written_is_read_back_whole(layout: Layout, cases: int) -> None:
    found = tables(layout, cases)
    assert parse_statistics(serialize_statistics(found)) == found
    assert serialize_statistics(parse_statistics(serialize_statistics(found))) == serialize_statistics(found)


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
    assert set(schema["properties"]) == set(found) == set(schema["required"])
    assert schema["additionalProperties"] is False
    assert "from" in schema["$defs"]["PeriodJson"]["properties"]
    with pytest.raises(ValidationError):
        parse_statistics(json.dumps({**found, "reporter": "x"}))
