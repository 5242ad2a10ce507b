"""Parsing of citizens' commands, expired sessions, and input that came too late for its question."""

import re
from collections.abc import Mapping
from datetime import datetime

from handlers.dialog.codes.code_finder import remove_codes
from handlers.dialog.context import Context, reset_session
from handlers.dialog.effects import DeleteFiles, TurnResult
from handlers.dialog.events import DEFAULT_LANG, Event, Lang
from handlers.dialog.form import delete_draft_files
from handlers.dialog.receipt import is_receipt_end
from handlers.dialog.replies import NEUTRAL, OF_CASE, Choice, Reply
from handlers.dialog.session import NEVER, DialogTopic, Session
from handlers.i18n import render_label
from handlers.thai.matching import normalize_for_matching
from handlers.thai.meanings import list_readings, read_meanings, squeeze_reply
from handlers.thai.menu_wishes import find_menu_wish
from handlers.thai.numbers import read_place
from handlers.thai.phrases import Meaning
from handlers.thai.text import ADDRESS

COMMAND_WORDS: Mapping[str, str] = {
    "เริ่ม": "start", "เมนู": "menu", "menu": "menu", "start": "start",
    "แจ้งเรื่อง": "report", "แจ้งเรื่องทุจริต": "report", "report": "report",
    "ติดตาม": "track", "ติดตามเรื่อง": "track", "track": "track",
    "ช่วยเหลือ": "help", "help": "help", "ความเป็นส่วนตัว": "privacy", "privacy": "privacy",
    "ยกเลิก": "cancel", "cancel": "cancel", "หยุดแจ้งเตือน": "stop", "stop": "stop",
    "ไทย": "th", "ภาษาไทย": "th", "th": "th", "english": "en", "en": "en", "ภาษาอังกฤษ": "en",
}  # fmt: skip
"""Words that are commands of both desks when they are the whole text, with or without a slash."""

KEEPALIVE_CHOICE = "/touch"
"""The choice that a channel sends while a person is typing: it keeps the session from expiring, without a reply."""


def build_command_words(
    words: Mapping[str, str], offered: Mapping[Lang, tuple[Choice, ...]]
) -> Mapping[str, str]:
    """Map what may be typed to commands: words, and the labels of buttons, which not every program shows."""
    labels = {render_label(one, lang): one.data[1:] for lang, choices in offered.items() for one in choices}
    typed = {**labels, **words}
    return {
        form: command
        for word, command in typed.items()
        for form in (squeeze_reply(word), normalize_for_matching(word))
    }


MAX_COMMAND_LENGTH = 40
"""Characters. A longer text is never a command and is not compared."""


def resume_or_reset(
    ctx: Context, before: Session
) -> tuple[Context, tuple[Reply, ...], tuple[DeleteFiles, ...]]:
    """Return the context with a valid session, notices and acts: an expired session is reset, its files are deleted.

    The person is told where a draft or an open case was lost.
    """
    if before.topic is DialogTopic.LAPSED:
        return ctx.with_session(reset_session(ctx)), (Reply("draft.lapsed", NEUTRAL),), ()
    if before.at == NEVER or not before.is_expired(ctx.now):
        return ctx, (), ()
    if before.receipt is not None:
        return ctx.with_session(reset_session(ctx)), (Reply("track.lapsed", OF_CASE),), ()
    notes = (Reply("draft.lapsed", NEUTRAL),) if before.has_draft else ()
    return ctx.with_session(reset_session(ctx)), notes, delete_draft_files(before)


def keep_session_alive(session: Session, now: datetime) -> TurnResult:
    """Return the turn of `KEEPALIVE_CHOICE`: the session stays, unless it has expired."""
    return TurnResult(session if session.is_expired(now) else session.replace(at=now))


def is_stale_input(ctx: Context) -> bool:
    """Whether a text or file was meant for a question no longer asked, for instance in another browser tab.

    During a draft, a file is evidence at any question; in a case, it would go to the office at once, so it is stale.
    At the menu nothing is asked, so any input is accepted there.
    """
    event, session = ctx.event, ctx.session
    if event.prompt_number in (None, session.prompt_number) or session.topic is DialogTopic.MENU:
        return False
    return event.text is not None or (event.file is not None and session.receipt is not None)


def reply_to_stale_input(event: Event) -> tuple[Reply, ...]:
    """Return the notice for stale input: it was not stored, and is to be sent again; a page gets its text back."""
    if event.file is not None:
        return (Reply("file.late", NEUTRAL, {"name": event.file.name}),)
    if event.part is not None:  # in a chat, which has no box where the text still stands
        return (Reply("text.late_in_chat", NEUTRAL),)
    return (Reply("text.late", NEUTRAL, {"unsent": event.text or ""}),) if event.text else ()


def match_command(event: Event, typed: Mapping[str, str]) -> str | None:
    """Return the command of an event: a menu button, a word that is the whole text, or /word."""
    if event.choice is not None:
        return event.choice[1:] if event.choice.startswith("/") else None
    if len(event.text or "") > MAX_COMMAND_LENGTH:
        return None
    words = normalize_for_matching(event.text or "")
    if (event.text or "").startswith("/start "):  # a deep link: /start track
        words = words.removeprefix("start ")
    return typed.get(words)


def match_everyday_command(event: Event, typed: Mapping[str, str]) -> str | None:
    """Return the command of a text at the menu with politeness round it: “ขอติดตามเรื่องหน่อยค่ะ”."""
    text = event.text or ""
    if event.choice is not None or len(text) > MAX_COMMAND_LENGTH:
        return None
    found = next((typed[reading] for reading in list_readings(text) if reading in typed), None)
    wish = find_menu_wish(text) if found is None else None
    return wish if wish in typed.values() else found


def asks_for_help(event: Event) -> bool:
    """Whether a text is nothing but a call for instructions: “ไม่เข้าใจค่ะ”, “ต้องทำยังไง”."""
    return event.choice is None and read_meanings(event.text or "") == (Meaning.HELP,)


def parse_menu_number(
    event: Event, session: Session, before: Session, offered: Mapping[Lang, tuple[Choice, ...]]
) -> str | None:
    """Return the command of a number typed at the menu: LINE on a PC shows no buttons."""
    if before.at == NEVER or session.topic is not DialogTopic.MENU or event.text is None:
        return None
    place, choices = read_place(event.text), offered[session.lang]
    return choices[place - 1].data[1:] if place and 1 <= place <= len(choices) else None


_ADDRESS = re.compile(ADDRESS)


def guess_language(event: Event) -> Lang:
    """Return the initial language: the page's, else English for a text in Latin letters only, else Thai.

    Codes, parts of them and addresses are in no language.
    """
    if event.lang is not None:
        return event.lang
    typed = event.text or ""
    text = "" if is_receipt_end(typed) else _ADDRESS.sub("", remove_codes(typed, "", mistyped=True))
    latin = text.isascii() and any(c.isalpha() for c in text)
    return "en" if latin and not text.startswith("/") else DEFAULT_LANG
