"""`ita-bot export`: one case as an encrypted PDF, its password printed once; `ita-bot register export`: the list."""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.runner import EXIT_DONE, EXIT_WRONG_USE, DeskOption, print_json, run_and_exit
from bot.desk_names import DeskName
from handlers.dialog.events import LANGS
from handlers.dialog.replies import Phrase
from handlers.i18n import render_text
from handlers.staff.parse import split_number
from storage.files.atomic_write import PRIVATE_MODES, write_new_file

register_commands = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="The register of the complaints desk."
)


@register_commands.callback()
def describe_register_commands() -> None:
    """Hold what belongs to the register."""


@register_commands.command("export")
def export_register(
    desk: DeskOption,
    period: Annotated[str, typer.Option(help="2570, 2570H1, 2570Q1, cy2569H1, 2569-11, 2569-10..2570-03.")],
    out: Annotated[Path, typer.Option(help="The file to write: .xlsx or .csv. None is overwritten.")],
) -> None:
    """Write the cases of a period as a list without content, for the office alone; the audit trail has it."""
    run_and_exit(_write_register(desk, period, out))


async def _write_register(desk: DeskName, period: str, out: Path) -> int:
    from bot.bootstrap import open_app
    from bot.exporters.register_file import list_register, render_register_csv, render_register_xlsx
    from ita_stats.calendar import to_bangkok_date
    from ita_stats.period import PeriodError, parse_period

    now = datetime.now(UTC)
    if out.suffix.lower() not in {".xlsx", ".csv"}:
        raise typer.BadParameter(f"{out}: ใช้ได้ .xlsx หรือ .csv / the file is .xlsx or .csv")
    if desk != "complaints":
        raise typer.BadParameter("มีทะเบียนเฉพาะโต๊ะ complaints / only the complaints desk has a register")
    try:
        wanted = parse_period(period, to_bangkok_date(now))
    except PeriodError as trouble:
        raise typer.BadParameter(str(trouble)) from None
    async with open_app([desk]) as app:
        store = app.desks[desk].store
        lines = await list_register(store, app.office, wanted, now)
        is_book = out.suffix.lower() == ".xlsx"
        content = render_register_xlsx(lines, now) if is_book else render_register_csv(lines)
        await store.staff_admin.audit("register-exported", wanted.code, now)
    await _write_private_file(out, content)
    print_json({"period": wanted.code, "cases": len(lines) - 2})
    return EXIT_DONE


async def _write_private_file(out: Path, content: bytes) -> None:
    """Write a new file of mode 0600. Raises BadParameter where that is not possible, or one is there."""
    try:
        await asyncio.to_thread(write_new_file, out, content, PRIVATE_MODES[1])
    except OSError as trouble:
        raise typer.BadParameter(f"{out}: cannot be written ({trouble.strerror})") from None


async def export_case(number: str, desk: DeskName, out: Path) -> int:
    """Run the command. Returns the exit code. The file has mode 0600, and an existing file is never overwritten."""
    place, year, _ = split_number(number.strip())
    if not place or not year:
        raise typer.BadParameter(f"{number} is no register number, as 12/2570 is")
    from bot.bootstrap import open_app
    from bot.exporters.case_pdf import export_case_pdf

    async with open_app([desk]) as app:
        store = app.desks[desk].store
        exported = await export_case_pdf(store, app.office, place, year, datetime.now(UTC))
    if exported is None:
        for lang in LANGS:
            sys.stderr.write(render_text(Phrase("casefile.none", {"number": number}), lang) + "\n")
        return EXIT_WRONG_USE
    content, password = exported
    await _write_private_file(out, content)
    sys.stdout.write(password + "\n")
    return EXIT_DONE
