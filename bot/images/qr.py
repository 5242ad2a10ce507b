"""QR codes, drawn locally: an external service would learn their content."""

from io import BytesIO, StringIO
from pathlib import Path

import segno

SCALE, BORDER = 8, 4
"""Pixels per module, and width of the quiet zone in modules (ISO/IEC 18004 demands 4)."""


def write_qr_file(text: str, file: Path) -> None:
    """Write a text as a QR code to a file, for print: SVG or PNG by the file's suffix."""
    segno.make(text, error="m", micro=False).save(str(file), scale=SCALE, border=BORDER)


def render_qr_text(text: str) -> str:
    """Render a text as a QR code of block characters, for a terminal."""
    out = StringIO()
    segno.make(text, error="m", micro=False).terminal(out, compact=True)
    return out.getvalue()


def render_qr_svg(text: str) -> str:
    """Render a text as a QR code in SVG, to be typeset."""
    out = BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", border=BORDER)
    return out.getvalue().decode()


def render_qr_png(text: str) -> bytes:
    """Render a text as a QR code in PNG."""
    out = BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="png", scale=SCALE, border=BORDER)
    return out.getvalue()
