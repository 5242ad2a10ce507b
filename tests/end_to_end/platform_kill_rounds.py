"""Kill -9 at random instants while people file on the web, Telegram and LINE: nothing is lost, nothing stands twice.

`python -m tests.end_to_end.platform_kill_rounds HOME ROUNDS SEED`: each round starts the real program, lets persons of
all three file, and kills it. Platforms send again what was not answered with 200, browsers the same form. Prints one
JSON line with the result, in which messages that came twice are counted.
"""

import asyncio
import http.client
import itertools
import json
import random
import sqlite3
import sys
from abc import ABC, abstractmethod
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from handlers.dialog.receipt import parse_receipt
from tests.bot.platforms.line.api_rules import load_line_rules
from tests.bot.platforms.line.driver import line_user_id, to_messages
from tests.bot.platforms.line.fake_line_api import SECRET as LINE_SECRET
from tests.bot.platforms.line.fake_line_api import TOKEN as LINE_TOKEN
from tests.bot.platforms.line.fake_line_api import FakeLineApi, serve_fake_line_api
from tests.bot.platforms.telegram.api_rules import find_contracts, load_telegram_rules
from tests.bot.platforms.telegram.driver import RECEIPT_PATTERN, SECRET
from tests.bot.platforms.telegram.fake_bot_api import TOKEN, FakeBotApi, serve_fake_bot_api
from tests.end_to_end.desk_harness import open_desk
from tests.end_to_end.server_process import HtmlPage, ServerProcess, Visitor, start_server
from tests.in_memory_desk import WHOLE_REPORT

PERSONS_A_PLATFORM = 2
MOST_SUBMISSIONS = 5
"""A round is killed at one of this many submissions, or where it does not come to it after `PATIENCE` seconds."""

PATIENCE, LONGEST_WAIT = 10.0, 0.06
QUESTION_PATIENCE = 90.0
"""Seconds in which a question comes, or does not: its reply token is good for a minute."""

LAST_PATIENCE = 300.0
"""Seconds in which all codes must arrive once nobody kills any more."""


