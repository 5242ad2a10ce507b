"""Every channel says what it can do."""

import ast

import pytest

from handlers.dialog.channels import ChannelTraits, get_channel_traits
from handlers.dialog.events import Channel
from tests.house.source_tree import ROOT


@pytest.mark.parametrize("channel", Channel)
def test_every_channel_has_its_traits(channel: Channel) -> None:
    assert isinstance(get_channel_traits(channel), ChannelTraits)


def test_what_the_channels_can_do() -> None:
    def having(trait: str) -> set[Channel]:
        return {channel for channel in Channel if getattr(get_channel_traits(channel), trait)}

    assert having("can_push") == {Channel.TELEGRAM, Channel.LINE}
    assert having("has_account") == {Channel.TELEGRAM, Channel.LINE}
    assert having("can_delete_messages") == set(Channel) - {Channel.LINE}
    assert having("serves_officers") == set(Channel) - {Channel.WEB}


def test_handlers_ask_for_a_trait_and_not_for_a_platform() -> None:
    named = {
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in (ROOT / "handlers").rglob("*.py")
        if path.name != "channels.py"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Compare)
        and any(
            isinstance(one, ast.Attribute) and ast.unparse(one.value) == "Channel" for one in ast.walk(node)
        )
    }
    assert named == set()
