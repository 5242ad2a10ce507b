"""Kill -9 in the middle of officers' acts: what was answered is done, once, and what comes again does nothing more.

`python -m tests.end_to_end.officer.act_kills HOME ROUNDS SEED`: each round forks a desk at which officers work side by
side: they write a case down with the clerk's form, take it, answer (and take back every third answer within its 60
seconds), merge it with the one before, and an admin hands all cases over. It is killed, and the next round begins by
sending the events that were under way once more, as a platform does. Prints one JSON line with the result.
"""

import asyncio
import itertools
import json
import os
import random
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from handlers.dialog.events import Channel, Event
from handlers.dialog.replies import Message
from handlers.staff.members import ListStaff
from handlers.staff.permissions import Role
from storage import tables
from storage.cases.history import decode_history_line
from storage.tables.rules import matters
from tests.end_to_end.desk_harness import DeskHarness, open_desk
from tests.end_to_end.officers import Officer, add_officer

NAMES = ("สมหญิง", "วิชัย", "มานี")
ADMIN = "ผู้ดูแล"
FEWEST_LINES, MOST_LINES, LONGEST_WAIT = 120, 260, 0.01


@dataclass
class ActLog:
    """What the parent has recorded: the events under way, with what they send, and what was answered, by mark."""

    in_flight: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    answered: dict[str, list[str]] = field(default_factory=dict)
    rounds: int = 0
    killed_busy: int = 0

    def read(self, output: str) -> None:
        """Take over what a desk reported before it was killed; an incomplete last line is dropped."""
        for line in output.split("\n")[:-1]:
            told = json.loads(line)
            if told["what"] == "try":
                self.in_flight[told["event"]] = (told["who"], told["sends"], told["mark"])
            else:
                self.in_flight.pop(told["event"], None)
                self.answered.setdefault(told["mark"], []).append(told["says"])
        self.killed_busy += bool(self.in_flight)


@dataclass
class Worker:
    """One of the staff, who sends events and reports each before it is sent and after its answer."""

    officer: Officer
    prefix: str
    report_fd: int
    count: int = 0

    def report(self, **told: str) -> None:
        os.write(self.report_fd, (json.dumps(told, ensure_ascii=False) + "\n").encode())

    async def send(self, sends: str, mark: str) -> tuple[Message, ...]:
        """Send a text, or press a button: what begins with `:` is its data."""
        self.count += 1
        event = f"{self.prefix}-{self.officer.name}-{self.count}"
        self.report(what="try", event=event, who=self.officer.name, sends=sends, mark=mark)
        return await self.send_event(event, sends, mark)

    async def send_event(self, event: str, sends: str, mark: str) -> tuple[Message, ...]:
        content = {"choice": sends[1:]} if sends.startswith(":") else {"text": sends}
        messages = await self.officer.desk.handle(
            Event(event, self.officer.who, Channel.TERMINAL, **content)  # type: ignore[arg-type]
        )
        says = " ".join(message.text for message in messages)
        self.report(what="ack", event=event, mark=mark, says=says)
        return messages


def find_button(messages: tuple[Message, ...], label: str) -> str:
    """The data of the button with a label; empty where there is none, as of a case that was handed over meanwhile."""
    return {shown: data for message in messages for shown, data in message.choices}.get(label, "")


async def work_on_cases(worker: Worker) -> None:
    """Write cases down and work on them, without end."""
    before = ""
    await worker.send("ยกเลิก", "")  # a form that was begun before the kill
    for number in itertools.count():
        mark = f"{worker.prefix}w{NAMES.index(worker.officer.name)}n{number}x"
        await worker.send("/ลงรับ", "")
        await worker.send("โทรศัพท์", "")
        await worker.send("วันนี้", "")
        await worker.send(f"{mark} เรียกรับเงินก่อนตรวจรับงาน", "")
        form = await worker.send("ทุจริตต่อหน้าที่", "")
        if not (enters := find_button(form, "ลงรับ")):
            continue
        entered = await worker.send(f":{enters}", f"intake {mark}")
        case = " ".join(message.text for message in entered).partition("เลขรับ ")[2].split()[0]
        await worker.send(f"/รับ {case}", f"take {mark}")
        if before:
            await worker.send(f"/รวม {before} {case} !", f"merge {before} {case}")
        before = case
        shown = await worker.send(f"/ตอบ {case} ตอบ{mark}", "")
        if not (sends := find_button(shown, "ส่ง")):
            continue
        await worker.send(f":{sends}", f"reply {mark}")
        if number % 3 == 0:
            await worker.send(f"/เรียกคืน {case}", f"undo {mark}")


async def hand_over_forever(worker: Worker, places: Mapping[str, str]) -> None:
    """Hand the cases of one over to another, round the staff."""
    await worker.send("/ส่งมอบงาน", "")
    await worker.send(worker.officer.totp_code(), "")
    for one, other in itertools.cycle(itertools.pairwise((*NAMES, NAMES[0]))):
        await worker.send(f":/handover {places[one]}!{places[other]}!", "handover")
        await asyncio.sleep(0.02)


async def find_staff(desk: DeskHarness) -> dict[str, Officer]:
    known = {one.name: one.id for one in await desk.store.answer_query(ListStaff(), desk.now())}
    return {name: Officer(desk, name, known[name], desk.person_id(name)) for name in (*NAMES, ADMIN)}


