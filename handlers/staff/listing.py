"""Lists of cases: what is new and mine, what is due, what is late, and where some words stand."""

from dataclasses import replace
from datetime import date, timedelta

from handlers import thai
from handlers.case import is_overdue
from handlers.staff.call import Call, button, named
from handlers.staff.docket import CaseFile, ListCases, OpenCase, Page, SearchCases
from handlers.staff.order import Given
from handlers.staff.role import Order, Role
from handlers.turn import Choice, Deciding, Lang, Say, Turn, read

A_PAGE = 8
SOON = timedelta(days=7)
FEWEST = 3
"""Characters that are looked for: fewer stand in nearly every case."""


def inbox(c: Call) -> Deciding:
    """New cases and one's own, oldest due first."""
    return (yield from _listed(c, c.staff.role is Role.SUPERVISOR, date.min, date.max))


def due(c: Call) -> Deciding:
    """Cases that are due within a week."""
    today = thai.day(c.m.now)
    return (yield from _listed(c, c.staff.role is Role.SUPERVISOR, today, today + SOON))


def overdue(c: Call) -> Deciding:
    """Cases that should have been answered."""
    yesterday = thai.day(c.m.now) - timedelta(days=1)
    return (yield from _listed(c, c.staff.role is Role.SUPERVISOR, date.min, yesterday))


def _listed(c: Call, everybody: bool, since: date, until: date) -> Deciding:
    place = max(1, c.given.number)
    at = (place - 1) * A_PAGE
    page = yield from read(ListCases(c.staff.id, at, A_PAGE, everybody, since, until))
    if not page.cases:
        return c.tells(f"{c.given.order}.none" if place == 1 else "no_more", (button(Order.HELP),))
    return _shown(c, page, place)


def _shown(c: Call, page: Page, place: int) -> Turn:
    lines = tuple(line(case, c) for case in page.cases)
    further = Choice(Given(c.given.order, place + 1).written(), "staff.further")
    choices = (*map(named, page.cases), *((further,) if page.more else ()))
    return c.says(Say(f"staff.{c.given.order}.some", {"cases": lines, "page": place}, choices))


def line(case: CaseFile, c: Call) -> Say:
    """A case in one line: number, state, day, whose."""
    whose = "mine" if case.officer == c.staff.id else "others" if case.officer else "nobodys"
    return Say(
        "staff.line",
        {
            "number": case.shown,
            "status": Say(f"staff.status.{case.status}"),
            "due": day(case, thai.day(c.m.now), c.m.lang),
            "whose": Say(f"staff.whose.{whose}"),
        },
    )


def day(case: CaseFile, today: date, lang: Lang) -> Say:
    """When a case is due, and whether that is past."""
    late = "late" if is_overdue(case.status, case.answer_by, today) else "by"
    return Say(f"staff.due_{late}", {"day": thai.shown(case.answer_by, lang)})


def search(c: Call) -> Deciding:
    """Where some words stand, in the cases that this person may read."""
    words = thai.clean(c.given.rest).text
    if len(words) < FEWEST:
        return c.asking("/search").tells("search.short", fewest=FEWEST)
    page = yield from read(SearchCases(words, c.staff.id, c.staff.role is Role.SUPERVISOR))
    if not page.cases:
        return c.tells("search.none")
    today = thai.day(c.m.now)
    acts = tuple(OpenCase(case.id, c.staff.id, "search", today) for case in page.cases)
    return replace(_shown(c, page, 1), acts=acts)
