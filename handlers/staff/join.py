"""Joining by a code of invitation and a second factor, and leaving."""

from handlers import thai
from handlers.complaints.messages import FindTries, SetTries
from handlers.dialog import attempts as guesses
from handlers.dialog.context import Moment
from handlers.dialog.events import Choice, Deciding, Say, Turn, read
from handlers.staff import two_factor as factor
from handlers.staff.command import Call, button
from handlers.staff.members import FindInvitation, Join, Leave, NewRecovery, NewSecret, NoteAttempt, Spend
from handlers.staff.parse import Given
from handlers.staff.permissions import Order

LONGEST_CODE = 40


def begin(m: Moment, given: Given) -> Deciding:
    """Somebody sends a code of invitation: they are shown a secret, and asked for the first code that it makes."""
    tries = yield from read(FindTries(factor.bucket(m.event.who)))
    if tries.until is not None and m.now < tries.until:
        return Turn(m.session, (Say("staff.factor.wait", {"until": guesses.until(tries.until)}),))
    code = given.rest[:LONGEST_CODE]
    person = yield from read(FindInvitation(code))
    if person is None:
        wrong = SetTries(factor.bucket(m.event.who), guesses.missed(tries, m.now))
        return Turn(m.session, (Say("staff.join.unknown"),), (wrong, NoteAttempt(Order.JOIN)))
    secret = yield from read(NewSecret())
    after = m.with_(staff={"join": code, "secret": secret})
    office = m.office.name.in_(m.lang)
    app = factor.address(secret, person.name, office)
    shown = Say(
        "staff.join.secret",
        {
            "name": person.name,
            "office": office,
            "role": Say(f"staff.role.{person.role}"),
            "secret": secret,
            "otpauth": app,
            "qr": app,
        },
    )
    return Turn(after.session, (shown,))


def finish(m: Moment) -> Deciding:
    """The first code of the second factor: with it the person has joined, and sees the recovery codes once."""
    code, secret = m.session.staff["join"], m.session.staff["secret"]
    person = yield from read(FindInvitation(code))
    if person is None:
        return Turn(m.with_(staff={}).session, (Say("staff.join.unknown"),))
    typed = factor.digits(m.event.text or "")
    if not typed or factor.step_of(secret, typed, m.now) is None:
        return Turn(m.session, (Say("staff.join.wrong"),))
    step = factor.step_of(secret, typed, m.now) or 0
    recovery = yield from read(NewRecovery())
    event = m.event
    act = Join(
        person.id, code, event.who, secret, recovery, event.channel, event.back, m.lang, thai.day(m.now)
    )
    after = m.with_(staff={"proved": str(int(m.now.timestamp()))})
    told = Say(
        "staff.join.done",
        {"name": person.name, "role": Say(f"staff.role.{person.role}"), "codes": "\n".join(recovery)},
        (button(Order.INBOX), button(Order.HELP)),
    )
    return Turn(after.session, (told,), (act, Spend(person.id, step)))


def again(c: Call) -> Deciding:
    """One who has joined sends a code again."""
    yield from ()
    return c.tells("join.already", (button(Order.INBOX), button(Order.HELP)))


def leave(c: Call) -> Deciding:
    """End one's own rights, after being asked once."""
    yield from ()
    if c.given.rest != "yes":
        sure = Choice(Given(Order.LEAVE, rest="yes").written(), "staff.leave.sure")
        return c.tells("leave.ask", (sure, button(Order.INBOX)))
    gone = c.m.with_(staff={})
    return Turn(gone.session, (Say("staff.leave.done"),), (Leave(c.staff.id, thai.day(c.m.now)),))
