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

from bot import log, settings
from bot.cli import consultations as consult_command
from bot.cli import faq as faq_command
from bot.cli import releases as release_command
from bot.cli import staff as staff_command
from bot.settings import DESKS, ConfigurationError, DeskName

DONE, FINDINGS, WRONG_USE, WRONG_CONFIGURATION = 0, 1, 2, 78

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None
)
audit = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The audit trail: who did what.")
app.add_typer(audit, name="audit")
app.add_typer(release_command.app, name="release")
app.add_typer(staff_command.app, name="staff")
app.add_typer(faq_command.faq, name="faq")
app.add_typer(consult_command.consult, name="consult")

Desk = Annotated[DeskName, typer.Option(help="Which desk.")]
Desks = Annotated[Literal["complaints", "service", "all"], typer.Option(help="Which desks.")]


@app.command()
def run(
    desk: Desks = "all",
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.", min=0, max=65535)] = None,
) -> None:
    """Serve; prints `ready http://…` when it does. SIGTERM drains and ends."""
    from bot.serve import serve

    finish(serve(_desks(desk), host, port))


@app.command()
def chat(
    desk: Desk,
    name: Annotated[str, typer.Option("--as", help="Whose talk to go on with.")] = "",
    *,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="One JSON object a message.")] = False,
) -> None:
    """Talk in the terminal. Safe beside a running server."""
    # The input is read in a thread that cannot be interrupted, and what was answered is on the disk already.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    finish(_chat(desk, name, jsonl=jsonl))


async def _chat(desk: DeskName, name: str, *, jsonl: bool) -> int:
    from bot import bootstrap as house
    from bot.platforms.terminal import Terminal, anybody

    async with house.opened([desk]) as opened:
        one = opened.desks[desk]
        try:
            await Terminal(one.engine, one.store, name or anybody(), jsonl).talk(sys.stdin.buffer)
        except BrokenPipeError:
            sys.stdout = None  # nobody reads any more: nothing to flush
    return DONE


@app.command()
def stats(
    desk: Desk,
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
    finish(_stats(desk, period, as_of, layout, form, exact=exact))


async def _stats(
    desk: DeskName,
    period: str,
    as_of: str,
    layout: Literal["month", "quarter", "half"] | None,
    form: Literal["table", "json", "csv"],
    *,
    exact: bool,
) -> int:
    from bot import bootstrap as house
    from bot import office_file as offices
    from bot.statistics import tables as statistics
    from ita_stats.period import PeriodError

    office = offices.load(settings.load().office)
    try:  # before anything is opened or made
        wish = statistics.wished(period, as_of, layout or office.statistics.layout, datetime.now(UTC))
    except PeriodError as trouble:
        raise typer.BadParameter(str(trouble)) from None
    async with house.opened([desk]) as opened:
        terms = statistics.terms_of(office, desk)
        found = await statistics.tables(opened.desks[desk].store, terms, wish, exact=exact)
    sys.stdout.write(statistics.shown(found, form))
    return DONE


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV (UTF-8) or XLSX.", exists=True, dir_okay=False)],
    desk: Desk,
    *,
    trial: Annotated[bool, typer.Option("--dry-run", help="Look, and write nothing.")] = False,
) -> None:
    """Take an old register over: all rows, or none and each bad row with its reason."""
    from bot.importers import register as importing

    finish(importing.run(file, desk, trial=trial))


@app.command()
def export(
    number: Annotated[str, typer.Argument(help="The register number, as 12/2570.")],
    desk: Desk,
    out: Annotated[Path, typer.Option(help="The PDF to write.")],
) -> None:
    """Write one case as an encrypted PDF, and print its password once."""
    from bot.cli import export_case as exporting

    finish(exporting.run(number, desk, out))


@app.command()
def tick(
    now: Annotated[str, typer.Option(help="The instant to take for now, ISO 8601.")] = "",
    desk: Desks = "all",
) -> None:
    """Do once all that is due, and say what was done: a JSON object for each thing."""
    finish(_tick(_desks(desk), _instant(now)))


async def _tick(desks: tuple[DeskName, ...], now: datetime) -> int:
    from bot import bootstrap as house
    from bot.jobs import housekeeping as clock
    from bot.jobs import publishing as rounds

    async with house.opened(desks, now) as opened:
        for one in opened.desks.values():
            async for did in clock.tick(one.place, one.store, opened.office, now):
                _print({"desk": did.desk, "did": did.did, "count": did.count})
        async for did in rounds.all_of(opened, now):
            _print({"desk": did.desk, "did": did.did, "count": did.count})
    return DONE


@audit.command()
def verify(
    desk: Desks = "all",
    anchor: Annotated[
        Path | None, typer.Option(help="An anchor that was kept elsewhere.", exists=True)
    ] = None,
) -> None:
    """See whether the trail is whole and unchanged. Exit code 1 where it is not."""
    finish(_verify(_desks(desk), anchor))


async def _verify(desks: tuple[DeskName, ...], path: Path | None) -> int:
    from bot import bootstrap as house
    from storage.audit import AuditAnchor

    try:
        kept = AuditAnchor.model_validate_json(await asyncio.to_thread(path.read_bytes)) if path else None
    except ValueError:
        raise typer.BadParameter(f"{path} is no anchor of an audit trail") from None
    wanted = [name for name in desks if kept is None or name == kept.desk]
    if not wanted:
        raise typer.BadParameter(f"{path} is the anchor of another desk")
    chosen = settings.load()
    wanted = [name for name in wanted if chosen.place(name).database.exists()]
    if not wanted:  # a mistyped ITA_HOME must not be made, and called sound
        raise ConfigurationError(f"{chosen.home}: ไม่มีฐานข้อมูลที่นี่ / there is no database here; see to ITA_HOME.")
    wrong = 0
    async with house.opened(wanted) as opened:
        for one in opened.desks.values():
            findings = await one.store.verify_audit(kept)
            wrong += bool(findings)
            _print({"desk": one.name, "sound": not findings, "findings": findings})
    return FINDINGS if wrong else DONE


@audit.command("anchor")
def make_anchor(
    desk: Desk,
    out: Annotated[Path, typer.Option(help="Where to write it.")],
) -> None:
    """Write the head of the trail to a file, to be kept where the server cannot change it."""
    finish(_anchor(desk, out))


async def _anchor(desk: DeskName, out: Path) -> int:
    from bot import bootstrap as house

    async with house.opened([desk]) as opened:
        anchor = await opened.desks[desk].store.anchor(datetime.now(UTC))
    try:
        await asyncio.to_thread(out.write_text, anchor.model_dump_json() + "\n")
    except OSError as trouble:
        raise typer.BadParameter(f"{out}: cannot be written ({trouble.strerror})") from None
    return DONE


@app.command()
def version() -> None:
    """Print the version."""
    sys.stdout.write(installed("ita-bot") + "\n")


def _desks(choice: str) -> tuple[DeskName, ...]:
    return tuple(name for name in DESKS if choice in {name, "all"})


def _instant(written: str) -> datetime:
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


def _print(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """The faster event loop, where the system has one."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


def finish(work: Coroutine[Any, Any, int]) -> None:
    """Run to the end, and end with the exit code that says how it went."""
    log.install()

    async def listened() -> int:
        log.listen(asyncio.get_running_loop())
        return await work

    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            raise typer.Exit(runner.run(listened()))
    except ConfigurationError as trouble:
        sys.stderr.write(f"{trouble}\n")
        raise typer.Exit(WRONG_CONFIGURATION) from None
    except KeyboardInterrupt:
        raise typer.Exit(DONE) from None
