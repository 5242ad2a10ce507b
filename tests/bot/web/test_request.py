"""What a request says of itself, and pages that may receive a form."""

import asyncio
from typing import Any

import pytest
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from bot.web.limits.upload_limits import UploadTooLargeError
from bot.web.policies import PAGE_POLICY, allow_framing
from bot.web.request import get_requested_lang, handle_form_page, is_https_request
from bot.web.templating import PageRenderer
from tests.in_memory_desk import OFFICE

PAGES = PageRenderer(OFFICE)


def make_request(
    method: str = "POST", site: str | None = None, query: str = "", scheme: str = "http"
) -> Request:
    headers = [(b"sec-fetch-site", site.encode())] if site else []
    scope: dict[str, Any] = {"type": "http", "method": method, "path": "/", "headers": headers}
    return Request({**scope, "query_string": query.encode(), "scheme": scheme, "server": ("a", 80)})


def handle(request: Request, error: Exception | None = None) -> Response:
    async def answer(_: Request) -> Response:
        if error is not None:
            raise error
        return Response("done")

    return asyncio.run(handle_form_page(request, answer, PAGES, "en"))


@pytest.mark.parametrize(
    ("method", "site", "status"),
    [
        ("POST", None, 200),
        ("POST", "same-origin", 200),
        ("POST", "none", 200),
        ("POST", "same-site", 403),
        ("POST", "cross-site", 403),
        ("GET", "cross-site", 200),
    ],
)
def test_a_form_of_another_site_is_refused(method: str, site: str | None, status: int) -> None:
    assert handle(make_request(method, site)).status_code == status


def test_a_form_that_cannot_be_read_is_answered_with_a_page() -> None:
    page = handle(make_request(), UploadTooLargeError())
    assert page.status_code == 413
    assert b'lang="en"' in page.body


def test_who_hung_up_is_sent_no_page() -> None:
    page = handle(make_request(), ClientDisconnect())
    assert (page.status_code, page.body) == (400, b"")


def test_other_errors_are_not_hidden() -> None:
    with pytest.raises(KeyError):
        handle(make_request(), KeyError())


@pytest.mark.parametrize(
    ("query", "lang"), [("", "th"), ("lang=en", "en"), ("lang=th", "th"), ("lang=fr", "th")]
)
def test_the_language_is_that_of_the_address(query: str, lang: str) -> None:
    assert get_requested_lang(make_request(query=query)) == lang


def test_a_cookie_is_secure_over_https() -> None:
    assert [is_https_request(make_request(scheme=scheme)) for scheme in ("http", "https")] == [False, True]


def test_the_offices_website_may_frame_a_page_and_nobody_else() -> None:
    page = allow_framing(Response(), "https://user@www.example.go.th:8443/th/?x=1")
    assert page.headers["content-security-policy"] == (
        f"{PAGE_POLICY}; frame-ancestors 'self' https://www.example.go.th:8443"
    )
