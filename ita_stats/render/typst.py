"""The only module that calls Typst: render a template and its data to an archival PDF, or to PNG pages."""

import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any

from ita_stats.errors import StatisticsError
from ita_stats.strings import get_statistics_text

if TYPE_CHECKING:
    import typst

_PACKAGE_FOLDER = files("ita_stats")


class NotTypesetError(StatisticsError):
    """Something that was put into a document cannot be drawn. It names nothing of its content."""


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
"""Replaces characters that every font lacks, since an archival PDF must not contain missing glyphs."""
OTHER_SCRIPTS_CHARACTERS = (
    "\u0e81\u0e82\u0e84\u0e87\u0e88\u0e8a\u0e8d\u0e94-\u0e97\u0e99-\u0e9f\u0ea1-\u0ea3\u0ea5\u0ea7\u0eaa\u0eab"
    "\u0ead-\u0eb9\u0ebb-\u0ebd\u0ec0-\u0ec4\u0ec6\u0ec8-\u0ecd\u0ed0-\u0ed9\u0edc-\u0edf"
    "\u1000-\u109f\ua9e0-\ua9fe\uaa60-\uaa7f\u1780-\u17dd\u17e0-\u17e9\u17f0-\u17f9\u19e0-\u19ff"
    "\u3000-\u3003\u3005-\u3007\u300a-\u3019\u301c-\u301f\u3041-\u3094\u3099-\u309e\u30a0-\u30f6\u30fb-\u30fe"
    "\u3105-\u3129\u3131-\u318e\u4e00-\u9fa5\uac00-\ud7a3\uf900-\ufa2d\uff01-\uff5e\uffe0-\uffe6"
    "\u0606-\u061b\u061d-\u06dc\u06de-\u06ff\u0750-\u077f\u0870-\u088e\u0898-\u08e1\u08e3-\u08ff\u1e9e\u2009"
    "\u2011\u202f\u204f\u221a\u25cc\u2e41\ufb50-\ufbc2\ufbd3-\ufd8f\ufd92-\ufdc7\ufdcf\ufdf0-\ufdff\ufe70-\ufe74"
    "\ufe76-\ufefc\U00010efd-\U00010eff"
    "\u203c\u2049\u20e3\u2139\u2194-\u2199\u21a9\u21aa\u231a\u231b\u2328\u23cf\u23e9-\u23f3\u23f8-\u23fa\u24c2"
    "\u25aa\u25ab\u25b6\u25c0\u25fb-\u25fe\u2600-\u2604\u260e\u2611\u2614\u2615\u2618\u261d\u2620\u2622\u2623"
    "\u2626\u262a\u262e\u262f\u2638-\u263a\u2640\u2642\u2648-\u2653\u265f\u2660\u2663\u2665\u2666\u2668\u267b"
    "\u267e\u267f\u2692-\u2697\u2699\u269b\u269c\u26a0\u26a1\u26a7\u26aa\u26ab\u26b0\u26b1\u26bd\u26be\u26c4"
    "\u26c5\u26c8\u26ce\u26cf\u26d1\u26d3\u26d4\u26e9\u26ea\u26f0-\u26f5\u26f7-\u26fa\u26fd\u2702\u2705"
    "\u2708-\u270d\u270f\u2712\u2714\u2716\u271d\u2721\u2728\u2733\u2734\u2744\u2747\u274c\u274e\u2753-\u2755"
    "\u2757\u2763\u2764\u2795-\u2797\u27a1\u27b0\u27bf\u2934\u2935\u2b05-\u2b07\u2b1b\u2b1c\u2b50\u2b55\u3030"
    "\u303d\u3297\u3299\U0001f004\U0001f0cf\U0001f170\U0001f171\U0001f17e\U0001f17f\U0001f18e"
    "\U0001f191-\U0001f19a\U0001f1e6-\U0001f1ff\U0001f201\U0001f202\U0001f21a\U0001f22f\U0001f232-\U0001f23a"
    "\U0001f250\U0001f251\U0001f300-\U0001f321\U0001f324-\U0001f393\U0001f396\U0001f397\U0001f399-\U0001f39b"
    "\U0001f39e-\U0001f3f0\U0001f3f3-\U0001f3f5\U0001f3f7-\U0001f4fd\U0001f4ff-\U0001f53d\U0001f549-\U0001f54e"
    "\U0001f550-\U0001f567\U0001f56f\U0001f570\U0001f573-\U0001f57a\U0001f587\U0001f58a-\U0001f58d\U0001f590"
    "\U0001f595\U0001f596\U0001f5a4\U0001f5a5\U0001f5a8\U0001f5b1\U0001f5b2\U0001f5bc\U0001f5c2-\U0001f5c4"
    "\U0001f5d1-\U0001f5d3\U0001f5dc-\U0001f5de\U0001f5e1\U0001f5e3\U0001f5e8\U0001f5ef\U0001f5f3"
    "\U0001f5fa-\U0001f64f\U0001f680-\U0001f6c5\U0001f6cb-\U0001f6d2\U0001f6d5-\U0001f6d9\U0001f6dc-\U0001f6e5"
    "\U0001f6e9\U0001f6eb\U0001f6ec\U0001f6f0\U0001f6f3-\U0001f6fc\U0001f7e0-\U0001f7eb\U0001f7f0"
    "\U0001f90c-\U0001f93a\U0001f93c-\U0001f945\U0001f947-\U0001f9ff\U0001fa70-\U0001fa7c\U0001fa80-\U0001fac6"
    "\U0001fac8\U0001facc-\U0001fadd\U0001fadf-\U0001faeb\U0001faef-\U0001fafa"
)
"""The characters of the other fonts in the package, as regex ranges.

Lao, Burmese, Khmer, Chinese, Japanese, Korean; Arabic; emoji in one colour. Taken from the tables of the fonts.
"""
_MISSING_PATTERN = re.compile(f"[^{SARABUN_CHARACTERS}{OTHER_SCRIPTS_CHARACTERS}]")
DOCUMENT_FONTS = (
    "Sarabun",
    "Noto Sans Lao",
    "Noto Sans Myanmar",
    "Noto Sans Khmer",
    "Noto Sans Arabic",
    "Droid Sans Fallback",
    "Noto Emoji",
)
"""The fonts of every document, in the order in which they are asked for a character."""