async def work_forever(home: Path, number: int, again: Mapping[str, tuple[str, str, str]], fd: int) -> None:
    """Send what was under way once more, then work."""
    async with open_desk(home) as desk:
        desk.clock_offset = timedelta(seconds=31 * number)  # a code of the app is for one use
        desk.engine.now = desk.now
        if not number:
            for name in NAMES:
                await add_officer(desk, name)
            await add_officer(desk, ADMIN, Role.ADMIN)
        staff = await find_staff(desk)
        os.write(fd, b"ready\n")
        for event, (who, sends, mark) in again.items():
            await Worker(staff[who], "", fd).send_event(event, sends, mark)
        workers = [Worker(staff[name], f"r{number}", fd) for name in NAMES]
        places = {name: one.id[:6] for name, one in staff.items()}
        async with asyncio.TaskGroup() as group:
            for worker in workers:
                group.create_task(work_on_cases(worker))
            group.create_task(hand_over_forever(Worker(staff[ADMIN], f"r{number}", fd), places))
            group.create_task(send_due_forever(desk))


async def send_due_forever(desk: DeskHarness) -> None:
    """Send what has waited for its 60 seconds."""
    while True:
        await desk.store.scheduled_replies.send_due(desk.now())
        await asyncio.sleep(0.03)


def run_round(home: Path, log: ActLog, rng: random.Random) -> None:
    """Fork a desk, let it work, kill it, and read what it reported."""
    read, report_fd = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        try:
            asyncio.run(work_forever(home, log.rounds, log.in_flight, report_fd))
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)  # only a fault ends a desk that should work without end
    os.close(report_fd)
    with os.fdopen(read, "rb") as output:
        assert output.readline() == b"ready\n", "the desk did not open"
        seen = [output.readline() for _ in range(rng.randrange(FEWEST_LINES, MOST_LINES))]
        time.sleep(rng.uniform(0, LONGEST_WAIT))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status), "the desk ended by itself"
        log.read(b"".join([*seen, output.read()]).decode())
    log.rounds += 1


async def check_store(home: Path, log: ActLog) -> dict[str, int]:
    """Each act that was answered is done once; database and audit trail are whole."""
    async with open_desk(home) as desk:
        desk.clock_offset = timedelta(seconds=31 * log.rounds)
        desk.engine.now = desk.now
        staff, null = await find_staff(desk), os.open(os.devnull, os.O_WRONLY)
        for event, (who, sends, mark) in log.in_flight.items():
            messages = await Worker(staff[who], "", null).send_event(event, sends, mark)
            log.answered.setdefault(mark, []).append(" ".join(message.text for message in messages))
        os.close(null)
        await desk.store.scheduled_replies.send_due(desk.now() + timedelta(minutes=5))
        assert await desk.check_integrity() == []
        told_words = " ".join((await desk.load_stories()).values()).split()
        stories = Counter(word for word in told_words if word.endswith("x"))
        assert set(stories.values()) == {1}, "a case was entered twice"
        replies = Counter(await load_reply_marks(desk))
        done = Counter[str]()
        for told, says in log.answered.items():
            kind, _, mark = told.partition(" ")
            done[kind] += 1
            check_act(kind, mark, " ".join(says), stories, replies, log)
        assert set(replies.values()) <= {1}, "a reporter was told twice"
        check_handovers(log)
        merged = await load_matters(desk)
        for told, says in log.answered.items():
            if told.startswith("merge ") and "เป็นเรื่องเดียวแล้ว" in " ".join(says):
                one, other = told.split()[1:]
                assert merged[one] == merged[other] is not None, f"{one} and {other} were made one"
        numbers = await desk.load_register_numbers()
        assert numbers == list(range(1, len(numbers) + 1)), "the register has gaps"
    return {"rounds": log.rounds, "killed_in_flight": log.killed_busy, **done}


def check_act(
    kind: str, mark: str, says: str, stories: Counter[str], replies: Counter[str], log: ActLog
) -> None:
    """Fail where an act that was answered is not done."""
    if kind == "intake" and "ลงรับแล้ว" in says:
        assert stories[mark] == 1, f"{mark} was entered and is gone"
    if kind == "reply" and "60 วินาที" in says:
        undone = any("เรียกคืนแล้ว" in one for one in log.answered.get(f"undo {mark}", ()))
        assert replies[mark] == int(not undone), f"{mark}: answered {replies[mark]} times, undone: {undone}"


def check_handovers(log: ActLog) -> None:
    """Fail where no hand-over was done at all: nothing would be shown by them then."""
    assert any("ไปอยู่กับ" in one for one in log.answered.get("handover", ())), log.answered.get("handover")


async def load_matters(desk: DeskHarness) -> dict[str, bytes | str | None]:
    """The matter of each case, by register number."""
    case = tables.cases.c
    query = select(case.number, case.fiscal_year, matters.c.matter).join_from(
        tables.cases, matters, matters.c.case_id == case.id, isouter=True
    )
    async with desk.store._reader.connect() as connection:
        return {f"{row[0]}/{row[1]}": row[2] for row in await connection.execute(query)}


async def load_reply_marks(desk: DeskHarness) -> list[str]:
    """The marks of every reply that reached a case's history."""
    keys = select(tables.cases.c.id, tables.cases.c.key)
    async with desk.store._reader.connect() as connection:
        ciphers = {
            row.id: desk.store.keyring.unwrap_case_cipher(row.id, row.key)
            for row in await connection.execute(keys)
        }
        lines = (await connection.execute(select(tables.history))).mappings().all()
    texts = [decode_history_line(row, ciphers[row["case_id"]])[0].text for row in lines]
    return [text.removeprefix("ตอบ") for text in texts if text.startswith("ตอบ")]


def main(home: str, rounds: str, seed: str) -> None:
    """Run all rounds and print the result."""
    log, rng, folder = ActLog(), random.Random(int(seed)), Path(home)
    for _ in range(int(rounds)):
        run_round(folder, log, rng)
    sys.stdout.write(json.dumps(asyncio.run(check_store(folder, log))) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
