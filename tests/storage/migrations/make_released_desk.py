"""Make the desks of a released version with that version's own code, packed for `test_released_versions`.

    git worktree add --detach ../old COMMIT
    cd ../old && PYTHONPATH=. python .../tests/storage/migrations/make_released_desk.py VERSION FILE.zip

COMMIT is the one that set the version (the first with its heading in CHANGELOG.md). Names differ from version to
version, so they are looked up where they were. The keys in the file protect nothing: all in it is invented here.
"""

import importlib
import json
import sqlite3
import sys
import tempfile
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

MESSAGE, FILE_NAME, CONTENT = "ขอทราบวันที่เกิดเหตุ", "หลักฐาน.txt", "เอกสารประกอบ".encode()
KNOWLEDGE_KEPT = 3
"""Rows of the knowledge base that are packed, of a hundred."""
STAFF_SINCE, QUESTIONS_SINCE, PLAIN_NAMES_SINCE = (0, 3, 0), (0, 4, 0), (0, 5, 2)
"""Versions from which the tests of a version have what makes these rows, and from which names are as today."""


def import_any(name: str) -> Any:
    """Return a module of the version whose folder this runs in."""
    return importlib.import_module(name)


def make_complaints(home: Path, version: tuple[int, ...]) -> dict[str, Any]:
    """Two cases, one with a name, a file and a message, one closed; and an officer. Returns what is in them."""
    old = import_any("tests.storage.conftest")
    new = version >= PLAIN_NAMES_SINCE
    ground = (old.StoredDesk if new else old.Ground)(home)
    names = {
        "keep": "store_file" if new else "keep",
        "view": "load_reporter_case" if new else "view",
        "entry": "make_entry" if new else "entry",
        "close": "close_case" if new else "close",
        "talk": "make_text_outcome" if new else "talk",
    }
    use = {name: getattr(old, real) for name, real in names.items()}
    codes = list[str]()

    async def scene(store: Any) -> None:
        file_case = ground.file_complaint if new else ground.file
        do = ground.commit_acts if new else ground.do
        file = await use["keep"](store, CONTENT, FILE_NAME)
        first = await file_case(store, 1, identity={"name": "ผู้แจ้งในชุดทดสอบ"}, files=(file,))
        await do(store, use["entry"](await use["view"](store, first), MESSAGE))
        second = await file_case(store, 2)
        await use["close"](ground, store, second)
        await store.commit(ground.new_event() if new else ground.event(), None, use["talk"](), old.NOW)
        codes.extend(str(getattr(one, "symbols", None) or one) for one in (first, second))
        if version >= STAFF_SINCE:
            people = import_any("tests.storage.staff.test_members" if new else "tests.storage.test_staff")
            await (people.add_joined_staff if new else people.joined)(ground, store)

    (ground.run_scenario if new else ground.play)(scene)
    return {"codes": codes, "story": old.CANARY}


def make_service(root: Path, version: tuple[int, ...]) -> dict[str, Any]:
    """A question that waits for an officer. Returns its code and words."""
    new = version >= PLAIN_NAMES_SINCE
    module = import_any("tests.storage.questions.test_store" if new else "tests.storage.test_questions")
    codes = list[str]()

    async def scene(desk: Any) -> None:
        codes.append(str(await (module.ask_office if new else module.asks)(desk)))

    (module.run_service_scenario if new else module.play)(root, scene)
    return {"codes": codes, "words": module.WORDS}


def pack_desk(home: Path, desk: str, archive: zipfile.ZipFile) -> None:
    """Add a desk's database as SQL, its keys and evidence."""
    with closing(sqlite3.connect(home / desk / "desk.sqlite", isolation_level=None)) as raw:
        if raw.execute("SELECT 1 FROM sqlite_master WHERE name = 'knowledge'").fetchone():
            raw.execute(
                f"DELETE FROM knowledge WHERE id NOT IN (SELECT id FROM knowledge LIMIT {KNOWLEDGE_KEPT})"
            )
        archive.writestr(f"{desk}/desk.sql", "\n".join(raw.iterdump()))
    for path in sorted((home / desk).rglob("*")):
        if path.suffix in {".key", ".sealed"}:
            archive.write(path, f"{desk}/{path.relative_to(home / desk)}")


def main(version: str, target: str) -> None:
    """Make the desks and pack them."""
    numbers = tuple(int(one) for one in version.split("."))
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(target, "w", zipfile.ZIP_LZMA) as archive:
        root = Path(folder)
        told = {"complaints": make_complaints(root / "var", numbers)}
        pack_desk(root / "var", "complaints", archive)
        if numbers >= QUESTIONS_SINCE:
            told["service"] = make_service(root, numbers)
            pack_desk(root / "var", "service", archive)
        archive.writestr("told.json", json.dumps(told, ensure_ascii=False))


if __name__ == "__main__":
    main(*sys.argv[1:])
