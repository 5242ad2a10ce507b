"""The lines of a list of releases: what each is called, and the addresses of its files."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ita_stats import release
from ita_stats.calendar import written
from ita_stats.release import ANCHOR, MANIFEST
from ita_stats.render.html import NamedLink
from storage.releases import StoredRelease

FILES = (
    ("HTML", "statistics.html"),
    ("PDF", "statistics.pdf"),
    ("Excel", "statistics.xlsx"),
    ("CSV", "statistics.csv"),
    ("JSON", "statistics.json"),
    ("PNG", "statistics.png"),
    ("manifest", MANIFEST),
    ("anchor", ANCHOR),
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


def readable(known: Iterable[StoredRelease]) -> list[StoredRelease]:
    """The releases that everybody may read; the newest last, which is the one that tells of the latest day."""
    shown = [(kept.as_of, place, kept) for place, kept in enumerate(known) if not kept.held]
    return [kept for _, _, kept in sorted(shown, key=lambda one: one[:2])]


def lines(kept: Sequence[StoredRelease], form: str) -> list[ReleaseListEntry]:
    """The lines of releases. form: the address of a file, with {year}, {number} and {file} to be filled in."""
    return [_line(one, form) for one in kept]


def _line(kept: StoredRelease, form: str) -> ReleaseListEntry:
    found = release.read(kept.manifest)

    def address(file: str) -> str:
        return form.format(year=kept.fiscal_year, number=kept.number, file=file)

    return ReleaseListEntry(
        name=kept.name,
        period=(found.period.label, found.period.label_en),
        as_of=(written(kept.as_of), written(kept.as_of, "en")),
        corrects=f"{found.corrects}/{kept.fiscal_year}" if found.corrects else "",
        why=found.why,
        address=address("statistics.html"),
        links=tuple(NamedLink(name, address(file)) for name, file in FILES),
    )
