"""Messages of a desk's officers: what was shown to them last decides what a number, a label or a word means.

A text that nothing asked for goes nowhere until the officer says what it is.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, assert_never

from handlers.dialog.codes.typed_codes import TypedCode
from handlers.dialog.context import Context, reset_session
from handlers.dialog.effects import Decision, TurnResult, run_query
from handlers.dialog.events import find_lang
from handlers.dialog.form import delete_draft_files
from handlers.dialog.replies import KEEPS_TEXT, OF_CASE, Choice, ExpectedInput, Reply
from handlers.dialog.session import DialogTopic
from handlers.staff.command import CommandContext, CommandTable, QueryGenerator, make_command_button
from handlers.staff.dispatch import (
    AS_CITIZEN,
    CITIZENS_MENU,
    run_command,
    show_help,
    show_officers_menu,
    verify_and_resume,
)
from handlers.staff.join import begin_joining, finish_joining
from handlers.staff.members import AuditRefusal, FindStaffMember, JoinStaff, SetStaffLanguage, StaffMember
from handlers.staff.parse import NameT, ParsedCommand
from handlers.staff.state import (
    NO_OFFICER,
    AwaitingCaseChoice,
    AwaitingMeaning,
    AwaitingPurpose,
    AwaitingSecondFactor,
    AwaitingText,
    NothingPending,
    NumberUse,
    ShownMenu,
    WorkT,
)
from handlers.staff.two_factor import is_code_shaped
from handlers.staff.typed.mistyped import (
    MEANT_PREFIX,
    add_number_of_shown,
    find_meant,
    offer_meant,
    run_meant,
)
from handlers.staff.typed.shown import (
    ANSWERS,
    NoPick,
    decides_on_text,
    parse_register_number,
    pick_by_command,
    pick_shown,
    read_short_answer,
    remember_shown,
    was_sent_before,
)
from handlers.thai.grammar.particles import POLITE_ALONE, join_particles
from handlers.thai.matching import normalize_for_matching
from handlers.thai.numbers import read_place
from handlers.thai.phrases import Meaning
from handlers.thai.small_talk import parse_small_talk

RETURN_TO_DIALOG = "officer.return"
"""The choice that goes on with the citizens' dialog that was set aside."""
DROP_DIALOG = "officer.drop"
"""The choice that drops it, with what was typed there."""

_INPUTS: Mapping[NumberUse, ExpectedInput | None] = {
    NumberUse.PLACE: None,
    NumberUse.REGISTER: ExpectedInput.REGISTER,
    NumberUse.NONE: ExpectedInput.TEXT,
}

_DECLINING = frozenset(
    {Meaning.NO, Meaning.CANCEL, Meaning.LEAVE, Meaning.DELETE, Meaning.NONE, Meaning.SKIP}
)
"""Meanings that decline what is offered for a text or for a mistyped command."""

_LEAVING = frozenset({"cancel", "menu", "start"})
"""Commands of citizens that take an officer back to the officers' part."""

_AS_OFFICER = re.compile(
    rf"(?:ขอ)?(?:เข้า)?(?:ใช้|ใช้งาน|กลับไป|ทำงาน)*(?:ใน)?ฐานะเจ้าหน้าที่(?:{join_particles(POLITE_ALONE)})?|asanofficer"
)
"""What an officer types who means to work as one, without spaces."""


@dataclass(frozen=True, slots=True)
class AsCitizen:
    """A message of an officer that is handled like anybody's. ctx: its context, in which it may be another event.

    command: the message as a citizen's command, if it is one; code: the tracking code that was taken out of it, to be
    used; notes: what is said before the answer.
    """

    ctx: Context
    command: str | None
    code: TypedCode | None = None
    notes: tuple[Reply, ...] = ()


@dataclass(frozen=True, slots=True)
class _Repeated:
    """The turn in which a citizens' dialog asks its question again."""

    turn: TurnResult


def is_for_staff(table: CommandTable[Any, Any], ctx: Context) -> bool:
    """Whether an event may be an officer's: of somebody with an officer state, or a command that only officers have."""
    if ctx.session.officer != NO_OFFICER:
        return True
    given = table.parse((ctx.event.choice or ctx.event.text or "").strip())
    return given is not None and not table.rows[given.name].is_public


