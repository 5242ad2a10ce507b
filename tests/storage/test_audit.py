"""Verifying the audit log detects edited, deleted and rewritten entries, and an older copy."""

import asyncio
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from handlers.complaints.messages import ActorKind
from storage.audit import AuditAnchor, AuditChain, AuditRecord
from storage.store import Store
from tests.storage.conftest import CANARY, NOW, StoredDesk, load_reporter_case, make_entry

FREE = ("DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete")


async def file_three_complaints(ground: StoredDesk, one: Store) -> None:
    """Write three entries."""
    for number in (1, 2, 3):
        await ground.file_complaint(one, number)


def collect_findings(ground: StoredDesk, anchor: AuditAnchor | None = None) -> list[str]:
    """The findings after the desk is opened again."""
    found: list[str] = []

    async def scene(one: Store) -> None:
        found.extend(await one.verify_audit(anchor))

    ground.run_scenario(scene)
    return found


def make_desk_and_anchor(ground: StoredDesk) -> AuditAnchor:
    """A desk with three entries, and the anchor made of them."""
    anchors: list[AuditAnchor] = []

    async def scene(one: Store) -> None:
        await file_three_complaints(ground, one)
        anchors.append(await one.build_audit_anchor(NOW))

    ground.run_scenario(scene)
    return anchors[0]


def test_an_untouched_trail_is_sound(ground: StoredDesk) -> None:
    anchor = make_desk_and_anchor(ground)
    assert collect_findings(ground) == collect_findings(ground, anchor) == []
    assert collect_findings(ground, AuditAnchor.model_validate_json(anchor.model_dump_json())) == []


def test_an_empty_trail_is_sound_and_has_an_anchor(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        anchor = await one.build_audit_anchor(NOW)
        assert await one.verify_audit(anchor) == []
        await file_three_complaints(ground, one)
        assert await one.verify_audit(anchor) == []

    ground.run_scenario(scene)


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE audit SET what = 'x' WHERE seq = 2",
        "UPDATE audit SET actor = 'clock' WHERE seq = 1",
        "UPDATE audit SET ref = '0' WHERE seq = 3",
        "UPDATE audit SET hour = hour + 1 WHERE seq = 2",
        "UPDATE audit SET hour = -1 WHERE seq = 2",
        "UPDATE audit SET hour = 'noon' WHERE seq = 2",
        "UPDATE audit SET mac = x'00' WHERE seq = 2",
        "DELETE FROM audit WHERE seq = 2",
        "DELETE FROM audit WHERE seq = 3",
        "DELETE FROM audit",
        "DELETE FROM audit_head",
        "UPDATE audit_head SET count = 2",
        "UPDATE audit_head SET count = -1",
        "UPDATE audit_head SET proof = x'00'",
        "INSERT INTO audit SELECT 4, hour, actor, what, ref, mac FROM audit WHERE seq = 3",
    ],
)
def test_an_edit_is_found(ground: StoredDesk, edit: str) -> None:
    make_desk_and_anchor(ground)
    ground.execute_sql(*FREE, edit)
    assert collect_findings(ground)


def test_a_tail_cut_together_with_its_head_is_found_by_the_head(ground: StoredDesk) -> None:
    make_desk_and_anchor(ground)
    ground.execute_sql(
        *FREE,
        "DELETE FROM audit WHERE seq = 3",
        "UPDATE audit_head SET count = 2, mac = (SELECT mac FROM audit WHERE seq = 2)",
    )
    assert collect_findings(ground)


def test_a_trail_computed_anew_without_the_key_is_found(ground: StoredDesk) -> None:
    make_desk_and_anchor(ground)
    forged = AuditChain({1: bytes(32)})
    rows = [forged.add(AuditRecord(1, "office", "x", "y")) for _ in range(3)]
    ground.execute_sql(
        *FREE,
        "DELETE FROM audit",
        *(f"INSERT INTO audit VALUES ({r['seq']}, 1, 'office', 'x', 'y', x'{r['mac'].hex()}')" for r in rows),  # type: ignore[attr-defined]
        f"UPDATE audit_head SET count = 3, mac = x'{forged.mac.hex()}', "
        f"proof = x'{forged.compute_head_proof(3, forged.mac).hex()}'",
    )
    assert collect_findings(ground)


def test_an_older_copy_is_sound_by_itself_and_found_by_the_anchor(ground: StoredDesk, tmp_path: Path) -> None:
    older = tmp_path / "older"

    async def one_line(one: Store) -> None:
        await ground.file_complaint(one, 9)

    ground.run_scenario(one_line)
    shutil.copy(ground.paths.database, older)
    anchor = make_desk_and_anchor(ground)
    assert anchor.count == 4
    shutil.copy(older, ground.paths.database)
    assert collect_findings(ground) == []
    assert collect_findings(ground, anchor)


def test_a_history_that_went_another_way_is_found_by_the_anchor(ground: StoredDesk, tmp_path: Path) -> None:
    ground.run_scenario(lambda one: ground.file_complaint(one, 9))  # type: ignore[arg-type,return-value]
    older = shutil.copy(ground.paths.database, tmp_path / "older")
    anchor = make_desk_and_anchor(ground)
    shutil.copy(older, ground.paths.database)
    make_desk_and_anchor(StoredDesk(ground.home, ground.event_numbers))
    assert collect_findings(ground, anchor)


@pytest.mark.parametrize(
    "change", [{"count": 2}, {"mac": "00" * 32}, {"proof": "00" * 32}, {"mac": "x"}, {"desk": "service"}]
)
def test_an_anchor_that_is_not_ours_is_found(ground: StoredDesk, change: dict[str, object]) -> None:
    anchor = make_desk_and_anchor(ground)
    assert collect_findings(ground, anchor.model_copy(update=change))


def test_a_running_desk_is_not_accused(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await file_three_complaints(ground, one)
        done = asyncio.Event()

        async def busy() -> None:
            number = 4
            while not done.is_set():
                await ground.file_complaint(one, number)
                number += 1

        work = asyncio.create_task(busy())
        found = [await one.verify_audit() for _ in range(60)]
        done.set()
        await work
        assert found == [[]] * 60

    ground.run_scenario(scene)


def test_a_line_names_no_person_no_word_and_no_minute(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        receipt = await ground.file_complaint(one, 1, NOW + timedelta(minutes=17, seconds=23))
        case = await load_reporter_case(one, receipt)
        await ground.commit_acts(one, make_entry(case, CANARY, ActorKind.REPORTER))
        rows = ground.execute_sql("SELECT hour, actor, ref FROM audit ORDER BY seq")
        assert rows == [(int(NOW.timestamp()) // 3600, "reporter", case.id)] * 2
        assert CANARY not in repr(ground.execute_sql("SELECT * FROM audit"))

    ground.run_scenario(scene)
