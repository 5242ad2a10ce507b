"""Old documents are read as text; encrypted and damaged ones have only their original, however they were damaged."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.decoding.messages import DecodingFailure, DecodingRequest, ReadText
from bot.decoding.old_office.compound import CompoundFile
from bot.decoding.old_office.excel import read_old_sheets
from bot.decoding.old_office.outlook import read_outlook_mail
from bot.decoding.old_office.powerpoint import read_old_slides
from bot.decoding.old_office.word import read_old_word
from bot.decoding.texts import decode_text
from handlers.evidence.file_kinds import FileKind
from tests.old_office_samples import (
    SECOND_SHEET_LETTERS,
    make_compound_file,
    make_old_sheets,
    make_old_slides,
    make_old_word,
    make_outlook_mail,
    make_sheet_with_chart,
)


def read(kind: FileKind, content: bytes) -> str:
    """Read the text of a document."""
    found = decode_text(DecodingRequest(kind, content))
    assert isinstance(found, ReadText)
    return found.text


def test_pieces_of_a_word_document_are_joined_and_its_fields_show_what_they_show() -> None:
    told = "ผู้ใหญ่เรียกเงิน\rช่อง\x07สอง\x07\x07\x13HYPERLINK x\x14ลิงก์\x15\r"
    assert read(FileKind.DOC, make_old_word(told, "plain\x0bend")) == "ผู้ใหญ่เรียกเงิน\nช่อง\tสอง\nลิงก์\nplain\nend"


def test_a_long_word_document_lies_in_large_sectors() -> None:
    told = "เรียกเงินห้าพันบาท " * 2000
    assert read(FileKind.DOC, make_old_word(told)) == told.strip()


def test_rows_of_an_old_sheet_with_its_days_and_what_formulas_came_to() -> None:
    lines = read(FileKind.XLS, make_old_sheets("เรียกเงิน")).split("\n")
    assert lines == [
        "— แผ่น —",
        "เรียกเงิน\t\t123.45",
        "15/03/2023\tsum",
        "7\t8",
        "ก" * SECOND_SHEET_LETTERS,
    ]


def test_slides_in_their_order_without_their_masters() -> None:
    assert read(FileKind.PPT, make_old_slides(("หนึ่ง", "สอง\rสาม"))) == "— 1 —\nหนึ่ง\n— 2 —\nสอง\nสาม"


def test_a_chart_in_an_old_sheet_changes_no_cell_and_truths_and_errors_are_shown() -> None:
    told = read(FileKind.XLS, make_sheet_with_chart())
    assert told.split("\n") == ["— x —", "A\t90000", "B\t10000", "TRUE\t#N/A", "5"]


@pytest.mark.parametrize("saved", [1, 3])
def test_what_repeats_on_slides_is_shown_each_time_and_what_was_saved_anew_once(saved: int) -> None:
    told = read(FileKind.PPT, make_old_slides(("นาย ก", "50,000", "นาย ข", "50,000"), saved=saved))
    assert told == "— 1 —\nนาย ก\n— 2 —\n50,000\n— 3 —\nนาย ข\n— 4 —\n50,000"


def test_a_mail_of_outlook_is_its_head_its_text_and_what_is_attached() -> None:
    told = read(FileKind.MSG, make_outlook_mail("เรื่องลับ", "เรียกเงิน", "ใบเสร็จ.pdf"))
    assert told == "From: มาลี\nSubject: เรื่องลับ\n\nเรียกเงิน\n\n[แนบ / attached] ใบเสร็จ.pdf"


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (FileKind.DOC, make_old_word("ลับ", flags=0x0300)),
        (FileKind.XLS, make_old_sheets("ลับ", locked=True)),
        (FileKind.DOC, make_compound_file({("Workbook",): b"x"})),
        (FileKind.PPT, make_old_slides(())),
        (FileKind.MSG, make_compound_file({("__properties_version1.0",): bytes(32)})),
        (FileKind.DOC, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)),
        (FileKind.XLS, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 5000),
    ],
)
def test_what_is_encrypted_or_damaged_has_only_its_original(kind: FileKind, content: bytes) -> None:
    assert decode_text(DecodingRequest(kind, content)) is DecodingFailure.UNREADABLE


@pytest.mark.parametrize(
    ("read_document", "content"),
    [
        (read_old_word, make_old_word("ลับ", flags=0x0300)),
        (read_old_sheets, make_old_sheets("ลับ", locked=True)),
        (read_old_slides, make_compound_file({("Workbook",): b"x"})),
        (read_outlook_mail, make_compound_file({("Workbook",): b"x"})),
    ],
)
def test_a_reader_says_what_is_not_its_own(read_document: Callable[[bytes], str], content: bytes) -> None:
    with pytest.raises(ValueError, match="damaged"):
        read_document(content)


def test_streams_are_found_by_their_folders_small_and_large_ones() -> None:
    streams = {("a",): b"x" * 10, ("b",): b"y" * 9000, ("f", "a"): b"z" * 100, ("f", "c"): b""}
    assert CompoundFile(make_compound_file(streams)).streams == streams


WHOLE = {
    FileKind.DOC: make_old_word("เรียกเงิน", "x"),
    FileKind.XLS: make_old_sheets("เรียกเงิน"),
    FileKind.PPT: make_old_slides(("เรียกเงิน",)),
    FileKind.MSG: make_outlook_mail("ก", "ข", "ค"),
}


@given(st.sampled_from([*WHOLE]), st.binary(min_size=1, max_size=8), st.integers(0, 12_000))
def test_no_damage_breaks_a_reader_or_keeps_it(kind: FileKind, noise: bytes, at: int) -> None:
    whole = WHOLE[kind]
    at %= len(whole)
    found = decode_text(DecodingRequest(kind, whole[:at] + noise + whole[at + len(noise) :]))
    assert found in {DecodingFailure.UNREADABLE, DecodingFailure.TOO_LARGE} or isinstance(found, ReadText)
