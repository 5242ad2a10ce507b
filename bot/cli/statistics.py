"""`ita-bot stats`: print the statistics of a period."""

import sys
from datetime import UTC, datetime
from typing import Literal

import typer

from bot.cli.runner import EXIT_DONE
from bot.desk_names import DeskName


async def print_statistics(
    desk: DeskName,
    period: str,
    as_of: str,
    layout: Literal["month", "quarter", "half"] | None,
    form: Literal["table", "json", "csv"],
    *,
    exact: bool,
) -> int:
    """Print the statistics of a period as a table, JSON or CSV. Returns the exit code."""
    from bot.bootstrap import open_app
    from bot.office_file import load_office
    from bot.settings import load_settings
    from bot.statistics.desk_tables import count_desk_tables, count_exact_desk_tables
    from bot.statistics.splits import SplitsDesk
    from bot.statistics.tables import format_tables, parse_table_request
    from ita_stats.period import PeriodError

    office = load_office(load_settings().office)
    try:  # before anything is opened or created
        request = parse_table_request(period, as_of, layout or office.statistics.layout, datetime.now(UTC))
    except PeriodError as trouble:
        raise typer.BadParameter(str(trouble)) from None
    async with open_app([desk]) as app:
        running = SplitsDesk(app.desks[desk].store, office, desk)
        if exact:
            tables = await count_exact_desk_tables(running, request)
        else:
            tables = await count_desk_tables(running, request, await running.store.releases.list_all())
    sys.stdout.write(format_tables(tables, form))
    return EXIT_DONE
