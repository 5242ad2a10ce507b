"""Links to the officers' page, given in the chat: to a case, to its paper, and to bringing an old register."""

from handlers.dialog.events import Act, Deciding, Reply, TurnResult, literal, read
from handlers.staff.command import ComplaintsCommandContext, Reading, button, the_case
from handlers.staff.complaints.messages import OfficerCase
from handlers.staff.page_access import CreateAccessLink, NewAccessLink, NewExportPassword, PageKind
from handlers.staff.permissions import CommandName


def link(
    c: ComplaintsCommandContext, found: OfficerCase, nowhere: str
) -> Reading[tuple[Reply, tuple[Act, ...]]]:
    """Where a case can be read, and what is written for it. nowhere: what is said where there is no page."""
    key = yield from read(NewAccessLink())
    if key is None:
        return Reply(nowhere), ()
    return literal(key.address), (
        CreateAccessLink(key.secret, PageKind.CASE, c.staff.id, found.id, c.m.lang),
    )


def page(c: ComplaintsCommandContext) -> Deciding:
    """A link to the page of a case: for one use, for this person, for a quarter of an hour."""
    found = yield from the_case(c)
    if isinstance(found, TurnResult):
        return found
    back = (button(CommandName.CASE, found),)
    key = yield from read(NewAccessLink())
    if key is None:
        return c.tells("page.nowhere", back)
    act = CreateAccessLink(key.secret, PageKind.CASE, c.staff.id, found.id, c.m.lang)
    kept = c.with_(last=found.shown)
    return kept.tells("page.link", back, (act,), number=found.shown, address=key.address)


def export(c: ComplaintsCommandContext) -> Deciding:
    """A case as an encrypted PDF: a link to fetch it at, and its password, which is said here and nowhere else."""
    found = yield from the_case(c)
    if isinstance(found, TurnResult):
        return found
    back = (button(CommandName.CASE, found),)
    key = yield from read(NewAccessLink())
    if key is None:
        return c.tells("page.nowhere", back)
    password = yield from read(NewExportPassword())
    act = CreateAccessLink(key.secret, PageKind.EXPORT, c.staff.id, found.id, c.m.lang, password)
    return c.tells("export.link", back, (act,), number=found.shown, address=key.address, password=password)


def bring(c: ComplaintsCommandContext) -> Deciding:
    """A link to the page that takes an old register."""
    key = yield from read(NewAccessLink())
    if key is None:
        return c.tells("page.nowhere")
    act = CreateAccessLink(key.secret, PageKind.IMPORT, c.staff.id, lang=c.m.lang)
    return c.tells("import.link", acts=(act,), address=key.address)
