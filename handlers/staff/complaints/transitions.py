"""Taking, giving and moving a case. The lifecycle's table decides; what ends a case needs a reason that is read."""

from collections.abc import Mapping
from dataclasses import replace

from handlers import thai
from handlers.complaints.exclusions import ListExclusions, Why
from handlers.complaints.lifecycle import (
    EARLY_OUTCOMES,
    Forbidden,
    Move,
    Outcome,
    Reason,
    Status,
    Step,
    after,
)
from handlers.complaints.messages import By, MoveCase
from handlers.dialog.events import Act, Choice, Deciding, Say, Turn, literal, read
from handlers.staff.command import Call, button, the_case
from handlers.staff.complaints import approvals as seconding
from handlers.staff.complaints import case_view as sheet
from handlers.staff.complaints.messages import CaseFile, GiveCase, ReadHistory, Sending
from handlers.staff.complaints.outgoing import propose
from handlers.staff.members import ListStaff, Staff
from handlers.staff.permissions import HANDLING, Order

MOVES: Mapping[Order, Move] = {order: move for move, orders in sheet.ORDERS.items() for order in orders}

OUTCOMES: Mapping[str, Outcome] = {
    "substantiated": Outcome.SUBSTANTIATED, "มีมูล": Outcome.SUBSTANTIATED, "พบมูล": Outcome.SUBSTANTIATED,
    "unsubstantiated": Outcome.UNSUBSTANTIATED, "ไม่มีมูล": Outcome.UNSUBSTANTIATED,
    "insufficient": Outcome.INSUFFICIENT, "หลักฐานไม่พอ": Outcome.INSUFFICIENT,
    "พยานหลักฐานไม่พอ": Outcome.INSUFFICIENT,
}  # fmt: skip
"""What officers type for an outcome."""

WORDED = frozenset({Order.CLOSE, Order.FORWARD, Order.NOT_ACCEPT})
"""Commands whose first word is not of the reason."""

FEWEST = 10
"""Letters of a reason: "ok" is none that anybody can read."""


def take(c: Call) -> Deciding:
    """Take a case in hand."""
    found = yield from the_case(c)
    if isinstance(found, Turn):
        return found
    if found.officer == c.staff.id:
        return (yield from sheet.summary(c, found, Say("staff.take.yours", {"number": found.shown})))
    return (yield from _given(c, found, c.staff))


def assign(c: Call) -> Deciding:
    """Give a case to somebody."""
    found = yield from the_case(c)
    if isinstance(found, Turn):
        return found
    everybody = yield from read(ListStaff())
    barred = {one.staff for one in (yield from read(ListExclusions(found.id))) if one.why is not Why.LIFTED}
    able = [
        one
        for one in everybody
        if one.active and one.role in HANDLING and one.id not in {found.avoid, *barred}
    ]
    wanted = thai.folded(c.given.rest[:100])
    fitting = [one for one in able if wanted and (wanted in thai.folded(one.name) or wanted == one.id)]
    exact = [one for one in fitting if thai.folded(one.name) == wanted] or fitting
    if len(exact) != 1:
        key = "ask" if not wanted else "several" if exact else "nobody"
        names = tuple(button(Order.ASSIGN, found, one.id, literal(one.name)) for one in exact or able)
        return c.tells(f"assign.{key}", names, number=found.shown)
    return (yield from _given(c, found, exact[0]))


def _given(c: Call, found: CaseFile, to: Staff) -> Deciding:
    act = GiveCase(found.id, found.seq + 1, thai.day(c.m.now), to.id, c.staff.id)
    key = "take.done" if to.id == c.staff.id else "assign.done"
    told = Say(f"staff.{key}", {"number": found.shown, "name": to.name})
    turn = yield from sheet.summary(c, replace(found, officer=to.id, seq=act.seq), told)
    return replace(turn, acts=(*turn.acts, act))


def step(c: Call) -> Deciding:
    """Take a step that carries no words: it holds at once, and the officer sees what the reporter will see."""
    found = yield from the_case(c)
    if isinstance(found, Turn):
        return found
    one = Step(MOVES[c.given.order])
    try:
        status = after(found.status, one)
    except Forbidden:
        return (yield from forbidden(c, found))
    if found.held:
        return c.tells("held.already", number=found.shown)
    act = MoveCase(found.id, found.seq + 1, thai.day(c.m.now), one, status, By.OFFICE, staff=c.staff.id)
    told = Say("staff.moved", {"number": found.shown, "seen": Say(f"entry.moved.{status}", _seen(c))})
    turn = yield from sheet.summary(c, replace(found, status=status, seq=act.seq), told)
    return replace(turn, acts=(*turn.acts, act))


