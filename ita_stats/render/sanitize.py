"""Remove invisible characters from the office's texts: they break files or reverse lines."""

from collections.abc import Iterable
from dataclasses import replace
from unicodedata import category

from ita_stats.cases.model import Breakdown, Footnote, ReleaseInfo, StatisticsTables
from ita_stats.service.model import ServiceFigures

_JOINERS = "\u200b\u200c\u200d\u2060"
"""Zero-width space, joiner, non-joiner and word joiner: kept, since line breaks and emoji need them."""


def strip_invisible(words: str) -> str:
    """Return a text on one line, without control characters, direction marks, surrogates and unassigned characters."""
    seen = (letter for letter in words.replace("\n", " ").replace("\t", " ") if _is_visible(letter))
    return "".join(seen).strip()


def sanitize_tables(found: StatisticsTables) -> StatisticsTables:
    """Return the tables with `strip_invisible` applied to every text that the office wrote."""
    return replace(
        found,
        office_th=strip_invisible(found.office_th),
        office_en=strip_invisible(found.office_en),
        rows=tuple(replace(row, note=strip_invisible(row.note)) for row in found.rows),
        categories=_sanitize_breakdowns(found.categories),
        sources=_sanitize_breakdowns(found.sources),
        outcomes=_sanitize_breakdowns(found.outcomes),
        notes=_sanitize_footnotes(found.notes),
        service=_sanitize_service(found.service),
        remark=strip_invisible(found.remark),
    )


def sanitize_release_info(found: ReleaseInfo) -> ReleaseInfo:
    """Return the release info with `strip_invisible` applied to changes and reason."""
    return replace(found, changes=_sanitize_footnotes(found.changes), why=strip_invisible(found.why))


def _is_visible(letter: str) -> bool:
    return letter in _JOINERS or category(letter) not in {"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"}


def _sanitize_breakdowns(splits: Iterable[Breakdown]) -> tuple[Breakdown, ...]:
    return tuple(
        replace(one, name_th=strip_invisible(one.name_th), name_en=strip_invisible(one.name_en))
        for one in splits
    )


def _sanitize_service(found: ServiceFigures | None) -> ServiceFigures | None:
    if found is None:
        return None
    return ServiceFigures(
        tuple(replace(one, th=strip_invisible(one.th), en=strip_invisible(one.en)) for one in found.opinions),
        tuple(replace(one, title=strip_invisible(one.title)) for one in found.consultations),
    )


def _sanitize_footnotes(notes: Iterable[Footnote]) -> tuple[Footnote, ...]:
    return tuple(Footnote(note.code, strip_invisible(note.th), strip_invisible(note.en)) for note in notes)
