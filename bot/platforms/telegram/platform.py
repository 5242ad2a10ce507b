"""Telegram, as the registry knows it."""

from collections.abc import Iterator, Sequence
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

NO_PUBLIC_URL_WARNING = (
    "{prefix}PUBLIC_URL: ว่างอยู่ Telegram จึงไม่รู้ว่าจะส่งข้อความมาที่ใด และบอตจะเงียบ"
    " ใส่ที่อยู่ https ของเครื่องนี้ หรือตั้ง {prefix}TELEGRAM_MODE=polling"
    " / is empty: Telegram does not know where to bring messages, and the bot stays mute."
    " Set the https address, or TELEGRAM_MODE=polling."
)


class TelegramPlatform(AccountPlatform):
    """The bot of a desk, by webhook or polling."""

    channel = Channel.TELEGRAM
    title, guide = "Telegram", "docs/guides/telegram.th.md"

    def get_secrets(self, desk_settings: DeskSettings) -> Sequence[AccountSecret]:
        """Return the token, and the secret of the webhook, which may be any (`Platform.get_secrets`)."""
        return (
            AccountSecret("TELEGRAM_TOKEN", desk_settings.telegram_token, names_account=True),
            AccountSecret("TELEGRAM_SECRET", desk_settings.telegram_secret, names_account=False),
        )

    def iterate_warnings(self, prefix: str, desk_settings: DeskSettings) -> Iterator[str]:
        """Warn of a webhook without an address (`Platform.iterate_warnings`)."""
        by_webhook = desk_settings.telegram_token is not None and desk_settings.telegram_mode == "webhook"
        if by_webhook and not desk_settings.public_url:
            yield NO_PUBLIC_URL_WARNING.format(prefix=prefix)

    def open(self, context: PlatformContext) -> AbstractAsyncContextManager[OpenPlatform]:
        """Run the bot of a desk (`Platform.open`)."""
        from bot.platforms.telegram.setup import open_telegram  # with Telegram's library, which takes long

        return open_telegram(context)

    def get_webhook_url(self, desk: DeskName, desk_settings: DeskSettings) -> str:
        """Return none for a bot that polls (`AccountPlatform.get_webhook_url`)."""
        polls = desk_settings.telegram_mode == "polling"
        return "" if polls else super().get_webhook_url(desk, desk_settings)

    async def examine_account(self, desk: DeskName, settings: Settings) -> AccountState:
        """Ask for name and webhook (`AccountPlatform.examine_account`)."""
        from bot.platforms.telegram.setup import open_client

        async with open_client(settings.desk(desk), settings.telegram_api_url) as client:
            return await client.examine_account()

    async def register_account(self, desk: DeskName, settings: Settings) -> None:
        """Set commands and webhook (`AccountPlatform.register_account`)."""
        from bot.platforms.telegram.setup import open_client, register_bot

        async with open_client(settings.desk(desk), settings.telegram_api_url) as client:
            await register_bot(client, desk, settings.desk(desk))
