"""Dispatch messages of the service desk's officers: commands, texts that complete one, and the second factor."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeAlias, assert_never

from handlers.dialog.context import Context
from handlers.dialog.effects import Decision, TurnResult, run_query
from handlers.dialog.replies import NEUTRAL, OF_CASE, Choice, Phrase, Reply
from handlers.dialog.session import DialogTopic
from handlers.questions.menu import show_service_menu
from handlers.questions.messages import (
    FindQuestionByNumber,
    QuestionThread,
)
from handlers.staff.command import ComplaintsCommandContext, QueryGenerator
from handlers.staff.join import begin_joining, finish_joining, leave_desk, reply_already_joined
from handlers.staff.members import AuditRefusal, FindStaffMember, StaffMember
from handlers.staff.parse import is_staff_command, parse_staff_command
from handlers.staff.permissions import CASE_WORKERS, CommandName
from handlers.staff.service.answers import (
    answer_as_other_question,
    answer_question,
    confirm_answer,
    undo_answer,
)
from handlers.staff.service.consultation_results import RESULT_COMMAND_HANDLERS
from handlers.staff.service.consultations import CONSULTATION_COMMAND_HANDLERS
from handlers.staff.service.feedback import FEEDBACK_COMMAND_HANDLERS
from handlers.staff.service.publish import manage_faq, publish_to_board, remove_from_board
from handlers.staff.service.questions import close_without_answer, show_open_questions, show_question
from handlers.staff.service_command import ServiceCommandContext, make_service_button
from handlers.staff.service_parse import parse_service_command
from handlers.staff.state import (
    NO_OFFICER,
    AwaitingServiceSecondFactor,
    AwaitingServiceText,
    NothingPending,
)
from handlers.staff.two_factor import record_verification, verify_second_factor

SERVICE_BUTTON_ONLY_COMMANDS = frozenset({"confirm", "help"})
"""Commands that nobody types; help does not list them."""

CANCEL_WORDS = frozenset({"ยกเลิก", "cancel", "Cancel"})

ServiceCommandHandler: TypeAlias = Callable[[ServiceCommandContext], Decision]
QuestionCommandHandler: TypeAlias = Callable[[ServiceCommandContext, QuestionThread], Decision]


def is_for_service_staff(ctx: Context) -> bool:
    """Whether an event may be an officer's: of somebody with an officer state, or a command that only officers have."""
    words = (ctx.event.text or "").strip()
    name = words.partition(" ")[0].casefold()
    is_command = name.startswith("/") and is_staff_command(ctx.event)
    return ctx.session.officer != NO_OFFICER or is_command or _find_staff_only_command(name) is not None


def handle_service_staff(ctx: Context, *, known: bool = False) -> QueryGenerator[TurnResult | None]:
    """Handle a message of an officer, or of somebody who joins; None where it is handled like any citizen's.

    known: it is a command that anybody may give.
    """
    staff = (
        None
        if not ctx.channel_traits.serves_officers
        else (yield from run_query(FindStaffMember(ctx.event.person_id)))
    )
    words = (ctx.event.choice if ctx.event.choice is not None else ctx.event.text) or ""
    given = parse_staff_command(words)
    if staff is None:
        return (yield from _handle_stranger(ctx, words))
    if given is not None and given.name is CommandName.LEAVE:
        return (yield from leave_desk(ComplaintsCommandContext(ctx, staff, given)))
    if given is not None and given.name is CommandName.JOIN:
        return (yield from reply_already_joined(ComplaintsCommandContext(ctx, staff, given)))
    return (yield from _handle_command(ctx, staff, words, known=known))


def _handle_command(
    ctx: Context, staff: StaffMember, words: str, *, known: bool
) -> QueryGenerator[TurnResult | None]:
    """Run a command, or complete a pending one with a text; None where the message is neither."""
    given, typed = parse_service_command(words), ctx.event.text is not None
    if given is None and typed:
        return (yield from _handle_pending_text(ctx, staff, words, known=known))
    if given is None or (given.name not in SERVICE_COMMANDS_BY_NAME and (known or not typed)):
        return None
    cmd = ServiceCommandContext(ctx, staff, given)
    if given.name not in SERVICE_COMMANDS_BY_NAME:
        return cmd.reply("help.unknown", NEUTRAL, (make_service_button("help"),), name=given.name[:40])
    name = SERVICE_COMMANDS_BY_NAME[given.name]
    return (yield from _run_if_allowed(replace(cmd, command=replace(given, name=name))))


def _handle_pending_text(
    ctx: Context, staff: StaffMember, words: str, *, known: bool
) -> QueryGenerator[TurnResult | None]:
    """Complete the pending command with a text, or cancel it; None where the text does neither."""
    pending = ctx.session.officer.service.pending
    if words.strip() in CANCEL_WORDS and not isinstance(pending, NothingPending):
        return _cancel_pending(ctx)
    match pending:
        case NothingPending():
            return None
        case AwaitingServiceSecondFactor(waiting):
            return (yield from _verify_and_resume(ServiceCommandContext(ctx, staff, waiting), words))
        case AwaitingServiceText(waiting):
            free = ctx.session.topic is DialogTopic.MENU and not known
            given = waiting.complete_with(words) if free else None
            if given is None:
                return None
            return (yield from _run_if_allowed(ServiceCommandContext(ctx, staff, given)))
        case _:
            assert_never(pending)


def _run_if_allowed(cmd: ServiceCommandContext) -> QueryGenerator[TurnResult | None]:
    """Run a command if the role allows it. None for help asked by roles without content: they get everybody's help."""
    cmd, name = cmd.with_pending(NothingPending()), cmd.command.name
    if cmd.staff.role in CASE_WORKERS:
        return (yield from _run_command(cmd))
    return None if name == "help" else cmd.reply("refused", NEUTRAL, acts=(AuditRefusal(name, cmd.staff.id),))


