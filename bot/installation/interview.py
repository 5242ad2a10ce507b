"""Who answers the questions of `ita-bot init`: a person at a terminal, or a file."""

import asyncio
import getpass
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from bot.errors import BotError, ConfigurationError
from bot.installation.answers import AnswerError
from bot.installation.questions import AccountQuestion, Question


class SetupStoppedError(BotError):
    """The person closed the terminal before the end. What was answered is kept."""


class BackRequestedError(BotError):
    """The person wants to answer an earlier question anew."""


BACK_WORDS = frozenset({"ย้อน", "ย้อนกลับ", "แก้ข้อก่อน", "back"})


class Interview(Protocol):
    """Asks until an answer can be taken."""

    async def ask(self, question: Question) -> str:
        """Return the answer as it is kept. Raises SetupStoppedError, BackRequestedError, ConfigurationError."""

    async def ask_secret(self, question: AccountQuestion, secret: str) -> str:
        """Return a secret as it was given; empty where a file has none."""

    def refuse(self, setting: str, reason: str) -> None:
        """Say why an answer of that name, or a secret, is not taken.

        Raises ConfigurationError where nobody can answer again.
        """


def say(text: str = "") -> None:
    """Tell the person something, on standard output."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


@dataclass
class TerminalInterview:
    """A person, who is asked again as often as needed. introduced: accounts whose steps were shown."""

    introduced: set[str] = field(default_factory=set)

    async def ask(self, question: Question) -> str:
        """Ask and, where the answer cannot be taken, say kindly what to write (`Interview.ask`)."""
        while True:
            say(f"\n{question.text}")
            typed = await _read_line(is_secret=False)
            if typed.strip() in BACK_WORDS:
                raise BackRequestedError
            if not typed.strip() and question.otherwise is not None:
                return question.otherwise
            try:
                return question.parse(typed)
            except AnswerError as kindly:
                say(f"ขออภัย {kindly}")

    async def ask_secret(self, question: AccountQuestion, secret: str) -> str:
        """Show what to press, once, and ask without showing what is typed (`Interview.ask_secret`)."""
        if question.name not in self.introduced:
            self.introduced.add(question.name)
            say(f"\n{question.text}")
        say(f"{question.secrets[secret]}  (ตัวอักษรที่พิมพ์จะไม่ขึ้นบนจอ)")
        return (await _read_line(is_secret=True)).strip()

    def refuse(self, setting: str, reason: str) -> None:  # noqa: ARG002 - as `Interview`
        """Say it; the question comes again (`Interview.refuse`)."""
        say(f"ขออภัย {reason}")


async def _read_line(*, is_secret: bool) -> str:
    if is_secret and sys.stdin.isatty():
        try:
            secret: str = await asyncio.to_thread(getpass.getpass, "> ")
        except EOFError:
            raise SetupStoppedError from None
        return secret
    sys.stdout.write("> ")
    sys.stdout.flush()
    line: str = await asyncio.to_thread(sys.stdin.readline)
    if not line:
        raise SetupStoppedError
    return line.rstrip("\r\n")


@dataclass
class FileInterview:
    """A file of answers. A question that it does not answer has its usual answer, or is a mistake."""

    name: str
    given: Mapping[str, str]

    async def ask(self, question: Question) -> str:
        """Return what the file says (`Interview.ask`)."""
        typed = self.given.get(question.name, "")
        if not typed.strip() and question.otherwise is not None:
            return question.otherwise
        try:
            return question.parse(typed)
        except AnswerError as reason:
            raise ConfigurationError(f"{self.name}: {question.name}: {reason} ({question.text})") from None

    async def ask_secret(self, question: AccountQuestion, secret: str) -> str:
        """Return what the file says (`Interview.ask_secret`)."""
        return self.given.get(f"{question.desk}.{secret.lower()}", "").strip()

    def refuse(self, setting: str, reason: str) -> None:
        """End the set-up: the file has to be corrected (`Interview.refuse`)."""
        raise ConfigurationError(f"{self.name}: {setting}: {reason}")
