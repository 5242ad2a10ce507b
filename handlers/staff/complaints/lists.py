"""Lists of cases: what is new and mine, what is due, what is late, and where some words stand."""

from datetime import date, timedelta

from handlers import thai
from handlers.complaints.lifecycle import is_overdue
from handlers.dialog.events import Arg, Choice, Deciding, Lang, Reply, TurnResult, read
from handlers.staff.command import ComplaintsCommandContext, button, named
from handlers.staff.complaints.messages import (
    CaseListPage,
    CaseSearchResult,
    ListCases,
    OfficerCase,
    RecordCaseAccess,
    SearchCases,
)
from handlers.staff.parse import ParsedCommand
from handlers.staff.permissions import CommandName, Role

A_PAGE = 8
SOON = timedelta(days=7)
GO_ON = "»"
"""What goes on with the search before: shorter than any words that are looked for."""

FEWEST = 3
"""Characters that are looked for: fewer stand in nearly every case."""


def inbox(c: ComplaintsCommandContext) -> Deciding:
    """New cases and one's own, oldest due first."""
    return (yield from _listed(c, c.staff.role is Role.SUPERVISOR, date.min, date.max))


def due(c: ComplaintsCommandContext) -> Deciding:
    """Cases that are due within a week."""
    today = thai.day(c.m.now)
    return (yield from _listed(c, c.staff.role is Role.SUPERVISOR, today, today + SOON))


def overdue(c: ComplaintsCommandContext) -> Deciding:
    """Cases that should have been answered."""
    yesterday = thai.day(c.m.now) - timedelta(days=1)
    return (yield from _listed(c, c.staff.role is Role.SUPERVISOR, date.min, yesterday))


def _listed(c: ComplaintsCommandContext, everybody: bool, since: date, until: date) -> Deciding:
    place = max(1, c.given.number)
    at = (place - 1) * A_PAGE
    page = yield from read(ListCases(c.staff.id, at, A_PAGE, everybody, since, until))
    if not page.cases:
        return c.tells(f"{c.given.order}.none" if place == 1 else "no_more", (button(CommandName.HELP),))
    return _shown(c, page, place)


def _shown(c: ComplaintsCommandContext, page: CaseListPage, place: int) -> TurnResult:
    lines = tuple(line(case, c) for case in page.cases)
    further = Choice(ParsedCommand(c.given.order, place + 1).written(), "staff.further")
    choices = (*map(named, page.cases), *((further,) if page.more else ()))
    return c.says(Reply(f"staff.{c.given.order}.some", {"cases": lines, "page": place}, choices))


def line(case: OfficerCase, c: ComplaintsCommandContext) -> Reply:
    """A case in one line: number, state, day, whose."""
    whose = "mine" if case.officer == c.staff.id else "others" if case.officer else "nobodys"
    return Reply(
        "staff.line",
        {
            "number": case.shown,
            "status": Reply(f"staff.status.{case.status}"),
            "due": day(case, thai.day(c.m.now), c.m.lang),
            "whose": Reply(f"staff.whose.{whose}"),
        },
    )


def day(case: OfficerCase, today: date, lang: Lang) -> Reply:
    """When a case is due, and whether that is past."""
    late = "late" if is_overdue(case.status, case.answer_by, today) else "by"
    return Reply(f"staff.due_{late}", {"day": thai.shown(case.answer_by, lang)})


def search(c: ComplaintsCommandContext) -> Deciding:
    """Where some words stand, in the cases that this person may read."""
    going_on = c.given.rest == GO_ON and "sought" in c.m.session.staff
    kept = c.m.session.staff if going_on else {}
    words = kept.get("sought") or thai.clean(c.given.rest).text
    if len(words) < FEWEST:
        return c.asking("/search").tells("search.short", fewest=FEWEST)
    year, number, before = map(int, kept.get("sought_to", "0 0 0").split())
    everybody = c.staff.role is Role.SUPERVISOR
    found = yield from read(SearchCases(words, c.staff.id, everybody, A_PAGE, (year, number)))
    searched = before + found.searched
    to = " ".join(map(str, (*found.reached, searched)))
    c = c.with_(sought=words if found.left else "", sought_to=to if found.left else "")
    today = thai.day(c.m.now)
    acts = tuple(RecordCaseAccess(case.id, c.staff.id, "search", today) for case in found.cases)
    return c.says(_told(c, found, searched), acts=acts)


def _told(c: ComplaintsCommandContext, found: CaseSearchResult, searched: int) -> Reply:
    """What was found, in how many cases was looked, and whether there are older ones."""
    left = Reply("staff.search.left") if found.left else Reply("staff.search.all")
    further = (
        (Choice(ParsedCommand(CommandName.SEARCH, rest=GO_ON).written(), "staff.search.go_on"),)
        if found.left
        else ()
    )
    args: dict[str, Arg] = {"searched": f"{searched:,}", "left": left}
    if not found.cases:
        return Reply("staff.search.none", args, further)
    lines = tuple(line(case, c) for case in found.cases)
    return Reply("staff.search.some", {**args, "cases": lines}, (*map(named, found.cases), *further))
