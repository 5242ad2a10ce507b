"""What the office wrote, without the signs that nobody sees and that break a file or turn a line round."""

from collections.abc import Iterable
from dataclasses import replace
from unicodedata import category

from ita_stats.cases.model import Breakdown, Footnote, ReleaseInfo, StatisticsTables

_JOINERS = "\u200b\u200c\u200d\u2060"
"""Where words may be broken, where not, and how emoji are put together: they are seen, if not by themselves."""


def text(words: str) -> str:
    """Words on one line, without control signs, direction marks, halves of a surrogate and unassigned letters."""
    seen = (letter for letter in words.replace("\n", " ").replace("\t", " ") if _is_seen(letter))
    return "".join(seen).strip()


def tables(found: StatisticsTables) -> StatisticsTables:
    """The tables with such names."""
    return replace(
        found,
        office_th=text(found.office_th),
        office_en=text(found.office_en),
        rows=tuple(replace(row, note=text(row.note)) for row in found.rows),
        categories=_splits(found.categories),
        sources=_splits(found.sources),
        outcomes=_splits(found.outcomes),
        notes=_notes(found.notes),
    )


def issue(found: ReleaseInfo) -> ReleaseInfo:
    """The issue with such reasons."""
    return replace(found, changes=_notes(found.changes), why=text(found.why))


def _is_seen(letter: str) -> bool:
    return letter in _JOINERS or category(letter) not in {"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"}


def _splits(splits: Iterable[Breakdown]) -> tuple[Breakdown, ...]:
    return tuple(replace(one, name_th=text(one.name_th), name_en=text(one.name_en)) for one in splits)


def _notes(notes: Iterable[Footnote]) -> tuple[Footnote, ...]:
    return tuple(Footnote(note.code, text(note.th), text(note.en)) for note in notes)
