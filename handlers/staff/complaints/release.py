"""Releases of the statistics that wait for approval before they are published."""

from dataclasses import dataclass

from handlers.dialog.effects import Decision, Query, run_query
from handlers.dialog.events import select_by_lang
from handlers.dialog.replies import OF_CASE, Phrase, raw_text
from handlers.staff.command import ComplaintsCommandContext, make_command_button
from handlers.staff.complaints.messages import ApproveRelease
from handlers.staff.permissions import CommandName

APPROVE_WORDS = ("ok", "ได้")


@dataclass(frozen=True, slots=True)
class PendingRelease:
    """A release that waits for approval. name: its number (3/2570); th, en: its period."""

    name: str
    th: str
    en: str


@dataclass(frozen=True, slots=True)
class ListPendingReleases(Query[tuple[PendingRelease, ...]]):
    """The releases that wait for approval, oldest first."""


def review_pending_releases(cmd: ComplaintsCommandContext) -> Decision:
    """List the releases that wait; `/release ok 3/2570` approves one, which the next scheduled run publishes."""
    waiting = yield from run_query(ListPendingReleases())
    word, _, name = cmd.command.rest.partition(" ")
    if word in APPROVE_WORDS:
        if name.strip() not in [one.name for one in waiting]:
            return cmd.reply("release.unknown", OF_CASE, (make_command_button(CommandName.RELEASE),))
        return cmd.reply(
            "release.done", OF_CASE, acts=(ApproveRelease(name.strip(), cmd.staff.id),), name=name.strip()
        )
    if not waiting:
        return cmd.reply("release.none", OF_CASE)
    lines = tuple(
        raw_text(f"• {one.name} {select_by_lang(cmd.ctx.lang, th=one.th, en=one.en)}") for one in waiting
    )
    choices = tuple(
        make_command_button(
            CommandName.RELEASE, rest=f"ok {one.name}", label=Phrase("staff.release.ok", {"name": one.name})
        )
        for one in waiting[-5:]
    )
    return cmd.reply("release.waiting", OF_CASE, choices, lines=lines)
