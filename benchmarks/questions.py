"""How long `/questions` and a new question take beside a year's open questions."""

import asyncio
import secrets
import tempfile
import time
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import uvloop
from pyotp import HOTP

from benchmarks.tables import HOME, Sizes, Table, format_spread, prepare_process
from bot.engine import Engine
from bot.importers.faq_file import store_example_faq
from bot.office_file import EXAMPLE_OFFICE_PATHS, load_office
from bot.serve import tune_gc
from handlers.dialog.effects import TurnResult
from handlers.dialog.events import Channel, Event
from handlers.dialog.receipt import make_receipt
from handlers.dialog.session import Session
from handlers.questions.messages import SubmitQuestion
from handlers.service_desk import ServiceDesk
from handlers.staff.members import StaffProfile
from handlers.staff.permissions import Role
from storage.crypto.key_files import DeskPaths, load_or_create_keys
from storage.store import Store, open_store

DAY = date(2026, 11, 22)
WORDS = "ขอสอบถามว่าจะยืมเต็นท์ของหน่วยงานไปจัดงานวัดที่ตำบลได้ไหม เรื่องที่"


async def insert_questions(store: Store, count: int) -> None:
    """Insert questions over a year, all still open: the worst case for the list."""
    now = datetime.now(UTC)

    async def ask(number: int) -> None:
        who, on = secrets.token_bytes(32), DAY - timedelta(days=number % 365)
        act = SubmitQuestion(
            make_receipt(secrets.randbits(80)), f"{WORDS} {number}", who, "th", on, on + timedelta(days=15)
        )
        await store.commit(
            Event(secrets.token_hex(), who, Channel.WEB), None, TurnResult(Session(at=now), (), (act,)), now
        )

    for start in range(0, count, 500):
        await asyncio.gather(*(ask(number) for number in range(start, min(count, start + 500))))


async def add_joined_officer(engine: Engine, store: Store) -> bytes:
    """Add an officer and let them join; returns their person id."""
    code = (await store.staff_admin.add(Role.OFFICER, StaffProfile("สมหญิง"), datetime.now(UTC))).code
    who = store.keyring.hash_id("bench", "officer")
    answer = await engine.handle(Event("1", who, Channel.TERMINAL, text=f"/join {code}"))
    secret = next(line for line in answer.messages[0].text.splitlines() if len(line) == 32)
    one_time_code = HOTP(secret).at(int(time.time()) // 30)
    await engine.handle(Event("2", who, Channel.TERMINAL, text=one_time_code))
    return who


async def measure_message(engine: Engine, who: bytes, words: str, tries: int) -> list[float]:
    """Milliseconds of each of some messages, one after another."""
    latencies = []
    for _ in range(tries):
        started = time.perf_counter()
        answer = await engine.handle(Event(secrets.token_hex(), who, Channel.TERMINAL, text=words))
        latencies.append((time.perf_counter() - started) * 1000)
        assert answer.stored
    return latencies


async def measure_desk(count: int, tries: int) -> dict[str, list[float]]:
    """Fill the desk and measure each command."""
    with tempfile.TemporaryDirectory(prefix="benchmark-", dir=HOME) as folder:
        keys = load_or_create_keys(DeskPaths.under(Path(folder), "service"))
        async with open_store(keys, datetime.now(UTC)) as store:
            await store_example_faq(store, datetime.now(UTC))
            engine = Engine(ServiceDesk(load_office(EXAMPLE_OFFICE_PATHS[-1]), roster=store.roster), store)
            await insert_questions(store, count)
            officer = await add_joined_officer(engine, store)
            citizen = store.keyring.hash_id("bench", "citizen")
            tune_gc()
            return {
                "/questions": await measure_message(engine, officer, "/questions", tries),
                "/questions 500": await measure_message(engine, officer, "/questions 500", tries),
                "/question 12": await measure_message(engine, officer, "/question 12", tries),
                "a question that the FAQ answers": await measure_message(
                    engine, citizen, "สำนักงานเปิดกี่โมง", tries
                ),
            }


def measure(sizes: Sizes) -> Iterable[Table]:
    """Measure each command."""
    prepare_process()
    tries = sizes.tries * sizes.rounds
    found = uvloop.run(measure_desk(sizes.questions, tries))
    yield Table(
        f"Questions: milliseconds beside {sizes.questions:,} open ones",
        ("", "milliseconds"),
        [[name, format_spread(latencies, ".1f")] for name, latencies in found.items()],
        f"{tries} messages of each kind, one after another",
    )
