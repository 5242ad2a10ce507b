"""The service desk: questions and answers, feedback, consultations. Complaints are referred to the other desk."""

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, replace
from typing import assert_never

from handlers.complaints.draft import apply_correction
from handlers.complaints.messages import Unsubscribe
from handlers.consultations.invitation import offer_open_consultations
from handlers.consultations.respond import CONSULTATION_LINK_PREFIX, begin_consultation
from handlers.dialog.codes.typed_codes import (
    TypedCode,
    ask_about_code,
    finish_turn,
    screen_message,
)
from handlers.dialog.commands import (
    COMMAND_WORDS,
    KEEPALIVE_CHOICE,
    MAX_COMMAND_LENGTH,
    asks_for_help,
    build_command_words,
    guess_language,
    is_stale_input,
    keep_session_alive,
    match_command,
    match_everyday_command,
    reply_to_stale_input,
)
from handlers.dialog.context import Context, reset_session
from handlers.dialog.effects import Act, Decision, DeleteFiles, Now, TurnResult, run_query
from handlers.dialog.events import DEFAULT_LANG, Event, find_lang
from handlers.dialog.replies import AS_SECTION, NEUTRAL, PageLayout, Phrase, Presentation, Reply
from handlers.dialog.session import NEVER, DialogTopic, Session
from handlers.dialog.unasked import describe_unreadable, find_aside
from handlers.feedback.give import begin_feedback, handle_feedback, reprompt_feedback
from handlers.office import Office
from handlers.office_notices import make_office_replies
from handlers.questions.ask import (
    begin_question,
    build_handover_reply,
    handle_question,
    handle_question_text,
    is_greeting,
    reprompt_question,
)
from handlers.questions.follow import (
    ANSWER_BUTTON_PREFIX,
    WRITING_STEPS,
    ask_question_code,
    handle_answer_button,
    handle_thread,
    is_question_code_asked,
    open_thread_of_code,
    reprompt_thread,
)
from handlers.questions.menu import SERVICE_MENU, show_service_greeting, show_service_menu
from handlers.questions.misdirected import is_complaint
from handlers.questions.topics import show_topics
from handlers.staff.by_role import DeskRoles
from handlers.staff.permissions import ServiceCommandName
from handlers.staff.service.commands import SERVICE_COMMAND_TABLE
from handlers.staff.settings.messages import GetOffice, keep_office
from handlers.staff.state import AwaitingText, ServiceWork
from handlers.thai.text import clean_text
from handlers.unsend import handle_unsend, record_message_origin

_OWN_WORDS: Mapping[str, str] = {
    **COMMAND_WORDS,
    "ถาม": "ask", "สอบถาม": "ask", "ถามคำถาม": "ask", "ask": "ask",
    **dict.fromkeys(("หัวข้อ", "ดูหัวข้อ", "หมวด", "หมวดหมู่", "มีเรื่องอะไรบ้าง", "topics"), "topics"),
    "ติดตามคำถาม": "follow", "follow": "follow", **dict.fromkeys(("ติดตาม", "ติดตามเรื่อง", "track"), "follow"),
    "กระดาน": "board", "กระดานถามตอบ": "board", "คำถามที่ตอบแล้ว": "board", "board": "board", "qna": "board",
    **dict.fromkeys(("ความคิดเห็น", "แสดงความคิดเห็น", "ให้ความคิดเห็น", "opinion", "opinions"), "opinion"),
    **dict.fromkeys(("รับฟังความคิดเห็น", "เรื่องที่รับฟัง", "consultations"), "consultations"),
    "แจ้งทุจริต": "report", "ร้องเรียน": "report", "ร้องเรียนทุจริต": "report",
}  # fmt: skip
"""Words that are commands of this desk when they are the whole text."""

SERVICE_COMMAND_WORDS = build_command_words(_OWN_WORDS, SERVICE_MENU)

_CONSULTATION_LINK = re.compile(r"(?:/start )?c-([0-9A-Za-z]{6})")

SERVICE_TOPICS = frozenset({DialogTopic.ASK, DialogTopic.THREAD, DialogTopic.OPINION})