def handle_staff_message(
    table: CommandTable[NameT, WorkT],
    ctx: Context,
    command: str | None,
    again: Callable[[Context], Decision],
    code: TypedCode | None = None,
) -> QueryGenerator[TurnResult | AsCitizen | None]:
    """Handle a message of an officer, or of somebody who joins; None for any other.

    `AsCitizen` where it is handled like anybody's: its turn is then passed to `remember_shown`.
    command: the message as a citizen's command, if it is one; again: repeats the session's present question; code: a
    reporter's tracking code that was taken out of the message: alone, it is looked up as anybody's. The one-time code
    of a slip is for nobody of the staff.
    """
    event, staff = ctx.event, None
    words = (event.choice or event.text or "").strip()
    if ctx.channel_traits.serves_officers:
        staff = yield from run_query(FindStaffMember(event.person_id))
    if staff is None:
        return (yield from _handle_stranger(table, ctx, words, again))
    about = Reply("code.staff" if code is None or code.one_time is None else "code.staff_one_time", OF_CASE)
    if code is not None and code.one_time is not None and not code.has_words:
        return TurnResult(ctx.session, (about,))  # the reporter's alone: no officer makes a code with it
    if code is not None and not code.has_words and table.parse(words) is None:
        pending = table.get_work(ctx.session.officer).pending
        if isinstance(pending, AwaitingText | AwaitingSecondFactor):
            return TurnResult(ctx.session, (about,))
        return AsCitizen(ctx, command, code)
    outcome = yield from _handle_officer(table, ctx, command, again, staff)
    if isinstance(
        outcome, AsCitizen
    ):  # beside words, too, no officer makes a code: the words go on without it
        is_withheld = code is not None and code.one_time is not None
        return replace(outcome, notes=(about,)) if is_withheld else replace(outcome, code=code)
    is_repeated = isinstance(outcome, _Repeated)
    turn = outcome.turn if isinstance(outcome, _Repeated) else outcome
    shown = remember_shown(turn, event, as_citizen=is_repeated)
    return shown if code is None else shown.prepend((about,))


def _handle_officer(
    table: CommandTable[NameT, WorkT],
    ctx: Context,
    command: str | None,
    again: Callable[[Context], Decision],
    staff: StaffMember,
) -> QueryGenerator[TurnResult | AsCitizen | _Repeated]:
    event = ctx.event
    if command is not None and (lang := find_lang(command)) is not None:  # officers then get notices in it
        turn = yield from again(ctx.replace_session(lang=lang))
        return _Repeated(replace(turn, acts=(*turn.acts, SetStaffLanguage(staff.id, lang))))
    words = (event.choice or event.text or "").strip()
    cmd = CommandContext(ctx, staff, ParsedCommand(table.help, rest=words), table)
    given = table.parse(words)
    if given is not None:
        return (yield from _run_or_pass(replace(cmd, command=given), command))
    if event.choice is not None:
        return (yield from _handle_choice(cmd, event.choice, command, again))
    taken = table.take_file(cmd, event.file) if event.file is not None else None
    if taken is not None:
        return taken
    if not event.text or event.file is not None:
        return AsCitizen(ctx, command)
    return (yield from _handle_text(cmd, command, words, again))


def _handle_stranger(
    table: CommandTable[NameT, WorkT], ctx: Context, words: str, again: Callable[[Context], Decision]
) -> QueryGenerator[TurnResult | None]:
    """Let a stranger join, else reply as to a citizen. A command that was tried is audited, without the person."""
    given, joining = table.parse(words), ctx.session.officer.joining
    if ctx.channel_traits.serves_officers:
        if given is not None and given.name is table.join:
            return (yield from begin_joining(ctx, given))
        if given is None and joining is not None and ctx.event.text:
            turn = yield from finish_joining(table, ctx, joining)
            has_joined = any(isinstance(act, JoinStaff) for act in turn.acts)
            return remember_shown(turn, ctx.event, as_citizen=False) if has_joined else turn
    if given is None or table.rows[given.name].is_public:
        return None
    # An officer may have been removed in the middle of something.
    ctx = ctx.replace_session(officer=NO_OFFICER)
    turn = table.greet(ctx) if ctx.session.topic is DialogTopic.MENU else (yield from again(ctx))
    return replace(turn, acts=(*turn.acts, AuditRefusal(given.name)))


def _run_or_pass(
    cmd: CommandContext[NameT, WorkT], command: str | None
) -> QueryGenerator[TurnResult | AsCitizen]:
    """Run a command; one that citizens have too is theirs for roles that may not give it."""
    if cmd.table.rows[cmd.command.name].is_public and not cmd.may_give(cmd.command.name):
        return AsCitizen(cmd.ctx, command)
    return (yield from run_command(cmd))


