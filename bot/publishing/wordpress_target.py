"""The newest release in WordPress: a page with the tables and the picture, and its files in the media library.

Everything is looked for before it is made, by a slug that says what it is, so doing it again changes nothing, and an
upload whose answer was lost is found. The page is written last: until then the old one stands.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from bot.publishing.target import PublishedRelease, PublishError
from bot.publishing.wordpress_client import WordPressClient, open_wordpress_client
from bot.web.statistics import STATISTICS_FILE_PATH, STATISTICS_PATH
from ita_stats.cases.model import ReleaseInfo
from ita_stats.release import ANCHOR_FILE, MANIFEST_FILE, parse_manifest
from ita_stats.render.document import StatisticsDocument, build_statistics_document, describe_statistics
from ita_stats.render.html import NamedLink, render_wordpress_html
from ita_stats.render.json_schema import parse_release_info, parse_statistics

T = TypeVar("T", bound=BaseModel)
PAGES_ROUTE, MEDIA_ROUTE = "/wp/v2/pages", "/wp/v2/media"
PICTURE_FILE = "statistics.png"
UPLOADED_FILES = {
    "PDF": "statistics.pdf",
    "Excel": "statistics.xlsx",
    "CSV": "statistics.csv",
    "PNG": PICTURE_FILE,
}
"""What WordPress takes. JSON and SVG it refuses: they are linked on our own site."""
LINKED_FILES = {
    "JSON": "statistics.json",
    "SVG 1": "rows.svg",
    "SVG 2": "categories.svg",
    "manifest": MANIFEST_FILE,
    "anchor": ANCHOR_FILE,
}


class _WordPressObject(BaseModel):
    """What we read of an answer."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    id: int


class _Media(_WordPressObject):
    source_url: str


class _Text(BaseModel):
    raw: str


class _Page(_WordPressObject):
    link: str
    content: _Text


@dataclass(frozen=True)
class WordPressTarget:
    """The office's website. site: the address of our own, where the files are that WordPress refuses."""

    origin: str
    user: str
    password: SecretStr
    slug: str
    site: str | None
    name: str = "wordpress"

    async def publish(self, shown: Sequence[PublishedRelease]) -> str:
        """Upload the newest release's files and write its page; gives the page's address. Raises Unposted."""
        newest = shown[-1]
        figures = newest.record.figures
        printed = build_statistics_document(
            parse_statistics(figures), parse_release_info(figures) or ReleaseInfo()
        )
        async with open_wordpress_client(self.origin, self.user, self.password) as one:
            media = {
                name: await self._ensure_media(one, newest, file, printed)
                for name, file in UPLOADED_FILES.items()
            }
            links = [NamedLink(name, address) for name, address in media.items()]
            content = render_wordpress_html(printed, media["PNG"], [*links, *self._build_own_links(newest)])
            return await self._write_page(one, content, printed.title[0])

    def _build_own_links(self, newest: PublishedRelease) -> list[NamedLink]:
        """The files on our own site, and the list of all releases; none where it has no address."""
        if self.site is None:
            return []
        site, kept = self.site.rstrip("/"), newest.record
        place = {"year": kept.fiscal_year, "number": kept.number}
        links = [
            NamedLink(name, site + STATISTICS_FILE_PATH.format(**place, file=file))
            for name, file in LINKED_FILES.items()
        ]
        return [*links, NamedLink("ฉบับทั้งหมด / all releases", site + STATISTICS_PATH)]

    async def _ensure_media(
        self, one: WordPressClient, newest: PublishedRelease, file: str, printed: StatisticsDocument
    ) -> str:
        """The address of a file in the media library, where it is put if it is not there."""
        content = (newest.folder / file).read_bytes()
        slug = self._build_slug(newest, file, content)
        found = _parse_items(
            _Media, await one.get(MEDIA_ROUTE, slug=slug, context="edit", _fields="id,source_url")
        )
        if found:
            return min(found, key=lambda media: media.id).source_url
        kind, ending = _read_media_types(newest)[file], file.rpartition(".")[2]
        said = {"slug": slug, "title": f"{printed.title[0]} {printed.period[0]} ({ending.upper()})"}
        if file == PICTURE_FILE:
            said["alt_text"] = describe_statistics(printed)
        (made,) = _parse_items(
            _Media, [await one.upload(MEDIA_ROUTE, f"{slug}.{ending}", kind, content, **said)]
        )
        return made.source_url

    def _build_slug(self, newest: PublishedRelease, file: str, content: bytes) -> str:
        """What a file is known by: release, kind and content."""
        kept, ending = newest.record, file.rpartition(".")[2]
        return f"{self.slug}-{kept.fiscal_year}-{kept.number}-{ending}-{sha256(content).hexdigest()[:8]}"

    async def _write_page(self, one: WordPressClient, content: str, title: str) -> str:
        """Write the page where it says something else; it stays hidden where the office has hidden it."""
        found = _parse_items(
            _Page,
            await one.get(
                PAGES_ROUTE, slug=self.slug, status="any", context="edit", _fields="id,link,content"
            ),
        )
        if not found:
            new = {"slug": self.slug, "title": title, "content": content, "status": "publish"}
            return _parse_items(_Page, [await one.post_json(PAGES_ROUTE, new)])[0].link
        first = min(found, key=lambda page: page.id)
        if _extract_visible_content(first.content.raw) != _extract_visible_content(content):
            _parse_items(_Page, [await one.post_json(f"{PAGES_ROUTE}/{first.id}", {"content": content})])
        return first.link


def _read_media_types(newest: PublishedRelease) -> Mapping[str, str]:
    return {one.name: one.type.partition(";")[0] for one in parse_manifest(newest.record.manifest).files}


def _parse_items(model: type[T], answer: Any) -> list[T]:  # noqa: ANN401 - as the website says
    """What an answer holds. Raises Unposted where it is of another shape."""
    try:
        return [model.model_validate(one) for one in answer]
    except (TypeError, ValidationError):
        raise PublishError("answer") from None


class _VisibleContentParser(HTMLParser):
    """What a page says: its words, pictures and links. WordPress may write the tags another way."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []

    def handle_starttag(self, _: str, attrs: list[tuple[str, str | None]]) -> None:
        """An address is said, whatever the tag."""
        self.pieces += [value for name, value in attrs if name in {"src", "href"} and value]

    def handle_data(self, data: str) -> None:
        """Words are said, however they are spaced."""
        self.pieces += data.split()


def _extract_visible_content(content: str) -> list[str]:
    reading = _VisibleContentParser()
    reading.feed(content)
    reading.close()
    return reading.pieces
