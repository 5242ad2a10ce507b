"""The charts: bars in proportion to their figures, labels cut between letters only, and a text alternative."""

import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from ita_stats.cases.model import ReleaseInfo, StatusCounts
from ita_stats.render.document import build_statistics_document
from ita_stats.render.svg_chart import (
    FIGURE_WIDTH,
    LABEL_WIDTH,
    STATUS_COLOURS,
    SVG_WIDTH,
    build_category_chart,
    build_charts,
    build_row_chart,
    count_letters,
    render_chart_svg,
    shorten_to_letters,
)
from tests.ita_stats.render.sample_documents import make_document, make_protected_tables

SVG = "{http://www.w3.org/2000/svg}"


def bars(text: str) -> list[tuple[str, float, float]]:
    """Colour, start and length of each bar."""
    read = ET.fromstring(text)
    found = [r for r in read.iter(f"{SVG}rect") if r.get("height") == "19"]
    return [(r.attrib["fill"], float(r.attrib["x"]), float(r.attrib["width"])) for r in found]


def test_bars_are_as_long_as_their_figures_and_stand_end_to_end() -> None:
    found = make_document()
    drawn = build_row_chart(found)
    scale = (SVG_WIDTH - LABEL_WIDTH - FIGURE_WIDTH) / drawn.longest
    expected = []
    for row in found.tables.rows:
        x = float(LABEL_WIDTH)
        for figure, colour in zip(row.figures.cells[1:], STATUS_COLOURS.values(), strict=True):
            if figure:
                expected.append((colour, pytest.approx(x, abs=0.1), pytest.approx(figure * scale, abs=0.1)))
            x += (figure or 0) * scale
    assert bars(render_chart_svg(drawn)) == expected


def test_words_are_real_text_and_told() -> None:
    read = ET.fromstring(render_chart_svg(build_row_chart(make_document())))
    words = [one.text for one in read.iter(f"{SVG}text")]
    assert "ต.ค. 2568" in words
    assert "อยู่ระหว่างดำเนินการ / In progress" in words
    told = read.find(f"{SVG}desc")
    assert told is not None
    assert "ต.ค. 2568 รับไว้ 16 แล้วเสร็จ 9 อยู่ระหว่างดำเนินการ 4 ไม่รับเรื่อง 3" in str(told.text)


def test_a_hidden_figure_has_a_dash_and_no_bar() -> None:
    found = make_protected_tables()
    hidden = replace(found.categories[0], figures=StatusCounts(None, None, None, None))
    made = build_statistics_document(
        replace(found, categories=(hidden, *found.categories[1:])), ReleaseInfo()
    )
    text = render_chart_svg(build_category_chart(made))
    assert len(bars(text)) == 2
    assert ">–</text>" in text


def test_everything_stays_within_the_picture() -> None:
    text = render_chart_svg(build_row_chart(make_document()))
    read = ET.fromstring(text)
    height = float(read.attrib["viewBox"].split()[3])
    assert all(x + width <= SVG_WIDTH - FIGURE_WIDTH + 0.2 for _, x, width in bars(text))
    assert all(float(one.attrib["y"]) < height for one in read.iter(f"{SVG}text"))


def test_nothing_received_has_no_charts() -> None:
    assert build_charts(make_document(0)) == ()
    assert [one.code for one in build_charts(make_document())] == ["rows", "categories"]
    assert build_row_chart(make_document(0)).longest == 1


@pytest.mark.parametrize(
    ("text", "most", "cut"),
    [
        ("ประพฤติมิชอบ", 20, "ประพฤติมิชอบ"),
        ("ผู้ใหญ่ที่ดูแล", 5, "ผู้ใหญ่…"),
        ("กำกับดูแล", 3, "กำ…"),
        ("น้ำใจงาม", 3, "น้ำ…"),
        ("ใจใจใจใจ", 4, "ใจ…"),
        ("ab cdef", 4, "ab…"),
    ],
)
def test_a_label_is_cut_between_letters_and_never_before_a_mark(text: str, most: int, cut: str) -> None:
    found = shorten_to_letters(text, most)
    assert found == cut
    assert count_letters(found) <= most


def test_long_labels_stand_above_their_bars() -> None:
    assert build_category_chart(make_document()).has_labels_above
    assert not build_row_chart(make_document()).has_labels_above
    assert all(x == 0 for _, x, _ in bars(render_chart_svg(build_category_chart(make_document()))))


def test_the_chart_of_categories_names_the_years_that_it_is_about() -> None:
    drawn = build_category_chart(make_document())
    assert drawn.title == ("แยกตามประเภทเรื่อง ปีงบประมาณ พ.ศ. 2569", "By category, fiscal year 2569")
    assert "พ.ศ. 2569</text>" in render_chart_svg(drawn)
