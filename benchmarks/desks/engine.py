"""The real engine on its real store: every message is decided, committed to disk, and only then answered."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.desks.citizen import make_citizen_story
from benchmarks.desks.handlers_only import OFFICE, decode_event, encode_messages
from benchmarks.desks.load import Story
from bot.engine import Engine
from handlers.complaints_desk import ComplaintsDesk
from storage.crypto.key_files import DeskPaths, load_or_create_keys
from storage.store import Store, open_store


@dataclass(frozen=True, slots=True)
class BenchmarkDesk:
    """A complaints desk as a platform adapter uses it: messages stay in the outbox until they were handed over."""

    engine: Engine
    store: Store
    reply_address: bytes

    async def handle_message(self, body: bytes) -> bytes:
        """Answer one message, and mark its outbox messages as delivered."""
        answer = await self.engine.handle(replace(decode_event(body), reply_to=self.reply_address))
        await self.store.outbox.complete(answer.outbox_ids)
        return encode_messages(list(answer.messages))


def raise_engine_error(error: BaseException) -> None:
    """Fail the measurement: a fast error message is not a result."""
    raise RuntimeError("the engine failed") from error


@asynccontextmanager
async def open_engine(folder: Path) -> AsyncIterator[Story]:
    """Citizens against a fresh desk with keys of its own."""
    keys = load_or_create_keys(DeskPaths.under(folder, "complaints"))
    async with open_store(keys, datetime.now(UTC)) as store:
        reply_address = store.keyring.encrypt_address("web:somebody")
        yield make_citizen_story(
            BenchmarkDesk(
                Engine(ComplaintsDesk(OFFICE), store, on_error=raise_engine_error), store, reply_address
            ).handle_message
        )
