"""File types: what a content is, whatever its name, and what is refused."""

import io
import os
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from handlers.dialog.events import FileProblem
from storage.files.file_types import (
    FILE_EXTENSIONS,
    MAX_PIXELS,
    MAX_ZIP_ENTRIES,
    detect_file_type,
    find_file_problem,
    has_wrong_extension,
)
from storage.files.picture_headers import is_cut_picture
from tests.house.source_tree import ROOT
from tests.samples import make_docx, make_photo, make_png, make_zip

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ODT = "application/vnd.oasis.opendocument.text"


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
CASES = Path(os.environ.get("ITA_CASES", ROOT.parent / "shared" / "cases")) / "evidence"
"""Files as phones and old programs make them, where there are such."""


def save_picture(form: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (4, 4)).save(out, form)
    return out.getvalue()


def zip_of(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def office_file(folder: str) -> bytes:
    return zip_of(**{"[Content_Types].xml": b"<Types/>", f"{folder}/a.xml": b"x"})


def with_mimetype(kind: str) -> bytes:
    return zip_of(mimetype=kind.encode(), content=b"x")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (make_photo(), "image/jpeg"),
        (make_png(), "image/png"),
        (b"GIF89a....", "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\0\0\0\0WAVEfmt ", "audio/wav"),
        (b"\0\0\0\x18ftypheic", "image/heic"),
        (b"\0\0\0\x18ftypM4A ", "audio/mp4"),
        (b"\0\0\0\x18ftypisom", "video/mp4"),
        (b"\0\0\0\x18ftypqt  ", "video/quicktime"),
        (b"\0\0\0\x18ftyp3gp4", "video/3gpp"),
        (b"\x1aE\xdf\xa3....", "video/webm"),
        (b"OggS....", "audio/ogg"),
        (b"#!AMR\n", "audio/amr"),
        (b"ID3\x04....", "audio/mpeg"),
        (b"\xff\xf1\x50", "audio/aac"),
        (b"%PDF-1.7\n", "application/pdf"),
        (make_docx(), WORD),
        (office_file("xl"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (office_file("ppt"), "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
        (with_mimetype(ODT), ODT),
        ("ใบเสร็จ".encode(), "text/plain"),
        ("ใบเสร็จ".encode("cp874"), "text/plain"),
        (b"a,b\r\n1,2\r\n", "text/plain"),
        (b"", "text/plain"),
        ("ใบเสร็จ".encode("utf-16"), "text/plain"),
        (b"\xfe\xff" + "ใบเสร็จ".encode("utf-16-be"), "text/plain"),
        (b"\0\0\0\x18ftypmsf1", "image/heic"),
        (b"\0\0\0\x18ftyphevc", "image/heic"),
        (b"\xff\xfa\x90\x64", "audio/mpeg"),
        (b"\xff\xe3\x18\xc4", "audio/mpeg"),
        (b"\xef\xbb\xbf%PDF-1.4\n1 0 obj<<>>endobj\n%%EOF\n", "application/pdf"),
        (b"Content-Type: x\r\n\r\n%PDF-1.4\n1 0 obj<<>>endobj", "application/pdf"),
        (b"a file that begins with %PDF-1.4 is a PDF", "text/plain"),
        (OLE + "Workbook".encode("utf-16-le"), "application/vnd.ms-excel"),
        (OLE + "PowerPoint Document".encode("utf-16-le"), "application/vnd.ms-powerpoint"),
        (OLE + "WordDocument".encode("utf-16-le"), "application/msword"),
        (save_picture("TIFF"), "image/tiff"),
        (save_picture("BMP"), "image/bmp"),
        (b"BMW X5, a car of the district's head", "text/plain"),
    ],
)
def test_a_content_is_known_by_its_first_bytes(content: bytes, kind: str) -> None:
    assert detect_file_type(content) == kind
    assert kind in FILE_EXTENSIONS


@pytest.mark.parametrize(
    "content",
    [
        b"MZ\x90\0This program cannot be run in DOS mode",
        b"\x7fELF\x02",
        b"\0" * 100,
        make_zip(),
        office_file("other"),
        with_mimetype("application/java-archive"),
        with_mimetype("x" * 200),
        b"PK\x03\x04" + b"\0" * 50,
        make_docx()[:60],
        b"\0\0\0\x18ftypXXXX",
        b"text\x1b[31m",
        b"\xff\xfe" + "text\x1b[31m".encode("utf-16-le"),
        b"\xff\xfe\0\xd8",
        b"BM" + bytes(30),
    ],
)
def test_what_an_office_cannot_open_safely_has_no_type(content: bytes) -> None:
    assert detect_file_type(content) == ""
    assert find_file_problem(content, detect_file_type(content)) is FileProblem.NOT_ALLOWED


@given(st.binary(max_size=200))
def test_no_content_whatever_breaks_the_detection(content: bytes) -> None:
    kind = detect_file_type(content)
    assert kind == "" or kind in FILE_EXTENSIONS
    find_file_problem(content, kind)


@given(st.binary(max_size=200))
def test_no_damaged_archive_breaks_the_detection(content: bytes) -> None:
    whole = make_docx()
    for damaged in (
        b"PK\x03\x04" + content,
        whole[: len(whole) - len(content)],
        whole[:40] + content + whole[40:],
    ):
        assert detect_file_type(damaged) in {"", *FILE_EXTENSIONS}


def test_an_empty_file_is_empty_whatever_it_would_be() -> None:
    assert find_file_problem(b"", "text/plain") is FileProblem.EMPTY
    assert find_file_problem(b"", "") is FileProblem.EMPTY


@pytest.mark.parametrize(
    ("width", "height", "problem"),
    [(40, 30, None), (5000, MAX_PIXELS // 5000, None), (5000, MAX_PIXELS // 5000 + 1, FileProblem.BOMB)],
)
def test_a_picture_is_judged_by_the_size_that_it_claims(
    width: int, height: int, problem: FileProblem | None
) -> None:
    assert find_file_problem(make_png(width, height), "image/png") is problem


def test_a_picture_that_cannot_be_read() -> None:
    assert find_file_problem(b"\xff\xd8\xff\xe0garbage", "image/jpeg") is FileProblem.UNREADABLE
    assert (
        find_file_problem(b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13), "image/png") is FileProblem.UNREADABLE
    )


def test_a_gif_and_a_webp_are_pictures_too() -> None:
    for kind in ("GIF", "WEBP"):
        out = io.BytesIO()
        Image.new("RGB", (4, 4)).save(out, kind)
        content = out.getvalue()
        assert find_file_problem(content, detect_file_type(content)) is None


def test_a_document_that_unfolds_to_more_than_half_a_gigabyte() -> None:
    bomb = make_docx(600_000_000)
    assert len(bomb) < 1_000_000
    assert find_file_problem(bomb, WORD) is FileProblem.BOMB
    assert find_file_problem(make_docx(), WORD) is None


def test_a_document_of_more_parts_than_anybody_writes_is_not_listed() -> None:
    def make(count: int) -> bytes:
        parts = {f"word/{number}": b"" for number in range(count)}
        return zip_of(**{"[Content_Types].xml": b"<Types/>"}, **parts)

    assert detect_file_type(make(MAX_ZIP_ENTRIES - 1)) == WORD
    assert detect_file_type(make(MAX_ZIP_ENTRIES)) == ""


def test_a_document_whose_kind_would_unfold_without_a_limit_is_not_unfolded() -> None:
    for method, kind in ((zipfile.ZIP_STORED, ODT), (zipfile.ZIP_DEFLATED, ODT), (zipfile.ZIP_LZMA, "")):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", method) as archive:
            archive.writestr("mimetype", ODT)
        assert detect_file_type(out.getvalue()) == kind


@pytest.mark.parametrize(
    ("name", "kind", "wrong"),
    [
        ("ภาพ.jpg", "image/jpeg", False),
        ("ภาพ.JPEG", "image/jpeg", False),
        ("ภาพ.png", "image/jpeg", True),
        ("ใบเสร็จ.pdf", "image/png", True),
        ("ภาพ", "image/png", False),
        ("ภาพ.", "image/png", False),
        ("a.tar.txt", "text/plain", False),
        ("a.txt.exe", "text/plain", True),
        (".txt", "text/plain", False),
        ("a.jpg", "unknown/kind", True),
    ],
)
def test_a_name_that_does_not_fit_the_content(name: str, kind: str, wrong: bool) -> None:
    assert has_wrong_extension(name, kind) is wrong


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("bom.pdf", "application/pdf"),
        ("brand_msf1.heic", "image/heic"),
        ("iphone_mpo.jpg", "image/jpeg"),
        ("mp3_fffa.mp3", "audio/mpeg"),
        ("notepad_unicode.txt", "text/plain"),
        ("old_word.doc", "application/msword"),
        ("truncated.jpg", "image/jpeg"),
    ],
)
def test_files_as_phones_and_old_programs_make_them_are_taken(name: str, kind: str) -> None:
    if not CASES.exists():
        pytest.skip("needs the inputs from the world (ITA_CASES)")
    content = (CASES / name).read_bytes()
    assert detect_file_type(content) == kind
    assert find_file_problem(content, kind) is None
    assert not has_wrong_extension(name, kind)
    assert is_cut_picture(content, kind) is (name == "truncated.jpg")
