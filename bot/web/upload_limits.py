"""Bodies on their way in: as long as they come, and only so many at once; the slowest makes room for who comes next."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

MAX_CONCURRENT_UPLOADS = 200
"""Bodies that are read at the same time: half of the requests that may be in work, so that pages are still shown."""

MAX_BODY_BYTES = 2 * 1024**3
"""Bytes of a body that are read to the end, so that a browser gets a page and not a cut connection: a long video."""

UPLOAD_IDLE_TIMEOUT = 20.0
"""Seconds without a byte after which nobody waits any longer."""

UPLOAD_GRACE_SECONDS = 60.0
MIN_UPLOAD_RATE = 512
"""Bytes a second that a body needs on the average, once `GRACE` seconds are over."""

UPLOAD_SETTLING_SECONDS = 5.0
"""Seconds before a body can be told to be slow."""


class UploadError(Exception):
    """A body that is not read to its end; `key` names the page that says so, `status` is HTTP's."""

    page_key, status = "garbled", 400


class UploadTooLargeError(UploadError):
    """More than anybody needs to send."""

    page_key, status = "large", 413


class SlowUploadError(UploadError):
    """So slow that it would never end."""

    page_key, status = "slow", 408


class TooManyUploadsError(UploadError):
    """One too many, while none of the others is slow."""

    page_key, status = "busy", 503


@dataclass(eq=False)
class Upload:
    """One body: when it began (seconds of the loop's clock), its bytes so far, and the wait for its next piece."""

    started_at: float
    size: int = 0
    timeout: asyncio.Timeout | None = None

    def compute_rate(self, now: float) -> float:
        """Bytes a second on the average."""
        return self.size / max(now - self.started_at, UPLOAD_SETTLING_SECONDS)


@dataclass
class UploadLimiter:
    """Those that are read at present."""

    max_concurrent: int = MAX_CONCURRENT_UPLOADS
    _uploads: set[Upload] = field(default_factory=set)

    async def limit(self, chunks: AsyncIterator[bytes], declared: int = 0) -> AsyncIterator[bytes]:
        """The chunks of a body, as long as they come and are not too many. declared: how many bytes it has.

        Raises TooLarge, TooSlow, Crowded.
        """
        if declared > MAX_BODY_BYTES:
            raise UploadTooLargeError
        clock = asyncio.get_running_loop().time
        self._evict_slowest(clock())
        body = Upload(clock())
        self._uploads.add(body)
        try:
            while (chunk := await _read_chunk(chunks, body)) is not None:
                body.size += len(chunk)
                if body.size > MAX_BODY_BYTES:
                    raise UploadTooLargeError
                if body.size < MIN_UPLOAD_RATE * (clock() - body.started_at - UPLOAD_GRACE_SECONDS):
                    raise SlowUploadError
                if chunk:
                    yield chunk
        finally:
            self._uploads.discard(body)

    def _evict_slowest(self, now: float) -> None:
        """Let go of the slowest where there are too many."""
        if len(self._uploads) < self.max_concurrent:
            return
        settled = [
            body
            for body in self._uploads
            if now - body.started_at > UPLOAD_SETTLING_SECONDS and body.timeout is not None
        ]
        if not settled:
            raise TooManyUploadsError
        slowest = min(settled, key=lambda body: body.compute_rate(now))
        self._uploads.discard(slowest)
        if slowest.timeout is not None:
            slowest.timeout.reschedule(now)


async def _read_chunk(chunks: AsyncIterator[bytes], body: Upload) -> bytes | None:
    """The next piece; None after the last. Raises TooSlow."""
    try:
        async with asyncio.timeout(UPLOAD_IDLE_TIMEOUT) as body.timeout:
            return await anext(chunks)
    except StopAsyncIteration:
        return None
    except TimeoutError:
        raise SlowUploadError from None
    finally:
        body.timeout = None
