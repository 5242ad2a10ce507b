"""The only module that calls Typst: render a template and its data to an archival PDF, or to PNG pages."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.resources import as_file, files

import typst

_PACKAGE_FOLDER = files("ita_stats")
TemplateData = Mapping[str, object]
"""What a template prints, by name: texts, figures, and lists and mappings of them."""
POINTS_PER_INCH = 72.0
"""At this resolution a pixel is a point of the template."""


SARABUN_CHARACTERS = (
    " -~\u00a0-\u017e\u0e01-\u0e3a\u0e3f-\u0e5b\u1e80-\u1e85\u1ea0-\u1ef9\u200b-\u200d\u2060\u2010\u2012-\u2015"
    "\u2018-\u201a\u201c-\u201e\u2020-\u2022\u2026\u2030\u2032\u2033\u2039\u203a\u2044\u2070\u2074-\u2079\u2080-\u2089"
    "\u20ac\u2122\u2190-\u2193\u2212\u221e\u2248\u2260\u2264\u2265\u25a0\u25ca"
)
"""The characters that Sarabun has, as regex ranges: Thai, accented Latin, Vietnamese, symbols."""
MISSING_CHARACTER = "\u25ca"
"""Replaces characters that the font lacks, since an archival PDF must not contain missing glyphs."""
_UNSUPPORTED_PATTERN = re.compile(f"[^{SARABUN_CHARACTERS}]")


def render_archival_pdf(template: str, data: TemplateData, at: datetime) -> bytes:
    """Render a PDF for archives (PDF/A-2b, ISO 19005-2) and screen readers (PDF/UA-1, ISO 14289-1). `at`: its date.

    Only the fonts in the package are used. The same arguments give the same bytes.
    """
    return typst.compile(
        _read_template(template),
        format="pdf",
        font_paths=_load_fonts(),
        ignore_system_fonts=True,
        sys_inputs=_build_inputs(data),
        pdf_standards=["a-2b", "ua-1"],
        timestamp=int(at.timestamp()),
    )


def render_plain_pdf(source: bytes, data: TemplateData, at: datetime) -> bytes:
    """Render a PDF of a caller's template, without archival standards: it is read or encrypted, not archived."""
    return typst.compile(
        source,
        format="pdf",
        font_paths=_load_fonts(),
        ignore_system_fonts=True,
        sys_inputs=_build_inputs(data),
        timestamp=int(at.timestamp()),
    )


def render_png_pages(
    template: str, data: TemplateData, at: datetime, ppi: float = POINTS_PER_INCH
) -> list[bytes]:
    """Render the pages as PNG."""
    found: bytes | list[bytes] = typst.compile(
        _read_template(template),
        format="png",
        ppi=ppi,
        font_paths=_load_fonts(),
        ignore_system_fonts=True,
        sys_inputs=_build_inputs(data),
        timestamp=int(at.timestamp()),
    )
    return found if isinstance(found, list) else [found]  # a single page comes without a list


def format_typst_date(at: datetime) -> list[int]:
    """Return an instant for Typst, which takes a time of day as UTC: year, month, day, hour, minute, second."""
    at = at.astimezone(UTC)
    return [at.year, at.month, at.day, at.hour, at.minute, at.second]


@cache
def _load_fonts() -> typst.Fonts:
    """Load Sarabun, and no other font."""
    with as_file(_PACKAGE_FOLDER / "fonts") as folder:
        return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])


def _read_template(template: str) -> bytes:
    return (_PACKAGE_FOLDER / "templates" / template).read_bytes()


def _build_inputs(data: TemplateData) -> dict[str, str]:
    return {
        "data": _UNSUPPORTED_PATTERN.sub(
            MISSING_CHARACTER, json.dumps(data, ensure_ascii=False, sort_keys=True)
        )
    }
