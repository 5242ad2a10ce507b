"""Events of a dialog: languages, channels, files, and what a person did."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias, TypeVar, assert_never, get_args

Lang: TypeAlias = Literal["th", "en"]
LANGS: tuple[Lang, ...] = get_args(Lang)
"""The supported languages, in the order in which both are shown where nobody chose one."""

DEFAULT_LANG: Lang = "th"
"""Used where nobody chose a language yet; never a fallback for a stored language that cannot be parsed."""

NEXT_LANG: Mapping[Lang, Lang] = dict(zip(LANGS, (*LANGS[1:], LANGS[0]), strict=True))
"""The language to which each one's menu offers to switch."""

T = TypeVar("T")


def find_lang(code: str | None) -> Lang | None:
    """Return the language of a code, such as `en`; None for an unknown one."""
    return next((lang for lang in LANGS if lang == code), None)


def parse_lang(code: str) -> Lang:
    """Return the language of a stored code. Raises ValueError for an unknown one, without repeating it."""
    lang = find_lang(code)
    if lang is None:
        raise ValueError("no language of this code is known")
    return lang


def select_by_lang(lang: Lang, *, th: T, en: T) -> T:
    """Return the value for a language. A new language becomes a new argument, so that no caller can miss it."""
    match lang:
        case "th":
            return th
        case "en":
            return en
        case _:
            assert_never(lang)


class Channel(StrEnum):
    """The channel a message came through. How anonymous a person is depends on it."""

    TERMINAL = "terminal"
    WEB = "web"
    TELEGRAM = "telegram"
    LINE = "line"


class FileProblem(StrEnum):
    """Why a file was not kept."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NOT_ALLOWED = "not_allowed"
    BOMB = "bomb"
    UNREADABLE = "unreadable"
    TOO_MANY = "too_many"
    TOO_MANY_AT_ONCE = "too_many_at_once"


@dataclass(frozen=True, slots=True)
class File:
    """A file that was sent. It is encrypted and stored before a handler decides on it.

    id: its random name in encrypted storage, 32 hex digits; empty when it was not stored.
    name: the sender's file name, cleaned. kind: media type by content, never by name.
    size: bytes. problem: why it was not stored, or None. misnamed: its name does not fit its content. coming: it is
    still being downloaded; its id is reserved. cut: a picture that ends before its end marker.
    """

    id: str
    name: str
    kind: str
    size: int
    problem: FileProblem | None = None
    misnamed: bool = False
    coming: bool = False
    cut: bool = False


class UnreadableKind(StrEnum):
    """A kind of message of a platform that brings neither a text nor a file that a desk could keep."""

    STICKER = "sticker"
    VOICE = "voice"
    LOCATION = "location"
    CONTACT = "contact"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class TextPart:
    """Where a text stands in a chat, on a platform whose clients cut a long text into several messages.

    number: of the message, in the order of the chat; sent_at: seconds since 1970. may_go_on: so long that a client may
    have cut it. is_full: of the greatest length, so that it may be cut within a word.
    """

    number: int
    sent_at: int
    may_go_on: bool = False
    is_full: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """One thing a person did: typed a text, picked a choice or sent a file.

    id: the platform's id of the event, unique within the desk; stored only as a hash under a key of the day.
    person_id: HMAC-SHA256 of platform and user id (32 bytes).
    reply_to: where a reply is sent, encrypted by the platform's adapter; None where the response carries it.
    prompt_number: of the question that the text was written for; lang: of the page it was written on; each where the
    channel knows it.
    message_id: the platform's id of the message, where it can be unsent; unsent_message_id: of one that was unsent.
    previous_text: the text before the person edited it in the chat; empty when it is no longer known.
    unreadable: what kind of message it was, where it brought nothing that can be kept; then there is no text or file.
    part: of a text that may be one of several parts. sent_at: when the platform received it, in milliseconds since
    1970 by its own clock; 0 where the channel does not say.
    """

    id: str
    person_id: bytes
    channel: Channel
    text: str | None = None
    choice: str | None = None
    file: File | None = None
    reply_to: bytes | None = None
    prompt_number: int | None = None
    lang: Lang | None = None
    message_id: str = ""
    unsent_message_id: str = ""
    previous_text: str | None = None
    unreadable: UnreadableKind | None = None
    part: TextPart | None = None
    sent_at: int = 0
