"""A fake WordPress on a real socket: the few routes that are used, and the ways in which websites fail."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import encode_basic_auth, web

USER, PASSWORD = "editor", "KANA ryPa sswo rd12"


@dataclass
class FakeWordPress:
    """A website in memory.

    refused_types: media types that it does not take; may_delete: whether the user may delete media.
    requests: method and route of each; statuses: of the responses; faults_by_request: the fault of request number n.
    """

    pages: list[dict[str, Any]] = field(default_factory=list)
    media: list[dict[str, Any]] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    faults_by_request: dict[int, str | int | tuple[int, str]] = field(default_factory=dict)
    refused_types: set[str] = field(default_factory=lambda: {"application/json", "image/svg+xml"})
    may_delete: bool = True
    rewrite: Callable[[str], str] = str
    origin: str = ""

    @property
    def write_requests(self) -> list[str]:
        """The requests that changed something."""
        return [request for request in self.requests if not request.startswith("GET")]

    async def handle_request(self, request: web.Request) -> web.StreamResponse:
        route = request.query.get("rest_route", "")
        self.requests.append(f"{request.method} {route}")
        fault = self.faults_by_request.pop(len(self.requests), None)
        if isinstance(fault, tuple):
            return self._respond(fault[0], {"code": fault[1]}, request)
        if isinstance(fault, int):
            return self._respond(fault, {"code": "no", "message": "CANARY of the website"}, request)
        if fault == "html":
            return web.Response(text="<!doctype html><p>Notice", content_type="text/html")
        if fault == "shape":
            return self._respond(200, [{"id": "CANARY"}], request)
        if fault == "hang":
            await asyncio.sleep(30)
        if request.headers.get("Authorization") != encode_basic_auth(USER, PASSWORD, "utf-8"):
            return self._respond(401, {"code": "rest_not_logged_in"}, request)
        body = await self._handle_route(request, route)
        if fault == "cut":
            assert request.transport is not None
            request.transport.abort()  # it was taken, and nobody says so
        return body

    async def _handle_route(self, request: web.Request, route: str) -> web.Response:
        kind, number = (self.pages, 100) if route.startswith("/wp/v2/pages") else (self.media, 200)
        if request.method == "GET":
            assert request.query["context"] == "edit"
            return self._respond(
                200, [one for one in kind if one["slug"] in request.query["slug"].split(",")], request
            )
        last = route.rpartition("/")[2]
        if kind is self.media and last.isdigit():
            return await self._change_media(request, int(last))
        if kind is self.media:
            return await self._store_upload(request)
        content = json.loads(await request.read())
        if last.isdigit():
            page = next(one for one in self.pages if one["id"] == int(last))
        else:
            page = {"id": number + len(kind), "link": f"{self.origin}/{content['slug']}/", **content}
            self.pages.append(page)
        page["content"] = {"raw": self.rewrite(content["content"])}
        return self._respond(200, page, request)

    async def _change_media(self, request: web.Request, number: int) -> web.Response:
        (one,) = (one for one in self.media if one["id"] == number)
        if request.method == "DELETE":
            if not self.may_delete:
                return self._respond(403, {"code": "rest_cannot_delete"}, request)
            self.media.remove(one)
        else:
            one["title"] = {"raw": json.loads(await request.read())["title"]}
        return self._respond(200, one, request)

    async def _store_upload(self, request: web.Request) -> web.Response:
        form = await request.post()
        file = form["file"]
        assert isinstance(file, web.FileField)
        if file.content_type in self.refused_types:
            return self._respond(500, {"code": "rest_upload_sideload_error"}, request)
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        url = f"{self.origin}/wp-content/uploads/{file.filename}"
        number = 1 + max((one["id"] for one in self.media), default=199)
        self.media.append(
            {
                **fields,
                "title": {"raw": fields["title"]},
                "id": number,
                "source_url": url,
                "type": file.content_type,
                "bytes": file.file.read(),
            }
        )
        return self._respond(201, self.media[-1], request)

    def _respond(self, status: int, what: Any, request: web.Request) -> web.Response:
        self.statuses.append(status)
        text = json.dumps(what, default=lambda data: len(data))
        return web.Response(status=status, text=text, content_type="application/json")


@asynccontextmanager
async def serve_fake_wordpress() -> AsyncIterator[FakeWordPress]:
    """Serve the website while the context is open."""
    fake = FakeWordPress()
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_route("*", "/", fake.handle_request)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    fake.origin = f"http://{host}:{port}"
    try:
        yield fake
    finally:
        await runner.cleanup()
