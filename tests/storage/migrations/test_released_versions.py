"""The desks of each released version open, are upgraded, and are read: made by that version's own code.

`make_released_desk.py` says how. 0.1.0 was the conversation alone, and stored nothing that is promised to be read.
"""

import asyncio
import itertools
import json
import re
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from handlers.complaints.lifecycle import CaseStatus
from handlers.complaints.messages import FindCase
from handlers.dialog.receipt import Receipt, parse_receipt
from handlers.questions.messages import FindThreadByCode
from handlers.staff.members import ListStaff
from storage.crypto.key_files import DeskPaths, load_keys
from storage.db.sqlite import SCHEMA_HEAD, read_schema_version
from storage.files.file_meta import decrypt_file_meta
from storage.rotation.rotate_keys import KeyRotation, count_old_rows
from storage.store import Store, open_store
from tests.house.source_tree import ROOT
from tests.storage.conftest import NOW, StoredDesk, load_reporter_case, make_entry
from tests.storage.migrations.make_released_desk import CONTENT, FILE_NAME, MESSAGE, STAFF_SINCE

RELEASED = Path(__file__).parent / "released"
VERSIONS = sorted(path.stem for path in RELEASED.glob("*.zip"))
FIRST = "0.2.0"


def unpack(version: str, home: Path) -> dict[str, Any]:
    """Put the desks of a version into a data folder; return what was told of them."""
    with zipfile.ZipFile(RELEASED / f"{version}.zip") as archive:
        for name in archive.namelist():
            path = home / name
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if path.suffix == ".sql":
                with closing(sqlite3.connect(path.with_suffix(".sqlite"))) as raw:
                    raw.executescript(archive.read(name).decode())
                path.with_suffix(".sqlite").chmod(0o600)
            else:
                path.write_bytes(archive.read(name))
                path.chmod(0o600)
        told: dict[str, Any] = json.loads(archive.read("told.json"))
    return told


def read_code(text: str) -> Receipt:
    """A tracking code as it was told."""
    return parse_receipt(text) or Receipt(text)


QUICK = {FIRST, VERSIONS[-1]}
"""Versions that every run tries; migrations of the others are parts of the first one's."""


@pytest.fixture(
    params=[
        pytest.param(one, marks=() if one in QUICK else pytest.mark.full("released versions"))
        for one in VERSIONS
    ]
)
def version(request: pytest.FixtureRequest) -> str:
    """A version that was released."""
    return str(request.param)


def test_there_is_one_of_each_version_before_this_one() -> None:
    headings = re.findall(r"^## (\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(one for one in headings[1:] if one >= FIRST) == VERSIONS


def test_cases_are_found_by_their_codes_and_read_and_answered(version: str, ground: StoredDesk) -> None:
    told = unpack(version, ground.home)["complaints"]
    ground.event_numbers = itertools.count(1000)  # those of that version are known as duplicates
    first, second = (read_code(code) for code in told["codes"])

    async def scene(store: Store) -> None:
        case = await load_reporter_case(store, first)
        assert [one.text for one in case.entries if one.text] == [MESSAGE]
        report = await store.load_report(case.id)
        assert report.answers["story"] == told["story"]
        assert await store.load_identity(case.id) == {"name": "ผู้แจ้งในชุดทดสอบ"}
        (file,) = report.files
        assert b"".join([piece async for piece in store.evidence.read_chunks(file)]) == CONTENT
        ((sealed,),) = ground.execute_sql("SELECT sealed FROM files")
        assert decrypt_file_meta(store.keyring, file, sealed).name == FILE_NAME
        closed = await store.answer_query(FindCase(second), NOW)
        assert closed.status is CaseStatus.NOT_ACCEPTED
        assert await store.verify_audit() == []
        await ground.commit_acts(store, make_entry(case, "ตอบด้วยรุ่นนี้"))
        texts = {one.text for one in (await load_reporter_case(store, first)).entries}
        assert {MESSAGE, "ตอบด้วยรุ่นนี้"} <= texts
        staff = await store.answer_query(ListStaff(), NOW)
        assert len(staff) == (tuple(int(one) for one in version.split(".")) >= STAFF_SINCE)

    ground.run_scenario(scene)
    assert read_schema_version(ground.paths.database) == SCHEMA_HEAD


def test_questions_are_found_by_their_codes_and_read(version: str, tmp_path: Path) -> None:
    told = unpack(version, tmp_path / "var").get("service")
    if told is None:
        assert version < "0.4.0"
        return

    async def scene(store: Store) -> None:
        for code in told["codes"]:
            thread = await store.answer_query(FindThreadByCode(read_code(code)), NOW)
            assert told["words"] in thread.lines[0].text
        assert await store.verify_audit() == []

    async def open_service() -> None:
        async with open_store(load_keys(DeskPaths.under(tmp_path / "var", "service")), NOW) as store:
            await scene(store)

    asyncio.run(open_service())


@pytest.mark.full("released versions")
def test_their_keys_can_be_changed(version: str, ground: StoredDesk) -> None:
    told = unpack(version, ground.home)["complaints"]

    async def scene(store: Store) -> None:
        result = await KeyRotation(store, 0, 0).run(NOW)
        assert result.unreadable == 0
        assert await count_old_rows(store) == 0
        case = await load_reporter_case(store, read_code(told["codes"][0]))
        assert (await store.load_report(case.id)).answers["story"] == told["story"]

    ground.run_scenario(scene)
