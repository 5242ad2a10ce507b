"""Join the staff with an invitation code and a second factor, and leave it."""

from handlers.dialog.attempts import GetAttempts, SaveAttempts, find_lockout_end, record_failure
from handlers.dialog.context import Context
from handlers.dialog.effects import Decision, TurnResult, run_query
from handlers.dialog.replies import OF_CASE, OFFICER_CONTENT, Phrase, Reply, ReplyArg
from handlers.staff.command import CommandContext, CommandTable, make_command_button
from handlers.staff.enrolment.messages import CreateEnrolment, FindEnrolment, NewEnrolmentLink
from handlers.staff.members import (
    AuditRefusal,
    FindInvitation,
    JoinStaff,
    LeaveStaff,
    NewRecoveryCodes,
    NewTotpSecret,
    StaffMember,
    UseCode,
)
from handlers.staff.parse import NameT, ParsedCommand
from handlers.staff.state import NO_OFFICER, Joining, OfficerState, WorkT
from handlers.staff.two_factor import (
    build_otpauth_uri,
    derive_attempts_key,
    find_matching_step,
    normalize_totp_code,
    record_verification,
)
from handlers.thai.dates import to_bangkok_date

MAX_INVITATION_LENGTH = 40


def begin_joining(ctx: Context, given: ParsedCommand[NameT]) -> Decision:
    """Accept an invitation code: give a link to the page where the second factor is set up.

    Where this desk has no address of its own, it is set up in the chat, if messages can be deleted there. Wrong
    invitation codes are rate limited like wrong codes of the second factor, and audited.
    """
    attempts = yield from run_query(GetAttempts(derive_attempts_key(ctx.event.person_id)))
    if until := find_lockout_end(attempts, ctx.now):
        return TurnResult(ctx.session, (Reply("staff.factor.wait", OF_CASE, {"until": until}),))
    code = given.rest[:MAX_INVITATION_LENGTH]
    person = yield from run_query(FindInvitation(code))
    if person is None:
        wrong = SaveAttempts(derive_attempts_key(ctx.event.person_id), record_failure(attempts, ctx.now))
        return TurnResult(
            ctx.session,
            (Reply("staff.join.unknown", OFFICER_CONTENT),),
            (wrong, AuditRefusal(given.name)),
        )
    office = ctx.office.name.in_lang(ctx.lang)
    args: dict[str, ReplyArg] = {
        "name": person.name,
        "office": office,
        "role": Phrase(f"staff.role.{person.role}"),
    }
    link = yield from run_query(NewEnrolmentLink())
    if link is None and not ctx.channel_traits.can_delete_messages:
        return TurnResult(ctx.session, (Reply("staff.join.nowhere", OF_CASE, args),))
    secret = yield from run_query(NewTotpSecret())
    if link is None:
        after = ctx.replace_session(officer=OfficerState(joining=Joining(code, secret)))
        app = build_otpauth_uri(secret, person.name, office)
        shown = {**args, "secret": secret, "otpauth": app, "qr": app}
        return TurnResult(after.session, (Reply("staff.join.secret", OFFICER_CONTENT, shown),))
    recovery = yield from run_query(NewRecoveryCodes())
    after = ctx.replace_session(officer=OfficerState(joining=Joining(code, link=link.secret)))
    act = CreateEnrolment(link.secret, code, person.id, ctx.event.person_id, secret, recovery, ctx.lang)
    address = ctx.channel_traits.complete_link(link.url)
    return TurnResult(
        after.session, (Reply("staff.join.link", OFFICER_CONTENT, {**args, "address": address}),), (act,)
    )


