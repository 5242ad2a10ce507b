"""The statistics as a page that stands alone, in a frame and on paper; as a fragment; and plain, for WordPress.

The page's only style is one <style> element, which its own policy allows by the SHA-256 of its text (`STYLE_HASH`).
There is no script, no inline style and no request. Who serves the page or the fragment under a policy of their own
names the same hash in it.
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
"""What a Content-Security-Policy's style-src names, in single quotes, so that the page has its style."""


@dataclass(frozen=True, slots=True)
class NamedLink:
    """A file of the release that may be fetched: what it is called, and its address."""

    name: str
    address: str


STATISTICS_DOWNLOADS = (
    NamedLink("PDF", "statistics.pdf"),
    NamedLink("Excel", "statistics.xlsx"),
    NamedLink("CSV", "statistics.csv"),
    NamedLink("JSON", "statistics.json"),
)
"""The files that stand beside the page in a release."""

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
    """The whole page, as a file or in a frame."""
    return _environment.get_template("page.html").render(
        document=document,
        tables=document.tables,
        style=Markup(STATISTICS_STYLE),  # noqa: S704 - our own file; its hash is over these bytes
        policy=_CSP_TEMPLATE.format(style=STATISTICS_STYLE_HASH),
        content=Markup(render_statistics_fragment(document, links)),  # noqa: S704 - escaped where it was made
    )


def extract_page_csp(text: str) -> str:
    """The Content-Security-Policy under which a page lives, one of an earlier version too.

    Who serves it adds `frame-ancestors`, which a page cannot say of itself. Raises ValueError for text that is no
    page of ours.
    """
    found = _STYLE_ELEMENT.search(text)
    if found is None:
        raise ValueError("a page of the statistics has a <style>")
    return _CSP_TEMPLATE.format(style=_hash_style(found[1]))


def render_statistics_fragment(
    document: StatisticsDocument, links: Sequence[NamedLink] = STATISTICS_DOWNLOADS
) -> str:
    """One <article>: tables, charts, notes, for a page that carries `STYLE` or a style of its own."""
    return _environment.get_template("fragment.html").render(
        document=document,
        tables=document.tables,
        charts=[Markup(render_chart_svg(one)) for one in build_charts(document)],  # noqa: S704 - escaped where it was made
        links=links,
        heading=get_heading,
        shown=format_cell,
    )


def render_wordpress_html(document: StatisticsDocument, picture: str, links: Sequence[NamedLink]) -> str:
    """What WordPress lets through: headings, tables, lists, links and an <img>, with no style, svg or form.

    It is one block of HTML in WordPress's own notation, so that its editor leaves it as it is. picture: the address
    of the release's PNG; links: of its files.
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
