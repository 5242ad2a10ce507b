"""What an officer was shown last, and which of its choices a typed text picks: a number, a label, an everyday word."""

import re
from collections.abc import Mapping
from dataclasses import replace
from enum import Enum
from typing import TypeAlias

from handlers.dialog.choices import MAX_LABEL_LENGTH, OPTION_MEANINGS
from handlers.dialog.effects import TurnResult
from handlers.dialog.events import Event, Lang
from handlers.dialog.replies import OWN_NUMBERS, TYPED_INPUTS, Choice, Reply
from handlers.dialog.session import DialogTopic, Session
from handlers.i18n import render_label
from handlers.staff.command import CommandContext
from handlers.staff.members import LeaveStaff
from handlers.staff.parse import NameT, ParsedCommand, split_first_word, split_number
from handlers.staff.state import NO_OFFICER, NumberUse, OfficerState, ShownChoice, ShownMenu, WorkT
from handlers.thai.matching import normalize_for_matching
from handlers.thai.meanings import is_label_with_error, list_readings, read_meanings, squeeze_reply
from handlers.thai.numbers import read_place
from handlers.thai.phrases import Meaning

MIN_FIRST_WORD = 3
"""Letters of the first word of a label that picks its choice alone."""

MAX_ANSWER_LENGTH = 20
"""Signs, with vowels and tones, of an everyday reply that picks a choice. A longer one may be a text to somebody."""

SAME_TEXT_MS = 2_000
"""Milliseconds within which the same text is a message that was sent twice: nobody has read the answer by then."""

EVERYDAY_MEANING: Mapping[str, str] = {
    "staff.confirm.yes": "send",
    "staff.confirm.no": "stay_here",
    "staff.remark.yes": "yes",
    "staff.remark.no": "stay_here",
    "staff.meant.yes": "yes",
    "staff.leave.sure": "withdraw_yes",
    "staff.approval.yes": "yes",
    "inquiry.send_yes": "send",
    "inquiry.send_no": "stay_here",
    "inquiry.near_no": "stay_here",
    "staff.people.sure": "withdraw_yes",
    "staff.people.sure_dismiss": "withdraw_yes",
    "staff.people.same_reset": "",  # one of several ways: a yes does not say which
    "staff.people.same_other": "",
    "staff.merge.yes": "yes",
    "staff.merge.no": "stay_here",
    "imports.undo_now": "withdraw_yes",
    "inquiry.near_add": "",  # one of several ways: a yes does not say which
    "inquiry.activity.yes": "send",
    "inquiry.activity.no": "stay_here",
    "staff.setting.yes": "yes",
    "staff.setting.no": "stay_here",
    "inquiry.button.publish_ok": "yes",
    "inquiry.button.unpublish": "yes",
}
"""The option, as of `OPTION_MEANINGS`, whose everyday replies pick a button, by the wording key of its label."""


class NoPick(Enum):
    """Why a text picks none of the choices that were shown."""

    NOTHING = "nothing"
    """It is about something else."""
    NO_SUCH = "no_such"
    """It names a place that is not in the list, or answers yes or no where nothing is asked."""


TypedPick: TypeAlias = ShownChoice | NoPick


def build_shown_menu(replies: tuple[Reply, ...], lang: Lang, event: Event) -> ShownMenu:
    """Return what a turn shows: the choices of its last reply that has some, as every platform shows them."""
    asking = next((reply for reply in reversed(replies) if reply.choices), None)
    asked = asking or (replies[-1] if replies else None)
    numbers = NumberUse.PLACE
    if asked is not None and asked.wants in OWN_NUMBERS:
        numbers = NumberUse.REGISTER
    elif asked is not None and asked.wants in TYPED_INPUTS:
        numbers = NumberUse.NONE
    text = event.text or ""
    return ShownMenu(
        tuple(_to_shown(choice, lang) for choice in asking.choices) if asking else (),
        numbers,
        text if len(text) <= MAX_LABEL_LENGTH else "",
        event.sent_at,
    )


def _to_shown(choice: Choice, lang: Lang) -> ShownChoice:
    return ShownChoice(choice.data, render_label(choice, lang), EVERYDAY_MEANING.get(choice.key, ""))