def _handle_choice(
    cmd: CommandContext[NameT, WorkT], data: str, command: str | None, again: Callable[[Context], Decision]
) -> QueryGenerator[TurnResult | AsCitizen | _Repeated]:
    """Handle a choice that is no command of the staff: a tap, or a typed text that picked it."""
    ctx, pending = cmd.ctx, cmd.work.pending
    if data == RETURN_TO_DIALOG:
        return _Repeated((yield from again(ctx)))
    if data == DROP_DIALOG:
        left = _leave_dialog(cmd)
        turn = show_officers_menu(left, Reply("staff.out.dropped", OF_CASE))
        return turn.prepend((), delete_draft_files(ctx.session))
    if data == CITIZENS_MENU:
        return AsCitizen(ctx, "menu")
    if data == AS_CITIZEN:
        if not isinstance(pending, AwaitingPurpose):
            return show_officers_menu(cmd, Reply("staff.shown.late", OF_CASE))
        free = cmd.with_pending(NothingPending()).ctx
        return AsCitizen(replace(free, event=replace(ctx.event, text=pending.text, choice=None)), None)
    if data.startswith(MEANT_PREFIX):
        return (yield from run_meant(cmd, data))
    if command in _LEAVING:
        return _leave(cmd, command)
    return AsCitizen(ctx, command)


def _handle_text(
    cmd: CommandContext[NameT, WorkT], command: str | None, text: str, again: Callable[[Context], Decision]
) -> QueryGenerator[TurnResult | AsCitizen | _Repeated]:
    """Handle a typed text that is no command of the staff."""
    session, pending = cmd.ctx.session, cmd.work.pending
    if isinstance(pending, AwaitingSecondFactor) and is_code_shaped(text):
        return (yield from verify_and_resume(cmd, pending, text))
    if not decides_on_text(session):
        leads_out = command in _LEAVING or (session.has_draft and _is_officers_own(cmd, text))
        return _leave(cmd, command) if leads_out else _pass_or_offer(cmd, command, text)
    picked = pick_shown(session.officer, text, labels_only=isinstance(pending, AwaitingText))
    if isinstance(picked, NoPick) and not isinstance(pending, AwaitingText):
        picked = pick_by_command(cmd, text) or picked
    if not isinstance(picked, NoPick):
        if was_sent_before(session.officer.shown, cmd.ctx.event):
            return _show_again(cmd, "staff.shown.before")
        return (yield from _pick(cmd, picked.data, again))
    if command is not None:
        return (yield from _handle_citizens_word(cmd, command))
    if text.startswith("/"):
        return offer_meant(cmd, text)
    return (yield from _handle_words(cmd, text, picked))


def _handle_words(cmd: CommandContext[NameT, WorkT], text: str, picked: NoPick) -> Decision:
    """Handle words that pick nothing: what was asked for, or what nothing asked for."""
    match cmd.work.pending:
        case AwaitingSecondFactor() as waiting:
            return (yield from verify_and_resume(cmd, waiting, text))
        case AwaitingText(command=waiting_command):
            meant = find_meant(cmd, text)
            if meant.is_certain and all(one.number and not one.rest for one in meant.commands):
                return offer_meant(cmd, text, meant)  # as the button of a push says, which no menu shows
            given = cmd.table.complete(waiting_command, text)
            if given is None:
                return _reply_too_long(cmd, text)
            return (yield from run_command(replace(cmd, command=given)))
        case NothingPending() | AwaitingCaseChoice() | AwaitingPurpose() | AwaitingMeaning():
            return (yield from _handle_unasked(cmd, text, picked))
        case other:
            assert_never(other)


def _is_officers_own(cmd: CommandContext[NameT, WorkT], text: str) -> bool:
    """Whether a text in a citizens' dialog, which colleagues read, tells of an officer, or names their list."""
    plain = normalize_for_matching(text).replace(" ", "")
    listed = cmd.table.parse(f"/{plain}")
    names_inbox = listed is not None and listed.name is cmd.table.inbox and not listed.rest
    return names_inbox or _AS_OFFICER.fullmatch(plain) is not None


def _pass_or_offer(
    cmd: CommandContext[NameT, WorkT], command: str | None, text: str
) -> TurnResult | AsCitizen:
    """In a citizens' dialog: pass a text on to it, but not a mistyped command, which would become part of it."""
    return offer_meant(cmd, text) if text.startswith("/") and command is None else AsCitizen(cmd.ctx, command)


def _pick(
    cmd: CommandContext[NameT, WorkT], data: str, again: Callable[[Context], Decision]
) -> QueryGenerator[TurnResult | AsCitizen | _Repeated]:
    """Handle a text that picked a choice, as if it had been tapped."""
    ctx = replace(cmd.ctx, event=replace(cmd.ctx.event, text=None, choice=data))
    tapped, command = replace(cmd, ctx=ctx), data[1:] if data.startswith("/") else None
    given = cmd.table.parse(data)
    if given is not None:
        return (yield from _run_or_pass(replace(tapped, command=given), command))
    return (yield from _handle_choice(tapped, data, command, again))


