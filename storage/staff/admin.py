"""Staff administration from the command line."""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from handlers.dialog.events import Lang
from handlers.dialog.replies import Choice, Phrase, raw_text
from handlers.staff.enrolment.messages import Invitation
from handlers.staff.members import StaffMember, StaffProfile
from handlers.staff.permissions import Role
from storage import tables
from storage.db.batch import WriteBatch
from storage.db.epoch_minutes import to_epoch_minutes
from storage.db.group_commit import GroupCommitWriter
from storage.db.pieces import delete_in_pieces
from storage.staff.enrolments import generate_invitation, insert_invitation
from storage.staff.members import reset_access, revoke_access
from storage.staff.notifications import enqueue_staff_notification, notify_case_workers
from storage.staff.pushes import PushKind, StaffPush
from storage.staff.roster import STAFF_PROFILE_CODEC, Roster, StaffAddress
from storage.tables.rules import keyholes

CODE_TABLES = (
    tables.spent,
    tables.staff_requests,
    tables.enrolments,
    tables.invitations,
    keyholes,
    tables.staff_sessions,
)
"""Tables of codes and links, of which each row ends at its `until`, a minute."""


@dataclass
class StaffAdmin:
    """Adds, resets and removes staff, also beside a running server."""

    committer: GroupCommitWriter
    roster: Roster

    async def add(self, role: Role, profile: StaffProfile, now: datetime) -> Invitation:
        """Add a staff member; return their invitation, valid for `INVITATION_TTL`."""
        staff, invitation, keyring = secrets.token_hex(8), generate_invitation(), self.committer.keyring
        sealed = keyring.staff.encrypt(STAFF_PROFILE_CODEC.dump_json(profile), "staff", staff, "profile")
        nothing = dict.fromkeys(("who", "joined", "removed", "factor", "address"))
        async with self.committer.transaction() as connection:
            batch = WriteBatch(connection, keyring, self.committer.daily_keys, now)
            batch.insert("staff", id=staff, role=role.value, sealed=sealed, **nothing)
            insert_invitation(staff, invitation, batch)
            await batch.audit("admin", "staff-added", staff)
            await batch.flush()
        return invitation

    async def remove(self, staff: str, on: date, now: datetime) -> None:
        """Revoke a staff member's rights at once, also in a server that runs beside this process."""
        async with self.committer.transaction() as connection:
            batch = WriteBatch(connection, self.committer.keyring, self.committer.daily_keys, now)
            revoke_access(staff, on, batch)
            await batch.audit("admin", "staff-removed", staff)
            await batch.flush()
            await self.roster.load(connection)

    async def reset(self, staff: str, now: datetime) -> Invitation:
        """End a staff member's access, also in a running server, and return an invitation to join again.

        Their cases stay theirs.
        """
        invitation = generate_invitation()
        async with self.committer.transaction() as connection:
            batch = WriteBatch(connection, self.committer.keyring, self.committer.daily_keys, now)
            reset_access(staff, insert_invitation(staff, invitation, batch), batch)
            await batch.audit("admin", "staff-reset", staff)
            await batch.flush()
            await self.roster.load(connection)
        return invitation

    async def broadcast(
        self, words: Mapping[Lang, str], now: datetime, roles: Collection[Role] = tuple(Role)
    ) -> int:
        """Send a text without case content to all staff of some roles who can be reached; return their number."""
        async with self.committer.transaction() as connection:
            addresses = [
                address
                for staff, address in await self.roster.refresh(connection)
                if address is not None and staff.role in roles
            ]
            batch = WriteBatch(connection, self.committer.keyring, self.committer.daily_keys, now)
            for address in addresses:
                push = StaffPush(PushKind.SYSTEM, raw_text(words[address.lang]))
                enqueue_staff_notification(address, push, batch)
            await batch.flush()
        return len(addresses)

    async def notify(
        self,
        notice: Phrase,
        roles: Collection[Role],
        now: datetime,
        choices: tuple[Choice, ...] = (),
        kind: PushKind = PushKind.SYSTEM,
    ) -> int:
        """Notify all staff with one of `roles`; return the number of recipients. choices: buttons of the notice."""
        async with self.committer.transaction() as connection:
            batch = WriteBatch(
                connection, self.committer.keyring, self.committer.daily_keys, now, self.roster
            )
            told = await notify_case_workers(StaffPush(kind, notice, choices), batch, roles)
            await batch.flush()
        return told

    async def list_contacts(self) -> list[tuple[StaffMember, StaffAddress]]:
        """Return all staff who can be notified, with their addresses, read from disk."""
        async with self.committer.transaction() as connection:
            there = await self.roster.refresh(connection)
            return [(staff, address) for staff, address in there if address is not None]

    async def audit(self, what: str, case: str, now: datetime) -> None:
        """Add an audit line about what the administrator did with a case."""
        async with self.committer.transaction() as connection:
            batch = WriteBatch(connection, self.committer.keyring, self.committer.daily_keys, now)
            await batch.audit("admin", what, case)
            await batch.flush()

    async def delete_expired_codes(self, now: datetime) -> int:
        """Delete expired codes and access links; return their number."""
        at, count = to_epoch_minutes(now), 0
        for table in CODE_TABLES:
            count += await delete_in_pieces(self.committer, table, table.c.until <= at)
        return count
