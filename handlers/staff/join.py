"""Joining by a code of invitation and a second factor, and leaving."""

from handlers.complaints.messages import GetAttempts, SaveAttempts
from handlers.dialog.code_lookup import format_retry_time, record_failure
from handlers.dialog.context import Context
from handlers.dialog.effects import Decision, TurnResult, run_query
from handlers.dialog.replies import Choice, Reply
from handlers.staff.command import ComplaintsCommandContext, make_command_button
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
from handlers.staff.two_factor import (
    build_otpauth_uri,
    derive_attempts_key,
    find_matching_step,
    normalize_totp_code,
)
from handlers.thai import to_bangkok_date

MAX_INVITATION_LENGTH = 40


def begin_joining(m: Context, given: ParsedCommand) -> Decision:
    """Somebody sends a code of invitation: they are shown a secret, and asked for the first code that it makes."""
    tries = yield from run_query(GetAttempts(derive_attempts_key(m.event.person_id)))
    if tries.until is not None and m.now < tries.until:
        return TurnResult(m.session, (Reply("staff.factor.wait", {"until": format_retry_time(tries.until)}),))
    code = given.rest[:MAX_INVITATION_LENGTH]
    person = yield from run_query(FindInvitation(code))
    if person is None:
        wrong = SaveAttempts(derive_attempts_key(m.event.person_id), record_failure(tries, m.now))
        return TurnResult(m.session, (Reply("staff.join.unknown"),), (wrong, AuditRefusal(CommandName.JOIN)))
    secret = yield from run_query(NewTotpSecret())
    after = m.replace_session(staff={"join": code, "secret": secret})
    office = m.office.name.in_lang(m.lang)
    app = build_otpauth_uri(secret, person.name, office)
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


def finish_joining(m: Context) -> Decision:
    """The first code of the second factor: with it the person has joined, and sees the recovery codes once."""
    code, secret = m.session.staff["join"], m.session.staff["secret"]
    person = yield from run_query(FindInvitation(code))
    if person is None:
        return TurnResult(m.replace_session(staff={}).session, (Reply("staff.join.unknown"),))
    typed = normalize_totp_code(m.event.text or "")
    if not typed or find_matching_step(secret, typed, m.now) is None:
        return TurnResult(m.session, (Reply("staff.join.wrong"),))
    step = find_matching_step(secret, typed, m.now) or 0
    recovery = yield from run_query(NewRecoveryCodes())
    event = m.event
    act = JoinStaff(
        person.id,
        code,
        event.person_id,
        secret,
        recovery,
        event.channel,
        event.reply_to,
        m.lang,
        to_bangkok_date(m.now),
    )
    after = m.replace_session(staff={"proved": str(int(m.now.timestamp()))})
    told = Reply(
        "staff.join.done",
        {"name": person.name, "role": Reply(f"staff.role.{person.role}"), "codes": "\n".join(recovery)},
        (make_command_button(CommandName.INBOX), make_command_button(CommandName.HELP)),
    )
    return TurnResult(after.session, (told,), (act, UseCode(person.id, step)))


def reply_already_joined(c: ComplaintsCommandContext) -> Decision:
    """One who has joined sends a code again."""
    yield from ()
    return c.reply(
        "join.already", (make_command_button(CommandName.INBOX), make_command_button(CommandName.HELP))
    )


def leave_desk(c: ComplaintsCommandContext) -> Decision:
    """End one's own rights, after being asked once."""
    yield from ()
    if c.command.rest != "yes":
        sure = Choice(ParsedCommand(CommandName.LEAVE, rest="yes").to_command_text(), "staff.leave.sure")
        return c.reply("leave.ask", (sure, make_command_button(CommandName.INBOX)))
    gone = c.ctx.replace_session(staff={})
    return TurnResult(
        gone.session, (Reply("staff.leave.done"),), (LeaveStaff(c.staff.id, to_bangkok_date(c.ctx.now)),)
    )
