"""Choices: the options of a question, and which a tap, a number, a typed label or an everyday reply picks."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import TypeAlias

from handlers.dialog.events import Event, Lang
from handlers.dialog.replies import NEUTRAL, Choice, Phrase, Presentation, Reply
from handlers.dialog.session import Session
from handlers.i18n import render_label
from handlers.office import Bilingual
from handlers.thai.meanings import is_label_with_error, list_readings, read_meanings, squeeze_reply
from handlers.thai.numbers import read_place, read_points
from handlers.thai.phrases import Meaning


class StaleChoice(Enum):
    """A choice that belongs to a question no longer asked."""

    STALE = "stale"


class UnclearChoice(Enum):
    """A short reply that means something, but no option of the question, or two that contradict each other."""

    UNCLEAR = "unclear"
    NOT_YET = "not_yet"
    """What the question is about is not to be done yet."""


STALE = StaleChoice.STALE
UNCLEAR = UnclearChoice.UNCLEAR

ParsedChoice: TypeAlias = str | StaleChoice | UnclearChoice | None
"""The value that was picked; None for a text that picks nothing and may be an answer."""

MAX_LABEL_LENGTH = 80
"""Characters. A longer text is an answer, never a typed label."""

_LEAVING = (Meaning.CANCEL, Meaning.LEAVE)
_NOTHING = (Meaning.NONE, Meaning.NO, Meaning.UNSURE, Meaning.SKIP, Meaning.NEVER, Meaning.ANONYMOUS)
_FORWARD = (Meaning.NEXT, Meaning.DONE)
_FINISHED = (*_FORWARD, Meaning.SENT)

OPTION_MEANINGS: Mapping[str, tuple[Meaning, ...]] = {
    "yes": (Meaning.YES, Meaning.OKAY, Meaning.POLITE),
    "no": (Meaning.NO, Meaning.NONE, Meaning.NEVER),
    "unsure": (Meaning.UNSURE,),
    "means_head": (Meaning.YES, Meaning.OKAY, Meaning.POLITE),
    "means_other": (Meaning.NO,),
    "never": (Meaning.NEVER, Meaning.NO, Meaning.NONE),
    "none": (*_NOTHING, *_FORWARD),
    "skip": (*_NOTHING, *_FORWARD),
    "next": (*_FINISHED, Meaning.SKIP, Meaning.OKAY),
    "done": (*_FINISHED, Meaning.NONE, Meaning.NO, Meaning.SKIP, Meaning.OKAY),
    "back": (Meaning.BACK,),
    "review": (Meaning.BACK, Meaning.DONE, *_LEAVING),
    "cancel": _LEAVING,
    "leave": _LEAVING,
    "accept": (Meaning.OKAY, Meaning.YES, Meaning.POLITE, Meaning.START, *_FORWARD),
    "submit": (Meaning.SEND, Meaning.YES, Meaning.OKAY),
    "give": (Meaning.SEND, Meaning.YES, Meaning.OKAY, Meaning.DONE, Meaning.NEXT),
    "edit": (Meaning.EDIT,),
    "outside": _LEAVING,
    "file_here": (Meaning.SEND,),
    "add_story": (Meaning.KEEP,),
    "as_comment": (Meaning.YES, Meaning.OKAY, Meaning.POLITE, Meaning.KEEP),
    "drop_text": (Meaning.NO, Meaning.DELETE),
    "drop_reading": (Meaning.NO, Meaning.DELETE),
    "resume": (Meaning.KEEP, Meaning.NEXT, Meaning.BACK),
    "discard": (Meaning.DELETE,),
    "anonymous": (Meaning.ANONYMOUS, Meaning.NO, Meaning.SKIP, Meaning.NONE),
    "named": (Meaning.NAMED, Meaning.YES),
    "withdraw_yes": (Meaning.YES,),
    "stay": (Meaning.NO, Meaning.KEEP, Meaning.BACK, *_LEAVING),
    "stay_here": (Meaning.BACK, Meaning.NO, Meaning.NOT_YET, *_LEAVING),
    "send": (Meaning.SEND, Meaning.YES, Meaning.OKAY),
    "fits": (Meaning.YES, Meaning.OKAY, Meaning.POLITE, Meaning.THANKS),
    "other": (Meaning.NO,),
    "agree": (Meaning.YES, Meaning.OKAY),
    "disagree": (Meaning.NO,),
    "pass": (Meaning.SKIP, Meaning.UNSURE, Meaning.NONE, Meaning.NEXT),
    "no_answer": (Meaning.NO, Meaning.SKIP),
    "by_code": (Meaning.ANSWER,),
    "by_contact": (Meaning.CONTACT,),
    "complain": (Meaning.YES, Meaning.OKAY, Meaning.POLITE),
    "mere": (Meaning.NO,),
    "general": (Meaning.NO,),
}
"""What an everyday reply must mean to pick an option of the program, wherever the option is offered.

