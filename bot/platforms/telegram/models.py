"""The fields of Telegram's updates that are used; all others, above all names of persons, are dropped on parsing.

Names and types are those of core.telegram.org/bots/api, except `sender` (there `from`).
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

PRIVATE_CHAT = "private"
ShortText = Annotated[str, StringConstraints(max_length=4096)]


class _Model(BaseModel):
    """Part of an update. Unknown fields are ignored, and errors do not show input."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class TelegramUser(_Model):
    id: int
    is_bot: bool = False


class TelegramChat(_Model):
    """Where it was written."""

    id: int
    type: str


class TelegramFile(_Model):
    """A file. file_id: for getFile; file_name: if the sender's client gave one; file_size: bytes, if known."""

    file_id: str
    file_name: str | None = None
    mime_type: str | None = None
    file_size: int | None = None


class Location(_Model):
    """A location, in degrees."""

    latitude: float
    longitude: float


class InlineKeyboardButton(_Model):
    text: str = ""
    callback_data: str | None = None


class InlineKeyboardMarkup(_Model):
    inline_keyboard: tuple[tuple[InlineKeyboardButton, ...], ...] = ()


class TelegramMessage(_Model):
    """A message. date: seconds since 1970; 0 for an inaccessible message (older than bots may see)."""

    message_id: int
    date: int = 0
    chat: TelegramChat
    sender: TelegramUser | None = Field(default=None, alias="from")
    text: str | None = None
    caption: str | None = None
    photo: tuple[TelegramFile, ...] = ()
    document: TelegramFile | None = None
    voice: TelegramFile | None = None
    audio: TelegramFile | None = None
    video: TelegramFile | None = None
    video_note: TelegramFile | None = None
    animation: TelegramFile | None = None
    location: Location | None = None
    sticker: object | None = None
    contact: object | None = None
    poll: object | None = None
    dice: object | None = None
    story: object | None = None
    game: object | None = None
    checklist: object | None = None
    paid_media: object | None = None
    media_group_id: str | None = None
    has_protected_content: bool = False
    reply_markup: InlineKeyboardMarkup | None = None

    @property
    def file(self) -> TelegramFile | None:
        """The attached file; the largest size of a photo."""
        if self.photo:
            return self.photo[-1]
        # An animation comes with `document` set too, for clients that do not know animations.
        return self.document or self.voice or self.audio or self.video or self.video_note or self.animation

    @property
    def has_unsupported_content(self) -> bool:
        """Whether a person sent something that is neither text, file nor location."""
        others = (self.sticker, self.contact, self.poll, self.dice, self.story, self.game)
        return any(other is not None for other in (*others, self.checklist, self.paid_media))

    @property
    def text_or_caption(self) -> str | None:
        """What was typed: the text, or the caption of a file."""
        return self.text if self.text is not None else self.caption


class CallbackQuery(_Model):
    """A tap on a button. message: the one with the button, as it read then."""

    id: str
    sender: TelegramUser = Field(alias="from")
    message: TelegramMessage | None = None
    data: str | None = None


class ChatMember(_Model):
    status: str


class ChatMemberUpdated(_Model):
    """The bot's own membership changed: somebody blocked it, or added it to a group."""

    chat: TelegramChat
    sender: TelegramUser = Field(alias="from")
    date: int = 0
    new_chat_member: ChatMember


class Update(_Model):
    update_id: int
    message: TelegramMessage | None = None
    edited_message: TelegramMessage | None = None
    callback_query: CallbackQuery | None = None
    my_chat_member: ChatMemberUpdated | None = None


ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
"""The kinds of updates that Telegram is asked to send."""
