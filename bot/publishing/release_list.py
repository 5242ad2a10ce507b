"""The lines of a list of releases: what each is called, and the addresses of its files."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ita_stats.calendar import format_calendar_date
from ita_stats.release import ANCHOR_FILE, MANIFEST_FILE, parse_manifest
from ita_stats.render.html import NamedLink
from storage.releases import StoredRelease

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
    """A release in a list, in Thai and English. address: of its page; corrects: the name of what it corrects."""

    name: str
    period: tuple[str, str]
    as_of: tuple[str, str]
    corrects: str
    why: str
    address: str
    links: tuple[NamedLink, ...]


def select_public_releases(known: Iterable[StoredRelease]) -> list[StoredRelease]:
    """The releases that everybody may read; the newest last, which is the one that tells of the latest day."""
    shown = [(kept.as_of, place, kept) for place, kept in enumerate(known) if not kept.held]
    return [kept for _, _, kept in sorted(shown, key=lambda one: one[:2])]


def build_release_list(kept: Sequence[StoredRelease], form: str) -> list[ReleaseListEntry]:
    """The lines of releases. form: the address of a file, with {year}, {number} and {file} to be filled in."""
    return [_build_entry(one, form) for one in kept]


def _build_entry(kept: StoredRelease, form: str) -> ReleaseListEntry:
    found = parse_manifest(kept.manifest)

    def format_address(file: str) -> str:
        return form.format(year=kept.fiscal_year, number=kept.number, file=file)

    return ReleaseListEntry(
        name=kept.name,
        period=(found.period.label, found.period.label_en),
        as_of=(format_calendar_date(kept.as_of), format_calendar_date(kept.as_of, "en")),
        corrects=f"{found.corrects}/{kept.fiscal_year}" if found.corrects else "",
        why=found.why,
        address=format_address("statistics.html"),
        links=tuple(NamedLink(name, format_address(file)) for name, file in RELEASE_FILES),
    )
