"""The earliest instants at which something that the clock does comes due, as the rows of a desk have them: one read."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from handlers.consultations.messages import ConsultationPhase
from handlers.dialog.session import SESSION_IDLE_TIMEOUT
from ita_stats.calendar import BANGKOK
from storage import tables
from storage.cases.import_register import IS_IMPORT_LEFT
from storage.cases.retention import EXPIRED_DRAFT_TTL
from storage.crypto.daily_keys import MAX_DAILY_KEY_AGE
from storage.db.epoch_minutes import from_epoch_minutes
from storage.staff.admin import CODE_TABLES
from storage.store import Store


class RowDuty(StrEnum):
    """What comes due at an instant that rows name."""

    ANNOUNCEMENTS = "announcements"
    IMPORT = "import"
    REPLIES = "replies"
    DRAFTS = "drafts"
    ANSWERS = "answers"
    CODES = "codes"
    DRAFT_FILES = "draft-files"
    CONSULTATIONS = "consultations"
    MESSAGES = "messages"
    TASKS = "tasks"
    FILES_OF_THE_DAY = "files-of-the-day"


_MINUTE = timedelta(minutes=1)
_TOUCHED, _DRAFTING, _SEALED = (tables.sessions.c[name] for name in ("touched", "drafting", "sealed"))


def _select_least(column: ColumnElement[Any], *where: ColumnElement[bool]) -> Select[Any]:
    return select(func.min(column)).where(*where)


_LEAST: Mapping[str, Select[Any]] = {
    "idle": _select_least(_TOUCHED, or_(~_DRAFTING, _SEALED.is_not(None))),
    "lapsed": _select_least(_TOUCHED, and_(_DRAFTING, _SEALED.is_(None))),
    "answers": _select_least(tables.answers.c.until),
    "day_keys": _select_least(tables.day_keys.c.day),
    **{f"code_{table.name}": _select_least(table.c.until) for table in CODE_TABLES},
    "draft_files": _select_least(tables.files.c.until, tables.files.c.owner.is_(None)),
    "held": _select_least(tables.held.c.due),
    "held_answers": _select_least(tables.held_answers.c.due),
    "closes": _select_least(tables.ballots.c.closes, tables.ballots.c.phase == ConsultationPhase.OPEN.value),
    "messages": _select_least(tables.outbox.c.due),
    "tasks": _select_least(tables.errands.c.due),
    "files_of_the_day": _select_least(tables.files.c.day),
    "import_left": select(IS_IMPORT_LEFT),
}
_QUERY = select(*(query.scalar_subquery().label(name) for name, query in _LEAST.items()))


async def load_due_times(store: Store, now: datetime) -> Mapping[RowDuty, datetime]:
    """Return when each duty comes due next, as long as nothing is written; without those that never do.

    An instant of the past is due now. Of messages and tasks it is when they are to be sent or fetched.
    """
    async with store.open_read_context() as context:
        row = (await context.connection.execute(_QUERY)).mappings().one()
    instants: dict[RowDuty, tuple[datetime | None, ...]] = {
        RowDuty.ANNOUNCEMENTS: (await store.announcements.find_next(now),),
        RowDuty.IMPORT: (now if row["import_left"] else None,),
        RowDuty.REPLIES: (_from_seconds(row["held"]), _from_seconds(row["held_answers"])),
        RowDuty.DRAFTS: (
            _from_minutes(row["idle"], _MINUTE + SESSION_IDLE_TIMEOUT),
            _from_minutes(row["lapsed"], _MINUTE + SESSION_IDLE_TIMEOUT + EXPIRED_DRAFT_TTL),
        ),
        RowDuty.ANSWERS: (
            _from_minutes(row["answers"]),
            _end_day(row["day_keys"], UTC, MAX_DAILY_KEY_AGE),
        ),
        RowDuty.CODES: tuple(_from_minutes(row[f"code_{table.name}"]) for table in CODE_TABLES),
        RowDuty.DRAFT_FILES: (_from_minutes(row["draft_files"]),),
        RowDuty.CONSULTATIONS: (_from_minutes(row["closes"]),),
        RowDuty.MESSAGES: (_from_seconds(row["messages"]),),
        RowDuty.TASKS: (_from_seconds(row["tasks"]),),
        RowDuty.FILES_OF_THE_DAY: (_end_day(row["files_of_the_day"], BANGKOK),),
    }
    known = {duty: [due for due in found if due is not None] for duty, found in instants.items()}
    return {duty: min(found) for duty, found in known.items() if found}


def _from_seconds(due: int | None) -> datetime | None:
    return None if due is None else datetime.fromtimestamp(due, UTC)


def _from_minutes(due: int | None, after: timedelta = timedelta()) -> datetime | None:
    return None if due is None else from_epoch_minutes(due) + after


def _end_day(day: date | None, zone: tzinfo, after: timedelta = timedelta()) -> datetime | None:
    """Return the instant at which a day is over in a zone, and so long after it."""
    return None if day is None else datetime.combine(day + timedelta(days=1), time(), zone) + after
