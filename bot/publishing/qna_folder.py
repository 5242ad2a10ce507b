"""The public board as files for the office's website, written again where a question was published."""

import asyncio
import errno
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from pathlib import Path

from bot.bootstrap import App
from bot.jobs.housekeeping import JobResult
from bot.publishing.atomic_write import replace_file
from bot.publishing.notifications import build_staff_notification, make_staff_notifier
from bot.web.qna_board import BOARD_FILE, render_board_files
from bot.web.templating import PageRenderer
from ita_stats.calendar import day_in_bangkok
from storage.files.directories import fsync_directory


def write_board_files(web: Path, files: Mapping[str, bytes]) -> int:
    """Bring the files up to date, each whole or not at all; gives how many were written.

    Raises OSError, where what stood there still does; FileNotFoundError where the office's folder is missing.
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


async def publish_board(house: App, now: datetime) -> AsyncIterator[JobResult]:
    """Publish the service desk's board, where something was published and the office has named a folder."""
    web = house.settings.publish_folder
    if "service" not in house.desks or web is None:
        return
    store, today = house.desks["service"].store, day_in_bangkok(now)
    known = await store.faq.load_catalogue()
    if not known.published and not (web / BOARD_FILE).exists():
        return  # nothing was ever published; what was taken from the board must go from here too
    address = (house.settings.service.public_url or "").rstrip("/")
    files = render_board_files(PageRenderer(house.office), known, today, f"{address}/ask" if address else "")
    try:
        changed = await asyncio.to_thread(write_board_files, web, files)
    except OSError as trouble:
        if await store.retention.mark_done("board-unposted", str(today)):
            what = "room" if trouble.errno in {errno.ENOSPC, errno.EDQUOT} else "folder"
            await make_staff_notifier(store, now)(build_staff_notification("board_not_posted", trouble=what))
        return
    if changed:
        yield JobResult("service", "published-board", changed)
