"""`ita-bot release`: make, verify, approve and list releases of the statistics."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.runner import EXIT_DONE, EXIT_FINDINGS, print_json, run_and_exit
from bot.desk_names import DeskName
from bot.errors import ConfigurationError

if TYPE_CHECKING:
    from bot.publishing.releases import ReleaseContext, ReleaseError, ReleaseRequest, ReleaseResult
    from handlers.office import Office
    from storage.releases import StoredRelease

release_commands = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Releases of the statistics: frozen, numbered, hashed, signed.",
)
DeskOption = Annotated[DeskName, typer.Option(help="Which desk.")]
OutOption = Annotated[
    Path | None, typer.Option(help="The folder to write; a release that stands there is replaced.")
]


@release_commands.callback(invoke_without_command=True)
def release(
    context: typer.Context,
    desk: Annotated[DeskName | None, typer.Option(help="Which desk.")] = None,
    period: Annotated[
        str, typer.Option(help="fy2570, 2570H1, 2570Q1, cy2569H1, 2569-11, 2569-10..2570-03.")
    ] = "",
    as_of: Annotated[
        str, typer.Option(help="The last day that is counted; default yesterday, or the end of the last row.")
    ] = "",
    out: OutOption = None,
    correct: Annotated[
        str | None, typer.Option(help="What changed and why, where a release is corrected.")
    ] = None,
) -> None:
    """Release the statistics of a period: every file, made to stay."""
    if context.invoked_subcommand is not None:
        return
    if desk is None or not period or out is None:
        raise typer.BadParameter("--desk, --period and --out are needed")
    if correct is not None and not correct.strip():
        raise typer.BadParameter("--correct: say what changed and why")
    run_and_exit(_make_release(desk, period, as_of, out, correct.strip() if correct else None))


async def _make_release(desk: DeskName, period: str, as_of: str, out: Path, reason: str | None) -> int:
    from bot.bootstrap import open_app
    from bot.clock.decision import CLOCK_DOUBTED_EN, CLOCK_DOUBTED_TH
    from bot.clock.gate import check_clock
    from bot.office_file import load_office
    from bot.publishing.releases import ReleaseError, build_release_context, make_release
    from bot.settings import load_settings
    from ita_stats.period import PeriodError
    from storage.errors import DiskFullError

    office, now = load_office(load_settings().office), datetime.now(UTC)
    try:  # before anything is opened or made
        request = _parse_release_request(office, period, as_of, reason, now)
    except PeriodError as trouble:
        raise typer.BadParameter(str(trouble)) from None
    _check_out_folder(out)
    async with open_app([desk]) as app:
        if (await check_clock(app.desks[desk].store, now, None)).doubt is not None:
            raise typer.BadParameter(f"{CLOCK_DOUBTED_TH}\n{CLOCK_DOUBTED_EN}")
        try:
            result = await make_release(
                build_release_context(app, app.desks[desk]), request, now, _show_progress
            )
            await asyncio.to_thread(_copy_release, result, out)
        except ReleaseError as refusal:
            raise typer.BadParameter(_describe_refusal(refusal, request)) from None
        except (OSError, DiskFullError) as trouble:
            raise typer.BadParameter(f"{out}: เขียนไม่ได้ / cannot be written ({trouble})") from None
    print_json({**_describe_release(result.record), "new": result.is_new, "out": str(out)})
    return EXIT_DONE


def _describe_refusal(refusal: "ReleaseError", request: "ReleaseRequest") -> str:
    """Return why a release was not made, and what to do, in Thai and English."""
    from bot.publishing.releases import (
        CasesWaitingError,
        CorrectionReasonRequiredError,
        EarlierCutoffError,
        NoReleaseToCorrectError,
    )

    if isinstance(refusal, CasesWaitingError):
        return (
            "office.toml [notice] delay สั้นลงเมื่อเร็ว ๆ นี้ ยังนับวันที่ผ่านมาได้ไม่ครบ ให้ลองใหม่พรุ่งนี้"
            " / was made shorter lately, and the days before cannot be counted whole yet; try again tomorrow"
        )
    if isinstance(refusal, CorrectionReasonRequiredError):
        lines = "\n".join(f"- {note.th} / {note.en}" for note in refusal.changed)
        return (
            f"ฉบับที่ {refusal.name} ของช่วงเวลาและวันตัดยอดนี้เผยแพร่ไปแล้ว ตัวเลขต่างไป ให้บอกเหตุผลด้วย --correct"
            f" / release {refusal.name} has other figures; say why with --correct:\n{lines}"
        )
    if isinstance(refusal, EarlierCutoffError):
        newest, asked = refusal.as_of, request.as_of
        other = "" if refusal.period == request.period.code else f"--period {refusal.period} "
        again = f"ให้ใช้ --as-of {newest} " if other else ""
        again_en = f"use --as-of {newest}; " if other else ""
        return (
            f"--as-of {asked}: ฉบับที่ {refusal.name} ของเดือนเดียวกันนับถึง {newest} แล้ว จะย้อนไปวันก่อนหน้านั้นไม่ได้ {again}"
            f"ถ้าตัวเลขต้องแก้ ให้แก้ฉบับนั้น: {other}--as-of {newest} --correct “แก้อะไร เพราะอะไร”"
            f" / release {refusal.name} of the same months counts up to {newest} already, and no earlier day is"
            f" released after it; {again_en}to correct its figures, use"
            f" {other}--as-of {newest} --correct “what and why”"
        )
    if isinstance(refusal, NoReleaseToCorrectError):
        return (
            "--correct: ยังไม่เคยเผยแพร่ช่วงเวลาและวันตัดยอดนี้ ให้ใส่ --as-of ของฉบับที่จะแก้ (ดูได้ด้วย ita-bot release list)"
            " / nothing was released of this period and cut-off; give the --as-of of the release to be corrected"
        )
    return (
        f"ไฟล์ของฉบับที่ {refusal} หายหรือถูกแก้ ให้นำกลับจากข้อมูลสำรอง / the files of release {refusal} are gone"
        " or altered, and this version would make others; put them back from a backup"
    )


def _parse_release_request(
    office: "Office", period: str, as_of: str, reason: str | None, now: datetime
) -> "ReleaseRequest":
    """Parse the options of a release. Raises PeriodError.

    What came in the last minutes of a day is announced, and counted, somewhat later: until then that day is not over.
    """
    from bot.publishing.releases import ReleaseRequest
    from ita_stats.calendar import to_bangkok_date
    from ita_stats.period import parse_cutoff_date, parse_period, require_finished_day
    from ita_stats.release import find_latest_cutoff, validate_cutoff

    today, layout = to_bangkok_date(office.notice.get_counting_instant(now)), office.statistics.layout
    day: date = parse_cutoff_date(as_of, to_bangkok_date(now)) if as_of else today - timedelta(days=1)
    parsed_period = parse_period(period, day)
    if as_of:
        require_finished_day(day, today)
        validate_cutoff(parsed_period, layout, day)
    return ReleaseRequest(
        parsed_period, day if as_of else find_latest_cutoff(parsed_period, layout, day), layout, reason
    )


def _check_out_folder(out: Path) -> None:
    """Check that writing to the folder would replace nothing but a release. Raises BadParameter."""
    from ita_stats.release import MANIFEST_FILE

    if not out.parent.is_dir():
        raise typer.BadParameter(f"{out.parent}: ไม่มีโฟลเดอร์นี้ / there is no such folder")
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise typer.BadParameter(f"{out}: ไม่ใช่โฟลเดอร์ / is no folder")
    if out.is_dir() and any(out.iterdir()) and not (out / MANIFEST_FILE).is_file():
        raise typer.BadParameter(
            f"{out}: มีไฟล์อื่นอยู่ และไม่ใช่ฉบับสถิติ / holds files, and is no release; nothing was written"
        )


def _copy_release(result: "ReleaseResult", out: Path) -> None:
    from bot.publishing.releases import read_folder_files
    from storage.files.atomic_write import PUBLIC_MODES, replace_directory

    replace_directory(out.absolute(), read_folder_files(result.folder), PUBLIC_MODES)


@release_commands.command()
def verify(
    folder: Annotated[Path, typer.Argument(help="The folder of a release.", exists=True, file_okay=False)],
    key: Annotated[str, typer.Option(help="The desk's public key, known from elsewhere.")] = "",
) -> None:
    """See whether a release is whole, unchanged and signed. Exit code 1 where it is not."""
    from bot.publishing.releases import verify_release_folder

    try:
        findings = verify_release_folder(folder, key.strip())
    except OSError as trouble:
        raise typer.BadParameter(f"{folder}: cannot be read ({trouble.strerror})") from None
    print_json(
        {
            "release": _read_release_name(folder) if not findings else None,
            "sound": not findings,
            "findings": findings,
        }
    )
    raise typer.Exit(EXIT_FINDINGS if findings else EXIT_DONE)


def _read_release_name(folder: Path) -> str:
    from ita_stats.release import MANIFEST_FILE, parse_manifest

    return parse_manifest((folder / MANIFEST_FILE).read_bytes()).name


@release_commands.command()
def ok(
    name: Annotated[str, typer.Argument(help="The release, as 3/2570.")], desk: DeskOption = "complaints"
) -> None:
    """Let a release that is held be published."""
    run_and_exit(_approve_release(desk, name))


async def _approve_release(desk: DeskName, name: str) -> int:
    from bot.publishing.releases import approve_release

    async with _open_release_context(desk) as context:
        try:
            approved = await approve_release(context, name, datetime.now(UTC))
        except LookupError:
            raise typer.BadParameter(f"{name}: ไม่มีฉบับนี้ / there is no such release, as 3/2570 is") from None
    print_json({**_describe_release(approved), "held": False})
    return EXIT_DONE


@release_commands.command("list")
def list_releases(desk: DeskOption = "complaints") -> None:
    """Show every release that was made: a JSON object for each."""
    run_and_exit(_print_releases(desk))


async def _print_releases(desk: DeskName) -> int:
    async with _open_release_context(desk) as context:
        for stored in await context.store.releases.list_all():
            print_json(_describe_release(stored))
    return EXIT_DONE


@release_commands.command()
def key(desk: DeskOption = "complaints") -> None:
    """Show the public key with which the desk's releases are verified (Ed25519, base64)."""
    run_and_exit(_print_public_key(desk))


