"""Who wants to hear of a case: a sealed address apart from the case, found by a mark that only our keys can make."""

import secrets

from sqlalchemy import bindparam, delete, select

from handlers.complaints.messages import ActorKind, SubscribeToCase, Unsubscribe
from handlers.dialog.events import Reply
from storage import tables
from storage.crypto.keyring import Keyring
from storage.db.batch import WriteBatch
from storage.serialization import LETTER, OutboxMessage, enclosed

FORGET_CASE = delete(tables.addresses).where(tables.addresses.c.mark == bindparam("of_case"))
FORGET_HEARER = delete(tables.hearers).where(tables.hearers.c.person == bindparam("of_person"))
FORGET_PERSON = delete(tables.addresses).where(tables.addresses.c.person == bindparam("of_person"))
TOLD = Reply("news.waiting", certain=True)


def mark(seals: Keyring, case: str) -> bytes:
    """The mark under which the address of a case stands."""
    return seals.who("news of a case", case)


def person(seals: Keyring, who: bytes) -> bytes:
    """Another mark than that of the person's talk, so that the two rows do not show whose they are."""
    return seals.who("news for a person", who.hex())


async def keep_news(act: SubscribeToCase, batch: WriteBatch) -> None:
    """Keep where to tell a person of news; the newest wish counts."""
    at = mark(batch.seals, act.case)
    letter = enclosed(OutboxMessage(act.channel, act.back, act.lang, (TOLD,)))
    sealed = batch.seals.waiting.seal(letter, "addresses", at.hex(), "letter")
    batch.put("addresses", mark=at, person=person(batch.seals, act.who), sealed=sealed)


async def stop_news(act: Unsubscribe, batch: WriteBatch) -> None:
    """Forget every address of a person."""
    for forget in (FORGET_PERSON, FORGET_HEARER):
        batch.add(forget, of_person=person(batch.seals, act.who))


async def tell(case: str, by: ActorKind, batch: WriteBatch) -> None:
    """Lay a neutral word ready for who wants to hear that the office did something."""
    if by is not ActorKind.OFFICE:
        return
    at = mark(batch.seals, case)
    query = select(tables.addresses.c.sealed).where(tables.addresses.c.mark == at)
    sealed = (await batch.connection.execute(query)).scalar()
    if sealed is None:
        return
    letter = LETTER.validate_json(batch.seals.waiting.open(sealed, "addresses", at.hex(), "letter"))
    row = secrets.token_hex(16)
    again = batch.seals.waiting.seal(enclosed(letter), "outbox", row, "letter")
    due = int(batch.now.timestamp())
    batch.insert("outbox", id=row, kind=letter.channel.value, due=due, attempts=0, sealed=again)
