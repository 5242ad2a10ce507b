"""`ita-bot faq`: import, export and evaluation of the FAQ of the service desk.

What opens the store is imported inside the commands, so that those that need none start in a quarter of a second.
"""

import asyncio
from pathlib import Path
from typing import Annotated, Literal

import typer

from bot.cli.runner import run_and_exit

faq_commands = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="What is known: answers that are given at once."
)


@faq_commands.command("import")
def faq_import(
    file: Annotated[Path, typer.Argument(help="A TOML or CSV file of entries.", exists=True)],
    *,
    replace: Annotated[
        bool, typer.Option("--replace", help="Drop entries that are not in the file.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
) -> None:
    """Take the knowledge base from a file, and say what changed: a JSON object for each entry."""
    from bot.cli.faq_transfer import import_faq

    run_and_exit(import_faq(file, replace=replace, dry_run=dry_run))


@faq_commands.command("export")
def faq_export(
    form: Annotated[Literal["toml", "csv"], typer.Option("--format", help="How to write it.")] = "toml",
) -> None:
    """Write the knowledge base to standard output, as a file that can be imported again."""
    from bot.cli.faq_transfer import export_faq

    run_and_exit(export_faq(form))


@faq_commands.command("eval")
def evaluate(
    ask: Annotated[Path, typer.Argument(help='[{"question", "expected"}]; null: nobody knows.')],
    base: Annotated[Path, typer.Option(help='[{"id", "text"}], or a TOML or CSV file of entries.')],
    *,
    letters: Annotated[bool, typer.Option("--letters", help="By letters alone.")] = False,
) -> None:
    """Measure how well answers are found: R@1, R@3, MRR, abstentions, milliseconds.

    By letters, by meaning and by both where the encoder is installed.
    """
    from bot.cli.faq_eval import (
        EvaluationFileError,
        evaluate_readers,
        format_evaluations,
        load_evaluation_set,
    )
    from bot.meaning.process import open_meaning_process

    async def measure() -> None:
        async with open_meaning_process() as meaning:
            results = await evaluate_readers(load_evaluation_set(ask, base), None if letters else meaning)
        for line in format_evaluations(results):
            typer.echo(line)

    try:
        asyncio.run(measure())
    except EvaluationFileError as trouble:
        raise typer.BadParameter(str(trouble)) from None
