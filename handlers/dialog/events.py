"""The words of one turn: what came in, what is asked of the world, what is said, what is to be written."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias, TypeVar, assert_never, get_args

Lang: TypeAlias = Literal["th", "en"]
LANGS: tuple[Lang, ...] = get_args(Lang)
"""The languages of the house, in the order in which both are shown where nobody chose."""

DEFAULT_LANG: Lang = "th"
"""Spoken where nobody chose a language yet; never stands in for one that was chosen and cannot be read."""

NEXT_LANG: Mapping[Lang, Lang] = dict(zip(LANGS, (*LANGS[1:], LANGS[0]), strict=True))
"""The language that is offered beside each."""

T = TypeVar("T")


def find_lang(code: str | None) -> Lang | None:
    """The language of a code, such as `en`; None where there is none."""
    return next((lang for lang in LANGS if lang == code), None)


def parse_lang(code: str) -> Lang:
    """The language of a stored code. Raises ValueError for an unknown one, whose text is not repeated."""
    lang = find_lang(code)
    if lang is None:
        raise ValueError("no language of this code is known")
    return lang


def select_by_lang(lang: Lang, *, th: T, en: T) -> T:
    """What holds in a language. One more language is one more argument, so that no caller forgets it."""
    match lang:
        case "th":
            return th
        case "en":
            return en
        case _:
            assert_never(lang)


class Channel(StrEnum):
    """The door a message came through: how anonymous a person is depends on it."""

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
    """A file that was sent, sealed in storage before anyone decides on it.

    id: its random name in sealed storage, 32 hex digits; empty when it was not kept.
    name: what the sender called it, cleaned. kind: media type by content, never by name.
    size: bytes. problem: why it was not kept, or None. coming: it is on its way, and its place is kept.
    """

    id: str
    name: str
    kind: str
    size: int
    problem: FileProblem | None = None
    misnamed: bool = False
    coming: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """One thing a person did: typed a text, picked a choice or sent a file.

    id: the platform's own id of the event, unique within the desk; kept only as a hash under a key of the day.
    who: HMAC-SHA256 of platform and user id (32 bytes).
    back: where an answer is sent, sealed by the adapter; None where the answer rides on the request itself.
    prompt: the number of the question that the words were written for, and lang: the language of the page they
    were written on; each where the door knows it.
    message: the platform's id of the message, where it can be taken back; unsent: of one that was taken back.
    was: what the text said before the person corrected it in the chat; empty when that is not known any more.
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
