"""Choices: the options of a question, and parsing a tap, a number or a typed label as one of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache

from handlers.dialog.events import Event, Lang
from handlers.dialog.replies import Choice, Phrase
from handlers.dialog.session import Session
from handlers.i18n import render_label
from handlers.office import Bilingual
from handlers.thai.matching import normalize_for_matching, parse_number


class StaleChoice(Enum):
    """A choice that belongs to a question no longer asked."""

    STALE = "stale"


STALE = StaleChoice.STALE

MAX_LABEL_LENGTH = 80
"""Characters. A longer text is an answer, never a typed label."""

CHOICE_SYNONYMS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("ข้าม", "skip"), ("skip", "next", "none")),
    **dict.fromkeys(("ต่อไป", "ไปต่อ", "next"), ("next", "done", "skip")),
    **dict.fromkeys(("เสร็จ", "เสร็จแล้ว", "หมดแล้ว", "done"), ("done", "none")),
    **dict.fromkeys(("กลับ", "ย้อนกลับ", "back"), ("back", "stay", "review")),
    **dict.fromkeys(("ยกเลิก", "cancel", "เลิก"), ("cancel", "stay", "leave")),
    **dict.fromkeys(("ส่ง", "ส่งเรื่อง", "submit", "send"), ("submit", "send", "give")),
    **dict.fromkeys(("ตกลง", "ok", "ยอมรับ", "รับทราบ"), ("accept",)),
}
"""What people type instead of picking, in both languages, with or without a slash, and the options it may mean."""


@dataclass(frozen=True, slots=True)
class Option:
    """An option. Its label is `name` (the office's own), or the wording `choice.<value>`.

    about: the wording key of what the label tells about, as its argument; empty for a label without one.
    """

    value: str
    name: Bilingual | None = None
    about: str = ""

    def to_choice(self, session: Session) -> Choice:
        """Return the option as a button of the session's present question."""
        data = f"{session.prompt_number}.{self.value}"
        if self.name:
            return Choice(data, "literal", {"text": self.name.in_lang(session.lang)})
        return Choice(data, f"choice.{self.value}", {"about": Phrase(self.about)} if self.about else {})


@cache
def make_options(values: tuple[str, ...]) -> tuple[Option, ...]:
    """Make options with labels from the wording."""
    return tuple(map(Option, values))


def to_choices(choices: Iterable[Option], session: Session) -> tuple[Choice, ...]:
    """Return options as buttons of the session's present question."""
    return tuple([option.to_choice(session) for option in choices])


def parse_choice(
    event: Event, session: Session, choices: tuple[Option, ...], *, numbers: bool
) -> str | StaleChoice | None:
    """Return the value that was picked; STALE for a tap on an older question, None for a text that picks nothing.

    numbers: whether a typed number picks, as is needed where no other text is expected (LINE on a PC shows no buttons);
    elsewhere only the whole label does.
    """
    if event.choice is not None:
        prompt, _, value = event.choice.partition(".")
        known = value in [option.value for option in choices]
        return value if known and prompt == str(session.prompt_number) else STALE
    return _parse_typed_choice(event.text or "", session.lang, choices, numbers=numbers)


def _parse_typed_choice(raw: str, lang: Lang, choices: tuple[Option, ...], *, numbers: bool) -> str | None:
    place = parse_number(raw) if numbers else None
    if place is not None and 1 <= place <= len(choices):
        return choices[place - 1].value
    if len(raw) > MAX_LABEL_LENGTH:
        return None
    typed = normalize_for_matching(raw)
    if not typed:
        return None
    for option in choices:
        if typed == _normalize_label(option, lang):
            return option.value
    values = [option.value for option in choices]
    return next((value for value in CHOICE_SYNONYMS.get(typed, ()) if value in values), None)


@cache
def _normalize_label(option: Option, lang: Lang) -> str:
    return normalize_for_matching(render_label(option.to_choice(Session(lang=lang)), lang))
