"""All files of a consultation's results: each a form of the same figures."""

from collections.abc import Callable

from ita_stats.opinions import json_schema as published
from ita_stats.opinions import render_html as page
from ita_stats.opinions.results import PublishedResults
from ita_stats.opinions.strings import pair
from ita_stats.render.html import NamedLink

TYPES = {
    "index.html": "text/html; charset=utf-8",
    "en.html": "text/html; charset=utf-8",
    "results.pdf": "application/pdf",
    "results.csv": "text/csv; charset=utf-8",
    "results.json": "application/json",
    "results.schema.json": "application/schema+json",
}
"""The files by name, and what they are served as."""


def rendered(found: PublishedResults, name: str) -> bytes:
    """One file. The same results give the same bytes, on any day and machine. Raises KeyError for another name."""
    return _MAKERS[name](found)


def _other(lang: str, address: str) -> NamedLink:
    return NamedLink(pair("list", f"language_{lang}")[0], address)


def _pdf(found: PublishedResults) -> bytes:
    from ita_stats.opinions import render_pdf as report  # what sets type is loaded by who needs it

    return report.as_pdf(found)


def _csv(found: PublishedResults) -> bytes:
    from ita_stats.opinions import render_csv as sheet  # as are spreadsheets

    return sheet.as_csv(found)


_MAKERS: dict[str, Callable[[PublishedResults], bytes]] = {
    "index.html": lambda found: page.page(found, "th", _other("en", "en.html")).encode(),
    "en.html": lambda found: page.page(found, "en", _other("th", "index.html")).encode(),
    "results.pdf": _pdf,
    "results.csv": _csv,
    "results.json": published.written,
    "results.schema.json": lambda _: published.schema(),
}
