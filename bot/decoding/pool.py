"""Decoding processes: one is always started ahead, each decodes one file, and none outlives its file."""

import asyncio
import fcntl
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import IO

from bot.background import BackgroundTasks
from bot.decoding.messages import (
    ALIVE_ANSWER,
    ALIVE_QUESTION,
    LIBRARY_BY_KIND,
    MAX_DECODED_PIXELS,
    Decoded,
    DecodingFailure,
    DecodingLibrary,
    DecodingRequest,
    Pixels,
    Readiness,
    ReadText,
    read_answer,
    read_ready,
    write_request,
)
from bot.errors import BotError
from bot.keyed_lock import KeyedLocks
from storage.files.picture_headers import PICTURE_KINDS, has_too_many_scans, read_picture_size

MAX_PARALLEL_DECODINGS = 2
"""Files in decoding at a time: as many times the memory of one (`confinement.MAX_ADDRESS_BYTES`) are used at most."""

DECODING_TIMEOUT_SECONDS = 30.0
"""Seconds a file may take; a process that computes is ended before by its CPU limit."""

WORKER_COMMAND = (sys.executable, "-I", "-m", "bot.decoding.worker")
"""To which the name of a library is added."""

MODULES_BESIDE_PILLOW = {DecodingLibrary.HEIF: "pillow_heif", DecodingLibrary.PDFIUM: "pypdfium2"}
"""The module by which it is seen whether a library is installed."""
START_TIMEOUT_SECONDS = 30.0
ALIVE_TIMEOUT_SECONDS = 10.0
"""Seconds in which a process that waits has to answer; one that was stopped is killed then."""

PIPE_BYTES = 1024 * 1024
"""Bytes that a pipe holds, where the system allows it: 13 MB of pixels in 13 turns instead of 200."""

START_NEXT_AFTER_SECONDS = 1.0
"""Seconds after which the next process is started although a file is still being decoded; else after the file."""

_MAX_STARTS = 3
"""Processes that are tried for one file: who waits may have been killed, and so may the next."""


class DecoderUnavailableError(BotError):
    """No decoding process can be started now."""


@dataclass
class DecodingProcess:
    """One decoding process. readiness: what it told of itself; None until it is ready."""

    _process: subprocess.Popen[bytes]
    _sink: IO[bytes]
    _source: IO[bytes]
    readiness: Readiness | None = None

    @classmethod
    def start(cls, command: Sequence[str]) -> "DecodingProcess":
        """Start a process with an empty environment and without our open files. Raises DecoderUnavailableError."""
        try:
            process = subprocess.Popen(  # noqa: S603 - a command of ours
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={},
                cwd="/",
            )
        except OSError as error:
            raise DecoderUnavailableError("no decoding process can be started") from error
        if process.stdin is None or process.stdout is None:
            raise DecoderUnavailableError("a decoding process has no pipes")
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):  # a system may allow less, which only takes longer
                fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        return cls(process, process.stdin, process.stdout)

    @property
    def process_id(self) -> int:
        """Its number in the system."""
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        """Whether it is gone."""
        return self._process.poll() is not None

    def wait_until_ready(self) -> None:
        """Wait until the process has confined itself. Raises DecoderUnavailableError where it ends instead."""
        self.readiness = read_ready(self._source)
        if self.readiness is None:
            raise DecoderUnavailableError("a decoding process ended before it was ready")

    def is_alive(self) -> bool:
        """Whether the process answers; only then it is given a file."""
        with suppress(OSError):
            self._sink.write(ALIVE_QUESTION)
            self._sink.flush()
            return self._source.read(1) == ALIVE_ANSWER
        return False

    def decode(self, request: DecodingRequest) -> Decoded:
        """Decode a file, after which the process has to be ended."""
        try:
            write_request(self._sink, request)
            return read_answer(self._source)
        except OSError:  # it ended while the file was written
            return DecodingFailure.STOPPED

    def kill(self) -> None:
        """Kill the process. A thread that reads from it finds the end."""
        self._process.kill()

    def end(self) -> None:
        """Kill the process, and wait until it is gone."""
        self.kill()
        self._process.wait()
        for pipe in (self._sink, self._source):
            with suppress(OSError):  # the rest of a file, for a process that is gone
                pipe.close()


@dataclass
class DecodingSlot:
    """The right to decode one file now."""

    _pool: "DecoderPool"

    async def decode(self, kind: str, content: bytes, page: int = 0) -> Pixels | DecodingFailure:
        """Decode a picture, of a file with pages one of them (from 0). kind: its media type, one of `list_kinds`.

        Raises DecoderUnavailableError where no process can be started.
        """
        answer = await self._run(kind, content, page)
        return DecodingFailure.STOPPED if isinstance(answer, ReadText) else answer

    async def read_text(self, kind: str, content: bytes) -> ReadText | DecodingFailure:
        """Read what is written in a document. kind: its media type, one of `list_kinds`.

        Raises DecoderUnavailableError where no process can be started.
        """
        answer = await self._run(kind, content, 0)
        return DecodingFailure.STOPPED if isinstance(answer, Pixels) else answer

    async def _run(self, kind: str, content: bytes, page: int) -> Decoded:
        failure = find_failure_in_header(kind, content)
        if failure is not None:
            return failure
        process = await self._pool.take_process(LIBRARY_BY_KIND[kind])
        work = asyncio.create_task(asyncio.to_thread(process.decode, DecodingRequest(kind, content, page)))
        try:
            async with asyncio.timeout(self._pool.timeout_seconds):
                # On one core, a process that starts at once would take its time from this file.
                await asyncio.wait({work}, timeout=START_NEXT_AFTER_SECONDS)
                self._pool.start_next()
                return await asyncio.shield(work)
        except TimeoutError:
            return DecodingFailure.STOPPED
        finally:
            process.kill()
            await asyncio.wait([work])
            self._pool.end_later(process)


