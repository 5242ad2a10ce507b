"""Publish files to the folder of the office's website, and report once a day where that fails."""

import asyncio
import errno
from collections.abc import AsyncIterator, Callable
from datetime import datetime

from bot.jobs.housekeeping import JobResult
from bot.publishing.notifications import build_staff_notification, make_staff_notifier
from ita_stats.calendar import to_bangkok_date
from storage.store import Store


def name_write_error(error: OSError) -> str:
    """Return the code of an error in [publish.trouble] of the wording: a full disk, or anything else."""
    return "room" if error.errno in {errno.ENOSPC, errno.EDQUOT} else "folder"


async def publish_to_folder(
    store: Store, now: datetime, what: str, write_changed: Callable[[], int]
) -> AsyncIterator[JobResult]:
    """Write what changed; where that fails, tell the staff once a day. It is retried at the next run.

    what: `board` or `opinions`. write_changed: returns how many files it wrote, or raises OSError.
    """
    try:
        changed = await asyncio.to_thread(write_changed)
    except OSError as error:
        if await store.retention.mark_done(f"{what}-unposted", str(to_bangkok_date(now))):
            notice = build_staff_notification(f"{what}_not_posted", trouble=name_write_error(error))
            await make_staff_notifier(store, now)(notice)
        return
    if changed:
        yield JobResult("service", f"published-{what}", changed)
