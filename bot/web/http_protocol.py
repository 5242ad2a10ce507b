"""Connections that waste nobody's time: who does not finish asking is let go, and rubbish gets a page."""

import asyncio
from collections.abc import Sequence
from http import HTTPStatus

from starlette.responses import Response
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

PATIENCE = 15.0
"""Seconds in which the head of a request must come in whole."""

UNREAD = 15.0
"""Seconds in which something of an answer must be read, once the buffers are full of it."""

LONGEST_HEAD = 64 * 1024
MOST_CONNECTIONS = 4_000
"""Open at once; a person's browser holds one or two."""


class TimeoutHttpProtocol(HttpToolsProtocol):
    """HTTP/1.1 with an end to waiting. page: what is answered to what is no request, as it goes over the wire."""

    page = b""
    _cycles: Sequence[RequestResponseCycle] = ()
    _until: float | None = None
    """When the head that is awaited must be whole, by the loop's clock."""

    _timer: asyncio.TimerHandle | None = None
    """Stays when a head was whole in time: a timer for each would cost more than the rest of the waiting."""

    _unread: asyncio.TimerHandle | None = None
    _head = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            transport.close()
        self._wait()

    def on_message_begin(self) -> None:
        """Wait for the rest of its head."""
        super().on_message_begin()
        self._wait()

    def on_headers_complete(self) -> None:
        """Wait no longer: the body has its own patience."""
        self._stop_waiting()
        super().on_headers_complete()
        self._cycles = [one for one in (*self._cycles, self.cycle) if one and not one.response_complete]

    def data_received(self, data: bytes) -> None:
        """Read on, but not a head without end."""
        if self._until is None and (self.cycle is None or self.cycle.response_complete):
            self._wait()  # for what began between two requests
        if self._until is not None:
            self._head += len(data)
            if self._head > LONGEST_HEAD + len(data):
                self.send_400_response("")
                return
        super().data_received(data)

    def pause_writing(self) -> None:
        """Wait for one who does not read what was asked for, but not for ever."""
        super().pause_writing()
        self._unread = self.loop.call_later(UNREAD, self._let_go)

    def resume_writing(self) -> None:
        """Go on: it was read."""
        self._stop_unread()
        super().resume_writing()

    def _let_go(self) -> None:
        self._disconnect()
        self.transport.abort()

    def _disconnect(self) -> None:
        """Have nothing more written to what is closed: uvicorn tells the newest of several requests only."""
        for cycle in self._cycles:
            cycle.disconnected = True

    def _stop_unread(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._stop_waiting()
        if self._timer is not None:
            self._timer.cancel()
        self._stop_unread()
        self._disconnect()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's words are English
        """Answer what is no request, and let go."""
        self.transport.write(self.page)
        self.transport.close()

    def _wait(self) -> None:
        self._head, self._until = 0, self.loop.time() + PATIENCE
        if self._timer is None:
            self._timer = self.loop.call_later(PATIENCE, self._look)

    def _look(self) -> None:
        self._timer = None
        if self._until is None:
            return
        left = self._until - self.loop.time()
        if left > 0:
            self._timer = self.loop.call_later(left, self._look)
        else:
            self.transport.close()

    def _stop_waiting(self) -> None:
        self._head, self._until = 0, None


def patient(refusal: Response) -> type[TimeoutHttpProtocol]:
    """The protocol for a server, with the page that is shown to what is no request."""
    head = [f"HTTP/1.1 {refusal.status_code} {HTTPStatus(refusal.status_code).phrase}".encode()]
    head += [name + b": " + value for name, value in refusal.raw_headers]
    page = b"\r\n".join((*head, b"connection: close", b"", bytes(refusal.body)))
    return type("Patient", (TimeoutHttpProtocol,), {"page": page})
