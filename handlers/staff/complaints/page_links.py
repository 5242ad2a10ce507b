"""Links to the officers' page, given in the chat: to a case, to its paper, and to bringing an old register."""

from handlers.dialog.events import Act, Deciding, Say, Turn, literal, read
from handlers.staff.command import Call, Reading, button, the_case
from handlers.staff.complaints.messages import CaseFile
from handlers.staff.page_access import CutKey, NewKey, NewPassword, Room
from handlers.staff.permissions import Order


def link(c: Call, found: CaseFile, nowhere: str) -> Reading[tuple[Say, tuple[Act, ...]]]:
    """Where a case can be read, and what is written for it. nowhere: what is said where there is no page."""
    key = yield from read(NewKey())
    if key is None:
        return Say(nowhere), ()
    return literal(key.address), (CutKey(key.secret, Room.CASE, c.staff.id, found.id, c.m.lang),)


def page(c: Call) -> Deciding:
    """A link to the page of a case: for one use, for this person, for a quarter of an hour."""
    found = yield from the_case(c)
    if isinstance(found, Turn):
        return found
    back = (button(Order.CASE, found),)
    key = yield from read(NewKey())
    if key is None:
        return c.tells("page.nowhere", back)
    act = CutKey(key.secret, Room.CASE, c.staff.id, found.id, c.m.lang)
    kept = c.with_(last=found.shown)
    return kept.tells("page.link", back, (act,), number=found.shown, address=key.address)


def export(c: Call) -> Deciding:
    """A case as an encrypted PDF: a link to fetch it at, and its password, which is said here and nowhere else."""
    found = yield from the_case(c)
    if isinstance(found, Turn):
        return found
    back = (button(Order.CASE, found),)
    key = yield from read(NewKey())
    if key is None:
        return c.tells("page.nowhere", back)
    password = yield from read(NewPassword())
    act = CutKey(key.secret, Room.EXPORT, c.staff.id, found.id, c.m.lang, password)
    return c.tells("export.link", back, (act,), number=found.shown, address=key.address, password=password)


def bring(c: Call) -> Deciding:
    """A link to the page that takes an old register."""
    key = yield from read(NewKey())
    if key is None:
        return c.tells("page.nowhere")
    act = CutKey(key.secret, Room.IMPORT, c.staff.id, lang=c.m.lang)
    return c.tells("import.link", acts=(act,), address=key.address)
