"""LINE, as the registry knows it."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager

from bot.platforms.platform import AccountSecret, OpenPlatform, Platform, PlatformContext
from bot.settings import DeskSettings
from handlers.dialog.events import Channel


class LinePlatform(Platform):
    """The Official Account of a desk."""

    channel = Channel.LINE

    def get_secrets(self, desk_settings: DeskSettings) -> Sequence[AccountSecret]:
        """Return token and channel secret: an account has several tokens, but one secret (`Platform.get_secrets`)."""
        return (
            AccountSecret("LINE_TOKEN", desk_settings.line_token, names_account=True),
            AccountSecret("LINE_SECRET", desk_settings.line_secret, names_account=True),
        )

    def open(self, context: PlatformContext) -> AbstractAsyncContextManager[OpenPlatform]:
        """Run the account of a desk (`Platform.open`)."""
        from bot.platforms.line.setup import open_line  # with LINE's library, which takes long

        return open_line(context)
