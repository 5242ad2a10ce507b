"""A slip on paper has the code, in digits and as it is read out, and names neither a case nor a person."""

import asyncio
from contextlib import closing

import pypdfium2

from bot.exporters.slip_pdf import build_slip, render_slip_pdf
from handlers.dialog.codes.code_finder import find_codes
from handlers.dialog.codes.one_time_code import make_one_time_code
from ita_stats.render.typst import find_missing_characters
from tests.in_memory_desk import MORNING, OFFICE

CODE = make_one_time_code(1234567890123456)
SITE = "https://report.example.go.th"


def test_what_stands_on_it() -> None:
    slip = build_slip(OFFICE, CODE, SITE, MORNING)
    assert slip["code"] == "123-456-789-012-345-611"
    assert slip["spoken"][0] == "หนึ่ง สอง สาม"  # type: ignore[index]
    assert f"{SITE}/track" in slip["doors"]  # type: ignore[operator]
    assert "22 ธันวาคม 2569" in str(slip["until"])
    assert find_missing_characters({**slip, "qr": ""}) == []


def test_without_a_page_it_has_no_address_and_no_qr_code() -> None:
    slip = build_slip(OFFICE, CODE, "", MORNING)
    assert slip["qr"] == ""
    assert not any("/track" in door for door in slip["doors"])  # type: ignore[attr-defined]


def test_it_is_one_page_of_a5_and_its_code_can_be_read_from_it() -> None:
    content = asyncio.run(render_slip_pdf(OFFICE, CODE, SITE, MORNING))
    with closing(pypdfium2.PdfDocument(content)) as pdf:
        assert len(pdf) == 1
        page = pdf[0]
        assert [round(points / 72 * 25.4) for points in page.get_size()] == [148, 210]
        text = page.get_textpage().get_text_bounded()
    assert [one.one_time for one in find_codes(text)] == [CODE]
