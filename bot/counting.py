"""What officers see of the statistics in a chat: exact figures of a few periods, counted as they are published."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from bot import statistics
from bot.gallery import Gallery
from handlers.office import Office
from handlers.staff.counts import CountCases, Counts, DrawPeriod
from handlers.staff.publishing import FindWaiting, Waiting
from handlers.turn import Query
from ita_stats import grid, release, report
from ita_stats.table import Issue
from storage.store import Store


def answers(
    store: Store, office: Office, desk: str, gallery: Gallery
) -> Mapping[type[Query[Any]], Callable[[Any, datetime], Awaitable[Any]]]:
    """Who answers what handlers ask of the statistics."""
    return {
        CountCases: counter(store, office, desk),
        DrawPeriod: drawer(store, office, desk, gallery),
        FindWaiting: waiting(store),
    }


def counter(
    store: Store, office: Office, desk: str
) -> Callable[[CountCases, datetime], Awaitable[tuple[Counts, ...]]]:
    """Who answers what officers ask of the statistics."""
    terms = statistics.terms_of(office, desk)

    async def count(query: CountCases, now: datetime) -> tuple[Counts, ...]:
        counted = []
        for period in query.periods:
            wish = statistics.wished(period, "", office.statistics.layout, now)
            found = await statistics.tables(store, terms, wish, exact=True)
            figures = [cell or 0 for cell in found.total.cells]
            counted.append(Counts(found.period.label_th, found.period.label_en, *figures))
        return tuple(counted)

    return count


def drawer(
    store: Store, office: Office, desk: str, gallery: Gallery
) -> Callable[[DrawPeriod, datetime], Awaitable[str]]:
    """Who draws what officers see of the statistics."""
    terms = statistics.terms_of(office, desk)

    async def draw(query: DrawPeriod, now: datetime) -> str:
        wish = statistics.wished(query.period, "", office.statistics.layout, now)
        found = await statistics.tables(store, terms, wish, exact=True)
        if not found.total.received:
            return ""
        printed = grid.document(found, Issue(0))
        return gallery.hang(await asyncio.to_thread(report.as_chart, printed))

    return draw


def waiting(store: Store) -> Callable[[FindWaiting, datetime], Awaitable[tuple[Waiting, ...]]]:
    """Who answers which releases are held."""

    async def find(_: FindWaiting, _now: datetime) -> tuple[Waiting, ...]:
        held = [
            (one.name, release.read(one.manifest).period) for one in await store.releases.all() if one.held
        ]
        return tuple(Waiting(name, period.label, period.label_en) for name, period in held)

    return find
