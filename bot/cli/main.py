"""The `ita-bot` command: machine-readable output on standard output, everything else on standard error."""

import asyncio
import json
import signal
import sys
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from importlib.metadata import version as installed
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from bot.cli.consultations import consult_commands
from bot.cli.faq import faq_commands
from bot.cli.releases import release_commands
from bot.cli.staff import staff_commands
from bot.log import install_logging, install_loop_handler
from bot.settings import DESK_NAMES, ConfigurationError, DeskName, load_settings

EXIT_DONE, EXIT_FINDINGS, EXIT_WRONG_USE, EXIT_WRONG_CONFIGURATION = 0, 1, 2, 78

cli_app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None
)
audit_commands = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="The audit trail: who did what."
)
cli_app.add_typer(audit_commands, name="audit")
cli_app.add_typer(release_commands, name="release")
cli_app.add_typer(staff_commands, name="staff")
cli_app.add_typer(faq_commands, name="faq")
cli_app.add_typer(consult_commands, name="consult")

DeskOption = Annotated[DeskName, typer.Option(help="Which desk.")]
DesksOption = Annotated[Literal["complaints", "service", "all"], typer.Option(help="Which desks.")]


@cli_app.command()
def run(
    desk: DesksOption = "all",
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.", min=0, max=65535)] = None,
) -> None:
    """Serve; prints `ready http://…` when it does. SIGTERM drains and ends."""
    from bot.serve import serve

    run_and_exit(serve(_select_desks(desk), host, port))


@cli_app.command()
def chat(
    desk: DeskOption,
    name: Annotated[str, typer.Option("--as", help="Whose talk to go on with.")] = "",
    *,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="One JSON object a message.")] = False,
) -> None:
    """Talk in the terminal. Safe beside a running server."""
    # The input is read in a thread that cannot be interrupted, and what was answered is on the disk already.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    run_and_exit(_run_chat(desk, name, jsonl=jsonl))


async def _run_chat(desk: DeskName, name: str, *, jsonl: bool) -> int:
    from bot.bootstrap import open_app
    from bot.platforms.terminal import Terminal, make_random_name

    async with open_app([desk]) as opened:
        one = opened.desks[desk]
        try:
            await Terminal(one.engine, one.store, name or make_random_name(), jsonl).run(sys.stdin.buffer)
        except BrokenPipeError:
            sys.stdout = None  # nobody reads any more: nothing to flush
    return EXIT_DONE


@cli_app.command()
def stats(
    desk: DeskOption,
    period: Annotated[str, typer.Option(help="fy2570, 2570H1, 2570Q1, cy2569H1, 2569-11, 2569-10..2570-03.")],
    as_of: Annotated[str, typer.Option(help="The last day that is counted; default today.")] = "",
    layout: Annotated[
        Literal["month", "quarter", "half"] | None,
        typer.Option(help="Months of a row; default: office.toml's."),
    ] = None,
    form: Annotated[
        Literal["table", "json", "csv"], typer.Option("--format", help="How to write it.")
    ] = "table",
    *,
    exact: Annotated[bool, typer.Option("--exact", help="Hide nothing: for officers only.")] = False,
) -> None:
    """Count the cases of a period. Small figures of the splits are protected unless --exact."""
    run_and_exit(_print_statistics(desk, period, as_of, layout, form, exact=exact))


async def _print_statistics(
    desk: DeskName,
    period: str,
    as_of: str,
    layout: Literal["month", "quarter", "half"] | None,
    form: Literal["table", "json", "csv"],
    *,
    exact: bool,
) -> int:
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


@cli_app.command("import")
def import_register_file(
    file: Annotated[Path, typer.Argument(help="CSV (UTF-8) or XLSX.", exists=True, dir_okay=False)],
    desk: DeskOption,
    *,
    trial: Annotated[bool, typer.Option("--dry-run", help="Look, and write nothing.")] = False,
) -> None:
    """Take an old register over: all rows, or none and each bad row with its reason."""
    from bot.importers.register import run_register_import

    run_and_exit(run_register_import(file, desk, trial=trial))


@cli_app.command()
def export(
    number: Annotated[str, typer.Argument(help="The register number, as 12/2570.")],
    desk: DeskOption,
    out: Annotated[Path, typer.Option(help="The PDF to write.")],
) -> None:
    """Write one case as an encrypted PDF, and print its password once."""
    from bot.cli.export_case import export_case

    run_and_exit(export_case(number, desk, out))


