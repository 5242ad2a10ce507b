"""The tables of either desk: cases of the complaints desk, questions of the service desk."""

from collections.abc import Sequence

from bot.statistics.service_tables import count_service_desk_tables
from bot.statistics.splits import SplitsDesk, count_public_tables, load_counting_rules
from bot.statistics.tables import count_exact_tables
from ita_stats.cases.model import StatisticsTables
from ita_stats.cases.tables import TableRequest
from ita_stats.remarks import add_remarks
from ita_stats.service.count import SERVICE_DESK
from storage.releases import StoredRelease


async def count_desk_tables(
    desk: SplitsDesk, request: TableRequest, releases: Sequence[StoredRelease], name: str | None = None
) -> StatisticsTables:
    """Count the tables of a desk as they may be published, with remarks. releases, name: see `count_public_tables`."""
    if desk.desk == SERVICE_DESK:
        tables = await count_service_desk_tables(desk.store, desk.office, request)
    else:
        tables = await count_public_tables(desk, request, releases, name)
    return add_remarks(tables, await desk.store.load_remarks())


async def count_exact_desk_tables(desk: SplitsDesk, request: TableRequest) -> StatisticsTables:
    """Count the tables of a desk with everything that is known: for officers only, and for comparisons."""
    if desk.desk == SERVICE_DESK:
        tables = await count_service_desk_tables(desk.store, desk.office, request)
    else:
        rules = await load_counting_rules(desk.store, desk.office, desk.desk)
        tables = await count_exact_tables(desk.store, rules, request)
    return add_remarks(tables, await desk.store.load_remarks())
