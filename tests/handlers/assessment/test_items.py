"""The items of assessments: every row is whole, years without rows are taken over, an office corrects them."""

import pytest
from pydantic import ValidationError

from handlers.assessment.items import (
    build_assessment,
    choose_variant,
    format_served_numbers,
    list_served_numbers,
    list_table_years,
    load_item_table,
)
from handlers.assessment.vocabulary import AgencyVariant, CoverageRule, ElementCode, ItaTopic
from handlers.office import AssessmentSettings, Bilingual, ItaItem, Office
from tests.in_memory_desk import OFFICE

PLAIN = OFFICE.model_copy(update={"items": ()})
NACC, MOE = AgencyVariant.NACC, AgencyVariant.MOE


def with_items(*items: ItaItem) -> Office:
    return OFFICE.model_copy(update={"items": items})


def list_numbers(year: int, variant: AgencyVariant) -> list[str]:
    return [item.number for item in build_assessment(PLAIN, year, variant).items]


def test_the_numbers_of_both_lists_that_offices_are_assessed_by() -> None:
    assert list_numbers(2563, MOE) == ["8", "25", "26", "27", "28", "29"]
    assert list_numbers(2569, NACC) == ["O3", "O16", "O17", "O18", "O19"]


def test_the_rule_of_what_statistics_cover_turned_round() -> None:
    rules = {
        (year, variant): item.coverage
        for year, variant in (
            (2563, MOE),
            (2566, NACC),
            (2568, NACC),
            (2569, NACC),
            (2569, AgencyVariant.VEC),
        )
        if (item := build_assessment(PLAIN, year, variant).find_item(ItaTopic.STATS)) is not None
    }
    assert list(rules.values()) == [
        CoverageRule.FIRST_HALF,
        CoverageRule.FIRST_HALF,
        CoverageRule.PREVIOUS_YEAR,
        CoverageRule.PREVIOUS_YEAR,
        CoverageRule.FIRST_HALF,
    ]


def test_the_words_of_a_coverage_name_its_year() -> None:
    item = build_assessment(PLAIN, 2569, NACC).find_item(ItaTopic.STATS)
    assert item is not None
    (words,) = (one.words.th for one in item.elements if one.code is ElementCode.STATISTICS_COVERAGE)
    assert words == "เป็นข้อมูลทั้งปีงบประมาณ พ.ศ. 2568"


def test_the_table_is_whole() -> None:
    table = load_item_table()
    rows = [(row.year, row.variant, row.topic) for row in table.items]
    assert len(set(rows)) == len(rows)
    assert {(row.year, row.variant) for row in table.items} == {(s.year, s.variant) for s in table.sources}
    assert set(table.variants) == set(AgencyVariant)
    assert set(table.coverage) == set(CoverageRule)
    by_coverage = {ElementCode.STATISTICS_COVERAGE, ElementCode.ACTIVITY_IN_YEAR}
    assert set(table.elements) == set(ElementCode) - by_coverage
    for row in table.items:
        assert not set(row.elements) & set(row.likely)
        assert row.elements or row.likely
        assert row.verified or not row.elements, "what was not read has no verified element"


@pytest.mark.parametrize("variant", AgencyVariant)
def test_every_year_of_every_list_is_built(variant: AgencyVariant) -> None:
    for year in (2556, *list_table_years(variant), 2600):
        found = build_assessment(PLAIN, year, variant)
        assert found.items
        if year not in list_table_years(variant):
            assert found.taken_from in list_table_years(variant)
            assert not any(one.is_verified for item in found.items for one in (item, *item.elements))


def test_a_year_that_was_not_read_is_verified_nowhere() -> None:
    found = build_assessment(PLAIN, 2567, NACC)
    assert not any(one.is_verified for item in found.items for one in (item, *item.elements))


def test_an_office_confirms_and_corrects_an_item() -> None:
    own = ItaItem(
        topic=ItaTopic.STATS,
        number="O21",
        assessment="ITA 2570",
        year=2570,
        variant=NACC,
        title=Bilingual(th="สถิติ"),
        coverage=CoverageRule.CALENDAR_FIRST_HALF,
        verified=True,
    )
    found = build_assessment(with_items(own), 2570, NACC)
    item = found.find_item(ItaTopic.STATS)
    assert item is not None
    assert (item.number, item.title.th, item.is_corrected) == ("O21", "สถิติ", True)
    assert all(element.is_verified for element in item.elements)
    assert any(element.words.th.endswith("มกราคมถึงมิถุนายน พ.ศ. 2570") for element in item.elements)
    others = [one for one in found.items if one is not item]
    assert not any(one.is_verified for one in others)
    assert build_assessment(with_items(own), 2571, NACC).items == build_assessment(PLAIN, 2571, NACC).items


def test_an_office_adds_an_item_that_the_year_has_not() -> None:
    own = ItaItem(topic=ItaTopic.OPINION, number="O20", assessment="ITA", year=2569, variant=NACC)
    numbers = [item.number for item in build_assessment(with_items(own), 2569, NACC).items]
    assert numbers == ["O3", "O16", "O17", "O18", "O20", "O19"]


def test_what_small_print_says() -> None:
    def small_print(office: Office) -> list[str]:
        return [format_served_numbers(list_served_numbers(office, topic)) for topic in ItaTopic]

    assert small_print(PLAIN) == ["8 / O3", "25 / O16", "26 / O17", "27 / O18", "28", "29 / O19"]
    own = ItaItem(topic=ItaTopic.STATS, number="O21", assessment="ITA 2570")
    assert small_print(with_items(own, own))[3] == "O21"


def test_whose_list_an_office_is_assessed_by() -> None:
    assert [choose_variant(PLAIN, year) for year in (2563, 2569, 2600)] == [MOE, NACC, NACC]
    own = OFFICE.model_copy(update={"assessment": AssessmentSettings(variant=MOE)})
    assert choose_variant(own, 2569) is MOE


@pytest.mark.parametrize(
    "half",
    [{"year": 2569}, {"variant": "nacc"}, {"verified": True}, {"coverage": "first_half"}],
)
def test_half_an_item_is_refused(half: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ItaItem.model_validate({"topic": "stats", "number": "O18", "assessment": "ITA", **half})
