"""The statistics as a page that stands alone, in a frame, and on paper.

Its only style is one <style> element, which the page's own policy allows by its SHA-256 (`STYLE_HASH`; a site that
serves the page under a policy of its own names the same hash). There is no script, no inline style, no request.
"""

import base64
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ita_stats import chart
from ita_stats.grid import Document, heading, shown

STYLE = (files("ita_stats") / "templates" / "page.css").read_text("utf-8")
STYLE_HASH = "sha256-" + base64.b64encode(sha256(STYLE.encode()).digest()).decode()
"""What a Content-Security-Policy's style-src names, in single quotes, so that the page has its style."""

_pages = Environment(
    loader=PackageLoader("ita_stats"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    auto_reload=False,
)


def page(document: Document) -> str:
    """The whole page."""
    inside = Markup(content(document))  # noqa: S704 - escaped where it was made
    return (
        _pages.get_template("page.html").render(
            document=document,
            tables=document.tables,
            style=Markup(STYLE),  # noqa: S704 - our own file; its hash is over these bytes
            style_hash=STYLE_HASH,
            content=inside,
        )
        + "\n"
    )


def content(document: Document) -> str:
    """Only what is inside the page: tables, charts, notes, for a site that has its own page about it."""
    charts = [chart.rows(document), chart.categories(document)]
    return _pages.get_template("content.html").render(
        document=document,
        tables=document.tables,
        charts=[Markup(one) for one in charts],  # noqa: S704 - escaped where it was made
        heading=heading,
        shown=shown,
    )