@dataclass(frozen=True)
class ServiceDesk:
    """The service desk. complaints_url, board_url: addresses of the complaints desk and the public board, or empty.

    office: as office.toml has it; get_office: returns it as it is now. roster: person hashes of the staff, in memory:
    others cost one lookup.
    """

    office: Office
    complaints_url: str = ""
    board_url: str = ""
    roster: Container[bytes] = frozenset()
    get_office: GetOffice = keep_office

    def decide(self, event: Event, session: Session | None) -> Decision:
        """Decide what a message leads to: the new session, the replies and the acts."""
        if event.unsent_message_id:
            turn = yield from handle_unsend(event, session)
            return replace(turn, session=_drop_empty_answers(turn.session) if turn.session else None)
        now = yield from run_query(Now())
        before = session or Session(
            lang=DEFAULT_LANG if _parse_consultation_link(event) else guess_language(event)
        )
        if event.choice == KEEPALIVE_CHOICE and session is not None:
            return keep_session_alive(session, now)
        is_first = before.at == NEVER or before.is_expired(now)
        office = self.get_office(self.office)
        initial = Context(event, before.replace(at=now), office, now, is_first=is_first)
        ctx, notes = _resume_or_reset(initial, before)
        if is_first and event.person_id not in self.roster:
            notes = (*make_office_replies(office, now, ctx.lang), *notes)
        command = _parse_consultation_link(event) or match_command(event, SERVICE_COMMAND_WORDS)
        screened = screen_message(
            ctx, command, is_code_asked=is_question_code_asked(ctx.session), is_late=is_stale_input(ctx)
        )
        if isinstance(screened, TurnResult):
            return screened.prepend(notes)
        ctx, event = screened.ctx, screened.ctx.event
        turn = yield from self._roles.handle(screened, command, before)
        return record_message_origin(finish_turn(turn, screened).prepend(notes), event, ctx.session)

    @property
    def _roles(self) -> DeskRoles[ServiceCommandName, ServiceWork]:
        return DeskRoles(
            SERVICE_COMMAND_TABLE, SERVICE_MENU, self.roster, self._reprompt, self._handle_as_citizen
        )

    def _handle_as_citizen(
        self, ctx: Context, command: str | None, code: TypedCode | None, before: Session
    ) -> Decision:
        event = ctx.event
        if event.unreadable is not None and before.at != NEVER:
            return (yield from self._reprompt(ctx, describe_unreadable(event.unreadable)))
        if event.file is not None:
            return _drop_file(event, (yield from self._reprompt(ctx, Reply("ask.words", NEUTRAL))))
        return (yield from (self._route(ctx, command) if code is None else self._handle_code(ctx, code)))

    def _route(self, ctx: Context, command: str | None) -> Decision:
        event = ctx.event
        command = command or _find_everyday_command(ctx)
        if event.previous_text is not None:
            return (yield from self._handle_correction(ctx, event.previous_text))
        if is_stale_input(ctx) and not command:
            return (yield from self._reprompt(ctx, *reply_to_stale_input(event)))
        return (yield from (self._run_command(ctx, command) if command else self._handle_input(ctx)))

    def _handle_code(self, ctx: Context, code: TypedCode) -> Decision:
        """Handle a text with a code: open its question, or take the text without it. The code is never stored."""
        session = ctx.session
        if session.topic is DialogTopic.OPINION and not code.has_words:
            return (yield from self._reprompt(ctx, Reply("draft.code", NEUTRAL)))
        is_question = session.topic in {DialogTopic.ASK, DialogTopic.THREAD} and session.step in WRITING_STEPS
        if (
            session.topic is DialogTopic.OPINION
            or session.step == "suspect"
            or (is_question and code.has_story)
        ):
            turn = yield from self._route(ctx, None)
            about = "code.staff" if ctx.event.person_id in self.roster else "code.removed"
            return turn.prepend((Reply(about, NEUTRAL),)) if code.has_words else turn
        turn = yield from open_thread_of_code(ctx, code, self.complaints_url)
        if code.has_story and turn.session is not None and "thread" not in turn.session.answers:
            # No question was found: what was told beside the code is handled as if it had come alone.
            told = yield from self._route(ctx, None)
            return told.prepend(turn.replies[:-1], turn.acts)
        return turn

    def may_store_part(self, event: Event, session: Session) -> bool:
        """Whether the text of an event, of which more may come, may be on disk before it is decided on.

        So may a question, an opinion and an officer's answer; not what may be a complaint of corruption.
        """
        match session.topic:
            case DialogTopic.OPINION | DialogTopic.THREAD:
                return True
            case DialogTopic.MENU | DialogTopic.ASK:
                is_answer = event.person_id in self.roster and (
                    isinstance(session.officer.service.pending, AwaitingText)
                    or (event.text or "").startswith("/")
                )
                return is_answer or not is_complaint(clean_text(event.text or "").text)
            case DialogTopic.REPORT | DialogTopic.TRACK | DialogTopic.CONFIRM | DialogTopic.LAPSED:
                return False
            case _:
                assert_never(session.topic)

    def current_prompt(self, event: Event, session: Session) -> Decision:
        """Return the session's present question. The result is not stored."""
        ctx = Context(event, session, self.get_office(self.office), (yield from run_query(Now())))
        return ask_about_code(ctx) if session.doubtful else (yield from self._reprompt(ctx))

    def _handle_correction(self, ctx: Context, was: str) -> Decision:
        """Handle an edit of a chat message: a question that is not sent yet is looked up again."""
        if (
            ctx.session.topic is DialogTopic.ASK
            and ctx.session.answers.get("question") == clean_text(was).text != ""
        ):
            return (
                yield from handle_question_text(
                    ctx.with_session(reset_session(ctx)), Reply("draft.corrected", NEUTRAL)
                )
            )
        return (yield from self._reprompt(*apply_correction(ctx, was)))

    def _handle_input(self, ctx: Context) -> Decision:
        """Handle what is no command: answer fear and small talk, which are no answers; pass on the rest."""
        is_message = ctx.session.topic is DialogTopic.THREAD and ctx.session.step == "more"
        known = Phrase("worry.known_service")
        aside = find_aside(ctx, known, self.complaints_url, takes_text=True, is_message=is_message)
        is_answered = ctx.session.topic is DialogTopic.ASK and ctx.session.step == "told"
        if aside is None or (aside.thanks and is_answered):
            return (yield from self._handle_text(ctx))
        if aside.goes_on:
            return (yield from self._handle_text(ctx)).prepend((aside.reply,))
        if ctx.is_first:
            return show_service_greeting(ctx, *(() if aside.greets else (aside.reply,)))
        return (yield from self._reprompt(ctx, aside.reply))

    def _handle_text(self, ctx: Context) -> Decision:
        text = ctx.event.text or ""
        if ctx.session.topic is DialogTopic.ASK and ctx.session.step == "suspect":
            return (yield from handle_question(ctx, self.complaints_url))
        if ctx.session.topic is DialogTopic.OPINION:
            return (yield from handle_feedback(ctx, self.complaints_url))
        if ctx.session.topic is DialogTopic.ASK:
            return (yield from handle_question(ctx, self.complaints_url))
        if ctx.session.topic is DialogTopic.THREAD:
            return (yield from handle_thread(ctx, self.complaints_url))
        if ctx.event.choice is not None:
            return show_service_menu(ctx, Reply("pick.stale", NEUTRAL))
        if is_greeting(text):
            return show_service_greeting(ctx) if ctx.is_first else show_service_menu(ctx)
        return (yield from handle_question_text(ctx))

    def _run_command(self, ctx: Context, command: str) -> Decision:
        lang = find_lang(command)
        if lang is not None:
            return (yield from self._reprompt(ctx.replace_session(lang=lang)))
        if command.startswith(ANSWER_BUTTON_PREFIX):
            return (yield from handle_answer_button(ctx, command))
        if command in {"privacy", "help", "board", "report"}:
            return (yield from self._reprompt(ctx, self._build_info_reply(ctx, command)))
        if command == "stop":
            turn = yield from self._reprompt(ctx, Reply("thread.stopped", NEUTRAL))
            return replace(turn, acts=(*turn.acts, Unsubscribe(ctx.event.person_id)))
        return (yield from self._begin_dialog(ctx.with_session(reset_session(ctx)), command))

    def _begin_dialog(self, free: Context, command: str) -> Decision:
        """Run a command that begins a dialog, or shows the greeting or the menu."""
        if command == "opinion":
            return (yield from begin_feedback(free))
        if command == "consultations":
            return (yield from offer_open_consultations(free))
        if command.startswith(CONSULTATION_LINK_PREFIX):
            return (yield from begin_consultation(free, command.removeprefix(CONSULTATION_LINK_PREFIX)))
        if command == "ask":
            return begin_question(free)
        if command == "topics":
            return (yield from show_topics(free))
        if command == "follow":
            return ask_question_code(free)
        return show_service_greeting(free) if command == "start" else show_service_menu(free)

    def _build_info_reply(self, ctx: Context, command: str) -> Reply:
        """Build the reply of a command that only informs and does not change the session."""
        if command == "report":
            return build_handover_reply(ctx, self.complaints_url)
        if command == "board":
            return Reply("welcome.board", NEUTRAL, {"address": self.board_url or self.office.website})
        if command == "help":
            return Reply(
                "welcome.help",
                NEUTRAL,
                {"days": self.office.deadlines.first_answer_days},
                presentation=Presentation(layout=PageLayout.SECTION, page_wording="page.service_help"),
            )
        return build_service_privacy_reply(ctx)

    def _reprompt(self, ctx: Context, *before: Reply) -> Decision:
        """Ask the present question again, after the replies in `before`."""
        if ctx.session.topic is DialogTopic.ASK:
            return (yield from reprompt_question(ctx, *before))
        if ctx.session.topic is DialogTopic.THREAD:
            return (yield from reprompt_thread(ctx, *before))
        if ctx.session.topic is DialogTopic.OPINION:
            return (yield from reprompt_feedback(ctx, *before))
        return show_service_menu(ctx, *before)


