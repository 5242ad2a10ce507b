"""Rows of the durable queues: readable at their own place only, and due when they are meant to be."""

from datetime import timedelta

import pytest

from handlers.dialog.events import Channel
from handlers.dialog.replies import MUST_ARRIVE, NEUTRAL, Choice, ExpectedInput, Phrase, Reply
from storage.crypto.key_files import load_or_create_keys
from storage.crypto.keyring import Keyring
from storage.errors import TamperedError
from storage.outgoing.rows import OUTBOX_ROWS, TASK_ROWS, enqueue_message
from storage.serialization import OutboxMessage, QueuedTask
from storage.store import Store
from tests.storage.conftest import CANARY, NOW, StoredDesk
from tests.storage.staffed_desk import write_batch

REPLY = Reply(
    "track.status",
    MUST_ARRIVE,
    {"text": CANARY, "lines": (Phrase("x", {"n": 1}), Phrase("y"))},
    (Choice("7.leave", "choice.leave"),),
    wants=ExpectedInput.PICK,
)
MESSAGE = OutboxMessage(Channel.TELEGRAM, b"\x00\xff address", "en", (REPLY, Reply("plain", NEUTRAL)))


@pytest.fixture
def keyring(ground: StoredDesk) -> Keyring:
    return Keyring(load_or_create_keys(ground.paths))


def test_a_message_comes_back_as_it_was_and_each_row_is_another(keyring: Keyring) -> None:
    first, second = (OUTBOX_ROWS.build("telegram", MESSAGE, 5, keyring) for _ in range(2))
    assert {**first, "id": "", "sealed": b""} == {
        "id": "",
        "kind": "telegram",
        "due": 5,
        "attempts": 0,
        "sealed": b"",
    }
    assert first["id"] != second["id"]
    sealed = first["sealed"]
    assert isinstance(sealed, bytes)
    assert CANARY.encode() not in sealed
    assert OUTBOX_ROWS.decrypt(str(first["id"]), sealed, keyring) == MESSAGE


def test_a_row_is_readable_neither_under_another_id_nor_in_another_queue(keyring: Keyring) -> None:
    task = QueuedTask("telegram", {"file": "f1"})
    sealed = TASK_ROWS.encrypt("row1", task, keyring)
    assert TASK_ROWS.decrypt("row1", sealed, keyring) == task
    for rows, row, content in (
        (TASK_ROWS, "row2", sealed),
        (OUTBOX_ROWS, "row1", sealed),
        (TASK_ROWS, "row1", sealed[:-1] + bytes([sealed[-1] ^ 1])),
        (TASK_ROWS, "row1", b""),
    ):
        with pytest.raises(TamperedError):
            rows.decrypt(row, content, keyring)


@pytest.mark.parametrize("delay", [0, 60])
def test_a_message_may_be_taken_after_its_delay(ground: StoredDesk, delay: int) -> None:
    async def scene(one: Store) -> None:
        async with write_batch(one) as batch:
            row = enqueue_message(MESSAGE, batch, delay)
        later = NOW + timedelta(seconds=delay)
        assert await one.outbox.lease("telegram", later - timedelta(seconds=1)) == []
        assert await one.outbox.lease("line", later) == []
        (item,) = await one.outbox.lease("telegram", later)
        assert (item.id, item.payload, item.attempts) == (row, MESSAGE, 0)

    ground.run_scenario(scene)