The codes of an office's own options are its own, and mean nothing here: a category may be called `other` or `no`.
"""

MIN_LABEL_START = 5
"""Signs, with vowels and tones, of the beginning of an office's own label that stands for it where one has it."""

NAVIGATION = frozenset({Meaning.BACK, *_LEAVING})
"""The meanings that pick where a text goes to somebody as it was typed: anything else is a message."""

ANSWERS_TO_ANYTHING = frozenset({Meaning.YES, Meaning.NO, Meaning.OKAY, Meaning.POLITE, Meaning.UNSURE})
"""The meanings that answer whichever question is shown, and never one that is not."""

_WAITING = frozenset({Meaning.NOT_YET, Meaning.UNFINISHED, Meaning.KEEP})
"""The meanings with which somebody wants nothing to be done for now, where no option says so."""

TOLD_MEANINGS = frozenset({Meaning.HAVE, Meaning.CONTACT, Meaning.ANSWER})
"""The meanings that no option has, and that may be an answer in words."""

_POINT_WORDS: Mapping[str, int] = {
    **dict.fromkeys(
        ("ดีมาก", "ดีเยี่ยม", "เยี่ยม", "ยอดเยี่ยม", "ดีที่สุด", "ดีมากๆ", "excellent", "verygood", "great"), 5
    ),
    **dict.fromkeys(("ดี", "good", "ค่อนข้างดี"), 4),
    **dict.fromkeys(
        ("พอใช้", "ปานกลาง", "กลางๆ", "เฉยๆ", "พอได้", "พอใช้ได้", "พอไหว", "fair", "average", "okay"), 3
    ),
    **dict.fromkeys(("ควรปรับปรุง", "ปรับปรุง", "ต้องปรับปรุง", "ไม่ดี", "ไม่ค่อยดี", "poor", "notgood"), 2),
    **dict.fromkeys(("แย่", "แย่มาก", "แย่ที่สุด", "แย่มากๆ", "bad", "verybad", "terrible"), 1),
}
"""What people say instead of the points of a scale from 1 to 5."""


_GLAD = (
    *("พอใจมาก", "พอใจมากๆ", "พอใจดี", "ก็พอใจ", "ค่อนข้างพอใจ", "พอใจค่อนข้างมาก", "พอใจที่สุด", "ประทับใจ"),
    *("ประทับใจมาก", "ดี", "ดีมาก", "ก็ดี", "ดีเยี่ยม", "verysatisfied", "quitesatisfied", "good", "verygood"),
)
_INDIFFERENT = (
    *("ก็เฉยๆ", "พอใช้", "พอใช้ได้", "ก็พอใช้ได้", "กลางๆ", "ก็กลางๆ", "ปานกลาง", "งั้นๆ", "ก็งั้นๆ"),
    *("fair", "average", "soso"),
)
_DISPLEASED = (
    *("ไม่ค่อยพอใจ", "ไม่ค่อยพอใจเท่าไร", "ไม่ค่อยพอใจเท่าไหร่", "ไม่พอใจเลย", "ไม่พอใจมาก", "ไม่พอใจมากๆ"),
    *("ไม่พอใจอย่างมาก", "ไม่พอใจเท่าไร", "ไม่พอใจเท่าไหร่", "ไม่ค่อยดี", "ไม่ดี", "ไม่ดีเลย", "แย่", "แย่มาก"),
    *("ผิดหวัง", "ผิดหวังมาก", "notsatisfied", "notreallysatisfied", "bad", "verybad", "poor"),
)
_SATISFACTION_WORDS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(_GLAD, ("good", "satisfied")),
    **dict.fromkeys(_INDIFFERENT, ("fair", "neither")),
    **dict.fromkeys(_DISPLEASED, ("poor", "dissatisfied")),
}
"""What people say instead of the three answers about satisfaction, and the options that it picks where they are."""


