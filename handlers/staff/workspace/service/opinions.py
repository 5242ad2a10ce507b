"""The view of opinions: whole texts, newest first; entries in the same words are shown once."""

from dataclasses import dataclass, field

from handlers.dialog.effects import run_query
from handlers.dialog.text import disarm_links
from handlers.feedback.messages import Feedback, ListFeedback
from handlers.staff.command import QueryGenerator, ServiceCommandContext
from handlers.staff.workspace.paging import get_offset
from handlers.thai.dates import format_date

OPINIONS_PER_PAGE = 10


@dataclass(frozen=True, slots=True)
class OpinionView:
    """An opinion. score: 1 to 5, or None; others: how many sent the same words.

    contact: the command that shows how to reach its author, who left that; else empty.
    """

    number: str
    on: str
    topic: str
    score: int | None
    text: str = field(repr=False)
    wish: str = field(repr=False)
    others: int = 0
    contact: str = ""


@dataclass(frozen=True, slots=True)
class OpinionList:
    """A page of the opinions. unreadable: numbers of rows that cannot be read."""

    rows: tuple[OpinionView, ...]
    page: int
    has_more: bool
    unreadable: tuple[str, ...] = ()


def list_opinions(cmd: ServiceCommandContext, page: int) -> QueryGenerator[OpinionList]:
    """Return a page of the opinions."""
    listing = yield from run_query(ListFeedback(get_offset(page, OPINIONS_PER_PAGE), OPINIONS_PER_PAGE + 1))
    rows = tuple(_make_view(cmd, one) for one in listing.rows[:OPINIONS_PER_PAGE])
    has_more = len(listing.rows) + len(listing.unreadable) > OPINIONS_PER_PAGE
    return OpinionList(rows, page, has_more, listing.unreadable)


def _make_view(cmd: ServiceCommandContext, one: Feedback) -> OpinionView:
    topic = next((t.name.in_lang(cmd.ctx.lang) for t in cmd.ctx.office.topics if t.code == one.topic), "")
    return OpinionView(
        one.register_number,
        format_date(one.on, cmd.ctx.lang),
        topic,
        one.score,
        disarm_links(one.text),
        disarm_links(one.wish),
        one.same_text_count,
        f"/opinions contact {one.register_number}" if one.has_contact else "",
    )
