"""File types: detected from content, never from names; only what an office can open safely is accepted."""

import io
import re
import zipfile
import zlib
from collections.abc import Mapping

from handlers.dialog.events import FileProblem
from storage.files.picture_headers import PICTURE_KINDS, read_picture_size

MAX_PIXELS = 50_000_000
MAX_UNZIPPED_BYTES = 500 * 1024 * 1024
MAX_ZIP_ENTRIES = 5_000
"""Parts of an office document: a long presentation has some hundreds; each costs 4 µs to list."""

FILE_EXTENSIONS: Mapping[str, frozenset[str]] = {
    kind: frozenset(names.split())
    for kind, names in {
        "image/jpeg": "jpg jpeg jfif",
        "image/png": "png",
        "image/webp": "webp",
        "image/gif": "gif",
        "image/heic": "heic heif hif",
        "image/tiff": "tif tiff",
        "image/bmp": "bmp dib",
        "application/pdf": "pdf",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
        "application/vnd.oasis.opendocument.text": "odt",
        "application/vnd.oasis.opendocument.spreadsheet": "ods",
        "application/vnd.oasis.opendocument.presentation": "odp",
        "application/msword": "doc dot",
        "application/vnd.ms-excel": "xls xlt",
        "application/vnd.ms-powerpoint": "ppt",
        "text/plain": "txt csv md log eml",
        "video/mp4": "mp4 m4v",
        "video/quicktime": "mov",
        "video/3gpp": "3gp 3gpp",
        "video/webm": "webm mkv",
        "audio/mpeg": "mp3",
        "audio/mp4": "m4a",
        "audio/ogg": "ogg oga opus",
        "audio/wav": "wav",
        "audio/amr": "amr",
        "audio/aac": "aac",
    }.items()
}
"""Accepted media types, and the file extensions that fit each."""

_MAGIC_NUMBERS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"II*\0", "image/tiff"),
    (0, b"MM\0*", "image/tiff"),
    *((4, b"ftyp" + brand, "image/heic") for brand in (b"hei", b"hev", b"mif1", b"msf1")),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftypqt", "video/quicktime"),
    (4, b"ftyp3g", "video/3gpp"),
    *(
        (4, b"ftyp" + brand, "video/mp4")
        for brand in (b"iso", b"mp4", b"avc1", b"M4V", b"MSNV", b"dash", b"mmp4")
    ),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (0, b"OggS", "audio/ogg"),
    (8, b"WAVE", "audio/wav"),
    (0, b"#!AMR", "audio/amr"),
    (0, b"ID3", "audio/mpeg"),
    # Layer III of MPEG 1, 2 and 2.5, each with and without a checksum.
    *(
        (0, b"\xff" + second, "audio/mpeg")
        for second in (b"\xfb", b"\xfa", b"\xf3", b"\xf2", b"\xe3", b"\xe2")
    ),
    (0, b"\xff\xf1", "audio/aac"),
    (0, b"\xff\xf9", "audio/aac"),
)
_OFFICE_FOLDERS: tuple[tuple[str, str], ...] = (
    ("word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""What documents of Word, Excel and PowerPoint begin with that were saved in the form of before 2007."""

_OLE_STREAMS: tuple[tuple[str, str], ...] = (
    ("Workbook", "application/vnd.ms-excel"),
    ("PowerPoint Document", "application/vnd.ms-powerpoint"),
)
"""Names of streams by which they differ. The others are taken for Word's, and saved under such a name."""

_PDF_HEAD = re.compile(rb"%PDF-\d\.\d")
_PDF_OBJECT = re.compile(rb"\b\d+ \d+ obj\b")
MAX_BYTES_BEFORE_PDF = 1024
"""Bytes that may stand before a PDF's head: a byte-order mark, or lines of a mail. Readers look no further."""

_RARE_PICTURES = frozenset({"image/heic", "image/tiff", "image/bmp"})
_BMP_HEADER_SIZES = frozenset({12, 40, 52, 56, 64, 108, 124})
_ZIP_ENTRY = b"PK\x01\x02"
"""What each entry of a zip's directory begins with."""

_CONTROL_BYTES = frozenset(range(32)) - frozenset(b"\t\n\r\x0c")


def detect_file_type(content: bytes) -> str:
    """Return the media type of a content; empty where it is not an accepted one."""
    for place, start, kind in _MAGIC_NUMBERS:
        if content[place : place + len(start)] == start:
            return kind
    if content[:4] == b"PK\x03\x04":
        return _detect_zip_type(content)
    if content.startswith(_OLE):
        return _detect_old_office_type(content)
    if _PDF_HEAD.search(content, 0, MAX_BYTES_BEFORE_PDF) and _PDF_OBJECT.search(content):
        return "application/pdf"
    if content[:2] == b"BM" and int.from_bytes(content[14:18], "little") in _BMP_HEADER_SIZES:
        return "image/bmp"
    return "text/plain" if _is_text(content) else ""


def find_file_problem(content: bytes, kind: str) -> FileProblem | None:
    """Return why a content is refused, apart from its size on disk."""
    if not content:
        return FileProblem.EMPTY
    if not kind:
        return FileProblem.NOT_ALLOWED
    if kind in PICTURE_KINDS:
        return _find_picture_problem(content, kind)
    if content[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(content)) as z:
            unfolded = sum(part.file_size for part in z.infolist())
        return FileProblem.BOMB if unfolded > MAX_UNZIPPED_BYTES else None
    return None


def has_wrong_extension(name: str, kind: str) -> bool:
    """Whether a name has an extension of another type."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    return bool(ending) and ending not in FILE_EXTENSIONS.get(kind, frozenset())


def _find_picture_problem(content: bytes, kind: str) -> FileProblem | None:
    # Only the header is read, and by code of ours: a decoder takes seconds and gigabytes where somebody wants it to.
    size = read_picture_size(content, kind)
    if size is None:
        # What is not made by every phone and browser may be in order where our reader finds nothing.
        return None if kind in _RARE_PICTURES else FileProblem.UNREADABLE
    return FileProblem.BOMB if size[0] * size[1] > MAX_PIXELS else None


def _detect_zip_type(content: bytes) -> str:
    if content.count(_ZIP_ENTRY) > MAX_ZIP_ENTRIES:
        return ""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as z:
            names = z.namelist()
            if "mimetype" in names and _is_short_text(z.getinfo("mimetype")):
                kind = z.read("mimetype").decode("ascii", "replace")
                return kind if kind in FILE_EXTENSIONS else ""
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError):
        return ""
    if "[Content_Types].xml" not in names:
        return ""
    return next((kind for folder, kind in _OFFICE_FOLDERS if any(n.startswith(folder) for n in names)), "")


def _detect_old_office_type(content: bytes) -> str:
    for stream, kind in _OLE_STREAMS:
        if stream.encode("utf-16-le") in content:
            return kind
    return "application/msword"


def _is_short_text(part: zipfile.ZipInfo) -> bool:
    """Whether a part can be read whole: other methods than these two unfold without a limit."""
    return part.file_size < 100 and part.compress_type in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


def _is_text(content: bytes) -> bool:
    """Whether a content is text in UTF-8, in UTF-16 with its mark, or in the old Thai code page (TIS-620)."""
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        content = content.decode("utf-16", "replace").encode()
        if "\ufffd".encode() in content:
            return False
    if _CONTROL_BYTES.intersection(content[:4096]):
        return False
    for encoding in ("utf-8", "cp874"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False
