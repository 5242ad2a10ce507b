"""What each channel can do. Who decides asks for a trait here, and never which platform it is."""

from dataclasses import dataclass
from typing import assert_never

from handlers.dialog.events import Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelTraits:
    """What a channel can do.

    can_push: a message reaches a person who is not there, so news can be offered.
    has_account: a person has one account there, if the platform sees to it; votes are counted apart from those without.
    can_delete_messages: what was sent can be deleted again; content of cases is shown in no other channel.
    serves_officers: officers may give commands there. Not in a browser: who sits at it changes.
    """

    can_push: bool
    has_account: bool
    can_delete_messages: bool
    serves_officers: bool


TERMINAL_TRAITS = ChannelTraits(
    can_push=False, has_account=False, can_delete_messages=True, serves_officers=True
)
WEB_TRAITS = ChannelTraits(can_push=False, has_account=False, can_delete_messages=True, serves_officers=False)
TELEGRAM_TRAITS = ChannelTraits(
    can_push=True, has_account=True, can_delete_messages=True, serves_officers=True
)
LINE_TRAITS = ChannelTraits(can_push=True, has_account=True, can_delete_messages=False, serves_officers=True)


def get_channel_traits(channel: Channel) -> ChannelTraits:
    """Return what a channel can do."""
    match channel:
        case Channel.TERMINAL:
            return TERMINAL_TRAITS
        case Channel.WEB:
            return WEB_TRAITS
        case Channel.TELEGRAM:
            return TELEGRAM_TRAITS
        case Channel.LINE:
            return LINE_TRAITS
        case _:
            assert_never(channel)
