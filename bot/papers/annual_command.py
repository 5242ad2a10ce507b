"""`ita-bot annual`: the annual report for the head, from what both desks published."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.runner import EXIT_DONE, print_json, run_and_exit

if TYPE_CHECKING:
    from bot.bootstrap import App
    from bot.papers.annual import AnnualReport
    from bot.papers.participation import ListedConsultation
    from handlers.participation.messages import Activity


def write_annual_report(
    year: Annotated[int, typer.Option(help="The fiscal year, Buddhist: 2569.", min=2484, max=2799)],
    out: Annotated[Path, typer.Option(help="The PDF to write; none is overwritten.")],
) -> None:
    """Write the annual report of both desks for the head: one PDF, of published figures alone."""
    run_and_exit(_write(year, out))


async def _write(year: int, out: Path) -> int:
    from bot.bootstrap import open_app
    from bot.desk_names import DESK_NAMES
    from bot.errors import ConfigurationError
    from bot.papers.annual import build_annual_paper
    from bot.papers.paper import render_paper
    from bot.settings import load_settings
    from storage.files.atomic_write import PUBLIC_MODES, write_new_file

    settings, now = load_settings(), datetime.now(UTC)
    desks = [desk for desk in DESK_NAMES if settings.desk_paths(desk).database.exists()]
    if not desks:
        raise ConfigurationError(
            f"{settings.home}: ไม่มีฐานข้อมูลที่นี่ / there is no database here; see to ITA_HOME."
        )
    async with open_app(desks) as app:
        report = await load_annual_report(app, year, now)
        paper = build_annual_paper(app.office, report)
    content = await asyncio.to_thread(render_paper, paper, "th", now)
    try:
        await asyncio.to_thread(write_new_file, out, content, PUBLIC_MODES[1])
    except OSError as trouble:
        raise typer.BadParameter(f"{out}: cannot be written ({trouble.strerror})") from None
    print_json({"year": year, "releases": {desk: found.name for desk, found in report.figures.items()}})
    return EXIT_DONE


async def load_annual_report(app: "App", year: int, now: datetime) -> "AnnualReport":
    """Load what both desks published of a fiscal year; a release that is held back is left out."""
    from bot.consultations.public_view import build_public_opinion
    from bot.papers.annual import AnnualFigures, AnnualReport
    from bot.papers.participation import list_published_consultations, select_participation_year
    from bot.publishing.release_list import select_public_releases, select_year_releases
    from handlers.participation.messages import ListActivities
    from handlers.thai.dates import to_bangkok_date
    from ita_stats.render.json_text import parse_statistics

    figures = {}
    for name, desk in app.desks.items():
        public = select_public_releases(await desk.store.releases.list_all())
        found = select_year_releases(public).get(year)
        if found is not None:
            figures[name] = AnnualFigures(found.name, parse_statistics(found.figures))
    activities: tuple[Activity, ...] = ()
    consultations: tuple[ListedConsultation, ...] = ()
    if "service" in app.desks:
        activities = await app.desks["service"].store.answer_query(ListActivities(), now)
        overview = await build_public_opinion(app).load_overview(now)
        consultations = list_published_consultations(overview)
    chosen = select_participation_year(activities, consultations, year, to_bangkok_date(now))
    return AnnualReport(year, figures, chosen)
