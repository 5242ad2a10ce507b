"""Releases of the statistics that wait for somebody to let them be published."""

from dataclasses import dataclass

from handlers.dialog.events import Deciding, Query, Reply, literal, read
from handlers.staff.command import ComplaintsCommandContext, button
from handlers.staff.complaints.messages import ApproveRelease
from handlers.staff.permissions import CommandName

LETS_GO = ("ok", "ได้")


@dataclass(frozen=True, slots=True)
class PendingRelease:
    """A release that is held. name: as people call it (3/2570); th, en: its period."""

    name: str
    th: str
    en: str


@dataclass(frozen=True, slots=True)
class ListPendingReleases(Query[tuple[PendingRelease, ...]]):
    """The releases that are held, the oldest first."""


def release(c: ComplaintsCommandContext) -> Deciding:
    """What waits; `/release ok 3/2570` lets it be published at the clock's next round."""
    waiting = yield from read(ListPendingReleases())
    word, _, name = c.given.rest.partition(" ")
    if word in LETS_GO:
        if name.strip() not in [one.name for one in waiting]:
            return c.tells("release.unknown", (button(CommandName.RELEASE),))
        return c.tells("release.done", acts=(ApproveRelease(name.strip(), c.staff.id),), name=name.strip())
    if not waiting:
        return c.tells("release.none")
    lines = tuple(literal(f"• {one.name} {one.en if c.m.lang == 'en' else one.th}") for one in waiting)
    choices = tuple(
        button(
            CommandName.RELEASE, rest=f"ok {one.name}", label=Reply("staff.release.ok", {"name": one.name})
        )
        for one in waiting[-5:]
    )
    return c.tells("release.waiting", choices, lines=lines)
