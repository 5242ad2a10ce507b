"""LINE, as the registry knows it."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager

from bot.desk_names import DeskName
from bot.platforms.platform import (
    AccountPlatform,
    AccountSecret,
    AccountState,
    OpenPlatform,
    PlatformContext,
)
from bot.settings import DeskSettings, Settings
from handlers.dialog.events import Channel


class LinePlatform(AccountPlatform):
    """The Official Account of a desk."""

    channel = Channel.LINE
    title, guide = "LINE", "docs/guides/line.th.md"

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

    async def examine_account(self, desk: DeskName, settings: Settings) -> AccountState:
        """Ask for name, mode, quota and webhook (`AccountPlatform.examine_account`)."""
        from bot.platforms.line.setup import examine_account, open_client

        async with open_client(settings.desk(desk), settings.line_api_url) as client:
            return await examine_account(client)

    async def register_account(self, desk: DeskName, settings: Settings) -> None:
        """Set webhook and menus (`AccountPlatform.register_account`)."""
        from bot.platforms.line.setup import open_client, register_account

        desk_settings = settings.desk(desk)
        async with open_client(desk_settings, settings.line_api_url) as client:
            await register_account(client, desk, self.get_webhook_url(desk, desk_settings))
