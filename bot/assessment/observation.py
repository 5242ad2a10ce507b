"""What was seen of an office from outside: its website and public pages, fetched as a stranger would."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from urllib.parse import urldefrag

from pydantic import ValidationError

from bot.assessment.pages.page_reader import ReadPage, read_page
from bot.assessment.pages.reading_process import read_page_apart
from bot.assessment.public_fetch import FetchedPage, FetchProblem, PublicFetcher, get_site
from bot.desk_names import DeskName
from handlers.assessment.vocabulary import CoverageRule
from handlers.office import Office
from ita_stats.cases.model import StatisticsTables
from ita_stats.render.json_text import parse_statistics

MAX_LINKED_PAGES = 10
"""Pages of the office's website, linked from its first one, that are looked at where that one has not every link."""


class PublicPage(StrEnum):
    """A page that shows an element. Figures are the statistics as JSON."""

    WEBSITE = "website"
    HOME = "home"
    GUIDELINE = "guideline"
    REPORT = "report"
    ASK = "ask"
    BOARD = "board"
    OPINION = "opinion"
    OPINIONS = "opinions"
    STATISTICS = "statistics"
    FIGURES = "figures"
    PARTICIPATION = "participation"


@dataclass(frozen=True, slots=True)
class ObservedPage:
    """A page as it was fetched, and what was read of it."""

    fetched: FetchedPage
    read: ReadPage


@dataclass(frozen=True, slots=True)
class OfficeRecords:
    """What only the service desk's own database tells; counts alone. None where that desk does not run here.

    late_questions: open questions past their day; late_promises: answers to consultations that were promised for a day
    that is past; consultations: the days on which consultations began.
    """

    late_questions: int | None = None
    late_promises: int | None = None
    consultations: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class ObservedOffice:
    """All that the checks look at. year: of the assessment, Buddhist; linked: further pages of the office's website.

    figures: the published statistics of the fiscal year that the assessment wants; None where they were not had.
    """

    office: Office
    year: int
    today: date
    desk_addresses: Mapping[DeskName, str]
    pages: Mapping[PublicPage, ObservedPage]
    linked: tuple[ObservedPage, ...] = ()
    figures: StatisticsTables | None = None
    records: OfficeRecords = OfficeRecords()

    @property
    def guideline(self) -> ObservedPage:
        """The page of the guideline; the home page, which has it too, where there is none by itself."""
        own = self.pages[PublicPage.GUIDELINE]
        return own if own.fetched.is_there else self.pages[PublicPage.HOME]


def get_statistics_year(rule: CoverageRule, year: int) -> int:
    """Return the fiscal year whose statistics the assessment of a year wants."""
    return year - 1 if rule is CoverageRule.PREVIOUS_YEAR else year


def list_addresses(
    office: Office, desk_addresses: Mapping[DeskName, str], year: int, statistics_year: int
) -> Mapping[PublicPage, str]:
    """Return the address of each page; empty where its desk has no public address."""
    complaints, service = (desk_addresses.get(name, "").rstrip("/") for name in ("complaints", "service"))
    either = service or complaints

    def build(base: str, path: str) -> str:
        return base + path if base else ""

    return {
        PublicPage.WEBSITE: office.website,
        PublicPage.HOME: build(either, "/"),
        PublicPage.GUIDELINE: build(either, "/guideline"),
        PublicPage.REPORT: build(complaints, "/report"),
        PublicPage.ASK: build(service, "/ask"),
        PublicPage.BOARD: build(service, "/qna"),
        PublicPage.OPINION: build(service, "/opinion"),
        PublicPage.OPINIONS: build(service, "/opinions"),
        PublicPage.STATISTICS: build(complaints, f"/statistics/{statistics_year}"),
        PublicPage.FIGURES: build(complaints, f"/statistics/{statistics_year}/statistics.json"),
        PublicPage.PARTICIPATION: build(service, f"/participation/{year}"),
    }


async def observe_office(
    fetcher: PublicFetcher,
    office: Office,
    desk_addresses: Mapping[DeskName, str],
    year: int,
    rule: CoverageRule,
    today: date,
    records: OfficeRecords,
) -> ObservedOffice:
    """Fetch every page of an office, and some more of its website. Never raises for what the network does."""
    addresses = list_addresses(office, desk_addresses, year, get_statistics_year(rule, year))
    found = await asyncio.gather(*map(fetcher.fetch, addresses.values()))
    pages = {
        name: await observe_page(page, "" if name is PublicPage.FIGURES else page.body)
        for name, page in zip(addresses, found, strict=True)
    }
    linked = await _fetch_linked_pages(fetcher, pages[PublicPage.WEBSITE])
    return ObservedOffice(
        office,
        year,
        today,
        desk_addresses,
        pages,
        tuple(linked),
        _parse_figures(pages[PublicPage.FIGURES].fetched),
        records,
    )


async def observe_page(page: FetchedPage, body: str) -> ObservedPage:
    """Read a page that was fetched. body: what of it is read. One that cannot be read in time is told as too large."""
    read = await read_page_apart(body, page.address)
    if read is None:
        too_large = replace(page, body="", problem=FetchProblem.TOO_LARGE)
        return ObservedPage(too_large, read_page("", page.address))
    return ObservedPage(page, read)


async def _fetch_linked_pages(fetcher: PublicFetcher, website: ObservedPage) -> Sequence[ObservedPage]:
    """Fetch the first pages of the same site that the website links to: a splash page hides the real one."""
    site, first = get_site(website.fetched.address), urldefrag(website.fetched.address).url
    own = dict.fromkeys(
        address
        for link in website.read.links
        if get_site(link) == site and (address := urldefrag(link).url) != first
    )
    found = await asyncio.gather(*map(fetcher.fetch, list(own)[:MAX_LINKED_PAGES]))
    return [await observe_page(page, page.body) for page in found if page.is_there]


def _parse_figures(page: FetchedPage) -> StatisticsTables | None:
    try:
        return parse_statistics(page.body.encode()) if page.is_there else None
    except (ValidationError, ValueError):
        return None
