"""`ita-bot doctor`: every check finds what it is for, and says in Thai and English what to do."""

import asyncio
import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.backup.state import update_backup_state
from bot.clock.outside_time import OUTSIDE_TIME
from bot.health.check import Check, Finding, Need, Weight
from bot.health.doctor import CheckResult, describe_result, format_result, run_checks
from bot.health.machine import examine_machine
from bot.health.measurements import count_missing_releases, measure_disk
from bot.health.registry import CHECKS
from handlers.dialog.events import Channel
from handlers.staff.permissions import Role
from storage.db.integrity import DatabaseState, count_database_faults, find_database_state
from storage.files.inspection import EvidenceInspection, inspect_evidence
from storage.serialization import OutboxMessage
from tests.bot.health.broken_setup import diagnose_folder, examine, install_office, join_words, say
from tests.end_to_end.desk_harness import open_desk
from tests.end_to_end.officers import add_officer
from tests.end_to_end.terminal_driver import run_ita_bot
from tests.in_memory_desk import OFFICE, OFFICE_TOML


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without settings of the tester."""
    for name in [n for n in os.environ if n.upper().startswith("ITA_")]:
        monkeypatch.delenv(name)
    return tmp_path


def write_env(folder: Path, *lines: str) -> None:
    path = folder / ".env"
    path.write_text("\n".join(lines) + "\n")
    path.chmod(0o600)


def change_office(folder: Path, old: str, new: str) -> None:
    assert old in OFFICE_TOML
    (folder / "office.toml").write_text(OFFICE_TOML.replace(old, new, 1), "utf-8")


def damage_audit(folder: Path) -> None:
    async def scene() -> None:
        async with open_desk(folder / "var") as desk:
            await add_officer(desk, "มาลี", Role.SUPERVISOR)

    asyncio.run(scene())
    with closing(sqlite3.connect(folder / "var/complaints/desk.sqlite")) as connection, connection:
        triggers = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'"
        )
        for (name,) in triggers.fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("DELETE FROM audit WHERE seq = 1")


def overwrite_pages(folder: Path) -> None:
    with (folder / "var/complaints/desk.sqlite").open("r+b") as file:
        file.seek(8192)
        file.write(b"\xff" * 4096)


def make_older(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "var/service/desk.sqlite")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0007'")


def make_newer(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "var/service/desk.sqlite")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")


def share_key(folder: Path) -> None:
    shutil.copy(folder / "var/complaints/keys/seal.key", folder / "var/complaints/keys/audit.key")


def swap_key(folder: Path) -> None:
    async def scene() -> None:
        async with open_desk(folder / "var"):
            pass

    asyncio.run(scene())  # the database now knows its keys
    other = (folder / "var/service/keys/pepper.key").read_bytes()
    (folder / "var/complaints/keys/pepper.key").write_bytes(other)


BREAKAGES: dict[str, tuple[Callable[[Path], object], str, str, str]] = {
    "a misspelt setting": (
        lambda f: write_env(f, "ITA_PROT=1"),
        "settings",
        "ใกล้เคียงที่สุดคือ ITA_PORT",
        "docs/settings.md",
    ),
    "a port that is no number": (lambda f: write_env(f, "ITA_PORT=แปดสิบ"), "settings", "ITA_PORT", ".env"),
    "tokens open to others": (
        lambda f: (write_env(f, "ITA_PORT=8081"), (f / ".env").chmod(0o644)),
        "secrets",
        "ผู้ใช้อื่นของเครื่องอ่าน",
        "chmod 600",
    ),
    "no office.toml": (lambda f: (f / "office.toml").unlink(), "office", "ยังไม่มี office.toml", "ita-bot init"),
    "a number too small": (
        lambda f: change_office(f, "days = 90", "days = 0"),
        "office",
        "ต้องไม่น้อยกว่า 1",
        "ita-bot doctor",
    ),
    "a quote that is not closed": (
        lambda f: change_office(f, '"https://www.example.com"', '"https://www.example.com'),
        "office",
        "ยังไม่ปิด",
        "ita-bot doctor",
    ),
    "another folder": (lambda f: shutil.rmtree(f / "var"), "data", "ไม่พบฐานข้อมูล", "ita-bot init"),
    "a data folder open to others": (lambda f: (f / "var").chmod(0o755), "data", "เข้า", "chmod 700"),
    "a lost key": (lambda f: (f / "var/complaints/keys/seal.key").unlink(), "keys", "หาย", "สำรองไว้"),
    "a key open to others": (
        lambda f: (f / "var/service/keys/seal.key").chmod(0o644),
        "keys",
        "อ่านกุญแจ",
        "chmod 600",
    ),
    "one key twice": (share_key, "keys", "same key", "สำรอง"),
    "the key of another desk": (swap_key, "keys", "ใช้ไม่ได้", "สำรอง"),
    "one database for both desks": (
        lambda f: write_env(f, "ITA_SERVICE__DATABASE=var/complaints/desk.sqlite"),
        "desks",
        "ร่วมกัน",
        "ITA_SERVICE__",
    ),
    "one bot for both desks": (
        lambda f: write_env(f, "ITA_SERVICE__TELEGRAM_TOKEN=1:a", "ITA_COMPLAINTS__TELEGRAM_TOKEN=1:a"),
        "desks",
        "บัญชีเดียวกับ",
        "แยก",
    ),
    "an address without TLS": (
        lambda f: write_env(f, "ITA_COMPLAINTS__PUBLIC_URL=http://nan.go.th"),
        "addresses",
        "ไม่ใช่ https",
        "TLS",
    ),
    "LINE without an address": (
        lambda f: write_env(f, "ITA_COMPLAINTS__LINE_TOKEN=a", "ITA_COMPLAINTS__LINE_SECRET=b"),
        "addresses",
        "เจ้าหน้าที่ใน LINE",
        "PUBLIC_URL=https",
    ),
    "Telegram without an address": (
        lambda f: write_env(f, "ITA_SERVICE__TELEGRAM_TOKEN=1:a"),
        "addresses",
        "เงียบ",
        "MODE=polling",
    ),
    "a damaged database": (overwrite_pages, "database", "เสียหาย", "กู้จากชุดสำรอง"),
    "a newer database": (make_newer, "database", "ใหม่กว่าโปรแกรมนี้", "อัปเดต"),
    "a line gone from the audit trail": (damage_audit, "audit", "ถูกแก้", "ita-bot audit verify"),
    "nobody for a case about the head": (
        lambda f: change_office(f, "officers = []\noutside_only = true", "officers = []"),
        "alternate",
        "หัวหน้าหน่วยงาน",
        "ita-bot staff add",
    ),
    "no backup": (lambda f: None, "backup", "ยังไม่เคยสำรอง", "ITA_BACKUP_RECIPIENT"),
    "an old backup": (
        lambda f: update_backup_state(f / "var", made_at=datetime.now(UTC) - timedelta(hours=30)),
        "backup",
        "เก่า 30 ชั่วโมง",
        "ita-bot backup",
    ),
    "a backup that failed": (
        lambda f: update_backup_state(f / "var", made_at=datetime.now(UTC), problem="disk full"),
        "backup",
        "ครั้งล่าสุดไม่สำเร็จ",
        "ตรวจดิสก์",
    ),
    "a backup that failed by a fault of the data": (
        lambda f: update_backup_state(f / "var", made_at=datetime.now(UTC), problem="StorageError"),
        "backup",
        "ครั้งล่าสุดไม่สำเร็จ",
        "ไม่ใช่ดิสก์",
    ),
    "a backup that could not be restored": (
        lambda f: update_backup_state(f / "var", made_at=datetime.now(UTC), rehearsal_findings=("a", "b")),
        "backup",
        "พบปัญหา 2 ข้อ",
        "ita-bot restore FILE --identity KEYFILE --rehearse",
    ),
    "no supervisor": (lambda f: None, "staff", "ไม่มีหัวหน้า", "--role supervisor"),
}


@pytest.mark.parametrize("name", BREAKAGES)
def test_a_broken_setup_is_found_and_its_next_step_said(name: str, folder: Path) -> None:
    break_it, check, why, step = BREAKAGES[name]
    install_office(folder)
    break_it(folder)
    result = diagnose_folder(folder)[check]
    assert result.is_serious
    words = join_words(result.findings)
    assert why in words
    assert step in words


def test_what_is_only_worth_knowing_is_no_finding(folder: Path) -> None:
    install_office(folder)
    make_older(folder)
    found = diagnose_folder(folder)
    for name, part in (("database", "รุ่นก่อน"), ("alternate", "ไม่มีผู้รับเรื่องแทน"), ("server", "ไม่มีเซิร์ฟเวอร์")):
        assert part in join_words(found[name].findings)
        assert not found[name].is_serious
    with closing(sqlite3.connect(folder / "var/service/desk.sqlite")) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("0007",)


def test_nothing_is_made_where_nothing_is(folder: Path) -> None:
    found = diagnose_folder(folder)
    assert found["data"].is_serious
    assert found["keys"].left_out is not None
    assert list(folder.iterdir()) == []


def test_evidence_is_compared_with_its_hash(folder: Path) -> None:
    home = install_office(folder)

    async def scene() -> None:
        async with open_desk(home) as desk:
            for number in range(4):
                await desk.store.evidence.store_text(f"ข้อความที่ {number}", f"{number}.txt", desk.now())
            sealed = sorted((home / "complaints" / "evidence").glob("*.sealed"))
            whole = await inspect_evidence(desk.store.evidence, 2**30)
            assert whole == EvidenceInspection(4, 4, 0, 0, 0)
            content = bytearray(sealed[0].read_bytes())
            content[100] ^= 1
            sealed[0].write_bytes(bytes(content))
            sealed[1].unlink()
            (home / "complaints" / "evidence" / f"{'0' * 32}.sealed").write_bytes(b"x")
            found = await inspect_evidence(desk.store.evidence, 2**30)
            assert (found.total, found.damaged, found.missing, found.orphans) == (4, 1, 1, 0)  # too new
            assert (await inspect_evidence(desk.store.evidence, 0)).checked == 0

    asyncio.run(scene())
    words = join_words(diagnose_folder(folder)["evidence"].findings)
    assert "เสียหาย 1 ไฟล์ หาย 1 ไฟล์" in words


def test_states_of_a_database(folder: Path) -> None:
    home = install_office(folder)
    path = home / "complaints" / "desk.sqlite"
    assert find_database_state(path) is DatabaseState.CURRENT
    assert count_database_faults(path) == 0
    path.write_bytes(b"no database" * 500)
    assert find_database_state(path) is DatabaseState.UNREADABLE
    assert count_database_faults(path) == 1


def test_messages_that_wait_for_a_platform_are_counted_after_ten_minutes(folder: Path) -> None:
    home = install_office(folder)

    async def scene() -> None:
        async with open_desk(home) as desk:
            outbox, now = desk.store.outbox, desk.now()
            message = OutboxMessage(Channel.LINE, b"", "th", ())
            await outbox.add(Channel.LINE, message, now - timedelta(minutes=11))
            await outbox.add(Channel.LINE, message, now - timedelta(minutes=9))
            await outbox.add(Channel.TERMINAL, message, now - timedelta(hours=9))
            assert await outbox.count_stuck(now, Channel.TERMINAL) == 1

    asyncio.run(scene())
    assert "ค้างส่ง" in join_words(diagnose_folder(folder)["outbox"].findings)


def test_a_release_that_was_not_made_is_missed_after_a_day(folder: Path) -> None:
    home = install_office(folder)

    async def scene() -> None:
        async with open_desk(home) as desk:
            rules = OFFICE.statistics
            assert await count_missing_releases(desk.store, rules, desk.now() + timedelta(hours=1)) == 0
            assert await count_missing_releases(desk.store, rules, desk.now() + timedelta(days=70)) >= 2

    asyncio.run(scene())


def test_a_check_that_fails_is_said_and_stops_no_other(folder: Path) -> None:
    install_office(folder)

    async def fail(_machine: object):  # type: ignore[no-untyped-def]  # noqa: ANN202
        raise RuntimeError("CANARY of a row")
        yield

    async def pass_by(_machine: object):  # type: ignore[no-untyped-def]  # noqa: ANN202
        yield Finding(say("a"), say("b"), Weight.NOTE)

    checks = [
        Check("one", say("ก"), Need.NOTHING, fail),
        Check("two", say("ข"), Need.NOTHING, pass_by),
    ]

    async def scene() -> list[CheckResult]:
        opened = examine_machine(datetime.now(UTC), asks_platforms=False, evidence_limit=0)
        async with opened as machine:
            return [result async for result in run_checks(machine, checks)]

    first, second = asyncio.run(scene())
    assert first.is_serious
    assert "RuntimeError" in join_words(first.findings)
    assert "CANARY" not in join_words(first.findings)
    assert describe_result(second)["state"] == "note"


def test_every_finding_is_printed_with_its_next_step() -> None:
    why, step = say("เหตุ"), say("คำสั่ง")
    result = CheckResult(CHECKS[0], (Finding(why, step),))
    assert list(format_result(result)) == ["✗  การตั้งค่า / settings", "     เหตุ", "     → คำสั่ง"]
    assert describe_result(result)["findings"][0]["next_th"] == "คำสั่ง"
    assert len({check.name for check in CHECKS}) == len(CHECKS)


def test_the_command_ends_with_one_and_speaks_json(folder: Path) -> None:
    home = install_office(folder)
    done = run_ita_bot(home, "doctor", "--offline", "--json")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["check"] for line in lines] == [check.name for check in CHECKS]
    assert {line["check"]: line["state"] for line in lines}["staff"] == "finding"
    assert (done.returncode, done.stderr) == (1, "")
    told = run_ita_bot(home, "doctor", "--offline").stdout
    assert "ต้องแก้ 2 ข้อ" in told
    assert "→ ita-bot staff add" in told


def test_a_sound_office_ends_with_zero(folder: Path) -> None:
    home = install_office(folder)

    async def scene() -> None:
        for name in ("complaints", "service"):
            async with open_desk(home, name) as desk:
                await add_officer(desk, "มาลี", Role.SUPERVISOR)
                await add_officer(desk, "ไอที", Role.ADMIN)

    update_backup_state(home, made_at=datetime.now(UTC))

    asyncio.run(scene())
    done = run_ita_bot(home, "doctor", "--offline")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "ไม่พบสิ่งที่ต้องแก้" in done.stdout


def test_the_disk_is_measured(folder: Path) -> None:
    space = measure_disk(folder)
    assert 0 < space.free_percent <= 100


def test_a_clock_that_differs_from_the_platforms_is_found(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_office(folder)
    monkeypatch.setattr(OUTSIDE_TIME, "_heard", {})
    OUTSIDE_TIME.hear("Wed, 21 Oct 2026 07:28:00 GMT")
    assert "timedatectl" in join_words(asyncio.run(examine(folder, asks=True))["clock"].findings)


def test_a_contact_that_is_not_given_is_a_note(folder: Path) -> None:
    install_office(folder)
    assert diagnose_folder(folder)["contact"].findings == ()
    change_office(folder, 'phone = "053 000 000"\n', "")
    result = diagnose_folder(folder)["contact"]
    assert not result.is_serious
    assert "ยังไม่มี phone ใน [contact]" in join_words(result.findings)
