"""Rescan open cases for conflicts of interest when the staff list, the alternates or the rules change.

A case filed before somebody joined or was renamed must be hidden from them too; one that concerns the head opens to an
alternate who was named since. See `storage.cases.exclusions`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import RowMapping, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.complaints.messages import ActorKind, Exclusion, ExclusionGround, leave_out_understood
from handlers.staff.members import StaffMember
from storage import tables
from storage.cases.exclusions import EXCLUSION_TABLE, save_exclusions
from storage.cases.history import decrypt_history_content, decrypt_report
from storage.crypto.aead import hmac_sha256
from storage.crypto.keyring import Keyring
from storage.db.batch import WriteBatch
from storage.db.group_commit import GroupCommitWriter
from storage.staff.roster import STAFF_PROFILE_CODEC, decode_staff
from storage.unreadable_rows import decode_rows, reading_row


@dataclass(frozen=True, slots=True)
class OpenCaseText:
    """A reporter's texts: answers by field, and later messages.

    marked: staff ids from whom it is hidden because it concerns the head; concerns_head: it does, as filed or by a
    later message.
    """

    case: str
    answers: Mapping[str, str] = field(repr=False)
    concerns_head: bool
    marked: frozenset[str] = frozenset()


def _decode_case_text(
    case: str, row: RowMapping, lines: Iterable[RowMapping], marked: frozenset[str], keyring: Keyring
) -> OpenCaseText:
    cipher = keyring.unwrap_case_cipher(case, row["key"])
    report = decrypt_report(row["report"], case, cipher)
    texts = [decrypt_history_content(one["sealed"], case, one["seq"], cipher).text for one in lines]
    answers = {**leave_out_understood(report.answers), "later": "\n".join(texts)}
    return OpenCaseText(case, answers, row["alternate"] or bool(marked), marked)


@dataclass
class ConflictRescan:
    """Decrypts the texts of open cases, for the program alone: no person sees them."""

    committer: GroupCommitWriter

    async def load_staff(self, *rules: str) -> tuple[tuple[StaffMember, ...], str]:
        """Return the staff, joined or not, and a digest that changes when a name, alias or unit does.

        rules: what else a match depends on; the digest changes with it.
        """
        async with self.committer.transaction() as connection:
            rows = await connection.execute(
                select(tables.staff).where(tables.staff.c.removed.is_(None)).order_by(tables.staff.c.id)
            )
            staff, _ = decode_rows(
                "staff",
                rows.mappings(),
                lambda row: decode_staff(row, self.committer.keyring),
                lambda row: row["id"],
            )
        known = [one.id.encode() + STAFF_PROFILE_CODEC.dump_json(one.profile) for one in staff]
        known += [rule.encode() for rule in rules]
        return tuple(staff), hmac_sha256(self.committer.keyring.derive_salt("profiles"), *known).hex()[:32]

    async def list_open_cases(self) -> list[str]:
        """Return the ids of open cases."""
        column = tables.cases.c
        async with self.committer.transaction() as connection:
            return list((await connection.execute(select(column.id).where(tables.IS_OPEN_CASE))).scalars())

    async def load_case_text(self, case: str) -> OpenCaseText | None:
        """Return the texts of a case; None where it was deleted meanwhile. Raises `UnreadableRowError`."""
        column, line, keyring = tables.cases.c, tables.history.c, self.committer.keyring
        columns = (column.key, column.report, column.alternate, column.number, column.fiscal_year)
        async with self.committer.transaction() as connection:
            found = select(*columns).where(column.id == case)
            row = (await connection.execute(found)).mappings().first()
            later = select(line.seq, line.sealed).where(
                line.case_id == case, line.by == ActorKind.REPORTER.value
            )
            lines = (await connection.execute(later)).mappings().all()
            column_of = EXCLUSION_TABLE.c
            by_head = select(column_of.staff_id).where(
                column_of.case_id == case, column_of.why == ExclusionGround.MARKED.value
            )
            marked = frozenset((await connection.execute(by_head)).scalars())
        if row is None:
            return None
        with reading_row("cases", f"{row['number']}/{row['fiscal_year']}"):
            return _decode_case_text(case, row, lines, marked, keyring)

    async def add_exclusions(self, case: str, found: Iterable[Exclusion], now: datetime) -> int:
        """Store exclusions, and return how many are new; of a case that officers are not told of yet, none."""
        column = EXCLUSION_TABLE.c
        async with self.committer.transaction() as connection:
            known = set(
                (await connection.execute(select(column.staff_id).where(column.case_id == case))).scalars()
            )
            new = [one for one in found if one.staff not in known]
            announced = await _is_announced(case, connection)
            batch = WriteBatch(
                connection, self.committer.keyring, self.committer.daily_keys, now, self.committer.roster
            )
            await save_exclusions(case, new, batch, audited=announced)
            await batch.flush()
        return len(new) if announced else 0

    async def admit_alternates(self, case: str, staff: Iterable[str], now: datetime) -> int:
        """Drop what hides a case from staff because it concerns the head; return from how many it was hidden so.

        What a supervisor decided, and any other ground, stays. A case that officers are not told of yet does not count.
        """
        column, opened_count = EXCLUSION_TABLE.c, 0
        async with self.committer.transaction() as connection:
            announced = await _is_announced(case, connection)
            batch = WriteBatch(connection, self.committer.keyring, self.committer.daily_keys, now)
            for person in sorted(staff):
                dropped = await connection.execute(
                    delete(EXCLUSION_TABLE).where(
                        column.case_id == case,
                        column.staff_id == person,
                        column.why == ExclusionGround.MARKED.value,
                    )
                )
                if dropped.rowcount and announced:
                    await batch.audit(ActorKind.CLOCK, f"lifted:{person}", case)
                    opened_count += 1
            await batch.flush()
        return opened_count


async def _is_announced(case: str, connection: AsyncConnection) -> bool:
    """Whether officers were told of a case."""
    known = select(tables.cases.c.id).where(tables.cases.c.id == case, tables.IS_ANNOUNCED_CASE)
    return (await connection.execute(known)).first() is not None
