"""Reports in people's own words, from the first message to the receipt: nothing is lost, nothing filed unmeant."""

from collections.abc import Callable
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.bot.platforms.in_memory_driver import InMemoryDriver
from tests.bot.platforms.line.api_rules import needs_contracts
from tests.bot.platforms.line.driver import LineDriver
from tests.bot.platforms.telegram.driver import TelegramDriver
from tests.end_to_end.browser_driver import CHROMIUM, BrowserDriver
from tests.end_to_end.terminal_driver import TerminalDriver
from tests.end_to_end.web.report_steps import PHONE_WITHOUT_SCRIPT
from tests.handlers.test_stories import HandlerDriver
from tests.report import REPORTS, Habits, ReportPlayer, list_faults, load_report


def open_browser(home: Path, request: pytest.FixtureRequest) -> AbstractContextManager[BrowserDriver]:
    """A window of the browser that all tests of the module share."""
    return closing(BrowserDriver(request.getfixturevalue("browser"), home, PHONE_WITHOUT_SCRIPT))


@dataclass(frozen=True)
class Place:
    """Where people report, and how they write there. marks: of the tests there."""

    open: Callable[[Path, pytest.FixtureRequest], AbstractContextManager[Any]]
    habits: Habits
    marks: tuple[pytest.MarkDecorator, ...] = ()


FULL = pytest.mark.full("reports on every platform")
# The browser comes last: its loop runs until the end of this file, and no other may be started beside it.
PLACES = {
    "talk": Place(lambda _home, _: nullcontext(HandlerDriver()), Habits()),
    "memory": Place(lambda home, _: closing(InMemoryDriver(home)), Habits()),
    "telegram": Place(
        lambda home, _: closing(TelegramDriver(home)), Habits(longest_text=4096, joins_parts=True), (FULL,)
    ),
    "line": Place(
        lambda home, _: closing(LineDriver(home)), Habits(longest_text=5000), (FULL, needs_contracts)
    ),
    "terminal": Place(
        lambda home, _: closing(TerminalDriver(home)), Habits(has_stickers=False, has_lines=True), (FULL,)
    ),
    "web": Place(
        open_browser,
        Habits(has_pages=True, has_stickers=False),
        (FULL, pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no Chromium on this machine")),
    ),
}


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.stem)
@pytest.mark.parametrize(
    "place", [pytest.param(place, id=name, marks=place.marks) for name, place in PLACES.items()]
)
def test_a_report_is_filed_as_it_was_meant(
    place: Place, report: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    said = load_report(report)
    with place.open(tmp_path / "var", request) as driver:
        filed = ReportPlayer(driver, place.habits, said).play()
    assert list_faults(said, filed) == []