async def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait for a condition of what the fakes and the parent record."""
    while not is_so():  # noqa: ASYNC110 - they record in lists
        await asyncio.sleep(0.005)


class DraftLostError(Exception):
    """The program was killed between a message and its answer, or while a menu was open, which is in memory only.

    This person gives up, and nothing of theirs is filed.
    """


@dataclass
class World:
    """The program that is killed, and what the parent has recorded over all rounds."""

    telegram: FakeBotApi
    line: FakeLineApi
    life: int = 0
    address: str = ""  # empty: it was killed, and has not started again
    submissions: int = 0
    ending: bool = False
    submitted: "dict[str, Person]" = field(default_factory=dict)
    given_up: int = 0
    killed_in_flight: int = 0
    unanswered: int = 0
    """Questions that never came, to events that a kill hit and that came again when their token was over (0012)."""

    in_flight: set[str] = field(default_factory=set)
    sent_again: set[str] = field(default_factory=set)
    """Marks of those whose last event was sent more than once."""

    hit: set[str] = field(default_factory=set)
    """Marks of those of whom a kill hit a call: an event that was not accepted yet, or a code that had not arrived."""

    sent: dict[str, list[tuple[str, int]]] = field(default_factory=lambda: defaultdict(list))
    """Each message that a platform showed, with the life in which it came, by account."""

    async def deliver(self, mark: str, post: Callable[[], Awaitable[bool]], *, submits: bool = False) -> int:
        """Send an event until it is accepted, as a platform does; return the life in which it was."""
        self.sent_again.discard(mark)
        while True:
            await wait_until(lambda: bool(self.address))
            life = self.life
            self.submissions += submits
            self.in_flight.add(mark)
            try:
                accepted = await post()
            except (aiohttp.ClientError, OSError, http.client.HTTPException):
                accepted = False
            if accepted:
                self.in_flight.discard(mark)
                return life
            await wait_until(lambda: self.life != life)  # noqa: B023 - awaited here
            self.sent_again.add(mark)

    async def wait_for_answer(self, mark: str, life: int, has_come: Callable[[], bool]) -> None:
        """Wait for the answer to an accepted event. Raises DraftLostError where the program was killed before it."""
        end = asyncio.get_running_loop().time() + QUESTION_PATIENCE
        while not has_come():
            if self.life != life:
                raise DraftLostError
            if asyncio.get_running_loop().time() > end:
                assert mark in self.sent_again, "a question did not come, and no kill hit its event"
                self.unanswered += 1
                raise DraftLostError
            await asyncio.sleep(0.003)


@dataclass
class Person(ABC):
    """Somebody who files one report, which has a mark in it."""

    world: World
    mark: str

    async def file_report(self) -> None:
        for line in WHOLE_REPORT:
            await self.say(f"{self.mark} {line}" if "ร้อยละสิบ" in line else line)
        self.world.submitted[self.mark] = self
        await self.submit("[ส่งเรื่อง]")

    @property
    @abstractmethod
    def account(self) -> str:
        """Under which name its platform shows messages."""

    @abstractmethod
    async def say(self, line: str) -> None:
        """Answer, and wait for the next question."""

    @abstractmethod
    async def submit(self, line: str) -> None:
        """Send it; the code may come later."""

    @abstractmethod
    def list_receipts(self) -> list[str]:
        """The codes that this person was shown, as often as they were."""


@dataclass
class TelegramPerson(Person):
    """In a chat of their own."""

    @property
    def chat(self) -> int:
        return 4_200_000_000 + int(self.mark.partition("n")[2])

    @property
    def account(self) -> str:
        return str(self.chat)

    def make_update(self, line: str) -> dict[str, Any]:
        telegram = self.world.telegram
        telegram.chats.setdefault(self.chat, {})
        if not line.startswith("["):
            return telegram.make_message_update(self.chat, text=line)
        shown = [m for m in telegram.chats[self.chat].values() if m.by_bot and line[1:-1] in dict(m.buttons)]
        if not shown:
            raise DraftLostError
        last = max(shown, key=lambda m: m.changed)
        return telegram.make_tap_update(self.chat, last.id, dict(last.buttons)[line[1:-1]])

    def last_change(self) -> int:
        return max((m.changed for m in self.world.telegram.chats[self.chat].values() if m.by_bot), default=0)

    async def post(self, line: str, *, submits: bool = False) -> int:
        update = self.make_update(line)

        async def push() -> bool:
            address = f"{self.world.address}/telegram/complaints"
            return await self.world.telegram.push_update(update, address=address, secret=SECRET) == 200

        return await self.world.deliver(self.mark, push, submits=submits)

    async def say(self, line: str) -> None:
        self.world.telegram.chats.setdefault(self.chat, {})
        before = self.last_change()
        life = await self.post(line)
        await self.world.wait_for_answer(self.mark, life, lambda: self.last_change() > before)

    async def submit(self, line: str) -> None:
        await self.post(line, submits=True)

    def list_receipts(self) -> list[str]:
        return find_receipts(text for text, _ in self.world.sent[str(self.chat)])


@dataclass
class LinePerson(Person):
    """With an account of their own."""

    @property
    def account(self) -> str:
        return line_user_id(self.mark)

    async def post(self, line: str, *, submits: bool = False) -> int:
        api = self.world.line
        if line.startswith("["):
            shown = [
                dict(m.choices) for m in to_messages(api.chats[self.account]) if line[1:-1] in dict(m.choices)
            ]
            if not shown:
                raise DraftLostError
            event = api.make_postback_event(self.account, shown[-1][line[1:-1]])
        else:
            event = api.make_text_event(self.account, line)
        tries = itertools.count()

        async def push() -> bool:
            api.webhook = f"{self.world.address}/line/complaints"
            again = next(tries) > 0
            return await api.post_events(api.mark_redelivered(event) if again else event) == 200

        return await self.world.deliver(self.mark, push, submits=submits)

    async def say(self, line: str) -> None:
        shown = self.world.line.chats.setdefault(self.account, [])
        before = len(shown)
        life = await self.post(line)
        await self.world.wait_for_answer(self.mark, life, lambda: len(shown) > before)

    async def submit(self, line: str) -> None:
        await self.post(line, submits=True)

    def list_receipts(self) -> list[str]:
        return find_receipts(text for text, _ in self.world.sent[self.account])


@dataclass
class WebPerson(Person):
    """With a browser of their own, which sends the same form again where no page came."""

    visitor: Visitor = field(default_factory=lambda: Visitor(0))
    receipts: list[str] = field(default_factory=list)

    @property
    def account(self) -> str:
        return self.mark

    async def file_report(self) -> None:
        self.visitor.page = await self.request(lambda: self.visitor.request("/report"))
        await super().file_report()

    async def request(self, do: Callable[[], HtmlPage], *, submits: bool = False) -> HtmlPage:
        """Send a request until it is answered."""
        answers = list[HtmlPage]()

        async def post() -> bool:
            self.visitor.port = int(self.world.address.rpartition(":")[2])
            answers.append(await asyncio.to_thread(do))
            return True

        await self.world.deliver(self.mark, post, submits=submits)
        return answers[-1]

    async def post(self, line: str, *, submits: bool = False) -> None:
        """Send the form of the page; where only the page after it does not come, that is reloaded."""
        text, pick = (line, "") if not line.startswith("[") else ("", line[1:-1])
        label = next((one for one in self.visitor.page.buttons if one.startswith(pick)), None) if pick else ""
        if label is None:
            raise DraftLostError
        page = await self.request(lambda: self.visitor.post_form(text, label), submits=submits)
        if page.status == 303:
            where = page.get_header("location")
            page = await self.request(lambda: self.visitor.request(where))
        self.visitor.page = page

    async def say(self, line: str) -> None:
        if line not in {"สวัสดี", "[แจ้งเรื่อง]"}:  # a page is opened in place of these
            await self.post(line)

    async def submit(self, line: str) -> None:
        await self.post(line, submits=True)
        assert self.visitor.page.receipt, self.visitor.page.visible_text
        self.receipts.append(self.visitor.page.receipt)

    def list_receipts(self) -> list[str]:
        return self.receipts


PERSONS: tuple[type[Person], ...] = (TelegramPerson, LinePerson, WebPerson)


def find_receipts(texts: Iterator[str]) -> list[str]:
    """All codes in texts, as often as they occur."""
    return [one for text in texts for one in RECEIPT_PATTERN.findall(text) if parse_receipt(one)]


def record_messages(world: World) -> None:
    """Let both platforms record in which life each message came."""
    post, show = world.telegram._post_message, world.line._deliver_messages

    def post_recorded(chat: int, text: str, **more: Any) -> Any:
        world.sent[str(chat)].append((text, world.life))
        return post(chat, text, **more)

    def show_recorded(person: str, messages: list[dict[str, Any]]) -> Any:
        texts = [json.dumps(message, ensure_ascii=False, sort_keys=True) for message in messages]
        world.sent[person] += [(text, world.life) for text in texts]
        return show(person, messages)

    world.telegram._post_message = post_recorded  # type: ignore[method-assign]
    world.line._deliver_messages = show_recorded  # type: ignore[method-assign]


async def file_for_ever(world: World, kind: type[Person], numbers: Iterator[int]) -> None:
    """File one report after another, each by somebody new."""
    while not world.ending:
        try:
            await kind(world, f"m{kind.__name__[0]}n{next(numbers)}").file_report()
        except DraftLostError:
            world.given_up += 1


def start(home: Path, world: World) -> ServerProcess:
    """Start the program with both platforms."""
    return start_server(
        home,
        ITA_TELEGRAM_API_URL=world.telegram.url,
        ITA_LINE_API_URL=world.line.url,
        ITA_COMPLAINTS__TELEGRAM_TOKEN=TOKEN,
        ITA_COMPLAINTS__TELEGRAM_SECRET=SECRET,
        ITA_COMPLAINTS__LINE_TOKEN=LINE_TOKEN,
        ITA_COMPLAINTS__LINE_SECRET=LINE_SECRET,
        ITA_COMPLAINTS__PUBLIC_URL="https://report.example.test/",
    )


async def run_life(home: Path, world: World, rng: random.Random) -> None:
    """Start the program, and kill it at a random instant after one of the next submissions."""
    server = await asyncio.to_thread(start, home, world)
    world.address = f"http://127.0.0.1:{server.port}"
    loop = asyncio.get_running_loop()
    last, end = world.submissions + rng.randrange(MOST_SUBMISSIONS), loop.time() + PATIENCE
    await wait_until(lambda: world.submissions >= last or loop.time() >= end)
    await asyncio.sleep(rng.uniform(0, LONGEST_WAIT))
    server.process.kill()
    world.killed_in_flight += bool(world.in_flight)
    waiting = {mark for mark, person in world.submitted.items() if not person.list_receipts()}
    world.hit |= world.in_flight | waiting
    world.address = ""
    world.life += 1
    await asyncio.to_thread(server.process.communicate)


async def run_last_life(home: Path, world: World, filing: "list[asyncio.Task[None]]") -> None:
    """Let what was begun end, and all codes arrive. Messages that wait for a lease of a killed program are due now."""
    world.ending = True
    with closing(sqlite3.connect(home / "complaints" / "desk.sqlite")) as raw, raw:
        raw.execute("UPDATE outbox SET due = 0")
    server = await asyncio.to_thread(start, home, world)
    world.address = f"http://127.0.0.1:{server.port}"
    async with asyncio.timeout(LAST_PATIENCE):
        await asyncio.gather(*filing)
        await wait_until(lambda: all(person.list_receipts() for person in world.submitted.values()))
        await wait_until(lambda: count_outbox(home) == 0)
    await asyncio.to_thread(server.stop)


def count_outbox(home: Path) -> int:
    """Messages that were not delivered yet."""
    with closing(sqlite3.connect(home / "complaints" / "desk.sqlite")) as raw:
        return int(raw.execute("SELECT count(*) FROM outbox").fetchone()[0])


async def check_store(home: Path, world: World) -> None:
    """Each report that was sent is a case, once; the register has no gaps; each person got one code, which opens it."""
    async with open_desk(home) as desk:
        stories = await desk.load_stories()
        assert await desk.check_integrity() == []
        marks = [story.split()[0] for story in stories.values()]
        assert sorted(marks) == sorted(world.submitted), "what was filed and what was sent differ"
        assert await desk.load_register_numbers() == list(range(1, len(stories) + 1)), "the register has gaps"
        for mark, person in world.submitted.items():
            (receipt,) = set(person.list_receipts())
            case = await desk.find_case_id(receipt)
            assert case is not None, f"the code of {mark} opens nothing"
            assert stories[case].startswith(f"{mark} ")


def count_repeated(world: World) -> dict[str, int]:
    """Messages that came twice: only ever to somebody of whom a kill hit a call."""
    twice = {"messages": 0, "codes": 0}
    spared = {person.account for mark, person in world.submitted.items() if mark not in world.hit}
    for account, told in world.sent.items():
        for text, times in Counter(text for text, _ in told).items():
            lives = {life for known, life in told if known == text}
            # In two lives: the platform had it, and the kill came before the program had set down that it was sent.
            assert times == len(lives) or account not in spared, (
                "a message came twice, and no kill hit its call"
            )
            twice["messages"] += times - 1
            twice["codes"] += (times - 1) * bool(find_receipts(iter([text])))
    return twice


async def run_all(home: Path, rounds: int, seed: int) -> dict[str, object]:
    """Run all rounds; return the result."""
    rules = load_telegram_rules(find_contracts())
    rng, numbers = random.Random(seed), itertools.count(1)
    async with serve_fake_bot_api(rules) as telegram, serve_fake_line_api(load_line_rules()) as line:
        line.quota = None
        world = World(telegram, line)
        record_messages(world)
        filing = [
            asyncio.create_task(file_for_ever(world, kind, numbers))
            for kind in PERSONS
            for _ in range(PERSONS_A_PLATFORM)
        ]
        for _ in range(rounds):
            await run_life(home, world, rng)
            for one in filing:
                if one.done():
                    one.result()  # a fault of a person's part ends everything
        await run_last_life(home, world, filing)
    await check_store(home, world)
    kinds = [type(person).__name__ for person in world.submitted.values()]
    return {
        "rounds": rounds,
        "filed": {kind.__name__: kinds.count(kind.__name__) for kind in PERSONS},
        "killed_in_flight": world.killed_in_flight,
        "given_up": world.given_up,
        "unanswered": world.unanswered,
        "shown": sum(map(len, world.sent.values())),
        "twice": count_repeated(world),
    }


def main(home: str, rounds: str, seed: str) -> None:
    """Run all rounds and print the result."""
    sys.stdout.write(json.dumps(asyncio.run(run_all(Path(home), int(rounds), int(seed)))) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
