"""Exit codes of the command line, common options, and running an asynchronous command."""

import asyncio
import json
import sys
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, Literal

import typer

from bot.desk_names import DESK_NAMES, DeskName
from bot.errors import ConfigurationError
from bot.log import LOG_ORIGIN, install_logging, install_loop_handler
from bot.process import disable_core_dumps

EXIT_DONE, EXIT_FINDINGS, EXIT_WRONG_USE, EXIT_WRONG_CONFIGURATION = 0, 1, 2, 78

DeskOption = Annotated[DeskName, typer.Option(help="Which desk.")]
DesksOption = Annotated[Literal["complaints", "service", "all"], typer.Option(help="Which desks.")]


def select_desks(choice: str) -> tuple[DeskName, ...]:
    """Return the desks that an option names."""
    return tuple(name for name in DESK_NAMES if choice in {name, "all"})


def print_json(line: dict[str, Any]) -> None:
    """Print one line of JSON on standard output."""
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")


def print_configuration_error(trouble: ConfigurationError) -> None:
    """Print what is wrong on standard error, with the office's name where there are many."""
    from bot.settings import read_office_name

    office = read_office_name()
    sys.stderr.write(f"{office}: {trouble}\n" if office else f"{trouble}\n")


def _choose_loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return the factory of uvloop's event loop if it is installed."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


def run_and_exit(work: Coroutine[Any, Any, int]) -> None:
    """Run a command and exit with its exit code; 78 for a ConfigurationError. Installs the log handlers."""
    from bot.settings import read_office_name  # loading it takes a tenth of a second, which `--help` need not

    LOG_ORIGIN.office = read_office_name()
    install_logging()
    disable_core_dumps()

    async def run_with_loop_handler() -> int:
        install_loop_handler(asyncio.get_running_loop())
        return await work

    try:
        with asyncio.Runner(loop_factory=_choose_loop_factory()) as runner:
            raise typer.Exit(runner.run(run_with_loop_handler()))
    except ConfigurationError as trouble:
        print_configuration_error(trouble)
        raise typer.Exit(EXIT_WRONG_CONFIGURATION) from None
    except KeyboardInterrupt:
        raise typer.Exit(EXIT_DONE) from None
