"""The PDF and the picture, read back by other programs: metadata, every word and figure, every Thai mark."""

import io
from dataclasses import replace

import pypdf
import pypdfium2
import pytest
from PIL import Image

from ita_stats.cases.count import CodeLabel
from ita_stats.cases.model import Breakdown, Footnote, ReleaseInfo, StatisticsRow
from ita_stats.render.document import StatisticsDocument, build_statistics_document, format_cell
from ita_stats.render.pdf import render_statistics_card, render_statistics_pdf, render_statistics_png_pages
from ita_stats.render.typst import MISSING_CHARACTER
from tests.ita_stats.render.sample_documents import make_document, make_protected_tables

HARD = "ผู้ใหญ่ที่ดูแลน้ำป้าญาติ"
"""Two marks above a letter, ำ, and a letter that loses its foot to a mark below it."""


def pages(found: StatisticsDocument, signatory: str | None = None) -> list[str]:
    """The text of each page, as a viewer copies it."""
    with pypdfium2.PdfDocument(render_statistics_pdf(found, signatory)) as opened:
        return [page.get_textpage().get_text_bounded().replace("\r\n", "\n") for page in opened]


def wide(names: int) -> StatisticsDocument:
    """A document with so many categories."""
    found = make_protected_tables()
    one, row = found.categories[0], found.rows[0]
    kinds = [CodeLabel(f"c{n}", "ละเว้นการปฏิบัติหน้าที่", "Failure to act") for n in range(names)]
    return build_statistics_document(
        replace(
            found,
            categories=tuple(Breakdown(k.code, k.th, k.en, one.figures) for k in kinds),
            rows=tuple(
                replace(r, categories={k.code: row.figures.received for k in kinds}) for r in found.rows
            ),
        ),
        ReleaseInfo(),
    )


def test_the_pdf_says_that_it_keeps_and_reads_aloud() -> None:
    content = render_statistics_pdf(make_document())
    reader = pypdf.PdfReader(io.BytesIO(content))
    assert reader.xmp_metadata is not None
    told = reader.xmp_metadata.stream.get_data().decode()
    for promise in ("<pdfaid:part>2<", "<pdfaid:conformance>B<", "<pdfuaid:part>1<"):
        assert promise in told
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "th-TH"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert root["/OutputIntents"]
    assert not {"/AA", "/OpenAction", "/Names", "/AcroForm"} & root.keys()
    assert reader.metadata is not None
    assert reader.metadata.title == "ข้อมูลเชิงสถิติเรื่องร้องเรียนการทุจริตและประพฤติมิชอบ " + make_document().period[0]
    assert reader.metadata.author == "สำนักงานศึกษาธิการจังหวัดเชียงใหม่"
    assert reader.metadata["/CreationDate"] == reader.metadata["/ModDate"] == "D:20260930165959Z"


def test_every_typeface_is_inside() -> None:
    reader = pypdf.PdfReader(io.BytesIO(render_statistics_pdf(make_document())))
    fonts = [f.get_object() for page in reader.pages for f in page["/Resources"]["/Font"].values()]
    kept = {(f["/BaseFont"].split("+")[1], "/FontFile2" in _descriptor(f)) for f in fonts}
    assert kept == {("Sarabun-Regular", True), ("Sarabun-Bold", True)}


def _descriptor(font: dict) -> dict:  # type: ignore[type-arg]
    return font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()  # type: ignore[no-any-return]


def test_tables_have_heads_and_charts_are_told() -> None:
    reader = pypdf.PdfReader(io.BytesIO(render_statistics_pdf(make_document())))
    kinds, told = [], []

    def walk(node: object) -> None:
        one = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(one, list):
            for inner in one:
                walk(inner)
        elif isinstance(one, dict):
            kinds.append(one.get("/S"))
            told.append(str(one.get("/Alt", "")))
            walk(one.get("/K"))

    walk(reader.trailer["/Root"]["/StructTreeRoot"]["/K"])
    assert kinds.count("/Table") == 6
    assert kinds.count("/TH") >= 6 * 2
    assert kinds.count("/H1") == 1
    assert kinds.count("/Figure") == 2
    assert any("ต.ค. 2568 รับไว้ 16 แล้วเสร็จ 9 อยู่ระหว่างดำเนินการ 4 ไม่รับเรื่อง 3" in one for one in told)