_VARIATION_SELECTORS = re.compile("[\ufe00-\ufe0f]")
"""Ask for another form of the character before, which none of the fonts has: they are left out."""


def render_archival_pdf(template: str, data: TemplateData, at: datetime) -> bytes:
    """Render a PDF for archives (PDF/A-2b, ISO 19005-2) and screen readers (PDF/UA-1, ISO 14289-1). `at`: its date.

    Only the fonts in the package are used. The same arguments give the same bytes.
    """
    return render_paper_pdf(_read_template(template), data, at)


def render_plain_pdf(source: bytes, data: TemplateData, at: datetime) -> bytes:
    """Render a PDF of a caller's template, without archival standards: it is read or encrypted, not archived.

    Raises NotTypesetError where something that was put in, such as a damaged picture, cannot be drawn.
    """
    import typst  # takes 7 MB, so only when a document is typeset

    try:
        return _compile(source, data, at, format="pdf")[0]
    except typst.TypstError:
        raise NotTypesetError from None


def render_paper_pdf(source: bytes, data: TemplateData, at: datetime) -> bytes:
    """Render a caller's template as `render_archival_pdf` does: for archives and screen readers."""
    return _compile(source, data, at, format="pdf", pdf_standards=["a-2b", "ua-1"])[0]


def render_paper_png(source: bytes, data: TemplateData, at: datetime, ppi: float = 150.0) -> bytes:
    """Render the first page of a caller's template as PNG."""
    return _compile(source, data, at, format="png", ppi=ppi)[0]


def find_missing_characters(data: TemplateData) -> list[str]:
    """Return the characters of a document's data that no font of the package has, each once, in order of code.

    What is not seen by itself (line breaks, joiners, variation selectors) is left out.
    """
    found = set(_MISSING_PATTERN.findall(json.dumps(data, ensure_ascii=False)))
    return sorted(one for one in found if unicodedata.category(one) not in {"Cc", "Cf", "Mn", "Zl", "Zp"})


def render_png_pages(
    template: str, data: TemplateData, at: datetime, ppi: float = POINTS_PER_INCH
) -> list[bytes]:
    """Render the pages as PNG."""
    return _compile(_read_template(template), data, at, format="png", ppi=ppi)


def _compile(source: bytes, data: TemplateData, at: datetime, **options: Any) -> list[bytes]:  # noqa: ANN401 - Typst's
    """Compile a template with the fonts of the package alone. Returns the file, or a picture of each page."""
    import typst  # takes 7 MB, so only when a document is typeset

    found: bytes | list[bytes] = typst.compile(
        _add_missing_note(source, data),
        font_paths=_load_fonts(),
        ignore_system_fonts=True,
        sys_inputs=_build_inputs(data),
        timestamp=int(at.timestamp()),
        **options,
    )
    return found if isinstance(found, list) else [found]  # a file or a single page comes without a list


def format_typst_date(at: datetime) -> list[int]:
    """Return an instant for Typst, which takes a time of day as UTC: year, month, day, hour, minute, second."""
    at = at.astimezone(UTC)
    return [at.year, at.month, at.day, at.hour, at.minute, at.second]


@cache
def _load_fonts() -> "typst.Fonts":
    """Load the fonts of the package, and no other: Sarabun, and those of other scripts."""
    import typst  # as above

    with as_file(_PACKAGE_FOLDER / "fonts") as folder:
        return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])


def _read_template(template: str) -> bytes:
    return (_PACKAGE_FOLDER / "templates" / template).read_bytes()


def _build_inputs(data: TemplateData) -> dict[str, str]:
    text = _VARIATION_SELECTORS.sub("", json.dumps(data, ensure_ascii=False, sort_keys=True))
    return {"data": _MISSING_PATTERN.sub(MISSING_CHARACTER, text)}


def _add_missing_note(source: bytes, data: TemplateData) -> bytes:
    """Add a last line to a template that says for how many characters ◊ stands, where there are any.

    Not where the data tells it itself, under `missing`, as the paper of a case does.
    """
    missing = set(find_missing_characters(data))
    if not missing or "missing" in data:
        return source
    count = sum(one in missing for one in json.dumps(data, ensure_ascii=False))
    words = get_statistics_text("heading", "missing", count=count, shown=MISSING_CHARACTER)
    note = json.dumps(" · ".join(words), ensure_ascii=False)
    return source + f"\n#block(above: 1em, text(size: 0.8em, {note}))\n".encode()
