"""The items of an assessment: the table of `items.toml`, as an office has corrected it in its office.toml."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict

from handlers.assessment.vocabulary import AgencyVariant, CoverageRule, ElementCode, ItaTopic
from handlers.office import Bilingual, ItaItem, Office

_USUAL_COVERAGE: Mapping[ElementCode, CoverageRule] = {
    ElementCode.STATISTICS_COVERAGE: CoverageRule.FIRST_HALF,
    ElementCode.ACTIVITY_IN_YEAR: CoverageRule.YEAR,
}
"""Elements whose words are those of the item's coverage rule, and the rule where the item has none."""


@dataclass(frozen=True, slots=True)
class AssessedElement:
    """What has to be shown for an item. is_verified: read in the rules of that year, or confirmed by the office."""

    code: ElementCode
    words: Bilingual
    is_verified: bool


@dataclass(frozen=True, slots=True)
class AssessedItem:
    """An item of an assessment. is_verified: its number and title; is_corrected: the office wrote them."""

    topic: ItaTopic
    number: str
    title: Bilingual
    coverage: CoverageRule
    is_verified: bool
    elements: tuple[AssessedElement, ...]
    is_corrected: bool = False


@dataclass(frozen=True, slots=True)
class Assessment:
    """The items that this software serves, in the assessment of a year (Buddhist).

    source: where the items were read. taken_from: the earlier year whose items stand in, so that none is verified;
    None where the year has its own.
    """

    year: int
    variant: AgencyVariant
    name: Bilingual
    source: Bilingual
    items: tuple[AssessedItem, ...]
    taken_from: int | None = None

    def find_item(self, topic: ItaTopic) -> AssessedItem | None:
        """Return the item of a topic; None where this assessment has none."""
        return next((item for item in self.items if item.topic is topic), None)


