"""Once a consultation is closed, a thief with every key cannot tell who took part in it, even from the raw disk."""

from datetime import timedelta
from pathlib import Path

from handlers.consultations.messages import (
    AnnounceConsultation,
    CloseConsultation,
    Consultation,
    ConsultationQuestion,
    ConsultationQuestionKind,
)
from storage.consultations.store import find_consultation_row
from storage.crypto.aead import hmac_sha256
from tests.attacks.test_enumeration import enumerate_account, read_rows, send_lines
from tests.bot.platforms.in_memory_driver import InMemoryDriver

CODE = "KANAR2"
PEOPLE = [f"ประชาชน{number}" for number in range(12)]
QUESTIONS = (ConsultationQuestion("q1", ConsultationQuestionKind.TEXT, "อยากให้ทำอะไร"),)


async def read_key(driver: InMemoryDriver) -> tuple[bytes, bytes]:
    """The key of the consultation, and as it stands in its row."""
    async with driver.desk.store.open_read_context() as context:
        row = await find_consultation_row(CODE, context.connection)
        assert row is not None
        key = driver.desk.store.keyring.question.decrypt(row.key, "ballots", CODE, "key")
        return key, row.key


def read_disk(driver: InMemoryDriver, folder: Path) -> bytes:
    driver.run(driver.desk.store.retention.checkpoint_wal())
    files = (path for path in folder.rglob("*") if path.is_file() and path.parent.name != "keys")
    return b"".join(path.read_bytes() for path in files)


def test_who_took_part_is_gone_with_the_key(tmp_path: Path) -> None:
    driver = InMemoryDriver(tmp_path / "var", "service")
    opens = driver.desk.now() - timedelta(hours=1)
    asked = Consultation(CODE, "เรื่อง", "", "", opens, opens + timedelta(days=9), QUESTIONS)
    driver.run(driver.desk.commit_office_act(AnnounceConsultation(asked, "staff:x")))
    took_part = PEOPLE[::2]
    for person in PEOPLE:
        if person in took_part:
            send_lines(driver, person, f"c-{CODE}", f"ขอให้ปรับปรุงเรื่องที่ {person}", "[ส่งความคิดเห็น]")
        else:
            send_lines(driver, person, "สวัสดี", f"c-{CODE}", "[ออก]")
    rows, (key, stored_key) = driver.run(read_rows(driver, "voices")), driver.run(read_key(driver))
    keyring, folder = driver.desk.store.keyring, tmp_path / "var" / "service"
    marks = {p: hmac_sha256(key, b"voice", keyring.hash_id("telegram", p)) for p in PEOPLE}
    known = [p for p in PEOPLE if any(marks[p] in row for row in rows)]
    assert known == took_part  # while it is open, the keys tell: docs/threat-model.md says so
    disk = read_disk(driver, folder)
    assert stored_key in disk
    assert all(marks[person] in disk for person in took_part)
    driver.run(driver.desk.commit_office_act(CloseConsultation(CODE, "staff:x")))
    disk = read_disk(driver, folder)
    assert len(driver.run(read_rows(driver, "voices"))) == len(took_part)
    assert [person for person in PEOPLE if marks[person] in disk] == []
    assert stored_key not in disk
    assert not any(str(row[0]).encode() in disk for row in rows)  # nor the order in which they came
    driver.advance_clock(31)
    found = [person for person in PEOPLE if enumerate_account(driver, folder, "telegram", person)]
    assert found == []
    driver.close()
