"""Render all files of a release from the same tables. Everything published is rendered here."""

from collections.abc import Callable, Iterator

from ita_stats.cases.model import ReleaseInfo, StatisticsTables
from ita_stats.render.document import build_statistics_document
from ita_stats.render.html import render_statistics_page
from ita_stats.render.json_schema import build_statistics_schema
from ita_stats.render.json_text import serialize_statistics
from ita_stats.render.pdf import render_statistics_card, render_statistics_pdf
from ita_stats.render.sanitize import sanitize_release_info, sanitize_tables, strip_invisible
from ita_stats.render.spreadsheet import render_statistics_csv, render_statistics_xlsx
from ita_stats.render.svg_chart import build_category_chart, build_row_chart, render_chart_svg

RELEASE_FILE_TYPES = {
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
"""The files of a release by name, in the order in which they are rendered, with their media types."""


def render_release_files(
    tables: StatisticsTables, issue: ReleaseInfo, signatory: str | None = None
) -> Iterator[tuple[str, bytes]]:
    """Yield the files of `RELEASE_FILE_TYPES` by name, one after the other, so that callers hold one at a time.

    issue: which release of the period it is, and what changed. signatory: title for a signature block in the PDF; None
    leaves it out. The same arguments give the same bytes, on any day and machine with this version.
    Raises ValueError for exact tables, which are not for publishing.
    """
    if tables.exact:
        raise ValueError("exact tables are for officers only and are never rendered for publishing")
    tables, issue = sanitize_tables(tables), sanitize_release_info(issue)
    printed = build_statistics_document(tables, issue)
    makers: tuple[Callable[[], bytes], ...] = (
        lambda: render_statistics_page(printed).encode(),
        lambda: serialize_statistics(tables, issue).encode(),
        lambda: build_statistics_schema().encode(),
        lambda: render_statistics_csv(printed),
        lambda: render_statistics_xlsx(printed),
        lambda: render_chart_svg(build_row_chart(printed)).encode(),
        lambda: render_chart_svg(build_category_chart(printed)).encode(),
        lambda: render_statistics_pdf(printed, signatory and strip_invisible(signatory)),
        lambda: render_statistics_card(printed),
    )
    for name, make in zip(RELEASE_FILE_TYPES, makers, strict=True):
        yield name, make()
