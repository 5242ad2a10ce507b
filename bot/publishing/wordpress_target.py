"""Publish the newest release in WordPress: a page with tables and picture, and its files in the media library.

Each object is looked up by a slug derived from its content before it is created, so repeating changes nothing, and an
upload whose response was lost is found. The page is written last; until then the old one stays.
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
from ita_stats.render.html import render_wordpress_html
from ita_stats.render.json_schema import parse_release_info, parse_statistics
from ita_stats.render.standalone_page import NamedLink

T = TypeVar("T", bound=BaseModel)
PAGES_ROUTE, MEDIA_ROUTE = "/wp/v2/pages", "/wp/v2/media"
PICTURE_FILE = "statistics.png"
UPLOADED_FILES = {
    "PDF": "statistics.pdf",
    "Excel": "statistics.xlsx",
    "CSV": "statistics.csv",
    "PNG": PICTURE_FILE,
}
"""Files that WordPress accepts as media. It refuses JSON and SVG, which are linked on our own site instead."""
LINKED_FILES = {
    "JSON": "statistics.json",
    "SVG 1": "rows.svg",
    "SVG 2": "categories.svg",
    "manifest": MANIFEST_FILE,
    "anchor": ANCHOR_FILE,
}


class _WordPressObject(BaseModel):
    """The fields of a response that are used."""

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
    """The office's website. site: URL of our own site, for the files that WordPress refuses."""

    origin: str
    user: str
    password: SecretStr
    slug: str
    site: str | None
    name: str = "wordpress"

    async def publish(self, releases: Sequence[PublishedRelease]) -> str:
        """Upload the newest release's files and write its page. Returns the page's URL. Raises PublishError."""
        newest = releases[-1]
        figures = newest.record.figures
        document = build_statistics_document(
            parse_statistics(figures), parse_release_info(figures) or ReleaseInfo()
        )
        async with open_wordpress_client(self.origin, self.user, self.password) as client:
            media = {
                name: await self._ensure_media(client, newest, file, document)
                for name, file in UPLOADED_FILES.items()
            }
            links = [NamedLink(name, address) for name, address in media.items()]
            content = render_wordpress_html(document, media["PNG"], [*links, *self._build_own_links(newest)])
            return await self._write_page(client, content, document.title[0])

    def _build_own_links(self, newest: PublishedRelease) -> list[NamedLink]:
        """Return links to files and list of releases on our own site; none without a public URL."""
        if self.site is None:
            return []
        site, release = self.site.rstrip("/"), newest.record
        place = {"year": release.fiscal_year, "number": release.number}
        links = [
            NamedLink(name, site + STATISTICS_FILE_PATH.format(**place, file=file))
            for name, file in LINKED_FILES.items()
        ]
        return [*links, NamedLink("ฉบับทั้งหมด / all releases", site + STATISTICS_PATH)]

    async def _ensure_media(
        self, client: WordPressClient, newest: PublishedRelease, file: str, document: StatisticsDocument
    ) -> str:
        """Return the URL of a file in the media library, after uploading it if it is missing."""
        content = (newest.folder / file).read_bytes()
        slug = self._build_slug(newest, file, content)
        found = _parse_items(
            _Media, await client.get(MEDIA_ROUTE, slug=slug, context="edit", _fields="id,source_url")
        )
        if found:
            return min(found, key=lambda media: media.id).source_url
        kind, ending = _read_media_types(newest)[file], file.rpartition(".")[2]
        fields = {"slug": slug, "title": f"{document.title[0]} {document.period[0]} ({ending.upper()})"}
        if file == PICTURE_FILE:
            fields["alt_text"] = describe_statistics(document)
        (created,) = _parse_items(
            _Media, [await client.upload(MEDIA_ROUTE, f"{slug}.{ending}", kind, content, **fields)]
        )
        return created.source_url

    def _build_slug(self, newest: PublishedRelease, file: str, content: bytes) -> str:
        """Return the slug of a file: from release, suffix and hash of its content."""
        release, ending = newest.record, file.rpartition(".")[2]
        return (
            f"{self.slug}-{release.fiscal_year}-{release.number}-{ending}-{sha256(content).hexdigest()[:8]}"
        )

    async def _write_page(self, client: WordPressClient, content: str, title: str) -> str:
        """Create the page, or update it if its content differs. Returns its URL. Does not change its status."""
        found = _parse_items(
            _Page,
            await client.get(
                PAGES_ROUTE, slug=self.slug, status="any", context="edit", _fields="id,link,content"
            ),
        )
        if not found:
            new = {"slug": self.slug, "title": title, "content": content, "status": "publish"}
            return _parse_items(_Page, [await client.post_json(PAGES_ROUTE, new)])[0].link
        first = min(found, key=lambda page: page.id)
        if _extract_visible_content(first.content.raw) != _extract_visible_content(content):
            _parse_items(_Page, [await client.post_json(f"{PAGES_ROUTE}/{first.id}", {"content": content})])
        return first.link


def _read_media_types(newest: PublishedRelease) -> Mapping[str, str]:
    return {file.name: file.type.partition(";")[0] for file in parse_manifest(newest.record.manifest).files}


def _parse_items(model: type[T], items: Any) -> list[T]:  # noqa: ANN401 - as the website says
    """Parse the items of a response. Raises PublishError if it has another form."""
    try:
        return [model.model_validate(item) for item in items]
    except (TypeError, ValidationError):
        raise PublishError("answer") from None


class _VisibleContentParser(HTMLParser):
    """Collects the words and URLs of a page, for a comparison: WordPress may rewrite tags and white space."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []

    def handle_starttag(self, _: str, attrs: list[tuple[str, str | None]]) -> None:
        self.pieces += [value for name, value in attrs if name in {"src", "href"} and value]

    def handle_data(self, data: str) -> None:
        self.pieces += data.split()


def _extract_visible_content(content: str) -> list[str]:
    parser = _VisibleContentParser()
    parser.feed(content)
    parser.close()
    return parser.pieces
