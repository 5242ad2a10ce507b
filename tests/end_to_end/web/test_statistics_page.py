"""The statistics page in a real Chromium: phone, desktop, frame, print, accessibility."""

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from ita_stats.cases.model import Breakdown, ReleaseInfo
from ita_stats.render.document import StatisticsDocument, build_statistics_document
from ita_stats.render.html import render_statistics_page
from tests.end_to_end.browser_driver import CHROMIUM, DESKTOP, PHONE, launch_chromium
from tests.ita_stats.render.sample_documents import make_document, make_protected_tables

pytestmark = [
    pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no Chromium on this machine"),
    pytest.mark.full("pages in a browser"),
]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all pages."""
    with launch_chromium() as one:
        yield one


def make_wide_document() -> StatisticsDocument:
    """A document with ten categories."""
    found = make_protected_tables()
    one = found.categories[0]
    codes = [f"c{n}" for n in range(10)]
    return build_statistics_document(
        replace(
            found,
            categories=tuple(Breakdown(c, "ละเว้นการปฏิบัติหน้าที่", "Failure to act", one.figures) for c in codes),
            rows=tuple(replace(r, categories=dict.fromkeys(codes, 12)) for r in found.rows),
        ),
        ReleaseInfo(),
    )


DOCUMENTS = {"year": make_document, "nothing": lambda: make_document(0), "ten": make_wide_document}


class OpenedPage:
    """A page in a window, with its requests and the violations of its policy."""

    def __init__(self, browser: Browser, how: dict[str, Any], address: str) -> None:
        self.page: Page = browser.new_context(**how).new_page()
        self.asked: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.goto(address)


def write_page(folder: Path, found: StatisticsDocument) -> str:
    """Write the page to a file; returns its URL."""
    path = folder / "statistics.html"
    path.write_text(render_statistics_page(found), "utf-8")
    return path.as_uri()


@pytest.mark.parametrize("how", [PHONE, DESKTOP], ids=["phone", "desk"])
@pytest.mark.parametrize("name", DOCUMENTS)
def test_it_is_read_by_everybody_and_asks_nobody(
    name: str, how: dict[str, Any], browser: Browser, tmp_path: Path
) -> None:
    address = write_page(tmp_path, DOCUMENTS[name]())
    opened = OpenedPage(browser, how, address)
    assert opened.asked == [address]
    assert opened.complaints == []
    found = Axe().run(opened.page, options=RULES).response["violations"]
    assert [(one["id"], [node["html"][:100] for node in one["nodes"]]) for one in found] == []
    assert not opened.page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    assert opened.page.evaluate("getComputedStyle(document.querySelector('thead th')).backgroundColor") == (
        "rgb(220, 228, 242)"
    )


def test_what_is_assessed_is_seen_on_a_phone_without_scrolling(browser: Browser, tmp_path: Path) -> None:
    opened = OpenedPage(browser, PHONE, write_page(tmp_path, make_document()))
    edges = opened.page.evaluate(
        "[...document.querySelectorAll('#table-rows ~ thead th')].map(h => h.getBoundingClientRect().right)"
    )
    assert len(edges) == 6
    assert edges[4] <= 360  # month, received, done, in progress, not accepted; remarks may be scrolled to


def test_words_of_charts_are_large_enough_on_a_phone(browser: Browser, tmp_path: Path) -> None:
    opened = OpenedPage(browser, PHONE, write_page(tmp_path, make_document()))
    heights = opened.page.evaluate(
        "[...document.querySelectorAll('svg text')].map(t => parseFloat(getComputedStyle(t).fontSize)"
        " * t.ownerSVGElement.getBoundingClientRect().width / 400)"
    )
    assert min(heights) > 9.5
    assert sorted(heights)[len(heights) // 2] > 12


def test_it_lives_in_a_frame_of_another_site(browser: Browser, tmp_path: Path) -> None:
    address = write_page(tmp_path, make_document())
    outer = tmp_path / "office.html"
    outer.write_text(
        '<!doctype html><html lang="th"><title>x</title>'
        f'<iframe sandbox title="x" src="{address}" width=320 height=600></iframe>'
    )
    opened = OpenedPage(browser, PHONE, outer.as_uri())
    inner = opened.page.frames[1]
    assert inner.inner_text("h1").startswith("ข้อมูลเชิงสถิติ")
    assert inner.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert opened.complaints == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_on_paper_nothing_is_cut_off(name: str, browser: Browser, tmp_path: Path) -> None:
    opened = OpenedPage(browser, DESKTOP, write_page(tmp_path, DOCUMENTS[name]()))
    made = opened.page.pdf(prefer_css_page_size=True, print_background=True)
    with pypdfium2.PdfDocument(io.BytesIO(made)) as sheets:
        width, height = sheets[0].get_size()
        assert (round(width), round(height)) == (842, 595)
        text = sheets[0].get_textpage()
        right = max(text.get_charbox(n)[2] for n in range(text.count_chars()))
        assert width * 0.8 < right < width - 30
        assert "Remarks" in text.get_text_bounded()
