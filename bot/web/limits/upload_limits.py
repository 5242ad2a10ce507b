"""Limit concurrent request bodies. At a limit, the one that has stood still longest makes room for a new one."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, field

from bot.errors import BotError
from bot.web.limits.networks import NETWORK_FACTORS, list_networks

MAX_CONCURRENT_UPLOADS = 200
"""Bodies read at the same time: half of the concurrent requests, so that pages are still served."""

MAX_BODY_BYTES = 2 * 1024**3
"""Bytes of a body that are read to the end, so that a browser shows a page and not a cut connection: a long video."""

UPLOAD_IDLE_TIMEOUT = 20.0
"""Seconds without a byte after which an upload is aborted."""

UPLOAD_GRACE_SECONDS = 60.0
MIN_UPLOAD_RATE = 512
"""Bytes per second that a body needs on average, once `UPLOAD_GRACE_SECONDS` are over."""

MAX_UPLOADS_PER_NETWORK = 16
"""Bodies of one network read at the same time; a /48 may have four times as many. Loopback is not counted."""

MAX_UNPROVEN_BYTES = 64 * 1024
"""Bytes in which a body must show its form token; then it is answered, and `http_protocol` reads little more of it."""

PROGRESS_BYTES = 1024
"""Bytes that count as progress. What comes in smaller pieces counts once so many have come."""

STANDSTILL_SECONDS = 1.0
"""Seconds without progress after which a new body may take the place of one; who makes progress keeps it."""

PROVEN_STANDSTILL_SECONDS = 5.0
"""The same for a body with a form token: a telephone that changes its cell."""

ARRIVAL_SECONDS = 0.25
"""Seconds in which a body for which there is no place is read all the same: most forms are complete by then."""


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
    """A limit is reached, all uploads make progress, and this one did not come whole in `ARRIVAL_SECONDS`."""

    page_key, status = "busy", 503


class UnprovenUploadError(UploadError):
    """The body did not show a form token in its first `MAX_UNPROVEN_BYTES`."""

    status = 403


@dataclass(eq=False)
class Upload:
    """One body. Instants are seconds of the loop's clock.

    started_at, progress_at: its begin, and when it last made progress; size: its bytes so far, counted_size of them by
    then; networks: what it is counted under; max_unproven_size: bytes in which it must show a form token;
    is_proven: whether it did; timeout: of the pending read.
    """

    started_at: float
    networks: tuple[bytes, ...] = ()
    max_unproven_size: int = MAX_UNPROVEN_BYTES
    is_proven: bool = False
    size: int = 0
    timeout: asyncio.Timeout | None = None
    progress_at: float = 0.0
    counted_size: int = 0

    def __post_init__(self) -> None:
        self.progress_at = self.started_at

    def count_bytes(self, size: int, now: float) -> None:
        """Count the bytes of a chunk. Raises UploadError where the body is too large or too slow."""
        self.size += size
        if self.size - self.counted_size >= PROGRESS_BYTES:
            self.progress_at, self.counted_size = now, self.size
        if self.size > MAX_BODY_BYTES:
            raise UploadTooLargeError
        if self.size < MIN_UPLOAD_RATE * (now - self.started_at - UPLOAD_GRACE_SECONDS):
            raise SlowUploadError

    def can_be_aborted(self, now: float) -> bool:
        """Whether it stands still. What has come is being worked on while no read is pending."""
        allowed = PROVEN_STANDSTILL_SECONDS if self.is_proven else STANDSTILL_SECONDS
        return self.timeout is not None and now - self.progress_at > allowed


@dataclass
class UploadLimiter:
    """The uploads that are being read at present."""

    max_concurrent: int = MAX_CONCURRENT_UPLOADS
    _uploads: set[Upload] = field(default_factory=set, repr=False)
    _network_counts: Counter[bytes] = field(default_factory=Counter, repr=False)

    def open(self, address: str | None) -> Upload:
        """A body that begins now, from this address. Raises no error: `limit` does."""
        return Upload(asyncio.get_running_loop().time(), list_networks(address))

    async def limit(
        self, upload: Upload, chunks: AsyncIterator[bytes], declared: int = 0
    ) -> AsyncIterator[bytes]:
        """Yield the chunks of a body while it stays within the limits. declared: its Content-Length in bytes.

        Raises UploadError.
        """
        if declared > MAX_BODY_BYTES:
            raise UploadTooLargeError
        clock = asyncio.get_running_loop().time
        has_place = self._make_room(upload, clock())
        if has_place:
            self._add(upload)
        try:
            while (chunk := await self._read_chunk(upload, chunks, has_place=has_place)) is not None:
                upload.count_bytes(len(chunk), clock())
                if chunk:
                    yield chunk
                if not upload.is_proven and upload.size > upload.max_unproven_size:
                    raise UnprovenUploadError
        finally:
            self._discard(upload)

    async def _read_chunk(
        self, upload: Upload, chunks: AsyncIterator[bytes], *, has_place: bool
    ) -> bytes | None:
        """The next chunk; None after the last. Raises SlowUploadError, TooManyUploadsError."""
        until = None if has_place else upload.started_at + ARRIVAL_SECONDS
        if until is not None and upload.size > MAX_UNPROVEN_BYTES:
            raise TooManyUploadsError
        try:
            async with asyncio.timeout(UPLOAD_IDLE_TIMEOUT) as upload.timeout:
                if until is not None:
                    upload.timeout.reschedule(until)
                return await anext(chunks)
        except StopAsyncIteration:
            return None
        except TimeoutError:
            raise (SlowUploadError if has_place else TooManyUploadsError) from None
        finally:
            upload.timeout = None

    def _make_room(self, new: Upload, now: float) -> bool:
        """Whether a body finds a place, if need be that of one that stands still, of its network or of all."""
        for network, factor in zip(new.networks, NETWORK_FACTORS, strict=False):
            if self._network_counts[network] >= MAX_UPLOADS_PER_NETWORK * factor:
                return self._abort_idlest([one for one in self._uploads if network in one.networks], now)
        return len(self._uploads) < self.max_concurrent or self._abort_idlest(self._uploads, now)

    def _abort_idlest(self, uploads: Collection[Upload], now: float) -> bool:
        """Abort the upload that made no progress for longest. False where all make some."""
        idle = [upload for upload in uploads if upload.can_be_aborted(now)]
        if not idle:
            return False
        idlest = min(idle, key=lambda upload: upload.progress_at)
        self._discard(idlest)
        if idlest.timeout is not None:
            idlest.timeout.reschedule(now)
        return True

    def _add(self, upload: Upload) -> None:
        self._uploads.add(upload)
        self._network_counts.update(upload.networks)

    def _discard(self, upload: Upload) -> None:
        if upload in self._uploads:
            self._uploads.remove(upload)
            self._network_counts.subtract(upload.networks)
            for network in upload.networks:
                if not self._network_counts[network]:
                    del self._network_counts[network]
