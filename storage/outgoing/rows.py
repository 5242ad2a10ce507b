"""Rows of the durable queues, each encrypted under its own id: messages to send (outbox), files to fetch (errands)."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import Table

from storage import tables
from storage.crypto.keyring import Keyring
from storage.db.batch import WriteBatch
from storage.serialization import OUTBOX_MESSAGE_CODEC, QUEUED_TASK_CODEC, OutboxMessage

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class QueueRows(Generic[T]):
    """How the rows of a queue are written and read. field: the name under which their content is encrypted."""

    table: Table
    codec: TypeAdapter[T]
    field: str

    def build(self, kind: str, content: T, due: int, keyring: Keyring) -> Mapping[str, object]:
        """Build a new row. due: seconds since the epoch."""
        row = secrets.token_hex(16)
        sealed = self.encrypt(row, content, keyring)
        return {"id": row, "kind": kind, "due": due, "attempts": 0, "sealed": sealed}

    def encrypt(self, row: str, content: T, keyring: Keyring) -> bytes:
        """Encrypt the content of a row, without fields that have their default."""
        opened = self.codec.dump_json(content, exclude_defaults=True)
        return keyring.waiting.encrypt(opened, self.table.name, row, self.field)

    def decrypt(self, row: str, sealed: bytes, keyring: Keyring) -> T:
        """Decrypt the content of a row. Raises `TamperedError`, ValueError."""
        return self.codec.validate_json(keyring.waiting.decrypt(sealed, self.table.name, row, self.field))


OUTBOX_ROWS = QueueRows(tables.outbox, OUTBOX_MESSAGE_CODEC, "letter")
TASK_ROWS = QueueRows(tables.errands, QUEUED_TASK_CODEC, "errand")


def enqueue_message(message: OutboxMessage, batch: WriteBatch, delay: int = 0) -> str:
    """Put a message into the outbox; return the id of its row. delay: seconds until the sender may take it."""
    due = int(batch.now.timestamp()) + delay
    row = OUTBOX_ROWS.build(message.channel.value, message, due, batch.keyring)
    batch.insert("outbox", **row)
    return str(row["id"])
