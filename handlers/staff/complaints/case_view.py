"""A case as its officer sees it: in summary, then what was told, the files and the history, on demand."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from handlers import thai
from handlers.complaints.lifecycle import Transition, moves
from handlers.complaints.messages import HistoryEntryKind
from handlers.dialog.events import Arg, Channel, Choice, Deciding, File, Reply, TurnResult, literal, read
from handlers.staff import audit_text as trail
from handlers.staff.command import ComplaintsCommandContext, Reading, button, the_case
from handlers.staff.complaints.lists import day
from handlers.staff.complaints.messages import (
    CaseHistoryLine,
    CaseReport,
    GetCaseAuditLog,
    GetCaseHistory,
    GetCaseReport,
    ListLinkedCases,
    OfficerCase,
    RecordCaseAccess,
)
from handlers.staff.complaints.page_links import link
from handlers.staff.members import ListStaff
from handlers.staff.permissions import CommandName, may

ORDERS: Mapping[Transition, tuple[CommandName, ...]] = {
    Transition.SCREEN: (CommandName.SCREEN,),
    Transition.INVESTIGATE: (CommandName.INVESTIGATE,),
    Transition.NOT_ACCEPT: (CommandName.NOT_ACCEPT,),
    Transition.CLOSE: (CommandName.CLOSE, CommandName.FORWARD),
    Transition.REOPEN: (CommandName.REOPEN,),
}
"""The commands that take a step; the reporter's own steps have none."""

TOLD = ("story", "accused", "when", "where", "evidence_note", "witnesses", "elsewhere", "wish", "head")
"""The answers of a report in the order in which they are shown."""

NEWEST = 40
"""Lines of history and log that are shown."""

ELSEWHERE = frozenset({Channel.LINE})
"""Where nothing that was said can be deleted again, so that content is shown on the officer's page only."""


def case(c: ComplaintsCommandContext) -> Deciding:
    """A case in summary, with what may be done next."""
    found = yield from the_case(c)
    if isinstance(found, TurnResult):
        return found
    return (yield from summary(c, found))


def summary(c: ComplaintsCommandContext, found: OfficerCase, *before: Reply) -> Deciding:
    """The summary of a case, after something that is said first."""
    links = yield from read(ListLinkedCases(found.id, c.staff.id))
    names = yield from by_id()
    category = c.m.office.category(found.category)
    officer = names.get(found.officer, "") if found.officer else ""
    told: dict[str, Arg] = {
        "number": found.shown,
        "status": Reply(f"staff.status.{found.status}"),
        "category": category.name.in_(c.m.lang) if category else found.category,
        "source": Reply(f"staff.source.{found.source}"),
        "received": thai.shown(found.received_on, c.m.lang),
        "due": day(found, thai.day(c.m.now), c.m.lang),
        "officer": literal(officer) if officer else Reply("staff.whose.nobodys"),
        "more": tuple(_marks(found, links)),
    }
    kept = c.with_(last=f"{found.number}/{found.year}")
    # Where nothing can be deleted, not even what it is about: the number, the state and the day.
    key = "staff.case.brief" if c.m.event.channel in ELSEWHERE else "staff.case.summary"
    return kept.says(*before, Reply(key, told, ways(c, found)))


def _marks(found: OfficerCase, links: tuple[OfficerCase, ...]) -> list[Reply]:
    marks = []
    if links:
        marks.append(Reply("staff.case.links", {"numbers": ", ".join(link.shown for link in links)}))
    if found.kept:
        marks.append(Reply("staff.case.kept"))
    if found.held:
        marks.append(Reply("staff.case.held"))
    return marks


def ways(c: ComplaintsCommandContext, found: OfficerCase) -> tuple[Choice, ...]:
    """What may be done next with a case, by this person and in this state."""
    orders = (
        [] if c.m.event.channel in ELSEWHERE else [CommandName.FACTS, CommandName.FILES, CommandName.HISTORY]
    )
    orders.append(CommandName.PAGE)
    if found.officer != c.staff.id:
        orders.append(CommandName.TAKE)
    orders += legal(found)
    orders += [CommandName.REPLY, CommandName.ASK, CommandName.NOTE]
    return tuple(button(order, found) for order in orders if may(c.staff.role, order))


def legal(found: OfficerCase) -> list[CommandName]:
    """The commands that take a step from where a case stands."""
    return [order for move in moves(found.status) for order in ORDERS.get(move, ())]


def by_id() -> Reading[Mapping[str, str]]:
    """The names of the staff, by id; of who left, too: what they did stays in the history."""
    everybody = yield from read(ListStaff(gone=True))
    return {one.id: one.name for one in everybody}


def facts(c: ComplaintsCommandContext) -> Deciding:
    """What the reporter told."""
    found = yield from _readable(c)
    if isinstance(found, TurnResult):
        return found
    told = yield from read(GetCaseReport(found.id))
    shown = Reply("staff.facts", {"number": found.shown, "lines": answers(told)}, ways(c, found))
    return c.with_(last=found.shown).says(shown, acts=(yield from opening(c, found, "facts")))


