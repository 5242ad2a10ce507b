"""Read what is written in a document. Only a confined process may import this: a file may take its reader over.

The standard library alone: archives, XML and mail. Nothing is run, fetched or opened beside the file.
"""

import codecs
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage, Message
from html.parser import HTMLParser
from xml.parsers import expat

from bot.decoding.messages import MAX_TEXT_CHARACTERS, DecodingFailure, DecodingRequest, ReadText, cut_text
from bot.decoding.old_office.excel import read_old_sheets
from bot.decoding.old_office.outlook import read_outlook_mail
from bot.decoding.old_office.powerpoint import read_old_slides
from bot.decoding.old_office.word import read_old_word
from bot.decoding.rtf import RtfText
from bot.decoding.sheet_days import MAX_STYLE_DIGITS, SheetStyles, write_day
from bot.decoding.xml_text import XmlText

MAX_PART_BYTES = 32 * 1024 * 1024
"""Bytes of a part of a document that are unpacked; what it has more is not read."""

LOCKED_MARK = "[รหัสผ่าน / password]"
"""Stands after the name of what an archive has encrypted."""

_CODECS_LOADED_BEFORE_CONFINEMENT = tuple(
    codecs.lookup(name)
    for name in (
        "ascii", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp437", "cp874", "tis-620", "latin-1",
        "iso8859-11", "cp1252", "gb18030", "big5", "shift_jis", "euc-kr", "base64", "quopri", "unicode_escape",
    )
)  # fmt: skip
_THAI_NAMES = {"tis-620": "cp874", "windows-874": "cp874", "iso-8859-11": "cp874", "x-windows-874": "cp874"}
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What would not be shown, or would turn round how others are."""


def decode_text(request: DecodingRequest) -> ReadText | DecodingFailure:
    """Read the text of a document, or the list of an archive."""
    read = _READERS.get(request.kind)
    if read is None:
        return DecodingFailure.UNREADABLE
    try:
        found = _CONTROL.sub("", read(request.content).replace("\r\n", "\n").replace("\r", "\n"))
    except MemoryError:
        return DecodingFailure.TOO_LARGE
    except Exception:  # libraries fail in many ways on crafted files
        return DecodingFailure.UNREADABLE
    lines = (line.rstrip(" \t") for line in found.replace(" \t", "\t").split("\n"))
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")
    return cut_text(text) if text.strip() else DecodingFailure.UNREADABLE


def decode_bytes(content: bytes) -> str:
    """Decode a text: UTF-8, UTF-16 with its mark or without, or the Thai code page."""
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return content[: len(content) // 2 * 2].decode("utf-16", "replace")
    second = content[1:512:2]
    if len(second) >= 8 and (second.count(0) + second.count(0x0E)) * 10 >= len(second) * 9:
        return content[: len(content) // 2 * 2].decode("utf-16-le", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.start >= len(content) - 3:
            return content.decode("utf-8-sig", "ignore")
    return content.decode("cp874", "replace")


_WORD = (
    frozenset({"t", "delText"}),
    {"p": "\n", "tc": "\t", "tr": "\n"},
    {"tab": "\t", "br": "\n", "cr": "\n"},
)
_SLIDE = (frozenset({"t"}), {"p": "\n", "tc": "\t", "tr": "\n"}, {"br": "\n"})
_OPEN = (
    frozenset({"p", "h"}),
    {"p": "\n", "h": "\n", "table-cell": "\t", "table-row": "\n", "table": "\n", "page": "\n"},
    {"s": " ", "tab": "\t", "line-break": "\n"},
)
_NUMBER = re.compile(r"(\d+)\.xml$")


def _read_part(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        return part.read(MAX_PART_BYTES)


def _list_parts(archive: zipfile.ZipFile, pattern: str) -> list[str]:
    """Names of parts, in the order of the numbers in them."""

    def number(name: str) -> int:
        found = _NUMBER.search(name)
        return int(found[1]) if found else 0

    return sorted((name for name in archive.namelist() if re.fullmatch(pattern, name)), key=number)


def _read_word(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = _list_parts(
            archive, r"word/(?:document|footnotes|endnotes|comments|header\d+|footer\d+)\d*\.xml"
        )
        parts.sort(key=lambda name: name != "word/document.xml")
        return "\n".join(XmlText(*_WORD).parse(_read_part(archive, name)) for name in parts)


def _read_slides(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        slides = _list_parts(archive, r"ppt/slides/slide\d+\.xml")
        notes = _list_parts(archive, r"ppt/notesSlides/notesSlide\d+\.xml")
        pages = [
            f"— {n} —\n{XmlText(*_SLIDE).parse(_read_part(archive, p))}" for n, p in enumerate(slides, 1)
        ]
        return "\n".join((*pages, *(XmlText(*_SLIDE).parse(_read_part(archive, name)) for name in notes)))


def _read_open_document(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return XmlText(*_OPEN).parse(_read_part(archive, "content.xml"))


class SheetText:
    """Collects the rows of a sheet: a line for each, a tab between cells."""

    def __init__(
        self, shared: list[str], day_styles: tuple[bool, ...] = (), *, from_1904: bool = False
    ) -> None:
        self._shared, self._kind, self._value, self._inside = shared, "", "", False
        self._day_styles, self._from_1904, self._style = day_styles, from_1904, ""
        self._row: list[str] = []
        self._most_empty = MAX_TEXT_CHARACTERS
        self.lines: list[str] = []

    def parse(self, content: bytes) -> list[str]:
        """Return the lines of a sheet. Raises ExpatError where it is damaged."""
        parser = expat.ParserCreate()
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._add
        parser.Parse(content, True)
        return self.lines

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "row":
            self._row = []
        elif local == "c":
            self._kind, self._value = attributes.get("t", ""), ""
            self._style = attributes.get("s", "")
            self._add_empty_cells(attributes.get("r", ""))
        self._inside = local in {"v", "t"}

    def _end(self, name: str) -> None:
        local = name.rpartition(":")[2]
        self._inside = False
        if local == "c":
            self._row.append(self._read_cell())
        elif local == "row" and any(self._row):
            self.lines.append("\t".join(self._row))

    def _add_empty_cells(self, address: str) -> None:
        """Fill a row to the column of an address such as C2: files leave cells out in which nothing stands."""
        column = 0
        for letter in address.rstrip("0123456789")[:3].upper():
            column = column * 26 + ord(letter) - ord("A") + 1
        missing = min(max(0, column - 1 - len(self._row)), self._most_empty)
        self._most_empty -= missing
        self._row += [""] * missing

    def _read_cell(self) -> str:
        if self._kind == "s":
            return self._look_up(self._value)
        is_number = self._style.isdecimal() and len(self._style) <= MAX_STYLE_DIGITS
        style = int(self._style) if is_number else -1
        is_day = self._kind in {"", "n"} and 0 <= style < len(self._day_styles) and self._day_styles[style]
        return write_day(self._value, from_1904=self._from_1904) if is_day else self._value

    def _look_up(self, place: str) -> str:
        number = int(place) if place.isdigit() else -1
        return self._shared[number] if 0 <= number < len(self._shared) else ""

    def _add(self, data: str) -> None:
        if self._inside:
            self._value += data


def _read_sheets(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        shared = list[str]()
        if "xl/sharedStrings.xml" in archive.namelist():
            strings = _read_part(archive, "xl/sharedStrings.xml")
            joined = XmlText(frozenset({"t"}), {"si": "\0"}, {}).parse(strings)
            shared = joined.split("\0")
        has_styles = "xl/styles.xml" in archive.namelist()
        styles = SheetStyles().parse(_read_part(archive, "xl/styles.xml")) if has_styles else ()
        book = _read_part(archive, "xl/workbook.xml") if "xl/workbook.xml" in archive.namelist() else b""
        from_1904 = re.search(rb"""date1904=["'](?:1|true)""", book) is not None
        sheets = _list_parts(archive, r"xl/worksheets/sheet\d+\.xml")
        pages = [
            "\n".join(
                (
                    f"— {number} —",
                    *SheetText(shared, styles, from_1904=from_1904).parse(_read_part(archive, name)),
                )
            )
            for number, name in enumerate(sheets, 1)
        ]
        return "\n\n".join(pages)