@cli_app.command()
def tick(
    now: Annotated[str, typer.Option(help="The instant to take for now, ISO 8601.")] = "",
    desk: DesksOption = "all",
) -> None:
    """Do once all that is due, and say what was done: a JSON object for each thing."""
    run_and_exit(_run_tick(_select_desks(desk), _parse_instant(now)))


async def _run_tick(desks: tuple[DeskName, ...], now: datetime) -> int:
    from bot.bootstrap import open_app
    from bot.jobs.housekeeping import run_due_jobs
    from bot.jobs.publishing import run_publishing_jobs

    async with open_app(desks, now) as opened:
        for one in opened.desks.values():
            async for did in run_due_jobs(one.paths, one.store, opened.office, now):
                _print_json({"desk": did.desk, "did": did.job, "count": did.count})
        async for did in run_publishing_jobs(opened, now):
            _print_json({"desk": did.desk, "did": did.job, "count": did.count})
    return EXIT_DONE


@audit_commands.command()
def verify(
    desk: DesksOption = "all",
    anchor: Annotated[
        Path | None, typer.Option(help="An anchor that was kept elsewhere.", exists=True)
    ] = None,
) -> None:
    """See whether the trail is whole and unchanged. Exit code 1 where it is not."""
    run_and_exit(_verify_audit(_select_desks(desk), anchor))


async def _verify_audit(desks: tuple[DeskName, ...], path: Path | None) -> int:
    from bot.bootstrap import open_app
    from storage.audit import AuditAnchor

    try:
        kept = AuditAnchor.model_validate_json(await asyncio.to_thread(path.read_bytes)) if path else None
    except ValueError:
        raise typer.BadParameter(f"{path} is no anchor of an audit trail") from None
    wanted = [name for name in desks if kept is None or name == kept.desk]
    if not wanted:
        raise typer.BadParameter(f"{path} is the anchor of another desk")
    chosen = load_settings()
    wanted = [name for name in wanted if chosen.desk_paths(name).database.exists()]
    if not wanted:  # a mistyped ITA_HOME must not be made, and called sound
        raise ConfigurationError(f"{chosen.home}: ไม่มีฐานข้อมูลที่นี่ / there is no database here; see to ITA_HOME.")
    wrong = 0
    async with open_app(wanted) as opened:
        for one in opened.desks.values():
            findings = await one.store.verify_audit(kept)
            wrong += bool(findings)
            _print_json({"desk": one.name, "sound": not findings, "findings": findings})
    return EXIT_FINDINGS if wrong else EXIT_DONE


@audit_commands.command("anchor")
def make_anchor(
    desk: DeskOption,
    out: Annotated[Path, typer.Option(help="Where to write it.")],
) -> None:
    """Write the head of the trail to a file, to be kept where the server cannot change it."""
    run_and_exit(_write_anchor_file(desk, out))


async def _write_anchor_file(desk: DeskName, out: Path) -> int:
    from bot.bootstrap import open_app

    async with open_app([desk]) as opened:
        anchor = await opened.desks[desk].store.build_audit_anchor(datetime.now(UTC))
    try:
        await asyncio.to_thread(out.write_text, anchor.model_dump_json() + "\n")
    except OSError as trouble:
        raise typer.BadParameter(f"{out}: cannot be written ({trouble.strerror})") from None
    return EXIT_DONE


@cli_app.command()
def version() -> None:
    """Print the version."""
    sys.stdout.write(installed("ita-bot") + "\n")


def _select_desks(choice: str) -> tuple[DeskName, ...]:
    return tuple(name for name in DESK_NAMES if choice in {name, "all"})


def _parse_instant(written: str) -> datetime:
    """The instant of an ISO 8601 text; without a zone it is UTC."""
    if not written:
        return datetime.now(UTC)
    try:
        instant = datetime.fromisoformat(written)
    except ValueError:
        raise typer.BadParameter(
            f"{written} is no ISO 8601 instant, as 2026-11-22T09:00:00+07:00 is"
        ) from None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _print_json(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")


def _choose_loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """The faster event loop, where the system has one."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


def run_and_exit(work: Coroutine[Any, Any, int]) -> None:
    """Run to the end, and end with the exit code that says how it went."""
    install_logging()

    async def run_with_loop_handler() -> int:
        install_loop_handler(asyncio.get_running_loop())
        return await work

    try:
        with asyncio.Runner(loop_factory=_choose_loop_factory()) as runner:
            raise typer.Exit(runner.run(run_with_loop_handler()))
    except ConfigurationError as trouble:
        sys.stderr.write(f"{trouble}\n")
        raise typer.Exit(EXIT_WRONG_CONFIGURATION) from None
    except KeyboardInterrupt:
        raise typer.Exit(EXIT_DONE) from None
