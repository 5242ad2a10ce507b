"""Every story in a real Chromium: the same words, the same effects, with JavaScript off and on."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.end_to_end.browser_driver import CHROMIUM, DESKTOP, PHONE, BrowserDriver
from tests.end_to_end.page_audit import AuditedBrowserDriver
from tests.story import CITIZEN_STORIES, SERVICE_STORIES, StoryPlayer

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no Chromium on this machine")

WINDOWS = {
    "phone-light-off": {**PHONE, "java_script_enabled": False},
    "desk-dark-on": {**DESKTOP, "color_scheme": "dark"},
    "phone-dark-on": {**PHONE, "color_scheme": "dark"},
    "desk-light-off": {**DESKTOP, "java_script_enabled": False},
}
"""Each story runs in one of the first two, in turn; with `--windows all` in all of them."""

PLAYED_STORIES = [*CITIZEN_STORIES, *SERVICE_STORIES]


@pytest.mark.parametrize("story", PLAYED_STORIES, ids=lambda story: story.stem)
@pytest.mark.parametrize("window", WINDOWS)
def test_through_a_browser(story: Path, window: str, windows: int, browser: Browser, tmp_path: Path) -> None:
    turn = ([*WINDOWS].index(window) + PLAYED_STORIES.index(story)) % 2
    if windows < len(WINDOWS) and ([*WINDOWS].index(window) >= windows or turn):
        pytest.skip("only with --windows all")
    # The accessibility check is a script, so it runs only where scripts may run.
    judge = BrowserDriver if window.endswith("off") else AuditedBrowserDriver
    door = judge(browser, tmp_path / "var", WINDOWS[window], desk_name=desk_of(story))
    try:
        StoryPlayer(door).play_story(story)
    finally:
        door.close()
    assert getattr(door, "violations", []) == []


def desk_of(story: Path) -> str:
    return "service" if story in SERVICE_STORIES else "complaints"
