"""Limit concurrent request bodies. At the limit, abort the slowest upload to make room for a new one."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from bot.errors import BotError

MAX_CONCURRENT_UPLOADS = 200
"""Bodies read at the same time: half of the concurrent requests, so that pages are still served."""

MAX_BODY_BYTES = 2 * 1024**3
"""Bytes of a body that are read to the end, so that a browser shows a page and not a cut connection: a long video."""

UPLOAD_IDLE_TIMEOUT = 20.0
"""Seconds without a byte after which an upload is aborted."""

UPLOAD_GRACE_SECONDS = 60.0
MIN_UPLOAD_RATE = 512
"""Bytes per second that a body needs on average, once `UPLOAD_GRACE_SECONDS` are over."""

UPLOAD_SETTLING_SECONDS = 5.0
"""Seconds before a body can be judged slow."""


class UploadError(BotError):
    """A request body that was not read to its end.

    page_key: names the error page; status: the HTTP status.
    """

    page_key, status = "garbled", 400


class UploadTooLargeError(UploadError):
    """The body is larger than `MAX_BODY_BYTES`, or a part of it exceeds its own limit."""

    page_key, status = "large", 413


class SlowUploadError(UploadError):
    """The upload stalled or is slower than `MIN_UPLOAD_RATE`."""

    page_key, status = "slow", 408


class TooManyUploadsError(UploadError):
    """The limit is reached and none of the running uploads is slow enough to be aborted."""

    page_key, status = "busy", 503


@dataclass(eq=False)
class Upload:
    """One body: its start (seconds of the loop's clock), its bytes so far, and the timeout of the pending read."""

    started_at: float
    size: int = 0
    timeout: asyncio.Timeout | None = None

    def compute_rate(self, now: float) -> float:
        """Average bytes per second."""
        return self.size / max(now - self.started_at, UPLOAD_SETTLING_SECONDS)


@dataclass
class UploadLimiter:
    """The uploads that are being read at present."""

    max_concurrent: int = MAX_CONCURRENT_UPLOADS
    _uploads: set[Upload] = field(default_factory=set)

    async def limit(self, chunks: AsyncIterator[bytes], declared: int = 0) -> AsyncIterator[bytes]:
        """Yield the chunks of a body while it stays within the limits. declared: its Content-Length in bytes.

        Raises UploadTooLargeError, SlowUploadError, TooManyUploadsError.
        """
        if declared > MAX_BODY_BYTES:
            raise UploadTooLargeError
        clock = asyncio.get_running_loop().time
        self._evict_slowest(clock())
        upload = Upload(clock())
        self._uploads.add(upload)
        try:
            while (chunk := await _read_chunk(chunks, upload)) is not None:
                upload.size += len(chunk)
                if upload.size > MAX_BODY_BYTES:
                    raise UploadTooLargeError
                if upload.size < MIN_UPLOAD_RATE * (clock() - upload.started_at - UPLOAD_GRACE_SECONDS):
                    raise SlowUploadError
                if chunk:
                    yield chunk
        finally:
            self._uploads.discard(upload)

    def _evict_slowest(self, now: float) -> None:
        """At the limit, abort the slowest upload. Raises TooManyUploadsError if none can be judged slow yet."""
        if len(self._uploads) < self.max_concurrent:
            return
        settled = [
            upload
            for upload in self._uploads
            if now - upload.started_at > UPLOAD_SETTLING_SECONDS and upload.timeout is not None
        ]
        if not settled:
            raise TooManyUploadsError
        slowest = min(settled, key=lambda upload: upload.compute_rate(now))
        self._uploads.discard(slowest)
        if slowest.timeout is not None:
            slowest.timeout.reschedule(now)


async def _read_chunk(chunks: AsyncIterator[bytes], upload: Upload) -> bytes | None:
    """The next chunk; None after the last. Raises SlowUploadError."""
    try:
        async with asyncio.timeout(UPLOAD_IDLE_TIMEOUT) as upload.timeout:
            return await anext(chunks)
    except StopAsyncIteration:
        return None
    except TimeoutError:
        raise SlowUploadError from None
    finally:
        upload.timeout = None
