"""A year of questions: how long `/questions` and a new question take beside 10,000 others.

python -m benchmarks.questions [HOW MANY]
"""

import asyncio
import secrets
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles

from pyotp import HOTP

from bot.engine import Engine
from bot.importers.faq_file import store_example_faq
from bot.office_file import EXAMPLE_OFFICE_PATHS, load_office
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


async def insert_questions(one: Store, many: int) -> None:
    """Ask so many questions over a year, all still open: the worst that the list can be."""
    now = datetime.now(UTC)

    async def ask(number: int) -> None:
        who, on = secrets.token_bytes(32), DAY - timedelta(days=number % 365)
        act = SubmitQuestion(
            make_receipt(secrets.randbits(80)), f"{WORDS} {number}", who, "th", on, on + timedelta(days=15)
        )
        await one.commit(
            Event(secrets.token_hex(), who, Channel.WEB), None, TurnResult(Session(at=now), (), (act,)), now
        )

    for start in range(0, many, 500):
        await asyncio.gather(*(ask(number) for number in range(start, min(many, start + 500))))


async def add_joined_officer(engine: Engine, one: Store) -> bytes:
    """An officer who has joined."""
    code = await one.staff_admin.add(Role.OFFICER, StaffProfile("สมหญิง"), datetime.now(UTC))
    who = one.keyring.hash_id("bench", "officer")
    said = await engine.handle(Event("1", who, Channel.TERMINAL, text=f"/join {code}"))
    secret = next(line for line in said.messages[0].text.splitlines() if len(line) == 32)
    factor = HOTP(secret).at(int(time.time()) // 30)
    await engine.handle(Event("2", who, Channel.TERMINAL, text=factor))
    return who


async def measure_message(engine: Engine, who: bytes, words: str, times: int = 100) -> str:
    """Milliseconds of a message: median and 95 in 100."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        answer = await engine.handle(Event(secrets.token_hex(), who, Channel.TERMINAL, text=words))
        took.append((time.perf_counter() - began) * 1000)
        assert answer.stored
    return f"{median(took):.1f} ms, 95 in 100 within {quantiles(took, n=20)[18]:.1f} ms"


async def main(many: int) -> None:
    """Measure."""
    with tempfile.TemporaryDirectory() as folder:
        ring = load_or_create_keys(DeskPaths.under(Path(folder), "service"))
        async with open_store(ring, datetime.now(UTC)) as one:
            await store_example_faq(one, datetime.now(UTC))
            engine = Engine(ServiceDesk(load_office(EXAMPLE_OFFICE_PATHS[-1]), roster=one.roster), one)
            began = time.perf_counter()
            await insert_questions(one, many)
            print(f"{many:,} questions asked in {time.perf_counter() - began:.1f} s")
            officer = await add_joined_officer(engine, one)
            print("/questions:     ", await measure_message(engine, officer, "/questions"))
            print("/questions 500: ", await measure_message(engine, officer, "/questions 500"))
            print("/question 12:   ", await measure_message(engine, officer, "/question 12"))
            citizen = one.keyring.hash_id("bench", "citizen")
            print("a question:     ", await measure_message(engine, citizen, "สำนักงานเปิดกี่โมง"))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
