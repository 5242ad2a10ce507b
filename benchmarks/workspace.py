"""Pages of the workspace at a desk with many cases: how long each takes, one after another."""

import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from benchmarks.tables import HOME, Sizes, Table, format_spread, prepare_process
from handlers.staff.permissions import Role
from handlers.staff.workspace.messages import InboxTab
from tests.end_to_end.officer.officer_server import HttpBrowser
from tests.end_to_end.workspace.many_cases import copy_case
from tests.end_to_end.workspace.workspace_server import WorkspaceServer

PAGES = (
    *(f"inbox?list={tab}" for tab in InboxTab),
    *("case/2570/1", "figures", "trail", "news"),
)


def measure_page(browser: HttpBrowser, page: str, tries: int) -> list[float]:
    """Milliseconds of a page that was opened once before."""
    taken = []
    for _ in range(tries + 1):
        start = time.perf_counter()
        browser.request(f"/staff/complaints/{page}")
        taken.append((time.perf_counter() - start) * 1000)
    return taken[1:]


def measure(sizes: Sizes) -> Iterable[Table]:
    """Measure the pages at each number of cases."""
    prepare_process()
    rows = []
    with tempfile.TemporaryDirectory(prefix="benchmark-", dir=HOME) as folder:
        office = WorkspaceServer(Path(folder) / "var")
        office.file_case(1)
        chief = office.add_officer("หัวหน้า", Role.SUPERVISOR)
        browser, have = office.sign_in(chief), 0
        for cases in sizes.cases:
            copy_case(office.home, cases - have, first=have, officer=chief.id)
            have = max(have, cases)
            rows += [
                [f"{cases:,}", page, format_spread(measure_page(browser, page, sizes.tries))]
                for page in PAGES
            ]
        office.close()
    yield Table(
        "Pages of the workspace",
        ("cases", "page", "ms"),
        rows,
        "a signed-in supervisor, half of the cases theirs; server and browser in one process, over loopback",
    )
