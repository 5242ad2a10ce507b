"""Nothing leaks over the web: canaries sent through a real browser are searched for on both sides."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.end_to_end.browser_driver import CHROMIUM, CHROMIUM_ARGS
from tests.end_to_end.terminal_driver import build_environment, write_office_beside
from tests.end_to_end.test_canaries import (
    CONTACT,
    CONTENT,
    FILE_NAME,
    NAME,
    REPLY,
    TEXT,
    encode_canary,
    find_canaries,
)

pytestmark = [
    pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no Chromium on this machine"),
    pytest.mark.full("pages in a browser"),
]
AGENT = "CANARYAGENT"


def pick_choice(page: Page, label: str) -> None:
    """Press a button and wait for the next page."""
    old = page.get_attribute("[name=csrf]", "value")
    page.locator("button[name=choice]", has_text=label).first.click()
    page.wait_for_selector(f'[name=csrf]:not([value="{old}"])', state="attached")


def send_text(page: Page, words: str) -> None:
    """Type a text and send it."""
    old = page.get_attribute("[name=csrf]", "value")
    page.fill("[name=text]", words)
    page.click("[data-send]")
    page.wait_for_selector(f'[name=csrf]:not([value="{old}"])', state="attached")


def file_report(page: Page, address: str, evidence: Path) -> str:
    """A whole report with a name and a file, and a message afterwards; returns the receipt."""
    page.goto(f"{address}/report")
    for label in ("รับทราบ เริ่มแจ้งเรื่อง", "ทุจริตต่อหน้าที่"):
        pick_choice(page, label)
    page.fill("[name=text]", TEXT)
    pick_choice(page, "เสร็จแล้ว")
    for _ in range(3):
        pick_choice(page, "ข้าม")
    sent_on_choosing = page.locator("[data-on-choosing]").is_visible()
    page.set_input_files("[name=file]", evidence)
    if not sent_on_choosing:  # without JavaScript a button sends
        page.click("[data-send]")
    page.locator(".note", has_text=f"เก็บไฟล์ “{evidence.name}” แล้ว").wait_for()
    pick_choice(page, "เสร็จแล้ว")
    for label in ("ข้าม", "ข้าม", "ข้าม", "ไม่ใช่"):
        pick_choice(page, label)
    page.locator("button[name=choice]", has_text=re.compile("^บอกชื่อ$")).click()
    page.locator("h1", has_text="ชื่อของท่าน").wait_for()
    send_text(page, NAME)
    send_text(page, CONTACT)
    pick_choice(page, "ส่งเรื่อง")
    receipt = page.inner_text("[data-receipt]")
    send_text(page, receipt[-6:])
    page.goto(f"{address}/track")
    send_text(page, receipt)
    pick_choice(page, "ส่งข้อความ")
    send_text(page, REPLY)
    assert "ส่งข้อความถึงเจ้าหน้าที่แล้ว" in page.inner_text("main")
    return receipt


@pytest.mark.parametrize("scripts", [True, False], ids=["on", "off"])
def test_no_canary_stands_on_either_side(tmp_path: Path, scripts: bool) -> None:
    home, temporary, profile = tmp_path / "var", tmp_path / "temporary", tmp_path / "profile"
    temporary.mkdir()
    write_office_beside(home)
    evidence = tmp_path / FILE_NAME
    evidence.write_text(CONTENT, "utf-8")
    server = subprocess.Popen(
        [sys.executable, "-m", "bot", "run", "--port", "0"],
        cwd=tmp_path, env=build_environment(home, TMPDIR=str(temporary)),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert server.stdout is not None
    address = server.stdout.readline().decode().split()[1]
    with sync_playwright() as driver:
        window = driver.chromium.launch_persistent_context(
            str(profile),
            executable_path=str(CHROMIUM),
            args=CHROMIUM_ARGS,
            java_script_enabled=scripts,
            user_agent=AGENT,
        )
        page = window.pages[0]
        receipt = file_report(page, address, evidence)
        assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
        kept = window.cookies(f"{address}/report")
        assert [(one["httpOnly"], one["sameSite"], one["expires"]) for one in kept] == [(True, "Lax", -1)]
        assert window.cookies(address) == []
        page.wait_for_timeout(500)  # the browser has written what it writes by now
        window.close()
    server.terminate()
    out, logged = server.communicate(timeout=60)
    assert server.returncode == 0
    bare = receipt.replace("-", "")
    every = [
        TEXT,
        FILE_NAME,
        CONTENT[:20],
        NAME,
        CONTACT,
        REPLY,
        receipt,
        bare,
        bare[:16],
        kept[0]["value"][:32],
    ]
    for canary in (*every, AGENT, "127.0.0.1"):
        assert not any(s in logged + out for s in encode_canary(canary)), canary
    assert find_canaries(home, [*every, AGENT]) + find_canaries(temporary, every) == []
    assert find_canaries(profile, [address.partition("//")[2]])  # the search finds what the browser keeps
    assert find_canaries(profile, every) == []
