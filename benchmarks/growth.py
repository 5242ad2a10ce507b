"""What a message costs in an empty desk and in desks with many cases, all measured in the same rounds."""

import secrets
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median

import uvloop

from benchmarks.desks.citizen import make_citizen_story
from benchmarks.desks.engine import BenchmarkDesk
from benchmarks.desks.fill import assign_cases, copy_full_desk, make_case_receipt
from benchmarks.desks.load import run_load
from benchmarks.tables import HOME, Sizes, Table, format_ratio, format_spread, prepare_process
from bot.serve import tune_gc
from handlers.dialog.events import Channel, Event
from handlers.dialog.receipt import Receipt
from handlers.staff.permissions import Role
from storage.crypto.key_files import DeskPaths
from tests.end_to_end.desk_harness import DeskHarness, open_desk
from tests.end_to_end.officers import Officer, add_officer, file_case

OWN_CASE = 2**79 + 1
"""Receipt of the case that is filed last in each desk: the only one in the empty desk."""

STATISTICS_TRIES = 3


@dataclass
class GrownDesk:
    """A desk with so many cases, and what each kind of message took in each round: milliseconds, and CPU ms."""

    case_count: int
    desk: DeskHarness
    officer: Officer
    supervisor: Officer
    receipt: Receipt
    case_number: str
    spans: dict[str, list[float]] = field(default_factory=dict)
    cpu: dict[str, list[float]] = field(default_factory=dict)

    async def measure(self, name: str, tries: int, send: Callable[[], Awaitable[object]]) -> None:
        """Send a message a few times, one after another, and keep the median."""
        spans, cpu_at_start = list[float](), time.process_time()
        for _ in range(tries):
            started = time.perf_counter()
            await send()
            spans.append((time.perf_counter() - started) * 1000)
        self.spans.setdefault(name, []).append(median(spans))
        self.cpu.setdefault(name, []).append((time.process_time() - cpu_at_start) / tries * 1000)

    async def measure_round(self, sizes: Sizes) -> None:
        """Measure every kind of message once."""
        await self._measure_complaints(sizes.stories)
        await self.measure("receipt of a case", sizes.tries, self._follow_case)
        for officer, words in (
            (self.officer, "/inbox"),
            (self.officer, "/inbox 50"),
            (self.supervisor, "/inbox"),
            (self.supervisor, "/overdue"),
            (self.officer, f"/case {self.case_number}"),
        ):
            name = words.replace(self.case_number, "N") + (
                " of a supervisor" if officer is self.supervisor else ""
            )
            await self.measure(name, sizes.tries, lambda officer=officer, words=words: officer.say(words))  # type: ignore[misc]
        await self.measure("/stats", STATISTICS_TRIES, lambda: self.supervisor.say("/stats"))

    async def _measure_complaints(self, stories: int) -> None:
        store = self.desk.store
        reply_address = store.keyring.address.encrypt(b"web:somebody", "address", "web", "back")
        handler = BenchmarkDesk(self.desk.engine, store, reply_address).handle_message
        found = await run_load(make_citizen_story(handler), persons=min(16, stories), stories=stories)
        self.spans.setdefault("message of a complaint, 16 at once", []).append(found.p50)
        self.cpu.setdefault("message of a complaint, 16 at once", []).append(found.cpu_per_message / 1000)

    async def _follow_case(self) -> None:
        """Somebody new sends a receipt, and sees how the case stands."""
        event = Event(secrets.token_hex(8), secrets.token_bytes(32), Channel.TERMINAL)
        messages = await self.desk.handle(replace(event, text=self.receipt.formatted))
        if not messages[-1].choices:
            raise RuntimeError("the receipt was not known")


async def open_grown_desk(stack: AsyncExitStack, folder: Path, case_count: int) -> GrownDesk:
    """A desk with so many cases, a third of them with an officer, a third with somebody else, and one more case."""
    home = folder / str(case_count) / "var"
    if case_count:
        await copy_full_desk(case_count, home)
    desk = await stack.enter_async_context(open_desk(home))
    officer = await add_officer(desk, "เจ้าหน้าที่")
    supervisor = await add_officer(desk, "หัวหน้า", Role.SUPERVISOR)
    assign_cases(DeskPaths.under(home, "complaints"), (None, officer.id, "f" * 16))
    own = await file_case(desk, OWN_CASE)
    shown = (await officer.say("/inbox"))[0]
    case_number = next(data for _, data in shown.choices if data.startswith("/case ")).split()[1]
    receipt = make_case_receipt(case_count // 2) if case_count else own
    return GrownDesk(case_count, desk, officer, supervisor, receipt, case_number)


async def measure_desks(sizes: Sizes) -> list[GrownDesk]:
    """Open all desks, and let them take turns in every round."""
    with tempfile.TemporaryDirectory(prefix="benchmark-", dir=HOME) as folder:
        async with AsyncExitStack() as stack:
            desks = [await open_grown_desk(stack, Path(folder), count) for count in sizes.cases]
            warm_up = replace(sizes, stories=min(16, sizes.stories), tries=2)
            for desk in desks:
                await desk.measure_round(warm_up)
                desk.spans.clear()
                desk.cpu.clear()
            tune_gc()
            for _ in range(sizes.rounds):
                for desk in desks:
                    await desk.measure_round(sizes)
            return desks


def measure(sizes: Sizes) -> Iterable[Table]:
    """Measure, and make a table of the waits and one of the work."""
    prepare_process()
    desks = uvloop.run(measure_desks(sizes))
    columns = ("", *(f"{desk.case_count:,} cases" for desk in desks), "last / first")
    note = (
        f"{sizes.rounds} rounds; the desks take turns; a quarter of the cases is closed, a third is the officer's;"
        " one message after another, save in the first line"
    )
    for title, figures, form in (
        ("Growth: milliseconds until the answer", [desk.spans for desk in desks], ",.2f"),
        ("Growth: CPU milliseconds a message, all threads", [desk.cpu for desk in desks], ",.3f"),
    ):
        yield Table(
            title,
            columns,
            [
                [
                    name,
                    *(format_spread(of_desk[name], form) for of_desk in figures),
                    format_ratio(figures[-1][name], figures[0][name]),
                ]
                for name in figures[0]
            ],
            note,
        )
