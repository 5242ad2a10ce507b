"""A case as its officer sees it: in summary, then what was told, the files and the history, on demand."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from handlers import thai
from handlers.complaints.lifecycle import Move, moves
from handlers.complaints.messages import EntryKind
from handlers.dialog.events import Arg, Channel, Choice, Deciding, File, Say, Turn, literal, read
from handlers.staff import audit_text as trail
from handlers.staff.command import Call, Reading, button, the_case
from handlers.staff.complaints.lists import day
from handlers.staff.complaints.messages import (
    CaseFile,
    Line,
    ListLinks,
    OpenCase,
    ReadHistory,
    ReadLog,
    ReadTold,
    Told,
)
from handlers.staff.complaints.page_links import link
from handlers.staff.members import ListStaff
from handlers.staff.permissions import Order, may

ORDERS: Mapping[Move, tuple[Order, ...]] = {
    Move.SCREEN: (Order.SCREEN,),
    Move.INVESTIGATE: (Order.INVESTIGATE,),
    Move.NOT_ACCEPT: (Order.NOT_ACCEPT,),
    Move.CLOSE: (Order.CLOSE, Order.FORWARD),
    Move.REOPEN: (Order.REOPEN,),
}
"""The commands that take a step; the reporter's own steps have none."""

TOLD = ("story", "accused", "when", "where", "evidence_note", "witnesses", "elsewhere", "wish", "head")
"""The answers of a report in the order in which they are shown."""

NEWEST = 40
"""Lines of history and log that are shown."""

ELSEWHERE = frozenset({Channel.LINE})
"""Where nothing that was said can be deleted again, so that content is shown on the officer's page only."""


def case(c: Call) -> Deciding:
    """A case in summary, with what may be done next."""
    found = yield from the_case(c)
    if isinstance(found, Turn):
        return found
    return (yield from summary(c, found))


def summary(c: Call, found: CaseFile, *before: Say) -> Deciding:
    """The summary of a case, after something that is said first."""
    links = yield from read(ListLinks(found.id, c.staff.id))
    names = yield from by_id()
    category = c.m.office.category(found.category)
    officer = names.get(found.officer, "") if found.officer else ""
    told: dict[str, Arg] = {
        "number": found.shown,
        "status": Say(f"staff.status.{found.status}"),
        "category": category.name.in_(c.m.lang) if category else found.category,
        "source": Say(f"staff.source.{found.source}"),
        "received": thai.shown(found.received_on, c.m.lang),
        "due": day(found, thai.day(c.m.now), c.m.lang),
        "officer": literal(officer) if officer else Say("staff.whose.nobodys"),
        "more": tuple(_marks(found, links)),
    }
    kept = c.with_(last=f"{found.number}/{found.year}")
    # Where nothing can be deleted, not even what it is about: the number, the state and the day.
    key = "staff.case.brief" if c.m.event.channel in ELSEWHERE else "staff.case.summary"
    return kept.says(*before, Say(key, told, ways(c, found)))


def _marks(found: CaseFile, links: tuple[CaseFile, ...]) -> list[Say]:
    marks = []
    if links:
        marks.append(Say("staff.case.links", {"numbers": ", ".join(link.shown for link in links)}))
    if found.kept:
        marks.append(Say("staff.case.kept"))
    if found.held:
        marks.append(Say("staff.case.held"))
    return marks


def ways(c: Call, found: CaseFile) -> tuple[Choice, ...]:
    """What may be done next with a case, by this person and in this state."""
    orders = [] if c.m.event.channel in ELSEWHERE else [Order.FACTS, Order.FILES, Order.HISTORY]
    orders.append(Order.PAGE)
    if found.officer != c.staff.id:
        orders.append(Order.TAKE)
    orders += legal(found)
    orders += [Order.REPLY, Order.ASK, Order.NOTE]
    return tuple(button(order, found) for order in orders if may(c.staff.role, order))


def legal(found: CaseFile) -> list[Order]:
    """The commands that take a step from where a case stands."""
    return [order for move in moves(found.status) for order in ORDERS.get(move, ())]


def by_id() -> Reading[Mapping[str, str]]:
    """The names of the staff, by id; of who left, too: what they did stays in the history."""
    everybody = yield from read(ListStaff(gone=True))
    return {one.id: one.name for one in everybody}


def facts(c: Call) -> Deciding:
    """What the reporter told."""
    found = yield from _readable(c)
    if isinstance(found, Turn):
        return found
    told = yield from read(ReadTold(found.id))
    shown = Say("staff.facts", {"number": found.shown, "lines": answers(told)}, ways(c, found))
    return c.with_(last=found.shown).says(shown, acts=(yield from opening(c, found, "facts")))


