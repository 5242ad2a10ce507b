"""Pictures of public pages by this machine's Chromium: a fresh profile each, no cookies, public addresses only."""

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


async def _draw(browser: PictureBrowser, address: str, proxy_port: int) -> bytes:
    with tempfile.TemporaryDirectory(prefix="ita-evidence-", ignore_cleanup_errors=True) as folder:
        file = Path(folder) / "page.png"
        arguments = (
            *_ARGUMENTS,
            *browser.more,
            f"--proxy-server=http://127.0.0.1:{proxy_port}",
            f"--user-data-dir={folder}/profile",
            f"--screenshot={file}",
            address,
        )
        environment = {"HOME": folder, "PATH": os.defpath, "LANG": "C.UTF-8"}
        try:
            drawing = await asyncio.create_subprocess_exec(
                browser.path,
                *arguments,
                env=environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError:
            return b""
        try:
            async with asyncio.timeout(DRAWING_SECONDS):
                await drawing.wait()
        except TimeoutError:
            pass
        finally:
            with suppress(ProcessLookupError):
                os.killpg(drawing.pid, 9)  # its helpers too
            await drawing.wait()
        with suppress(OSError):
            if file.stat().st_size <= MAX_PICTURE_BYTES:
                return file.read_bytes()
    return b""
