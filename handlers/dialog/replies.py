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


class WebhookUse(StrEnum):
    """Whether a reply may be sent in the response to the webhook call that it answers; the strictest first.

    Such a message costs no call of its own, but whether it arrived and under which id is not reported.
    """

    NEVER = "never"
    EDIT = "edit"
    """Only in the place of an earlier message, whose id is known."""
    ANY = "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyPolicy:
    """How a reply is sent and kept. Every reply states it; nothing is derived from its wording key.

    protected: of a case or of what was told: a platform that can keeps it from being forwarded or saved.
    expires: content of a case before an officer: deleted from the chat after a while where the platform can.
    durable: must arrive even through a crash: it waits in the outbox until it was delivered.
    in_webhook: whether it may be sent in the response to a webhook call. What is durable or expires may not, since
    its arrival, or its id, has to be known. Raises ValueError for a policy that contradicts itself.
    """

    protected: bool
    expires: bool
    durable: bool
    in_webhook: WebhookUse

    def __post_init__(self) -> None:
        """Check that the fields agree."""
        if (self.durable or self.expires) and self.in_webhook is not WebhookUse.NEVER:
            raise ValueError("what is durable or expires is not sent in the response to a webhook call")
        if self.protected and self.in_webhook is WebhookUse.ANY:
            raise ValueError(
                "what is protected is not sent as a new message in the response to a webhook call"
            )
        if (self.durable or self.expires) and not self.protected:
            raise ValueError("what is durable or expires is protected")

    def combine(self, other: "ReplyPolicy") -> "ReplyPolicy":
        """Return the policy of what is sent in one message, or beside it: all that either of the two demands."""
        if self == other:
            return self
        return ReplyPolicy(
            protected=self.protected or other.protected,
            expires=self.expires or other.expires,
            durable=self.durable or other.durable,
            in_webhook=min(self.in_webhook, other.in_webhook, key=[*WebhookUse].index),
        )


NEUTRAL = ReplyPolicy(protected=False, expires=False, durable=False, in_webhook=WebhookUse.ANY)
"""Tells nothing of a case: questions of a form, menus, notices, mistakes. If it is lost, the person asks again."""

OF_CASE = ReplyPolicy(protected=True, expires=False, durable=False, in_webhook=WebhookUse.EDIT)
"""Tells of a case, repeats what somebody told, or is said to an officer. If it is lost, it can be asked for again."""

OFFICER_CONTENT = ReplyPolicy(protected=True, expires=True, durable=False, in_webhook=WebhookUse.NEVER)
"""Content of a case, a contact, a secret or a link to them, shown to an officer: deleted after a while."""

MUST_ARRIVE = ReplyPolicy(protected=True, expires=False, durable=True, in_webhook=WebhookUse.NEVER)
"""A receipt, the state of a case, an answer, a notification: delivered even through a crash."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Something to say, still without words: a wording key, how it is sent, and what goes into the words.

    wants: what sort of answer is waited for, where something is asked.
    An argument called `receipt` is shown to the person as the receipt of the case, one called `status` as its
    public state, and one called `unsent` is what they wrote and must find again where they wrote it.
    """

    key: str
    policy: ReplyPolicy
    args: Mapping[str, ReplyArg] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    wants: ExpectedInput | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A `Reply` in words, for one person in one language. `choices` are (label, data) pairs.

    policy, key: of the `Reply`. expects_text: it asks for words.
    qr: what a platform that shows pictures draws as a QR code; chart: what it draws as a chart.
    """

    text: str
    policy: ReplyPolicy
    choices: tuple[tuple[str, str], ...] = ()
    receipt: str | None = None
    expects_text: bool = False
    key: str = ""
    qr: str = ""
    chart: MonthlyChart | None = None


def raw_text(text: str) -> Phrase:
    """Words that are not ours: an office's own, or what the person typed."""
    return Phrase("literal", {"text": text})
