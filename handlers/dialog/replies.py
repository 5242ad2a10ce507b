"""Replies: what is said to a person, first as wording keys and then as rendered messages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class ChartMonth:
    """What came in within a month, and how much of that is done; exact, so for officers only."""

    label: str
    received: int
    done: int


@dataclass(frozen=True, slots=True)
class MonthlyChart:
    """Months side by side. title: what is shown; series: what the two figures of a month are called."""

    title: str
    series: tuple[str, str]
    months: tuple[ChartMonth, ...]

    @property
    def max_value(self) -> int:
        """The highest figure, at least 1."""
        return max((max(month.received, month.done) for month in self.months), default=0) or 1


class ExpectedInput(StrEnum):
    """What sort of answer a question waits for, so that a door can offer the right thing to give it with."""

    PICK = "pick"
    TEXT = "text"
    LONG = "long"
    CODE = "code"
    FILES = "files"


TYPED_INPUTS = frozenset({ExpectedInput.TEXT, ExpectedInput.LONG, ExpectedInput.CODE})
"""Where words are waited for, so that a number that is typed is an answer and picks nothing."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that go into a reply, or onto a button: a wording key and what goes into it.

    Never sent alone, so nothing has to be said of how it is sent.
    """

    key: str
    args: Mapping[str, "ReplyArg"] = field(default_factory=dict)


ReplyArg: TypeAlias = str | int | Phrase | tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing a person may pick. `data` comes back as `Event.choice`; the label is a wording key."""

    data: str
    key: str
    args: Mapping[str, "ReplyArg"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """Something to say, still without words: a wording key and what goes into it.

    certain: must arrive even through a crash, so it waits in the outbox until it did; everything of a case is.
    wants: what sort of answer is waited for, where something is asked.
    An argument called `receipt` is shown to the person as the receipt of the case, one called `status` as its
    public state, and one called `unsent` is what they wrote and must find again where they wrote it.
    """

    key: str
    args: Mapping[str, ReplyArg] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    certain: bool = False
    wants: ExpectedInput | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A `Reply` in words, for one person in one language. `choices` are (label, data) pairs.

    certain, key: as of the `Reply`. typed: it asks for words. guarded: of a case or of what was told, so a door
    that can keeps it from being passed on. fading: content before an officer, deleted after a while where it can be.
    qr: what a door that shows pictures draws as a QR code; chart: what it draws as a chart.
    """

    text: str
    choices: tuple[tuple[str, str], ...] = ()
    receipt: str | None = None
    durable: bool = False
    protected: bool = False
    expects_text: bool = False
    key: str = ""
    expires: bool = False
    qr: str = ""
    chart: MonthlyChart | None = None


def raw_text(text: str) -> Phrase:
    """Words that are not ours: an office's own, or what the person typed."""
    return Phrase("literal", {"text": text})
