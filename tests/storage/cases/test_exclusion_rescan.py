"""What a rescan of open cases reads, and what it stores: for the program alone."""

import pytest

from handlers.complaints.messages import ActorKind, Exclusion, ExclusionGround
from handlers.staff.members import StaffProfile
from handlers.staff.permissions import Role
from storage.cases.exclusion_rescan import ConflictRescan, OpenCaseText
from storage.errors import UnreadableRowError
from storage.store import Store
from tests.storage.conftest import CANARY, NOW, StoredDesk, close_case, load_reporter_case, make_entry
from tests.storage.staffed_desk import join_staff


def test_only_open_cases_are_read_with_what_the_reporter_wrote(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        open_one = await ground.file_complaint(one, 1, answers={"accused": "สมชาย"}, concerns_head=True)
        await close_case(ground, one, await ground.file_complaint(one, 2))
        case = await load_reporter_case(one, open_one)
        await ground.commit_acts(one, make_entry(case, "จากเจ้าหน้าที่"))
        for text in ("และสมหญิง", "อีกคน"):
            case = await load_reporter_case(one, open_one)
            await ground.commit_acts(one, make_entry(case, text, ActorKind.REPORTER))
        rescan = ConflictRescan(one.committer)
        assert await rescan.list_open_cases() == [case.id]
        found = await rescan.load_case_text(case.id)
        assert found is not None
        assert found.concerns_head
        assert {**found.answers, "later": ""} == {"accused": "สมชาย", "later": ""}
        assert sorted(filter(None, found.answers["later"].split("\n"))) == sorted(["และสมหญิง", "อีกคน"])
        assert "สมชาย" not in repr(found)

    ground.run_scenario(scene)


def test_an_erased_case_is_none_and_a_damaged_one_is_named(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        receipt = await ground.file_complaint(one)
        case = await load_reporter_case(one, receipt)
        assert await one.conflict_rescan.load_case_text("0" * 32) is None
        assert await one.conflict_rescan.load_case_text(case.id) == OpenCaseText(
            case.id, {"story": CANARY, "later": ""}, concerns_head=False
        )
        ground.execute_sql("UPDATE cases SET report = zeroblob(80)")
        with pytest.raises(UnreadableRowError) as caught:
            await one.conflict_rescan.load_case_text(case.id)
        assert (caught.value.table, caught.value.number) == ("cases", "1/2570")

    ground.run_scenario(scene)


def test_the_digest_changes_with_the_staff_and_with_nothing_else(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        nobody, empty = await one.conflict_rescan.load_staff()
        assert nobody == ()
        await one.staff_admin.add(Role.OFFICER, StaffProfile("ยังไม่เข้าร่วม"), NOW)
        (invited,), before = await one.conflict_rescan.load_staff()
        assert invited.profile == StaffProfile("ยังไม่เข้าร่วม")
        assert before != empty
        await ground.file_complaint(one)
        assert (await one.conflict_rescan.load_staff())[1] == before
        staff = await join_staff(ground, one, "officer")
        both, after = await one.conflict_rescan.load_staff()
        assert {person.id for person in both} == {invited.id, staff}
        await one.staff_admin.remove(staff, NOW.date(), NOW)
        again = await one.conflict_rescan.load_staff()
        assert again == ((invited,), before)
        assert after != before

    ground.run_scenario(scene)


def test_an_exclusion_that_is_known_is_not_added_again(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        receipt = await ground.file_complaint(one, exclusions=(Exclusion("a", ExclusionGround.LIFTED),))
        case = await load_reporter_case(one, receipt)
        found = [Exclusion("a", ExclusionGround.NAMED), Exclusion("b", ExclusionGround.UNIT)]
        assert [await one.conflict_rescan.add_exclusions(case.id, found, NOW) for _ in range(2)] == [1, 0]

    ground.run_scenario(scene)
    rows = ground.execute_sql("SELECT staff_id, why FROM concerned ORDER BY staff_id")
    assert rows == [("a", "lifted"), ("b", "unit")]