def _handle_citizens_word(
    cmd: CommandContext[NameT, WorkT], command: str
) -> QueryGenerator[TurnResult | AsCitizen]:
    """Handle a word that citizens type too. Those that lead to a menu or to help lead to the officers'."""
    if command in _LEAVING:
        return _leave(cmd, command)
    if command == "help" and cmd.may_give(cmd.table.help):
        return (yield from show_help(cmd))
    return AsCitizen(cmd.ctx, command)


def _handle_unasked(cmd: CommandContext[NameT, WorkT], text: str, picked: NoPick) -> Decision:
    """Handle a text that picks nothing, where no text was asked for: a command without its slash, a number, or words.

    Nothing of it is sent or filed.
    """
    meant = add_number_of_shown(cmd, find_meant(cmd, text))
    if len(meant.commands) == 1 and meant.is_certain and meant.commands[0].name in cmd.table.only_show:
        return (yield from run_command(replace(cmd, command=meant.commands[0])))
    if meant.commands:
        return offer_meant(cmd, text, meant)
    if (numbered := parse_register_number(cmd, text)) is not None:
        return (yield from run_command(replace(cmd, command=numbered)))
    refused = cmd.table.parse(f"/{text}")
    if refused is not None and refused.number and not cmd.may_give(refused.name):
        return (yield from run_command(replace(cmd, command=refused)))
    meanings = set(read_short_answer(text))
    if meanings & _DECLINING and isinstance(cmd.work.pending, AwaitingPurpose | AwaitingMeaning):
        return _drop_pending(cmd)
    if parse_small_talk(text) is not None:
        return show_officers_menu(cmd)
    if picked is NoPick.NO_SUCH or read_place(text) is not None or meanings & ANSWERS:
        return _show_again(cmd, "staff.shown.no_such")
    return (yield from cmd.table.handle_text(cmd, text))


def _show_again(cmd: CommandContext[NameT, WorkT], key: str) -> TurnResult:
    """Say why a text did not pick anything, and show what can be picked, as it was shown."""
    shown = cmd.ctx.session.officer.shown
    if shown is None or not shown.choices:
        return show_officers_menu(cmd, Reply("staff.shown.late", OF_CASE))
    return cmd.reply_with(Reply(key, OF_CASE, {}, _to_choices(shown), wants=_INPUTS[shown.numbers]))


def _to_choices(shown: ShownMenu) -> tuple[Choice, ...]:
    return tuple(Choice(one.data, "literal", {"text": one.label}) for one in shown.choices)


def _leave(cmd: CommandContext[NameT, WorkT], command: str | None) -> TurnResult:
    """Take the officer out of whatever they are in, and say where they are now.

    What was typed in a citizens' dialog is set aside, until they go on with it or drop it, or the session ends.
    """
    ctx = cmd.ctx
    if ctx.session.topic is not DialogTopic.MENU:
        if not ctx.session.has_draft:
            return show_officers_menu(_leave_dialog(cmd), Reply("staff.out.left", OF_CASE))
        choices = (
            Choice(RETURN_TO_DIALOG, "staff.out.return"),
            Choice(DROP_DIALOG, "staff.out.drop"),
            make_command_button(cmd.table.inbox),
        )
        return cmd.reply_with(Reply("staff.out.aside", OF_CASE, {}, choices))
    if command != "cancel":  # below the menu a number is one of its places, and no text to a reporter
        asks_text = isinstance(cmd.work.pending, AwaitingText)
        return show_officers_menu(cmd.with_pending(NothingPending()) if asks_text else cmd)
    return _drop_pending(cmd)


def _leave_dialog(cmd: CommandContext[NameT, WorkT]) -> CommandContext[NameT, WorkT]:
    """Return a context without the citizens' dialog, with the officer's state."""
    left = reset_session(cmd.ctx).replace(officer=cmd.ctx.session.officer)
    return replace(cmd, ctx=cmd.ctx.with_session(left))


def _drop_pending(cmd: CommandContext[NameT, WorkT]) -> TurnResult:
    """Drop a command or a text that waits for something."""
    left = cmd.table.drop_draft(cmd.work)
    if isinstance(cmd.work.pending, NothingPending) and left == cmd.work:
        return show_officers_menu(cmd, Reply("staff.out.nothing", OF_CASE))
    kept = cmd.with_work(left).with_pending(NothingPending())
    return show_officers_menu(kept, Reply("staff.dropped", OF_CASE))


def _reply_too_long(cmd: CommandContext[NameT, WorkT], text: str) -> TurnResult:
    args = {"limit": f"{cmd.table.max_length:,}", "count": f"{len(text):,}"}
    return cmd.reply_with(Reply("staff.too_long", OF_CASE, args, presentation=KEEPS_TEXT))
