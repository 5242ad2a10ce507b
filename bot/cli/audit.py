"""`ita-bot audit`: verify the audit trail, and export its head as an anchor."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.runner import (
    EXIT_DONE,
    EXIT_FINDINGS,
    DeskOption,
    DesksOption,
    print_json,
    run_and_exit,
    select_desks,
)
from bot.desk_names import DeskName
from bot.errors import ConfigurationError

audit_commands = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="The audit trail: who did what."
)


@audit_commands.command()
def verify(
    desk: DesksOption = "all",
    anchor: Annotated[
        Path | None, typer.Option(help="An anchor that was kept elsewhere.", exists=True)
    ] = None,
) -> None:
    """See whether the trail is whole and unchanged. Exit code 1 where it is not."""
    run_and_exit(_verify_audit(select_desks(desk), anchor))


async def _verify_audit(desks: tuple[DeskName, ...], path: Path | None) -> int:
    from bot.bootstrap import open_app
    from storage.audit import AuditAnchor

    try:
        anchor = AuditAnchor.model_validate_json(await asyncio.to_thread(path.read_bytes)) if path else None
    except ValueError:
        raise typer.BadParameter(f"{path} is no anchor of an audit trail") from None
    wanted = [name for name in desks if anchor is None or name == anchor.desk]
    if not wanted:
        raise typer.BadParameter(f"{path} is the anchor of another desk")
    from bot.settings import load_settings

    settings = load_settings()
    wanted = [name for name in wanted if settings.desk_paths(name).database.exists()]
    if not wanted:  # do not create the folder of a mistyped ITA_HOME and call it sound
        raise ConfigurationError(
            f"{settings.home}: ไม่มีฐานข้อมูลที่นี่ / there is no database here; see to ITA_HOME."
        )
    broken_count = 0
    async with open_app(wanted) as app:
        for running in app.desks.values():
            findings = await running.store.verify_audit(anchor)
            broken_count += bool(findings)
            print_json({"desk": running.name, "sound": not findings, "findings": findings})
    return EXIT_FINDINGS if broken_count else EXIT_DONE


@audit_commands.command("anchor")
def make_anchor(
    desk: DeskOption,
    out: Annotated[Path, typer.Option(help="Where to write it.")],
) -> None:
    """Write the head of the trail to a file, to be kept where the server cannot change it."""
    run_and_exit(_write_anchor_file(desk, out))


def _write_to(out: Path, content: bytes) -> None:
    """Write a file. A link or a pipe, such as /dev/stdout, is written through and never replaced."""
    from storage.files.atomic_write import PRIVATE_MODES, replace_file

    if out.is_symlink() or (out.exists() and not out.is_file()):
        out.write_bytes(content)
    else:
        replace_file(out, content, PRIVATE_MODES[1])


async def _write_anchor_file(desk: DeskName, out: Path) -> int:
    from bot.bootstrap import open_app

    async with open_app([desk]) as app:
        anchor = await app.desks[desk].store.build_audit_anchor(datetime.now(UTC))
    try:
        content = f"{anchor.model_dump_json()}\n".encode()
        await asyncio.to_thread(_write_to, out, content)
    except OSError as trouble:
        raise typer.BadParameter(f"{out}: cannot be written ({trouble.strerror})") from None
    return EXIT_DONE
