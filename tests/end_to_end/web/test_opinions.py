"""The pages about consultations in a real Chromium: phone, desktop, dark mode, frame and print."""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from ita_stats.opinions.render_html import render_results_page
from ita_stats.opinions.render_overview import OpinionOverview, OverviewLinks, render_overview_page
from tests.bot.consultations.opinion_source import (
    InMemoryOpinionSource,
    make_opinion_source,
    serve_opinion_pages,
)
from tests.end_to_end.browser_driver import CHROMIUM, DESKTOP, PHONE
from tests.end_to_end.page_audit import AXE_RULES
from tests.ita_stats.opinions.sample_consultation import make_results

pytestmark = [
    pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no Chromium on this machine"),
    pytest.mark.full("pages in a browser"),
]

PATHS = (
    "/opinions",
    "/opinions?lang=en",
    "/opinions/K7Q2",
    "/opinions/K7Q2?lang=en",
    "/opinions/OPEN1",
    "/opinions/WAIT1",
)
WINDOWS = {
    "phone": PHONE,
    "dark": {**PHONE, "color_scheme": "dark"},
    "no-script": {**PHONE, "java_script_enabled": False},
    "desk": DESKTOP,
}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serve_opinion_pages(make_opinion_source()) as one:
        yield one


@pytest.fixture
def opened(browser: Browser) -> Iterator[Any]:
    """Opens a page in a window, and records violations of its policy and requests to others."""
    contexts, complaints = [], list[str]()

    def open_in_window(where: str, how: dict[str, Any]) -> Page:
        context = browser.new_context(**how)
        contexts.append(context)
        one = context.new_page()
        one.on("console", lambda message: complaints.append(message.text))
        origin = where.split("/opinions")[0]
        one.on(
            "request", lambda asked: None if asked.url.startswith(origin) else complaints.append(asked.url)
        )
        one.goto(where)
        return one

    yield open_in_window
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("window", WINDOWS)
def test_everybody_can_read_them(window: str, path: str, address: str, opened: Any) -> None:
    one = opened(address + path, WINDOWS[window])
    assert not one.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    assert one.evaluate("getComputedStyle(document.querySelector('.results')).getPropertyValue('--r-bar')")
    if window != "no-script":  # axe is a script itself
        found = Axe().run(one, options=AXE_RULES).response["violations"]
        assert [(v["id"], [node["html"][:120] for node in v["nodes"]]) for v in found] == []


@pytest.mark.parametrize("letters", ["", "letter-spacing:.3em", "font-size:200%"])
def test_large_figures_stay_on_a_phone(letters: str, opened: Any, tmp_path: Path) -> None:
    """The figures of the bars fit on a phone with any font and any text size."""
    path = tmp_path / "opinions.html"
    path.write_text(render_results_page(make_results()).replace("20 (8.6%)", "100,000 (100.0%)"))
    one = opened(path.as_uri(), PHONE)
    rights = one.evaluate(
        "letters => [...document.querySelectorAll('.bars strong')].map("
        "figure => (figure.style.cssText = letters, figure.getBoundingClientRect().right))",
        letters,
    )
    assert not one.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    assert max(rights) <= PHONE["viewport"]["width"]


@pytest.mark.parametrize("window", ["phone", "dark"])
def test_a_page_that_stands_alone(window: str, opened: Any, tmp_path: Path) -> None:
    found = make_results()
    (tmp_path / "opinions.html").write_text(render_results_page(found))
    both = OpinionOverview(found.office_th, found.office_en, found.closes.date(), closed=(found,))
    (tmp_path / "opinions-all.html").write_text(
        render_overview_page(both, OverviewLinks("", "", "{code}/index.html"))
    )
    for name in ("opinions.html", "opinions-all.html"):
        one = opened((tmp_path / name).as_uri(), WINDOWS[window])
        violations = Axe().run(one, options=AXE_RULES).response["violations"]
        assert [(v["id"], [node["html"][:120] for node in v["nodes"]]) for v in violations] == []
        assert not one.evaluate("document.documentElement.scrollWidth > window.innerWidth")


def test_bars_are_as_long_as_their_figures(address: str, opened: Any) -> None:
    one = opened(address + "/opinions/K7Q2", DESKTOP)
    shares = one.evaluate(
        "[...document.querySelectorAll('svg')].map(svg => [svg.nextElementSibling.textContent, "
        "...['.bar', '.rail'].map(part => svg.querySelector(part).getBoundingClientRect().width)])"
    )
    assert len(shares) > 15
    for label, bar, rail in shares:
        assert abs(float(label.partition("(")[2].rstrip("%)")) / 100 - bar / rail) < 0.01


def test_on_paper_nothing_is_cut_off(address: str, opened: Any) -> None:
    one = opened(address + "/opinions/K7Q2", DESKTOP)
    with pypdfium2.PdfDocument(io.BytesIO(one.pdf(print_background=True))) as sheets:
        texts = [sheet.get_textpage() for sheet in sheets]
        text = "".join(words.get_text_bounded() for words in texts)
        width = sheets[0].get_size()[0]
        right = max(words.get_charbox(n)[2] for words in texts for n in range(words.count_chars()))
    assert "240" in text
    assert "20 (8.6%)" in text
    assert right < width


@pytest.mark.parametrize(
    ("site", "shown"), [("https://www.example.com/", True), ("https://other.example/", False)]
)
def test_the_offices_site_may_frame_it_and_links_open_beside(
    site: str, shown: bool, address: str, browser: Browser
) -> None:
    """Chromium blocks websites from private addresses, so the pages get a host name of their own."""
    ours = "https://ask.example"
    context = browser.new_context(**PHONE)
    outer = f'<!doctype html><title>x</title><iframe title="x" src="{ours}/opinions/K7Q2"></iframe>'
    context.route(site, lambda route: route.fulfill(content_type="text/html", body=outer))
    context.route(
        f"{ours}/**",
        lambda route: route.fulfill(response=route.fetch(url=route.request.url.replace(ours, address))),
    )
    one = context.new_page()
    with one.expect_event("requestfinished" if shown else "requestfailed", lambda asked: "K7Q2" in asked.url):
        one.goto(site)
    inner = one.frames[1]
    inner.wait_for_load_state()
    assert bool(inner.query_selector("#results")) is shown
    away = inner.eval_on_selector_all("a", "found => found.map(a => [a.getAttribute('href'), a.target])")
    assert not [
        href
        for href, target in away
        if not re.match(r"/opinions\b|\?|#", href) and target != "_blank" and href != "/exit"
    ]
    context.close()


def test_an_office_that_asked_nobody(opened: Any) -> None:
    with serve_opinion_pages(InMemoryOpinionSource()) as address:
        one = opened(address + "/opinions", PHONE)
        assert "ให้ความเห็นต่องานของสำนักงาน" in one.inner_text("main")
        found = Axe().run(one, options=AXE_RULES).response["violations"]
    assert found == []
