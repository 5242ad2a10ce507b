"""Open cases are read again by the program when the staff changes, so that who came later is hidden from too."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from handlers.complaints.exclusions import Exclusion
from handlers.complaints.lifecycle import ENDED
from handlers.complaints.messages import ActorKind
from handlers.staff.members import StaffMember
from storage import tables
from storage.cases import exclusions as concerns
from storage.crypto.aead import mark
from storage.db.batch import WriteBatch
from storage.db.group_commit import GroupCommitWriter
from storage.serialization import BODY, REPORT
from storage.staff.roster import PROFILE, opened


@dataclass(frozen=True, slots=True)
class OpenCaseText:
    """What a reporter told in all: answers by field, later messages among them; marked: of the head."""

    case: str
    answers: Mapping[str, str] = field(repr=False)
    marked: bool


@dataclass
class ConflictRescan:
    """Opens what was told in open cases, for the program alone."""

    committer: GroupCommitWriter

    async def staff(self) -> tuple[tuple[StaffMember, ...], str]:
        """Who is on the staff, joined or not, and a mark that changes when what they are called by does."""
        async with self.committer.transaction() as connection:
            rows = await connection.execute(
                select(tables.staff).where(tables.staff.c.removed.is_(None)).order_by(tables.staff.c.id)
            )
            staff = tuple([opened(row, self.committer.seals) for row in rows.mappings()])
        known = [one.id.encode() + PROFILE.dump_json(one.profile) for one in staff]
        return staff, mark(self.committer.seals.salt("profiles"), *known).hex()[:32]

    async def cases(self) -> list[str]:
        """The open cases."""
        column = tables.cases.c
        open_ = column.status.not_in([status.value for status in ENDED])
        async with self.committer.transaction() as connection:
            return list((await connection.execute(select(column.id).where(open_))).scalars())

    async def told(self, case: str) -> OpenCaseText | None:
        """What was told in a case; None where it was erased meanwhile."""
        column, line, seals = tables.cases.c, tables.history.c, self.committer.seals
        async with self.committer.transaction() as connection:
            found = select(column.key, column.report, column.alternate).where(column.id == case)
            row = (await connection.execute(found)).first()
            later = select(line.seq, line.sealed).where(
                line.case_id == case, line.by == ActorKind.REPORTER.value
            )
            lines = (await connection.execute(later)).all()
        if row is None:
            return None
        seal = seals.of_case(case, row.key)
        report = REPORT.validate_json(seal.open(row.report, "cases", case, "report"))
        texts = [
            BODY.validate_json(seal.open(one.sealed, "history", f"{case}/{one.seq}", "body")).text
            for one in lines
        ]
        return OpenCaseText(case, {**report.answers, "later": "\n".join(texts)}, row.alternate)

    async def keep(self, case: str, found: Iterable[Exclusion], now: datetime) -> int:
        """Keep who was found to be concerned; gives how many that are who were not known."""
        column = concerns.TABLE.c
        async with self.committer.transaction() as connection:
            known = set(
                (await connection.execute(select(column.staff_id).where(column.case_id == case))).scalars()
            )
            new = [one for one in found if one.staff not in known]
            batch = WriteBatch(connection, self.committer.seals, self.committer.days, now)
            await concerns.keep(case, new, batch)
            await batch.flush()
        return len(new)
