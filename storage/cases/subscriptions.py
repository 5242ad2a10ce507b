"""Subscriptions to news of a case: an encrypted address, stored apart from the case under a keyed hash."""

from sqlalchemy import bindparam, delete, select

from handlers.complaints.messages import ActorKind, SubscribeToCase, Unsubscribe
from handlers.dialog.replies import MUST_ARRIVE, Reply
from storage import tables
from storage.crypto.keyring import Keyring
from storage.db.batch import WriteBatch
from storage.errors import UnreadableRowError
from storage.outgoing.rows import enqueue_message
from storage.serialization import OUTBOX_MESSAGE_CODEC, OutboxMessage, encode_outbox_message
from storage.unreadable_rows import log_unreadable_row, reading_row

DELETE_CASE_SUBSCRIPTION = delete(tables.addresses).where(tables.addresses.c.mark == bindparam("of_case"))
DELETE_RESULT_SUBSCRIPTIONS = delete(tables.hearers).where(tables.hearers.c.person == bindparam("of_person"))
DELETE_PERSON_SUBSCRIPTIONS = delete(tables.addresses).where(
    tables.addresses.c.person == bindparam("of_person")
)
SUBSCRIPTION_REPLY = Reply("news.waiting", MUST_ARRIVE)


def hash_case_subscription(keyring: Keyring, case: str) -> bytes:
    """Return the hash under which the address of a case is stored."""
    return keyring.hash_id("news of a case", case)


def hash_subscriber(keyring: Keyring, who: bytes) -> bytes:
    """Return a hash that differs from the person's session hash, so that the two rows cannot be linked."""
    return keyring.hash_id("news for a person", who.hex())


async def subscribe_to_case(act: SubscribeToCase, batch: WriteBatch) -> None:
    """Store where to notify a person. It replaces an earlier subscription of the case."""
    at = hash_case_subscription(batch.keyring, act.case)
    message = OutboxMessage(act.channel, act.reply_to, act.lang, (SUBSCRIPTION_REPLY,))
    save_address(at, act.person_id, message, batch)


async def unsubscribe_person(act: Unsubscribe, batch: WriteBatch) -> None:
    """Delete every subscription of a person."""
    for forget in (DELETE_PERSON_SUBSCRIPTIONS, DELETE_RESULT_SUBSCRIPTIONS):
        batch.add_statement(forget, of_person=hash_subscriber(batch.keyring, act.person_id))


def save_address(at: bytes, who: bytes, message: OutboxMessage, batch: WriteBatch) -> None:
    """Store where a person is notified, under a hash. message: what they get; empty where that is decided later."""
    sealed = encode_address("addresses", at, message, batch.keyring)
    batch.upsert("addresses", mark=at, person=hash_subscriber(batch.keyring, who), sealed=sealed)


async def load_address(at: bytes, batch: WriteBatch) -> OutboxMessage | None:
    """Return the address stored under a hash; None where there is none, or where it cannot be read."""
    query = select(tables.addresses.c.sealed).where(tables.addresses.c.mark == at)
    sealed = await batch.connection.scalar(query)
    return None if sealed is None else decode_address("addresses", sealed, at, batch.keyring)


def encode_address(table: str, at: bytes, message: OutboxMessage, keyring: Keyring) -> bytes:
    """Encrypt an address under the hash that it is stored under."""
    return keyring.waiting.encrypt(encode_outbox_message(message), table, at.hex(), "letter")


def decode_address(table: str, sealed: bytes, at: bytes, keyring: Keyring) -> OutboxMessage | None:
    """Decode the address stored under a hash. One that cannot be read is logged, and None: the act goes on without.

    It is logged without a number: the address of a person must not be told apart from others.
    """
    try:
        with reading_row(table, ""):
            content = keyring.waiting.decrypt(sealed, table, at.hex(), "letter")
            return OUTBOX_MESSAGE_CODEC.validate_json(content)
    except UnreadableRowError as error:
        log_unreadable_row(error)
        return None


async def notify_subscriber(case: str, by: ActorKind, batch: WriteBatch) -> None:
    """Enqueue a neutral notification to the subscriber, if the office acted."""
    if by is not ActorKind.OFFICE:
        return
    message = await load_address(hash_case_subscription(batch.keyring, case), batch)
    if message is not None:
        enqueue_message(message, batch)
