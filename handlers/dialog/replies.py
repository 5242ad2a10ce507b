"""Replies to a person: as wording keys with arguments (`Reply`), and as rendered text (`Message`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
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
    SCALE = "scale"
    """Points from a scale: a typed number is the points, so choices are never numbered by their places."""
    REGISTER = "register"
    """One of a list of cases or questions: a typed number is the register number of one, never a place."""
    TEXT = "text"
    LONG = "long"
    CODE = "code"
    FILES = "files"


TYPED_INPUTS = frozenset({ExpectedInput.TEXT, ExpectedInput.LONG, ExpectedInput.CODE})
"""Inputs that are typed texts: a typed number is the answer, and does not pick an option."""

OWN_NUMBERS = frozenset({ExpectedInput.SCALE, ExpectedInput.REGISTER})
"""Inputs whose choices have numbers of their own, by which they are picked."""


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
    may_wait: where the pushes of a platform run low, it comes with the next reply to the person instead of by a push.
    in_webhook: whether it may be sent in the response to a webhook call. What is durable or expires may not, since
    its arrival, or its id, has to be known. Raises ValueError for a policy that contradicts itself.
    """

    protected: bool
    expires: bool
    durable: bool
    in_webhook: WebhookUse
    may_wait: bool = False

    def __post_init__(self) -> None:
        """Check that the fields agree."""
        if (self.durable or self.expires) and self.in_webhook is not WebhookUse.NEVER:
            raise ValueError("what is durable or expires is not sent in the response to a webhook call")
        if self.protected and self.in_webhook is WebhookUse.ANY:
            raise ValueError(
                "what is protected is not sent as a new message in the response to a webhook call"
            )
        if self.may_wait and not self.durable:
            raise ValueError("what waits for the next reply is durable")
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
            may_wait=self.may_wait and other.may_wait,
        )


NEUTRAL = ReplyPolicy(protected=False, expires=False, durable=False, in_webhook=WebhookUse.ANY)
"""Reveals nothing of a case: questions of a form, menus, notices, errors. If it is lost, the person asks again."""

OF_CASE = ReplyPolicy(protected=True, expires=False, durable=False, in_webhook=WebhookUse.EDIT)
"""About a case, repeating what somebody wrote, or sent to an officer. If it is lost, it can be requested again."""

OFFICER_CONTENT = ReplyPolicy(protected=True, expires=True, durable=False, in_webhook=WebhookUse.NEVER)
"""Content of a case, a contact, a secret or a link to them, shown to an officer: deleted after a while."""

MUST_ARRIVE = ReplyPolicy(protected=True, expires=False, durable=True, in_webhook=WebhookUse.NEVER)
"""A receipt, the status of a case, an answer, a notification: delivered even after a crash."""


CAN_WAIT = ReplyPolicy(
    protected=True, expires=False, durable=True, in_webhook=WebhookUse.NEVER, may_wait=True
)
"""A notification to an officer that is not worth one of the few pushes that a platform has left this month."""


class PageLayout(StrEnum):
    """What a reply without choices is on a web page. What asks is always a section with a heading."""

    NOTE = "note"
    """A note above the page."""
    SECTION = "section"
    """A part of the page; its first line is the heading."""
    PLAIN_SECTION = "plain_section"
    """A part of the page without a heading."""
    TABLE = "table"
    """The review, with what it asks: a heading, and a list of labels with what was answered."""


class TextLabel(StrEnum):
    """What a web page writes above the box for typed words, below a reply that asks."""

    ANSWER = "answer"
    QUESTION = "question"
    """The person asks there, and does not answer."""


class OfficerPageAction(StrEnum):
    """What the officers' page does with the reply to something that was done there."""

    SHOW = "show"
    """Show it as a note."""
    KEEP_TEXT = "keep_text"
    """Show it as a note; what was typed was not taken and stands in the box again."""
    CONFIRM = "confirm"
    """Show what the reporter will see, to be confirmed."""
    RELOAD = "reload"
    """It is done: show the page as it is now."""
    CLOSE = "close"
    """The page is closed to this person."""
    ENTER = "enter"
    """The right code was given: open the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Presentation:
    """How a reply is shown beyond its words. What is left out is the usual.

    is_card: LINE shows it as a card. args_as_buttons: the argument that lists the choices, for platforms whose
    buttons may be missing or cut short; a page whose buttons show all leaves it out; empty for none.
    page_wording: the wording that says the same on a page, with the same arguments, where the reply's own tells how to
    type in a chat; empty for none.
    """

    layout: PageLayout = PageLayout.NOTE
    text_label: TextLabel = TextLabel.ANSWER
    is_card: bool = False
    args_as_buttons: str = ""
    officer_page: OfficerPageAction = OfficerPageAction.SHOW
    page_wording: str = ""


AS_USUAL = Presentation()
AS_SECTION = Presentation(layout=PageLayout.SECTION)
AS_PLAIN_SECTION = Presentation(layout=PageLayout.PLAIN_SECTION)
AS_RECEIPT = Presentation(layout=PageLayout.SECTION, is_card=True)
"""The receipt of a case or of a question."""
AS_REVIEW = Presentation(layout=PageLayout.TABLE, is_card=True)
AS_CASE_STATUS = Presentation(is_card=True)
ASKS_FOR_QUESTION = Presentation(text_label=TextLabel.QUESTION)
KEEPS_TEXT = Presentation(officer_page=OfficerPageAction.KEEP_TEXT)


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply before it is rendered: a wording key, how it is sent, and the arguments of the wording.

    wants: the expected input, where the reply asks a question.
    The argument `receipt` is shown to the person as the receipt of the case and `status` as its public status;
    `unsent` is text that the person wrote and that was not stored: it is put back into the input.
    memory_args: the arguments that are kept in memory only: where an answer is stored, they are left out.
    """

    key: str
    policy: ReplyPolicy
    args: Mapping[str, ReplyArg] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    wants: ExpectedInput | None = None
    presentation: Presentation = AS_USUAL
    memory_args: tuple[str, ...] = ()

    def without_memory_args(self) -> "Reply":
        """Return the reply as it is stored: an ellipsis, or no `unsent`, for what is in memory only."""
        if not self.memory_args:
            return self
        left_out = {name: "" if name == "unsent" else "…" for name in self.memory_args}
        return replace(self, args={**self.args, **left_out})


@dataclass(frozen=True, slots=True)
class Message:
    """A `Reply` rendered for one person in one language. `choices` are (label, data) pairs.

    policy, is_card: of the `Reply`. expects_text: it asks for a typed text. has_own_numbers: its choices
    are points or register numbers, so that they are not numbered by their places.
    qr, chart: content that platforms with pictures draw as a QR code or a chart.
    """

    text: str
    policy: ReplyPolicy
    choices: tuple[tuple[str, str], ...] = ()
    receipt: str | None = None
    expects_text: bool = False
    is_card: bool = False
    qr: str = ""
    chart: MonthlyChart | None = None
    has_own_numbers: bool = False


def raw_text(text: str) -> Phrase:
    """Return a phrase of text that is not from the wording: the office's own, or what a person typed."""
    return Phrase("literal", {"text": text})
