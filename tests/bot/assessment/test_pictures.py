"""Pictures are drawn by a real Chromium, of the office's own pages and of nothing private."""

import asyncio
import os
import shutil
from pathlib import Path

import pytest

from bot.assessment import pictures
from bot.assessment.pages.page_reader import read_page
from bot.assessment.pictures import PictureBrowser, find_browser, read_drawn_html, take_pictures
from tests.bot.assessment.office_front import LoopbackSite, serve_site
from tests.end_to_end.browser_driver import CHROMIUM


@pytest.mark.full("pictures in a browser")
@pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no Chromium on this machine")
def test_a_page_is_drawn_and_what_it_loads_from_a_private_address_is_not() -> None:
    browser = PictureBrowser(str(CHROMIUM), ("--no-sandbox",))
    with serve_site(LoopbackSite()) as inner, serve_site(LoopbackSite()) as site:
        secret = inner.address.replace("127.0.0.1", "localhost")
        site.pages["/"] = f'<h1>สวัสดี</h1><img src="{secret}/a.png"><iframe src="{secret}/b"></iframe>'
        found = asyncio.run(take_pictures(browser, [f"{site.address}/", f"{secret}/"], [site.address]))
        assert list(found) == [f"{site.address}/"]
        assert found[f"{site.address}/"].startswith(b"\x89PNG")
        assert "/" in [path for path, _ in site.asked]
        assert inner.asked == []


@pytest.mark.full("pictures in a browser")
@pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no Chromium on this machine")
def test_links_that_scripts_make_are_in_a_drawn_page() -> None:
    browser = PictureBrowser(str(CHROMIUM), ("--no-sandbox",))
    script = "setTimeout(() => { document.body.innerHTML = '<a href=/report>แจ้งเรื่อง</a>'; }, 500)"
    with serve_site(LoopbackSite()) as site:
        site.pages["/"] = f"<body><script>{script}</script></body>"
        drawn = asyncio.run(read_drawn_html(browser, f"{site.address}/", [site.address]))
        refused = asyncio.run(read_drawn_html(browser, f"{site.address}/", []))
    assert read_page(drawn, f"{site.address}/").links == (f"{site.address}/report",)
    assert (
        read_page(refused, f"{site.address}/").links == ()
    )  # a private address is drawn for its office only


def test_root_draws_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert find_browser() is None
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert find_browser() == PictureBrowser("/usr/bin/chromium")


def test_a_browser_that_cannot_be_started_or_draws_nothing_leaves_no_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "DRAWING_SECONDS", 0.2)
    silent = tmp_path / "chromium"
    silent.write_text("#!/bin/sh\nsleep 60\n")
    silent.chmod(0o755)
    for path in ("/nowhere/chromium", str(silent)):
        assert asyncio.run(take_pictures(PictureBrowser(path), ["https://a.go.th/"], [])) == {}
        assert asyncio.run(read_drawn_html(PictureBrowser(path), "https://a.go.th/", [])) == ""
