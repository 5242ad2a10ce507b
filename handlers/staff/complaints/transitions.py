"""Taking, giving and moving a case. The lifecycle's table decides; what ends a case needs a reason that is read."""

from collections.abc import Mapping
from dataclasses import replace

from handlers import thai
from handlers.complaints.exclusions import ExclusionGround, ListExclusions
from handlers.complaints.lifecycle import (
    EARLY_OUTCOMES,
    CaseOutcome,
    CaseStatus,
    NonAcceptanceReason,
    Transition,
    TransitionNotAllowedError,
    TransitionRequest,
    after,
)
from handlers.complaints.messages import ActorKind, ApplyTransition
from handlers.dialog.events import Act, Choice, Deciding, Reply, TurnResult, literal, read
from handlers.staff.command import ComplaintsCommandContext, button, the_case
from handlers.staff.complaints import approvals as seconding
from handlers.staff.complaints import case_view as sheet
from handlers.staff.complaints.messages import AssignCase, GetCaseHistory, OfficerCase, OutgoingReply
from handlers.staff.complaints.outgoing import propose
from handlers.staff.members import ListStaff, StaffMember
from handlers.staff.permissions import HANDLING, CommandName

MOVES: Mapping[CommandName, Transition] = {
    order: move for move, orders in sheet.ORDERS.items() for order in orders
}

OUTCOMES: Mapping[str, CaseOutcome] = {
    "substantiated": CaseOutcome.SUBSTANTIATED, "มีมูล": CaseOutcome.SUBSTANTIATED, "พบมูล": CaseOutcome.SUBSTANTIATED,
    "unsubstantiated": CaseOutcome.UNSUBSTANTIATED, "ไม่มีมูล": CaseOutcome.UNSUBSTANTIATED,
    "insufficient": CaseOutcome.INSUFFICIENT, "หลักฐานไม่พอ": CaseOutcome.INSUFFICIENT,
    "พยานหลักฐานไม่พอ": CaseOutcome.INSUFFICIENT,
}  # fmt: skip
"""What officers type for an outcome."""

WORDED = frozenset({CommandName.CLOSE, CommandName.FORWARD, CommandName.NOT_ACCEPT})
"""Commands whose first word is not of the reason."""

FEWEST = 10
"""Letters of a reason: "ok" is none that anybody can read."""


def take(c: ComplaintsCommandContext) -> Deciding:
    """Take a case in hand."""
    found = yield from the_case(c)
    if isinstance(found, TurnResult):
        return found
    if found.officer == c.staff.id:
        return (yield from sheet.summary(c, found, Reply("staff.take.yours", {"number": found.shown})))
    return (yield from _given(c, found, c.staff))


def assign(c: ComplaintsCommandContext) -> Deciding:
    """Give a case to somebody."""
    found = yield from the_case(c)
    if isinstance(found, TurnResult):
        return found
    everybody = yield from read(ListStaff())
    barred = {
        one.staff
        for one in (yield from read(ListExclusions(found.id)))
        if one.why is not ExclusionGround.LIFTED
    }
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
        names = tuple(button(CommandName.ASSIGN, found, one.id, literal(one.name)) for one in exact or able)
        return c.tells(f"assign.{key}", names, number=found.shown)
    return (yield from _given(c, found, exact[0]))


def _given(c: ComplaintsCommandContext, found: OfficerCase, to: StaffMember) -> Deciding:
    act = AssignCase(found.id, found.seq + 1, thai.day(c.m.now), to.id, c.staff.id)
    key = "take.done" if to.id == c.staff.id else "assign.done"
    told = Reply(f"staff.{key}", {"number": found.shown, "name": to.name})
    turn = yield from sheet.summary(c, replace(found, officer=to.id, seq=act.seq), told)
    return replace(turn, acts=(*turn.acts, act))


def step(c: ComplaintsCommandContext) -> Deciding:
    """Take a step that carries no words: it holds at once, and the officer sees what the reporter will see."""
    found = yield from the_case(c)
    if isinstance(found, TurnResult):
        return found
    one = TransitionRequest(MOVES[c.given.order])
    try:
        status = after(found.status, one)
    except TransitionNotAllowedError:
        return (yield from forbidden(c, found))
    if found.held:
        return c.tells("held.already", number=found.shown)
    act = ApplyTransition(
        found.id, found.seq + 1, thai.day(c.m.now), one, status, ActorKind.OFFICE, staff=c.staff.id
    )
    told = Reply("staff.moved", {"number": found.shown, "seen": Reply(f"entry.moved.{status}", _seen(c))})
    turn = yield from sheet.summary(c, replace(found, status=status, seq=act.seq), told)
    return replace(turn, acts=(*turn.acts, act))


def _seen(c: ComplaintsCommandContext) -> dict[str, str | Reply]:
    return {"on": thai.shown(thai.day(c.m.now), c.m.lang), "why": literal("")}