def test_every_word_and_figure_of_the_table_is_on_the_first_page() -> None:
    found = make_document()
    first = pages(found)[0]
    assert "ข้อมูลเชิงสถิติเรื่องร้องเรียนการทุจริตและประพฤติมิชอบ" in first
    assert "สำนักงานศึกษาธิการจังหวัดเชียงใหม่" in first
    assert "ปีงบประมาณ พ.ศ. 2569 (1 ตุลาคม 2568 - 30 กันยายน 2569)" in first
    for words in ("ประจำเดือน", "แล้วเสร็จ", "อยู่ระหว่างดำเนินการ", "ไม่รับเรื่อง", "หมายเหตุ"):
        assert words in first
    for row in found.tables.rows:
        assert _line(row) in first
    assert "รวม 180 79 62 39" in first
    assert "ยกมา (เรื่อง) Brought forward (cases) 0 ยกไป (เรื่อง) Carried over (cases) 62" in first
    assert "เพื่อคุ้มครองผู้แจ้ง" in first
    assert "หน้า 1 / 3" in first


def _line(row: StatisticsRow) -> str:
    figures = [*row.categories.values(), *row.figures.cells]
    return " ".join([row.label_th, *("–" if figure is None else str(figure) for figure in figures)])


def test_the_rest_has_every_split() -> None:
    found = make_document()
    rest = pages(found)[1]
    for split in (*found.tables.categories, *found.tables.sources, *found.tables.outcomes):
        assert f"{split.name_en} {format_cell(split.figures.received)}" in rest
    assert "แยกตามประเภทเรื่อง ปีงบประมาณ พ.ศ. 2569" in rest
    assert HARD in rest
    assert "แล้วเสร็จ (ร้อยละของที่รับไว้) Done (% of received) 43.9" in rest


def test_nothing_received_is_said_over_zeros() -> None:
    first, *rest = pages(make_document(0))
    assert "ไม่มีเรื่องร้องเรียน ปีงบประมาณ พ.ศ. 2569" in first
    assert first.count(" 0 0 0 0\n") == 13
    assert not [page for page in rest if "แผนภูมิ" in page]


def test_a_block_to_sign_is_there_only_where_wanted() -> None:
    assert "ลงชื่อ" not in "".join(pages(make_document()))
    signed = pages(make_document(), "ศึกษาธิการจังหวัดเชียงใหม่")
    assert "ลงชื่อ" in signed[0]
    assert (
        signed[0].count("ศึกษาธิการจังหวัดเชียงใหม่") == 3
    )  # the office's name, in the head and at the foot, and the signatory
    assert len(signed) == 3


def test_a_correction_tells_what_changed_and_why() -> None:
    issue = ReleaseInfo(3, (Footnote("changed", "พ.ย. 2568: รับไว้ จาก 12 เป็น 13", "…"),), "บันทึกเดือนผิด")
    first = pages(make_document(issue=issue))[0]
    assert "ฉบับที่ 3" in first
    assert "สิ่งที่แก้ไขจากฉบับที่ 2" in first
    assert "พ.ย. 2568: รับไว้ จาก 12 เป็น 13" in first
    assert "บันทึกเดือนผิด" in first


@pytest.mark.parametrize("names", [1, 10, 14])
def test_the_table_stays_on_the_sheet(names: int) -> None:
    with pypdfium2.PdfDocument(render_statistics_pdf(wide(names))) as opened:
        page = opened[0]
        width, height = page.get_size()
        assert (round(width), round(height)) == (842, 595)  # A4 landscape
        text = page.get_textpage()
        right = max(text.get_charbox(n)[2] for n in range(text.count_chars()))
        assert right < width - 36
        assert "รวม" in text.get_text_bounded()


