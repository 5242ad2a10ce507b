"""Query handlers about statistics: exact counts for officers, and releases that wait for approval."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.clock.gate import make_clock_handler
from bot.consultations.queries import make_links_handler, make_result_handler
from bot.statistics.splits import load_counting_rules
from bot.statistics.tables import count_exact_tables, parse_table_request
from handlers.consultations.messages import GetConsultationLinks, GetConsultationResult
from handlers.dialog.effects import Query
from handlers.office import Office
from handlers.staff.clock.messages import FindDoubtedClock
from handlers.staff.complaints.release import ListPendingReleases, PendingRelease
from handlers.staff.complaints.statistics import CountCases, PeriodCounts
from ita_stats.cases.model import StatusCounts
from ita_stats.release import parse_manifest
from storage.store import Store


def build_query_handlers(
    store: Store, office: Office, desk: str, address: str = ""
) -> dict[type[Query[Any]], Callable[[Any, datetime], Awaitable[Any]]]:
    """Build the handlers of queries that need more than storage, by type. address: URL of the desk's site, or empty."""
    return {
        CountCases: make_case_counts_handler(store, office, desk),
        FindDoubtedClock: make_clock_handler(store),
        ListPendingReleases: make_waiting_releases_handler(store),
        GetConsultationResult: make_result_handler(store, office, address),
        GetConsultationLinks: make_links_handler(office, address),
    }


def make_case_counts_handler(
    store: Store, office: Office, desk: str
) -> Callable[[CountCases, datetime], Awaitable[tuple[PeriodCounts, ...]]]:
    """Make the handler of `CountCases`."""

    async def count_cases(query: CountCases, now: datetime) -> tuple[PeriodCounts, ...]:
        counts = []
        rules = await load_counting_rules(store, office, desk)
        for period in query.periods:
            request = parse_table_request(period, "", "month", now)
            tables = await count_exact_tables(store, rules, request)
            months = tuple(
                _build_counts(row.label_th, row.label_en, row.figures) for row in tables.rows if row.reached
            )
            totals = _build_counts(tables.period.label_th, tables.period.label_en, tables.total)
            counts.append(replace(totals, months=months))
        return tuple(counts)

    return count_cases


def _build_counts(th: str, en: str, figures: StatusCounts) -> PeriodCounts:
    received, done, in_progress, not_accepted = (cell or 0 for cell in figures.cells)
    return PeriodCounts(th, en, received, done, in_progress, not_accepted)


def make_waiting_releases_handler(
    store: Store,
) -> Callable[[ListPendingReleases, datetime], Awaitable[tuple[PendingRelease, ...]]]:
    """Make the handler of `ListPendingReleases`."""

    async def find_waiting_releases(_: ListPendingReleases, _now: datetime) -> tuple[PendingRelease, ...]:
        held = [
            (release.name, parse_manifest(release.manifest).period)
            for release in await store.releases.list_all()
            if release.held
        ]
        return tuple(PendingRelease(name, period.label, period.label_en) for name, period in held)

    return find_waiting_releases
