"""The `ita-bot` command: machine-readable output on standard output, everything else on standard error."""

import signal
import sys
from datetime import UTC, datetime
from importlib.metadata import version as installed
from pathlib import Path
from typing import Annotated, Literal

import typer

from bot.cli.audit import audit_commands
from bot.cli.consultations import consult_commands
from bot.cli.export_case import register_commands
from bot.cli.faq import faq_commands
from bot.cli.keys import keys_commands
from bot.cli.releases import release_commands
from bot.cli.runner import (
    EXIT_DONE,
    EXIT_FINDINGS,
    DeskOption,
    DesksOption,
    print_json,
    run_and_exit,
    select_desks,
)
from bot.cli.staff import staff_commands
from bot.cli.statistics import print_statistics
from bot.clock.decision import CLOCK_DOUBTED_EN, CLOCK_DOUBTED_TH
from bot.desk_names import DeskName
from bot.offices.command import choose_office, run_for_offices
from bot.papers.annual_command import write_annual_report
from bot.papers.command import write_posters
from bot.rollup.command import rollup_commands

cli_app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None
)
cli_app.callback()(choose_office)
cli_app.add_typer(audit_commands, name="audit")
cli_app.add_typer(release_commands, name="release")
cli_app.add_typer(staff_commands, name="staff")
cli_app.add_typer(keys_commands, name="keys")
cli_app.add_typer(faq_commands, name="faq")
cli_app.add_typer(consult_commands, name="consult")
cli_app.add_typer(register_commands, name="register")
cli_app.add_typer(rollup_commands, name="rollup")
cli_app.command("posters")(write_posters)
cli_app.command("annual")(write_annual_report)
cli_app.command("offices", context_settings={"allow_interspersed_args": False})(run_for_offices)


@cli_app.command()
def run(
    desk: DesksOption = "all",
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.", min=0, max=65535)] = None,
) -> None:
    """Serve; prints `ready http://…` when it does. SIGTERM drains and ends."""
    run_and_exit(_run_server(select_desks(desk), host, port))


async def _run_server(desks: tuple[DeskName, ...], host: str | None, port: int | None) -> int:
    from bot.process import hold_desks
    from bot.settings import load_settings

    settings = load_settings()
    # Tried first: a second server is refused before it loads anything large.
    with hold_desks([settings.desk_paths(name).folder for name in desks], datetime.now(UTC)):
        pass
    from bot.serve import serve

    return await serve(desks, host, port)


@cli_app.command()
def demo(
    home: Annotated[Path, typer.Option(help="Folder of the demo, apart from all real data.")] = Path(
        "var-demo"
    ),
    port: Annotated[int, typer.Option(help="Port to listen on, on 127.0.0.1.", min=0, max=65535)] = 8080,
    seed: Annotated[int, typer.Option(help="Another number invents another year.")] = 1,
) -> None:
    """Serve a year of invented cases, questions and opinions, to look around in; nothing goes out."""
    from bot.demo.make import run_demo

    run_and_exit(run_demo(home, seed, port))


@cli_app.command()
def chat(
    desk: DeskOption,
    name: Annotated[str, typer.Option("--as", help="Whose talk to go on with.")] = "",
    *,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="One JSON object a message.")] = False,
) -> None:
    """Talk in the terminal. Safe beside a running server."""
    # End at once on Ctrl-C: the thread that reads input cannot be interrupted, and all that was answered is on disk.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    run_and_exit(_run_chat(desk, name, jsonl=jsonl))


async def _run_chat(desk: DeskName, name: str, *, jsonl: bool) -> int:
    from bot.bootstrap import open_app
    from bot.delivery.worker import DeliveryWorker
    from bot.log import log_exception
    from bot.platforms.platform import PlatformContext
    from bot.platforms.terminal import TerminalPlatform, make_random_name

    platform = TerminalPlatform(name or make_random_name(), jsonl)
    async with open_app([desk]) as app:
        own = app.desks[desk]
        worker = DeliveryWorker(own.engine, own.store, {}, log_exception)
        context = PlatformContext(own, app.settings, worker, log_exception)
        try:
            async with platform.open(context) as opened:
                await opened.terminal.run(sys.stdin.buffer)
        except BrokenPipeError:
            sys.stdout = None  # the reader is gone: prevent a flush at exit
    return EXIT_DONE


