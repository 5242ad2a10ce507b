"""All files of a release, each a form of the same tables: what is published is made here, and nowhere else."""

from collections.abc import Callable, Iterator

from ita_stats.cases.model import ReleaseInfo, StatisticsTables
from ita_stats.render import html as page
from ita_stats.render import json_schema as published
from ita_stats.render import pdf as report
from ita_stats.render import sanitize as legible
from ita_stats.render import spreadsheet as sheet
from ita_stats.render import svg_chart as chart
from ita_stats.render.document import document

TYPES = {
    "statistics.html": "text/html; charset=utf-8",
    "statistics.json": "application/json",
    "statistics.schema.json": "application/schema+json",
    "statistics.csv": "text/csv; charset=utf-8",
    "statistics.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "rows.svg": "image/svg+xml",
    "categories.svg": "image/svg+xml",
    "statistics.pdf": "application/pdf",
    "statistics.png": "image/png",
}
"""The files of a release by name, in the order in which they are made, and what they are served as."""


def rendered(
    tables: StatisticsTables, issue: ReleaseInfo, signatory: str | None = None
) -> Iterator[tuple[str, bytes]]:
    """The files, by name, one after the other, so that who writes them holds one at a time; their names are `TYPES`'.

    issue: which release of the period it is, and what changed. signatory: the title of who signs the PDF, for a block
    to sign in; None leaves it out. The same arguments give the same bytes, on any day and machine with this version.
    Raises ValueError for exact tables, which are not for publishing.
    """
    if tables.exact:
        raise ValueError("exact tables are for officers only and are never rendered for publishing")
    tables, issue = legible.tables(tables), legible.issue(issue)
    printed = document(tables, issue)
    makers: tuple[Callable[[], bytes], ...] = (
        lambda: page.page(printed).encode(),
        lambda: published.written(tables, issue).encode(),
        lambda: published.schema().encode(),
        lambda: sheet.as_csv(printed),
        lambda: sheet.as_xlsx(printed),
        lambda: chart.svg(chart.rows(printed)).encode(),
        lambda: chart.svg(chart.categories(printed)).encode(),
        lambda: report.as_pdf(printed, signatory and legible.text(signatory)),
        lambda: report.as_card(printed),
    )
    for name, make in zip(TYPES, makers, strict=True):
        yield name, make()
