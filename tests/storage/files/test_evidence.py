"""A file is encrypted while it is received, its type is detected by content, and a refused file is not kept."""

import asyncio
import io
import stat
import struct
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image

from handlers.complaints.messages import FindCase
from handlers.dialog.effects import DeleteFiles, StoreTextFile
from handlers.dialog.events import FileProblem
from storage.errors import TamperedError
from storage.files.evidence import MAX_FILE_BYTES, sanitize_file_name
from storage.store import Store
from tests.samples import SAMPLE_FILES, make_docx, make_photo, make_png
from tests.storage.conftest import CANARY, NOW, StoredDesk, store_file

PROBLEMS = {
    "ว่าง.jpg": FileProblem.EMPTY,
    "ใหญ่.jpg": FileProblem.TOO_LARGE,
    "รูป.jpg": FileProblem.NOT_ALLOWED,
    "ระเบิด.png": FileProblem.BOMB,
    "ระเบิด.docx": FileProblem.BOMB,
    "รวม.rar": FileProblem.NOT_ALLOWED,
}


async def read_stored_file(one: Store, row: str) -> bytes:
    """The whole content of a stored file."""
    return b"".join([piece async for piece in one.evidence.read_chunks(row)])


def find_path(ground: StoredDesk, one: Store, row: str) -> Path:
    """Where a file is on disk."""
    return one.evidence.files.path_of(ground.execute_sql(f"SELECT place FROM files WHERE id = '{row}'")[0][0])


@pytest.mark.parametrize("name", [n for n in SAMPLE_FILES if n not in PROBLEMS])
def test_what_may_stay_comes_back_byte_for_byte(ground: StoredDesk, name: str) -> None:
    content = SAMPLE_FILES[name]()

    async def scene(one: Store) -> None:
        file = await store_file(one, content, name)
        assert (file.problem, file.name, file.size) == (None, name, len(content))
        assert file.misnamed is (name == "ใบเสร็จ.pdf")
        assert await read_stored_file(one, file.id) == content
        (path,) = one.evidence.folder.iterdir()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    ground.run_scenario(scene)


@pytest.mark.parametrize("name", PROBLEMS)
def test_what_may_not_stay_leaves_nothing(ground: StoredDesk, name: str) -> None:
    content = SAMPLE_FILES[name]()

    async def scene(one: Store) -> None:
        file = await store_file(one, content, name)
        assert (file.id, file.problem) == ("", PROBLEMS[name])
        assert list(one.evidence.folder.iterdir()) == []
        assert ground.execute_sql("SELECT 1 FROM files") == []

    ground.run_scenario(scene)


@pytest.mark.parametrize("pixels", [(10_000, 10_000), (7_100, 7_100)], ids=["100", "50.4"])
def test_a_picture_of_too_many_megapixels_is_a_bomb(ground: StoredDesk, pixels: tuple[int, int]) -> None:
    async def scene(one: Store) -> None:
        assert (await store_file(one, make_png(*pixels), "ภาพ.png")).problem is FileProblem.BOMB

    ground.run_scenario(scene)