def remember_shown(turn: TurnResult, event: Event, *, as_citizen: bool) -> TurnResult:
    """Return a turn of an officer whose session remembers what it shows.

    as_citizen: it was handled like anybody's. A dialog that it is in then decides on what is typed; and a session that
    tells nothing of an officer stays so: its row would show who was here.
    """
    session = turn.session
    if session is None or any(isinstance(act, LeaveStaff) for act in turn.acts):
        return turn
    if as_citizen and (session.topic is not DialogTopic.MENU or session.officer == NO_OFFICER):
        shown = None
    else:
        shown = build_shown_menu(turn.replies, session.lang, event)
    officer = replace(session.officer, shown=shown)
    return replace(turn, session=session.replace(officer=officer))


def find_shown_number(shown: ShownMenu | None) -> tuple[int, int] | None:
    """Return number and year of what the choices that were shown last are about, where it is one thing alone."""
    choices = shown.choices if shown is not None else ()
    numbers = {
        (number, year)
        for choice in choices
        if choice.data.startswith("/")
        for number, year, _ in (split_number(choice.data.partition(" ")[2]),)
        if number and year
    }
    return next(iter(numbers)) if len(numbers) == 1 else None


def add_shown_number(cmd: CommandContext[NameT, WorkT]) -> CommandContext[NameT, WorkT]:
    """Return a command about one thing with the number of what was shown last, where its name alone was typed.

    With a text, which may be meant for somebody else, it is asked for.
    """
    number = find_shown_number(cmd.ctx.session.officer.shown)
    if cmd.command.number or cmd.command.rest or number is None:
        return cmd
    return replace(cmd, command=replace(cmd.command, number=number[0], year=number[1]))


def pick_by_command(cmd: CommandContext[NameT, WorkT], text: str) -> ShownChoice | None:
    """Return the shown choice that gives a command whose name alone was typed; of several the plain one."""
    shown = cmd.ctx.session.officer.shown
    if shown is None or not text or len(text) > MAX_LABEL_LENGTH:
        return None
    named = [cmd.table.parse(f"/{one}") for one in list_readings(text.removeprefix("/"))]
    names = {one.name for one in named if one is not None and not one.number and not one.rest}
    given = [(choice, cmd.table.parse(choice.data)) for choice in shown.choices]
    fitting = [(choice, one) for choice, one in given if one is not None and one.name in names and one.number]
    of_all = [choice for choice, one in fitting if one.rest == ALL]
    plain = of_all or [choice for choice, one in fitting if one.rest in PLAIN_ARGUMENTS]
    return plain[0] if len(plain) == 1 else None


ALL = "all"
"""The argument of a button that does something of all that is listed beside it: a bare name means that one."""

PLAIN_ARGUMENTS = frozenset({"", "ok"})
"""Arguments of a button that does what its command's name says, and nothing more."""


def parse_register_number(cmd: CommandContext[NameT, WorkT], text: str) -> ParsedCommand[NameT] | None:
    """Return the command of a register number that no choice has; None for another text.

    Below a list it is the list's own command; elsewhere a number with its year opens what has it.
    """
    shown = cmd.ctx.session.officer.shown
    number, year, rest = split_number(normalize_for_matching(text))
    if not number or rest:
        return None
    if shown is not None and shown.numbers is NumberUse.REGISTER and shown.choices:
        first = cmd.table.parse(shown.choices[0].data)
        return None if first is None else replace(first, number=number, year=year, rest="")
    return ParsedCommand(cmd.table.item, number, year) if year else None


def decides_on_text(session: Session) -> bool:
    """Whether what an officer types is decided by what the officers' part showed, and not by a citizens' dialog."""
    return session.topic is DialogTopic.MENU or session.officer.shown is not None


def was_sent_before(shown: ShownMenu | None, event: Event) -> bool:
    """Whether a text was not written for what was shown: sent before the message that led to it, or that one twice."""
    if shown is None or not shown.choices or not shown.sent_at or not event.sent_at:
        return False
    is_same = event.text == shown.text and event.sent_at - shown.sent_at < SAME_TEXT_MS
    return event.sent_at < shown.sent_at or is_same


