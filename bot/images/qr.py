"""A QR code as a picture, drawn here: whoever draws it elsewhere would know what is in it."""

from io import BytesIO, StringIO
from pathlib import Path

import segno

SCALE, BORDER = 8, 4
"""Pixels of a module, and modules of quiet around it, as the standard asks."""


def write_qr_file(words: str, file: Path) -> None:
    """Words as a QR code in a file, for print: SVG or PNG, as its name ends."""
    segno.make(words, error="m", micro=False).save(str(file), scale=SCALE, border=BORDER)


def render_qr_text(words: str) -> str:
    """Words as a QR code of letters, for a terminal."""
    made = StringIO()
    segno.make(words, error="m", micro=False).terminal(made, compact=True)
    return made.getvalue()


def render_qr_png(words: str) -> bytes:
    """Words as a PNG picture."""
    made = BytesIO()
    segno.make(words, error="m", micro=False).save(made, kind="png", scale=SCALE, border=BORDER)
    return made.getvalue()
