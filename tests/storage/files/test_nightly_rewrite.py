"""Files of earlier days are written anew in random order under new names, and none is lost on the way."""

import asyncio
import errno
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import pytest

from handlers.complaints.messages import FindCase
from handlers.dialog.effects import DeleteFiles
from handlers.staff.complaints.messages import GetCaseReport
from storage.files import nightly_rewrite
from storage.files.nightly_rewrite import MAX_FILES_PER_PIECE
from storage.files.sealed_files import SealedFolder
from storage.store import Store
from tests.end_to_end.kill_program import run_kill_rounds
from tests.samples import make_photo
from tests.storage.conftest import NOW, StoredDesk, make_entry, store_file
from tests.storage.transactions import count_rows_written

NIGHT = NOW + timedelta(hours=15, minutes=1)  # one minute past midnight in Bangkok
PDF = b"%PDF-1.4\n"


async def read_file(one: Store, row: str) -> bytes:
    """The whole content of a file."""
    return b"".join([chunk async for chunk in one.evidence.read_chunks(row)])


def list_order(one: Store) -> list[str]:
    """The files by the instant at which they were made, which only the kernel sets."""
    return [p.stem for p in sorted(one.evidence.folder.iterdir(), key=lambda p: p.stat().st_ctime_ns)]


def test_in_the_night_and_once(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        files = [await store_file(one, PDF + bytes([n]) * 5000, "a.pdf") for n in range(8)]
        receipt = await ground.file_complaint(one, files=tuple(files[:3]))
        before, keys = list_order(one), {(await one.evidence.load_meta(f.id)).key for f in files}
        assert await one.file_rewriter.run(NIGHT - timedelta(minutes=2)) == 0
        assert list_order(one) == before
        assert await one.file_rewriter.run(NIGHT) == 8
        assert not set(before) & set(list_order(one))
        assert not keys & {(await one.evidence.load_meta(f.id)).key for f in files}
        for n, file in enumerate(files):
            assert await read_file(one, file.id) == PDF + bytes([n]) * 5000
        case = await one.answer_query(FindCase(receipt), NOW)
        assert case is not None
        report = await one.answer_query(GetCaseReport(case.id), NOW)
        assert {file.id for file in report.files} == {file.id for file in files[:3]}
        after = list_order(one)
        assert await one.file_rewriter.run(NIGHT) == 0
        assert await one.file_rewriter.run(NIGHT + timedelta(days=9)) == 0
        assert list_order(one) == after

    ground.run_scenario(scene)


def test_the_order_in_which_they_came_is_gone(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        arrived = [(await store_file(one, PDF, "a.pdf")).id for _ in range(12)]
        orders = set()
        for _ in range(4):
            ground.execute_sql("UPDATE files SET day = '2000-01-01'")
            assert await one.file_rewriter.run(NIGHT) == 12
            row_of = dict(ground.execute_sql("SELECT place, id FROM files"))
            orders.add(tuple(row_of[place] for place in list_order(one)))
        assert len(orders) == 4  # of 479,001,600
        assert tuple(arrived) not in orders

    ground.run_scenario(scene)


def test_a_run_is_of_pieces_and_ends_after_so_many_bytes(
    ground: StoredDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nightly_rewrite, "MAX_BYTES_PER_RUN", 25 * len(PDF))

    async def scene(one: Store) -> None:
        for _ in range(45):
            await store_file(one, PDF, "a.pdf")
        counts = count_rows_written(one)
        assert [await one.file_rewriter.run(NIGHT) for _ in range(3)] == [40, 5, 0]
        assert counts == [20, 20, 5]
        assert max(counts) <= MAX_FILES_PER_PIECE

    ground.run_scenario(scene)


def test_a_piece_ends_after_so_many_bytes(ground: StoredDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nightly_rewrite, "MAX_BYTES_PER_PIECE", 3 * 5000)

    async def scene(one: Store) -> None:
        for _ in range(7):
            await store_file(one, PDF, "a.pdf")
        counts = count_rows_written(one)
        assert await one.file_rewriter.run(NIGHT) == 7
        assert counts == [4, 3]  # of 4 KB each, and what encryption adds

    ground.run_scenario(scene)


def test_where_there_is_too_little_room_nothing_is_touched_and_that_is_logged_once(
    ground: StoredDesk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene(one: Store) -> None:
        await store_file(one, PDF, "a.pdf")
        before, counts = list_order(one), count_rows_written(one)
        with monkeypatch.context() as scarce:
            scarce.setattr(nightly_rewrite, "RESERVED_BYTES", 1 << 60)
            assert [await one.file_rewriter.run(NIGHT) for _ in range(3)] == [0, 0, 0]
        assert (list_order(one), counts) == (before, [])
        assert [record.getMessage() for record in caplog.records] == ["too little room to write files anew"]
        assert await one.file_rewriter.run(NIGHT) == 1

    ground.run_scenario(scene)


@pytest.mark.parametrize("code", [errno.EACCES, errno.EPERM])
def test_a_file_that_may_not_be_read_stays_and_the_others_go_on(
    ground: StoredDesk, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    async def scene(one: Store) -> None:
        bad, good = await store_file(one, PDF, "a.pdf"), await store_file(one, PDF, "b.pdf")
        path = one.evidence.files.path_of(
            ground.execute_sql(f"SELECT place FROM files WHERE id = '{bad.id}'")[0][0]
        )
        open_file = SealedFolder.open

        def refuse_one(folder: SealedFolder, place: str) -> BinaryIO:
            if folder.path_of(place) == path:
                raise OSError(code, "refused", path)
            return open_file(folder, place)

        with monkeypatch.context() as refusing:
            refusing.setattr(SealedFolder, "open", refuse_one)
            assert [await one.file_rewriter.run(NIGHT) for _ in range(2)] == [1, 0]
        assert await read_file(one, bad.id) == await read_file(one, good.id) == PDF

    ground.run_scenario(scene)


def test_a_folder_that_may_not_be_written_marks_no_file_as_done(
    ground: StoredDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(one: Store) -> None:
        await store_file(one, PDF, "a.pdf")

        def refuse(folder: SealedFolder, place: str) -> BinaryIO:
            raise PermissionError(errno.EACCES, "refused", folder.path_of(place))

        with monkeypatch.context() as refusing:
            refusing.setattr(SealedFolder, "_create", refuse)
            with pytest.raises(PermissionError):
                await one.file_rewriter.run(NIGHT)
        assert await one.file_rewriter.run(NIGHT) == 1

    ground.run_scenario(scene)


def test_others_write_while_files_are_written_anew(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        for _ in range(45):
            await store_file(one, PDF, "a.pdf")
        rewriting = asyncio.create_task(one.file_rewriter.run(NIGHT))
        await asyncio.sleep(0)
        served = 0
        while not rewriting.done():
            await ground.file_complaint(one, served + 1, files=(await store_file(one, PDF, "b.pdf"),))
            served += 1
        # What came meanwhile is of an earlier day too: a piece that begins after it may take it along.
        assert 45 <= await rewriting <= 45 + served
        assert served > 0
        assert await one.evidence.collect_garbage(NOW) == 0
        assert len(list_order(one)) == 45 + served

    ground.run_scenario(scene)


def test_what_goes_meanwhile_is_gone(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        dropped, unsent = await store_file(one, PDF, "a.pdf"), await one.evidence.reserve("b.pdf", NOW)
        copy, rewriter = type(one.file_rewriter)._copy_all, one.file_rewriter

        async def drop() -> None:
            await ground.commit_acts(one, DeleteFiles((dropped.id,)))

        loop = asyncio.get_running_loop()

        def copy_and_drop(self: object, rows: object, now: datetime) -> object:
            copies = copy(rewriter, rows, now)  # type: ignore[arg-type]
            asyncio.run_coroutine_threadsafe(drop(), loop).result()
            return copies

        type(rewriter)._copy_all = copy_and_drop  # type: ignore[method-assign,assignment]
        try:
            assert await rewriter.run(NIGHT) == 0
        finally:
            type(rewriter)._copy_all = copy  # type: ignore[method-assign]
        assert list_order(one) == []
        assert (await one.evidence.load_meta(unsent.id)).name == "b.pdf"

    ground.run_scenario(scene)


def test_a_file_that_is_being_read_is_read_to_its_end_and_one_that_was_just_renamed_is_found(
    ground: StoredDesk,
) -> None:
    content = make_photo() + os.urandom(300_000)

    async def scene(one: Store) -> None:
        file = await store_file(one, content, "a.jpg")
        reading = one.evidence.read_chunks(file.id)
        first = await anext(reading)
        opening = one.evidence.read_chunks(file.id)
        load = one.evidence._load_row

        async def load_then_rename(row: str) -> object:
            known = await load(row)
            one.evidence._load_row = load  # type: ignore[method-assign]
            assert await one.file_rewriter.run(NIGHT) == 1
            return known

        one.evidence._load_row = load_then_rename  # type: ignore[method-assign,assignment]
        assert b"".join([chunk async for chunk in opening]) == content
        assert first + b"".join([chunk async for chunk in reading]) == content

    ground.run_scenario(scene)


@pytest.mark.parametrize("harm", ["changed", "missing", "row"])
def test_what_cannot_be_read_stays_and_the_others_go_on(ground: StoredDesk, harm: str) -> None:
    async def scene(one: Store) -> None:
        bad, good = await store_file(one, PDF, "a.pdf"), await store_file(one, PDF, "b.pdf")
        place = ground.execute_sql(f"SELECT place FROM files WHERE id = '{bad.id}'")[0][0]
        path = one.evidence.files.path_of(place)
        if harm == "changed":
            path.write_bytes(bytes(path.stat().st_size))
        elif harm == "missing":
            path.unlink()
        else:
            ground.execute_sql(f"UPDATE files SET sealed = zeroblob(600) WHERE id = '{bad.id}'")
        assert await one.file_rewriter.run(NIGHT) == 1
        assert await one.file_rewriter.run(NIGHT) == 0
        assert await read_file(one, good.id) == PDF
        assert path.exists() is (harm != "missing")
        await one.evidence.collect_garbage(NOW)
        assert path.exists() is (harm != "missing")

    ground.run_scenario(scene)


def test_a_file_that_comes_later_has_its_own_night(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        coming = await one.evidence.reserve("a.pdf", NOW)
        assert await one.file_rewriter.run(NIGHT) == 0

        async def content() -> "object":
            yield PDF

        await one.evidence.complete(coming.id, content(), NIGHT)  # type: ignore[arg-type]
        assert await one.file_rewriter.run(NIGHT) == 0
        assert await one.file_rewriter.run(NIGHT + timedelta(days=1)) == 1
        assert await read_file(one, coming.id) == PDF

    ground.run_scenario(scene)


def test_a_case_keeps_the_files_of_all_its_lines(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        first, later = await store_file(one, PDF, "a.pdf"), await store_file(one, PDF, "b.pdf")
        receipt = await ground.file_complaint(one, files=(first,))
        case = await one.answer_query(FindCase(receipt), NOW)
        assert case is not None
        await ground.commit_acts(one, make_entry(case, files=(later,)))
        report = await one.answer_query(GetCaseReport(case.id), NOW)
        assert {file.id for file in report.files} == {first.id, later.id}

    ground.run_scenario(scene)


@pytest.mark.grows
def test_kill_9_at_random_instants_loses_no_file_and_leaves_none(disk_path: Path, kills: int) -> None:
    found = run_kill_rounds("tests.storage.files.rewrite_kills", disk_path, kills, 60 + 5 * kills, seed=7)
    assert found["files"] >= kills // 2