def forbidden(c: ComplaintsCommandContext, found: OfficerCase) -> Deciding:
    """Why a step cannot be taken: where the case stands by now, who brought it there, and what may be done."""
    lines = yield from read(GetCaseHistory(found.id))
    names = yield from sheet.by_id()
    last = next((one for one in reversed(lines) if one.entry.status), None)
    orders = sheet.legal(found)
    legal = ", ".join(f"/{order}" for order in orders)
    who = literal(names.get(last.staff, "")) if last and last.staff in names else Reply("staff.by.somebody")
    return c.tells(
        "forbidden",
        tuple(button(order, found) for order in orders),
        number=found.shown,
        order=Reply(f"staff.order.{c.given.order}"),
        status=Reply(f"staff.status.{found.status}"),
        who=who,
        legal=literal(legal) if legal else Reply("staff.nothing"),
    )


def end(c: ComplaintsCommandContext) -> Deciding:
    """Take a step that the reporter reads a reason of: asked for what is missing, shown, confirmed, held."""
    found = yield from the_case(c)
    if isinstance(found, TurnResult):
        return found
    if c.given.order not in sheet.legal(found):
        return (yield from forbidden(c, found))
    parted = _parted(c, found)
    if isinstance(parted, TurnResult):
        return parted
    one, reason = parted
    try:
        after(found.status, one)
    except TransitionNotAllowedError:
        return (yield from forbidden(c, found))
    if thai.letters(reason) < FEWEST:
        return c.asking(_begun(c, found)).tells("reason.ask", number=found.shown, fewest=FEWEST)
    spent: tuple[Act, ...] = ()
    if seconding.needed(one, c.m.office.two_persons):
        good = yield from seconding.unfounded(c, found, reason)
        if isinstance(good, TurnResult):
            return good
        reason, spent = good.reason, seconding.spent(c, good) if c.confirmed else ()
    turn = yield from propose(c, found, OutgoingReply(found.id, c.staff.id, reason, one))
    return replace(turn, acts=(*turn.acts, *spent))


def _begun(c: ComplaintsCommandContext, found: OfficerCase) -> str:
    """The command as far as it is known, which the next text completes: its outcome, reason or body in one word."""
    return button(
        c.given.order, found, c.given.rest.partition(" ")[0] if c.given.order in WORDED else ""
    ).data


def _parted(c: ComplaintsCommandContext, found: OfficerCase) -> tuple[TransitionRequest, str] | TurnResult:
    """The step that was meant and the words after it, or the question for what is missing."""
    first, _, rest = c.given.rest.partition(" ")
    if c.given.order is CommandName.REOPEN:
        return TransitionRequest(Transition.REOPEN), thai.clean(c.given.rest).text
    if c.given.order is CommandName.FORWARD:
        return _forwarded(c, found, first, rest)
    if c.given.order is CommandName.NOT_ACCEPT:
        if first not in set(NonAcceptanceReason):
            choices = tuple(
                _offer(c, found, reason.value, f"reason.{reason}") for reason in NonAcceptanceReason
            )
            return c.tells("notaccept.ask", choices, number=found.shown)
        return TransitionRequest(Transition.NOT_ACCEPT, reason=NonAcceptanceReason(first)), thai.clean(
            rest
        ).text
    outcome = OUTCOMES.get(thai.folded(first)) if first else None
    if outcome is None:
        allowed = [o for o in dict.fromkeys(OUTCOMES.values()) if _may_end(found.status, o)]
        choices = tuple(_offer(c, found, one.value, f"staff.outcome.{one}") for one in allowed)
        return c.tells("close.ask", choices, number=found.shown)
    return TransitionRequest(Transition.CLOSE, outcome), thai.clean(rest).text


def _may_end(status: CaseStatus, outcome: CaseOutcome) -> bool:
    return status is CaseStatus.INVESTIGATING or outcome in EARLY_OUTCOMES


def _offer(c: ComplaintsCommandContext, found: OfficerCase, word: str, key: str) -> Choice:
    return button(c.given.order, found, word, Reply(key))


def _forwarded(
    c: ComplaintsCommandContext, found: OfficerCase, first: str, rest: str
) -> tuple[TransitionRequest, str] | TurnResult:
    """A body of office.toml by its code or name, or any other in one word."""
    if not first:
        bodies = [(body.code, body.name.in_(c.m.lang)) for body in c.m.office.bodies]
        choices = tuple(button(CommandName.FORWARD, found, code, literal(name)) for code, name in bodies)
        return c.tells("forward.ask", choices, number=found.shown)
    known = {body.code: body.name.in_("th") for body in c.m.office.bodies}
    body = known.get(first, first)
    return TransitionRequest(Transition.CLOSE, CaseOutcome.FORWARDED, body=body), thai.clean(rest).text
