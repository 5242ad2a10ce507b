"""The annual report for the head: one paper for both desks, of published figures alone, so that it may be shown."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.desk_names import DeskName
from bot.papers.paper import Heading, ItemList, Paper, PaperBlock, PaperTable, Paragraph
from bot.papers.participation import ParticipationYear
from handlers.dialog.replies import Phrase
from handlers.i18n import render_text
from handlers.office import Office
from handlers.thai.dates import format_date
from ita_stats.cases.model import ReleaseInfo, StatisticsTables, StatusCounts
from ita_stats.render.document import MEASURE_TABLES, CellValue, build_statistics_document, format_cell


@dataclass(frozen=True, slots=True)
class AnnualFigures:
    """The newest published release of a fiscal year of a desk. name: as 12/2569."""

    name: str
    tables: StatisticsTables


@dataclass(frozen=True, slots=True)
class AnnualReport:
    """What the report of a fiscal year (Buddhist) is made of; a desk without a release of that year is missing."""

    year: int
    figures: Mapping[DeskName, AnnualFigures]
    participation: ParticipationYear


def build_annual_paper(office: Office, report: AnnualReport) -> Paper:
    """Build the paper, in Thai, with a line for the head's signature."""
    name, title = office.name.th, _say("title")
    year = _say("year", year=str(report.year))
    return Paper(
        name, title, (year,), tuple(_build_blocks(report)), f"{name} · {title} · {year}", office.head.th
    )


def _build_blocks(report: AnnualReport) -> Iterator[PaperBlock]:
    yield Paragraph(_say("about"))
    yield from _build_complaints(report.figures.get("complaints"))
    yield from _build_service(report.figures.get("service"))
    yield Heading(_say("participation"))
    activities, consultations = report.participation.activities, report.participation.consultations
    if activities or consultations:
        yield ItemList(
            (
                *(
                    f"{one.text.title} ({format_date(one.text.day, 'th')}) {one.text.total:,} คน"
                    for one in activities
                ),
                *(f"{one.title} ({format_date(one.closed_on, 'th')})" for one in consultations),
            )
        )
    else:
        yield Paragraph(_say("nothing"))
    yield Heading(_say("decide"))
    yield ItemList(tuple(_say("decide_lines").splitlines()))


def _build_complaints(found: AnnualFigures | None) -> Iterator[PaperBlock]:
    yield Heading(_say("complaints"))
    if found is None:
        yield Paragraph(_say("no_release"))
        return
    tables = found.tables
    yield Paragraph(_describe_release(found))
    if tables.statement:
        yield Paragraph(tables.statement, is_stressed=True)
    yield _build_table(found, "complaints_head")
    yield ItemList(
        (
            _say("brought", count=f"{tables.brought_forward:,}"),
            _say("carried", count=f"{tables.carried_over:,}"),
            _say("split"),
        )
    )
    yield from _build_measures(tables)


def _build_measures(tables: StatisticsTables) -> Iterator[PaperBlock]:
    """Yield how well the office worked in the span of the splits: the tables as they are published."""
    document = build_statistics_document(tables, ReleaseInfo())
    told = [table for table in document.others if table.code in MEASURE_TABLES]
    if tables.splits is None or tables.measures is None or not told:
        return
    yield Paragraph(_say("measures", span=tables.splits.span.label_th))
    for table in told:
        lines = [*table.body, *([table.foot] if table.foot else [])]
        rows = tuple((_name_cell(line[0]), _name_cell(line[1])) for line in lines)
        yield PaperTable((table.title[0], table.head[1][0]), rows, (5, 2), (False, True))


def _name_cell(cell: CellValue) -> str:
    return cell[0] if isinstance(cell, tuple) else format_cell(cell)


def _build_service(found: AnnualFigures | None) -> Iterator[PaperBlock]:
    yield Heading(_say("service"))
    if found is None:
        yield Paragraph(_say("no_release"))
        return
    yield Paragraph(_describe_release(found))
    yield _build_table(found, "service_head")
    days = found.tables.days
    if days.within_deadline is not None:
        share = f"{days.within_deadline * 100:.0f}"
        yield Paragraph(_say("in_time", share=share, days=str(days.deadline)))


def _describe_release(found: AnnualFigures) -> str:
    return _say("release", name=found.name, day=format_date(found.tables.as_of, "th"))


def _build_table(found: AnnualFigures, head: str) -> PaperTable:
    rows = [(row.label_th, *_write_counts(row.figures)) for row in found.tables.rows if row.reached]
    total = (_say("total"), *_write_counts(found.tables.total))
    heads = tuple(_say(head).split("|"))
    return PaperTable(heads, (*rows, total), (3, 2, 2, 2, 2), (False, True, True, True, True))


def _write_counts(counts: StatusCounts) -> tuple[str, ...]:
    return tuple("–" if cell is None else f"{cell:,}" for cell in counts.cells)


def _say(key: str, **args: str) -> str:
    return render_text(Phrase(f"annual.{key}", args), "th")
