"""What a file is: detected from its content, never from its name. The kinds are in `handlers.evidence.file_kinds`."""

import io
import re
import zipfile
import zlib

from handlers.dialog.events import FileProblem
from handlers.evidence.file_kinds import FILE_KINDS, FileKind, Refusal, find_file_kind
from storage.files.old_office import COMPOUND_MAGIC, detect_compound_kind
from storage.files.picture_headers import PICTURE_KINDS, read_picture_size
from storage.files.sound_and_video import detect_sound_or_video

MAX_PIXELS = 50_000_000
MAX_UNZIPPED_BYTES = 500 * 1024 * 1024
MAX_ZIP_ENTRIES = 5_000
"""Parts of an office document: a long presentation has some hundreds; each costs 4 µs to list."""

_STARTS: tuple[tuple[bytes, FileKind], ...] = (
    (b"\xff\xd8\xff", FileKind.JPEG),
    (b"\x89PNG\r\n\x1a\n", FileKind.PNG),
    (b"GIF87a", FileKind.GIF),
    (b"GIF89a", FileKind.GIF),
    (b"%PDF-", FileKind.PDF),
    (b"II*\0", FileKind.TIFF),
    (b"MM\0*", FileKind.TIFF),
    (b"{\\rtf", FileKind.RTF),
    (b"Rar!\x1a\x07", FileKind.RAR),
    (b"7z\xbc\xaf\x27\x1c", FileKind.SEVEN_ZIP),
    (b"\x1f\x8b", FileKind.GZIP),
    (b"BZh", FileKind.GZIP),
    (b"\xfd7zXZ\0", FileKind.GZIP),
    (b"\x28\xb5\x2f\xfd", FileKind.GZIP),
    (b"MZ", FileKind.PROGRAM),
    (b"\x7fELF", FileKind.PROGRAM),
    (b"\xca\xfe\xba\xbe", FileKind.PROGRAM),
    (b"\xcf\xfa\xed\xfe", FileKind.PROGRAM),
    (b"L\0\0\0\x01\x14\x02\0", FileKind.SHORTCUT),
    (b"8BPS", FileKind.PHOTOSHOP),
    (b"AC10", FileKind.DRAWING),
    (b"\0\x01\0\0Standard Jet DB", FileKind.DATABASE),
    (b"\0\x01\0\0Standard ACE DB", FileKind.DATABASE),
    (b"SQLite format 3\0", FileKind.DATABASE),
)
_TEXT_STARTS = frozenset({FileKind.PROGRAM, FileKind.GZIP, FileKind.DRAWING})
"""Kinds whose first bytes are letters too: a text that begins so is a text."""

_OFFICE_FOLDERS: tuple[tuple[str, FileKind], ...] = (
    ("word/", FileKind.DOCX),
    ("xl/", FileKind.XLSX),
    ("ppt/", FileKind.PPTX),
    ("visio/", FileKind.VISIO),
)
_PROGRAM_PARTS = frozenset({"AndroidManifest.xml", "META-INF/MANIFEST.MF"})
_IWORK_PARTS = frozenset({"Index/Document.iwa", "Index.zip", "index.apxl", "index.xml.gz"})
_ZIP_START = b"PK\x03\x04"
_ZIP_ENTRY = b"PK\x01\x02"
"""What each entry of a zip's directory begins with."""

_PDF_HEAD = re.compile(rb"%PDF-\d\.\d")
_PDF_OBJECT = re.compile(rb"\b\d+ \d+ obj\b")
MAX_BYTES_BEFORE_PDF = 1024
"""Bytes that may stand before a PDF's head: a byte-order mark, or lines of a mail. Readers look no further."""

_RARE_PICTURES = frozenset({FileKind.HEIC, FileKind.AVIF, FileKind.TIFF, FileKind.BMP})
_BMP_HEADER_SIZES = frozenset({12, 40, 52, 56, 64, 108, 124})
_CONTROL_BYTES = frozenset(range(32)) - frozenset(b"\t\n\r\x0c")
_HTML_START = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?<(?:!doctype\s+html|html)\b", re.I | re.S
)
_MAIL_START = re.compile(rb"(?:From [^\n]*\n)?[A-Za-z][A-Za-z0-9-]*:[ \t\r]")
_MAIL_FIELD = re.compile(
    rb"^(from|date|subject|received|mime-version|message-id|return-path|to):", re.I | re.M
)
MIN_MAIL_FIELDS = 3
"""Fields of a mail's head that tell it from notes with colons."""


def detect_file_type(content: bytes) -> FileKind | None:
    """Return the kind of a content, one that is refused too; None where it is not a known one."""
    found = (detect(content) for detect in (_detect_start, detect_sound_or_video, _detect_rest))
    return next((kind for kind in found if kind is not None), None)


def _detect_start(content: bytes) -> FileKind | None:
    if content.startswith(COMPOUND_MAGIC):
        return detect_compound_kind(content)
    if content.startswith(_ZIP_START):
        return _detect_zip_kind(content)
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return FileKind.WEBP
    started = next((kind for start, kind in _STARTS if content.startswith(start)), None)
    return None if started in _TEXT_STARTS and _is_text(content) else started


def _detect_rest(content: bytes) -> FileKind | None:
    if _PDF_HEAD.search(content, 0, MAX_BYTES_BEFORE_PDF) and _PDF_OBJECT.search(content):
        return FileKind.PDF
    if content[:2] == b"BM" and int.from_bytes(content[14:18], "little") in _BMP_HEADER_SIZES:
        return FileKind.BMP
    if content[257:262] == b"ustar":
        return FileKind.TAR
    return _detect_text_kind(content) if _is_text(content) else None


