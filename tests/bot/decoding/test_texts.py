"""What is written in documents, read by a confined process: of every kind, of damaged and of hostile ones."""

import asyncio
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.decoding.messages import (
    LIBRARY_BY_KIND,
    MAX_TEXT_CHARACTERS,
    DecodingFailure,
    DecodingLibrary,
    DecodingRequest,
    ReadText,
)
from bot.decoding.pool import DecoderPool
from bot.decoding.rtf import RtfText
from bot.decoding.texts import LOCKED_MARK, HtmlText, decode_bytes, decode_text
from handlers.evidence.file_kinds import FILE_KINDS, FileKind, ShownAs
from tests.file_samples import FILE_SAMPLES, MAIL, SAID, make_parts, make_word_document

TEXT_KINDS = [FileKind(kind) for kind, library in LIBRARY_BY_KIND.items() if library is DecodingLibrary.TEXT]


def read(kind: FileKind, content: bytes) -> str:
    found = decode_text(DecodingRequest(kind, content))
    assert isinstance(found, ReadText)
    return found.text


async def read_each(files: Iterable[tuple[FileKind, bytes]]) -> list[ReadText | DecodingFailure]:
    """What confined processes read."""
    pool, found = DecoderPool(), list[ReadText | DecodingFailure]()
    try:
        for kind, content in files:
            async with pool.open_slot("") as slot:
                found.append(await slot.read_text(kind, content))
    finally:
        await pool.close()
    return found


def test_what_is_shown_is_what_can_be_decoded() -> None:
    shown = {kind for kind, row in FILE_KINDS.items() if row.treatment in {ShownAs.PICTURE, ShownAs.TEXT}}
    assert shown == set(LIBRARY_BY_KIND)
    assert set(TEXT_KINDS) == {kind for kind, row in FILE_KINDS.items() if row.treatment is ShownAs.TEXT}


@pytest.mark.full("documents of each kind in a confined process")
def test_confined_processes_read_each_kind_as_this_one_does() -> None:
    """A library that needs something at run time fails here, behind the filter."""
    files = [(kind, FILE_SAMPLES[kind]()) for kind in TEXT_KINDS]
    found = asyncio.run(read_each(files))
    assert found == [decode_text(DecodingRequest(kind, content)) for kind, content in files]
    said = {kind: one.text for (kind, _), one in zip(files, found, strict=True) if isinstance(one, ReadText)}
    assert set(said) == set(TEXT_KINDS)
    assert all(SAID in text for kind, text in said.items() if kind not in {FileKind.ZIP, FileKind.RTF})


def test_each_document_is_read_in_its_order() -> None:
    assert read(FileKind.DOCX, FILE_SAMPLES[FileKind.DOCX]()) == f"{SAID}\nช่อง\tช่อง"
    assert read(FileKind.PPTX, FILE_SAMPLES[FileKind.PPTX]()).split("\n")[1::3] == [
        f"{SAID} 1",
        f"{SAID} 2",
        f"{SAID} 10",
    ]
    assert read(FileKind.XLSX, FILE_SAMPLES[FileKind.XLSX]()).endswith("— 2 —\nยอดจริง\t99")
    assert read(FileKind.ODT, FILE_SAMPLES[FileKind.ODT]()) == f"{SAID} บาท"
    assert read(FileKind.RTF, FILE_SAMPLES[FileKind.RTF]()).strip() == "เรียก\nx"
    assert read(FileKind.RTF, rb"{\rtf1\ansi{\info x}\'e0\'c3\'d5\u55357?\u56832?\{a\}}") == "เรี😀{a}"


def test_a_mail_is_its_head_its_text_and_the_names_of_what_is_attached() -> None:
    assert read(FileKind.EML, MAIL).startswith("From: เจ้าหน้าที่ <a@example.org>\nDate: Mon, 30 Nov 2026")
    assert read(FileKind.EML, MAIL).endswith(f"{SAID}\n\n[แนบ / attached] b.pdf")
    thai = b"From: a\nTo: b\nSubject: c\nContent-Type: text/plain; charset=tis-620\n\n" + SAID.encode("cp874")
    assert read(FileKind.EML, thai).endswith(SAID)
    page = b"From: a\nSubject: c\nContent-Type: text/html\n\n<p>a</p><script>b</script>"
    assert read(FileKind.EML, page) == "From: a\nSubject: c\n\na"


def test_a_cell_stands_in_its_column_where_those_before_it_are_empty() -> None:
    rows = '<row><c r="A1"><v>1</v></c><c r="C1"><v>2</v></c><c><v>3</v></c></row><row><c r="AB2"><v>4</v></c></row>'
    sheet = make_parts({"xl/worksheets/sheet1.xml": f"<sheetData>{rows}</sheetData>"})
    assert read(FileKind.XLSX, sheet) == "— 1 —\n1\t\t2\t3\n" + "\t" * 27 + "4"