async def _print_public_key(desk: DeskName) -> int:
    from bot.publishing.signing import encode_public_key

    async with _open_release_context(desk) as context:
        sys.stdout.write(encode_public_key(context.store.keyring) + "\n")
    return EXIT_DONE


@asynccontextmanager
async def _open_release_context(desk: DeskName) -> "AsyncIterator[ReleaseContext]":
    """Open a desk that exists already: the folder of a mistyped ITA_HOME must not be created."""
    from bot.bootstrap import open_app
    from bot.publishing.releases import build_release_context
    from bot.settings import load_settings

    settings = load_settings()
    if not settings.desk_paths(desk).database.exists():
        raise ConfigurationError(
            f"{settings.home}: ไม่มีฐานข้อมูลที่นี่ / there is no database here; see to ITA_HOME."
        )
    async with open_app([desk]) as app:
        yield build_release_context(app, app.desks[desk])


def _describe_release(stored: "StoredRelease") -> dict[str, Any]:
    from hashlib import sha256

    return {
        "release": stored.name,
        "fiscal_year": stored.fiscal_year,
        "number": stored.number,
        "period": stored.period,
        "as_of": str(stored.as_of),
        "held": stored.held,
        "manifest_sha256": sha256(stored.manifest).hexdigest(),
    }


def _show_progress(step: int, steps: int, what: str) -> None:
    """Show the current step on one line of standard error, if that is a terminal."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K[{step}/{steps}] {what}" + ("\n" if step == steps else ""))
        sys.stderr.flush()
