"""`ita-bot consult`: consultations of the service desk.

What opens the store is imported inside the commands, so that those that need none start in a quarter of a second.
"""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.runner import run_and_exit

consult_commands = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Consultations of the service desk."
)


@consult_commands.command("import")
def consult_import(
    file: Annotated[Path, typer.Argument(help="A TOML file.", exists=True)],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what is wrong with it.")] = False,
) -> None:
    """Announce a consultation; prints its code."""
    from bot.cli.consultation_changes import import_consultation

    run_and_exit(import_consultation(file, dry_run=dry_run))


@consult_commands.command("list")
def consult_list() -> None:
    """All consultations: a JSON object for each."""
    from bot.cli.consultation_changes import list_consultations

    run_and_exit(list_consultations())


@consult_commands.command("qr")
def consult_qr(
    code: Annotated[str, typer.Argument(help="Its code.")],
    out: Annotated[Path, typer.Option(help="An .svg or .png file, for a poster.", dir_okay=False)],
) -> None:
    """Draw the QR code that leads to a consultation; prints where it leads."""
    from bot.cli.consultation_changes import write_consultation_qr

    run_and_exit(write_consultation_qr(code, out))


@consult_commands.command("close")
def consult_close(code: Annotated[str, typer.Argument(help="Its code.")]) -> None:
    """Close a consultation before its time; what ties answers to accounts is destroyed."""
    from bot.cli.consultation_changes import close_consultation

    run_and_exit(close_consultation(code))