@cli_app.command()
def stats(
    desk: DeskOption,
    period: Annotated[str, typer.Option(help="2570, 2570H1, 2570Q1, cy2569H1, 2569-11, 2569-10..2570-03.")],
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
    run_and_exit(print_statistics(desk, period, as_of, layout, form, exact=exact))


@cli_app.command("import")
def import_register_file(
    desk: DeskOption,
    file: Annotated[
        Path | None, typer.Argument(help="CSV, TXT or XLSX.", exists=True, dir_okay=False)
    ] = None,
    sheet: Annotated[str, typer.Option(help="Only this sheet of a spreadsheet; default: all.")] = "",
    words: Annotated[
        list[str] | None, typer.Option("--word", help="What a word of the register means, as “word=closed”.")
    ] = None,
    undo: Annotated[
        int | None, typer.Option("--undo", help="Reverse the import of this number instead.", min=1)
    ] = None,
    *,
    trial: Annotated[bool, typer.Option("--dry-run", help="Look, and write nothing.")] = False,
    confirmed: Annotated[bool, typer.Option("--yes", help="What was guessed is right.")] = False,
) -> None:
    """Take an old register over: all rows, or none and each bad row with its reason.

    What was understood is shown. On a terminal you are asked whether it is right; elsewhere --yes says so.
    """
    from bot.cli.import_register import run_import_undo, run_register_import
    from bot.importers.register import RegisterImportRequest

    if undo is not None and file is None:
        run_and_exit(run_import_undo(undo, desk, trial=trial, confirmed=confirmed))
        return
    if file is None or undo is not None:
        raise typer.BadParameter(
            "ต้องมีไฟล์ หรือ --undo เลขการนำเข้า / a file, or --undo with the number of an import"
        )
    run_and_exit(
        run_register_import(file, desk, RegisterImportRequest(trial, confirmed, sheet, tuple(words or ())))
    )


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
    *,
    confirm: Annotated[
        bool, typer.Option("--confirm", help="The clock of this machine is right: do what waits for that.")
    ] = False,
) -> None:
    """Do once all that is due, and say what was done: a JSON object for each thing.

    Exit code 1 where something waits because the clock may be wrong. An instant given with --now is believed.
    """
    run_and_exit(_run_tick(select_desks(desk), _parse_instant(now), is_given=bool(now), confirm=confirm))


async def _run_tick(desks: tuple[DeskName, ...], now: datetime, *, is_given: bool, confirm: bool) -> int:
    from bot.assessment.monthly import run_monthly_evidence
    from bot.bootstrap import open_app
    from bot.clock.gate import ClockVerdict, check_clock, confirm_clock
    from bot.jobs.housekeeping import run_due_jobs
    from bot.jobs.publishing import run_publishing_jobs

    doubted = list[DeskName]()
    async with open_app(desks, now) as app:
        for running in app.desks.values():
            if confirm and not is_given:
                await confirm_clock(running.store, now, None)
            verdict = ClockVerdict(None) if is_given else await check_clock(running.store, now, None)
            if verdict.doubt is not None:
                doubted.append(running.name)
                print_json({"desk": running.name, "waits": verdict.doubt, "now": now.isoformat()})
            believed = verdict.doubt is None
            async for result in run_due_jobs(
                running.paths,
                running.store,
                app.office,
                now,
                is_clock_believed=believed,
                messages_at=verdict.date_messages(now),
            ):
                print_json({"desk": result.desk, "did": result.job, "count": result.count})
        async for result in run_publishing_jobs(app, now, doubted):
            print_json({"desk": result.desk, "did": result.job, "count": result.count})
        async for result in run_monthly_evidence(app, now, doubted):
            print_json({"desk": result.desk, "did": result.job, "count": result.count})
    if doubted:
        sys.stderr.write(f"{CLOCK_DOUBTED_TH}\n{CLOCK_DOUBTED_EN}\n")
    return EXIT_FINDINGS if doubted else EXIT_DONE