def test_a_damaged_picture_is_said_to_be_unreadable(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        file = await store_file(one, make_png()[:20] + b"damaged beyond repair", "ภาพ.png")
        assert file.problem is FileProblem.UNREADABLE

    ground.run_scenario(scene)


def damaged_odt() -> bytes:
    """A document whose first part claims to be compressed but is not."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("mimetype", "application/vnd.oasis.opendocument.text")
    content = bytearray(out.getvalue())
    begin = 30 + struct.unpack_from("<H", content, 26)[0]
    content[begin : begin + 8] = b"\xff" * 8
    return bytes(content)


@pytest.mark.parametrize(
    "content",
    [damaged_odt(), make_docx()[:60], b"PK\x03\x04" + bytes(50)],
    ids=["odt", "docx", "zip"],  # archives contain the present time, which test ids must not
)
def test_a_damaged_document_is_refused_kindly(ground: StoredDesk, content: bytes) -> None:
    async def scene(one: Store) -> None:
        assert (await store_file(one, content, "บันทึก.odt")).problem in {
            FileProblem.UNREADABLE,
            FileProblem.NOT_ALLOWED,
        }

    ground.run_scenario(scene)


def make_picture(form: str) -> bytes:
    """A small picture in a format."""
    out = io.BytesIO()
    Image.new("RGB", (4, 4)).save(out, form)
    return out.getvalue()


KINDS = {
    "image/jpeg": make_picture("JPEG"),
    "image/webp": make_picture("WEBP"),
    "image/gif": make_picture("GIF"),
    "image/heic": b"\0\0\0\x18ftypheic" + bytes(16),
    "video/mp4": b"\0\0\0\x18ftypisom" + bytes(16),
    "video/quicktime": b"\0\0\0\x14ftypqt  " + bytes(16),
    "video/3gpp": b"\0\0\0\x14ftyp3gp5" + bytes(16),
    "video/webm": b"\x1aE\xdf\xa3\x01\0\0\0\0\0\0\x1fB\x82\x84webm",
    "audio/mp4": b"\0\0\0\x14ftypM4A " + bytes(16),
    "audio/mpeg": b"ID3\x04" + bytes(16),
    "audio/ogg": b"OggS\0\x02" + bytes(16),
    "audio/wav": b"RIFF\x24\0\0\0WAVEfmt ",
    "audio/amr": b"#!AMR\n" + bytes(16),
    "audio/aac": b"\xff\xf1\x50\x80" + bytes(16),
    "image/tiff": make_picture("TIFF"),
    "image/bmp": make_picture("BMP"),
    "application/msword": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500),
    "text/plain": "หลักฐาน".encode("cp874"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_told_by_content_alone(ground: StoredDesk, kind: str) -> None:
    async def scene(one: Store) -> None:
        file = await store_file(one, KINDS[kind], "ไม่มีนามสกุล")
        assert (file.kind, file.problem, file.misnamed) == (kind, None, False)
        assert (await store_file(one, KINDS[kind], "a.exe")).misnamed

    ground.run_scenario(scene)


def test_a_photo_that_was_cut_on_its_way_is_kept_and_that_is_known(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        for form, kind in (("JPEG", "jpg"), ("PNG", "png")):
            whole = make_picture(form)
            for content, cut in ((whole, False), (whole[:-8], True)):
                file = await store_file(one, content, f"ภาพ.{kind}")
                assert (file.problem, file.cut) == (None, cut)

    ground.run_scenario(scene)


def test_the_largest_file_is_taken_and_one_byte_more_is_not(ground: StoredDesk) -> None:
    photo = make_photo()

    async def scene(one: Store) -> None:
        fits = await store_file(one, photo + bytes(MAX_FILE_BYTES - len(photo)), "ภาพ.jpg")
        assert (fits.problem, fits.size) == (None, MAX_FILE_BYTES)
        over = await store_file(one, photo + bytes(MAX_FILE_BYTES - len(photo) + 1), "ภาพ.jpg")
        assert over.problem is FileProblem.TOO_LARGE

    ground.run_scenario(scene)


def test_reading_stops_when_a_file_is_too_large(ground: StoredDesk) -> None:
    given = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal given
        while True:
            given += 1_000_000
            yield bytes(1_000_000)

    async def scene(one: Store) -> None:
        assert (await one.evidence.store(endless(), "x.mp4", NOW)).problem is FileProblem.TOO_LARGE
        assert given < MAX_FILE_BYTES + 3_000_000

    ground.run_scenario(scene)


def test_a_stream_that_breaks_leaves_nothing(ground: StoredDesk) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield make_photo()[:1000]
        raise ConnectionResetError

    async def scene(one: Store) -> None:
        with pytest.raises(ConnectionResetError):
            await one.evidence.store(broken(), "ภาพ.jpg", NOW)
        assert list(one.evidence.folder.iterdir()) == []

    ground.run_scenario(scene)


def test_slow_senders_do_not_keep_others_waiting(ground: StoredDesk) -> None:
    never = asyncio.Event()

    async def stalled() -> AsyncIterator[bytes]:
        yield b"\xff\xd8\xff"
        await never.wait()

    async def scene(one: Store) -> None:
        slow = [asyncio.create_task(one.evidence.store(stalled(), "ภาพ.jpg", NOW)) for _ in range(3)]
        try:
            await asyncio.sleep(0.05)
            async with asyncio.timeout(2):
                assert (await one.answer_query(StoreTextFile(CANARY, "story.txt"), NOW)).problem is None
        finally:
            for one_task in slow:
                one_task.cancel()
            await asyncio.gather(*slow, return_exceptions=True)

    ground.run_scenario(scene)


def test_a_long_text_is_kept_as_the_text_it_is(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        for text in (CANARY * 1000, "GIF89a เป็นชื่อไฟล์ที่ผู้ร้องเรียนเห็น", "%PDF- นี่คือข้อความ", "ID3 ก", "0123ftyp ก"):
            file = await one.answer_query(StoreTextFile(text, "story.txt"), NOW)
            assert (file.kind, file.problem, file.misnamed) == ("text/plain", None, False), text[:10]
            assert (await read_stored_file(one, file.id)).decode() == text
        assert CANARY.encode() not in ground.read_all_bytes()

    ground.run_scenario(scene)


def test_a_sealed_file_that_was_changed_or_exchanged_is_found(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        content = make_photo() + bytes(200_000)
        first, second = await store_file(one, content, "ก.jpg"), await store_file(one, content, "ข.jpg")
        paths = [find_path(ground, one, f.id) for f in (first, second)]
        whole = paths[0].read_bytes()
        piece = 64 * 1024 + 16
        wrongs = (
            whole[:-1],
            whole[:piece],
            whole[: 2 * piece],
            whole + b"x",
            whole[piece:],
            paths[1].read_bytes(),
        )
        for wrong in wrongs:
            paths[0].write_bytes(wrong)
            with pytest.raises(TamperedError):
                await read_stored_file(one, first.id)

    ground.run_scenario(scene)


def test_a_file_that_nobody_files_goes_after_a_day(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        file = await store_file(one, make_photo(), "ภาพ.jpg")
        owned = await store_file(one, make_photo(), "คดี.jpg")
        await ground.file_complaint(one, files=(owned,))
        await one.evidence.collect_garbage(NOW + timedelta(hours=23))
        assert await read_stored_file(one, file.id)
        await one.evidence.collect_garbage(NOW + timedelta(hours=25))
        assert [row for (row,) in ground.execute_sql("SELECT id FROM files")] == [owned.id]
        assert list(one.evidence.folder.iterdir()) == [find_path(ground, one, owned.id)]
        await one.evidence.collect_garbage(NOW + timedelta(days=400))
        assert await read_stored_file(one, owned.id)

    ground.run_scenario(scene)


def test_what_a_crash_left_is_swept_at_once_and_beside_somebody_who_writes_when_it_is_old(
    ground: StoredDesk,
) -> None:
    async def scene(one: Store) -> None:
        await store_file(one, make_photo(), "ภาพ.jpg")
        left = one.evidence.folder / f"{'a' * 32}.sealed"
        left.write_bytes(b"x")
        async with one.evidence.files.writing():  # somebody's file, whose row is not committed yet
            assert await one.evidence.collect_garbage(NOW) == 0
            assert left.exists()
            hasty = replace(one.evidence, files=replace(one.evidence.files, orphan_grace=-1.0))
            assert await hasty.collect_garbage(NOW) == 1
        left.write_bytes(b"x")
        assert await one.evidence.collect_garbage(NOW) == 1
        assert len(list(one.evidence.folder.iterdir())) == 1

    ground.run_scenario(scene)


def test_a_dropped_file_goes_from_the_disk_and_a_cases_file_stays(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        draft, owned = (
            await store_file(one, make_photo(), "ก.jpg"),
            await store_file(one, make_photo(), "ข.jpg"),
        )
        receipt = await ground.file_complaint(one, files=(owned,))
        await ground.commit_acts(one, DeleteFiles((draft.id, owned.id)))
        assert [row for (row,) in ground.execute_sql("SELECT id FROM files")] == [owned.id]
        assert await one.answer_query(FindCase(receipt), NOW) is not None
        assert await read_stored_file(one, owned.id) == make_photo()
        assert list(one.evidence.folder.iterdir()) == [find_path(ground, one, owned.id)]

    ground.run_scenario(scene)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ก\\ภาพ.jpg", "ภาพ.jpg"),
        ("ภาพ\u202egpj.exe", "ภาพgpj.exe"),
        ("a\x00b\nc.jpg", "ab c.jpg"),
        ("รหัส HD99-FDTG-J8YE-PFZX-6.jpg", "รหัส ….jpg"),
        ("ก" * 95 + "HD99-FDTG-J8YE-PFZX-6.jpg", "ก" * 95 + "….jpg"),
    ],
)
def test_a_name_hides_nothing(name: str, shown: str) -> None:
    assert sanitize_file_name(name) == shown


@pytest.mark.parametrize("name", ["", "/", "\u202e", "ก" * 500 + ".jpg", "." * 300, "ก" * 500])
def test_a_name_is_never_empty_and_never_long(name: str) -> None:
    assert 0 < len(sanitize_file_name(name)) <= 120