def _find_everyday_command(ctx: Context) -> str | None:
    """Return the command of an everyday text at the menu, or where an opinion is asked and the person asks for help."""
    if ctx.session.topic is DialogTopic.MENU:
        return match_everyday_command(ctx.event, SERVICE_COMMAND_WORDS)
    return "help" if ctx.session.topic is DialogTopic.OPINION and asks_for_help(ctx.event) else None


def _drop_empty_answers(session: Session) -> Session:
    """Clean up a session after an unsent message: drop empty answers, and leave a question that has no text left."""
    answers = {name: words for name, words in session.answers.items() if words}
    if session.topic is DialogTopic.ASK and "question" not in answers:
        return session.replace(topic=DialogTopic.MENU, step="", answers={}, message_origins={})
    if session.topic is DialogTopic.THREAD and session.step == "held" and "held" not in answers:
        return session.replace(step="thread", answers=answers)
    return session.replace(answers=answers)


def build_service_privacy_reply(ctx: Context) -> Reply:
    """Build this desk's privacy notice: what it stores of a person, why, and for how long."""
    about = ctx.office.privacy
    return Reply(
        "welcome.privacy",
        NEUTRAL,
        {
            "version": about.version,
            "controller": about.controller.in_lang(ctx.lang),
            "contact": about.contact.in_lang(ctx.lang),
            "abroad": Phrase(f"abroad.{ctx.event.channel}"),
            "days": ctx.office.retention.after_closing_days,
        },
        presentation=AS_SECTION,
    )


