"""Kill -9 of a change of keys, while another program files and answers: every code opens its case afterwards."""

import asyncio
import os
import random
import signal
import time
from datetime import timedelta
from pathlib import Path

import pytest

from handlers.dialog.receipt import make_receipt
from storage.rotation.rotate_keys import KeyRotation, count_old_rows, find_unfinished_rotation
from storage.store import Store, open_store
from tests.storage.conftest import CANARY, NOW, StoredDesk, load_reporter_case, make_entry, store_file

CASES = 30


async def read_everything(store: Store, count: int) -> None:
    """Every case opens with its code, has its report and name, and its file where it came with one."""
    for number in range(count):
        case = await load_reporter_case(store, make_receipt(number))
        report = await store.load_report(case.id)
        assert report.answers["story"] == CANARY
        assert await store.load_identity(case.id) == {"name": f"ผู้แจ้ง {number}"}
        for file in report.files:
            content = b"".join([chunk async for chunk in store.evidence.read_chunks(file)])
            assert content == b"%PDF-" + bytes(20_000)


async def file_case(ground: StoredDesk, store: Store, number: int) -> None:
    """File a case with a name, every fifth with a file, and write a message to it."""
    files = (await store_file(store, b"%PDF-" + bytes(20_000), "a.pdf", NOW),) if number % 5 == 0 else ()
    await ground.file_complaint(store, number, NOW, identity={"name": f"ผู้แจ้ง {number}"}, files=files)
    case = await load_reporter_case(store, make_receipt(number))
    await ground.commit_acts(store, make_entry(case, "ข้อความ"))


def fork_rotation(ground: StoredDesk) -> int:
    """Start a program that changes the keys; return its id once it has opened the desk."""
    read, report_fd = os.pipe()
    child = os.fork()
    if child == 0:

        async def work() -> None:
            async with open_store(ground.key_files, NOW) as store:
                os.write(report_fd, b"ready\n")
                await KeyRotation(store, 0.01, 0.1).run(NOW + timedelta(days=1))

        try:
            asyncio.run(work())
        finally:
            os._exit(0)
    os.close(report_fd)
    with os.fdopen(read, "rb") as output:
        assert output.readline() == b"ready\n", "the program did not begin"
    return child


def run_rounds(ground: StoredDesk, rounds: int, longest: float) -> int:
    """Kill, read, go on; return how many changes were found half done."""
    rng, half_done, filed = random.Random(7), 0, 0

    async def fill(store: Store) -> None:
        for number in range(CASES):
            await file_case(ground, store, number)

    async def beside(store: Store) -> None:
        nonlocal filed
        child = fork_rotation(ground)
        ending = time.monotonic() + rng.uniform(0, longest)
        while time.monotonic() < ending:
            await file_case(ground, store, CASES + filed)
            filed += 1
            await asyncio.sleep(0.02)
        os.kill(child, signal.SIGKILL)
        await asyncio.to_thread(os.waitpid, child, 0)
        await read_everything(store, CASES + filed)

    async def look(store: Store) -> None:
        nonlocal half_done
        half_done += bool(await find_unfinished_rotation(store))
        await read_everything(store, CASES + filed)
        assert await store.verify_audit() == []

    async def finish(store: Store) -> None:
        await KeyRotation(store, 0, 0).run(NOW + timedelta(days=1))
        assert await count_old_rows(store) == 0
        await read_everything(store, CASES + filed)

    ground.run_scenario(fill)
    for _ in range(rounds):
        ground.run_scenario(beside)
        ground.run_scenario(look)
    ground.run_scenario(finish)
    return half_done


@pytest.mark.full("kill -9")
def test_kill_9_of_a_few_changes_loses_nothing(disk_path: Path) -> None:
    run_rounds(StoredDesk(disk_path / "var"), 5, 1.0)


@pytest.mark.proof("kill -9")
def test_kill_9_of_many_changes_loses_nothing(disk_path: Path, kills: int) -> None:
    assert run_rounds(StoredDesk(disk_path / "var"), kills // 20, 1.0) > 0
