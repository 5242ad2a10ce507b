"""Typst, in the one place that knows it: a template and its data become a PDF that keeps, or pictures."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import as_file, files

import typst

_FOLDER = files("ita_stats")
POINTS = 72.0
"""Of this many pixels to the inch, a pixel is a point of the template."""


def pdf(template: str, data: Mapping[str, object], at: datetime) -> bytes:
    """A PDF that keeps (PDF/A-2b, ISO 19005-2) and reads aloud (PDF/UA-1, ISO 14289-1), written at an instant.

    Only the fonts that come with the package are used. The same arguments give the same bytes.
    """
    return typst.compile(
        _source(template),
        format="pdf",
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs=_inputs(data),
        pdf_standards=["a-2b", "ua-1"],
        timestamp=int(at.timestamp()),
    )


def pictures(template: str, data: Mapping[str, object], at: datetime, ppi: float = POINTS) -> list[bytes]:
    """The pages as PNG."""
    found: bytes | list[bytes] = typst.compile(
        _source(template),
        format="png",
        ppi=ppi,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs=_inputs(data),
        timestamp=int(at.timestamp()),
    )
    return found if isinstance(found, list) else [found]  # a single page comes without a list


@cache
def _fonts() -> typst.Fonts:
    """Sarabun alone, read once."""
    with as_file(_FOLDER / "fonts") as folder:
        return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])


def _source(template: str) -> bytes:
    return (_FOLDER / "templates" / template).read_bytes()


def _inputs(data: Mapping[str, object]) -> dict[str, str]:
    return {"data": json.dumps(data, ensure_ascii=False, sort_keys=True)}