def _parse_consultation_link(event: Event) -> str | None:
    """Return the command of a consultation's deep link or typed code; None for other texts."""
    found = _CONSULTATION_LINK.fullmatch((event.text or "")[:MAX_COMMAND_LENGTH].strip())
    return f"{CONSULTATION_LINK_PREFIX}{found[1].upper()}" if found else None


def _resume_or_reset(ctx: Context, before: Session) -> tuple[Context, tuple[Reply, ...]]:
    """Return the context with a valid session, and notices: an expired one is reset, and a lost draft mentioned."""
    lapsed = before.at != NEVER and before.is_expired(ctx.now)
    if (
        before.topic is not DialogTopic.LAPSED
        and not lapsed
        and before.topic in {*SERVICE_TOPICS, DialogTopic.MENU}
    ):
        return ctx, ()
    notes = (Reply("ask.lapsed", NEUTRAL),) if before.topic is DialogTopic.LAPSED or before.has_draft else ()
    return ctx.with_session(reset_session(ctx)), notes


def _drop_file(event: Event, turn: TurnResult) -> TurnResult:
    """Delete the file of the message with the turn: this desk takes text only."""
    dropped: tuple[Act, ...] = (DeleteFiles((event.file.id,)),) if event.file and event.file.id else ()
    return replace(turn, acts=(*turn.acts, *dropped))
