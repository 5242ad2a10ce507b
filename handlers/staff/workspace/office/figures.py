"""The view of the head: figures of the month and the year, what is overdue, and releases that wait to be let go."""

from dataclasses import dataclass
from datetime import date, timedelta

from handlers.dialog.effects import run_query
from handlers.dialog.events import Lang, select_by_lang
from handlers.dialog.replies import Phrase
from handlers.staff.command import ComplaintsCommandContext, QueryGenerator
from handlers.staff.complaints.lists import describe_holder, format_due_day
from handlers.staff.complaints.messages import CountUnreadableCases, ListCases
from handlers.staff.complaints.release import ListPendingReleases, PendingRelease
from handlers.staff.complaints.statistics import CountCases, PeriodCounts
from handlers.staff.permissions import CommandName, Role
from handlers.staff.workspace.paging import ROWS_PER_PAGE, get_offset
from handlers.thai.dates import CalendarMonth, get_fiscal_year, to_bangkok_date


@dataclass(frozen=True, slots=True)
class FigureRow:
    """The four figures of a period."""

    label: str
    received: int
    done: int
    in_progress: int
    not_accepted: int


@dataclass(frozen=True, slots=True)
class OverdueRow:
    """A case whose day has passed. is_open_to: whether this person may open it."""

    number: str
    year: int
    place: int
    status: Phrase
    due: Phrase
    whose: Phrase
    is_open_to: bool


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """A release that waits. given: the command that lets it go."""

    name: str
    period: str
    given: str


@dataclass(frozen=True, slots=True)
class FiguresView:
    """What the head sees; None or empty where a role does not see a part.

    unreadable: how many cases nobody can read, told to who runs the channel. overdue, releases: None where the role may
    not list them.
    """

    periods: tuple[FigureRow, ...]
    months: tuple[FigureRow, ...]
    overdue: tuple[OverdueRow, ...] | None
    page: int
    has_more: bool
    releases: tuple[ReleaseRow, ...] | None
    unreadable: int = 0


def show_figures(cmd: ComplaintsCommandContext, page: int) -> QueryGenerator[FiguresView]:
    """Return the figures, and what is overdue or waits as far as this person may list it."""
    today = to_bangkok_date(cmd.ctx.now)
    codes = (CalendarMonth.from_date(today).code, f"fy{get_fiscal_year(today)}")
    counted = yield from run_query(CountCases(codes))
    lang = cmd.ctx.lang
    overdue, has_more = None, False
    if cmd.may_give(CommandName.OVERDUE):
        overdue, has_more = yield from _list_overdue(cmd, page, today)
    releases: tuple[PendingRelease, ...] | None = None
    if cmd.may_give(CommandName.RELEASE):
        releases = yield from run_query(ListPendingReleases())
    unreadable = 0
    if cmd.staff.role is Role.ADMIN:
        unreadable = yield from run_query(CountUnreadableCases(cmd.staff.id))
    return FiguresView(
        tuple(_make_figures(one, lang) for one in counted),
        tuple(_make_figures(one, lang) for one in counted[-1].months),
        overdue,
        page,
        has_more,
        None if releases is None else tuple(_make_release(one, lang) for one in releases),
        unreadable,
    )


def _make_figures(one: PeriodCounts, lang: Lang) -> FigureRow:
    label = select_by_lang(lang, th=one.th, en=one.en)
    return FigureRow(label, one.received, one.done, one.in_progress, one.not_accepted)


def _make_release(one: PendingRelease, lang: Lang) -> ReleaseRow:
    return ReleaseRow(one.name, select_by_lang(lang, th=one.th, en=one.en), f"/release ok {one.name}")


def _list_overdue(
    cmd: ComplaintsCommandContext, page: int, today: date
) -> QueryGenerator[tuple[tuple[OverdueRow, ...], bool]]:
    """Return a page of the overdue cases of this person, as `/overdue` lists them, and whether more follow."""
    everybody, until = cmd.staff.role is Role.SUPERVISOR, today - timedelta(days=1)
    found = yield from run_query(
        ListCases(cmd.staff.id, get_offset(page), ROWS_PER_PAGE, everybody, date.min, until)
    )
    rows = tuple(
        OverdueRow(
            one.register_number,
            one.year,
            one.number,
            Phrase(f"staff.status.{one.status}"),
            format_due_day(one, today, cmd.ctx.lang),
            describe_holder(one, cmd.staff.id),
            not one.hidden,
        )
        for one in found.cases
    )
    return rows, found.has_more
