"""`ita-bot stats`: the figures of a period, printed."""

import sys
from datetime import UTC, datetime
from typing import Literal

import typer

from bot.cli.runner import EXIT_DONE
from bot.settings import DeskName, load_settings


async def print_statistics(
    desk: DeskName,
    period: str,
    as_of: str,
    layout: Literal["month", "quarter", "half"] | None,
    form: Literal["table", "json", "csv"],
    *,
    exact: bool,
) -> int:
    """Print the figures of a period as a table, JSON or CSV."""
    from bot.bootstrap import open_app
    from bot.office_file import load_office
    from bot.statistics.tables import build_counting_rules, count_tables, format_tables, parse_table_request
    from ita_stats.period import PeriodError

    office = load_office(load_settings().office)
    try:  # before anything is opened or made
        wish = parse_table_request(period, as_of, layout or office.statistics.layout, datetime.now(UTC))
    except PeriodError as trouble:
        raise typer.BadParameter(str(trouble)) from None
    async with open_app([desk]) as opened:
        terms = build_counting_rules(office, desk)
        found = await count_tables(opened.desks[desk].store, terms, wish, exact=exact)
    sys.stdout.write(format_tables(found, form))
    return EXIT_DONE