TABLE_CELLS = frozenset({"td", "th"})
"""Tags of HTML that begin a cell."""


_NO_TAG = re.compile(r"<(?![a-zA-Z?]|/[a-zA-Z]|!--|!\[?[a-zA-Z])")


class HtmlText(HTMLParser):
    """Collects what a page says, without its scripts and styles."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._hidden = 0

    def feed_text(self, text: str) -> None:
        """Collect the pieces of a page.

        What can be no tag is made text first: for each such sign the library would search all that follows.
        """
        closed, end, rest = text.rpartition(">")
        self.feed(_NO_TAG.sub("&lt;", closed + end) + rest.replace("<", "&lt;"))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - of the library
        """Begin a line where a block begins."""
        self._hidden += tag in {"script", "style"}
        if tag in {"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "table", "title"}:
            self.pieces.append("\n")
        elif tag in TABLE_CELLS:
            self.pieces.append("\t")

    def handle_endtag(self, tag: str) -> None:
        """Note where a script ends."""
        self._hidden -= tag in {"script", "style"} and self._hidden > 0

    def handle_data(self, data: str) -> None:
        """Keep a text."""
        if not self._hidden:
            self.pieces.append(re.sub(r"\s+", " ", data))


def _read_html_text(text: str) -> str:
    parser = HtmlText()
    parser.feed_text(text)
    return "".join(parser.pieces)


def _read_html(content: bytes) -> str:
    return _read_html_text(decode_bytes(content))


def _read_mail(content: bytes) -> str:
    mail = message_from_bytes(content, policy=policy.default)
    heads = [
        f"{name}: {value}"
        for name in ("From", "To", "Cc", "Date", "Subject")
        if (value := _read_mail_head(mail, name))
    ]
    parts = [part for part in mail.walk() if isinstance(part, EmailMessage) and not part.is_multipart()]
    bodies = [part for part in parts if part.get_content_maintype() == "text" and not part.get_filename()]
    plain = [part for part in bodies if part.get_content_subtype() == "plain"]
    texts = [_read_mail_part(part) for part in plain or bodies]
    attached = [
        f"[แนบ / attached] {part.get_filename() or part.get_content_type()}"
        for part in parts
        if part not in bodies and part.get_content_disposition() is not None
    ]
    return "\n".join(("\n".join(heads), "", *texts, "", *attached))


def _read_mail_head(mail: Message, name: str) -> str:
    """Return a head of a mail, as it stands where the library cannot take it apart."""
    try:
        return str(mail[name] or "")
    except (LookupError, AttributeError, TypeError, ValueError, MessageError):  # as for "From: <"
        raw = next(str(value) for own, value in mail.raw_items() if own.lower() == name.lower())
        return " ".join(decode_bytes(raw.encode("utf-8", "surrogateescape")).split())


def _read_mail_part(part: EmailMessage) -> str:
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    named = str(part.get_content_charset() or "").lower()
    try:
        text = content.decode(_THAI_NAMES.get(named, named)) if named else decode_bytes(content)
    except (LookupError, UnicodeDecodeError):
        text = decode_bytes(content)
    return _read_html_text(text) if part.get_content_subtype() == "html" else text


def _read_archive(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return "\n".join(_list_entries(archive))


def _list_entries(archive: zipfile.ZipFile) -> Iterator[str]:
    for part in archive.infolist():
        name = part.filename
        if (
            not part.flag_bits & 0x800
        ):  # no mark of UTF-8: what a Thai Windows wrote was read as that of an old PC
            with_bytes = part.orig_filename.encode("cp437", "replace")
            name = decode_bytes(with_bytes) if not with_bytes.isascii() else name
        lock = f" {LOCKED_MARK}" if part.flag_bits & 1 else ""
        yield name + lock if part.is_dir() else f"{name} · {max(1, part.file_size // 1024):,} KB{lock}"


def _read_rtf(content: bytes) -> str:
    return RtfText().parse(content)


_READERS: Mapping[str, Callable[[bytes], str]] = {
    "text/plain": decode_bytes,
    "text/html": _read_html,
    "message/rfc822": _read_mail,
    "application/rtf": _read_rtf,
    "application/msword": read_old_word,
    "application/vnd.ms-excel": read_old_sheets,
    "application/vnd.ms-powerpoint": read_old_slides,
    "application/vnd.ms-outlook": read_outlook_mail,
    "application/zip": _read_archive,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": _read_word,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": _read_sheets,
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": _read_slides,
    "application/vnd.oasis.opendocument.text": _read_open_document,
    "application/vnd.oasis.opendocument.spreadsheet": _read_open_document,
    "application/vnd.oasis.opendocument.presentation": _read_open_document,
}

_LOADED_WITH_A_MAIL = _read_mail(
    b"From: =?utf-8?b?YQ==?= <a@b>\nTo: a@b\nDate: Mon, 30 Nov 2026 10:00:00 +0700\nSubject: =?tis-620?q?a?=\n"
    b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/html; charset=utf-8\n"
    b"Content-Transfer-Encoding: base64\n\nYQ==\n--x\nContent-Disposition: attachment; filename*=utf-8''a\n"
    b"Content-Transfer-Encoding: quoted-printable\n\na\n--x--\n"
)
"""The library of mails loads parts of itself when it first needs them, which nothing can when a file is read."""