def answers(told: Told) -> tuple[Say, ...]:
    """What was told, field by field."""
    return tuple(_answer(name, told.answers[name]) for name in TOLD if told.answers.get(name))


def _answer(name: str, value: str) -> Say:
    said = Say(f"choice.{value}") if value in {"yes", "no", "unsure", "never"} else literal(value)
    return Say(
        "staff.fact",
        {"name": Say(f"staff.answer.{name}"), "value": said},
    )


def files(c: Call) -> Deciding:
    """The files of a case, by name, kind and size; they are opened on the officer's page."""
    found = yield from _readable(c)
    if isinstance(found, Turn):
        return found
    told = yield from read(ReadTold(found.id))
    if not told.files:
        return c.tells("files.none", ways(c, found), number=found.shown)
    where, acts = yield from link(c, found, "staff.files.nowhere")
    lines = tuple(_file(file) for file in told.files)
    shown = Say("staff.files.some", {"number": found.shown, "lines": lines, "where": where}, ways(c, found))
    return c.says(shown, acts=(*acts, *(yield from opening(c, found, "files"))))


def _file(file: File) -> Say:
    size = Say("staff.file.coming") if file.coming else literal(f"{max(1, file.size // 1024):,} KB")
    return Say("staff.file.line", {"name": file.name, "kind": file.kind or "-", "size": size})


def history(c: Call) -> Deciding:
    """All that happened in a case, with the words of both sides and who did it."""
    found = yield from _readable(c)
    if isinstance(found, Turn):
        return found
    lines = yield from read(ReadHistory(found.id))
    names = yield from by_id()
    shown = tuple(event(one, names, c) for one in lines[-NEWEST:])
    said = Say("staff.history", {"number": found.shown, "lines": shown}, ways(c, found))
    return c.says(said, acts=(yield from opening(c, found, "history")))


def event(one: Line, names: Mapping[str, str], c: Call) -> Say:
    """One line of the history, with who did it and the words that stand in it."""
    entry = one.entry
    what = f"staff.did.{entry.status}" if entry.kind is EntryKind.MOVED else f"staff.did.{entry.kind}"
    who = literal(names.get(one.staff, "")) if one.staff in names else Say(f"staff.by.{one.by}")
    words = names.get(one.words, one.words) if entry.kind is EntryKind.ASSIGNED else one.words
    args: dict[str, Arg] = {"on": thai.shown(entry.on, c.m.lang), "who": who, "what": Say(what)}
    args["words"] = literal(f": {words}" if words else "")
    return Say("staff.history_line", args)


def log(c: Call) -> Deciding:
    """Who opened a case and what else was done with it, from the audit trail: no content."""
    if not c.given.number:
        return c.asking("/log").tells("log.ask")
    found = yield from the_case(c)
    if isinstance(found, Turn):
        return found
    names = yield from by_id()
    lines = yield from read(ReadLog(found.id))
    shown = tuple(
        Say(
            "staff.log.line",
            {
                "at": _hour(one.hour, c),
                "who": trail.by(one.actor, names),
                "what": trail.did(one.what, names),
            },
        )
        for one in lines[-NEWEST:]
    )
    return c.says(Say("staff.log.lines", {"number": found.shown, "lines": shown}))


def _hour(hour: int, c: Call) -> str:
    at = datetime.fromtimestamp(hour * 3600, UTC)
    until = thai.clock(at + timedelta(hours=1))
    return f"{thai.shown(thai.day(at), c.m.lang)} {thai.clock(at)}-{until}"


def _readable(c: Call) -> Reading[CaseFile | Turn]:
    """The case of a command that opens content; on a door where content is not shown, where it is."""
    found = yield from the_case(c)
    if isinstance(found, Turn):
        return found
    if c.m.event.channel in ELSEWHERE:
        where, acts = yield from link(c, found, "staff.elsewhere_nowhere")
        return c.tells("elsewhere", ways(c, found), acts, number=found.shown, where=where)
    return found


def opening(c: Call, found: CaseFile, what: str) -> Reading[tuple[OpenCase, ...]]:
    """What is written when content is opened: the first time, the reporter will see it."""
    lines = yield from read(ReadHistory(found.id))
    first = not any(one.entry.kind is EntryKind.OPENED for one in lines) and bool(lines)
    seq = found.seq + 1 if first else 0
    return (OpenCase(found.id, c.staff.id, what, thai.day(c.m.now), seq),)
