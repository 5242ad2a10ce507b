"""Queries of the views of the head, the auditor and whoever runs the channel."""

from dataclasses import dataclass

from handlers.dialog.effects import Query

TRAIL_LINES_PER_PAGE = 50

TRAIL_LINES_LOOKED_AT = 2_000
"""Lines of the trail that one page looks at: what a filter leaves of them may be fewer than a page, or none."""


@dataclass(frozen=True, slots=True)
class TrailLine:
    """A line of the trail. hour: hours since 1970, UTC; number: of the case or question concerned, or empty."""

    seq: int
    hour: int
    actor: str
    what: str
    number: str = ""


@dataclass(frozen=True, slots=True)
class TrailPage:
    """Lines of the trail, newest first. further: where older lines begin, for the next page; 0 at its end."""

    lines: tuple[TrailLine, ...]
    further: int = 0


@dataclass(frozen=True, slots=True)
class ListTrail(Query[TrailPage]):
    """What the staff and the administrator of the server did, before a line (0: the newest).

    Left out are what reporters did, whose times would tell who they are, and what concerns a case that is kept from the
    reader or not announced yet. reader: staff id; actor: staff id of the only person whose lines are wanted, or empty.
    """

    reader: str
    before: int = 0
    actor: str = ""
