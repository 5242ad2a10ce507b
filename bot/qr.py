"""A QR code as a picture, drawn here: whoever draws it elsewhere would know what is in it."""

from io import BytesIO

import segno

SCALE, BORDER = 8, 4
"""Pixels of a module, and modules of quiet around it, as the standard asks."""


def drawn(words: str) -> bytes:
    """Words as a PNG picture."""
    made = BytesIO()
    segno.make(words, error="m", micro=False).save(made, kind="png", scale=SCALE, border=BORDER)
    return made.getvalue()
