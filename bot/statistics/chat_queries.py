"""What officers see of the statistics in a chat: exact figures of a few periods, counted as they are published."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.consultations import queries as ballots
from bot.statistics import tables as statistics
from handlers.consultations.messages import GetConsultationLinks, GetConsultationResult
from handlers.dialog.events import Query
from handlers.office import Office
from handlers.staff.complaints.release import ListPendingReleases, PendingRelease
from handlers.staff.complaints.statistics import CountCases, PeriodCounts
from ita_stats import release
from ita_stats.calendar import BUDDHIST_ERA
from ita_stats.cases.model import StatusCounts
from storage.store import Store


def answers(
    store: Store, office: Office, desk: str, address: str = ""
) -> dict[type[Query[Any]], Callable[[Any, datetime], Awaitable[Any]]]:
    """Who answers what handlers ask of what is counted. address: of the desk's site, or empty."""
    return {
        CountCases: counter(store, office, desk),
        ListPendingReleases: waiting(store),
        GetConsultationResult: ballots.counter(store, office, address),
        GetConsultationLinks: ballots.finder(office, address),
    }


def counter(
    store: Store, office: Office, desk: str
) -> Callable[[CountCases, datetime], Awaitable[tuple[PeriodCounts, ...]]]:
    """Who answers what officers ask of the statistics."""
    terms = statistics.terms_of(office, desk)

    async def count(query: CountCases, now: datetime) -> tuple[PeriodCounts, ...]:
        counted = []
        for period in query.periods:
            wish = statistics.wished(period, "", "month", now)
            found = await statistics.tables(store, terms, wish, exact=True)
            begun = f"{found.as_of.year + BUDDHIST_ERA}-{found.as_of.month:02}"
            months = tuple(
                _counts(row.label_th, row.label_en, row.figures)
                for row in found.rows
                if row.months[0] <= begun
            )
            whole = _counts(found.period.label_th, found.period.label_en, found.total)
            counted.append(replace(whole, months=months))
        return tuple(counted)

    return count


def _counts(th: str, en: str, figures: StatusCounts) -> PeriodCounts:
    received, done, in_progress, not_accepted = (cell or 0 for cell in figures.cells)
    return PeriodCounts(th, en, received, done, in_progress, not_accepted)


def waiting(store: Store) -> Callable[[ListPendingReleases, datetime], Awaitable[tuple[PendingRelease, ...]]]:
    """Who answers which releases are held."""

    async def find(_: ListPendingReleases, _now: datetime) -> tuple[PendingRelease, ...]:
        held = [
            (one.name, release.read(one.manifest).period) for one in await store.releases.all() if one.held
        ]
        return tuple(PendingRelease(name, period.label, period.label_en) for name, period in held)

    return find
