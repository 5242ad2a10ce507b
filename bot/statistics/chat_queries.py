"""What officers see of the statistics in a chat: exact figures of a few periods, counted as they are published."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.consultations.queries import make_links_handler, make_result_handler
from bot.statistics.tables import build_counting_rules, count_tables, parse_table_request
from handlers.consultations.messages import GetConsultationLinks, GetConsultationResult
from handlers.dialog.effects import Query
from handlers.office import Office
from handlers.staff.complaints.release import ListPendingReleases, PendingRelease
from handlers.staff.complaints.statistics import CountCases, PeriodCounts
from ita_stats.calendar import BUDDHIST_ERA
from ita_stats.cases.model import StatusCounts
from ita_stats.release import parse_manifest
from storage.store import Store


def build_query_handlers(
    store: Store, office: Office, desk: str, address: str = ""
) -> dict[type[Query[Any]], Callable[[Any, datetime], Awaitable[Any]]]:
    """Who answers what handlers ask of what is counted. address: of the desk's site, or empty."""
    return {
        CountCases: make_case_counts_handler(store, office, desk),
        ListPendingReleases: make_waiting_releases_handler(store),
        GetConsultationResult: make_result_handler(store, office, address),
        GetConsultationLinks: make_links_handler(office, address),
    }


def make_case_counts_handler(
    store: Store, office: Office, desk: str
) -> Callable[[CountCases, datetime], Awaitable[tuple[PeriodCounts, ...]]]:
    """Who answers what officers ask of the statistics."""
    terms = build_counting_rules(office, desk)

    async def count_cases(query: CountCases, now: datetime) -> tuple[PeriodCounts, ...]:
        counted = []
        for period in query.periods:
            wish = parse_table_request(period, "", "month", now)
            found = await count_tables(store, terms, wish, exact=True)
            begun = f"{found.as_of.year + BUDDHIST_ERA}-{found.as_of.month:02}"
            months = tuple(
                _build_counts(row.label_th, row.label_en, row.figures)
                for row in found.rows
                if row.months[0] <= begun
            )
            whole = _build_counts(found.period.label_th, found.period.label_en, found.total)
            counted.append(replace(whole, months=months))
        return tuple(counted)

    return count_cases


def _build_counts(th: str, en: str, figures: StatusCounts) -> PeriodCounts:
    received, done, in_progress, not_accepted = (cell or 0 for cell in figures.cells)
    return PeriodCounts(th, en, received, done, in_progress, not_accepted)


def make_waiting_releases_handler(
    store: Store,
) -> Callable[[ListPendingReleases, datetime], Awaitable[tuple[PendingRelease, ...]]]:
    """Who answers which releases are held."""

    async def find_waiting_releases(_: ListPendingReleases, _now: datetime) -> tuple[PendingRelease, ...]:
        held = [
            (one.name, parse_manifest(one.manifest).period)
            for one in await store.releases.list_all()
            if one.held
        ]
        return tuple(PendingRelease(name, period.label, period.label_en) for name, period in held)

    return find_waiting_releases
