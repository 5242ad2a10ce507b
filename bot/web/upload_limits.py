"""Bodies on their way in: as long as they come, and only so many at once; the slowest makes room for who comes next."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

MOST_AT_ONCE = 200
"""Bodies that are read at the same time: half of the requests that may be in work, so that pages are still shown."""

MOST_BODY = 2 * 1024**3
"""Bytes of a body that are read to the end, so that a browser gets a page and not a cut connection: a long video."""

PATIENCE = 20.0
"""Seconds without a byte after which nobody waits any longer."""

GRACE = 60.0
SLOWEST = 512
"""Bytes a second that a body needs on the average, once `GRACE` seconds are over."""

SETTLING = 5.0
"""Seconds before a body can be told to be slow."""


class UploadError(Exception):
    """A body that is not read to its end; `key` names the page that says so, `status` is HTTP's."""

    key, status = "garbled", 400


class UploadTooLargeError(UploadError):
    """More than anybody needs to send."""

    key, status = "large", 413


class SlowUploadError(UploadError):
    """So slow that it would never end."""

    key, status = "slow", 408


class TooManyUploadsError(UploadError):
    """One too many, while none of the others is slow."""

    key, status = "busy", 503


@dataclass(eq=False)
class Upload:
    """One body: when it began (seconds of the loop's clock), its bytes so far, and the wait for its next piece."""

    began: float
    size: int = 0
    wait: asyncio.Timeout | None = None

    def rate(self, now: float) -> float:
        """Bytes a second on the average."""
        return self.size / max(now - self.began, SETTLING)


@dataclass
class UploadLimiter:
    """Those that are read at present."""

    most: int = MOST_AT_ONCE
    _coming: set[Upload] = field(default_factory=set)

    async def paced(self, chunks: AsyncIterator[bytes], declared: int = 0) -> AsyncIterator[bytes]:
        """The chunks of a body, as long as they come and are not too many. declared: how many bytes it has.

        Raises TooLarge, TooSlow, Crowded.
        """
        if declared > MOST_BODY:
            raise UploadTooLargeError
        clock = asyncio.get_running_loop().time
        self._make_room(clock())
        body = Upload(clock())
        self._coming.add(body)
        try:
            while (chunk := await _next(chunks, body)) is not None:
                body.size += len(chunk)
                if body.size > MOST_BODY:
                    raise UploadTooLargeError
                if body.size < SLOWEST * (clock() - body.began - GRACE):
                    raise SlowUploadError
                if chunk:
                    yield chunk
        finally:
            self._coming.discard(body)

    def _make_room(self, now: float) -> None:
        """Let go of the slowest where there are too many."""
        if len(self._coming) < self.most:
            return
        settled = [body for body in self._coming if now - body.began > SETTLING and body.wait is not None]
        if not settled:
            raise TooManyUploadsError
        slowest = min(settled, key=lambda body: body.rate(now))
        self._coming.discard(slowest)
        if slowest.wait is not None:
            slowest.wait.reschedule(now)


async def _next(chunks: AsyncIterator[bytes], body: Upload) -> bytes | None:
    """The next piece; None after the last. Raises TooSlow."""
    try:
        async with asyncio.timeout(PATIENCE) as body.wait:
            return await anext(chunks)
    except StopAsyncIteration:
        return None
    except TimeoutError:
        raise SlowUploadError from None
    finally:
        body.wait = None