def answers(told: CaseReport) -> tuple[Reply, ...]:
    """What was told, field by field."""
    return tuple(_answer(name, told.answers[name]) for name in TOLD if told.answers.get(name))


def _answer(name: str, value: str) -> Reply:
    said = Reply(f"choice.{value}") if value in {"yes", "no", "unsure", "never"} else literal(value)
    return Reply(
        "staff.fact",
        {"name": Reply(f"staff.answer.{name}"), "value": said},
    )


def files(c: ComplaintsCommandContext) -> Deciding:
    """The files of a case, by name, kind and size; they are opened on the officer's page."""
    found = yield from _readable(c)
    if isinstance(found, TurnResult):
        return found
    told = yield from read(GetCaseReport(found.id))
    if not told.files:
        return c.tells("files.none", ways(c, found), number=found.shown)
    where, acts = yield from link(c, found, "staff.files.nowhere")
    lines = tuple(_file(file) for file in told.files)
    shown = Reply("staff.files.some", {"number": found.shown, "lines": lines, "where": where}, ways(c, found))
    return c.says(shown, acts=(*acts, *(yield from opening(c, found, "files"))))


def _file(file: File) -> Reply:
    size = Reply("staff.file.coming") if file.coming else literal(f"{max(1, file.size // 1024):,} KB")
    return Reply("staff.file.line", {"name": file.name, "kind": file.kind or "-", "size": size})


def history(c: ComplaintsCommandContext) -> Deciding:
    """All that happened in a case, with the words of both sides and who did it."""
    found = yield from _readable(c)
    if isinstance(found, TurnResult):
        return found
    lines = yield from read(GetCaseHistory(found.id))
    names = yield from by_id()
    shown = tuple(event(one, names, c) for one in lines[-NEWEST:])
    said = Reply("staff.history", {"number": found.shown, "lines": shown}, ways(c, found))
    return c.says(said, acts=(yield from opening(c, found, "history")))


def event(one: CaseHistoryLine, names: Mapping[str, str], c: ComplaintsCommandContext) -> Reply:
    """One line of the history, with who did it and the words that stand in it."""
    entry = one.entry
    what = f"staff.did.{entry.status}" if entry.kind is HistoryEntryKind.MOVED else f"staff.did.{entry.kind}"
    who = literal(names.get(one.staff, "")) if one.staff in names else Reply(f"staff.by.{one.by}")
    words = names.get(one.words, one.words) if entry.kind is HistoryEntryKind.ASSIGNED else one.words
    args: dict[str, Arg] = {"on": thai.shown(entry.on, c.m.lang), "who": who, "what": Reply(what)}
    args["words"] = literal(f": {words}" if words else "")
    return Reply("staff.history_line", args)


def log(c: ComplaintsCommandContext) -> Deciding:
    """Who opened a case and what else was done with it, from the audit trail: no content."""
    if not c.given.number:
        return c.asking("/log").tells("log.ask")
    found = yield from the_case(c)
    if isinstance(found, TurnResult):
        return found
    names = yield from by_id()
    lines = yield from read(GetCaseAuditLog(found.id))
    shown = tuple(
        Reply(
            "staff.log.line",
            {
                "at": _hour(one.hour, c),
                "who": trail.by(one.actor, names),
                "what": trail.did(one.what, names),
            },
        )
        for one in lines[-NEWEST:]
    )
    return c.says(Reply("staff.log.lines", {"number": found.shown, "lines": shown}))


def _hour(hour: int, c: ComplaintsCommandContext) -> str:
    at = datetime.fromtimestamp(hour * 3600, UTC)
    until = thai.clock(at + timedelta(hours=1))
    return f"{thai.shown(thai.day(at), c.m.lang)} {thai.clock(at)}-{until}"


def _readable(c: ComplaintsCommandContext) -> Reading[OfficerCase | TurnResult]:
    """The case of a command that opens content; on a door where content is not shown, where it is."""
    found = yield from the_case(c)
    if isinstance(found, TurnResult):
        return found
    if c.m.event.channel in ELSEWHERE:
        where, acts = yield from link(c, found, "staff.elsewhere_nowhere")
        return c.tells("elsewhere", ways(c, found), acts, number=found.shown, where=where)
    return found


def opening(
    c: ComplaintsCommandContext, found: OfficerCase, what: str
) -> Reading[tuple[RecordCaseAccess, ...]]:
    """What is written when content is opened: the first time, the reporter will see it."""
    lines = yield from read(GetCaseHistory(found.id))
    first = not any(one.entry.kind is HistoryEntryKind.OPENED for one in lines) and bool(lines)
    seq = found.seq + 1 if first else 0
    return (RecordCaseAccess(found.id, c.staff.id, what, thai.day(c.m.now), seq),)
