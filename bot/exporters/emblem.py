"""The emblem that an office gives for its letters: a PNG file beside office.toml. None is invented for it."""

import struct
from base64 import b64encode
from pathlib import Path

from bot.errors import ConfigurationError

MAX_EMBLEM_BYTES = 512 * 1024
MIN_EMBLEM_PIXELS = 300
"""Pixels of its height: on paper it is 30 mm high, at 250 dpi."""

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_END = b"IEND\xaeB`\x82"
"""The last chunk of a PNG: a file that was cut off lacks it."""

_SIZE_AT = 16
"""Where width and height of a PNG stand, in its first chunk."""


def check_emblem(path: Path) -> None:
    """Raise `ConfigurationError` where the emblem of an office cannot be printed: what is wrong, and what is wanted."""
    try:
        content = path.read_bytes()
    except OSError:
        wrong = "ไม่พบหรืออ่านไม่ได้ ไฟล์ต้องอยู่ข้าง office.toml / cannot be read; the file belongs beside office.toml"
        raise ConfigurationError(f"emblem: {path}: {wrong}") from None
    size = _read_size(content) if content.endswith(_END) else None
    if len(content) > MAX_EMBLEM_BYTES or size is None or size[1] < MIN_EMBLEM_PIXELS:
        raise ConfigurationError(
            f"emblem: {path}: ต้องเป็นไฟล์ PNG สูงอย่างน้อย {MIN_EMBLEM_PIXELS} จุด ไม่เกิน {MAX_EMBLEM_BYTES // 1024} KB"
            f" / must be a PNG, at least {MIN_EMBLEM_PIXELS} pixels high, of {MAX_EMBLEM_BYTES // 1024} KB at most"
        )


def load_emblem_svg(path: Path) -> str:
    """Return an emblem as an SVG text, as a template takes it; empty where the file has gone since the start."""
    try:
        content = path.read_bytes()
    except OSError:
        return ""
    size = _read_size(content)
    if size is None:
        return ""
    width, height = size
    picture = b64encode(content).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
        f'<image width="{width}" height="{height}" href="data:image/png;base64,{picture}"/></svg>'
    )


def _read_size(content: bytes) -> tuple[int, int] | None:
    """Return width and height of a PNG in pixels; None where it is none."""
    if not content.startswith(_SIGNATURE) or len(content) < _SIZE_AT + 8:
        return None
    width, height = struct.unpack_from(">II", content, _SIZE_AT)
    return (int(width), int(height)) if width and height else None
