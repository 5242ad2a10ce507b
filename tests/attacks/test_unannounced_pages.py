"""Before its moment no page tells that a case came: two desks that differ in nothing but such cases look the same.

Every route of the web application is fetched by every role, and every command on a case is sent from a page, for cases
that officers know and the numbers after these. A route or a command that is added is tried without being named here.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.routing import BaseRoute, Mount, Route

from bot.statistics.splits import SplitsDesk, settle_splits
from bot.web.app import build_web_app
from bot.web.workspace.command_tables import get_command_table
from handlers.staff.permissions import Role
from handlers.staff.workspace.views import WorkspaceView
from tests.attacks.test_unannounced_cases import CANARY, NOW, WITHIN, WRITING, Reporters, run_jobs
from tests.end_to_end.officer.officer_server import HttpBrowser, HttpResponse
from tests.end_to_end.officer.test_commands import COMMAND_TABLE
from tests.end_to_end.officers import Officer
from tests.end_to_end.workspace.workspace_server import WorkspaceServer, give
from tests.in_memory_desk import OFFICE

pytestmark = pytest.mark.full("attacks on unannounced cases")

NUMBERS = (1, 2)
"""One that officers know, and the next, which an unannounced case will have."""

ADDRESS_PARTS = {
    "view:str": tuple(WorkspaceView),
    "year:int": (2570,),
    "number:int": NUMBERS,
    "file": ("manifest.json",),
    "secret:str": ("x" * 32,),
    "key:str": ("x" * 32,),
    "rest:path": ("case/2",),
    "code": ("1",),
    "id:str": ("1",),
}
"""What is tried for each part of an address that varies. A part of another name fails until it stands here."""

CHANGES_EACH_TIME = re.compile(
    r'name="csrf" value="[^"]*"|did=[\w-]+|(?<=[="/:])[\w-]{32,}|id="password">[^<]*|(?<=[ "])[0-9a-f]{6}(?=[ "!])'
)
"""Form tokens, marks of what was sent, random names, passwords, and ids of the staff and of approvals."""


def list_routes(routes: list[BaseRoute]) -> Iterator[Route]:
    """All routes but those of unchanging files. Raises AssertionError for one of a kind that is not known here."""
    for route in routes:
        if isinstance(route, Mount):
            assert route.path == "/static"
            continue
        assert isinstance(route, Route)
        yield route


def list_addresses(path: str) -> list[str]:
    """The addresses of a route, with all that is tried in the place of what varies."""
    found = re.search(r"{([^}]+)}", path)
    if found is None:
        return [path]
    before, after = path[: found.start()], path[found.end() :]
    return [
        address for part in ADDRESS_PARTS[found[1]] for address in list_addresses(f"{before}{part}{after}")
    ]


def read_page(answer: HttpResponse) -> tuple[int, str, str]:
    """Status, where it leads, and the text without what differs each time. A paper has its length."""
    leads_to = CHANGES_EACH_TIME.sub("…", answer.headers.get("location", ""))
    try:
        text = CHANGES_EACH_TIME.sub("…", answer.text)
    except UnicodeDecodeError:
        text = f"{answer.headers['content-type']} {len(answer.content)}"
    return answer.status, leads_to, text


@contextmanager
def open_office(home: Path) -> Iterator[tuple[WorkspaceServer, list[Officer]]]:
    """An office with one case that officers know, whose clock stands still but for the codes."""
    office = WorkspaceServer(home)
    desk = office.desk
    desk.engine.now = lambda: NOW + desk.clock_offset
    desk.now = lambda: NOW + desk.clock_offset  # type: ignore[method-assign]
    staff = [office.add_officer(f"คน{role}", role) for role in Role]
    office.file_case(1)
    office.server.run(settle_splits(SplitsDesk(desk.store, OFFICE, "complaints"), NOW))
    office.server.run(run_jobs(desk))
    try:
        yield office, staff
    finally:
        office.close()


def let_people_report(office: WorkspaceServer, staff: list[Officer]) -> None:
    """Three report before their moments: one writes more, one takes it back, one accuses the head."""

    async def act() -> None:
        reporters = Reporters(office.desk, staff)
        for step in ("file", "write", "file", "withdraw", "file", "rescan", "settle"):
            await getattr(reporters, step)()

    office.server.run(act())


def walk_pages(office: WorkspaceServer, staff: Sequence[Officer | None]) -> dict[str, tuple[int, str, str]]:
    """What each role sees at every address, and what it is answered to every command, on a page that is signed in."""
    routes, seen = list(list_routes(build_web_app(office.server.app).routes)), {}
    for officer in staff:
        browser = office.sign_in(officer) if officer else office.new_browser()
        who = officer.name if officer else "nobody"
        for route in routes:
            for address in list_addresses(route.path) if "GET" in (route.methods or ()) else ():
                seen[f"{who} {address}"] = read_page(browser.request(address))
        if officer is not None:
            seen |= send_commands(office, officer, browser)
    return seen


def send_commands(
    office: WorkspaceServer, officer: Officer, browser: HttpBrowser
) -> dict[str, tuple[int, str, str]]:
    """What each command of the desk is answered on a page, for every number; done where it can be done."""
    seen = {}
    home = browser.request(browser.request("/staff/complaints").headers["location"])
    for command in get_command_table("complaints").rows:
        more = COMMAND_TABLE[command.value][1]
        for said in (*(f"/{command} {number} {more}".strip() for number in NUMBERS[::-1]), f"/{command}"):
            seen[f"{officer.name} sends {said}"] = read_page(give(browser, home, said))
    seen[f"{officer.name} searches"] = read_page(give(browser, home, f"/search {CANARY}"))
    return seen


def test_no_page_tells_of_a_case_before_its_moment(tmp_path: Path) -> None:
    seen = []
    for name in ("quiet", "reported"):
        with open_office(tmp_path / name) as (office, staff):
            if name == "reported":
                let_people_report(office, staff)
            seen.append(walk_pages(office, [*staff, None]))
    quiet, reported = seen
    assert len(quiet) > 400
    assert {name: (page, quiet[name]) for name, page in reported.items() if page != quiet[name]} == {}
    assert not [name for name, page in reported.items() if WRITING in page[2]]


def test_at_its_moment_the_pages_tell_of_it(tmp_path: Path) -> None:
    with open_office(tmp_path / "told") as (office, staff):
        chiefs = [one for one in staff if one.name == f"คน{Role.SUPERVISOR}"]
        before = walk_pages(office, chiefs)
        let_people_report(office, staff)
        moment = NOW + timedelta(minutes=WITHIN) + office.desk.clock_offset
        assert office.server.run(office.desk.store.announcements.announce_due(moment)) == 3
        after = walk_pages(office, chiefs)
    changed = {name for name, page in before.items() if page != after[name]}
    for name in ("inbox", "news", "figures", "trail", "case/2570/2"):
        assert f"คนsupervisor /staff/complaints/{name}" in changed
