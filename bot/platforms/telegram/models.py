"""The fields of Telegram's updates that are used; all others, above all names of persons, are dropped on parsing.

Names and types are those of core.telegram.org/bots/api, except `sender` (there `from`).
"""

from typing import Annotated, Any

from pydantic import Field, model_validator

from bot.platforms.incoming_model import LENIENT, IncomingModel
from bot.platforms.telegram.content import (
    add_quote,
    contains_media,
    extract_text,
    get_unreadable_kind,
    is_service_message,
)
from handlers.dialog.events import UnreadableKind

PRIVATE_CHAT = "private"


class TelegramUser(IncomingModel):
    id: int
    is_bot: bool = False


class TelegramChat(IncomingModel):
    """Where it was written."""

    id: int
    type: str


class TelegramFile(IncomingModel):
    """A file. file_id: for getFile; file_name: if the sender's client gave one; file_size: bytes, if known."""

    file_id: str
    file_name: str | None = None
    mime_type: str | None = None
    file_size: int | None = None


class Location(IncomingModel):
    """A location, in degrees."""

    latitude: float
    longitude: float


class InlineKeyboardButton(IncomingModel):
    text: str = ""
    callback_data: str | None = None


class InlineKeyboardMarkup(IncomingModel):
    inline_keyboard: tuple[tuple[InlineKeyboardButton, ...], ...] = ()


class Venue(IncomingModel):
    """A place with a name, beside its `location`."""

    title: str = ""
    address: str = ""


LenientText = Annotated[str | None, LENIENT]
LenientFile = Annotated[TelegramFile | None, LENIENT]


class TelegramMessage(IncomingModel):
    """A message. date: seconds since 1970; 0 for an inaccessible message (older than bots may see).

    contained_text: the text of a message that is no text, such as a poll's. contains_media: a rich message has
    pictures, which are not kept. is_service: Telegram wrote it. unreadable: its kind, if it has neither text nor file.
    """

    message_id: int
    date: int = 0
    chat: TelegramChat
    sender: TelegramUser | None = Field(default=None, alias="from")
    text: LenientText = None
    caption: LenientText = None
    photo: Annotated[tuple[TelegramFile, ...] | None, LENIENT] = None
    document: LenientFile = None
    voice: LenientFile = None
    audio: LenientFile = None
    video: LenientFile = None
    video_note: LenientFile = None
    animation: LenientFile = None
    live_photo: LenientFile = None
    location: Annotated[Location | None, LENIENT] = None
    venue: Annotated[Venue | None, LENIENT] = None
    media_group_id: LenientText = None
    message_thread_id: Annotated[int | None, LENIENT] = None
    is_topic_message: Annotated[bool | None, LENIENT] = None
    has_protected_content: bool = False
    reply_markup: Annotated[InlineKeyboardMarkup | None, LENIENT] = None
    contained_text: str | None = None
    contains_media: bool = False
    is_service: bool = False
    unreadable: UnreadableKind = UnreadableKind.OTHER

    @model_validator(mode="before")
    @classmethod
    def _summarize_content(cls, raw: Any) -> Any:  # noqa: ANN401 - what Telegram sent
        """Add what is kept of kinds that have no field here; the rest is dropped."""
        if not isinstance(raw, dict):
            return raw
        if isinstance(raw.get("text"), str):
            text = add_quote(raw["text"], raw)
            return {**raw, "text": text, "contained_text": None, "contains_media": False, "is_service": False}
        return {
            **raw,
            "contained_text": extract_text(raw),
            "contains_media": contains_media(raw),
            "is_service": is_service_message(raw),
            "unreadable": get_unreadable_kind(raw),
        }

    @property
    def topic(self) -> int | None:
        """The topic of its chat in which it stands; None where the chat has none (a thread is no topic)."""
        return self.message_thread_id if self.is_topic_message else None

    @property
    def file(self) -> TelegramFile | None:
        """The attached file; the largest size of a photo."""
        if self.photo:
            return self.photo[-1]
        # An animation comes with `document` set too, for clients that do not know animations.
        files = (self.document, self.voice, self.audio, self.video, self.video_note, self.animation)
        return next((file for file in (*files, self.live_photo) if file is not None), None)

    @property
    def written_text(self) -> str | None:
        """What was written: the text, or the one that another kind contains; None where there is none."""
        return self.text if self.text is not None else self.contained_text

    @property
    def text_or_caption(self) -> str | None:
        """What was written: the text, or the caption of a file."""
        return self.written_text if self.written_text is not None else self.caption


class CallbackQuery(IncomingModel):
    """A tap on a button. message: the one with the button, as it read then."""

    id: str
    sender: TelegramUser = Field(alias="from")
    message: TelegramMessage | None = None
    data: str | None = None


class ChatMember(IncomingModel):
    status: str


class ChatMemberUpdated(IncomingModel):
    """The bot's own membership changed: somebody blocked it, or added it to a group."""

    chat: TelegramChat
    sender: TelegramUser = Field(alias="from")
    date: int = 0
    new_chat_member: ChatMember


class Update(IncomingModel):
    update_id: int
    message: TelegramMessage | None = None
    edited_message: TelegramMessage | None = None
    callback_query: CallbackQuery | None = None
    my_chat_member: ChatMemberUpdated | None = None


ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
"""The kinds of updates that Telegram is asked to send."""
