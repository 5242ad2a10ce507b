"""Entries of the public list of releases, with the URLs of their files."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from ita_stats.calendar import first_month_of_fiscal_year, format_calendar_date
from ita_stats.release import ANCHOR_FILE, MANIFEST_FILE, parse_manifest
from ita_stats.render.standalone_page import NamedLink
from storage.releases import StoredRelease

DAY = timedelta(days=1)
RELEASE_FILES = (
    ("HTML", "statistics.html"),
    ("PDF", "statistics.pdf"),
    ("Excel", "statistics.xlsx"),
    ("CSV", "statistics.csv"),
    ("JSON", "statistics.json"),
    ("PNG", "statistics.png"),
    ("manifest", MANIFEST_FILE),
    ("anchor", ANCHOR_FILE),
)


@dataclass(frozen=True, slots=True)
class ReleaseListEntry:
    """A release in the list, in Thai and English. address: URL of its page; corrects: name of the one it corrects."""

    name: str
    period: tuple[str, str]
    as_of: tuple[str, str]
    corrects: str
    why: str
    address: str
    links: tuple[NamedLink, ...]


@dataclass(frozen=True, slots=True)
class YearLink:
    """A fiscal year at its stable address. is_full: whether it is counted to its end."""

    year: int
    address: str
    is_full: bool


def select_public_releases(known: Iterable[StoredRelease]) -> list[StoredRelease]:
    """Return the releases that are not held back, by cut-off date; the last one is the newest."""
    public = [
        (release.as_of, position, release) for position, release in enumerate(known) if not release.held
    ]
    return [release for _, _, release in sorted(public, key=lambda item: item[:2])]


def select_year_releases(public: Iterable[StoredRelease]) -> dict[int, StoredRelease]:
    """Return the newest release of each fiscal year as a whole, by year. public: by cut-off date."""
    return {one.fiscal_year: one for one in public if one.period == f"fy{one.fiscal_year}"}


def find_last_full_year(public: Iterable[StoredRelease]) -> StoredRelease | None:
    """Return the newest release of the last fiscal year that is counted to its end (ITA O18 wants it), if any."""
    years = select_year_releases(public)
    full = [
        one
        for one in years.values()
        if one.as_of >= first_month_of_fiscal_year(one.fiscal_year + 1).first - DAY
    ]
    return max(full, key=_get_fiscal_year, default=None)


def build_year_links(public: Sequence[StoredRelease], form: str) -> list[YearLink]:
    """Build the links to the stable address of each fiscal year, newest first. form: a URL with {year}."""
    full = find_last_full_year(public)
    return [
        YearLink(year, form.format(year=year), is_full=full is not None and year <= full.fiscal_year)
        for year in sorted(select_year_releases(public), reverse=True)
    ]


def _get_fiscal_year(release: StoredRelease) -> int:
    return release.fiscal_year


def build_release_list(releases: Sequence[StoredRelease], form: str) -> list[ReleaseListEntry]:
    """Build the entries. form: URL of a file, with the placeholders {year}, {number} and {file}."""
    return [_build_entry(release, form) for release in releases]


def _build_entry(release: StoredRelease, form: str) -> ReleaseListEntry:
    manifest = parse_manifest(release.manifest)

    def format_address(file: str) -> str:
        return form.format(year=release.fiscal_year, number=release.number, file=file)

    return ReleaseListEntry(
        name=release.name,
        period=(manifest.period.label, manifest.period.label_en),
        as_of=(format_calendar_date(release.as_of), format_calendar_date(release.as_of, "en")),
        corrects=f"{manifest.corrects}/{release.fiscal_year}" if manifest.corrects else "",
        why=manifest.why,
        address=format_address("statistics.html"),
        links=tuple(NamedLink(name, format_address(file)) for name, file in RELEASE_FILES),
    )
