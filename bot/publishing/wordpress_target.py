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

from bot.desk_names import DeskName
from bot.publishing.release_list import find_last_full_year
from bot.publishing.target import PublishedRelease, PublishError, PublishOutcome, RefusedFile
from bot.publishing.wordpress_client import WordPressClient, open_wordpress_client
from bot.web.statistics import RELEASE_FILE_PATH, STATISTICS_PATHS
from ita_stats.cases.model import ReleaseInfo
from ita_stats.release import ANCHOR_FILE, MANIFEST_FILE, parse_manifest
from ita_stats.render.document import StatisticsDocument, build_statistics_document, describe_statistics
from ita_stats.render.html import render_wordpress_html
from ita_stats.render.json_text import parse_release_info, parse_statistics
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
FILE_REFUSALS = frozenset({"file_type", "too_large"})
"""Errors that concern one file: the page is written all the same, and links our own."""
SLUGS_PER_REQUEST = 40
SUPERSEDED = "[มีฉบับใหม่แล้ว / superseded]"
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


class _TitledMedia(_Media):
    title: _Text


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
    desk: DeskName = "complaints"

    async def publish(self, releases: Sequence[PublishedRelease]) -> PublishOutcome:
        """Upload the files of the newest release and of the last full fiscal year, and write a page of each.

        The page of the year has the year in its slug, and stays. Files of other releases are deleted from the media
        library at the end. Raises PublishError.
        """
        full = find_last_full_year([release.record for release in releases])
        of_year = next((release for release in releases if release.record is full), None)
        async with open_wordpress_client(self.origin, self.user, self.password) as client:
            beside: list[NamedLink] = []
            if of_year is not None:
                year = of_year.record.fiscal_year
                page = await self._publish_release(client, of_year, f"{self.slug}-{year}", [])
                beside = [NamedLink(f"ปีงบประมาณ {year} ทั้งปี / fiscal year {year}", page.address)]
            outcome = await self._publish_release(client, releases[-1], self.slug, beside)
            await self._delete_superseded_media(
                client, [release for release in releases[:-1] if release is not of_year]
            )
            return outcome

    async def _publish_release(
        self, client: WordPressClient, release: PublishedRelease, slug: str, beside: Sequence[NamedLink]
    ) -> PublishOutcome:
        """Upload a release's files, and write the page of a slug. beside: links to other pages."""
        figures = release.record.figures
        document = build_statistics_document(
            parse_statistics(figures), parse_release_info(figures) or ReleaseInfo()
        )
        media, refused = dict[str, str](), list[RefusedFile]()
        for name, file in UPLOADED_FILES.items():
            try:
                media[name] = await self._ensure_media(client, release, file, document)
            except PublishError as refusal:
                if refusal.code not in FILE_REFUSALS:
                    raise
                refused.append(RefusedFile(file, refusal.code))
                media |= self._link_own_files(release, {name: file})
        links = [NamedLink(name, address) for name, address in media.items()]
        links += [*self._build_own_links(release), *beside]
        content = render_wordpress_html(document, media.get("PNG", ""), links)
        title = document.title[0] if slug == self.slug else f"{document.title[0]} {document.period[0]}"
        return PublishOutcome(await self._write_page(client, slug, content, title), tuple(refused))

    async def _delete_superseded_media(
        self, client: WordPressClient, releases: Sequence[PublishedRelease]
    ) -> None:
        """Delete the files of releases that no page shows any more. Where the site forbids it, mark their titles."""
        slugs = [
            self._build_slug(release, file, (release.folder / file).read_bytes())
            for release in releases
            for file in UPLOADED_FILES.values()
        ]
        for at in range(0, len(slugs), SLUGS_PER_REQUEST):
            some = ",".join(slugs[at : at + SLUGS_PER_REQUEST])
            found = await client.get(
                MEDIA_ROUTE, slug=some, context="edit", per_page="100", _fields="id,source_url,title"
            )
            for media in _parse_items(_TitledMedia, found):
                await _delete_media(client, media)

    def _build_own_links(self, newest: PublishedRelease) -> list[NamedLink]:
        """Return links to files and list of releases on our own site; none without a public URL."""
        if self.site is None:
            return []
        links = [NamedLink(*link) for link in self._link_own_files(newest, LINKED_FILES).items()]
        return [
            *links,
            NamedLink("ฉบับทั้งหมด / all releases", self.site.rstrip("/") + STATISTICS_PATHS[self.desk]),
        ]

    def _link_own_files(self, release: PublishedRelease, files: Mapping[str, str]) -> dict[str, str]:
        """Return the URLs of files on our own site, by name; none without a public URL."""
        if self.site is None:
            return {}
        place = {"year": release.record.fiscal_year, "number": release.record.number}
        site = self.site.rstrip("/")
        return {
            name: site + (STATISTICS_PATHS[self.desk] + RELEASE_FILE_PATH).format(**place, file=file)
            for name, file in files.items()
        }

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

    async def _write_page(self, client: WordPressClient, slug: str, content: str, title: str) -> str:
        """Create the page, or update it if its content differs. Returns its URL. Does not change its status."""
        found = _parse_items(
            _Page,
            await client.get(PAGES_ROUTE, slug=slug, status="any", context="edit", _fields="id,link,content"),
        )
        if not found:
            new = {"slug": slug, "title": title, "content": content, "status": "publish"}
            return _parse_items(_Page, [await client.post_json(PAGES_ROUTE, new)])[0].link
        first = min(found, key=lambda page: page.id)
        if _extract_visible_content(first.content.raw) != _extract_visible_content(content):
            _parse_items(_Page, [await client.post_json(f"{PAGES_ROUTE}/{first.id}", {"content": content})])
        return first.link


async def _delete_media(client: WordPressClient, media: _TitledMedia) -> None:
    try:
        await client.delete(f"{MEDIA_ROUTE}/{media.id}")
    except PublishError as refusal:
        if refusal.code != "rights":
            raise
        if not media.title.raw.startswith(SUPERSEDED):
            await client.post_json(f"{MEDIA_ROUTE}/{media.id}", {"title": f"{SUPERSEDED} {media.title.raw}"})


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
