"""A stored desk with staff: who joins, what is written in one batch, and what is in the outbox then."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime

from handlers.dialog.events import Channel, Lang
from handlers.dialog.replies import ReplyArg
from handlers.staff.members import FindInvitation, JoinStaff, StaffProfile
from handlers.staff.permissions import Role
from ita_stats.calendar import to_bangkok_date
from storage.db.batch import WriteBatch
from storage.store import Store
from tests.storage.conftest import NOW, StoredDesk

Letter = tuple[bytes, Lang, str, Mapping[str, ReplyArg]]
"""A queued message: where to, in which language, and its only reply's key and arguments."""


@asynccontextmanager
async def write_batch(one: Store, now: datetime = NOW) -> AsyncIterator[WriteBatch]:
    """Write what is added to a batch in one transaction, as the writer does."""
    async with one.committer.transaction() as connection:
        batch = WriteBatch(connection, one.keyring, one.committer.daily_keys, now, one.roster)
        yield batch
        await batch.flush()


async def join_staff(
    ground: StoredDesk,
    one: Store,
    name: str,
    role: Role = Role.OFFICER,
    *,
    lang: Lang = "th",
    back: bytes | None = b"",
    channel: Channel = Channel.TELEGRAM,
) -> str:
    """Add a person who joins; returns their staff id. back: their address, by default their name; None for none."""
    code = (await one.staff_admin.add(role, StaffProfile(name), NOW)).code
    person = await one.answer_query(FindInvitation(code), NOW)
    who, address = name.encode().ljust(32, b".")[:32], name.encode() if back == b"" else back
    act = JoinStaff(person.id, code, who, "A" * 32, (), channel, address, lang, to_bangkok_date(NOW))
    await ground.commit_acts(one, act)
    staff: str = person.id
    return staff


async def list_letters(one: Store, channel: Channel = Channel.TELEGRAM) -> list[Letter]:
    """The queued messages of a channel, by address."""
    found = []
    for item in await one.outbox.list_all(channel.value):
        (reply,) = item.payload.says
        found.append((item.payload.back, item.payload.lang, reply.key, reply.args))
    return sorted(found, key=lambda letter: letter[:3])
