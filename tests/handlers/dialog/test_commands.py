"""What counts as a command, a stale input or an expired session."""

from datetime import timedelta
from typing import Any

import pytest

from handlers.complaints.menu import COMPLAINTS_MENU
from handlers.complaints_desk import COMPLAINTS_COMMANDS
from handlers.dialog.commands import (
    MAX_COMMAND_LENGTH,
    guess_language,
    is_stale_input,
    keep_session_alive,
    match_command,
    parse_menu_number,
    reply_to_stale_input,
    resume_or_reset,
)
from handlers.dialog.effects import Act, DeleteFiles, TurnResult
from handlers.dialog.events import Lang, TextPart
from handlers.dialog.receipt import make_receipt
from handlers.dialog.replies import NEUTRAL, OF_CASE, Reply
from handlers.dialog.session import NEVER, SESSION_IDLE_TIMEOUT, DialogTopic, Session
from handlers.service_desk import SERVICE_COMMAND_WORDS
from tests.in_memory_desk import MORNING
from tests.run_decision import begin_session, make_context, make_event, make_file

RECEIPT = make_receipt(5)


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ("แจ้งเรื่อง", "report"),
        ("แจ้งเรื่องทุจริต", "report"),
        (" แจ้งเรื่อง ", "report"),
        ("แจ้งเรื่อง!", "report"),
        ("แจ้งเรื่องครับ", None),
        ("อยากแจ้งเรื่อง", None),
        ("/report", "report"),
        ("/REPORT", "report"),
        ("report.", "report"),
        ("ติดตาม", "track"),
        ("/start", "start"),
        ("/start track", "track"),
        ("/start report", "report"),
        ("/start nothing", None),
        ("start track", None),
        ("เมนู", "menu"),
        ("ยกเลิก", "cancel"),
        ("/cancel", "cancel"),
        ("หยุดแจ้งเตือน", "stop"),
        ("English", "en"),
        ("ภาษาไทย", "th"),
        ("th", "th"),
        ("", None),
        ("/", None),
        ("//", None),
        ("/nothing", None),
        ("แจ้งเรื่อง" + " " * MAX_COMMAND_LENGTH, None),
        ("x" * 100_000, None),
    ],
)
def test_a_word_is_a_command_only_where_it_is_the_whole_text(typed: str, command: str | None) -> None:
    assert match_command(make_event(typed), COMPLAINTS_COMMANDS) == command


@pytest.mark.parametrize(
    ("data", "command"),
    [
        ("/report", "report"),
        ("/q.abc.good", "q.abc.good"),
        ("/", ""),
        ("7.report", None),
        ("report", None),
        ("", None),
    ],
)
def test_a_button_is_a_command_where_its_data_begins_with_a_slash(data: str, command: str | None) -> None:
    assert match_command(make_event("แจ้งเรื่อง", choice=data), COMPLAINTS_COMMANDS) == command


def test_no_text_at_all_is_no_command() -> None:
    assert match_command(make_event(file=make_file()), COMPLAINTS_COMMANDS) is None


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ("ติดตาม", "follow"),
        ("ถาม", "ask"),
        ("กระดาน", "board"),
        ("ความคิดเห็น", "opinion"),
        ("แจ้งทุจริต", "report"),
    ],
)
def test_the_service_desk_has_words_of_its_own(typed: str, command: str) -> None:
    assert match_command(make_event(typed), SERVICE_COMMAND_WORDS) == command


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ("1", "report"),
        ("๒", "track"),
        ("5", "en"),
        ("6", None),
        ("0", None),
        ("หนึ่ง", "report"),
        ("ข้อ 2 ค่ะ", "track"),
        ("", None),
    ],
)
def test_a_number_at_the_menu_picks_its_button(typed: str, command: str | None) -> None:
    at_menu = begin_session()
    assert parse_menu_number(make_event(typed), at_menu, at_menu, COMPLAINTS_MENU) == command


@pytest.mark.parametrize(
    ("session", "before"),
    [
        (begin_session(topic=DialogTopic.REPORT, step="story"), begin_session(topic=DialogTopic.REPORT)),
        (begin_session(), Session()),  # no menu was shown yet
    ],
)
def test_a_number_elsewhere_is_no_command(session: Session, before: Session) -> None:
    assert parse_menu_number(make_event("1"), session, before, COMPLAINTS_MENU) is None


def test_a_tap_is_no_menu_number() -> None:
    assert (
        parse_menu_number(make_event(choice="1"), begin_session(), begin_session(), COMPLAINTS_MENU) is None
    )


@pytest.mark.parametrize(
    ("parts", "lang"),
    [
        ({"text": "hello"}, "en"),
        ({"text": "Hello, is anybody there?"}, "en"),
        ({"text": "สวัสดี"}, "th"),
        ({"text": "hello ครับ"}, "th"),
        ({"text": "/start"}, "th"),
        ({"text": "123"}, "th"),
        ({"text": ""}, "th"),
        ({"text": RECEIPT.formatted}, "th"),
        ({"text": RECEIPT.formatted + " ค่ะ"}, "th"),
        ({"text": RECEIPT.symbols[:-1] + "7"}, "th"),
        ({"text": f"My code is {RECEIPT.formatted}"}, "en"),
        ({"text": "hello", "lang": "th"}, "th"),
        ({"text": "สวัสดี", "lang": "en"}, "en"),
        ({"choice": "/report"}, "th"),
        ({"text": "မင်္ဂလာပါ"}, "th"),
        ({"text": "https://office.example"}, "th"),
        (
            {"text": f"{'a' * 17}://office.example"},
            "en",
        ),  # a scheme has a limit, and so has the search for it
    ],
)
def test_the_first_language(parts: dict[str, Any], lang: Lang) -> None:
    assert guess_language(make_event(**parts)) == lang