def pick_shown(officer: OfficerState, text: str, *, labels_only: bool = False) -> TypedPick:
    """Return the shown choice that a text picks. labels_only: a text is asked for, so that only a whole label picks."""
    shown = officer.shown
    if shown is None or not shown.choices or not text or len(text) > MAX_LABEL_LENGTH:
        return NoPick.NOTHING
    readings = list_readings(text)
    labels = {squeeze_reply(choice.label): choice for choice in reversed(shown.choices)}
    for reading in readings:
        if reading in labels:
            return labels[reading]
    if labels_only:
        return NoPick.NOTHING
    if (counted := _pick_before_number(shown, readings)) is not None:
        return counted
    if shown.numbers is NumberUse.PLACE and (place := read_place(text)) is not None:
        return shown.choices[place - 1] if 1 <= place <= len(shown.choices) else NoPick.NO_SUCH
    if shown.numbers is NumberUse.REGISTER and (found := _pick_by_number(shown, text)) is not None:
        return found
    return _pick_everyday(shown, text, readings, labels)


_NUMBER_AT_END = re.compile(r"\s+\d.*$")


def _pick_before_number(shown: ShownMenu, readings: tuple[str, ...]) -> ShownChoice | None:
    """Return the one choice whose label is typed without the number at its end: “ตอบพร้อมกัน” of “ตอบพร้อมกัน 3 ข้อ”."""
    fitting = [
        choice
        for choice in shown.choices
        if (cut := squeeze_reply(_NUMBER_AT_END.sub("", choice.label)))
        and cut != squeeze_reply(choice.label)
        and cut in readings
    ]
    return fitting[0] if len(fitting) == 1 else None


def _pick_by_first_word(shown: ShownMenu, readings: tuple[str, ...]) -> ShownChoice | None:
    """Return the one choice whose label begins with the word that was typed: “สมหญิง” of “สมหญิง ใจดี”."""
    fitting = [
        choice
        for choice in shown.choices
        for first, more in (split_first_word(choice.label),)
        if more and len(first) >= MIN_FIRST_WORD and squeeze_reply(first) in readings
    ]
    return fitting[0] if len(fitting) == 1 else None


def _pick_by_number(shown: ShownMenu, text: str) -> ShownChoice | None:
    """Return the listed one of a register number, typed with or without its year."""
    number, year, rest = split_number(normalize_for_matching(text))
    if not number or rest:
        number, year = read_place(text) or 0, 0
    fitting = [
        choice
        for choice in shown.choices
        for listed, of_year, _ in (split_number(choice.label),)
        if number and listed == number and (not year or year == of_year)
    ]
    return fitting[0] if len(fitting) == 1 else None


def read_short_answer(text: str) -> tuple[Meaning, ...]:
    """Return what a short reply means; nothing for words that may be a text: “รบกวนส่งรูปเพิ่มด้วยครับ” is no “send”."""
    return read_meanings(text) if len(text.strip()) <= MAX_ANSWER_LENGTH else ()


def _pick_everyday(
    shown: ShownMenu, text: str, readings: tuple[str, ...], labels: Mapping[str, ShownChoice]
) -> TypedPick:
    meanings = read_short_answer(text)
    meant = [
        choice
        for choice in shown.choices
        if any(one in OPTION_MEANINGS.get(choice.means, ()) for one in meanings)
    ]
    if len(meant) == 1 and len(meanings) == 1:
        return meant[0]
    close = [
        choice for label, choice in labels.items() if any(is_label_with_error(r, label) for r in readings)
    ]
    if len(close) == 1:
        return close[0]
    if not meanings and (begun := _pick_by_first_word(shown, readings)) is not None:
        return begun
    return NoPick.NO_SUCH if set(meanings) & ANSWERS else NoPick.NOTHING


ANSWERS = frozenset({Meaning.YES, Meaning.NO, Meaning.NOT_YET, Meaning.OKAY, Meaning.SEND, Meaning.NEXT})
"""Meanings that answer a question; where none is asked that they would answer, they are about nothing else either."""