@dataclass(frozen=True, slots=True)
class Option:
    """An option. Its label is `name` (the office's own), or the wording `label`, which is `choice.<value>` where empty.

    about: the wording key of what the label tells about, as its argument; empty for a label without one.
    points: on a scale, what it stands for: a number that is typed there is the points, never a place in the list.
    number: what the label tells a place of, such as the second file; None for a label without one.
    """

    value: str
    name: Bilingual | None = None
    about: str = ""
    points: int | None = None
    label: str = ""
    number: int | None = None

    def to_choice(self, session: Session) -> Choice:
        """Return the option as a button of the session's present question."""
        data = f"{session.prompt_number}.{self.value}"
        if self.name:
            return Choice(data, "literal", {"text": self.name.in_lang(session.lang)})
        key = self.label or f"choice.{self.value}"
        if self.number is not None:
            return Choice(data, key, {"number": self.number})
        return Choice(data, key, {"about": Phrase(self.about)} if self.about else {})


@cache
def make_options(values: tuple[str, ...]) -> tuple[Option, ...]:
    """Make options with labels from the wording."""
    return tuple(map(Option, values))


SCALE_OPTIONS = tuple(Option(f"score{points}", points=points) for points in (5, 4, 3, 2, 1))
"""The options of a scale, the best first."""


def to_choices(choices: Iterable[Option], session: Session) -> tuple[Choice, ...]:
    """Return options as buttons of the session's present question."""
    return tuple([option.to_choice(session) for option in choices])


def parse_choice(
    event: Event,
    session: Session,
    choices: tuple[Option, ...],
    *,
    numbers: bool,
    more: Mapping[Meaning, str] | None = None,
    is_message: bool = False,
) -> ParsedChoice:
    """Return the value that was picked; STALE for a tap on an older question, UNCLEAR for a reply that has to be asked.

    numbers: whether a typed number picks, as is needed where no other text is expected (LINE on a PC shows no buttons);
    elsewhere only the whole label does. more: what further meanings pick at this question. is_message: a text that
    picks nothing is sent to somebody as it is, so that only labels and `NAVIGATION` pick, and nothing is UNCLEAR.
    """
    if event.choice is not None:
        prompt, _, value = event.choice.partition(".")
        known = value in [option.value for option in choices]
        return value if known and prompt == str(session.prompt_number) else STALE
    raw = event.text or ""
    if numbers:
        picked = _parse_number_choice(raw, choices)
        if picked is not None:
            return picked
    if not raw or len(raw) > MAX_LABEL_LENGTH:
        return None
    readings = list_readings(raw)
    labels = {_squeeze_label(option, session.lang): option.value for option in reversed(choices)}
    for reading in readings:
        if reading in labels:
            return labels[reading]
        halves = [
            option.value for option in choices if reading in _squeeze_label_halves(option, session.lang)
        ]
        if len(halves) == 1:
            return halves[0]
    return _parse_satisfaction(readings, choices) or _parse_everyday_reply(
        raw, readings, choices, labels, more or {}, session.lang, is_message=is_message
    )


def parse_label(event: Event, session: Session, choices: tuple[Option, ...]) -> str | None:
    """Return the value of a tapped button or of a typed whole label; None for everything else, clear or not.

    For where a text is asked too: “ครับ” after a text is no yes to the choice beside it.
    """
    if event.choice is not None:
        picked = parse_choice(event, session, choices, numbers=False)
        return picked if isinstance(picked, str) else None
    raw = event.text or ""
    if not raw or len(raw) > MAX_LABEL_LENGTH:
        return None
    labels = {_squeeze_label(option, session.lang): option.value for option in choices}
    return next((labels[reading] for reading in list_readings(raw) if reading in labels), None)


def parse_shown_number(event: Event, choices: tuple[Option, ...]) -> str | None:
    """Return the value at a place of a list that was shown, where a whole text is such a number; None for all else.

    For where a text is asked together with a choice: a bare number that stands in the list tells nothing else.
    """
    is_typed = event.choice is None and event.file is None
    return _parse_number_choice(event.text or "", choices) if is_typed else None


def parse_tap(event: Event, session: Session, choices: tuple[Option, ...]) -> str | None:
    """Return the value of a tapped button of the present question; None for everything else."""
    picked = parse_choice(event, session, choices, numbers=False) if event.choice is not None else None
    return picked if isinstance(picked, str) else None


def is_whole_label(event: Event, session: Session, choices: tuple[Option, ...]) -> bool:
    """Whether a typed text is the whole label of an option, and no reply that would answer any other question too.

    For where another question is shown than the one with these options: “ใช่” is a label, but answers what is shown.
    """
    raw = event.text or ""
    if event.choice is not None or not raw or len(raw) > MAX_LABEL_LENGTH:
        return False
    labels = {_squeeze_label(option, session.lang) for option in choices}
    return not labels.isdisjoint(list_readings(raw)) and ANSWERS_TO_ANYTHING.isdisjoint(read_meanings(raw))