IN_REPORT = begin_session(topic=DialogTopic.REPORT, step="story")
IN_CASE = begin_session(topic=DialogTopic.TRACK, step="case", receipt=RECEIPT)


@pytest.mark.parametrize(
    ("parts", "session", "stale"),
    [
        ({"text": "ก", "prompt_number": 6}, IN_REPORT, True),
        ({"text": "ก", "prompt_number": 8}, IN_REPORT, True),
        ({"text": "ก", "prompt_number": 7}, IN_REPORT, False),
        ({"text": "ก"}, IN_REPORT, False),
        ({"text": "", "prompt_number": 6}, IN_REPORT, True),
        ({"choice": "6.done", "prompt_number": 6}, IN_REPORT, False),
        ({"file": make_file(), "prompt_number": 6}, IN_REPORT, False),
        ({"file": make_file(), "prompt_number": 6}, IN_CASE, True),
        ({"file": make_file(), "prompt_number": 7}, IN_CASE, False),
        ({"text": "ก", "prompt_number": 6}, begin_session(), False),
    ],
)
def test_what_was_meant_for_a_question_no_longer_asked(
    parts: dict[str, Any], session: Session, stale: bool
) -> None:
    assert is_stale_input(make_context(make_event(**parts), session)) is stale


def test_stale_input_is_given_back() -> None:
    assert reply_to_stale_input(make_event("คำตอบเดิม")) == (
        Reply("text.late", NEUTRAL, {"unsent": "คำตอบเดิม"}),
    )
    assert reply_to_stale_input(make_event("ก", file=make_file())) == (
        Reply("file.late", NEUTRAL, {"name": "ภาพ.jpg"}),
    )
    assert reply_to_stale_input(make_event("")) == ()
    assert reply_to_stale_input(make_event("ก", part=TextPart(1, 1))) == (
        Reply("text.late_in_chat", NEUTRAL),
    )


FILES = (make_file(1), make_file(2))


@pytest.mark.parametrize(
    ("parts", "notes", "acts"),
    [
        ({}, (), ()),
        ({"topic": DialogTopic.REPORT, "step": "notice"}, (), ()),
        ({"answers": {"story": "ก"}}, (Reply("draft.lapsed", NEUTRAL),), ()),
        (
            {"topic": DialogTopic.REPORT, "answers": {"story": "ก"}, "files": FILES},
            (Reply("draft.lapsed", NEUTRAL),),
            (DeleteFiles((FILES[0].id, FILES[1].id)),),
        ),
        ({"topic": DialogTopic.TRACK, "receipt": RECEIPT}, (Reply("track.lapsed", OF_CASE),), ()),
        (
            {"topic": DialogTopic.TRACK, "receipt": RECEIPT, "answers": {"held": "ก"}},
            (Reply("track.lapsed", OF_CASE),),
            (),
        ),
    ],
)
def test_an_expired_session_begins_anew_and_says_what_was_lost(
    parts: dict[str, Any], notes: tuple[Reply, ...], acts: tuple[DeleteFiles, ...]
) -> None:
    before = begin_session(**parts, lang="en", at=MORNING - SESSION_IDLE_TIMEOUT)
    ctx, told, deleted = resume_or_reset(make_context(make_event("ก"), before), before)
    assert ctx.session == Session(version=3, at=MORNING, lang="en", prompt_number=7)
    assert (told, deleted) == (notes, acts)


@pytest.mark.parametrize("idle", [timedelta(0), SESSION_IDLE_TIMEOUT - timedelta(microseconds=1)])
def test_until_the_last_moment_a_session_goes_on(idle: timedelta) -> None:
    before = begin_session(answers={"story": "ก"}, at=MORNING - idle)
    ctx = make_context(make_event("ก"), before)
    assert resume_or_reset(ctx, before) == (ctx, (), ())


def test_a_new_person_has_lost_nothing() -> None:
    ctx = make_context(make_event("ก"), Session())
    assert Session().at == NEVER
    assert resume_or_reset(ctx, Session()) == (ctx, (), ())


def test_a_draft_that_a_scheduled_job_deleted_is_mentioned_once() -> None:
    before = begin_session(topic=DialogTopic.LAPSED, at=MORNING)
    ctx, notes, acts = resume_or_reset(make_context(make_event("ก"), before), before)
    assert (ctx.session.topic, notes, acts) == (DialogTopic.MENU, (Reply("draft.lapsed", NEUTRAL),), ())


def test_typing_keeps_a_session_but_not_one_that_has_expired() -> None:
    session, later = begin_session(topic=DialogTopic.REPORT), MORNING + SESSION_IDLE_TIMEOUT / 2
    kept = keep_session_alive(session, later)
    assert kept == TurnResult(session.replace(at=later))
    late = MORNING + SESSION_IDLE_TIMEOUT + timedelta(seconds=1)
    assert keep_session_alive(session, late) == TurnResult(session)


def test_notices_come_before_the_replies() -> None:
    first, second = Reply("draft.lapsed", NEUTRAL), Reply("menu.ask", NEUTRAL)
    acts: tuple[Act, ...] = (DeleteFiles(("a",)), DeleteFiles(("b",)))
    turn = TurnResult(None, (second,), acts[1:])
    assert turn.prepend((first,), acts[:1]) == TurnResult(None, (first, second), acts)
    assert turn.prepend(()) is turn
