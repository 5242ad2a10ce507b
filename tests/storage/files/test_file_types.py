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
from handlers.evidence.file_kinds import FILE_KINDS, FileKind, Refusal
from storage.files.file_types import (
    MAX_PIXELS,
    MAX_ZIP_ENTRIES,
    detect_file_type,
    find_file_problem,
    has_wrong_extension,
)
from storage.files.picture_headers import is_cut_picture
from tests.file_samples import FILE_SAMPLES, OTHER_FORMS, make_compound, make_parts
from tests.house.source_tree import ROOT
from tests.samples import make_docx, make_png

WORD, ODT = FileKind.DOCX, str(FileKind.ODT)
CASES = Path(os.environ.get("ITA_CASES", ROOT.parent / "shared" / "cases")) / "evidence"
"""Files as phones and old programs make them, where there are such."""


def zip_of(**parts: bytes) -> bytes:
    return make_parts({name.replace("__", "/"): content for name, content in parts.items()})


@pytest.mark.parametrize("kind", FileKind)
def test_a_file_of_each_kind_is_known_and_taken_or_refused_by_the_table(kind: FileKind) -> None:
    content, row = FILE_SAMPLES[kind](), FILE_KINDS[kind]
    assert detect_file_type(content) is kind
    refused = isinstance(row.treatment, Refusal)
    assert find_file_problem(content, kind) is (FileProblem.NOT_ALLOWED if refused else None)
    assert row.extensions
    assert not any(has_wrong_extension(f"a.{ending}", kind) for ending in row.extensions)


@pytest.mark.parametrize(("kind", "content"), OTHER_FORMS)
def test_a_kind_is_known_by_each_of_its_heads(kind: FileKind, content: bytes) -> None:
    assert detect_file_type(content) is kind


@pytest.mark.parametrize(
    "content",
    [
        b"\0" * 100,
        b"\0" * 100 + b"\xff\xfb\x90\x64",
        b"\0\0\0\x18ftypXXXX",
        b"text\x1b[31m",
        b"\xff\xfe" + "text\x1b[31m".encode("utf-16-le"),
        b"\xff\xfe\0\xd8",
        b"BM" + bytes(30),
        b"\xff\xef\x90\x64",
    ],
)
def test_a_content_of_no_known_kind_is_refused(content: bytes) -> None:
    assert detect_file_type(content) is None
    assert find_file_problem(content, None) is FileProblem.NOT_ALLOWED


@pytest.mark.parametrize("content", [make_docx()[:60], b"PK\x03\x04" + b"\0" * 50])
def test_a_document_that_was_cut_is_to_be_sent_again(content: bytes) -> None:
    assert find_file_problem(content, detect_file_type(content)) is FileProblem.UNREADABLE


@given(st.binary(max_size=200))
def test_no_content_whatever_breaks_the_detection(content: bytes) -> None:
    kind = detect_file_type(content)
    assert kind is None or kind in FILE_KINDS
    find_file_problem(content, kind)


@given(st.binary(max_size=200))
def test_no_damaged_archive_breaks_the_detection(content: bytes) -> None:
    whole = make_docx()
    for damaged in (
        b"PK\x03\x04" + content,
        whole[: len(whole) - len(content)],
        whole[:40] + content + whole[40:],
    ):
        find_file_problem(damaged, detect_file_type(damaged))
    for cut in (make_compound("WordDocument")[: 600 + len(content)], make_compound("a")[:512] + content):
        assert detect_file_type(cut) in FILE_KINDS


def test_an_empty_file_is_empty_whatever_it_would_be() -> None:
    assert find_file_problem(b"", FileKind.TEXT) is FileProblem.EMPTY
    assert find_file_problem(b"", None) is FileProblem.EMPTY


@pytest.mark.parametrize(
    ("width", "height", "problem"),
    [(40, 30, None), (5000, MAX_PIXELS // 5000, None), (5000, MAX_PIXELS // 5000 + 1, FileProblem.BOMB)],
)
def test_a_picture_is_judged_by_the_size_that_it_claims(
    width: int, height: int, problem: FileProblem | None
) -> None:
    assert find_file_problem(make_png(width, height), FileKind.PNG) is problem


def test_a_picture_that_cannot_be_read() -> None:
    assert find_file_problem(b"\xff\xd8\xff\xe0garbage", FileKind.JPEG) is FileProblem.UNREADABLE
    assert (
        find_file_problem(b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13), FileKind.PNG)
        is FileProblem.UNREADABLE
    )


def test_a_gif_and_a_webp_are_pictures_too() -> None:
    for kind in ("GIF", "WEBP"):
        out = io.BytesIO()
        Image.new("RGB", (4, 4)).save(out, kind)
        content = out.getvalue()
        assert find_file_problem(content, detect_file_type(content)) is None


@pytest.mark.full("large files")
def test_a_document_that_unfolds_to_more_than_half_a_gigabyte() -> None:
    bomb = make_docx(600_000_000)
    assert len(bomb) < 1_000_000
    assert find_file_problem(bomb, WORD) is FileProblem.BOMB
    assert find_file_problem(make_docx(), WORD) is None


def test_a_document_of_more_parts_than_anybody_writes_is_not_listed() -> None:
    def make(count: int) -> bytes:
        parts = {f"word/{number}": b"" for number in range(count)}
        return zip_of(**{"[Content_Types].xml": b"<Types/>"}, **parts)

    assert detect_file_type(make(MAX_ZIP_ENTRIES - 1)) is WORD
    more = make(MAX_ZIP_ENTRIES)
    assert find_file_problem(more, detect_file_type(more)) is FileProblem.BOMB


def test_a_document_whose_kind_would_unfold_without_a_limit_is_not_unfolded() -> None:
    for method, kind in (
        (zipfile.ZIP_STORED, ODT),
        (zipfile.ZIP_DEFLATED, ODT),
        (zipfile.ZIP_LZMA, FileKind.ZIP),
    ):
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
    assert find_file_problem(content, FileKind(kind)) is None
    assert not has_wrong_extension(name, kind)
    assert is_cut_picture(content, kind) is (name == "truncated.jpg")
