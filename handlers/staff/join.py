"""Joining by a code of invitation and a second factor, and leaving."""

from handlers import thai
from handlers.complaints.messages import GetAttempts, SaveAttempts
from handlers.dialog import attempts as guesses
from handlers.dialog.context import Context
from handlers.dialog.events import Choice, Deciding, Reply, TurnResult, read
from handlers.staff import two_factor as factor
from handlers.staff.command import ComplaintsCommandContext, button
from handlers.staff.members import (
    AuditRefusal,
    FindInvitation,
    JoinStaff,
    LeaveStaff,
    NewRecoveryCodes,
    NewTotpSecret,
    UseCode,
)
from handlers.staff.parse import ParsedCommand
from handlers.staff.permissions import CommandName

LONGEST_CODE = 40


def begin(m: Context, given: ParsedCommand) -> Deciding:
    """Somebody sends a code of invitation: they are shown a secret, and asked for the first code that it makes."""
    tries = yield from read(GetAttempts(factor.bucket(m.event.who)))
    if tries.until is not None and m.now < tries.until:
        return TurnResult(m.session, (Reply("staff.factor.wait", {"until": guesses.until(tries.until)}),))
    code = given.rest[:LONGEST_CODE]
    person = yield from read(FindInvitation(code))
    if person is None:
        wrong = SaveAttempts(factor.bucket(m.event.who), guesses.missed(tries, m.now))
        return TurnResult(m.session, (Reply("staff.join.unknown"),), (wrong, AuditRefusal(CommandName.JOIN)))
    secret = yield from read(NewTotpSecret())
    after = m.with_(staff={"join": code, "secret": secret})
    office = m.office.name.in_(m.lang)
    app = factor.address(secret, person.name, office)
    shown = Reply(
        "staff.join.secret",
        {
            "name": person.name,
            "office": office,
            "role": Reply(f"staff.role.{person.role}"),
            "secret": secret,
            "otpauth": app,
            "qr": app,
        },
    )
    return TurnResult(after.session, (shown,))


def finish(m: Context) -> Deciding:
    """The first code of the second factor: with it the person has joined, and sees the recovery codes once."""
    code, secret = m.session.staff["join"], m.session.staff["secret"]
    person = yield from read(FindInvitation(code))
    if person is None:
        return TurnResult(m.with_(staff={}).session, (Reply("staff.join.unknown"),))
    typed = factor.digits(m.event.text or "")
    if not typed or factor.step_of(secret, typed, m.now) is None:
        return TurnResult(m.session, (Reply("staff.join.wrong"),))
    step = factor.step_of(secret, typed, m.now) or 0
    recovery = yield from read(NewRecoveryCodes())
    event = m.event
    act = JoinStaff(
        person.id, code, event.who, secret, recovery, event.channel, event.back, m.lang, thai.day(m.now)
    )
    after = m.with_(staff={"proved": str(int(m.now.timestamp()))})
    told = Reply(
        "staff.join.done",
        {"name": person.name, "role": Reply(f"staff.role.{person.role}"), "codes": "\n".join(recovery)},
        (button(CommandName.INBOX), button(CommandName.HELP)),
    )
    return TurnResult(after.session, (told,), (act, UseCode(person.id, step)))


def again(c: ComplaintsCommandContext) -> Deciding:
    """One who has joined sends a code again."""
    yield from ()
    return c.tells("join.already", (button(CommandName.INBOX), button(CommandName.HELP)))


def leave(c: ComplaintsCommandContext) -> Deciding:
    """End one's own rights, after being asked once."""
    yield from ()
    if c.given.rest != "yes":
        sure = Choice(ParsedCommand(CommandName.LEAVE, rest="yes").written(), "staff.leave.sure")
        return c.tells("leave.ask", (sure, button(CommandName.INBOX)))
    gone = c.m.with_(staff={})
    return TurnResult(
        gone.session, (Reply("staff.leave.done"),), (LeaveStaff(c.staff.id, thai.day(c.m.now)),)
    )
