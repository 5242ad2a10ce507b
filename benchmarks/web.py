"""A whole report with photos in a real browser, from the first page to the receipt, on loopback."""

import io
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

from benchmarks.tables import Sizes, Table, format_spread
from tests.end_to_end.browser_driver import CHROMIUM, PHONE, launch_chromium
from tests.end_to_end.threaded_server import WebServer

PHOTO_COUNT = 3
STORY = "เจ้าหน้าที่พัสดุเรียกรับเงินร้อยละสิบจากผู้รับเหมาก่อนตรวจรับงาน"


def write_photos(folder: Path) -> list[Path]:
    """Photos as a phone takes them: some megabytes each."""
    photos = []
    for number in range(PHOTO_COUNT):
        out = io.BytesIO()
        Image.effect_noise((3000, 2250), 90).convert("RGB").save(out, "JPEG", quality=80)
        photos.append(folder / f"photo{number}.jpg")
        photos[-1].write_bytes(out.getvalue())
    return photos


def pick_choice(page: Page, label: str) -> None:
    """Press a button and wait for the next page."""
    old = page.get_attribute("[name=csrf]", "value")
    page.locator("button[name=choice]", has_text=label).first.click()
    page.wait_for_selector(f'[name=csrf]:not([value="{old}"])', state="attached")


def measure_report(browser: Browser, address: str, evidence: list[Path], *, scripts: bool) -> float:
    """Seconds that one report takes a person who never hesitates."""
    context = browser.new_context(**PHONE, java_script_enabled=scripts)
    page = context.new_page()
    started = time.perf_counter()
    page.goto(f"{address}/report")
    for label in ("รับทราบ", "ทุจริตต่อหน้าที่"):
        pick_choice(page, label)
    page.fill("[name=text]", STORY)
    for label in ("เสร็จแล้ว", "ข้าม", "ข้าม", "ข้าม"):
        pick_choice(page, label)
    page.set_input_files("[name=file]", evidence)
    page.click("[data-send]")
    page.locator("button", has_text="เสร็จแล้ว").wait_for()
    for label in ("เสร็จแล้ว", "ข้าม", "ข้าม", "ข้าม", "ไม่ใช่", "ไม่บอกชื่อ", "ส่งเรื่อง"):
        pick_choice(page, label)
    page.wait_for_selector("[data-receipt]")
    elapsed = time.perf_counter() - started
    context.close()
    return elapsed


def measure(sizes: Sizes) -> Iterable[Table]:
    """Measure with and without JavaScript; nothing where there is no Chromium."""
    if not CHROMIUM.exists():
        return
    with tempfile.TemporaryDirectory() as folder, launch_chromium() as browser:
        evidence = write_photos(Path(folder))
        size = sum(path.stat().st_size for path in evidence) / 1e6
        server = WebServer(Path(folder) / "var")
        taken: dict[str, list[float]] = {"on": [], "off": []}
        for _ in range(sizes.rounds):
            for scripts, seconds in taken.items():
                seconds.append(measure_report(browser, server.address, evidence, scripts=scripts == "on"))
        server.close()
    yield Table(
        "A report in Chromium: seconds from the first page to the receipt",
        ("JavaScript", "seconds"),
        [[scripts, format_spread(seconds, ".2f")] for scripts, seconds in taken.items()],
        f"{sizes.rounds} rounds of 15 pages with {PHOTO_COUNT} photos ({size:.1f} MB); browser and server share the"
        " machine, and the person never hesitates",
    )
