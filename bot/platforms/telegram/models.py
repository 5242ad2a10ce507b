"""What Telegram reports, in the few fields that are read; everything else, names above all, is left where it is."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

PRIVATE_CHAT = "private"
ShortText = Annotated[str, StringConstraints(max_length=4096)]


class _Model(BaseModel):
    """A part of an update. What is new to us does not break it."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class TelegramUser(_Model):
    id: int
    is_bot: bool = False


class TelegramChat(_Model):
    """Where it was written."""

    id: int
    type: str


class TelegramFile(_Model):
    """A file: its id for getFile, its name where the sender's program tells one, its size in bytes where known."""

    file_id: str
    file_name: str | None = None
    mime_type: str | None = None
    file_size: int | None = None


class Location(_Model):
    """A place on the map, degrees."""

    latitude: float
    longitude: float


class InlineKeyboardButton(_Model):
    text: str = ""
    callback_data: str | None = None


class InlineKeyboardMarkup(_Model):
    """The buttons under a message."""

    inline_keyboard: tuple[tuple[InlineKeyboardButton, ...], ...] = ()


class TelegramMessage(_Model):
    """A message. date: seconds since 1970, 0 for one that Telegram does not show to bots any more."""

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
        """What was sent beside words; of a photo the largest size."""
        if self.photo:
            return self.photo[-1]
        # An animation comes as a document too, for programs that know no animations.
        return self.document or self.voice or self.audio or self.video or self.video_note or self.animation

    @property
    def has_unsupported_content(self) -> bool:
        """Whether a person sent something that is neither words nor a file."""
        others = (self.sticker, self.contact, self.poll, self.dice, self.story, self.game)
        return any(other is not None for other in (*others, self.checklist, self.paid_media))

    @property
    def text_or_caption(self) -> str | None:
        """What was typed: a message, or the words under a file."""
        return self.text if self.text is not None else self.caption


class CallbackQuery(_Model):
    """A tap on a button. message: the one that carried it, as it stood then."""

    id: str
    sender: TelegramUser = Field(alias="from")
    message: TelegramMessage | None = None
    data: str | None = None


class ChatMember(_Model):
    """How the bot stands in a chat now."""

    status: str


class ChatMemberUpdated(_Model):
    """The bot's own standing in a chat changed: somebody blocked it, or put it into a group."""

    chat: TelegramChat
    sender: TelegramUser = Field(alias="from")
    date: int = 0
    new_chat_member: ChatMember


class Update(_Model):
    """One thing that happened."""

    update_id: int
    message: TelegramMessage | None = None
    edited_message: TelegramMessage | None = None
    callback_query: CallbackQuery | None = None
    my_chat_member: ChatMemberUpdated | None = None


ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
"""The kinds of updates that are asked for."""
