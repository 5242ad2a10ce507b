"""Replies to a person: as wording keys with arguments (`Reply`), and as rendered text (`Message`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class ChartMonth:
    """Cases received in a month, and how many of them are done. Exact figures, so for officers only."""

    label: str
    received: int
    done: int


@dataclass(frozen=True, slots=True)
class MonthlyChart:
    """A chart of two figures for each month. series: the labels of the two figures."""

    title: str
    series: tuple[str, str]
    months: tuple[ChartMonth, ...]

    @property
    def max_value(self) -> int:
        """The highest figure of the chart, at least 1."""
        return max((max(month.received, month.done) for month in self.months), default=0) or 1


class ExpectedInput(StrEnum):
    """The kind of answer a question expects, so that a channel can offer the right input for it."""

    PICK = "pick"
    TEXT = "text"
    LONG = "long"
    CODE = "code"
    FILES = "files"


TYPED_INPUTS = frozenset({ExpectedInput.TEXT, ExpectedInput.LONG, ExpectedInput.CODE})
"""Inputs that are typed texts: a typed number is the answer, and does not pick an option."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A text inside a reply or on a button: a wording key and its arguments.

    Never sent alone, so it has no policy.
    """

    key: str
    args: Mapping[str, "ReplyArg"] = field(default_factory=dict)


ReplyArg: TypeAlias = str | int | Phrase | tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """A button. `data` comes back as `Event.choice`; `key` is the wording key of its label."""

    data: str
    key: str
    args: Mapping[str, "ReplyArg"] = field(default_factory=dict)


class WebhookUse(StrEnum):
    """Whether a reply may be sent in the response to the webhook call that it answers; the strictest value first.

    That saves an API call, but the platform does not report whether the message arrived, or its id.
    """

    NEVER = "never"
    EDIT = "edit"
    """Only as an edit of an earlier message, whose id is known."""
    ANY = "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyPolicy:
    """How a reply is sent and kept. Every reply states it; nothing is derived from its wording key.

    protected: about a case or repeating what a person wrote: the platform is asked to prevent forwarding and saving.
    expires: content of a case shown to an officer: deleted from the chat after a while, where the platform allows that.
    durable: must arrive even after a crash: it stays in the outbox until it is delivered.
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
"""Reveals nothing of a case: questions of a form, menus, notices, errors. If it is lost, the person asks again."""

OF_CASE = ReplyPolicy(protected=True, expires=False, durable=False, in_webhook=WebhookUse.EDIT)
"""About a case, repeating what somebody wrote, or sent to an officer. If it is lost, it can be requested again."""

OFFICER_CONTENT = ReplyPolicy(protected=True, expires=True, durable=False, in_webhook=WebhookUse.NEVER)
"""Content of a case, a contact, a secret or a link to them, shown to an officer: deleted after a while."""

MUST_ARRIVE = ReplyPolicy(protected=True, expires=False, durable=True, in_webhook=WebhookUse.NEVER)
"""A receipt, the status of a case, an answer, a notification: delivered even after a crash."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply before it is rendered: a wording key, how it is sent, and the arguments of the wording.

    wants: the expected input, where the reply asks a question.
    The argument `receipt` is shown to the person as the receipt of the case and `status` as its public status;
    `unsent` is text that the person wrote and that was not stored: it is put back into the input.
    """

    key: str
    policy: ReplyPolicy
    args: Mapping[str, ReplyArg] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    wants: ExpectedInput | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A `Reply` rendered for one person in one language. `choices` are (label, data) pairs.

    policy, key: of the `Reply`. expects_text: it asks for a typed text.
    qr, chart: content that platforms with pictures draw as a QR code or a chart.
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
    """Return a phrase of text that is not from the wording: the office's own, or what a person typed."""
    return Phrase("literal", {"text": text})
