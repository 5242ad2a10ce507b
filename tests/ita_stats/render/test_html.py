"""The page: self-contained under its strict policy, with every figure, and safe for WordPress's filter."""

import base64
import re
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser

import pytest

from ita_stats.cases.model import Footnote, ReleaseInfo
from ita_stats.render import html
from ita_stats.render.document import (
    SUPPRESSED_DASH,
    StatisticsDocument,
    build_statistics_document,
    format_cell,
)
from ita_stats.render.html import (
    STATISTICS_STYLE,
    extract_page_csp,
    render_statistics_fragment,
    render_statistics_page,
    render_wordpress_html,
)
from ita_stats.render.standalone_page import NamedLink
from ita_stats.render.svg_chart import build_category_chart, render_chart_svg
from tests.ita_stats.render.sample_documents import make_document, make_protected_tables

LINKS = (NamedLink("PDF", "https://example.go.th/a.pdf"), NamedLink("CSV", "https://example.go.th/a.csv"))
EMPTY = {"meta", "link", "img", "br", "rect"}
WORDPRESS = {"div", "p", "strong", "span", "h2", "h3", "ul", "li", "a", "img", "figure", "abbr"}
WORDPRESS |= {"table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"}
"""The elements and attributes that wp_kses_post keeps, of those we use (WordPress 6, wp-includes/kses.php)."""


