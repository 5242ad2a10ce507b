"""The complaints desk: routes each message to a command, or to the handler of the session's topic."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import assert_never

from handlers.complaints.accused.head_post import HEAD_FIELD
from handlers.complaints.accused.second_question import SECOND_QUESTION_STEP
from handlers.complaints.confirm_receipt import confirm_with_code, handle_confirmation, reprompt_confirmation
from handlers.complaints.draft import apply_correction, handle_draft, reprompt_draft
from handlers.complaints.form import (
    build_complaint_form,
    build_privacy_notice,
    describe_anonymity,
    get_report_address,
    show_report_notice,
)
from handlers.complaints.menu import (
    COMPLAINTS_MENU,
    answer_channel_question,
    answer_question_after_account,
    handle_complaints_menu,
    show_complaints_greeting,
    show_complaints_menu,
)
from handlers.complaints.subscriptions import handle_unsubscribe
from handlers.complaints.track import (
    WRITING_STEPS,
    ask_receipt,
    handle_code_in_case,
    handle_tracking,
    is_receipt_asked,
    open_case_of_code,
    quote_unsent_text,
    reprompt_tracking,
)
from handlers.dialog.codes.typed_codes import (
    TypedCode,
    ask_about_code,
    finish_turn,
    screen_message,
)
from handlers.dialog.commands import (
    COMMAND_WORDS,
    KEEPALIVE_CHOICE,
    asks_for_help,
    build_command_words,
    guess_language,
    is_stale_input,
    keep_session_alive,
    match_command,
    match_everyday_command,
    reply_to_stale_input,
    resume_or_reset,
)
from handlers.dialog.context import Context, reset_session
from handlers.dialog.effects import Decision, Now, TurnResult, run_query
from handlers.dialog.events import Event, find_lang
from handlers.dialog.form import FieldKind, Form, confirm_cancel, is_text_asked_about
from handlers.dialog.replies import NEUTRAL, OF_CASE, PageLayout, Presentation, Reply
from handlers.dialog.session import NEVER, DialogTopic, Session
from handlers.dialog.unasked import describe_unreadable, find_aside, hold_text
from handlers.office import Office
from handlers.office_notices import make_office_replies
from handlers.staff.by_role import DeskRoles
from handlers.staff.complaints.commands import COMPLAINTS_COMMAND_TABLE
from handlers.staff.complaints.intake.clerk_form import end_intake
from handlers.staff.permissions import CommandName
from handlers.staff.settings.messages import GetOffice, keep_office
from handlers.staff.state import ComplaintsWork
from handlers.thai.menu_wishes import wants_to_report
from handlers.thai.worries import has_second_thoughts
from handlers.unsend import handle_unsend, record_message_origin

COMPLAINTS_COMMANDS = build_command_words(COMMAND_WORDS, COMPLAINTS_MENU)

EXPLAIN = "explain"
"""What an everyday text leads to that does not understand the question, as a command does; none is typed so."""

_EVERYDAY_WORDS: Mapping[str, str] = {
    **COMPLAINTS_COMMANDS,
    **dict.fromkeys(
        (
            "ร้องเรียน",
            "ร้องเรียนทุจริต",
            "แจ้งทุจริต",
            "แจ้งเบาะแส",
            "ร้องทุกข์",
            "แจ้งเหตุ",
            "แจ้ง",
            "แจ้งเรื่องร้องเรียน",
            "แจ้งการทุจริต",
        ),
        "report",
    ),
    **dict.fromkeys(
        (
            "ติดตามผล",
            "ติดตามสถานะ",
            "ดูความคืบหน้า",
            "ความคืบหน้า",
            "สถานะ",
            "ดูสถานะ",
            "เช็คสถานะ",
            "เช็กสถานะ",
            "ตรวจสอบสถานะ",
            "สถานะเรื่อง",
            "ดูสถานะเรื่อง",
            "ถึงไหนแล้ว",
            "เรื่องถึงไหนแล้ว",
        ),
        "track",
    ),
    **dict.fromkeys(("ประกาศความเป็นส่วนตัว", "นโยบายความเป็นส่วนตัว", "ข้อมูลส่วนบุคคล", "pdpa"), "privacy"),
}
"""Words that are commands at the menu only: elsewhere they may be part of what a person tells."""


@dataclass(frozen=True)
class ComplaintsDesk:
    """The complaints desk: reporting corruption, tracking cases, and the officers who handle them.

    office: as office.toml has it; get_office: returns it as it is now. roster: person hashes of the staff, in memory:
    others cost one lookup. site_url: address of its web page, or empty.
    """

    office: Office
    roster: Container[bytes] = frozenset()
    site_url: str = ""
    get_office: GetOffice = keep_office
    form: Form = field(init=False)

    def __post_init__(self) -> None:
        """Build the form of this office once."""
        object.__setattr__(self, "form", build_complaint_form(self.office))

    def decide(self, event: Event, session: Session | None) -> Decision:
        """Decide what a message leads to: the new session, the replies and the acts."""
        if event.unsent_message_id:
            return (yield from handle_unsend(event, session))
        now = yield from run_query(Now())
        if event.choice == KEEPALIVE_CHOICE and session is not None:
            return keep_session_alive(session, now)
        before = session or Session(lang=guess_language(event))
        is_first = before.at == NEVER or before.is_expired(now)
        office = self.get_office(self.office)
        initial = Context(event, before.replace(at=now), office, now, self.site_url, is_first)
        ctx, notes, acts = resume_or_reset(initial, before)
        if is_first and event.person_id not in self.roster:
            notes = (*make_office_replies(office, now, ctx.lang), *notes)
        command = match_command(event, COMPLAINTS_COMMANDS)
        screened = screen_message(
            ctx, command, is_code_asked=is_receipt_asked(ctx.session), is_late=is_stale_input(ctx)
        )
        if isinstance(screened, TurnResult):
            return screened.prepend(notes, acts)
        ctx, event = screened.ctx, screened.ctx.event
        turn = yield from self._roles.handle(screened, command, before)
        turn = finish_turn(turn, screened)
        return record_message_origin(turn.prepend(notes, acts), event, ctx.session)

    @property
    def _roles(self) -> DeskRoles[CommandName, ComplaintsWork]:
        return DeskRoles(
            COMPLAINTS_COMMAND_TABLE, COMPLAINTS_MENU, self.roster, self._reprompt, self._handle_as_citizen
        )

    def _handle_as_citizen(
        self, ctx: Context, command: str | None, code: TypedCode | None, before: Session
    ) -> Decision:
        event, turn = ctx.event, None
        if event.unreadable is not None and before.at != NEVER:
            turn = yield from self._reprompt(ctx, describe_unreadable(event.unreadable))
        if turn is None and code is not None:
            turn = yield from self._handle_code(ctx, code)
        return (yield from self._route(ctx, command)) if turn is None else turn

    def _route(self, ctx: Context, command: str | None) -> Decision:
        event = ctx.event
        command = self._find_everyday_command(ctx, command)
        is_told = command is None and event.choice is None and ctx.session.topic is DialogTopic.MENU
        if is_told and wants_to_report(event.text or ""):  # what is told becomes the beginning of the story
            command, (ctx, _) = "report", hold_text(ctx, memory_only=True)
        if event.previous_text is not None:
            return (yield from self._reprompt(*apply_correction(ctx, event.previous_text)))
        if is_stale_input(ctx) and not command:
            return (yield from self._reprompt(ctx, *reply_to_stale_input(event)))
        return (yield from (self._run_command(ctx, command) if command else self._handle_input(ctx)))

    def _handle_code(self, ctx: Context, code: TypedCode) -> Decision:
        """Handle a text with a tracking code: open its case, or keep the text without it. The code is never stored."""
        session = ctx.session
        if session.topic is DialogTopic.REPORT and session.has_draft:
            if not code.has_words:
                return (yield from self._reprompt(ctx, Reply("draft.code", NEUTRAL)))
            return (yield from self._handle_without_code(ctx))
        if session.receipt is not None:
            is_message = session.topic is DialogTopic.CONFIRM or session.step in WRITING_STEPS
            is_own = code.one_time is None and code.receipt in (None, session.receipt)
            if code.has_story and (is_message or is_own):
                return (yield from self._handle_without_code(ctx))
            if session.topic is DialogTopic.CONFIRM:
                return confirm_with_code(ctx, code)
            return (yield from handle_code_in_case(ctx, code))
        turn = yield from open_case_of_code(ctx, code)
        is_lost = code.has_story and turn.session is not None and turn.session.receipt is None
        if is_lost and turn.session is not None and turn.session.one_time is None:
            # No case was found: what was told beside the code is handled as if it had come alone.
            told = yield from self._route(ctx, None)
            return told.prepend(turn.replies[:-1], turn.acts)
        return turn

    def _handle_without_code(self, ctx: Context) -> Decision:
        """Handle a text from which a code was taken out, and say that it was."""
        turn = yield from self._route(ctx, None)
        about = "code.staff" if ctx.event.person_id in self.roster else "code.removed"
        return turn.prepend((Reply(about, NEUTRAL),))

    def _find_everyday_command(self, ctx: Context, command: str | None) -> str | None:
        """Return the command of an everyday text, at the menu and where help is asked for; else what was found."""
        event, session = ctx.event, ctx.session
        if command is None:
            if session.topic is DialogTopic.MENU:
                command = match_everyday_command(event, _EVERYDAY_WORDS)
            if command is None and session.receipt is None and asks_for_help(event):
                command = EXPLAIN
            in_report = session.topic is DialogTopic.REPORT and session.step not in {"cancel", "notice"}
            if command is None and in_report and has_second_thoughts(event.text or ""):
                command = "cancel"  # asked about, before anything of the draft is gone
        elif session.step == "cancel" and command == "cancel" and event.choice is None:
            # “ยกเลิก” does not say whether the draft is to be discarded, or the discarding is called off.
            return command if (event.text or "").startswith("/") else None
        elif session.step == "notice" and command in {"start", "report"} and event.choice is None:
            # “เริ่ม” answers the notice there; /start does not.
            return command if (event.text or "").startswith("/") else None
        return command

    def may_store_part(self, event: Event, session: Session) -> bool:
        """Whether the text of an event, of which more may come, may be on disk before it is decided on.

        So may what is stored or sent to the office anyhow: in a draft, to an open case, and of officers. Not what came
        before the notice, or unasked at the menu or in a case.
        """
        match session.topic:
            case DialogTopic.REPORT:
                return session.step != "notice"
            case DialogTopic.TRACK:
                if session.receipt is not None:
                    return session.step in WRITING_STEPS
                # After a restart, what was on disk of a message to a case stays there.
                return session.long_text is not None and session.long_text.is_storable
            case DialogTopic.MENU:
                return event.person_id in self.roster
            case DialogTopic.CONFIRM | DialogTopic.LAPSED:
                return False
            case DialogTopic.ASK | DialogTopic.THREAD | DialogTopic.OPINION:
                return False
            case _:
                assert_never(session.topic)

    def current_prompt(self, event: Event, session: Session) -> Decision:
        """Return the session's present question, for a page that is opened again. The result is not stored."""
        office = self.get_office(self.office)
        ctx = Context(event, session, office, (yield from run_query(Now())), self.site_url)
        return ask_about_code(ctx) if session.doubtful else (yield from self._show_anew(ctx))

    def _handle_input(self, ctx: Context) -> Decision:
        """Handle what is no command: answer fear and small talk, which are no answers; pass on the rest."""
        session = ctx.session
        field = self.form.find_field(session.step) if session.topic is DialogTopic.REPORT else None
        is_message = session.topic is DialogTopic.TRACK and session.step in WRITING_STEPS
        said = None if is_message else answer_channel_question(ctx)
        if said is not None and ctx.is_first:
            return show_complaints_greeting(ctx, said)
        if said is not None:
            is_draft = session.topic is DialogTopic.REPORT
            not_kept = (Reply("about_channel.not_kept", NEUTRAL),) if is_draft else ()
            return (yield from self._reprompt(ctx, said, *not_kept))
        takes_text = is_message or (field is not None and field.kind is not FieldKind.PICK)
        aside = find_aside(
            ctx,
            describe_anonymity(ctx),
            get_report_address(ctx),
            takes_text=takes_text and not is_text_asked_about(session),
            is_message=is_message,
        )
        if aside is None:
            asked = None if is_message else answer_question_after_account(ctx)
            return (yield from self._dispatch_by_topic(ctx)).prepend((asked,) if asked else ())
        if aside.goes_on:
            return (yield from self._dispatch_by_topic(ctx)).prepend((aside.reply,))
        if aside.leaves and session.receipt is not None and session.topic is DialogTopic.TRACK:
            left = (*quote_unsent_text(session), Reply("track.left", OF_CASE))
            return show_complaints_menu(ctx.with_session(reset_session(ctx)), *left)
        if ctx.is_first:
            return show_complaints_greeting(ctx, *(() if aside.greets else (aside.reply,)))
        return (yield from self._reprompt(ctx, aside.reply))

    def _dispatch_by_topic(self, ctx: Context) -> Decision:
        if ctx.session.topic is DialogTopic.REPORT:
            return (yield from handle_draft(self.form, ctx))
        if ctx.session.topic is DialogTopic.TRACK:
            return (yield from handle_tracking(ctx))
        if ctx.session.topic is DialogTopic.CONFIRM:
            return (yield from handle_confirmation(ctx))
        return (yield from handle_complaints_menu(ctx))

    def _run_command(self, ctx: Context, command: str) -> Decision:
        lang = find_lang(command)
        if lang is not None:
            return (yield from self._show_anew(ctx.replace_session(lang=lang)))
        if command == "stop":
            return handle_unsubscribe(ctx, (yield from self._reprompt(ctx)))
        if command in {"privacy", "help", EXPLAIN}:
            reply = build_privacy_notice(ctx) if command == "privacy" else self._build_help(ctx, command)
            return (yield from self._reprompt(ctx, reply))
        if ctx.session.topic is DialogTopic.REPORT and (ctx.session.has_draft or command == "cancel"):
            return confirm_cancel(self.form, ctx, "cancel" if command == "cancel" else "open")
        if command == "cancel" and ctx.session.receipt is not None:
            # Cancels the action in progress, not the case.
            step = "" if ctx.session.topic is DialogTopic.TRACK else ctx.session.step
            kept = ctx.replace_session(answers={}, step=step)
            return (yield from self._reprompt(kept, *quote_unsent_text(ctx.session)))
        return self._leave_for(ctx, command).prepend(quote_unsent_text(ctx.session))

    def _build_help(self, ctx: Context, command: str) -> Reply:
        """Explain the question that is asked, where somebody does not understand it; else how this is used."""
        session = ctx.session
        name = HEAD_FIELD if session.step == SECOND_QUESTION_STEP else session.step
        is_question = session.topic is DialogTopic.REPORT and self.form.find_field(name) is not None
        if command == EXPLAIN and is_question and not is_text_asked_about(session):
            return Reply(f"explain.{name}", NEUTRAL)
        shown = Presentation(layout=PageLayout.SECTION, page_wording="page.help")
        return Reply("help.text", NEUTRAL, presentation=shown)

    def _leave_for(self, ctx: Context, command: str) -> TurnResult:
        """Go to what a command of the menu names. An open case is left."""
        free = ctx if ctx.session.receipt is None else ctx.with_session(reset_session(ctx))
        if command == "report":
            return show_report_notice(end_intake(free))
        if command == "track":
            return ask_receipt(free)
        return show_complaints_greeting(free)

    def _show_anew(self, ctx: Context) -> Decision:
        """Ask the present question where nothing that was said before is shown, or not in this language."""
        if ctx.session.topic is DialogTopic.REPORT and ctx.session.step == "notice":
            return show_report_notice(ctx)
        return (yield from self._reprompt(ctx))

    def _reprompt(self, ctx: Context, *before: Reply) -> Decision:
        """Ask the present question again, after the replies in `before`."""
        if ctx.session.topic is DialogTopic.REPORT:
            return (yield from reprompt_draft(self.form, ctx, *before))
        if ctx.session.topic is DialogTopic.TRACK:
            return (yield from reprompt_tracking(ctx, *before))
        if ctx.session.topic is DialogTopic.CONFIRM:
            return reprompt_confirmation(ctx, *before)
        return show_complaints_menu(ctx, *before)
