"""Where officers are heard: their commands, the texts that complete one, and the second factor in between."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from handlers import thai
from handlers.complaints import menu
from handlers.dialog.context import Context
from handlers.dialog.events import Channel, Deciding, DialogTopic, Lang, Reply, TurnResult, read
from handlers.dialog.receipt import folded, is_whole
from handlers.staff import join as joining
from handlers.staff import parse as order
from handlers.staff import two_factor as factor
from handlers.staff.command import ComplaintsCommandContext, Handler, Reading, button, may
from handlers.staff.complaints import approvals as seconding
from handlers.staff.complaints import case_settings as keeping
from handlers.staff.complaints import case_view as sheet
from handlers.staff.complaints import exclusions as barring
from handlers.staff.complaints import intake
from handlers.staff.complaints import lists as listing
from handlers.staff.complaints import outgoing as sending
from handlers.staff.complaints import page_links as opening
from handlers.staff.complaints import release as publishing
from handlers.staff.complaints import replies as letters
from handlers.staff.complaints import statistics as counts
from handlers.staff.complaints import transitions as moving
from handlers.staff.help import guide
from handlers.staff.members import AuditRefusal, FindStaffMember, SetStaffLanguage, StaffMember
from handlers.staff.parse import CITIZENS, ParsedCommand
from handlers.staff.permissions import CONTENT, OPENING, CommandName

HANDLERS: Mapping[CommandName, Handler] = {
    CommandName.HELP: guide,
    CommandName.JOIN: joining.again,
    CommandName.LEAVE: joining.leave,
    CommandName.INBOX: listing.inbox,
    CommandName.DUE: listing.due,
    CommandName.OVERDUE: listing.overdue,
    CommandName.SEARCH: listing.search,
    CommandName.CASE: sheet.case,
    CommandName.FACTS: sheet.facts,
    CommandName.FILES: sheet.files,
    CommandName.HISTORY: sheet.history,
    CommandName.LOG: sheet.log,
    CommandName.TAKE: moving.take,
    CommandName.ASSIGN: moving.assign,
    CommandName.SCREEN: moving.step,
    CommandName.INVESTIGATE: moving.step,
    CommandName.NOT_ACCEPT: moving.end,
    CommandName.CLOSE: moving.end,
    CommandName.FORWARD: moving.end,
    CommandName.REOPEN: moving.end,
    CommandName.ASK: letters.ask,
    CommandName.REPLY: letters.reply,
    CommandName.NOTE: letters.note,
    CommandName.CANNED: letters.canned,
    CommandName.UNDO: sending.undo,
    CommandName.LINK: keeping.link,
    CommandName.HOLD: keeping.hold,
    CommandName.INTAKE: intake.begin,
    CommandName.STATS: counts.stats,
    CommandName.HERE: keeping.here,
    CommandName.IDENTITY: seconding.identity,
    CommandName.APPROVE: seconding.approve,
    CommandName.BAR: barring.bar,
    CommandName.LIFT: barring.lift,
    CommandName.RELEASE: publishing.release,
    CommandName.PAGE: opening.page,
    CommandName.EXPORT: opening.export,
    CommandName.IMPORT: opening.bring,
}
"""Who carries a command out; a confirmation leads to the command that it confirms."""

WITHOUT = frozenset({Channel.WEB})
"""Doors of citizens only: a browser's seat is nobody's for long, and its pages are never shared with officers."""

LONGEST_CODE = 24
LANGUAGES: Mapping[str | None, Lang] = {"th": "th", "en": "en"}
"""The commands that change the language: officers hear of new cases in it from then on."""


def concerns(m: Context) -> bool:
    """Whether an event is of somebody who joins, or who tries what only officers may."""
    return bool(m.session.staff) or order.knocks(m.event)


def hear(m: Context, command: str | None, again: Callable[[Context], Deciding]) -> Reading[TurnResult | None]:
    """What an officer's message leads to; None where they speak as anybody does.

    command: what the message is as a citizen's command; again: asks the present question of the talk once more.
    """
    staff = None if m.event.channel in WITHOUT else (yield from read(FindStaffMember(m.event.who)))
    if staff is None:
        return (yield from _stranger(m, again))
    if command in LANGUAGES:
        turn = yield from again(m.with_(lang=command))
        return replace(turn, acts=(*turn.acts, SetStaffLanguage(staff.id, LANGUAGES[command])))
    free = m.session.topic is DialogTopic.MENU and m.event.text is not None and m.event.file is None
    given = order.read(order.typed(m.event), bare=free and command is None)
    if given is not None:
        return (yield from obey(ComplaintsCommandContext(m, staff, given)))
    if m.event.choice is not None or m.event.file is not None or not m.event.text:
        return None
    return (yield from _completed(m, staff, command, m.event.text))


def _stranger(m: Context, again: Callable[[Context], Deciding]) -> Reading[TurnResult | None]:
    """Somebody unknown joins, or sees what everybody sees; that they tried is audited, without who."""
    given = order.read(order.typed(m.event))
    if given is not None and given.order is CommandName.JOIN and m.event.channel not in WITHOUT:
        return (yield from joining.begin(m, given))
    if given is None and "join" in m.session.staff and m.event.text:
        return (yield from joining.finish(m))
    m = m.with_(staff={})  # of who was removed in the middle of something
    if given is None or given.order in CITIZENS:
        return None
    turn = menu.greet(m) if m.session.topic is DialogTopic.MENU else (yield from again(m))
    return replace(turn, acts=(*turn.acts, AuditRefusal(given.order)))


def _completed(m: Context, staff: StaffMember, command: str | None, text: str) -> Reading[TurnResult | None]:
    """Words that complete what is under way; or that nobody asked for, which might belong to a case."""
    under_way, c = (
        m.session.staff,
        ComplaintsCommandContext(m, staff, ParsedCommand(CommandName.REPLY, rest=text)),
    )
    if under_way.get("awaits") and thai.number(text) is not None:
        command = None  # the number of a case, and no place in the menu
    if command is not None or m.session.topic is not DialogTopic.MENU:
        if command != "cancel" or not (under_way.get("then") or under_way.get("awaits")):
            return None
        return c.with_(awaits="", then="").tells("dropped", (button(CommandName.INBOX),))
    if under_way.get("then"):
        return (yield from _proved(c, text))
    if under_way.get("awaits"):
        given = order.read(f"{under_way['awaits']} {text}")
        return (yield from obey(replace(c, given=given))) if given else None
    if is_whole(folded(text)):
        return None  # a receipt: they follow a case as its reporter
    return (yield from obey(c)) if may(staff, CommandName.REPLY) else (yield from guide(c))


def obey(c: ComplaintsCommandContext) -> Deciding:
    """Carry out a command, if this person may give it, and proved lately who they are where content is opened."""
    order_ = c.given.order
    if not may(c.staff, order_):
        return c.tells("refused", (button(CommandName.HELP),), (AuditRefusal(order_, c.staff.id),))
    if (
        order_ in CONTENT
        and not c.proved
        and not (order_ in OPENING and c.m.event.channel in sheet.ELSEWHERE)
    ):
        return c.with_(then=c.given.written()).tells("factor.ask")
    if order_ is CommandName.CONFIRM:
        given = sending.confirmed(c)
        if isinstance(given, TurnResult):
            return given
        c = replace(c, given=given, confirmed=True)
        if not may(c.staff, given.order):
            return c.tells("refused", (button(CommandName.HELP),), (AuditRefusal(given.order, c.staff.id),))
    kept = c.m.session.staff
    if c.given.number and not c.given.rest and kept.get("rest_of") == c.given.order:
        c = replace(c, given=replace(c.given, rest=kept.get("rest", "")))
    return (yield from HANDLERS[c.given.order](c.with_(awaits="", then="", rest="", rest_of="")))


def _proved(c: ComplaintsCommandContext, text: str) -> Deciding:
    """A code of the second factor, and then what was asked for with it."""
    why, acts = yield from factor.proven(c.m, c.staff, text)
    if why is not None:
        return c.says(why, acts=acts)
    given = order.read(c.m.session.staff["then"])
    proved = c.with_(proved=str(int(c.m.now.timestamp())), then="")
    turn = (yield from obey(replace(proved, given=given))) if given else proved.says(Reply("staff.dropped"))
    return replace(turn, acts=(*acts, *turn.acts))
