"""What Telegram reports, in the few fields that are read; everything else, names above all, is left where it is."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

PRIVATE = "private"
Short = Annotated[str, StringConstraints(max_length=4096)]


class Part(BaseModel):
    """A part of an update. What is new to us does not break it."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class Person(Part):
    """Who wrote."""

    id: int
    is_bot: bool = False


class Chat(Part):
    """Where it was written."""

    id: int
    type: str


class Sent(Part):
    """A file: its id for getFile, its name where the sender's program tells one, its size in bytes where known."""

    file_id: str
    file_name: str | None = None
    mime_type: str | None = None
    file_size: int | None = None


class Place(Part):
    """A place on the map, degrees."""

    latitude: float
    longitude: float


class Button(Part):
    """A button."""

    text: str = ""
    callback_data: str | None = None


class Keyboard(Part):
    """The buttons under a message."""

    inline_keyboard: tuple[tuple[Button, ...], ...] = ()


class Said(Part):
    """A message. date: seconds since 1970, 0 for one that Telegram does not show to bots any more."""

    message_id: int
    date: int = 0
    chat: Chat
    sender: Person | None = Field(default=None, alias="from")
    text: str | None = None
    caption: str | None = None
    photo: tuple[Sent, ...] = ()
    document: Sent | None = None
    voice: Sent | None = None
    audio: Sent | None = None
    video: Sent | None = None
    video_note: Sent | None = None
    animation: Sent | None = None
    location: Place | None = None
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
    reply_markup: Keyboard | None = None

    @property
    def file(self) -> Sent | None:
        """What was sent beside words; of a photo the largest size."""
        if self.photo:
            return self.photo[-1]
        # An animation comes as a document too, for programs that know no animations.
        return self.document or self.voice or self.audio or self.video or self.video_note or self.animation

    @property
    def strange(self) -> bool:
        """Whether a person sent something that is neither words nor a file."""
        others = (self.sticker, self.contact, self.poll, self.dice, self.story, self.game)
        return any(other is not None for other in (*others, self.checklist, self.paid_media))

    @property
    def words(self) -> str | None:
        """What was typed: a message, or the words under a file."""
        return self.text if self.text is not None else self.caption


class Tap(Part):
    """A tap on a button. message: the one that carried it, as it stood then."""

    id: str
    sender: Person = Field(alias="from")
    message: Said | None = None
    data: str | None = None


class Standing(Part):
    """How the bot stands in a chat now."""

    status: str


class Membership(Part):
    """The bot's own standing in a chat changed: somebody blocked it, or put it into a group."""

    chat: Chat
    sender: Person = Field(alias="from")
    date: int = 0
    new_chat_member: Standing


class Update(Part):
    """One thing that happened."""

    update_id: int
    message: Said | None = None
    edited_message: Said | None = None
    callback_query: Tap | None = None
    my_chat_member: Membership | None = None


ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member")
"""The kinds of updates that are asked for."""
