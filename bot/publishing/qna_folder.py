"""Publish the question board as files for the office's website."""

import asyncio
import errno
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from pathlib import Path

from bot.bootstrap import App
from bot.jobs.housekeeping import JobResult
from bot.publishing.notifications import build_staff_notification, make_staff_notifier
from bot.web.qna_board import BOARD_FILE, render_board_files
from bot.web.templating import PageRenderer
from ita_stats.calendar import to_bangkok_date
from storage.files.atomic_write import replace_file
from storage.files.directories import fsync_directory


def write_board_files(web: Path, files: Mapping[str, bytes]) -> int:
    """Write files that are missing or changed, each atomically. Returns how many.

    Raises OSError, and then the old file stays; FileNotFoundError if the publish folder is missing.
    """
    if not web.is_dir():
        raise FileNotFoundError(str(web))
    changed = 0
    for name, content in files.items():
        target = web / name
        if not target.parent.is_dir():
            target.parent.mkdir(mode=0o755)
            fsync_directory(web)
        if not target.is_file() or target.read_bytes() != content:
            replace_file(target, content)
            changed += 1
    return changed


async def publish_board(app: App, now: datetime) -> AsyncIterator[JobResult]:
    """Publish the board of the service desk, if it runs, a publish folder is set, and there is something to publish."""
    web = app.settings.publish_folder
    if "service" not in app.desks or web is None:
        return
    store, today = app.desks["service"].store, to_bangkok_date(now)
    catalogue = await store.faq.load_catalogue()
    if not catalogue.published and not (web / BOARD_FILE).exists():
        return  # nothing was ever published; otherwise go on, since what was unpublished must be removed here too
    address = (app.settings.service.public_url or "").rstrip("/")
    files = render_board_files(
        PageRenderer(app.office), catalogue, today, f"{address}/ask" if address else ""
    )
    try:
        changed = await asyncio.to_thread(write_board_files, web, files)
    except OSError as trouble:
        if await store.retention.mark_done("board-unposted", str(today)):
            cause = "room" if trouble.errno in {errno.ENOSPC, errno.EDQUOT} else "folder"
            await make_staff_notifier(store, now)(build_staff_notification("board_not_posted", trouble=cause))
        return
    if changed:
        yield JobResult("service", "published-board", changed)
