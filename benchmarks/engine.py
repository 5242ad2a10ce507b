"""The real engine on its real store: every message decided, committed to the disk, and only then answered."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.citizen import citizen
from benchmarks.load import Story
from benchmarks.thought import OFFICE, answered, event
from bot.engine import Engine
from handlers.complaints_desk import ComplaintsDesk
from storage.crypto.key_files import DeskPaths
from storage.crypto.key_files import opened as unlocked
from storage.store import Store
from storage.store import opened as remembered


@dataclass(frozen=True, slots=True)
class BenchmarkDesk:
    """A complaints desk as a door has it: what must arrive waits in the outbox until it was handed over."""

    engine: Engine
    store: Store
    back: bytes

    async def door(self, body: bytes) -> bytes:
        """Answer one message, and strike what waited for this answer."""
        answer = await self.engine.handle(replace(event(body), back=self.back))
        await self.store.outbox.done(answer.waiting)
        return answered(list(answer.messages))


def broken(trouble: BaseException) -> None:
    """A fault ends the measurement: a fast apology is no figure."""
    raise RuntimeError("the engine failed") from trouble


@asynccontextmanager
async def stand(folder: Path) -> AsyncIterator[Story]:
    """Citizens before a fresh desk with keys of its own."""
    ring = unlocked(DeskPaths.under(folder, "complaints"))
    async with remembered(ring, datetime.now(UTC)) as memory:
        back = memory.seals.address.seal(b"web:somebody", "address", "web", "back")
        yield citizen(BenchmarkDesk(Engine(ComplaintsDesk(OFFICE), memory, fault=broken), memory, back).door)
