"""The real engine on its real store: every message decided, committed to the disk, and only then answered."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.citizen import make_citizen_story
from benchmarks.handlers_only import OFFICE, decode_event, encode_messages
from benchmarks.load import Story
from bot.engine import Engine
from handlers.complaints_desk import ComplaintsDesk
from storage.crypto.key_files import DeskPaths, load_or_create_keys
from storage.store import Store, open_store


@dataclass(frozen=True, slots=True)
class BenchmarkDesk:
    """A complaints desk as a door has it: what must arrive waits in the outbox until it was handed over."""

    engine: Engine
    store: Store
    reply_address: bytes

    async def handle_message(self, body: bytes) -> bytes:
        """Answer one message, and strike what waited for this answer."""
        answer = await self.engine.handle(replace(decode_event(body), reply_to=self.reply_address))
        await self.store.outbox.complete(answer.outbox_ids)
        return encode_messages(list(answer.messages))


def raise_engine_error(trouble: BaseException) -> None:
    """A fault ends the measurement: a fast apology is no figure."""
    raise RuntimeError("the engine failed") from trouble


@asynccontextmanager
async def open_engine(folder: Path) -> AsyncIterator[Story]:
    """Citizens before a fresh desk with keys of its own."""
    ring = load_or_create_keys(DeskPaths.under(folder, "complaints"))
    async with open_store(ring, datetime.now(UTC)) as memory:
        back = memory.keyring.address.encrypt(b"web:somebody", "address", "web", "back")
        yield make_citizen_story(
            BenchmarkDesk(
                Engine(ComplaintsDesk(OFFICE), memory, on_error=raise_engine_error), memory, back
            ).handle_message
        )