class _TableRow(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _ItemRow(_TableRow):
    year: int
    variant: AgencyVariant
    topic: ItaTopic
    number: str
    title: Bilingual
    verified: bool
    coverage: CoverageRule = CoverageRule.NONE
    elements: tuple[ElementCode, ...] = ()
    likely: tuple[ElementCode, ...] = ()


class _SourceRow(_TableRow):
    year: int
    variant: AgencyVariant
    th: str
    en: str


class _CoverageRow(_TableRow):
    th: str
    en: str

    def fill(self, year: int) -> Bilingual:
        """Return the words for a year: {year} and {before} are its places."""
        years = {"year": year, "before": year - 1}
        return Bilingual(th=self.th.format_map(years), en=self.en.format_map(years))


class ItemTable(_TableRow):
    """The whole of items.toml."""

    variants: Mapping[AgencyVariant, Bilingual]
    coverage: Mapping[CoverageRule, _CoverageRow]
    elements: Mapping[ElementCode, Bilingual]
    items: tuple[_ItemRow, ...]
    sources: tuple[_SourceRow, ...]


@cache
def load_item_table() -> ItemTable:
    """Load the table that comes with the program."""
    text = (files("handlers") / "assessment" / "items.toml").read_text("utf-8")
    return ItemTable.model_validate(tomllib.loads(text))


def list_table_years(variant: AgencyVariant) -> list[int]:
    """Return the years that the table has rows of, oldest first."""
    return sorted({row.year for row in load_item_table().items if row.variant is variant})


def choose_variant(office: Office, year: int) -> AgencyVariant:
    """Return whose rules an office is assessed by in a year.

    That is what office.toml says; else a variant that has rows of that year, the one of all agencies (NACC) before the
    others.
    """
    if office.assessment.variant is not None:
        return office.assessment.variant
    order = (AgencyVariant.NACC, *AgencyVariant)
    verified = {row.variant for row in load_item_table().items if row.year == year and row.verified}
    return next((variant for variant in order if variant in verified), AgencyVariant.NACC)


def build_assessment(office: Office, year: int, variant: AgencyVariant) -> Assessment:
    """Build the items of a year for a kind of agency, with the office's corrections.

    A year without rows takes those of the newest earlier one (else of the oldest), and nothing of it is verified but
    what the office confirmed. Raises LookupError where the table knows nothing of the variant.
    """
    table, years = load_item_table(), list_table_years(variant)
    if not years:
        raise LookupError(variant)
    rows_of = max((known for known in years if known <= year), default=years[0])
    rows = [row for row in table.items if row.variant is variant and row.year == rows_of]
    corrections = {item.topic: item for item in office.items if item.year == year and item.variant is variant}
    items = [
        _correct_item(_build_item(row, year, is_own=rows_of == year), corrections.get(row.topic), year)
        for row in rows
    ]
    there = {row.topic for row in rows}
    items += [
        _correct_item(_build_new_item(one), one, year)
        for topic, one in corrections.items()
        if topic not in there
    ]
    source = next(one for one in table.sources if one.variant is variant and one.year == rows_of)
    order = list(ItaTopic)
    return Assessment(
        year,
        variant,
        table.variants[variant],
        Bilingual(th=source.th, en=source.en),
        tuple(sorted(items, key=lambda item: order.index(item.topic))),
        None if rows_of == year else rows_of,
    )


def _build_item(row: _ItemRow, year: int, *, is_own: bool) -> AssessedItem:
    is_verified = row.verified and is_own
    elements = [
        *(_build_element(code, row.coverage, year, is_verified=is_verified) for code in row.elements),
        *(_build_element(code, row.coverage, year, is_verified=False) for code in row.likely),
    ]
    order = list(ElementCode)
    return AssessedItem(
        row.topic,
        row.number,
        row.title,
        row.coverage,
        is_verified,
        tuple(sorted(elements, key=lambda element: order.index(element.code))),
    )


def _build_new_item(correction: ItaItem) -> AssessedItem:
    """Build an item that the table does not have for the year: its elements are those of the topic in 2563."""
    known = load_item_table().items
    row = next(one for one in known if one.topic is correction.topic)
    return _build_item(row, correction.year or row.year, is_own=False)


def _build_element(
    code: ElementCode, coverage: CoverageRule, year: int, *, is_verified: bool
) -> AssessedElement:
    table = load_item_table()
    usual = _USUAL_COVERAGE.get(code)
    if usual is None:
        return AssessedElement(code, table.elements[code], is_verified)
    rule = usual if coverage is CoverageRule.NONE else coverage
    return AssessedElement(code, table.coverage[rule].fill(year), is_verified)


def _correct_item(item: AssessedItem, correction: ItaItem | None, year: int) -> AssessedItem:
    """Apply what the office wrote of an item; `verified = true` there confirms its elements too."""
    if correction is None:
        return item
    coverage = correction.coverage or item.coverage
    is_verified = item.is_verified if correction.verified is None else correction.verified
    elements = tuple(
        _build_element(
            one.code,
            coverage,
            year,
            is_verified=one.is_verified if correction.verified is None else correction.verified,
        )
        for one in item.elements
    )
    return replace(
        item,
        number=correction.number,
        title=correction.title or item.title,
        coverage=coverage,
        is_verified=is_verified,
        elements=elements,
        is_corrected=True,
    )


def list_served_numbers(office: Office, topic: ItaTopic) -> tuple[str, ...]:
    """Return the numbers of the items that a public page serves, each once, as its small print has them.

    Those of office.toml where it has any of the topic; else the first list of the Ministry of Education and the newest
    of all agencies, as far as they are verified.
    """
    own = [item.number for item in office.items if item.topic is topic]
    return tuple(dict.fromkeys(own or _list_known_numbers(topic)))


def _list_known_numbers(topic: ItaTopic) -> Iterable[str]:
    rows: Sequence[_ItemRow] = load_item_table().items
    for variant, year in (
        (AgencyVariant.MOE, min(list_table_years(AgencyVariant.MOE))),
        (AgencyVariant.NACC, max(list_table_years(AgencyVariant.NACC))),
    ):
        yield from (
            row.number
            for row in rows
            if row.variant is variant and row.year == year and row.topic is topic and row.verified
        )


def format_served_numbers(numbers: Iterable[str]) -> str:
    """Return numbers as small print has them: “27 / O18”; empty where there are none."""
    return " / ".join(numbers)
