"""Exclusions: written with the case, hidden at once, lifted only by who is not concerned, and found again later."""

import pytest
from sqlalchemy import select

from bot.jobs import housekeeping as clock
from handlers.complaints.exclusions import Exclusion, ExclusionGround, ListExclusions, SetExclusion
from handlers.dialog.events import Act
from handlers.staff.members import StaffProfile
from handlers.staff.permissions import Role
from storage import tables
from storage.cases import exclusions as concerns
from storage.errors import ConflictError
from storage.store import Store
from tests.play import OFFICE
from tests.storage.conftest import NOW, StoredDesk, entry, view
from tests.storage.test_staff import joined

DAY = NOW.date()


def setting(case: str, staff: str, why: ExclusionGround, by: str) -> Act:
    return SetExclusion(case, Exclusion(staff, why, by, "ชื่อซ้ำกัน คนละคนคานารี"), DAY)


async def hidden(one: Store, case: str, staff: str) -> bool:
    async with one.committer.transaction() as connection:
        listed = select(tables.cases.c.id).where(~concerns.hides(staff))
        shown = (await connection.execute(listed)).scalars().all()
        found = await concerns.is_hidden(case, staff, connection)
    assert found is (case not in shown)
    return found


def test_hidden_from_the_first_moment_lifted_and_barred(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        receipt = await ground.file(
            one, excluded=(Exclusion("a", ExclusionGround.NAMED), Exclusion("b", ExclusionGround.COMMAND))
        )
        case = (await view(one, receipt)).id
        assert [await hidden(one, case, who) for who in "abc"] == [True, True, False]
        with pytest.raises(ConflictError):  # who is concerned decides nothing
            await ground.do(one, setting(case, "a", ExclusionGround.LIFTED, "b"))
        await ground.do(one, setting(case, "b", ExclusionGround.LIFTED, "c"))
        await ground.do(one, setting(case, "d", ExclusionGround.BARRED, "c"))
        assert [await hidden(one, case, who) for who in "abcd"] == [True, False, False, True]
        told = await one.answer(ListExclusions(case), NOW)
        assert [(e.staff, e.why, e.by) for e in told] == [
            ("a", ExclusionGround.NAMED, ""),
            ("b", ExclusionGround.LIFTED, "c"),
            ("d", ExclusionGround.BARRED, "c"),
        ]
        assert told[1].reason == "ชื่อซ้ำกัน คนละคนคานารี"
        assert await one.verify_audit() == []

    ground.play(scene)
    rows = [(actor, what) for actor, what in ground.sql("SELECT actor, what FROM audit ORDER BY seq")]
    assert rows[-4:] == [
        ("clock", "hidden:a"),
        ("clock", "hidden:b"),
        ("staff:c", "lifted:b"),
        ("staff:c", "barred:d"),
    ]
    assert "คานารี".encode() not in ground.on_disk()


def test_a_later_message_may_name_somebody_and_takes_the_case_from_them(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        receipt = await ground.file(one)
        case = await view(one, receipt)
        async with one.committer.transaction() as connection:
            await connection.execute(tables.cases.update().values(officer="a"))
        await ground.do(one, entry(case, "ต่อ", excluded=(Exclusion("a", ExclusionGround.NAMED),)))
        assert await hidden(one, case.id, "a")

    ground.play(scene)
    assert ground.sql("SELECT officer FROM cases") == [(None,)]


def test_who_joins_later_is_hidden_from_too(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        receipt = await ground.file(one, answers={"story": "นายสมชาย ใจดีคานารี เรียกเงิน"})
        case = (await view(one, receipt)).id
        assert await clock.hide(one, OFFICE, NOW) == 0
        staff = await joined(ground, one)
        assert await clock.hide(one, OFFICE, NOW) == 1
        assert await hidden(one, case, staff)
        await ground.do(one, setting(case, staff, ExclusionGround.LIFTED, "c"))
        await one.personnel.add(Role.OFFICER, StaffProfile("คนใหม่ มาทีหลัง"), NOW)
        assert await clock.hide(one, OFFICE, NOW) == 0  # looked again, and what was lifted stays lifted
        assert not await hidden(one, case, staff)
        standings, _ = await one.reminding.known()
        assert standings[0].excluded == frozenset()

    ground.play(scene)
