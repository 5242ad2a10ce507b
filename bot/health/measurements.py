"""What is measured for checks, warnings and metrics: disk, certificate, what waits, releases that are due."""

import asyncio
import shutil
import ssl
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from handlers.dialog.events import Channel
from handlers.office import StatisticsSettings
from ita_stats.schedule import list_scheduled_releases
from storage.store import Store

BACKUP_AGE = timedelta(hours=26)
"""After which a nightly backup is missing, whatever the hour it runs at."""

SIZE_STEP = 64 * 1024 * 1024

CALL_TIMEOUT = 8.0
CERTIFICATE_WARNING = timedelta(days=14)
"""Before the end of a certificate. Let's Encrypt renews 30 days before, so that by now a renewal has failed."""

RELEASE_GRACE = timedelta(hours=26)
"""After the hour of a release, which waits for reports that officers are told of later (`[notice] delay`)."""


@dataclass(frozen=True, slots=True)
class DiskSpace:
    """Bytes of the disk that a folder is on."""

    total: int
    free: int

    @property
    def free_percent(self) -> float:
        """The share that is free."""
        return 100 * self.free / self.total if self.total else 0.0


def measure_disk(folder: Path) -> DiskSpace:
    """Measure the disk that a folder is on, as far as a user who is not root may fill it."""
    usage = shutil.disk_usage(folder)
    return DiskSpace(usage.total, usage.free)


async def read_certificate_end(url: str) -> datetime | None:
    """Return when the certificate of an https address ends; None where there is none to see, or it cannot be reached.

    A certificate that is not valid now (ended, of another name, of nobody known) has ended at the beginning of time.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        return None
    context = ssl.create_default_context()
    opening = asyncio.open_connection(parts.hostname, parts.port or 443, ssl=context)
    try:
        _, writer = await asyncio.wait_for(opening, CALL_TIMEOUT)
    except ssl.SSLCertVerificationError:
        return datetime.min.replace(tzinfo=UTC)
    except (OSError, TimeoutError):
        return None
    certificate = writer.get_extra_info("peercert") or {}
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    end = certificate.get("notAfter")
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(end), UTC) if end else None


async def count_stuck_messages(store: Store, now: datetime) -> int:
    """Return the messages that platforms should have had ten minutes ago. The terminal's wait for their person."""
    return await store.outbox.count_stuck(now, Channel.TERMINAL)


async def count_failing_posts(store: Store) -> int:
    """Return the places where the newest release could not be published at the last try."""
    releases = await store.releases.list_all()
    if not releases:
        return 0
    postings = await store.releases.load_postings(
        max(releases, key=lambda one: (one.fiscal_year, one.number))
    )
    return sum(bool(posting.trouble) and not posting.done for posting in postings.values())


def round_up(size: int) -> int:
    """Round bytes up to the next `SIZE_STEP`, so that the first report or file moves nothing that can be watched."""
    return (size // SIZE_STEP + 1) * SIZE_STEP


def sum_file_sizes(folder: Path) -> int:
    """Return the bytes of the files in a folder; 0 where there is none. Call it in a thread."""
    total = 0
    for path in folder.glob("*"):
        with suppress(OSError):  # deleted just now
            total += path.stat().st_size
    return total


async def count_missing_releases(store: Store, rules: StatisticsSettings, now: datetime) -> int:
    """Return the scheduled releases that were not made in time."""
    since, finished = await store.releases.load_runs()
    due = list_scheduled_releases(since, now - RELEASE_GRACE, rules.layout, rules.publish_hour)
    return sum(str(run) not in finished for run in due)
