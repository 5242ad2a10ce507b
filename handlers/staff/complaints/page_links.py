"""Reply with links to pages of the workspace: to a case, to its export as PDF, and to the import of a register."""

from dataclasses import dataclass, field

from handlers.dialog.effects import Act, Decision, run_query
from handlers.dialog.replies import OF_CASE, OFFICER_CONTENT, Phrase, raw_text
from handlers.staff.command import (
    CommandContext,
    ComplaintsCommandContext,
    QueryGenerator,
    make_command_button,
)
from handlers.staff.complaints.messages import OfficerCase
from handlers.staff.page_access import CreateAccessLink, NewAccessLink, PageKind
from handlers.staff.parse import NameT
from handlers.staff.permissions import CommandName
from handlers.staff.registers.tell_words import read_told_word, tell_word_in_chat
from handlers.staff.registers.undo import read_undo, undo_import_in_chat
from handlers.staff.state import WorkT
from handlers.staff.workspace.messages import MAX_WORKSPACE_LINKS, CountWorkspaceLinks


@dataclass(frozen=True, slots=True)
class OfferedLink:
    """A link that a reply shows. address: as the channel shows it; empty where the person has too many links.

    acts: to store it; none where it leads to a page that asks who one is. is_beyond: the person has too many links, so
    that the address is for who is signed in or has a passkey.
    """

    address: str = field(repr=False)
    acts: tuple[Act, ...] = ()
    is_beyond: bool = False


def offer_page_link(
    cmd: CommandContext[NameT, WorkT],
    page: PageKind,
    found: OfficerCase | None = None,
    password: str = "",
    name: str = "",
) -> QueryGenerator[OfferedLink | None]:
    """Return a link to a page of the workspace; None where the desk has none.

    It signs in with the second factor, once. A person has `MAX_WORKSPACE_LINKS` at once, which bounds the guesses of
    who holds their phone: after those, and on a page itself, it is the address of the page, for who is signed in or
    has a passkey. password, name: what the page shows, and of whom, where it comes with the link.
    """
    year, number = (found.year, found.number) if found else (0, 0)
    link = yield from run_query(NewAccessLink(page, year, number))
    if link is None:
        return None
    if cmd.ctx.channel_traits.is_page and link.page_url:
        return OfferedLink(link.page_url)
    live = yield from run_query(CountWorkspaceLinks(cmd.staff.id))
    if live >= MAX_WORKSPACE_LINKS:
        address = cmd.ctx.channel_traits.complete_link(link.page_url) if link.page_url else ""
        return OfferedLink(address, is_beyond=True)
    case = found.id if found else ""
    act = CreateAccessLink(link.secret, page, cmd.staff.id, case, cmd.ctx.lang, password, name)
    return OfferedLink(cmd.ctx.channel_traits.complete_link(link.url), (act,))


def make_case_link(
    cmd: ComplaintsCommandContext, found: OfficerCase, nowhere: str
) -> QueryGenerator[tuple[Phrase, tuple[Act, ...]]]:
    """Return a link to a case's page, and what stores it. nowhere: wording key where the desk has no page."""
    offered = yield from offer_page_link(cmd, PageKind.CASE, found)
    return (Phrase(nowhere), ()) if offered is None else (raw_text(offered.address), offered.acts)


def offer_unasked_link(
    cmd: ComplaintsCommandContext, found: OfficerCase
) -> QueryGenerator[OfferedLink | None]:
    """Return a link to a case's page that nobody asked for; None where the last one must be left to who asks."""
    if (yield from run_query(CountWorkspaceLinks(cmd.staff.id))) >= MAX_WORKSPACE_LINKS - 1:
        return None
    return (yield from offer_page_link(cmd, PageKind.CASE, found))


def reply_with_case_link(cmd: ComplaintsCommandContext, found: OfficerCase) -> Decision:
    """Reply with a link to the page of a case, for this person."""
    return (yield from _reply_with_link(cmd, PageKind.CASE, "page.link", found))


def reply_with_export_link(cmd: ComplaintsCommandContext, found: OfficerCase) -> Decision:
    """Reply with a link to a case as an encrypted PDF; its password is on that page alone."""
    return (yield from _reply_with_link(cmd, PageKind.EXPORT, "export.link", found))


def reply_with_import_link(cmd: ComplaintsCommandContext) -> Decision:
    """Reply with a link to the page that imports a register; or reverse an import: `/import undo 3`.

    Or remember what a word of the register means: `/import คำ ปิดงาน = ยุติเรื่อง`.
    """
    undo = read_undo(cmd.command.rest)
    if undo is not None:
        return (yield from undo_import_in_chat(cmd, undo[0], confirmed=undo[1]))
    told = read_told_word(cmd.command.rest)
    if told is not None:
        return tell_word_in_chat(cmd, *told)
    return (yield from _reply_with_link(cmd, PageKind.IMPORT, "import.link"))


def _reply_with_link(
    cmd: ComplaintsCommandContext, page: PageKind, key: str, found: OfficerCase | None = None
) -> Decision:
    back = () if found is None else (make_command_button(CommandName.CASE, found),)
    offered = yield from offer_page_link(cmd, page, found)
    if offered is None:
        return cmd.reply("page.nowhere", OF_CASE, back)
    number = found.register_number if found else ""
    if offered.is_beyond:
        key = "page.many" if found else "import.many"
    return cmd.reply(key, OFFICER_CONTENT, back, offered.acts, number=number, address=offered.address)
