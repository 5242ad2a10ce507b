"""HTTP protocol with limits for slow heads, slow readers, idle connections and unread bodies; an HTML 400 page."""

import asyncio
from collections.abc import Sequence
from http import HTTPStatus

from starlette.responses import Response
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from bot.web.limits.connections import ConnectionLimiter

HEAD_TIMEOUT = 15.0
"""Seconds in which the whole head of a request must arrive."""

WRITE_STALL_TIMEOUT = 15.0
"""Seconds in which the client must read something of a response once the write buffers are full."""

MAX_HEAD_BYTES = 64 * 1024
MAX_UNREAD_BYTES = 1024 * 1024
"""Bytes of a body that are read once its request was answered; then the connection is closed."""

UNREAD_SECONDS = 5.0
"""Seconds in which they must come. A browser that is hung up on at once shows no page."""


class TimeoutHttpProtocol(HttpToolsProtocol):
    """uvicorn's HTTP/1.1 protocol with timeouts.

    error_page: the complete response, as bytes on the wire, to something that is not a request.
    limiter: counts the connections of the server.
    """

    error_page = b""
    limiter = ConnectionLimiter()
    _cycles: Sequence[RequestResponseCycle] = ()
    _head_deadline: float | None = None
    """When the awaited head must be complete, on the loop's clock."""

    _head_timer: asyncio.TimerHandle | None = None
    """The timer keeps running when a head arrives in time: setting a timer per request would cost more than the rest.
    """

    _write_timer: asyncio.TimerHandle | None = None
    _head_size = 0
    _unread_left: int | None = None
    """Bytes of the body of an answered request that may still come; None where no such body is outstanding."""

    _unread_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.limiter.add(self, self.client[0] if self.client else None)
        self._start_head_timer()

    def close_idle(self) -> None:
        """Close a connection on which nothing is being answered."""
        self.transport.close()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._start_head_timer()

    def on_headers_complete(self) -> None:
        """Clear the deadline: the body has its own timeouts."""
        self._clear_head_deadline()
        self.limiter.mark_busy(self)
        super().on_headers_complete()
        self._cycles = [
            cycle for cycle in (*self._cycles, self.cycle) if cycle and not cycle.response_complete
        ]

    def data_received(self, data: bytes) -> None:
        """Parse the data, but abort a head that never ends."""
        is_between = self.cycle is None or self.cycle.response_complete
        if self._head_deadline is None and is_between and self._unread_left is None:
            self._start_head_timer()  # for a head that began between two requests
        if self._head_deadline is not None:
            self._head_size += len(data)
            if self._head_size > MAX_HEAD_BYTES + len(data):
                self.send_400_response("")
                return
        if self._unread_left is not None:
            self._unread_left -= len(data)
            if self._unread_left < 0:
                self.transport.close()
                return
        super().data_received(data)

    def on_message_complete(self) -> None:
        """Await the next head, where the body was answered before its end."""
        if self._unread_left is not None:
            self._unread_left = None
            self._start_head_timer()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Read little more of a body that was answered before its end, and then close."""
        super().on_response_complete()
        if self.pipeline or not self.cycle.response_complete:
            return
        self.limiter.mark_idle(self)
        if self.cycle.more_body:
            self._unread_left = MAX_UNREAD_BYTES
            self._unread_timer = self.loop.call_later(UNREAD_SECONDS, self._close_unread)

    def _close_unread(self) -> None:
        if self._unread_left is not None:
            self.transport.close()

    def pause_writing(self) -> None:
        """Start the timer for a client that does not read its response."""
        super().pause_writing()
        self._write_timer = self.loop.call_later(WRITE_STALL_TIMEOUT, self._abort_connection)

    def resume_writing(self) -> None:
        self._cancel_write_timer()
        super().resume_writing()

    def _abort_connection(self) -> None:
        self._mark_cycles_disconnected()
        self.transport.abort()

    def _mark_cycles_disconnected(self) -> None:
        """Stop writing to a closed connection. uvicorn marks only the newest of several pipelined requests."""
        for cycle in self._cycles:
            cycle.disconnected = True

    def _cancel_write_timer(self) -> None:
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None

    def connection_lost(self, exc: Exception | None) -> None:
        self._clear_head_deadline()
        if self._head_timer is not None:
            self._head_timer.cancel()
        if self._unread_timer is not None:
            self._unread_timer.cancel()
        self._cancel_write_timer()
        self._mark_cycles_disconnected()
        self.limiter.remove(self)
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's message is English
        """Send the error page and close."""
        self.transport.write(self.error_page)
        self.transport.close()

    def _start_head_timer(self) -> None:
        self._head_size, self._head_deadline = 0, self.loop.time() + HEAD_TIMEOUT
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(HEAD_TIMEOUT, self._check_head_deadline)

    def _check_head_deadline(self) -> None:
        self._head_timer = None
        if self._head_deadline is None:
            return
        left = self._head_deadline - self.loop.time()
        if left > 0:
            self._head_timer = self.loop.call_later(left, self._check_head_deadline)
        else:
            self.transport.close()

    def _clear_head_deadline(self) -> None:
        self._head_size, self._head_deadline = 0, None


def build_protocol_class(response: Response, limiter: ConnectionLimiter) -> type[TimeoutHttpProtocol]:
    """The protocol class for a server. response: the page that answers what is not an HTTP request."""
    head = [f"HTTP/1.1 {response.status_code} {HTTPStatus(response.status_code).phrase}".encode()]
    head += [name + b": " + value for name, value in response.raw_headers]
    page = b"\r\n".join((*head, b"connection: close", b"", bytes(response.body)))
    return type("ServerHttpProtocol", (TimeoutHttpProtocol,), {"error_page": page, "limiter": limiter})