class Reader(HTMLParser):
    """Parses a page as a browser would: elements with attributes, rows of cells, and correct nesting."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.rows: list[list[str]] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in EMPTY:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data

    @property
    def names(self) -> set[str]:
        """The names of the elements."""
        return {name for name, _ in self.elements}

    def attributes(self, name: str) -> list[str]:
        """The values of an attribute, in order."""
        return [str(attrs[name]) for _, attrs in self.elements if name in attrs]


def figures(found: StatisticsDocument) -> list[list[str]]:
    """The expected rows of the main table."""
    return [
        [
            row.label_th,
            *(
                SUPPRESSED_DASH if f is None else str(f)
                for f in (*row.categories.values(), *row.figures.cells)
            ),
            "",
        ]
        for row in found.tables.rows
    ]


@pytest.mark.parametrize("variant", ["page", "fragment", "plain"])
def test_every_figure_is_in_the_table(variant: str) -> None:
    found = make_document()
    text = (
        render_wordpress_html(found, "p.png", LINKS)
        if variant == "plain"
        else getattr(html, f"render_statistics_{variant}")(found)
    )
    rows = Reader(text).rows
    top = next(i for i, row in enumerate(rows) if row[0] == "ต.ค. 2568")
    assert rows[top : top + 12] == figures(found)
    assert rows[top + 12] == ["รวม", "180", "79", "62", "39", ""]
    for line in (*found.tables.categories, *found.tables.sources, *found.tables.outcomes):
        assert any(
            row[0].startswith(line.name_th) and row[1:] == [format_cell(line.figures.received)]
            for row in rows
        )
    assert "ที่เหลือรวมกัน" in text
    assert "ไม่แสดง เพื่อคุ้มครองผู้แจ้ง" in text


def test_the_page_lives_under_its_own_strict_policy() -> None:
    text = render_statistics_page(make_document())
    read = Reader(text)
    policy = next(str(attrs["content"]) for _, attrs in read.elements if "http-equiv" in attrs)
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    [style] = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    assert base64.b64encode(sha256(style.encode()).digest()).decode() in policy
    assert STATISTICS_STYLE.page_policy == policy
    assert not {"script", "img", "link", "iframe", "object", "form", "base"} & read.names
    assert not read.attributes("style")
    assert not [name for _, attrs in read.elements for name in attrs if name.startswith("on")]
    assert not read.attributes("src")
    assert {a for a in read.attributes("href") if not a.startswith("statistics.")} == set()
    assert "url(" not in style
    assert "@import" not in style


def test_the_policy_of_an_older_page_is_that_of_its_own_style() -> None:
    text = render_statistics_page(make_document())
    assert extract_page_csp(text) in text.replace("&#39;", "'")
    older = text.replace("color-scheme:light", "color-scheme:dark")
    assert extract_page_csp(older) != extract_page_csp(text)
    with pytest.raises(ValueError, match="<style>"):
        extract_page_csp("<p>x")


def test_heads_and_names_are_told_to_who_hears_the_page() -> None:
    read = Reader(render_statistics_page(make_document()))
    scopes = read.attributes("scope")
    assert set(scopes) == {"row", "col"}
    assert len(read.attributes("id")) == len(set(read.attributes("id")))
    regions = [attrs for name, attrs in read.elements if attrs.get("role") == "region"]
    assert {attrs["aria-labelledby"] for attrs in regions} <= set(read.attributes("id"))
    drawn = [attrs for name, attrs in read.elements if name == "svg"]
    assert [attrs["aria-labelledby"] for attrs in drawn] == ["rows-title", "categories-title"]
    assert sum(name == "desc" for name, _ in read.elements) == 2


def test_the_fragment_links_to_the_files_where_they_are() -> None:
    assert Reader(render_statistics_fragment(make_document(), LINKS)).attributes("href") == [
        link.address for link in LINKS
    ]
    assert Reader(render_statistics_fragment(make_document(), ())).attributes("href") == []
    assert render_statistics_fragment(make_document()) in render_statistics_page(make_document())


def test_wordpress_is_given_what_it_keeps() -> None:
    text = render_wordpress_html(make_document(), "https://example.go.th/a.png", LINKS)
    read = Reader(text)
    assert read.names <= WORDPRESS
    assert text.startswith("<!-- wp:html -->")
    assert text.rstrip().endswith("<!-- /wp:html -->")
    [image] = [attrs for name, attrs in read.elements if name == "img"]
    assert image["src"] == "https://example.go.th/a.png"
    assert image["alt"] == (
        "สำนักงานศึกษาธิการจังหวัดเชียงใหม่ ข้อมูลเชิงสถิติเรื่องร้องเรียนการทุจริตและประพฤติมิชอบ "
        "ปีงบประมาณ พ.ศ. 2569 (1 ตุลาคม 2568 - 30 กันยายน 2569) รับไว้ 180 แล้วเสร็จ 79 อยู่ระหว่างดำเนินการ 62 "
        "ไม่รับเรื่อง 39 ข้อมูล ณ สิ้นวันที่ 30 กันยายน 2569"
    )
    assert read.attributes("href") == [link.address for link in LINKS]


def test_the_four_totals_come_first() -> None:
    text = render_statistics_fragment(make_document())
    totals = re.findall(r"<dt>(\S+) <span.*?</dt><dd>([0-9]+)</dd>", text)
    assert totals == [("รับไว้", "180"), ("แล้วเสร็จ", "79"), ("อยู่ระหว่างดำเนินการ", "62"), ("ไม่รับเรื่อง", "39")]
    assert text.index("<dl") < text.index("<table")


@pytest.mark.parametrize("variant", ["page", "plain"])
def test_nothing_received_is_said_over_zeros_and_without_charts(variant: str) -> None:
    found = make_document(0)
    text = render_statistics_page(found) if variant == "page" else render_wordpress_html(found, "p.png", ())
    assert "ไม่มีเรื่องร้องเรียน ปีงบประมาณ พ.ศ. 2569 (1 ตุลาคม 2568 - 30 กันยายน 2569)</" in text
    assert "<svg" not in text
    assert ["ต.ค. 2568", *["0"] * 4, ""] in Reader(text).rows


def test_what_the_office_wrote_is_text_and_never_markup() -> None:
    evil = '"><script>alert(1)</script><img src=x onerror=y>'
    found = make_protected_tables()
    named = replace(
        found,
        office_th=evil,
        categories=(replace(found.categories[0], name_th=evil, name_en=evil), *found.categories[1:]),
    )
    made = build_statistics_document(named, ReleaseInfo(2, (Footnote("changed", evil, evil),), evil))
    for text in (
        render_statistics_page(made),
        render_wordpress_html(made, evil, (NamedLink(evil, evil),)),
        render_chart_svg(build_category_chart(made)),
    ):
        assert "<script" not in text
        assert "<img src=x" not in text
        assert "alert(1)" in text


def test_a_correction_tells_what_changed_and_why() -> None:
    text = render_statistics_page(
        make_document(issue=ReleaseInfo(2, (Footnote("x", "รับไว้ จาก 12 เป็น 13", "from 12"),), "บันทึกเดือนผิด"))
    )
    assert "สิ่งที่แก้ไขจากฉบับที่ 1" in text
    assert "<li>รับไว้ จาก 12 เป็น 13" in text
    assert "<p>บันทึกเดือนผิด</p>" in text
    assert "สิ่งที่แก้ไข" not in render_statistics_page(make_document())


def test_on_paper_the_sum_stands_once_and_what_is_assessed_comes_first() -> None:
    # Browsers repeat a table's foot on each printed page, unless it is laid out as rows.
    assert "tfoot{display:table-row-group}" in STATISTICS_STYLE.css.partition("@media print")[2]
    head = [english for _, english in make_document().main.head]
    assert head == ["Month", "Total", "Done", "In progress", "Not accepted", "Remarks"]
