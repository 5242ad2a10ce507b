"""Capabilities of each channel. Handlers ask for a capability, never for the platform."""

from dataclasses import dataclass
from typing import assert_never

from handlers.dialog.events import Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelTraits:
    """The capabilities of a channel.

    can_push: a message can be sent to a person who is away, so subscriptions can be offered.
    has_account: a person has one account, if the platform enforces it; votes of other channels are counted separately.
    can_delete_messages: sent messages can be deleted; no other channel shows content of cases.
    serves_officers: officers may give commands. Not in a browser, which several people may share.
    link_query: what a link to a page of ours carries, so that the channel opens it in a browser and not in itself.
    is_page: what an officer gives there is given on a page of the workspace, so that no link has to lead to one.
    asks_page_by_page: each question is a page of its own, so that a text and a choice are never asked together.
    """

    can_push: bool
    has_account: bool
    can_delete_messages: bool
    serves_officers: bool
    is_page: bool = False
    asks_page_by_page: bool = False
    link_query: str = ""

    def complete_link(self, url: str) -> str:
        """Return a link without a query as it is shown on this channel."""
        return f"{url}?{self.link_query}" if self.link_query else url


TERMINAL_TRAITS = ChannelTraits(
    can_push=False, has_account=False, can_delete_messages=True, serves_officers=True
)
WEB_TRAITS = ChannelTraits(
    can_push=False,
    has_account=False,
    can_delete_messages=True,
    serves_officers=False,
    is_page=True,
    asks_page_by_page=True,
)
TELEGRAM_TRAITS = ChannelTraits(
    can_push=True, has_account=True, can_delete_messages=True, serves_officers=True
)
LINE_TRAITS = ChannelTraits(
    can_push=True,
    has_account=True,
    can_delete_messages=False,
    serves_officers=True,
    link_query="openExternalBrowser=1",
)


def get_channel_traits(channel: Channel) -> ChannelTraits:
    """Return the capabilities of a channel."""
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


def complete_link_for_any(url: str) -> str:
    """Return a link without a query as it is shown where the channel is not known yet: with what one of them needs."""
    needed = next((traits for traits in map(get_channel_traits, Channel) if traits.link_query), None)
    return url if needed is None else needed.complete_link(url)
