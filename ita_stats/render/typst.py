"""The only module that calls Typst: render a template and its data to an archival PDF, or to PNG pages."""

import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.resources import as_file, files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
OTHER_SCRIPTS_CHARACTERS = (
    "\u0e81\u0e82\u0e84\u0e87\u0e88\u0e8a\u0e8d\u0e94-\u0e97\u0e99-\u0e9f\u0ea1-\u0ea3\u0ea5\u0ea7\u0eaa\u0eab"
    "\u0ead-\u0eb9\u0ebb-\u0ebd\u0ec0-\u0ec4\u0ec6\u0ec8-\u0ecd\u0ed0-\u0ed9\u0edc-\u0edf"
    "\u1000-\u109f\ua9e0-\ua9fe\uaa60-\uaa7f\u1780-\u17dd\u17e0-\u17e9\u17f0-\u17f9\u19e0-\u19ff"
    "\u3000-\u3003\u3005-\u3007\u300a-\u3019\u301c-\u301f\u3041-\u3094\u3099-\u309e\u30a0-\u30f6\u30fb-\u30fe"
    "\u3105-\u3129\u3131-\u318e\u4e00-\u9fa5\uac00-\ud7a3\uf900-\ufa2d\uff01-\uff5e\uffe0-\uffe6"
)
"""The characters of the other fonts in the package, as regex ranges: Lao, Burmese, Khmer, Chinese, Japanese, Korean."""
_NOT_PLAIN_PATTERN = re.compile(f"[^{SARABUN_CHARACTERS}{OTHER_SCRIPTS_CHARACTERS}]")


def render_archival_pdf(template: str, data: TemplateData, at: datetime) -> bytes:
    """Render a PDF for archives (PDF/A-2b, ISO 19005-2) and screen readers (PDF/UA-1, ISO 14289-1). `at`: its date.

    Only the fonts in the package are used. The same arguments give the same bytes.
    """
    import typst  # takes 7 MB, so only when a document is typeset

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
    """Render a PDF of a caller's template, without archival standards: it is read or encrypted, not archived.

    The template may use every font of the package; `find_missing_characters` tells what none of them has.
    """
    import typst  # takes 7 MB, so only when a document is typeset

    return typst.compile(
        source,
        format="pdf",
        font_paths=_load_fonts(),
        ignore_system_fonts=True,
        sys_inputs=_build_inputs(data, _NOT_PLAIN_PATTERN),
        timestamp=int(at.timestamp()),
    )


def find_missing_characters(data: TemplateData) -> list[str]:
    """Return the characters of a plain PDF's data that no font of the package has, each once, in order of code.

    What is not seen by itself (line breaks, joiners, variation selectors) is left out.
    """
    found = set(_NOT_PLAIN_PATTERN.findall(json.dumps(data, ensure_ascii=False)))
    return sorted(one for one in found if unicodedata.category(one) not in {"Cc", "Cf", "Mn", "Zl", "Zp"})


def render_png_pages(
    template: str, data: TemplateData, at: datetime, ppi: float = POINTS_PER_INCH
) -> list[bytes]:
    """Render the pages as PNG."""
    import typst  # as above

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
def _load_fonts() -> "typst.Fonts":
    """Load the fonts of the package, and no other: Sarabun, and those of other scripts for plain PDFs."""
    import typst  # as above

    with as_file(_PACKAGE_FOLDER / "fonts") as folder:
        return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])


def _read_template(template: str) -> bytes:
    return (_PACKAGE_FOLDER / "templates" / template).read_bytes()


def _build_inputs(data: TemplateData, unsupported: re.Pattern[str] = _UNSUPPORTED_PATTERN) -> dict[str, str]:
    return {"data": unsupported.sub(MISSING_CHARACTER, json.dumps(data, ensure_ascii=False, sort_keys=True))}
