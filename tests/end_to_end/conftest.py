"""Fixtures: one browser for the pages of a module, and a phone-sized window in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.end_to_end.browser_driver import PHONE, BrowserDriver, launch_chromium
from tests.in_memory_desk import OFFICE

OFFICE_WITH_LOCAL_EXIT = OFFICE.model_copy(update={"exit_to": "/elsewhere"})
"""An office whose quick exit leads to a page that needs no network."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all tests of the module."""
    with launch_chromium() as one:
        yield one


@pytest.fixture
def door(browser: Browser, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[BrowserDriver]:
    """A phone with JavaScript, or the window that the test asks for."""
    one = BrowserDriver(browser, tmp_path / "var", getattr(request, "param", PHONE), OFFICE_WITH_LOCAL_EXIT)
    yield one
    one.close()