def name_office(name: str) -> StatisticsDocument:
    """A document of an office of such a name."""
    return build_statistics_document(replace(make_protected_tables(), office_th=name), ReleaseInfo())


@pytest.mark.parametrize("word", ["北京", "ငွေ", "ຂ້ອງ", "ខ្មែរ", "مال", "😀", "한국"])
def test_other_alphabets_are_printed_in_an_archival_pdf(word: str) -> None:
    told = pages(name_office(f"สำนักงาน {word} สาขา"))
    assert all(f"สำนักงาน {word}" in page or word in page for page in told)
    assert MISSING_CHARACTER not in "".join(told)


def test_what_no_font_has_is_marked_and_its_count_is_said() -> None:
    told = pages(name_office("สำนักงาน ქართ"))
    assert f"สำนักงาน {MISSING_CHARACTER * 4}" in told[0]
    assert f"{MISSING_CHARACTER} แทนอักขระ 4 ตัวที่เอกสารนี้พิมพ์ไม่ได้" in told[-1]
    assert "cannot be printed here (4)" in told[-1]
    assert "พิมพ์ไม่ได้" not in "".join(pages(name_office("สำนักงาน")))


def test_ten_years_of_months_run_over_pages_with_their_head() -> None:
    found = make_protected_tables()
    row = found.rows[0]
    rows = tuple(replace(row, label_th=f"ต.ค. {2500 + n}") for n in range(120))
    many = pages(build_statistics_document(replace(found, rows=rows), ReleaseInfo()))
    told = [page for page in many if "ประจำเดือน" in page]
    assert len(told) > 3
    assert all(f"ต.ค. {2500 + n}" in "".join(told) for n in range(120))


def picture(found: StatisticsDocument) -> Image.Image:
    """The opened picture of the chart."""
    return Image.open(io.BytesIO(render_statistics_card(found))).convert("RGB")


def test_the_picture_has_the_size_that_was_promised_and_bars_of_the_right_length() -> None:
    found = make_document()
    card = picture(found)
    assert card.size == (1080, 1080)
    total = found.tables.total
    assert total.received
    for colour, figure in (((200, 121, 12), total.in_progress), ((122, 133, 148), total.not_accepted)):
        widest = max(sum(card.getpixel((x, y)) == colour for x in range(1080)) for y in range(500, 1000, 4))
        assert abs(widest - 952 * (figure or 0) / total.received) < 3


def test_the_picture_of_nothing_says_so() -> None:
    some, none = picture(make_document()), picture(make_document(0))
    blue = (31, 63, 119)
    assert some.getpixel((75, 460)) == blue
    assert none.getpixel((75, 460)) != blue


def test_letters_reach_the_picture_with_their_marks() -> None:
    one = render_statistics_card(
        build_statistics_document(replace(make_protected_tables(), office_th="ที ปา"), ReleaseInfo())
    )
    other = render_statistics_card(
        build_statistics_document(replace(make_protected_tables(), office_th="ที่ ป้า"), ReleaseInfo())
    )
    assert one != other


def test_pages_can_be_looked_at() -> None:
    looked = render_statistics_png_pages(make_document(), ppi=20)
    assert [Image.open(io.BytesIO(page)).size for page in looked] == [(234, 165)] * 3


def test_a_remark_stays_on_the_sheet() -> None:
    address = "https://example.go.th/" + "a" * 200
    tables = make_protected_tables()
    document = build_statistics_document(replace(tables, remark=f"ดูที่ {address}"), ReleaseInfo())
    page = pypdfium2.PdfDocument(render_statistics_pdf(document))[0]
    text = page.get_textpage()
    boxes = [text.get_charbox(place) for place in range(text.count_chars())]
    assert max(right for _, _, right, _ in boxes) <= page.get_width()
    assert address in "".join(text.get_text_range().split()).replace("\u200b", "")
