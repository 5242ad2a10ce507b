"""`ita-bot export`: one case as an encrypted PDF into a file, and its password once on the screen."""

import asyncio
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import typer

from bot.bootstrap import open_app
from bot.cli.runner import EXIT_DONE, EXIT_WRONG_USE
from bot.exporters.case_pdf import export_case_pdf
from bot.settings import DeskName
from handlers.dialog.events import LANGS
from handlers.dialog.replies import Phrase
from handlers.i18n import render_text
from handlers.staff.parse import parse_staff_command


async def export_case(number: str, desk: DeskName, out: Path) -> int:
    """The command; gives the exit code. The file is the owner's alone, and never in place of another."""
    given = parse_staff_command(f"/case {number}")
    if given is None or not given.number or not given.year:
        raise typer.BadParameter(f"{number} is no register number, as 12/2570 is")
    async with open_app([desk]) as opened:
        store = opened.desks[desk].store
        made = await export_case_pdf(store, opened.office, given.number, given.year, datetime.now(UTC))
    if made is None:
        for lang in LANGS:
            sys.stderr.write(render_text(Phrase("casefile.none", {"number": number}), lang) + "\n")
        return EXIT_WRONG_USE
    content, password = made
    try:
        await asyncio.to_thread(_write_private_file, out, content)
    except OSError as trouble:
        raise typer.BadParameter(f"{out}: cannot be written ({trouble.strerror})") from None
    sys.stdout.write(password + "\n")
    return EXIT_DONE


def _write_private_file(out: Path, content: bytes) -> None:
    with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
