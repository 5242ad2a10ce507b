"""The JSON of the statistics is what its schema says, and can be read back whole."""

import json
from datetime import date

import pytest
from pydantic import ValidationError

from ita_stats import period
from ita_stats.cases import tables as figures
from ita_stats.cases import timeline as course
from ita_stats.cases.model import Layout, StatisticsTables
from ita_stats.render import json_schema as published
from ita_stats.render.json_schema import StatisticsJson
from tests.ita_stats.registers import TERMS, make_year_of_facts

PINNED = {
    "period", "cutoff", "layout", "total", "brought_forward", "carried_over", "rows", "months", "categories",
    "sources", "outcomes", "days", "statement",
}  # fmt: skip


def tables(layout: Layout, cases: int) -> StatisticsTables:
    """Protected tables of half a year."""
    whole = period.parse_period("2569H1", date.max)
    wish = figures.build_table_request(whole, whole.last, layout, [])
    return figures.build_protected_tables(
        course.count_timelines(make_year_of_facts(1, cases), wish.days), TERMS, wish, b"salt"
    )


@pytest.mark.parametrize("layout", ["month", "quarter"])
@pytest.mark.parametrize("cases", [0, 20, 500])
def test_what_is_written_is_read_back_whole(layout: Layout, cases: int) -> None:
    found = tables(layout, cases)
    assert published.parse_statistics(published.serialize_statistics(found)) == found
    assert published.serialize_statistics(
        published.parse_statistics(published.serialize_statistics(found))
    ) == published.serialize_statistics(found)


def test_the_pinned_names_are_there() -> None:
    found = json.loads(published.serialize_statistics(tables("month", 20)))
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
    found = json.loads(published.serialize_statistics(tables("month", 20)))
    assert set(schema["properties"]) == set(found) == set(schema["required"])
    assert schema["additionalProperties"] is False
    assert "from" in schema["$defs"]["PeriodJson"]["properties"]
    with pytest.raises(ValidationError):
        published.parse_statistics(json.dumps({**found, "reporter": "x"}))
