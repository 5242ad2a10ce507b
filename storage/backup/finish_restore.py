"""What a restored desk gets before it is used: numbers that are not given twice, no rights, a line in the trail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil

from sqlalchemy import delete, func, null, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.complaints.messages import ActorKind
from handlers.staff.enrolment.messages import Invitation
from ita_stats.calendar import get_fiscal_year, to_bangkok_date
from storage import tables
from storage.backup.ledger_file import load_given_numbers
from storage.cases.writes import draw_moment, encrypt_moment
from storage.crypto.keyring import Keyring
from storage.db.batch import WriteBatch
from storage.db.number_floors import NumberKind
from storage.split_spans import RESTORE_MARK
from storage.staff.enrolments import generate_invitation, insert_invitation
from storage.staff.members import ADMIN_ACTOR
from storage.staff.roster import decode_staff
from storage.store import Store

FEWEST_SKIPPED = 100
"""Numbers that are skipped at least."""

LONGEST_DELAY = 90
"""Minutes within which officers are told of a case that waited for that when the backup was made."""

_RATE = 3
"""How many times the cases of the busiest day may have come on each day since."""


@dataclass(frozen=True, slots=True)
class RestoredInvitation:
    """A code and digits with which somebody of the staff joins anew."""

    name: str
    role: str
    invitation: Invitation


@dataclass(frozen=True, slots=True)
class RestoreFacts:
    """What is known of a restore. erased: cases that were erased after the backup; numbers: as its ledger says."""

    made_at: datetime
    now: datetime
    stamp: str
    erased: Sequence[str]
    numbers: Mapping[str, Mapping[int, int]]


@dataclass(frozen=True, slots=True)
class FinishedRestore:
    """What was done at a desk. next_numbers: the first of each kind and fiscal year that is given from now on."""

    invitations: tuple[RestoredInvitation, ...]
    next_numbers: Mapping[str, Mapping[int, int]]


async def finish_restore(store: Store, facts: RestoreFacts, settled: Sequence[date]) -> FinishedRestore:
    """Make a restored database fit to be served, in one transaction.

    settled: the first days of spans whose splits may have been told since the backup (0026): they are told no more.
    """
    async with store.committer.transaction() as connection:
        batch = WriteBatch(connection, store.keyring, store.committer.daily_keys, facts.now)
        next_numbers = await _skip_numbers(connection, facts)
        await _delete_dangling_rows(connection)
        await _draw_moments_anew(connection, store.keyring, facts.now)
        for first in settled:
            span = tables.split_spans
            untold = update(span).where(span.c.first == first).values(settled=True, told="")
            await connection.execute(untold)
        # A backup has neither the sums nor when a case was opened: what is counted from here on has a gap.
        unsettled = update(tables.split_spans).where(~tables.split_spans.c.settled)
        await connection.execute(unsettled.values(measured=False))
        # One that began between the backup and now is in no row yet: this day tells it, when it is noted.
        await connection.execute(delete(tables.chores).where(tables.chores.c.name == RESTORE_MARK))
        batch.insert("chores", name=RESTORE_MARK, due=to_bangkok_date(facts.now).isoformat())
        invitations = await _invite_staff(batch)
        for case in facts.erased:
            await batch.audit(ActorKind.CLOCK, "erased", case)
        await batch.audit(ADMIN_ACTOR, "restored", facts.stamp)
        await batch.flush()
    return FinishedRestore(invitations, next_numbers)


def count_skipped(busiest_day: int, days: int) -> int:
    """Return how many numbers may have been given in some days, generously.

    busiest_day: the most that were given on one day before.
    """
    return max(FEWEST_SKIPPED, _RATE * busiest_day * (days + 1))


async def _skip_numbers(connection: AsyncConnection, facts: RestoreFacts) -> dict[str, dict[int, int]]:
    """Let each kind of number go on at a round hundred, past all that may have been given since the backup."""
    given, today = await load_given_numbers(connection), to_bangkok_date(facts.now)
    days = max((today - to_bangkok_date(facts.made_at)).days, 0)
    years = range(get_fiscal_year(to_bangkok_date(facts.made_at)), get_fiscal_year(today) + 1)
    skipped = count_skipped(await _count_busiest_day(connection), days)
    following: dict[str, dict[int, int]] = {}
    for kind, own in given.items():
        for year in {*years, *facts.numbers.get(kind, {})}:
            last = max(own.get(year, 0), facts.numbers.get(kind, {}).get(year, 0))
            if kind == NumberKind.RELEASE.value:  # one a month: what was published is found by its number
                floor = last + days // 28 + 1
            elif year in years:
                floor = ceil((last + skipped) / 100) * 100
            else:
                floor = last
            await _set_floor(connection, kind, year, floor)
            following.setdefault(kind, {})[year] = floor + 1
    return following


async def _set_floor(connection: AsyncConnection, kind: str, year: int, floor: int) -> None:
    table, row = tables.counters, dict[str, object](fiscal_year=year, last=floor)
    if kind != NumberKind.REGISTER.value:
        table, row = tables.number_floors, {**row, "kind": kind}
    await connection.execute(
        upsert(table).on_conflict_do_update(index_elements=list(table.primary_key), set_={"last": floor}), row
    )


async def _count_busiest_day(connection: AsyncConnection) -> int:
    """Return the most cases or questions that came on one day."""
    most = 0
    for day in (tables.cases.c.received_on, tables.questions.c.asked_on, tables.opinions.c.said_on):
        query = select(func.count(day)).group_by(day).order_by(func.count(day).desc()).limit(1)
        most = max(most, (await connection.execute(query)).scalar() or 0)
    return most


async def _delete_dangling_rows(connection: AsyncConnection) -> None:
    """Delete links to cases that were erased after the backup."""
    link, known = tables.links, select(tables.cases.c.id)
    await connection.execute(delete(link).where(link.c.case_id.not_in(known) | link.c.other_id.not_in(known)))


async def _draw_moments_anew(connection: AsyncConnection, keyring: Keyring, now: datetime) -> None:
    """Let officers be told of cases that waited for that (0029) at a new moment: the old one is in no backup."""
    case = tables.cases.c
    waiting = (await connection.execute(select(case.id).where(case.announce_at.is_not(None)))).scalars().all()
    for own in waiting:
        moment = encrypt_moment(draw_moment(LONGEST_DELAY, now), own, keyring)
        await connection.execute(update(tables.cases).where(case.id == own).values(announce_at=moment))


async def _invite_staff(batch: WriteBatch) -> tuple[RestoredInvitation, ...]:
    """Invite everybody who was of the staff to join anew: who left or was removed since is not known here.

    Until they do, they count as people who have not joined: they can read nothing.
    """
    person, invited = tables.staff.c, []
    query = select(tables.staff).where(person.removed.is_(None))
    for row in (await batch.connection.execute(query)).mappings().all():
        member, invitation = decode_staff(row, batch.keyring), generate_invitation()
        insert_invitation(member.id, invitation, batch)
        invited.append(RestoredInvitation(member.name, member.role.value, invitation))
    await batch.connection.execute(update(tables.staff).where(person.removed.is_(None)).values(joined=null()))
    return tuple(invited)