def _cancel_pending(ctx: Context) -> TurnResult:
    """Drop the pending command, and the unfinished announcement of a consultation with it."""
    officer = ctx.session.officer
    work = replace(officer.service, pending=NothingPending(), consultation=())
    return TurnResult(
        ctx.session.replace(officer=replace(officer, service=work)),
        (Reply("staff.dropped", OF_CASE, {}, (make_service_button("questions"),)),),
    )


def _verify_and_resume(cmd: ServiceCommandContext, text: str) -> Decision:
    """Check a code of the second factor, then run the command that waited for it."""
    why, acts = yield from verify_second_factor(cmd.ctx, cmd.staff, text)
    if why is not None:
        return TurnResult(cmd.ctx.session, (why,), acts)
    verified = replace(cmd, ctx=record_verification(cmd.ctx))
    turn = yield from _run_command(verified.with_pending(NothingPending()))
    return replace(turn, acts=(*acts, *turn.acts))


def _handle_stranger(ctx: Context, words: str) -> QueryGenerator[TurnResult | None]:
    given = parse_staff_command(words)
    if ctx.channel_traits.serves_officers and given is not None and given.name is CommandName.JOIN:
        return (yield from begin_joining(ctx, given))
    joining = ctx.session.officer.joining
    if ctx.channel_traits.serves_officers and joining is not None and ctx.event.text and given is None:
        return (yield from finish_joining(ctx, joining))
    tried = _find_staff_only_command(words.strip().partition(" ")[0].casefold())
    return (
        replace(show_service_menu(ctx.replace_session(officer=NO_OFFICER)), acts=(AuditRefusal(tried),))
        if tried
        else None
    )


def _find_staff_only_command(name: str) -> str | None:
    """Return the command of a slash name that only officers have; None for others. Everybody may ask for help."""
    own = SERVICE_COMMANDS_BY_NAME.get(name[1:]) if name.startswith("/") else None
    return None if own == "help" else own


def _run_command(cmd: ServiceCommandContext) -> Decision:
    if cmd.command.name in SERVICE_COMMAND_HANDLERS:
        return (yield from SERVICE_COMMAND_HANDLERS[cmd.command.name](cmd))
    thread = yield from run_query(FindQuestionByNumber(cmd.command.number, cmd.command.year))
    if thread is None:
        return cmd.reply("unknown", NEUTRAL, (make_service_button("questions"),), number=cmd.command.number)
    return (yield from QUESTION_COMMAND_HANDLERS[cmd.command.name](cmd, thread))


def show_service_help(cmd: ServiceCommandContext) -> Decision:
    """Show every command of this desk, by its Thai and English name."""
    yield from ()
    lines = tuple(
        Phrase("inquiry.help.line", {"th": thai_name, "en": names[0], "what": Phrase(f"inquiry.help.{own}")})
        for own, names in SERVICE_COMMAND_SPELLINGS.items()
        if own not in SERVICE_BUTTON_ONLY_COMMANDS
        and (thai_name := next(name for name in names if not name.isascii()))
    )
    choices = (
        make_service_button("questions"),
        make_service_button("faq"),
        Choice("/opinions", "inquiry.button.opinions"),
    )
    return cmd.reply("help.all", NEUTRAL, choices, name=cmd.staff.name, lines=lines)


SERVICE_COMMAND_HANDLERS: Mapping[str, ServiceCommandHandler] = {
    "questions": show_open_questions,
    "confirm": confirm_answer,
    "help": show_service_help,
    "faq": manage_faq,
    "unpublish": remove_from_board,
    **CONSULTATION_COMMAND_HANDLERS,
    **FEEDBACK_COMMAND_HANDLERS,
    **RESULT_COMMAND_HANDLERS,
}
QUESTION_COMMAND_HANDLERS: Mapping[str, QuestionCommandHandler] = {
    "question": show_question,
    "answer": answer_question,
    "publish": publish_to_board,
    "merge": answer_as_other_question,
    "undo": undo_answer,
    "close": close_without_answer,
}
SERVICE_COMMAND_SPELLINGS: Mapping[str, tuple[str, ...]] = {
    "questions": ("questions", "inbox", "คำถาม", "งาน"),
    "question": ("question", "case", "ดูคำถาม"),
    "answer": ("answer", "reply", "ตอบ"),
    "publish": ("publish", "เผยแพร่"),
    "unpublish": ("unpublish", "เลิกเผยแพร่"),
    "merge": ("merge", "รวม"),
    "confirm": ("confirm", "ยืนยัน"),
    "undo": ("undo", "เรียกคืน"),
    "close": ("close", "ปิด"),
    "faq": ("faq", "คลัง", "canned", "คำตอบ"),
    "opinions": ("opinions", "ความเห็น"),
    "consult": ("consult", "รับฟัง"),
    "statements": ("statements", "ข้อความ"),
    "texts": ("texts", "ถ้อยคำ"),
    "theme": ("theme", "themes", "ประเด็น"),
    "quote": ("quote", "ยกคำ"),
    "taken": ("taken", "ตอบประเด็น"),
    "done": ("done", "ทำแล้ว"),
    "results": ("results", "ประกาศผล"),
    "help": ("help", "ช่วยเหลือ", "คำสั่ง"),
}
"""The names of each command after a slash, English ones first; help shows the first English and first Thai one."""

SERVICE_COMMANDS_BY_NAME: Mapping[str, str] = {
    name: own for own, names in SERVICE_COMMAND_SPELLINGS.items() for name in names
}