def finish_joining(table: CommandTable[NameT, WorkT], ctx: Context, joining: Joining) -> Decision:
    """Check the first code of the second factor. Who set it up in the chat sees the recovery codes this one time."""
    if joining.link:
        return (yield from _finish_enrolment(table, ctx, joining))
    code, secret = joining.invitation, joining.secret
    person = yield from run_query(FindInvitation(code))
    if person is None:
        return TurnResult(
            ctx.replace_session(officer=NO_OFFICER).session, (Reply("staff.join.unknown", OFFICER_CONTENT),)
        )
    typed = normalize_totp_code(ctx.event.text or "")
    if not typed or find_matching_step(secret, typed, ctx.now) is None:
        return TurnResult(ctx.session, (Reply("staff.join.wrong", OFFICER_CONTENT),))
    step = find_matching_step(secret, typed, ctx.now) or 0
    recovery = yield from run_query(NewRecoveryCodes())
    act = _build_joining(ctx, person, code, secret, recovery)
    after = record_verification(ctx.replace_session(officer=NO_OFFICER))
    welcome = Reply(
        "staff.join.done",
        OFFICER_CONTENT,
        {"name": person.name, "role": Phrase(f"staff.role.{person.role}"), "codes": "\n".join(recovery)},
        (make_command_button(table.inbox), make_command_button(table.help)),
    )
    return TurnResult(after.session, (welcome,), (act, UseCode(person.id, step)))


def _build_joining(
    ctx: Context, person: StaffMember, invitation: str, secret: str, recovery: tuple[str, ...]
) -> JoinStaff:
    """Build the act with which who writes becomes one of the staff, with their second factor."""
    event = ctx.event
    return JoinStaff(
        person.id,
        invitation,
        event.person_id,
        secret,
        recovery,
        event.channel,
        event.reply_to,
        ctx.lang,
        to_bangkok_date(ctx.now),
    )


def _finish_enrolment(table: CommandTable[NameT, WorkT], ctx: Context, joining: Joining) -> Decision:
    """Check the first code of the second factor that was set up on the page, in the chat that asked for its link.

    The code shows that the chat and the page are of one person: a link that was passed on makes nobody else's chat
    an officer's.
    """
    enrolment = yield from run_query(FindEnrolment(joining.link))
    if enrolment is None or enrolment.person_id != ctx.event.person_id:
        ended = ctx.replace_session(officer=NO_OFFICER)
        return TurnResult(ended.session, (Reply("staff.join.ended", OFFICER_CONTENT),))
    if not enrolment.is_opened:
        return TurnResult(ctx.session, (Reply("staff.join.page_first", OFFICER_CONTENT),))
    key = derive_attempts_key(ctx.event.person_id)
    attempts = yield from run_query(GetAttempts(key))
    if until := find_lockout_end(attempts, ctx.now):
        return TurnResult(ctx.session, (Reply("staff.factor.wait", OF_CASE, {"until": until}),))
    typed = normalize_totp_code(ctx.event.text or "")
    step = find_matching_step(enrolment.totp_secret, typed, ctx.now) if typed else None
    if step is None:
        failed = (SaveAttempts(key, record_failure(attempts, ctx.now)),) if typed else ()
        return TurnResult(ctx.session, (Reply("staff.join.wrong", OFFICER_CONTENT),), failed)
    person = enrolment.staff
    act = _build_joining(ctx, person, joining.invitation, enrolment.totp_secret, enrolment.recovery_codes)
    after = record_verification(ctx.replace_session(officer=NO_OFFICER))
    welcome = Reply(
        "staff.join.welcome",
        OFFICER_CONTENT,
        {"name": person.name, "role": Phrase(f"staff.role.{person.role}")},
        (make_command_button(table.inbox), make_command_button(table.help)),
    )
    return TurnResult(after.session, (welcome,), (act, UseCode(person.id, step)))


def reply_already_joined(cmd: CommandContext[NameT, WorkT]) -> Decision:
    """Reply to an invitation code from somebody who has joined already."""
    yield from ()
    choices = (make_command_button(cmd.table.inbox), make_command_button(cmd.table.help))
    return cmd.reply_with(Reply("staff.join.already", OFFICER_CONTENT, {}, choices))


def leave_desk(cmd: CommandContext[NameT, WorkT]) -> Decision:
    """End the person's own rights, after they confirmed."""
    yield from ()
    if cmd.command.rest != "yes":
        sure = make_command_button(cmd.command.name, rest="yes", label=Phrase("staff.leave.sure"))
        return cmd.reply_with(
            Reply("staff.leave.ask", OF_CASE, {}, (sure, make_command_button(cmd.table.inbox)))
        )
    gone = cmd.ctx.replace_session(officer=NO_OFFICER)
    return TurnResult(
        gone.session,
        (Reply("staff.leave.done", OF_CASE),),
        (LeaveStaff(cmd.staff.id, to_bangkok_date(cmd.ctx.now)),),
    )
