"""Statistics as HTML: a standalone page, a fragment for another page, and plain markup for WordPress.

A server with its own policy for the page or fragment must name the hash of `STATISTICS_STYLE` there.
"""

import re
from collections.abc import Sequence
from importlib.resources import files

from markupsafe import Markup

from ita_stats.render.document import (
    BlankCell,
    StatisticsDocument,
    describe_statistics,
    format_cell,
    get_heading,
)
from ita_stats.render.standalone_page import TEMPLATES, NamedLink, PageStyle, render_standalone_page
from ita_stats.render.svg_chart import build_charts, render_chart_svg

STATISTICS_STYLE = PageStyle((files("ita_stats") / "templates" / "page.css").read_text("utf-8"))
TEMPLATES.tests["blank_cell"] = lambda cell: isinstance(cell, BlankCell)
_STYLE_ELEMENT = re.compile("<style>(.*?)</style>", re.DOTALL)
STATISTICS_DOWNLOADS = (
    NamedLink("PDF", "statistics.pdf"),
    NamedLink("Excel", "statistics.xlsx"),
    NamedLink("CSV", "statistics.csv"),
    NamedLink("JSON", "statistics.json"),
)
"""The files beside the page in a release."""


def render_statistics_page(
    document: StatisticsDocument, links: Sequence[NamedLink] = STATISTICS_DOWNLOADS
) -> str:
    """Render the whole page, for a file or a frame."""
    tables = document.tables
    title = f"{document.title[0]} {document.period[0]} {tables.office_th}"
    return render_standalone_page(title, render_statistics_fragment(document, links), STATISTICS_STYLE)


def extract_page_csp(text: str) -> str:
    """Return the Content-Security-Policy that a page needs, also one of an earlier version.

    Whoever serves it adds `frame-ancestors`, which a page cannot set itself. Raises ValueError for text that is not
    a page of ours.
    """
    found = _STYLE_ELEMENT.search(text)
    if found is None:
        raise ValueError("a page of the statistics has a <style>")
    return PageStyle(found[1]).page_policy


def render_statistics_fragment(
    document: StatisticsDocument, links: Sequence[NamedLink] = STATISTICS_DOWNLOADS
) -> str:
    """Render one <article> with tables, charts and notes, for a page that has `STATISTICS_STYLE` or its own style."""
    return TEMPLATES.get_template("fragment.html").render(
        document=document,
        tables=document.tables,
        charts=[Markup(render_chart_svg(one)) for one in build_charts(document)],  # noqa: S704 - escaped where it was made
        links=links,
        heading=get_heading,
        shown=format_cell,
    )


def render_wordpress_html(document: StatisticsDocument, picture: str, links: Sequence[NamedLink]) -> str:
    """Render markup that WordPress lets through: headings, tables, lists, links and an <img>; no style, SVG or form.

    It is one HTML block in WordPress's own notation, so that its editor leaves it unchanged. picture: URL of the
    release's PNG; links: its files.
    """
    return TEMPLATES.get_template("plain.html").render(
        document=document,
        tables=document.tables,
        picture=picture,
        alt=describe_statistics(document),
        links=links,
        heading=get_heading,
        shown=format_cell,
    )