def test_letters_for_old_readers_are_left_out_as_an_rtf_says_how_many_they_are() -> None:
    assert RtfText().parse(rb"\u3592? 30000") == "จ 30000"
    assert read(FileKind.RTF, rb"{\rtf1\ansi\uc0\u3592 30000 x}") == "จ30000 x"
    assert (
        read(FileKind.RTF, rb"{\rtf1{\uc2\u3592\'a8\'a91}\u3592?2{\uc0}\u3592?3\u3592\par 4}") == "จ1จ2จ3จ\n4"
    )


def test_a_mail_with_a_head_that_cannot_be_taken_apart_is_read_with_it_as_it_stands() -> None:
    for head in ("From: <", "From: a@["):
        assert read(FileKind.EML, f"{head}\nSubject: c\n\n{SAID}".encode()) == f"{head}\nSubject: c\n\n{SAID}"


def test_what_begins_no_tag_of_a_page_is_its_text() -> None:
    assert read(FileKind.HTML, b"<p>1 < 2 <<<![<b>3</b> <!") == "1 < 2 <<<![3 <!"
    assert read(FileKind.HTML, b"<p>a<br>b<!-- c --><![if x]>d<![endif]><c") == "a\nbd<c"
    parser = HtmlText()
    parser.feed_text("<" * 1000)
    assert parser.pieces == ["<" * 1000]  # one piece, not one search for each


def test_an_archive_is_listed_with_thai_names_as_windows_writes_them() -> None:
    content = make_parts({"ก.txt": "x" * 5000, "b/c.exe": "x"})
    assert read(FileKind.ZIP, content) == "ก.txt · 4 KB\nb/c.exe · 1 KB"
    name = "ใบเสร็จ.txt".encode("cp874")
    old = make_parts({"x" * len(name): "1"}).replace(b"x" * len(name), name)
    assert read(FileKind.ZIP, old) == "ใบเสร็จ.txt · 1 KB"
    plain = bytearray(make_parts({"a": "1"}))
    for head, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        plain[plain.index(head) + at] |= 1
    assert read(FileKind.ZIP, bytes(plain)) == f"a · 1 KB {LOCKED_MARK}"


@pytest.mark.parametrize("form", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp874"])
def test_a_text_is_read_in_the_encodings_of_notepad(form: str) -> None:
    assert decode_bytes(SAID.encode(form)) == SAID


def test_a_text_that_was_cut_within_a_letter_is_read_to_there() -> None:
    assert decode_bytes(SAID.encode()[:-1]) == SAID[:-1]
    assert decode_bytes(SAID.encode("utf-16")[:-1]) == SAID[:-1]


def test_nothing_turns_the_order_of_letters_round_and_a_long_text_is_cut() -> None:
    assert read(FileKind.TEXT, "a\u202egnp\x07.exe\r\nb".encode()) == "agnp.exe\nb"
    long = decode_text(DecodingRequest(FileKind.TEXT, b"a" * (MAX_TEXT_CHARACTERS + 1)))
    assert long == ReadText("a" * MAX_TEXT_CHARACTERS, is_cut=True)


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (FileKind.TEXT, b" \n"),
        (FileKind.DOCX, b"PK\x03\x04"),
        (FileKind.DOCX, make_parts({"word/document.xml": "<a"})),
        (FileKind.XLSX, make_parts({"xl/workbook.bin": "x"})),
        (FileKind.PDF, b"%PDF-1.4"),
    ],
)
def test_what_says_nothing_has_only_its_original(kind: FileKind, content: bytes) -> None:
    assert decode_text(DecodingRequest(kind, content)) is DecodingFailure.UNREADABLE


def test_a_document_that_unfolds_without_end_ends() -> None:
    entities = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))
    laughs = f'<!DOCTYPE w [<!ENTITY a0 "ha">{entities}]><w><t>&a9;</t></w>'
    bomb = make_parts({"word/document.xml": laughs})
    wide = make_parts({"word/document.xml": "<w><t>" + "a" * 40_000_000})
    for hostile in (bomb, wide):  # the first is stopped by the parser, the second read as far as is shown
        cut = decode_text(DecodingRequest(FileKind.DOCX, hostile))
        assert isinstance(cut, ReadText)
        assert cut.is_cut


@given(st.sampled_from(TEXT_KINDS), st.binary(max_size=200), st.integers(0, 600))
def test_no_damage_breaks_a_reader(kind: FileKind, noise: bytes, at: int) -> None:
    whole = make_word_document() if kind is FileKind.DOCX else FILE_SAMPLES[kind]()
    decode_text(DecodingRequest(kind, whole[:at] + noise + whole[at + len(noise) :]))
    decode_text(DecodingRequest(kind, noise))
