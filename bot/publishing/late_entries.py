"""Late entries: which releases hold other exact figures than the register now, and where a correction is owed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.publishing.notifications import StaffNotification
from bot.statistics.desk_tables import count_exact_desk_tables
from bot.statistics.splits import SplitsDesk
from handlers.dialog.events import LANGS, Lang, select_by_lang
from handlers.dialog.replies import Phrase, ReplyArg, raw_text
from handlers.i18n import render_text
from handlers.office import Office
from ita_stats.calendar import format_calendar_date
from ita_stats.cases.correction import describe_changes
from ita_stats.cases.model import Footnote
from ita_stats.cases.tables import TableRequest
from ita_stats.render.json_text import parse_statistics
from storage.releases import StoredRelease
from storage.store import Store

LATE_ENTRIES_JOB = "late-entries"
"""Name in the `chores` table: the number of imports after which the releases were compared."""
MAX_COMPARED_RELEASES = 24
"""The newest releases that are compared: two years of months. Each is counted again."""
MAX_CHANGES_NAMED = 6
"""Figures that a notice names of a release; the command for a correction prints all."""


@dataclass(frozen=True, slots=True)
class OutdatedRelease:
    """A release whose exact figures differ from the register. is_owed: it is the newest of its period."""

    name: str
    period: str
    as_of: date
    changes: tuple[Footnote, ...]
    is_owed: bool


async def find_outdated_releases(store: Store, office: Office, desk: str) -> tuple[OutdatedRelease, ...]:
    """Count the released periods again, each as of its cut-off, and return those whose exact figures differ.

    Of a corrected release the correction is compared. A correction is owed for the newest release of a period; older
    ones are history. A change of kind, source or outcome alone changes no exact figure.
    """
    current = _select_current_releases(await store.releases.list_all())
    newest = {release.period: release for release in current}  # the last of a period stays
    found = []
    for release in current[-MAX_COMPARED_RELEASES:]:
        told = parse_statistics(release.figures)
        request = TableRequest(told.period, told.as_of, told.layout)
        changes = describe_changes(
            told, await count_exact_desk_tables(SplitsDesk(store, office, desk), request)
        )
        if changes:
            is_owed = newest[release.period] is release
            found.append(OutdatedRelease(release.name, release.period, release.as_of, changes, is_owed))
    return tuple(found)


def build_late_entry_notification(found: Sequence[OutdatedRelease], desk: str) -> StaffNotification:
    """Build the notice to officers: which releases, the figures then and now, and the command for a correction."""
    th, en = (describe_outdated_releases(found, desk, lang) for lang in LANGS)
    return StaffNotification(th, en, is_good=True)


def describe_outdated_releases(found: Sequence[OutdatedRelease], desk: str, lang: Lang) -> str:
    """Describe the releases in a language."""
    names = ", ".join(f"{one.name} ({format_calendar_date(one.as_of, lang)})" for one in found)
    parts = [_render("late", lang, names=names)]
    for one in (one for one in found if one.is_owed):
        lines = [f"• {select_by_lang(lang, th=note.th, en=note.en)}" for note in one.changes]
        hidden = len(lines) - MAX_CHANGES_NAMED
        more = [_render("late_more", lang, count=hidden)] if hidden > 0 else []
        changes = raw_text("\n".join([*lines[:MAX_CHANGES_NAMED], *more]))
        command = f"ita-bot release --desk {desk} --period {one.period} --as-of {one.as_of}"
        parts.append(_render("late_owed", lang, name=one.name, changes=changes, command=command))
    if not any(one.is_owed for one in found):
        parts.append(_render("late_settled", lang))
    return "\n\n".join(parts)


def _render(key: str, lang: Lang, **more: ReplyArg) -> str:
    return render_text(Phrase(f"publish.{key}", more), lang).strip()


def _select_current_releases(known: Sequence[StoredRelease]) -> list[StoredRelease]:
    """Return the last release of each period, cut-off and layout, by cut-off."""
    last = {(release.period, release.as_of, release.layout): release for release in known}
    return sorted(last.values(), key=_get_cutoff)


def _get_cutoff(release: StoredRelease) -> date:
    return release.as_of
