"""What a request says of itself: its language, whether it came over HTTPS, and from whose page."""

from collections.abc import Awaitable, Callable

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from bot.web.limits.upload_limits import UploadError
from bot.web.templating import PageRenderer
from handlers.dialog.events import DEFAULT_LANG, Lang, find_lang


def get_requested_lang(request: Request) -> Lang:
    """The language that the URL asks for (`?lang=en`), else the default."""
    return find_lang(request.query_params.get("lang")) or DEFAULT_LANG


def is_https_request(request: Request) -> bool:
    """Whether the request came over HTTPS, so that a cookie can be marked Secure."""
    return request.url.scheme == "https"


def is_same_origin_request(request: Request) -> bool:
    """Whether a form was sent from one of our pages, as far as the browser says."""
    return request.headers.get("sec-fetch-site", "same-origin") in {"same-origin", "none"}


async def handle_form_page(
    request: Request, handle: Callable[[Request], Awaitable[Response]], pages: PageRenderer, lang: Lang
) -> Response:
    """Handle a request that may bring a form: error pages for malformed uploads, 403 for a form of another site.

    Such a form (cross-site request forgery) is shown nothing of the session and changes nothing.
    """
    if request.method == "POST" and not is_same_origin_request(request):
        return pages.render_error(lang, "garbled", 403)
    try:
        return await handle(request)
    except UploadError as error:
        return pages.render_error(lang, error.page_key, error.status)
    except ClientDisconnect:
        return Response(status_code=400)