def _parse_satisfaction(readings: tuple[str, ...], choices: tuple[Option, ...]) -> str | None:
    """Return the answer about satisfaction that is meant, where it is asked; None for all else."""
    told = [value for reading in readings for value in _SATISFACTION_WORDS.get(reading, ())]
    return next((one.value for one in choices if one.name is None and one.value in told), None)


def _parse_number_choice(raw: str, choices: tuple[Option, ...]) -> str | None:
    """Return the option of a number: the points where the options have some, else the place in the list."""
    points = {option.points: option.value for option in choices if option.points is not None}
    if points:
        given = read_points(raw, max(points))
        if given is None:
            given = next((_POINT_WORDS[one] for one in list_readings(raw) if one in _POINT_WORDS), None)
        return points[given] if given is not None else None
    place = read_place(raw)
    return choices[place - 1].value if place is not None and 1 <= place <= len(choices) else None


def _parse_everyday_reply(
    raw: str,
    readings: tuple[str, ...],
    choices: tuple[Option, ...],
    labels: Mapping[str, str],
    more: Mapping[Meaning, str],
    lang: Lang,
    *,
    is_message: bool,
) -> ParsedChoice:
    meanings = read_meanings(raw)
    if is_message:
        meanings = tuple(one for one in meanings if one in NAVIGATION or one in more)
    for meaning in meanings:
        if meaning in more:
            return more[meaning]
        for option in choices:
            if _is_meant(option, meaning, lang):
                return option.value
    close = _list_close_labels(readings, choices, labels, lang)
    if len(close) == 1:
        return close.pop()
    if not _WAITING.isdisjoint(meanings):
        return UnclearChoice.NOT_YET
    return UNCLEAR if set(meanings) - TOLD_MEANINGS else None


def _is_meant(option: Option, meaning: Meaning, lang: Lang) -> bool:
    """Whether a meaning picks an option; one of the office's own only where its label says “not sure”."""
    if option.name is None:
        return meaning in OPTION_MEANINGS.get(option.value, ())
    halves = _squeeze_label_halves(option, lang)
    return meaning is Meaning.UNSURE and any(read_meanings(half) == (meaning,) for half in halves)


def _list_close_labels(
    readings: tuple[str, ...], choices: tuple[Option, ...], labels: Mapping[str, str], lang: Lang
) -> set[str]:
    """Return the options whose label is typed with an error; else those of the office whose label begins so: “ทุจริต”.

    A beginning that denies is none: “ไม่เห็น” is not “ไม่เห็นด้วย”. A label that says two things has halves instead.
    """
    close = {
        value for label, value in labels.items() if any(is_label_with_error(one, label) for one in readings)
    }
    starts = tuple(
        one for one in readings if len(one) >= MIN_LABEL_START and not one.startswith(("ไม่", "no"))
    )
    return close or {
        option.value
        for option in choices
        if option.name
        and not _squeeze_label_halves(option, lang)
        and any(_squeeze_label(option, lang).startswith(one) for one in starts)
    }


_OR_PATTERN = re.compile(r"\s*หรือ\s*|,?\s+or\s+")
PICK_FROM_LIST = Reply(
    "pick.unknown_here", NEUTRAL, presentation=Presentation(page_wording="page.pick_unknown_here")
)
"""Asks to pick one of the choices that are shown."""


def explain_no_choice(choice: ParsedChoice, unknown: Reply = PICK_FROM_LIST) -> Reply:
    """Return the sentence before a question that is asked again. unknown: for a text that means nothing there."""
    if choice is STALE:
        return Reply("pick.stale", NEUTRAL)
    return Reply(f"pick.{choice.value}", NEUTRAL) if isinstance(choice, UnclearChoice) else unknown


@cache
def _squeeze_label(option: Option, lang: Lang) -> str:
    return squeeze_reply(render_label(option.to_choice(Session(lang=lang)), lang))


@cache
def _squeeze_label_halves(option: Option, lang: Lang) -> frozenset[str]:
    """The halves of an office's own label that says two things, such as “อื่น ๆ หรือไม่แน่ใจ”."""
    halves = _OR_PATTERN.split(option.name.in_lang(lang)) if option.name else []
    return frozenset(map(squeeze_reply, halves)) if len(halves) > 1 else frozenset()
