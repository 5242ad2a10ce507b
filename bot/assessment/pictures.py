"""Public pages drawn by this machine's Chromium: a fresh profile each, no cookies, public addresses only."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bot.assessment.documents import PICTURE_SIZE
from bot.assessment.public_proxy import open_public_proxy

BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
DRAWING_SECONDS = 40
MAX_PICTURE_BYTES = 8 * 1024 * 1024
MAX_DRAWN_HTML_BYTES = 8 * 1024 * 1024
_ARGUMENTS = (
    "--headless=new",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--proxy-bypass-list=<-loopback>",
    "--no-first-run",
    "--no-default-browser-check",
    "--hide-scrollbars",
    "--incognito",
    "--lang=th",
    f"--window-size={PICTURE_SIZE[0]},{PICTURE_SIZE[1]}",
    "--virtual-time-budget=6000",
)


@dataclass(frozen=True, slots=True)
class PictureBrowser:
    """A Chromium. more: further arguments."""

    path: str
    more: tuple[str, ...] = ()


def find_browser() -> PictureBrowser | None:
    """Find a Chromium; None where there is none, or where this is root, for whom it gives up its own confinement."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    return PictureBrowser(found) if found is not None and os.geteuid() != 0 else None


async def take_pictures(
    browser: PictureBrowser, addresses: Iterable[str], own_addresses: Iterable[str]
) -> dict[str, bytes]:
    """Draw pages as PNG, by address; a page that cannot be drawn is left out. own_addresses: may be private."""
    found = {}
    async with open_public_proxy(own_addresses) as port:
        for address in addresses:
            picture = await _draw(browser, address, port)
            if picture:
                found[address] = picture
    return found


async def read_drawn_html(browser: PictureBrowser, address: str, own_addresses: Iterable[str]) -> str:
    """Return a page's HTML after its scripts ran; empty where it cannot be drawn. own_addresses: may be private."""
    async with open_public_proxy(own_addresses) as port:
        with tempfile.TemporaryDirectory(prefix="ita-evidence-", ignore_cleanup_errors=True) as folder:
            file = Path(folder) / "page.html"
            with file.open("wb") as html:
                await _run_browser(browser, ("--dump-dom", address), Path(folder), port, html.fileno())
            with file.open("rb") as html:
                return html.read(MAX_DRAWN_HTML_BYTES).decode("utf-8", "replace")


async def _draw(browser: PictureBrowser, address: str, proxy_port: int) -> bytes:
    with tempfile.TemporaryDirectory(prefix="ita-evidence-", ignore_cleanup_errors=True) as folder:
        file = Path(folder) / "page.png"
        await _run_browser(browser, (f"--screenshot={file}", address), Path(folder), proxy_port)
        with suppress(OSError):
            if file.stat().st_size <= MAX_PICTURE_BYTES:
                return file.read_bytes()
    return b""


async def _run_browser(
    browser: PictureBrowser,
    task: tuple[str, ...],
    folder: Path,
    proxy_port: int,
    output: int = asyncio.subprocess.DEVNULL,
) -> None:
    """Run the browser for one page, with its profile in a folder. output: a file descriptor for what it prints."""
    arguments = (
        *_ARGUMENTS,
        *browser.more,
        f"--proxy-server=http://127.0.0.1:{proxy_port}",
        f"--user-data-dir={folder}/profile",
        *task,
    )
    environment = {"HOME": str(folder), "PATH": os.defpath, "LANG": "C.UTF-8"}
    try:
        drawing = await asyncio.create_subprocess_exec(
            browser.path,
            *arguments,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        return
    try:
        async with asyncio.timeout(DRAWING_SECONDS):
            await drawing.wait()
    except TimeoutError:
        pass
    finally:
        with suppress(ProcessLookupError):
            os.killpg(drawing.pid, 9)  # its helpers too
        await drawing.wait()
