"""Every page of a desk with 100,000 cases asks the database as often as with a few, and shows as much."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from handlers.staff.permissions import Role
from tests.counted_work import count_statements
from tests.end_to_end.workspace.many_cases import copy_case
from tests.end_to_end.workspace.workspace_server import WorkspaceServer

pytestmark = pytest.mark.full("100,000 cases")
DESK = "/staff/complaints"
FEW, MANY = 200, 100_000
MOST_STATEMENTS = 30
"""Of a page, with those of its session, its rights and what is recorded of an opened case."""

PAGES = (
    *(f"inbox?list={tab}" for tab in ("new", "mine", "due", "waiting", "assigned", "closed")),
    *("inbox?list=new&page=3", "case/2570/1", "figures", "trail", "people", "sessions", "news"),
)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[WorkspaceServer]:
    one = WorkspaceServer(tmp_path / "var")
    yield one
    one.close()


def test_statements_of_a_page_do_not_grow_with_the_cases(office: WorkspaceServer) -> None:
    office.file_case(1)
    chief = office.add_officer("หัวหน้า", Role.SUPERVISOR)
    browser, counts = office.sign_in(chief), list[dict[str, int]]()
    for have, want in ((0, FEW), (FEW, MANY)):
        copy_case(office.home, want - have, first=have, officer=chief.id)
        found = dict[str, int]()
        for page in PAGES:
            assert browser.request(f"{DESK}/{page}").status == 200, page
            with count_statements(counted := Counter()):
                shown = browser.request(f"{DESK}/{page}")
            found[page] = sum(counted.values())
            assert "inbox" not in page or shown.text.count('<span class="number">') <= 20
        counts.append(found)
    assert counts[0] == counts[1]
    assert max(counts[1].values()) <= MOST_STATEMENTS, counts[1]
