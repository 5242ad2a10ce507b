"""The audit trail of a case in words: who opened it and what else was done with it, without content."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from handlers import thai
from handlers.approval import What
from handlers.case import Move
from handlers.exclusion import Why
from handlers.register import By, EntryKind
from handlers.staff.call import Call, the_case
from handlers.staff.docket import LogLine, ReadLog
from handlers.staff.sheet import NEWEST, by_id
from handlers.turn import Arg, Deciding, Say, Turn, read

ADMIN = "admin"
"""Who gives commands on the machine itself."""

ABOUT_SOMEBODY = frozenset({"hidden", *(why.value for why in Why)})
"""What was done to a person of the staff, whose id follows a colon."""

WHATS = frozenset({
    *(kind.value for kind in EntryKind), *(move.value for move in Move), *(f"asked-{what}" for what in What),
    "approved", "used-approval", "read-facts", "read-files", "read-history", "read-search",
    "read-identity", "held", "taken-back",
    "not-sent", "overtaken", "kept", "released", "linked", "unsent", "imported", "exported", "erased",
    *ABOUT_SOMEBODY,
})  # fmt: skip
"""All that the audit trail names of a case."""

_BY = frozenset({*(by.value for by in By), ADMIN})


def log(c: Call) -> Deciding:
    """Who opened a case and what else was done with it."""
    if not c.given.number:
        return c.asking("/log").tells("log.ask")
    found = yield from the_case(c)
    if isinstance(found, Turn):
        return found
    called = yield from by_id()
    lines = yield from read(ReadLog(found.id))
    shown = tuple(
        Say(
            "staff.log.line", {"at": _hour(one.hour, c), "who": _who(one, called), "what": _what(one, called)}
        )
        for one in lines[-NEWEST:]
    )
    return c.says(Say("staff.log.lines", {"number": found.shown, "lines": shown}))


def _who(line: LogLine, called: Mapping[str, str]) -> Arg:
    name = called.get(line.actor.removeprefix("staff:"))
    if name is not None:
        return name
    return Say(f"staff.by.{line.actor if line.actor in _BY else 'somebody'}")


def _what(line: LogLine, called: Mapping[str, str]) -> Say:
    what, _, whom = line.what.partition(":")
    name = {"name": called.get(whom, "–")} if what in ABOUT_SOMEBODY else {}
    return Say(f"staff.what.{what if what in WHATS else 'something'}", name)


def _hour(hour: int, c: Call) -> str:
    at = datetime.fromtimestamp(hour * 3600, UTC)
    until = thai.clock(at + timedelta(hours=1))
    return f"{thai.shown(thai.day(at), c.m.lang)} {thai.clock(at)}-{until}"
