"""`ita-bot rollup`: the published statistics of many offices on one page; the directory of their channels, signed."""

import asyncio
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.runner import EXIT_DONE, EXIT_FINDINGS, print_json, run_and_exit

if TYPE_CHECKING:
    from ita_stats.rollup.model import RollUp

rollup_commands = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Published statistics of many offices on one page, and the directory of their true channels.",
)


@rollup_commands.callback(invoke_without_command=True)
def rollup(
    context: typer.Context,
    offices: Annotated[Path | None, typer.Option(help="The list of offices (TOML).", dir_okay=False)] = None,
    out: Annotated[
        Path | None, typer.Option(help="The folder to write; a roll-up that stands there is replaced.")
    ] = None,
    year: Annotated[
        int | None, typer.Option(help="The fiscal year that is added up; default: the last full one.")
    ] = None,
    as_of: Annotated[str, typer.Option(help="The day as of which is judged; default: today.")] = "",
) -> None:
    """Read what each office published, check its signatures, and write one page, XLSX and JSON.

    Exit code 1 where an office is silent, out of date, or does not hold.
    """
    if context.invoked_subcommand is not None:
        return
    if offices is None or out is None:
        raise typer.BadParameter("--offices and --out are needed")
    from ita_stats.rollup.judge import find_last_full_year

    now = datetime.now(UTC)
    day = _parse_day(as_of, now)
    year = find_last_full_year(day) if year is None else year
    if not 2484 <= year < 2800:
        raise typer.BadParameter(f"--year {year}: ปี พ.ศ. เช่น 2569 / a Buddhist year, as 2569 is")
    target = out.absolute()
    _check_target(target)
    run_and_exit(_roll_up(offices, target, year, day, now))


def _check_target(target: Path) -> None:
    """Check that writing there would replace nothing but a roll-up. Raises BadParameter."""
    from ita_stats.rollup.render import JSON_FILE

    if not target.parent.is_dir():
        raise typer.BadParameter(f"{target.parent}: ไม่มีโฟลเดอร์นี้ / there is no such folder")
    if not target.exists():
        return
    if not target.is_dir() or (any(target.iterdir()) and not (target / JSON_FILE).is_file()):
        raise typer.BadParameter(f"{target}: มีไฟล์อื่นอยู่ / holds other files; nothing was written")


@rollup_commands.command("key")
def make_key(
    out: Annotated[Path, typer.Option(help="The file of the private key; it must not exist yet.")],
) -> None:
    """Make the key that signs the directory; print its public half, which offices put into office.toml."""
    from bot.rollup.directory import derive_directory_public_key, make_directory_key
    from storage.files.atomic_write import PRIVATE_MODES, write_new_file

    private = make_directory_key()
    try:
        write_new_file(out, f"{private}\n".encode(), PRIVATE_MODES[1])
    except FileExistsError:
        raise typer.BadParameter(f"{out}: มีไฟล์นี้แล้ว / is there already; nothing was written") from None
    except OSError as trouble:
        raise typer.BadParameter(f"{out}: เขียนไม่ได้ / cannot be written ({trouble.strerror})") from None
    print_json({"public_key": derive_directory_public_key(private)})


@rollup_commands.command("sign")
def sign(
    file: Annotated[Path, typer.Argument(help="The list of offices (TOML).", dir_okay=False)],
    key: Annotated[Path, typer.Option(help="The private key that `rollup key` made.", dir_okay=False)],
) -> None:
    """Sign a list of offices: FILE.sig beside it makes it the directory of true channels."""
    from bot.rollup.directory import SIGNATURE_SUFFIX, derive_directory_public_key, sign_office_list
    from bot.rollup.office_list import parse_office_list, read_list_file
    from ita_stats.calendar import to_bangkok_date
    from storage.files.atomic_write import replace_file

    content = read_list_file(file)
    try:
        private = key.read_text("ascii")
    except (OSError, UnicodeDecodeError):
        raise typer.BadParameter(f"{key}: อ่านไม่ได้ / cannot be read") from None
    signature = sign_office_list(content, str(file), private, to_bangkok_date(datetime.now(UTC)))
    target = file.with_name(file.name + SIGNATURE_SUFFIX)
    try:
        replace_file(target, f"{signature}\n".encode())
    except OSError as trouble:
        raise typer.BadParameter(f"{target}: เขียนไม่ได้ / cannot be written ({trouble.strerror})") from None
    listed = parse_office_list(content, str(file))
    print_json(
        {
            "signed": str(target),
            "dated": str(listed.dated),
            "offices": len(listed.offices),
            "public_key": derive_directory_public_key(private),
        }
    )


async def _roll_up(offices: Path, target: Path, year: int, day: date, now: datetime) -> int:
    from bot.rollup.collect import collect_rollup
    from bot.rollup.office_list import parse_office_list, read_list_file
    from ita_stats.rollup.render import render_rollup_files
    from storage.files.atomic_write import PUBLIC_MODES, replace_directory

    listed = parse_office_list(read_list_file(offices), str(offices))
    found = await collect_rollup(listed, offices.parent, year, day, _show_progress)
    try:
        await asyncio.to_thread(
            replace_directory, target, list(render_rollup_files(found, now)), PUBLIC_MODES
        )
    except OSError as trouble:
        raise typer.BadParameter(f"{target}: เขียนไม่ได้ / cannot be written ({trouble.strerror})") from None
    _print_summary(found)
    return EXIT_DONE if found.is_complete else EXIT_FINDINGS


def _print_summary(found: "RollUp") -> None:
    """Name the offices that need following up, and print the figures."""
    from ita_stats.rollup.render import TO_FOLLOW_UP, describe_verdict

    for verdict in TO_FOLLOW_UP:
        for one in found.list_in_state(verdict):
            sys.stderr.write(f"{one.name}: {describe_verdict(verdict, found)[0]}\n")
    names = ("received", "done", "in_progress", "not_accepted")
    print_json(
        {
            "fiscal_year": found.year,
            "offices": len(found.offices),
            "counted": len(found.counted),
            **{verdict.value: count for verdict, count in sorted(found.verdicts.items())},
            "total": dict(zip(names, found.total.cells, strict=True)),
        }
    )


def _parse_day(text: str, now: datetime) -> date:
    from ita_stats.calendar import to_bangkok_date
    from ita_stats.period import PeriodError, parse_cutoff_date

    today = to_bangkok_date(now)
    if not text:
        return today
    try:
        return parse_cutoff_date(text, today)
    except PeriodError as trouble:
        raise typer.BadParameter(str(trouble)) from None


def _show_progress(done: int, all_offices: int) -> None:
    """Show how far it is on one line of standard error, if that is a terminal."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{done}/{all_offices}" + ("\n" if done == all_offices else ""))
        sys.stderr.flush()
