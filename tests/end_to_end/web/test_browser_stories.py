"""Every story in a real Chromium: the same words, the same effects, with JavaScript off and on."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.end_to_end.browser_driver import CHROMIUM, DESKTOP, PHONE, BrowserDriver
from tests.end_to_end.page_audit import AuditedBrowserDriver
from tests.story import CITIZEN_STORIES, SERVICE_STORIES, StoryPlayer, mark_for_a_door

pytestmark = [
    pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no Chromium on this machine"),
    pytest.mark.full("pages in a browser"),
]

WINDOWS = {
    "phone-light-off": {**PHONE, "java_script_enabled": False},
    "desk-dark-on": {**DESKTOP, "color_scheme": "dark"},
    "phone-dark-on": {**PHONE, "color_scheme": "dark"},
    "desk-light-off": {**DESKTOP, "java_script_enabled": False},
}
"""Each story runs in one of the first two, in turn; in `make proof`, in all the others too."""

PLAYED_STORIES = [*CITIZEN_STORIES, *SERVICE_STORIES]


def desk_of(story: Path) -> str:
    return "service" if story in SERVICE_STORIES else "complaints"


def in_every_window() -> Iterator[Any]:
    """Each story with the window whose turn it is, and with the others, which are left to `make proof`."""
    for turn, story in enumerate(PLAYED_STORIES):
        for number, window in enumerate(WINDOWS):
            others = pytest.mark.proof("stories in every window")
            marks = mark_for_a_door(story) if number == turn % 2 else others
            yield pytest.param(story, window, id=f"{window}-{desk_of(story)}-{story.stem}", marks=marks)


@pytest.mark.parametrize(("story", "window"), [*in_every_window()])
def test_through_a_browser(story: Path, window: str, browser: Browser, tmp_path: Path) -> None:
    # The accessibility check is a script, so it runs only where scripts may run.
    judge = BrowserDriver if window.endswith("off") else AuditedBrowserDriver
    door = judge(browser, tmp_path / "var", WINDOWS[window], desk_name=desk_of(story))
    try:
        StoryPlayer(door).play_story(story)
    finally:
        door.close()
    assert getattr(door, "violations", []) == []
