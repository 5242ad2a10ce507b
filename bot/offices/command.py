"""Many offices on one machine: choosing one, and running a command for each."""

from typing import Annotated

import typer

from bot.cli.runner import EXIT_WRONG_CONFIGURATION, print_configuration_error, run_and_exit
from bot.errors import ConfigurationError


def choose_office(
    context: typer.Context,
    office: Annotated[str, typer.Option("--office", help="Which office, where ITA_OFFICES has many.")] = "",
) -> None:
    """Take complaints, questions and opinions for a public office."""
    if not office:
        return
    from bot.offices.entering import COMMANDS_THAT_WRITE, enter_office

    try:
        enter_office(office, is_served=context.invoked_subcommand in COMMANDS_THAT_WRITE)
    except ConfigurationError as trouble:
        print_configuration_error(trouble)
        raise typer.Exit(EXIT_WRONG_CONFIGURATION) from None


def run_for_offices(
    command: Annotated[list[str], typer.Argument(help="A command and its options, as: doctor --offline")],
    only: Annotated[str, typer.Option("--only", help="Names of offices, as a,b; default: all.")] = "",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object an office.")] = False,
) -> None:
    """Run a command for each office of ITA_OFFICES: annual, audit, backup, doctor, evidence, posters or tick.

    Exit code 1 where it did not end with 0 for one of them. Paths are of each office's own folder.
    """
    from bot.offices.each import run_for_each

    run_and_exit(run_for_each(command, only, as_json=as_json))
