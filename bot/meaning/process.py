"""The process of the encoder, and who asks it: started when first needed, started anew when it ended, never waited for.

Where it is not installed, ended, or too slow, `MeaningUnavailableError` is raised, and letters answer alone.
"""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import IO

from bot.background import BackgroundTasks
from bot.meaning.encoder import MODEL_NAME
from bot.meaning.messages import (
    VECTOR_BYTES,
    EncoderRequest,
    Operation,
    decode_hits,
    encode_search,
    encode_texts,
    read_answer,
    write_request,
)
from bot.meaning.worker import MISSING_ANSWER, READY_ANSWER
from storage.questions.meaning import MeaningUnavailableError, SimilarText

WORKER_COMMAND = (sys.executable, "-I", "-m", "bot.meaning.worker")

ENVIRONMENT = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive"}
"""One thread: a question takes some 20 ms, and the other processors serve people."""

START_TIMEOUT_SECONDS = 30.0
SEARCH_TIMEOUT_SECONDS = 2.0
"""Seconds for which a question waits for its meaning; then it is answered by letters."""

WORK_TIMEOUT_SECONDS = 60.0
"""Seconds for vectors of some texts, or for loading them."""

RESTART_AFTER_SECONDS = 60.0
"""Seconds for which a process that ended is not started anew: a text may have ended it."""

MAX_TEXTS_PER_REQUEST = 16
"""A question waits for at most so many texts of answers, about 0.3 s."""

_MAX_HITS_BYTES = 8 * 1024


class EncoderProcess:
    """One process. All methods block, and are called in a thread."""

    def __init__(self, command: Sequence[str]) -> None:
        """Start it, with nothing of our environment. Raises OSError."""
        self._process = subprocess.Popen(  # noqa: S603 - a command of ours
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=ENVIRONMENT,
            cwd="/",
        )

    @property
    def process_id(self) -> int:
        """Its number in the system."""
        return self._process.pid

    def wait_until_ready(self) -> bytes:
        """Return how it greets. Raises ValueError where it ends instead."""
        return read_answer(self._source, 16)

    def ask(self, operation: Operation, payload: bytes, most: int) -> bytes:
        """Return the answer to a request. Raises OSError or ValueError where there is none."""
        write_request(self._sink, EncoderRequest(operation, payload))
        return read_answer(self._source, most)

    def kill(self) -> None:
        """Kill it. A thread that reads from it finds the end."""
        self._process.kill()

    def end(self) -> None:
        """Kill it, and wait until it is gone."""
        self.kill()
        self._process.wait()
        for pipe in (self._sink, self._source):
            with suppress(OSError):
                pipe.close()

    @property
    def _sink(self) -> IO[bytes]:
        assert self._process.stdin is not None  # noqa: S101 - it was asked for
        return self._process.stdin

    @property
    def _source(self) -> IO[bytes]:
        assert self._process.stdout is not None  # noqa: S101
        return self._process.stdout


