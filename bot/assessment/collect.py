"""Collects the evidence of an office: what its own database tells, what is seen from outside, and checks both."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from bot.assessment.checks import build_report, has_website_without_door
from bot.assessment.findings import EvidenceReport
from bot.assessment.observation import (
    ObservedOffice,
    OfficeRecords,
    PublicPage,
    observe_office,
    observe_page,
)
from bot.assessment.pictures import PictureBrowser, find_browser, read_drawn_html
from bot.assessment.public_fetch import open_public_fetcher
from bot.bootstrap import App
from bot.desk_names import DESK_NAMES, DeskName
from handlers.assessment.items import build_assessment
from handlers.assessment.vocabulary import AgencyVariant, CoverageRule, ItaTopic
from handlers.office import Office
from ita_stats.calendar import to_bangkok_date
from storage.store import Store


def list_desk_addresses(app: App) -> dict[DeskName, str]:
    """Return the public address of each desk that has one, whether or not it runs here."""
    addresses = {name: app.settings.desk(name).public_url or "" for name in DESK_NAMES}
    return {name: address for name, address in addresses.items() if address}


async def collect_evidence(app: App, year: int, variant: AgencyVariant, now: datetime) -> EvidenceReport:
    """Check every element of an assessment, live. Raises LookupError where nothing is known of the variant."""
    assessment = build_assessment(app.office, year, variant)
    stats = assessment.find_item(ItaTopic.STATS)
    addresses = list_desk_addresses(app)
    service = app.desks.get("service")
    records = await load_records(service.store, app.office, now) if service is not None else OfficeRecords()
    own = (app.office.website, *addresses.values())
    async with open_public_fetcher(own) as fetcher:
        observed = await observe_office(
            fetcher,
            app.office,
            addresses,
            year,
            stats.coverage if stats is not None else CoverageRule.NONE,
            to_bangkok_date(now),
            records,
        )
    browser = find_browser()
    if browser is not None and has_website_without_door(observed):
        observed = await add_drawn_website(browser, observed, own)
    return build_report(assessment, observed)


async def add_drawn_website(
    browser: PictureBrowser, observed: ObservedOffice, own_addresses: Iterable[str]
) -> ObservedOffice:
    """Add the first page of the website as a browser draws it: what a visitor sees, links made by scripts too."""
    website = observed.pages[PublicPage.WEBSITE].fetched
    drawn = await read_drawn_html(browser, website.address, own_addresses)
    page = await observe_page(website, drawn)
    return replace(observed, linked=(*observed.linked, page))


async def load_records(store: Store, office: Office, now: datetime) -> OfficeRecords:
    """Count what waits at the service desk beyond its day, and list the days on which consultations began."""
    today, days = to_bangkok_date(now), office.deadlines.first_answer_days
    threads = await store.load_counted_threads()
    late = sum(thread.is_waiting(today) and (today - thread.steps[-1][0]).days > days for thread in threads)
    source = store.consultation_statistics
    consultations = await source.load_consultations()
    themes = [theme for one in consultations for theme in await source.load_themes(one.code)]
    late_promises = sum(theme.done is None and theme.by is not None and theme.by < today for theme in themes)
    return OfficeRecords(
        late, late_promises, tuple(to_bangkok_date(one.opens) for one in consultations if one.opens <= now)
    )
