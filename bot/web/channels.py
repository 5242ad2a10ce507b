"""/channels: the office's entry in the signed directory of true channels, which the home page shows too."""

from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.desk_names import DESK_NAMES, DeskName
from bot.rollup.directory import ChannelDirectory, ListedChannels, list_listed_ways
from bot.web.request import get_requested_lang
from bot.web.templating import PageRenderer
from handlers.dialog.events import Lang
from handlers.thai.dates import format_date

CHANNELS_PATH = "/channels"


@dataclass(frozen=True, slots=True)
class ChannelsView:
    """What the pages say of the entry, in one language.

    desks: name of each, and its ways (kind, link, the link as people read it); address: of the publisher's own
    directory, without https://, to be typed and not followed.
    """

    publisher: str
    day: str
    dated: str
    address: str
    desks: tuple[tuple[DeskName, tuple[tuple[str, str, str], ...]], ...]


def build_channels_view(listed: ListedChannels, lang: Lang) -> ChannelsView:
    """Build what is said of an entry in a language."""
    return ChannelsView(
        listed.publisher.in_lang(lang),
        format_date(listed.dated, lang),
        listed.dated.isoformat(),
        listed.published_at.removeprefix("https://"),
        tuple((desk, list_listed_ways(listed, desk)) for desk in DESK_NAMES),
    )


class ChannelPages:
    """The page of the entry, and what the home page shows of it."""

    def __init__(self, directory: ChannelDirectory, pages: PageRenderer) -> None:
        self._directory, self._pages = directory, pages

    def routes(self) -> tuple[Route, ...]:
        """The route of the page."""
        return (Route(CHANNELS_PATH, self.show_channels),)

    async def load_view(self, lang: Lang) -> ChannelsView | None:
        """Return what is shown; None where nothing may be."""
        listed = await self._directory.load()
        return build_channels_view(listed, lang) if listed else None

    async def show_channels(self, request: Request) -> Response:
        """Show the entry; 404 where the office uses no directory, 503 where the directory does not hold."""
        lang = get_requested_lang(request)
        listed = await self.load_view(lang)
        if listed is not None:
            return self._pages.render("channels.html", lang, listed=listed)
        if self._directory.is_configured:
            return self._pages.render_error(lang, "unlisted", 503)
        raise HTTPException(404)
