"""Sample files as people and attackers send them: made on demand, named by what they are."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from PIL import Image


@cache
def make_photo() -> bytes:
    """A small JPEG with a location and a camera in its EXIF data."""
    exif = Image.Exif()
    exif[0x010F] = "CANARYCAMERA"
    out = io.BytesIO()
    Image.effect_noise((320, 240), 60).convert("RGB").save(out, "JPEG", exif=exif)
    return out.getvalue()


def make_png(width: int = 40, height: int = 30) -> bytes:
    """A PNG that claims any size; only a small one contains its pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    pixels = zlib.compress(b"".join(b"\0" + bytes(3 * width) for _ in range(min(height, 100))))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def make_docx(unfolded: int = 1000) -> bytes:
    """A Word document whose text decompresses to `unfolded` bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("[Content_Types].xml", "<Types/>")
        with z.open("word/document.xml", "w") as part:
            for _ in range(unfolded // 1_000_000):
                part.write(bytes(1_000_000))
            part.write(bytes(unfolded % 1_000_000))
    return out.getvalue()


def make_zip() -> bytes:
    """A plain zip with an executable in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        z.writestr("a.exe", b"MZ")
    return out.getvalue()


def make_rar() -> bytes:
    """The head of a RAR archive."""
    return b"Rar!\x1a\x07\x01\0" + bytes(20)


SAMPLE_FILES: Mapping[str, Callable[[], bytes]] = {
    "ภาพถ่าย.jpg": make_photo,
    "ภาพ.png": make_png,
    "เอกสาร.pdf": lambda: b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n",
    "บันทึก.docx": make_docx,
    "ข้อความ.txt": lambda: "ใบเสร็จเลขที่ ๑๒".encode(),
    "ว่าง.jpg": lambda: b"",
    "ใหญ่.jpg": lambda: make_photo() + bytes(21 * 1024 * 1024),
    "ใบเสร็จ.pdf": make_png,  # a PNG by content
    "รูป.jpg": lambda: b"MZ\x90\x00" + bytes(300) + b"This program cannot be run in DOS mode",
    "ระเบิด.png": lambda: make_png(60_000, 60_000),
    "ระเบิด.docx": lambda: make_docx(600_000_000),
    "รวม.rar": make_rar,
    "สลิปสมชาย.png": make_png,
}


def write_sample_file(folder: Path, name: str) -> Path:
    """Write a sample file into a folder."""
    path = folder / name
    path.write_bytes(SAMPLE_FILES[name]())
    return path
