"""A small file of each kind, as phones, offices and old programs make them; of some only the head is real."""

import io
import struct
import tarfile
import wave
import zipfile
from collections.abc import Callable, Mapping

import pypdfium2
from openpyxl import Workbook
from PIL import Image

from handlers.evidence.file_kinds import FileKind
from tests.old_office_samples import make_old_sheets, make_old_slides, make_old_word, make_outlook_mail
from tests.samples import make_photo, make_zip

SAID = "เรียกรับเงินร้อยละสิบ"
"""What the documents among the samples say."""


def save_picture(form: str) -> bytes:
    """A small picture in a format of Pillow."""
    out = io.BytesIO()
    Image.effect_noise((64, 48), 60).convert("RGB").save(out, form)
    return out.getvalue()


def make_parts(parts: Mapping[str, str | bytes]) -> bytes:
    """A zip of parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, content in parts.items():
            z.writestr(name, content)
    return out.getvalue()


def make_boxes(*brands: bytes, handlers: tuple[bytes, ...] = ()) -> bytes:
    """A file of boxes with brands (the major one first) and the handlers of its tracks."""
    named = brands[0] + b"\0\0\0\0" + b"".join(brands)
    head = struct.pack(">I", 8 + len(named)) + b"ftyp" + named
    return (
        head
        + b"".join(b"\0\0\0\x20hdlr" + bytes(8) + handler + bytes(12) for handler in handlers)
        + bytes(64)
    )


def make_compound(*streams: str, deeper: tuple[str, ...] = (), root_class: bytes = bytes(16)) -> bytes:
    """A compound file of before 2007 with these streams in its root, and others in a folder beneath."""

    def entry(name: str, kind: int, right: int = 0xFFFFFFFF, child: int = 0xFFFFFFFF) -> bytes:
        written = name.encode("utf-16-le")
        body = written.ljust(64, b"\0") + struct.pack(
            "<HBBIII", len(written) + 2, kind, 1, 0xFFFFFFFF, right, child
        )
        return (body + (root_class if kind == 5 else bytes(16))).ljust(128, b"\0")

    names = [*streams, "ObjectPool"]
    entries = [entry("Root Entry", 5, child=1)]
    for number, name in enumerate(names, start=1):
        following = number + 1 if number < len(names) else 0xFFFFFFFF
        inside = len(names) + 1 if name == "ObjectPool" and deeper else 0xFFFFFFFF
        entries.append(entry(name, 1 if name == "ObjectPool" else 2, following, inside))
    entries += [entry(name, 2) for name in deeper]
    directory = b"".join(entries)
    sectors = -(-len(directory) // 512)
    table = [0xFFFFFFFD, *(place + 2 if place + 1 < sectors else 0xFFFFFFFE for place in range(sectors))]
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    header = (
        header.ljust(44, b"\0")
        + struct.pack("<II", 1, 1)
        + bytes(4)
        + struct.pack("<IIIII", 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    )
    header += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    return (
        header
        + struct.pack("<128I", *table, *[0xFFFFFFFF] * (128 - len(table)))
        + directory.ljust(sectors * 512, b"\0")
    )


def make_pdf(pages: int = 1) -> bytes:
    """An empty PDF as PDFium writes it."""
    document, out = pypdfium2.PdfDocument.new(), io.BytesIO()
    for _ in range(pages):
        document.new_page(200, 300)
    document.save(out)
    return out.getvalue()


def make_wave(seconds: float = 0.1) -> bytes:
    """A silent WAV."""
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(int(16_000 * seconds)))
    return out.getvalue()


def make_word_document(text: str = SAID) -> bytes:
    """A Word document with one paragraph of two runs and a table."""
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    half = len(text) // 2
    runs = f"<w:r><w:t>{text[:half]}</w:t></w:r><w:r><w:t>{text[half:]}</w:t></w:r>"
    cell = "<w:tc><w:p><w:r><w:t>ช่อง</w:t></w:r></w:p></w:tc>"
    table = f"<w:tbl><w:tr>{cell}{cell}</w:tr></w:tbl>"
    body = f'<w:document xmlns:w="{space}"><w:body><w:p>{runs}</w:p>{table}</w:body></w:document>'
    return make_parts({"[Content_Types].xml": "<Types/>", "word/document.xml": body})


def make_workbook() -> bytes:
    """An Excel sheet with a text, a number and a second sheet that is hidden."""
    book, out = Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    sheet.append([SAID, 1250])
    hidden = book.create_sheet("ซ่อน")
    hidden.append(["ยอดจริง", 99])
    hidden.sheet_state = "hidden"
    book.save(out)
    return out.getvalue()


def make_slides() -> bytes:
    """PowerPoint slides, the tenth before the second by name."""
    space = "http://schemas.openxmlformats.org/drawingml/2006/main"
    slides = {
        f"ppt/slides/slide{number}.xml": f'<p xmlns:a="{space}"><a:p><a:r><a:t>{SAID} {number}</a:t></a:r></a:p></p>'
        for number in (10, 2, 1)
    }
    return make_parts({"[Content_Types].xml": "<Types/>", **slides})


def make_open_document(kind: FileKind) -> bytes:
    """An OpenDocument file."""
    space = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
    body = f'<o xmlns:text="{space}"><text:p>{SAID}<text:s/>บาท</text:p></o>'
    return make_parts({"mimetype": str(kind), "content.xml": body})


MAIL = (
    "Received: from a by b\r\nFrom: =?utf-8?b?4LmA4LiI4LmJ4Liy4Lir4LiZ4LmJ4Liy4LiX4Li14LmI?= <a@example.org>\r\n"
    "Date: Mon, 30 Nov 2026 10:00:00 +0700\r\nSubject: test\r\nMIME-Version: 1.0\r\n"
    "Content-Type: multipart/mixed; boundary=x\r\n\r\n"
    "--x\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    + SAID
    + "\r\n"
    "--x\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=b.pdf\r\n\r\n%PDF\r\n--x--\r\n"
).encode()
"""A mail with an attachment."""


def make_tar() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a"))
    return out.getvalue()


_ASF = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_VIDEO = bytes.fromhex("c0ef19bc4d5bcf11a8fd00805f5c442b")
_INSTALLER = bytes.fromhex("84100c0000000000c000000000000046")

FILE_SAMPLES: Mapping[FileKind, Callable[[], bytes]] = {
    FileKind.JPEG: make_photo,
    FileKind.PNG: lambda: save_picture("PNG"),
    FileKind.WEBP: lambda: save_picture("WEBP"),
    FileKind.GIF: lambda: save_picture("GIF"),
    FileKind.HEIC: lambda: make_boxes(b"heic", b"mif1"),
    FileKind.AVIF: lambda: save_picture("AVIF"),
    FileKind.TIFF: lambda: save_picture("TIFF"),
    FileKind.BMP: lambda: save_picture("BMP"),
    FileKind.PDF: make_pdf,
    FileKind.DOCX: make_word_document,
    FileKind.XLSX: make_workbook,
    FileKind.PPTX: make_slides,
    FileKind.ODT: lambda: make_open_document(FileKind.ODT),
    FileKind.ODS: lambda: make_open_document(FileKind.ODS),
    FileKind.ODP: lambda: make_open_document(FileKind.ODP),
    FileKind.DOC: lambda: make_old_word(SAID),
    FileKind.XLS: lambda: make_old_sheets(SAID),
    FileKind.PPT: lambda: make_old_slides((SAID,)),
    FileKind.LOCKED_OFFICE: lambda: make_compound("EncryptionInfo", "EncryptedPackage"),
    FileKind.RTF: lambda: (
        rb"{\rtf1\ansi\ansicpg874 {\fonttbl{\f0 Arial;}} \u3648?\u3619?\u3637?\u3618?\u3585?\par x}"
    ),
    FileKind.TEXT: SAID.encode,
    FileKind.HTML: lambda: f"<!DOCTYPE html><html><script>alert(1)</script><p>{SAID}</p></html>".encode(),
    FileKind.EML: lambda: MAIL,
    FileKind.MSG: lambda: make_outlook_mail(SAID, "", "ใบเสร็จ.pdf"),
    FileKind.ZIP: make_zip,
    FileKind.MP3: lambda: b"\xff\xfb\x90\x64" + bytes(413),
    FileKind.M4A: lambda: make_boxes(b"M4A ", b"mp42"),
    FileKind.AAC: lambda: b"\xff\xf1\x50\x80" + bytes(40),
    FileKind.AMR: lambda: b"#!AMR\n" + bytes(32),
    FileKind.OGG: lambda: b"OggS" + bytes(24) + b"OpusHead",
    FileKind.WAV: make_wave,
    FileKind.FLAC: lambda: b"fLaC" + bytes(40),
    FileKind.AIFF: lambda: b"FORM\0\0\0\x20AIFF" + bytes(20),
    FileKind.CAF: lambda: b"caff\0\x01" + bytes(20),
    FileKind.WMA: lambda: _ASF + bytes(100),
    FileKind.SOUND_3GP: lambda: make_boxes(b"3gp4", b"isom", handlers=(b"soun",)),
    FileKind.MP4: lambda: make_boxes(b"isom", b"mp42", handlers=(b"vide", b"soun")),
    FileKind.MOV: lambda: make_boxes(b"qt  ", handlers=(b"vide",)),
    FileKind.VIDEO_3GP: lambda: make_boxes(b"3gp5", handlers=(b"vide", b"soun")),
    FileKind.WEBM: lambda: b"\x1aE\xdf\xa3" + bytes(20),
    FileKind.OGV: lambda: b"OggS" + bytes(24) + b"\x80theora",
    FileKind.AVI: lambda: b"RIFF\0\0\0\x10AVI LIST" + bytes(20),
    FileKind.MPEG: lambda: b"\0\0\x01\xba" + bytes(20),
    FileKind.WMV: lambda: _ASF + bytes(50) + _VIDEO,
    FileKind.FLV: lambda: b"FLV\x01" + bytes(20),
    FileKind.RAR: lambda: b"Rar!\x1a\x07\x01\0" + bytes(20),
    FileKind.SEVEN_ZIP: lambda: b"7z\xbc\xaf\x27\x1c" + bytes(20),
    FileKind.TAR: make_tar,
    FileKind.GZIP: lambda: b"\x1f\x8b\x08\0" + bytes(20),
    FileKind.PROGRAM: lambda: b"MZ\x90\0" + bytes(60),
    FileKind.SHORTCUT: lambda: b"L\0\0\0\x01\x14\x02\0" + bytes(60),
    FileKind.IWORK: lambda: make_parts({"Index/Document.iwa": b"x"}),
    FileKind.PHOTOSHOP: lambda: b"8BPS\0\x01" + bytes(20),
    FileKind.DRAWING: lambda: b"AC1032\0\0" + bytes(20),
    FileKind.DATABASE: lambda: b"\0\x01\0\0Standard Jet DB\0" + bytes(20),
    FileKind.VISIO: lambda: make_compound("VisioDocument"),
    FileKind.HWP: lambda: make_compound("\x05HwpSummaryInformation"),
}
"""A small file of each kind."""

OTHER_FORMS: tuple[tuple[FileKind, bytes], ...] = (
    *((FileKind.HEIC, make_boxes(brand, b"mif1")) for brand in (b"heix", b"hevc", b"heim", b"msf1", b"mif1")),
    (FileKind.AVIF, make_boxes(b"mif1", b"avif", b"miaf")),
    (FileKind.HEIC, make_boxes(b"mif1", b"heic", b"avif")),
    *((FileKind.MP4, make_boxes(b, handlers=(b"vide",))) for b in (b"mp42", b"avc1", b"M4V ", b"MSNV", b"mp71")),
    (FileKind.MP4, make_boxes(b"XYZ9", b"isom", handlers=(b"vide",))),
    (FileKind.M4A, make_boxes(b"mp42", b"isom", handlers=(b"soun",))),
    (FileKind.M4A, make_boxes(b"M4B ")),
    (FileKind.MOV, b"\0\0\0\x08wide\0\0\0\x08mdat\0\0\0\x6cmoov\0\0\0\x64mvhd"),
    (FileKind.VIDEO_3GP, make_boxes(b"3g2a", handlers=(b"vide",))),
    *((FileKind.MP3, bytes([255, second, 0x90, 0x64])) for second in (0xFB, 0xFA, 0xF3, 0xF2, 0xE3, 0xE2, 0xFD, 0xFC)),
    (FileKind.MP3, b"ID3\x04\0\0\0\0\0\x0a" + bytes(10) + b"\xff\xfb\x90\x64"),
    (FileKind.MP3, bytes(300) + (b"\xff\xfb\x90\x64" + bytes(413)) * 2),
    (FileKind.AAC, b"ID3\x04\0\0\0\0\0\x0a" + bytes(10) + b"\xff\xf1\x50\x80"),
    (FileKind.AAC, b"\xff\xf9\x50\x80"),
    (FileKind.AAC, b"\xff\xf0\x50\x80"),
    (FileKind.AAC, b"ADIF" + bytes(20)),
    (FileKind.FLAC, b"ID3\x04\0\0\0\0\0\x0a" + bytes(10) + b"fLaC"),
    (FileKind.AMR, b"#!AMR-WB\n" + bytes(20)),
    (FileKind.MPEG, (b"G" + bytes(187)) * 6),
    (FileKind.MPEG, (bytes(4) + b"G" + bytes(187)) * 6),
    (FileKind.PDF, b"\xef\xbb\xbf%PDF-1.4\n1 0 obj<<>>endobj\n%%EOF\n"),
    (FileKind.PDF, b"Content-Type: x\r\n\r\n%PDF-1.4\n1 0 obj<<>>endobj"),
    (FileKind.XLS, make_compound("Book")),
    (FileKind.DOC, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)),
    (FileKind.XLS, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook".encode("utf-16-le")),
    (FileKind.PROGRAM, make_compound("a", root_class=_INSTALLER)),
    (FileKind.PROGRAM, make_parts({"AndroidManifest.xml": "x", "classes.dex": "x"})),
    (FileKind.ZIP, make_parts({"mimetype": "application/java-archive", "x": "x"})),
    (FileKind.ZIP, make_parts({"[Content_Types].xml": "x", "other/x": "x"})),
    (FileKind.ODT, make_parts({"mimetype": "application/vnd.oasis.opendocument.text-template"})),
    (FileKind.TEXT, SAID.encode("cp874")),
    (FileKind.TEXT, SAID.encode("utf-16")),
    (FileKind.TEXT, b"\xfe\xff" + SAID.encode("utf-16-be")),
    (FileKind.TEXT, SAID.encode("utf-16-le")),
    (FileKind.TEXT, SAID.encode("utf-16")[:-1]),
    (FileKind.TEXT, SAID.encode()[:-1]),
    (FileKind.TEXT, b"a,b\r\n1,2\r\n\x1a"),
    (FileKind.TEXT, b"MZ is how the note begins"),
    (FileKind.TEXT, b"BMW X5, a car of the district's head"),
    (FileKind.TEXT, b"From: a person\nnothing else"),
    (FileKind.TEXT, b"a file that begins with %PDF-1.4 is a PDF"),
    (FileKind.HTML, "\ufeff<html>ก</html>".encode("utf-16-le")),
    (FileKind.HTML, b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- x -->\n<!doctype html><p>"),
    (FileKind.EML, b"MIME-Version: 1.0\nFrom: a\nSubject: b\n\nbody"),
)  # fmt: skip
"""The same kinds with other heads."""