def _seen(c: Call) -> dict[str, str | Say]:
    return {"on": thai.shown(thai.day(c.m.now), c.m.lang), "why": literal("")}


def forbidden(c: Call, found: CaseFile) -> Deciding:
    """Why a step cannot be taken: where the case stands by now, who brought it there, and what may be done."""
    lines = yield from read(ReadHistory(found.id))
    names = yield from sheet.by_id()
    last = next((one for one in reversed(lines) if one.entry.status), None)
    orders = sheet.legal(found)
    legal = ", ".join(f"/{order}" for order in orders)
    who = literal(names.get(last.staff, "")) if last and last.staff in names else Say("staff.by.somebody")
    return c.tells(
        "forbidden",
        tuple(button(order, found) for order in orders),
        number=found.shown,
        order=Say(f"staff.order.{c.given.order}"),
        status=Say(f"staff.status.{found.status}"),
        who=who,
        legal=literal(legal) if legal else Say("staff.nothing"),
    )


def end(c: Call) -> Deciding:
    """Take a step that the reporter reads a reason of: asked for what is missing, shown, confirmed, held."""
    found = yield from the_case(c)
    if isinstance(found, Turn):
        return found
    if c.given.order not in sheet.legal(found):
        return (yield from forbidden(c, found))
    parted = _parted(c, found)
    if isinstance(parted, Turn):
        return parted
    one, reason = parted
    try:
        after(found.status, one)
    except Forbidden:
        return (yield from forbidden(c, found))
    if thai.letters(reason) < FEWEST:
        return c.asking(_begun(c, found)).tells("reason.ask", number=found.shown, fewest=FEWEST)
    spent: tuple[Act, ...] = ()
    if seconding.needed(one, c.m.office.two_persons):
        good = yield from seconding.unfounded(c, found, reason)
        if isinstance(good, Turn):
            return good
        reason, spent = good.reason, seconding.spent(c, good) if c.confirmed else ()
    turn = yield from propose(c, found, Sending(found.id, c.staff.id, reason, one))
    return replace(turn, acts=(*turn.acts, *spent))


def _begun(c: Call, found: CaseFile) -> str:
    """The command as far as it is known, which the next text completes: its outcome, reason or body in one word."""
    return button(
        c.given.order, found, c.given.rest.partition(" ")[0] if c.given.order in WORDED else ""
    ).data


def _parted(c: Call, found: CaseFile) -> tuple[Step, str] | Turn:
    """The step that was meant and the words after it, or the question for what is missing."""
    first, _, rest = c.given.rest.partition(" ")
    if c.given.order is Order.REOPEN:
        return Step(Move.REOPEN), thai.clean(c.given.rest).text
    if c.given.order is Order.FORWARD:
        return _forwarded(c, found, first, rest)
    if c.given.order is Order.NOT_ACCEPT:
        if first not in set(Reason):
            choices = tuple(_offer(c, found, reason.value, f"reason.{reason}") for reason in Reason)
            return c.tells("notaccept.ask", choices, number=found.shown)
        return Step(Move.NOT_ACCEPT, reason=Reason(first)), thai.clean(rest).text
    outcome = OUTCOMES.get(thai.folded(first)) if first else None
    if outcome is None:
        allowed = [o for o in dict.fromkeys(OUTCOMES.values()) if _may_end(found.status, o)]
        choices = tuple(_offer(c, found, one.value, f"staff.outcome.{one}") for one in allowed)
        return c.tells("close.ask", choices, number=found.shown)
    return Step(Move.CLOSE, outcome), thai.clean(rest).text


def _may_end(status: Status, outcome: Outcome) -> bool:
    return status is Status.INVESTIGATING or outcome in EARLY_OUTCOMES


def _offer(c: Call, found: CaseFile, word: str, key: str) -> Choice:
    return button(c.given.order, found, word, Say(key))


def _forwarded(c: Call, found: CaseFile, first: str, rest: str) -> tuple[Step, str] | Turn:
    """A body of office.toml by its code or name, or any other in one word."""
    if not first:
        bodies = [(body.code, body.name.in_(c.m.lang)) for body in c.m.office.bodies]
        choices = tuple(button(Order.FORWARD, found, code, literal(name)) for code, name in bodies)
        return c.tells("forward.ask", choices, number=found.shown)
    known = {body.code: body.name.in_("th") for body in c.m.office.bodies}
    body = known.get(first, first)
    return Step(Move.CLOSE, Outcome.FORWARDED, body=body), thai.clean(rest).text
