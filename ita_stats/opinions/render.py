"""Render all files of a consultation's results from the same figures."""

from collections.abc import Callable

from ita_stats.opinions.json_schema import build_results_schema, serialize_results
from ita_stats.opinions.render_csv import render_results_csv
from ita_stats.opinions.render_html import render_results_page
from ita_stats.opinions.render_pdf import render_results_pdf
from ita_stats.opinions.results import PublishedResults
from ita_stats.opinions.strings import get_opinion_text
from ita_stats.render.standalone_page import NamedLink

RESULTS_FILE_TYPES = {
    "index.html": "text/html; charset=utf-8",
    "en.html": "text/html; charset=utf-8",
    "results.pdf": "application/pdf",
    "results.csv": "text/csv; charset=utf-8",
    "results.json": "application/json",
    "results.schema.json": "application/schema+json",
}
"""The files by name, with their media types."""


def render_results_file(found: PublishedResults, name: str) -> bytes:
    """Render one file. The same results give the same bytes, on any day and machine. Raises KeyError."""
    return _RENDERERS[name](found)


def build_language_link(lang: str, address: str) -> NamedLink:
    """Build the link to a page in another language, named in that language."""
    return NamedLink(get_opinion_text("list", f"language_{lang}")[0], address)


def _render_pdf(found: PublishedResults) -> bytes:
    return render_results_pdf(found)


def _render_csv(found: PublishedResults) -> bytes:
    return render_results_csv(found)


_RENDERERS: dict[str, Callable[[PublishedResults], bytes]] = {
    "index.html": lambda found: render_results_page(
        found, "th", build_language_link("en", "en.html")
    ).encode(),
    "en.html": lambda found: render_results_page(
        found, "en", build_language_link("th", "index.html")
    ).encode(),
    "results.pdf": _render_pdf,
    "results.csv": _render_csv,
    "results.json": serialize_results,
    "results.schema.json": lambda _: build_results_schema(),
}
