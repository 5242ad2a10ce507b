"""`ita-bot posters`: posters and an HTML snippet that lead to the desks, from settings and office.toml alone."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.runner import EXIT_WRONG_CONFIGURATION, print_json
from bot.errors import ConfigurationError


def write_posters(
    out: Annotated[Path, typer.Option(help="The folder to write; posters that stand there are replaced.")],
) -> None:
    """Write posters (A4 PDF and PNG, in colour and grey, Thai and English) and an HTML snippet for the website."""
    from bot.office_file import load_office
    from bot.papers.posters import render_poster_files
    from bot.settings import load_settings
    from storage.files.atomic_write import PUBLIC_MODES, replace_directory

    try:
        settings = load_settings()
        office = load_office(settings.office)
    except ConfigurationError as trouble:
        sys.stderr.write(f"{trouble}\n")
        raise typer.Exit(EXIT_WRONG_CONFIGURATION) from None
    target = out.absolute()
    _check_folder(target)
    sites = {
        "complaints": settings.complaints.public_url or "",
        "service": settings.service.public_url or "",
    }
    found = list(render_poster_files(office, sites, datetime.now(UTC)))  # type: ignore[arg-type]
    if not found:
        raise typer.BadParameter(
            "ยังไม่มีที่อยู่ให้ชี้ไป: ตั้ง ITA_COMPLAINTS__PUBLIC_URL หรือ [chats] ใน office.toml"
            " / there is no address yet: set ITA_COMPLAINTS__PUBLIC_URL, or [chats] in office.toml"
        )
    try:
        replace_directory(target, found, PUBLIC_MODES)
    except OSError as trouble:
        raise typer.BadParameter(f"{target}: เขียนไม่ได้ / cannot be written ({trouble.strerror})") from None
    print_json({"out": str(out), "files": [name for name, _ in found]})


def _check_folder(target: Path) -> None:
    """Check that writing there would replace nothing but posters. Raises BadParameter."""
    if not target.parent.is_dir():
        raise typer.BadParameter(f"{target.parent}: ไม่มีโฟลเดอร์นี้ / there is no such folder")
    strange = [one.name for one in target.iterdir() if not _is_poster(one)] if target.is_dir() else []
    if strange or (target.exists() and not target.is_dir()):
        raise typer.BadParameter(f"{target}: มีไฟล์อื่นอยู่ / holds other files; nothing was written")


def _is_poster(path: Path) -> bool:
    return path.name == "snippet.html" or path.name.startswith(("complaints-", "service-"))
