"""`ita-bot evidence`: each element of an assessment, checked live; a checklist on the terminal, as page and as PDF."""

import asyncio
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import typer

from bot.cli.runner import EXIT_DONE, EXIT_FINDINGS
from bot.desk_names import DESK_NAMES


async def show_evidence(
    year: int, variant_name: str, out: Path | None, *, has_pictures: bool, has_analysis: bool = False
) -> int:
    """Check, print, and write the documents. Returns 1 where a verified element is not met."""
    from bot.assessment.checks import list_shown_addresses
    from bot.assessment.collect import collect_evidence, list_desk_addresses
    from bot.assessment.documents import build_evidence_files
    from bot.assessment.findings import ElementOutcome
    from bot.assessment.pictures import find_browser, take_pictures
    from bot.assessment.report_view import build_report_view, format_report_lines, say
    from bot.bootstrap import open_app
    from bot.settings import load_settings
    from handlers.assessment.items import choose_variant
    from handlers.assessment.vocabulary import AgencyVariant

    _make_folder(out)
    settings, now = load_settings(), datetime.now(UTC)
    desks = [name for name in DESK_NAMES if settings.desk_paths(name).database.exists()]
    async with open_app(desks, now) as app:
        variant = AgencyVariant(variant_name) if variant_name else choose_variant(app.office, year)
        report = await collect_evidence(app, year, variant, now)
        view = build_report_view(report, app.office, "th")
        sys.stdout.write("".join(f"{line}\n" for line in format_report_lines(view)))
        if out is not None:
            browser = find_browser() if has_pictures else None
            own = (app.office.website, *list_desk_addresses(app).values())
            pictures = await take_pictures(browser, list_shown_addresses(report), own) if browser else {}
            await asyncio.to_thread(_write_files, out, build_evidence_files(report, app.office, pictures))
            if has_analysis:
                from bot.assessment.analysis import build_analysis
                from bot.assessment.analysis_files import build_analysis_files

                draft = build_analysis(report, app.office)
                await asyncio.to_thread(_write_files, out, build_analysis_files(draft, report.made_at))
            sys.stderr.write(say("th", "files", {"folder": str(out)}) + "\n")
    return EXIT_FINDINGS if report.count(ElementOutcome.NOT_MET) else EXIT_DONE


def _write_files(out: Path, built: Iterable[tuple[str, bytes]]) -> None:
    from storage.files.atomic_write import PUBLIC_MODES, replace_file

    for name, content in built:
        replace_file(out / name, content, PUBLIC_MODES[1])


def _make_folder(out: Path | None) -> None:
    """Make the folder before anything is checked. Exits with 2 where it cannot be made."""
    if out is None:
        return
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise typer.BadParameter(f"--out: {out}: {error.strerror}") from None
