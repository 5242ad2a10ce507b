"""Connections that waste nobody's time: who does not finish asking is let go, and rubbish gets a page."""

import asyncio
from collections.abc import Sequence
from http import HTTPStatus

from starlette.responses import Response
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

HEAD_TIMEOUT = 15.0
"""Seconds in which the head of a request must come in whole."""

WRITE_STALL_TIMEOUT = 15.0
"""Seconds in which something of an answer must be read, once the buffers are full of it."""

MAX_HEAD_BYTES = 64 * 1024
MAX_CONNECTIONS = 4_000
"""Open at once; a person's browser holds one or two."""


class TimeoutHttpProtocol(HttpToolsProtocol):
    """HTTP/1.1 with an end to waiting. page: what is answered to what is no request, as it goes over the wire."""

    error_page = b""
    _cycles: Sequence[RequestResponseCycle] = ()
    _head_deadline: float | None = None
    """When the head that is awaited must be whole, by the loop's clock."""

    _head_timer: asyncio.TimerHandle | None = None
    """Stays when a head was whole in time: a timer for each would cost more than the rest of the waiting."""

    _write_timer: asyncio.TimerHandle | None = None
    _head_size = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        if len(self.connections) > MAX_CONNECTIONS:
            transport.close()
        self._start_head_timer()

    def on_message_begin(self) -> None:
        """Wait for the rest of its head."""
        super().on_message_begin()
        self._start_head_timer()

    def on_headers_complete(self) -> None:
        """Wait no longer: the body has its own patience."""
        self._clear_head_deadline()
        super().on_headers_complete()
        self._cycles = [one for one in (*self._cycles, self.cycle) if one and not one.response_complete]

    def data_received(self, data: bytes) -> None:
        """Read on, but not a head without end."""
        if self._head_deadline is None and (self.cycle is None or self.cycle.response_complete):
            self._start_head_timer()  # for what began between two requests
        if self._head_deadline is not None:
            self._head_size += len(data)
            if self._head_size > MAX_HEAD_BYTES + len(data):
                self.send_400_response("")
                return
        super().data_received(data)

    def pause_writing(self) -> None:
        """Wait for one who does not read what was asked for, but not for ever."""
        super().pause_writing()
        self._write_timer = self.loop.call_later(WRITE_STALL_TIMEOUT, self._abort_connection)

    def resume_writing(self) -> None:
        """Go on: it was read."""
        self._cancel_write_timer()
        super().resume_writing()

    def _abort_connection(self) -> None:
        self._mark_cycles_disconnected()
        self.transport.abort()

    def _mark_cycles_disconnected(self) -> None:
        """Have nothing more written to what is closed: uvicorn tells the newest of several requests only."""
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
        self._cancel_write_timer()
        self._mark_cycles_disconnected()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's words are English
        """Answer what is no request, and let go."""
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


def build_protocol_with_error_page(refusal: Response) -> type[TimeoutHttpProtocol]:
    """The protocol for a server, with the page that is shown to what is no request."""
    head = [f"HTTP/1.1 {refusal.status_code} {HTTPStatus(refusal.status_code).phrase}".encode()]
    head += [name + b": " + value for name, value in refusal.raw_headers]
    page = b"\r\n".join((*head, b"connection: close", b"", bytes(refusal.body)))
    return type("TimeoutHttpProtocolWithPage", (TimeoutHttpProtocol,), {"error_page": page})