def find_file_problem(content: bytes, kind: FileKind | None) -> FileProblem | None:
    """Return why a content is refused, apart from its size on disk."""
    if not content:
        return FileProblem.EMPTY
    if kind is None or isinstance(FILE_KINDS[kind].treatment, Refusal):
        return FileProblem.NOT_ALLOWED
    if kind in PICTURE_KINDS:
        return _find_picture_problem(content, kind)
    if content.startswith(_ZIP_START):
        return _find_zip_problem(content)
    return None


def has_wrong_extension(name: str, kind: str) -> bool:
    """Whether a name has an extension of another kind. kind: a media type."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    known = find_file_kind(kind)
    return bool(ending) and (known is None or ending not in FILE_KINDS[known].extensions)


def _find_picture_problem(content: bytes, kind: FileKind) -> FileProblem | None:
    # Only the header is read, and by code of ours: a decoder takes seconds and gigabytes where somebody wants it to.
    size = read_picture_size(content, kind)
    if size is None:
        # What is not made by every phone and browser may be in order where our reader finds nothing.
        return None if kind in _RARE_PICTURES else FileProblem.UNREADABLE
    return FileProblem.BOMB if size[0] * size[1] > MAX_PIXELS else None


def _find_zip_problem(content: bytes) -> FileProblem | None:
    if content.count(_ZIP_ENTRY) > MAX_ZIP_ENTRIES:
        return FileProblem.BOMB
    parts = _list_zip_parts(content)
    if parts is None or _read_media_type(content, parts) is None:
        return FileProblem.UNREADABLE
    return FileProblem.BOMB if sum(part.file_size for part in parts) > MAX_UNZIPPED_BYTES else None


def _list_zip_parts(content: bytes) -> list[zipfile.ZipInfo] | None:
    """Return what a zip's directory lists; None where it has none, as one that was cut on its way."""
    if content.count(_ZIP_ENTRY) > MAX_ZIP_ENTRIES:
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as z:
            return z.infolist()
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError):
        return None


def _detect_zip_kind(content: bytes) -> FileKind:
    """Return the kind of a zip by what its directory lists; that of an archive where it tells nothing else."""
    parts = _list_zip_parts(content)
    if parts is None:
        return FileKind.ZIP
    names = {part.filename for part in parts}
    told = find_file_kind(_read_media_type(content, parts) or "")
    if told is not None and told in _KINDS_WITH_MEDIA_TYPE:
        return told
    if "[Content_Types].xml" in names:
        found = (kind for folder, kind in _OFFICE_FOLDERS if any(n.startswith(folder) for n in names))
        return next(found, FileKind.ZIP)
    if not _PROGRAM_PARTS.isdisjoint(names):
        return FileKind.PROGRAM
    return FileKind.IWORK if not _IWORK_PARTS.isdisjoint(names) else FileKind.ZIP


_KINDS_WITH_MEDIA_TYPE = frozenset({FileKind.ODT, FileKind.ODS, FileKind.ODP})


def _read_media_type(content: bytes, parts: list[zipfile.ZipInfo]) -> str | None:
    """Return what the part `mimetype` says; empty where there is none of a few words, None where it is damaged."""
    part = next((part for part in parts if part.filename == "mimetype"), None)
    # Other methods than these two unfold without a limit.
    plain = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
    if part is None or part.file_size >= 100 or part.compress_type not in plain:
        return ""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as z:
            return z.read("mimetype").decode("ascii", "replace").removesuffix("-template")
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError):
        return None


def _detect_text_kind(content: bytes) -> FileKind:
    head = content[:4096].removeprefix(b"\xef\xbb\xbf")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head[: len(head) // 2 * 2].decode("utf-16", "replace").encode()
    if _HTML_START.match(head):
        return FileKind.HTML
    fields = {found.lower() for found in _MAIL_FIELD.findall(head)}
    return FileKind.EML if _MAIL_START.match(head) and len(fields) >= MIN_MAIL_FIELDS else FileKind.TEXT


def _is_text(content: bytes) -> bool:
    """Whether a content is text in UTF-8, in UTF-16, or in the old Thai code page (TIS-620, Windows-874)."""
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"} or _looks_like_utf_16(content):
        content = decode_utf_16(content).encode("utf-8", "replace")
        if "\ufffd".encode() in content:
            return False
    elif b"\xff" in content[:2]:
        return False
    if _CONTROL_BYTES.intersection(content[:4096].removesuffix(b"\x1a")):
        return False
    return any(_can_decode(content, encoding) for encoding in ("utf-8", "cp874"))


def decode_utf_16(content: bytes) -> str:
    """Decode UTF-16, with its mark or without, as far as whole characters go."""
    form = "utf-16" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-16-le"
    return content[: len(content) // 2 * 2].decode(form, "replace")


def _looks_like_utf_16(content: bytes) -> bool:
    """Whether a content is UTF-16 without its mark: each second byte says Thai or Latin, and no other does."""
    start = content[:512]
    second = start[1::2]
    told = second.count(0) + second.count(0x0E)
    return len(start) >= 16 and told * 10 >= len(second) * 9 and start[::2].count(0) == 0


def _can_decode(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError as error:
        # A text that was cut may end within a character.
        return (
            encoding == "utf-8"
            and error.start >= len(content) - 3
            and error.reason == "unexpected end of data"
        )
    return True