@dataclass
class DecoderPool:
    """The decoding processes of a server; started when first needed, or ahead. To be closed at the end."""

    command: Sequence[str] = WORKER_COMMAND
    timeout_seconds: float = DECODING_TIMEOUT_SECONDS
    modules: Mapping[DecodingLibrary, str] = field(default_factory=lambda: MODULES_BESIDE_PILLOW)
    _waiting: asyncio.Task[DecodingProcess] | None = None
    _kinds: frozenset[str] | None = None
    _given_up: BackgroundTasks = field(default_factory=BackgroundTasks)
    _lanes: KeyedLocks[str] = field(default_factory=KeyedLocks)
    _slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MAX_PARALLEL_DECODINGS))

    @asynccontextmanager
    async def open_slot(self, lane: str) -> AsyncIterator[DecodingSlot]:
        """Wait for the right to decode a file. One at a time in a lane, so that no lane takes the slots of all."""
        async with self._lanes.lock(lane), self._slots:
            yield DecodingSlot(self)

    async def start_ahead(self) -> DecodingProcess:
        """Start the process that waits for the next file, where none does. Raises DecoderUnavailableError."""
        return await asyncio.shield(self.start_next())

    async def list_kinds(self) -> frozenset[str]:
        """Media types that can be decoded here. HEIC needs a library that not every office installs."""
        if self._kinds is None:
            found = {DecodingLibrary.PILLOW, DecodingLibrary.TEXT}
            for library, module in self.modules.items():
                # Looked for here, loaded and asked for its version there.
                if find_spec(module) is not None and await self._is_usable(library):
                    found.add(library)
            self._kinds = frozenset(kind for kind, library in LIBRARY_BY_KIND.items() if library in found)
        return self._kinds

    async def _is_usable(self, library: DecodingLibrary) -> bool:
        with suppress(DecoderUnavailableError):
            process = await _start_process(self.command, library)
            self.end_later(process)
            return process.readiness is not None and process.readiness.has_library
        return False

    def start_next(self) -> asyncio.Task[DecodingProcess]:
        """Start the process that waits for the next file, where none does."""
        if self._waiting is None:
            self._waiting = self._start(DecodingLibrary.PILLOW)
        return self._waiting

    async def take_process(self, library: DecodingLibrary) -> DecodingProcess:
        """Take the process that waits, where it has the library, or start one. Raises DecoderUnavailableError."""
        for _ in range(_MAX_STARTS):
            if library is DecodingLibrary.PILLOW and self._waiting is not None:
                taken, self._waiting = self._waiting, None
            else:
                taken = self._start(library)
            with suppress(DecoderUnavailableError):
                try:
                    process = await asyncio.shield(taken)
                    with suppress(TimeoutError):
                        async with asyncio.timeout(ALIVE_TIMEOUT_SECONDS):
                            if await asyncio.to_thread(process.is_alive):
                                return process
                except asyncio.CancelledError:  # who asked went away
                    self._given_up.start(_end_when_started(taken))
                    raise
                await asyncio.to_thread(process.end)
        raise DecoderUnavailableError("decoding processes end before they are given a file")

    def end_later(self, process: DecodingProcess) -> None:
        """End a process, for which nobody waits: the system takes its memory back for some milliseconds."""
        self._given_up.start(asyncio.to_thread(process.end))

    async def close(self) -> None:
        """End the process that waits."""
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            await _end_when_started(waiting)
        await self._given_up.close(START_TIMEOUT_SECONDS)

    def _start(self, library: DecodingLibrary) -> asyncio.Task[DecodingProcess]:
        return asyncio.create_task(_start_process(self.command, library))


async def _start_process(command: Sequence[str], library: DecodingLibrary) -> DecodingProcess:
    process = await asyncio.to_thread(DecodingProcess.start, (*command, library.value))
    try:
        async with asyncio.timeout(START_TIMEOUT_SECONDS):
            await asyncio.to_thread(process.wait_until_ready)
    except TimeoutError:
        process.end()
        raise DecoderUnavailableError("a decoding process takes too long to start") from None
    except BaseException:
        process.end()
        raise
    return process


async def _end_when_started(starting: asyncio.Task[DecodingProcess]) -> None:
    with suppress(DecoderUnavailableError):
        process = await starting
        await asyncio.to_thread(process.end)


def find_failure_in_header(kind: str, content: bytes) -> DecodingFailure | None:
    """Return why a picture is not decoded, from its markers and chunks alone: no decoder sees it then.

    Documents say nothing that could be read in a bounded number of places: the limits of the process bound it.
    """
    if LIBRARY_BY_KIND.get(kind) in {DecodingLibrary.PDFIUM, DecodingLibrary.TEXT}:
        return None
    size = read_picture_size(content, kind) if kind in PICTURE_KINDS else None
    if size is None or has_too_many_scans(content, kind):
        return DecodingFailure.UNREADABLE
    return DecodingFailure.TOO_LARGE if size[0] * size[1] > MAX_DECODED_PIXELS[kind] else None
