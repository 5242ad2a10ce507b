"""Of what the administrator is warned in chat: conditions of the machine, each told once and once when mended."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from bot.health.measurements import BACKUP_AGE, CERTIFICATE_WARNING

FEW_PERCENT, NO_PERCENT = 15.0, 5.0
"""Share of the disk that is free, under which it is soon full, and under which files are refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """What was measured last of a desk and its machine. None: not known, or not used here.

    disk_free: percent. backup_age: of the newest backup, where backups are made here. refused_tokens, failing_webhooks:
    accounts of the desk. certificate_left: time until the end of its certificate. stuck_messages: to platforms.
    missing_releases: scheduled and not made; failing_posts: places where a release could not be published.
    database_bytes, evidence_bytes: as `round_up` leaves them.
    """

    disk_free: float | None = None
    backup_age: timedelta | None = None
    backup_failed: bool = False
    rehearsal_failed: bool = False
    refused_tokens: int = 0
    failing_webhooks: int = 0
    certificate_left: timedelta | None = None
    stuck_messages: int = 0
    missing_releases: int = 0
    failing_posts: int = 0
    audit_broken: bool = False
    database_bytes: int = 0
    evidence_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Condition:
    """A state that somebody has to mend. name: of its words `staff.health.<name>`, in marks and in metrics."""

    name: str
    is_met: Callable[[Readings], bool]


CONDITIONS: tuple[Condition, ...] = (
    Condition("disk_low", lambda now: now.disk_free is not None and now.disk_free < FEW_PERCENT),
    Condition("disk_full", lambda now: now.disk_free is not None and now.disk_free < NO_PERCENT),
    Condition("backup_old", lambda now: now.backup_age is not None and now.backup_age > BACKUP_AGE),
    Condition("backup_failed", lambda now: now.backup_failed),
    Condition("rehearsal_failed", lambda now: now.rehearsal_failed),
    Condition("release_missing", lambda now: now.missing_releases > 0),
    Condition("posting_failed", lambda now: now.failing_posts > 0),
    Condition("token_refused", lambda now: now.refused_tokens > 0),
    Condition("webhook_failing", lambda now: now.failing_webhooks > 0),
    Condition(
        "certificate_ending",
        lambda now: now.certificate_left is not None and now.certificate_left < CERTIFICATE_WARNING,
    ),
    Condition("messages_stuck", lambda now: now.stuck_messages > 0),
    Condition("audit_broken", lambda now: now.audit_broken),
)
"""All of them. The clock is told of by `bot.clock.gate`."""
