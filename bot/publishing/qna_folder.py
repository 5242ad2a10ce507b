"""Publish the question board as files for the office's website."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from pathlib import Path

from bot.bootstrap import App
from bot.jobs.housekeeping import JobResult
from bot.publishing.web_folder import publish_to_folder
from bot.web.qna_board import BOARD_FILE, render_board_files
from bot.web.templating import PageRenderer
from ita_stats.calendar import to_bangkok_date
from storage.files.atomic_write import replace_changed_file
from storage.files.directories import create_public_directory


def write_board_files(web: Path, files: Mapping[str, bytes]) -> int:
    """Write files that are missing or changed, each atomically. Returns how many.

    Raises OSError, and then the old file stays; FileNotFoundError if the publish folder is missing.
    """
    if not web.is_dir():
        raise FileNotFoundError(str(web))
    changed = 0
    for name, content in files.items():
        create_public_directory((web / name).parent)
        changed += replace_changed_file(web / name, content)
    return changed


async def publish_board(app: App, now: datetime) -> AsyncIterator[JobResult]:
    """Publish the board of the service desk, if it runs, a publish folder is set, and there is something to publish."""
    web = app.settings.publish_folder
    if "service" not in app.desks or web is None:
        return
    store, today = app.desks["service"].store, to_bangkok_date(now)
    catalogue = await store.faq.load_shown_catalogue()
    if not catalogue.published and not (web / BOARD_FILE).exists():
        return  # nothing was ever published; otherwise go on, since what was unpublished must be removed here too
    address = (app.settings.service.public_url or "").rstrip("/")
    files = render_board_files(
        PageRenderer(app.office), catalogue, today, f"{address}/ask" if address else ""
    )
    async for result in publish_to_folder(store, now, "board", lambda: write_board_files(web, files)):
        yield result