@cli_app.command()
def init(
    answers: Annotated[
        Path | None,
        typer.Option(help="A TOML file that answers instead of you.", exists=True, dir_okay=False),
    ] = None,
) -> None:
    """Set an office up: asks in Thai, tries the tokens, makes office.toml, settings, keys and invitations.

    Run again it goes on where it was, and overwrites nothing.
    """
    from bot.installation.setup_flow import set_up_office

    # End at once on Ctrl-C, as `chat` does: every answer is on the disk.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    run_and_exit(set_up_office(answers))


@cli_app.command()
def doctor(
    logs: Annotated[
        list[Path] | None, typer.Option(help="A log in which nothing of a visitor may stand; the proxy's.")
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a check.")] = False,
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask no platform and no public address.")
    ] = False,
    all_evidence: Annotated[
        bool, typer.Option("--all-evidence", help="Read every file of evidence, however long it takes.")
    ] = False,
) -> None:
    """Look whether all is in order, beside a running server or without one. Exit code 1 with something to mend."""
    from bot.health.doctor import diagnose

    run_and_exit(
        diagnose(as_json=as_json, offline=offline, all_evidence=all_evidence, log_files=tuple(logs or ()))
    )


@cli_app.command()
def backup(
    to: Annotated[Path | None, typer.Option(help="The folder of backups; default: ITA_BACKUP_DIR.")] = None,
    recipient: Annotated[
        str | None,
        typer.Option(help="The office's public key of age (age1…); default: ITA_BACKUP_RECIPIENT."),
    ] = None,
    *,
    ledger_only: Annotated[
        bool, typer.Option("--ledger-only", help="Write only the keys of what is not erased.")
    ] = False,
) -> None:
    """Back both desks up, beside a running server, and try whether the backup can be restored."""
    from bot.cli.backup import make_backup

    run_and_exit(make_backup(to, recipient, is_ledger_only=ledger_only))


@cli_app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="The backup: a file of the folder `backups`.", exists=True)],
    identity: Annotated[Path, typer.Option(help="The office's private key of age.", exists=True)],
    into: Annotated[Path | None, typer.Option(help="An empty folder; default: ITA_HOME.")] = None,
    *,
    rehearse: Annotated[bool, typer.Option("--rehearse", help="Only try, and keep nothing.")] = False,
) -> None:
    """Restore a backup into an empty folder."""
    from bot.cli.backup import restore as restore_file

    run_and_exit(restore_file(file, identity, into, is_rehearsal=rehearse))


@cli_app.command()
def evidence(
    year: Annotated[
        int, typer.Option(help="The year of the assessment, Buddhist: 2569.", min=2556, max=2700)
    ],
    variant: Annotated[
        Literal["moe", "nacc", "vec", "moph"] | None,
        typer.Option(help="Whose list of items; default: office.toml's, else the year's."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="The folder to write the checklist to, as page, PDF and JSON.")
    ] = None,
    *,
    pictures: Annotated[
        bool,
        typer.Option("--pictures/--no-pictures", help="With pictures of the pages, where there is Chromium."),
    ] = True,
    analysis: Annotated[
        bool, typer.Option("--analysis", help="Also write the draft of the analysis, as DOCX and PDF.")
    ] = False,
) -> None:
    """Check live what an assessment (ITA) asks for. Exit code 1 where something that is verified is not met."""
    from bot.assessment.command import show_evidence

    if analysis and out is None:
        raise typer.BadParameter("--analysis needs --out")
    run_and_exit(show_evidence(year, variant or "", out, has_pictures=pictures, has_analysis=analysis))


@cli_app.command()
def version() -> None:
    """Print the version."""
    sys.stdout.write(installed("ita-bot") + "\n")


def _parse_instant(text: str) -> datetime:
    """Parse an ISO 8601 instant; UTC if it has no zone, now if empty."""
    if not text:
        return datetime.now(UTC)
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text} is no ISO 8601 instant, as 2026-11-22T09:00:00+07:00 is") from None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