@dataclass
class MeaningProcess:
    """Asks the process of the encoder, one request at a time (`storage.questions.meaning.MeaningReader`).

    generation: counts the processes; another one has nothing loaded.
    """

    command: Sequence[str] = WORKER_COMMAND
    clock: Callable[[], float] = monotonic
    search_seconds: float = SEARCH_TIMEOUT_SECONDS
    generation: int = 0
    _process: EncoderProcess | None = None
    _not_before: float = 0.0
    _is_missing: bool = False
    _loaded: int = 0
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _asking: BackgroundTasks = field(default_factory=BackgroundTasks)

    @property
    def model(self) -> str:
        """The name of the model, kept with each vector."""
        return MODEL_NAME

    async def embed(self, texts: Sequence[str]) -> list[bytes]:
        """Return the vector of each text of an answer, as bytes. Raises MeaningUnavailableError."""
        vectors = list[bytes]()
        for start in range(0, len(texts), MAX_TEXTS_PER_REQUEST):
            some = texts[start : start + MAX_TEXTS_PER_REQUEST]
            size = len(some) * VECTOR_BYTES
            content = await self._ask(Operation.EMBED, encode_texts(some), size, WORK_TIMEOUT_SECONDS)
            if len(content) != size:
                await self._give_up()
                raise MeaningUnavailableError("not as many vectors as texts")
            vectors += [content[at : at + VECTOR_BYTES] for at in range(0, size, VECTOR_BYTES)]
        return vectors

    async def load(self, vectors: Sequence[bytes]) -> int:
        """Load the vectors to search; return the generation that has them. Raises MeaningUnavailableError."""
        content = await asyncio.to_thread(b"".join, vectors)
        await self._ask(Operation.LOAD, content, 0, WORK_TIMEOUT_SECONDS)
        self._loaded = len(vectors)
        return self.generation

    async def find_nearest(self, question: str, most: int) -> list[SimilarText]:
        """Return the texts nearest in meaning, nearest first. Raises MeaningUnavailableError."""
        payload = encode_search(question, most)
        content = await self._ask(Operation.SEARCH, payload, _MAX_HITS_BYTES, self.search_seconds)
        try:
            return [SimilarText(hit.place, hit.similarity) for hit in decode_hits(content, self._loaded)]
        except ValueError as error:
            await self._give_up()
            raise MeaningUnavailableError("the encoder's process answered nonsense") from error

    async def close(self) -> None:
        """End the process."""
        self._is_missing = True
        await self._give_up()
        await self._asking.close(START_TIMEOUT_SECONDS)

    async def _ask(self, operation: Operation, payload: bytes, most: int, seconds: float) -> bytes:
        """Ask, to the end also where whoever asks goes away: the next answer would be taken for theirs."""
        asking = self._asking.start(self._ask_in_turn(operation, payload, most, seconds))
        asking.add_done_callback(_take_note)
        return await asyncio.shield(asking)

    async def _ask_in_turn(self, operation: Operation, payload: bytes, most: int, seconds: float) -> bytes:
        async with self._lock:
            process = self._process or await self._start()
            try:
                async with asyncio.timeout(seconds):
                    return await asyncio.to_thread(process.ask, operation, payload, most)
            except (TimeoutError, OSError, ValueError) as error:
                await self._give_up()
                raise MeaningUnavailableError("the encoder's process gave no answer") from error

    async def _start(self) -> EncoderProcess:
        """Start a process. Raises MeaningUnavailableError."""
        if self._is_missing or self.clock() < self._not_before:
            raise MeaningUnavailableError("no encoder now")
        self._not_before = self.clock() + RESTART_AFTER_SECONDS
        process: EncoderProcess | None = None
        try:
            process = await asyncio.to_thread(EncoderProcess, self.command)
            async with asyncio.timeout(START_TIMEOUT_SECONDS):
                greeting = await asyncio.to_thread(process.wait_until_ready)
        except (TimeoutError, OSError, ValueError) as error:
            if process is not None:
                await asyncio.to_thread(process.end)
            raise MeaningUnavailableError("the encoder's process cannot be started") from error
        if greeting != READY_ANSWER:
            self._is_missing = greeting == MISSING_ANSWER
            await asyncio.to_thread(process.end)
            raise MeaningUnavailableError("the encoder is not installed")
        self._process, self._loaded = process, 0
        self.generation += 1
        return process

    async def _give_up(self) -> None:
        process, self._process, self._loaded = self._process, None, 0
        if process is not None:
            self._not_before = self.clock() + RESTART_AFTER_SECONDS
            process.kill()
            await asyncio.shield(asyncio.to_thread(process.end))


def _take_note(asking: asyncio.Task[bytes]) -> None:
    """Take note of how a request ended: where whoever asked went away, nobody else does, and it would be a fault."""
    if not asking.cancelled():
        asking.exception()


@asynccontextmanager
async def open_meaning_process() -> AsyncIterator[MeaningProcess]:
    """Give a process to ask, and end it."""
    meaning = MeaningProcess()
    try:
        yield meaning
    finally:
        await meaning.close()
