"""`ita-bot export`: write one case as an encrypted PDF, and print its password once."""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

import typer

from bot.bootstrap import open_app
from bot.cli.runner import EXIT_DONE, EXIT_WRONG_USE
from bot.desk_names import DeskName
from bot.exporters.case_pdf import export_case_pdf
from handlers.dialog.events import LANGS
from handlers.dialog.replies import Phrase
from handlers.i18n import render_text
from handlers.staff.parse import split_number
from storage.files.atomic_write import PRIVATE_MODES, write_new_file


async def export_case(number: str, desk: DeskName, out: Path) -> int:
    """Run the command. Returns the exit code. The file has mode 0600, and an existing file is never overwritten."""
    place, year, _ = split_number(number.strip())
    if not place or not year:
        raise typer.BadParameter(f"{number} is no register number, as 12/2570 is")
    async with open_app([desk]) as app:
        store = app.desks[desk].store
        exported = await export_case_pdf(store, app.office, place, year, datetime.now(UTC))
    if exported is None:
        for lang in LANGS:
            sys.stderr.write(render_text(Phrase("casefile.none", {"number": number}), lang) + "\n")
        return EXIT_WRONG_USE
    content, password = exported
    try:
        await asyncio.to_thread(write_new_file, out, content, PRIVATE_MODES[1])
    except OSError as trouble:
        raise typer.BadParameter(f"{out}: cannot be written ({trouble.strerror})") from None
    sys.stdout.write(password + "\n")
    return EXIT_DONE
