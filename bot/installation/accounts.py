"""Asks for the accounts of the desks, tries each token at its platform, and keeps those that are accepted."""

import re
from dataclasses import dataclass

from pydantic import SecretStr

from bot.delivery.transport import TokenRefusedError, TransportError
from bot.desk_names import DESK_NAMES, DeskName
from bot.installation.answers import Answers
from bot.installation.interview import Interview, say
from bot.installation.office_writer import AccountLinks
from bot.installation.questions import (
    ACCOUNT_QUESTIONS,
    NOBODY,
    SECRET_FORMS,
    AccountQuestion,
    is_refusal,
    list_chosen_desks,
)
from bot.installation.settings_writer import SettingsWriter
from bot.platforms.platform import AccountPlatform
from bot.platforms.registry import PLATFORMS
from bot.settings import ENV_PREFIX, Settings, load_settings

_LINKS = {"telegram": "https://t.me/{name}", "line": "https://line.me/R/ti/p/@{name}"}


@dataclass(frozen=True)
class AccountSetup:
    """Asks, tries and keeps. Secrets go to the settings only."""

    answers: Answers
    writer: SettingsWriter
    interview: Interview

    async def ask_all(self) -> None:
        """Ask for each account of the chosen desks that is not set yet."""
        for question in ACCOUNT_QUESTIONS:
            if question.desk not in list_chosen_desks(self.answers) or self.answers[question.name] == NOBODY:
                continue
            token, *_ = question.secrets
            if self.writer.get(question.get_setting(token)):
                say(f"{question.get_setting(token)}: ตั้งไว้แล้ว ใช้ต่อ")
            elif question.needs_address and not load_settings().desk(question.desk).public_url:
                say(f"\nข้าม LINE ของโต๊ะ {question.desk} ไว้ก่อน เพราะ LINE ต้องมีที่อยู่เว็บ https ของโต๊ะนี้")
            else:
                await self._ask(question)

    async def _ask(self, question: AccountQuestion) -> None:
        while True:
            secrets = dict[str, str]()
            for secret in question.secrets:
                secrets[secret] = await self.interview.ask_secret(question, secret)
                if is_refusal(secrets[secret]):
                    break
            token, *others = question.secrets
            if is_refusal(secrets[token]):
                self.answers.save(question.name, NOBODY)
                return
            refusal = self._find_refusal(question, secrets) or await self._try(question, secrets)
            if not refusal:
                break
            self.interview.refuse(question.get_setting(token), refusal)
        # The token last: with it the account counts as set.
        for secret in (*others, token):
            self.writer.add(question.get_setting(secret), secrets[secret], is_secret=True)

    def _find_refusal(self, question: AccountQuestion, secrets: dict[str, str]) -> str:
        for secret, value in secrets.items():
            if is_refusal(value):
                return f"ต้องใส่ {secret} ด้วย คู่กัน"
            if any(letter.isspace() or not letter.isascii() for letter in value):
                return "โทเคนมีเฉพาะตัวอักษรอังกฤษ ตัวเลข และเครื่องหมาย ไม่มีช่องว่าง ลองคัดลอกใหม่ทั้งบรรทัด"
            for desk in DESK_NAMES:
                if (
                    desk != question.desk
                    and self.writer.get(f"{ENV_PREFIX}{desk.upper()}__{secret}") == value
                ):
                    return "นี่เป็นบัญชีของอีกโต๊ะหนึ่ง แต่ละโต๊ะต้องมีบัญชีของตัวเอง สร้างใหม่อีกบัญชี"
        return ""

    async def _try(self, question: AccountQuestion, secrets: dict[str, str]) -> str:
        """Try the token; return why it is refused. What cannot be tried now is kept, and doctor tries it again."""
        platform, settings = find_platform(question.platform), load_settings()
        changed = {secret.lower(): SecretStr(value) for secret, value in secrets.items()}
        desk_settings = settings.desk(question.desk).model_copy(update=changed)
        trial = settings.model_copy(update={question.desk: desk_settings})
        try:
            state = await platform.examine_account(question.desk, trial)
        except TokenRefusedError:
            return f"{platform.title} ไม่รับโทเคนนี้ ลองคัดลอกใหม่ทั้งบรรทัด หรือขอใหม่"
        except TransportError:
            # Nobody can try it now, so that its form is all there is to go by.
            for secret, value in secrets.items():
                if not re.fullmatch(SECRET_FORMS[secret], value):
                    return f"{secret} ไม่เป็นรูปแบบของ {platform.title} (น่าจะคัดลอกมาไม่ครบ) ลองคัดลอกใหม่ทั้งบรรทัด"
            say(f"ยังติดต่อ {platform.title} ไม่ได้ เก็บโทเคนไว้ก่อน แล้วตรวจภายหลังด้วย ita-bot doctor")
            return ""
        say(f"✓ {platform.title} รับแล้ว บัญชี {state.name}")
        if not state.answers_alone:
            say("! บัญชีนี้เปิด “แชต” ไว้ ปิดใน LINE Official Account Manager ไม่เช่นนั้นผู้อื่นอ่านข้อความของผู้แจ้งได้")
        link = _LINKS[question.platform].format(name=state.name.removeprefix("@"))
        self.answers.save(f"links.{question.name}", link)
        return ""


def find_platform(channel: str) -> AccountPlatform:
    """Return the platform of a channel."""
    return next(platform for platform in PLATFORMS if platform.channel.value == channel)


def list_links(answers: Answers) -> AccountLinks:
    """Return the public links of the accounts that were accepted."""
    return {
        (question.desk, question.platform): link
        for question in ACCOUNT_QUESTIONS
        if (link := answers[f"links.{question.name}"])
    }


async def register_accounts(desks: tuple[DeskName, ...], settings: Settings) -> None:
    """Set webhooks, commands and menus of all accounts. What fails is said, and the server does it at its start."""
    for desk in desks:
        for platform in PLATFORMS:
            token, *_ = platform.get_secrets(settings.desk(desk))
            if token.value is None:
                continue
            try:
                await platform.register_account(desk, settings)
            except TransportError:
                say(
                    f"! {platform.title} ของโต๊ะ {desk}: ยังตั้งไม่ได้ เซิร์ฟเวอร์จะตั้งให้เองเมื่อเริ่ม ตรวจด้วย ita-bot doctor"
                )
            else:
                say(f"✓ {platform.title} ของโต๊ะ {desk}: ตั้งที่อยู่รับข้อความ คำสั่ง และเมนูแล้ว")
