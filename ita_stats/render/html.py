"""Statistics as HTML: a standalone page, a fragment for another page, and plain markup for WordPress.

The page's only style is one <style> element, which its policy allows by SHA-256 (`STATISTICS_STYLE_HASH`). There is no
script, no inline style and no request. A server with its own policy for the page or fragment must name that hash.
"""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ita_stats.render.document import StatisticsDocument, describe_statistics, format_cell, get_heading
from ita_stats.render.svg_chart import build_charts, render_chart_svg

STATISTICS_STYLE = (files("ita_stats") / "templates" / "page.css").read_text("utf-8")
_STYLE_ELEMENT = re.compile("<style>(.*?)</style>", re.DOTALL)
_CSP_TEMPLATE = "default-src 'none'; style-src '{style}'; base-uri 'none'; form-action 'none'"


def _hash_style(style: str) -> str:
    return "sha256-" + base64.b64encode(sha256(style.encode()).digest()).decode()


STATISTICS_STYLE_HASH = _hash_style(STATISTICS_STYLE)
"""For style-src in a Content-Security-Policy, in single quotes."""


@dataclass(frozen=True, slots=True)
class NamedLink:
    """A file of the release that can be downloaded."""

    name: str
    address: str


STATISTICS_DOWNLOADS = (
    NamedLink("PDF", "statistics.pdf"),
    NamedLink("Excel", "statistics.xlsx"),
    NamedLink("CSV", "statistics.csv"),
    NamedLink("JSON", "statistics.json"),
)
"""The files beside the page in a release."""

_environment = Environment(
    loader=PackageLoader("ita_stats"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)


def render_statistics_page(
    document: StatisticsDocument, links: Sequence[NamedLink] = STATISTICS_DOWNLOADS
) -> str:
    """Render the whole page, for a file or a frame."""
    return _environment.get_template("page.html").render(
        document=document,
        tables=document.tables,
        style=Markup(STATISTICS_STYLE),  # noqa: S704 - our own file; its hash is over these bytes
        policy=_CSP_TEMPLATE.format(style=STATISTICS_STYLE_HASH),
        content=Markup(render_statistics_fragment(document, links)),  # noqa: S704 - escaped where it was made
    )


def extract_page_csp(text: str) -> str:
    """Return the Content-Security-Policy that a page needs, also one of an earlier version.

    Whoever serves it adds `frame-ancestors`, which a page cannot set itself. Raises ValueError for text that is not
    a page of ours.
    """
    found = _STYLE_ELEMENT.search(text)
    if found is None:
        raise ValueError("a page of the statistics has a <style>")
    return _CSP_TEMPLATE.format(style=_hash_style(found[1]))


def render_statistics_fragment(
    document: StatisticsDocument, links: Sequence[NamedLink] = STATISTICS_DOWNLOADS
) -> str:
    """Render one <article> with tables, charts and notes, for a page that has `STATISTICS_STYLE` or its own style."""
    return _environment.get_template("fragment.html").render(
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
    return _environment.get_template("plain.html").render(
        document=document,
        tables=document.tables,
        picture=picture,
        alt=describe_statistics(document),
        links=links,
        heading=get_heading,
        shown=format_cell,
    )
