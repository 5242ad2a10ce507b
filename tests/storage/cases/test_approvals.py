"""Approvals by a second officer: not by the requester, valid for a day, used once."""

from datetime import timedelta

import pytest

from handlers.complaints.approvals import (
    Approval,
    ApprovalKind,
    GrantApproval,
    ListApprovals,
    ReadIdentity,
    RequestApproval,
    UseApproval,
)
from handlers.complaints.lifecycle import CaseOutcome, Transition, TransitionRequest
from handlers.complaints.messages import Exclusion, ExclusionGround
from handlers.office import TwoPersonRules
from handlers.staff.complaints.approvals import needs_two_persons
from handlers.staff.permissions import Role
from storage.errors import ConflictError
from storage.store import Store
from tests.storage.conftest import NOW, StoredDesk, load_reporter_case
from tests.storage.staff.test_members import add_joined_staff


async def pending(one: Store, case: str, hours: float = 0) -> list[Approval]:
    return list(await one.answer_query(ListApprovals(case), NOW + timedelta(hours=hours)))


def test_one_asks_another_approves_and_it_is_used_once(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        asker = await add_joined_staff(ground, one)
        other = await add_joined_staff(ground, one, b"v" * 32, Role.SUPERVISOR)
        accused = await add_joined_staff(ground, one, b"u" * 32)
        receipt = await ground.file_complaint(
            one, identity={"name": "วีระชัย คานารีชื่อ"}, exclusions=(Exclusion(accused, ExclusionGround.NAMED),)
        )
        case = (await load_reporter_case(one, receipt)).id
        waiting = len(await _outbox(ground))
        await ground.commit_acts(
            one, RequestApproval(case, "1/2570", ApprovalKind.IDENTITY, asker, "ต้องโทรถามคานารี")
        )
        assert len(await _outbox(ground)) == waiting + 1  # to the supervisor, not to the accused officer
        (asked,) = await pending(one, case)
        assert (asked.reason, asked.is_granted_to(asker)) == ("ต้องโทรถามคานารี", False)
        with pytest.raises(ConflictError):
            await ground.commit_acts(one, GrantApproval(asked.id, case, asker))
        await ground.commit_acts(one, GrantApproval(asked.id, case, other))
        with pytest.raises(ConflictError):
            await ground.commit_acts(one, GrantApproval(asked.id, case, accused))
        (good,) = await pending(one, case)
        assert good.is_granted_to(asker)
        assert not good.is_granted_to(other)
        assert dict(await one.answer_query(ReadIdentity(case), NOW)) == {"name": "วีระชัย คานารีชื่อ"}
        await ground.commit_acts(one, UseApproval(good.id, case, asker))
        assert await pending(one, case) == []
        assert await one.answer_query(ReadIdentity("nobody"), NOW) == ()
        assert await one.verify_audit() == []

    ground.run_scenario(scene)
    whats = [what for (what,) in ground.execute_sql("SELECT what FROM audit ORDER BY seq")]
    assert whats[-3:] == ["asked-identity", "approved", "used-approval"]
    assert "คานารี".encode() not in ground.read_all_bytes()


async def _outbox(ground: StoredDesk) -> list[object]:
    return ground.execute_sql("SELECT id FROM outbox")


def test_what_was_asked_is_good_for_a_day(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        case = (await load_reporter_case(one, await ground.file_complaint(one))).id
        await ground.commit_acts(
            one, RequestApproval(case, "1/2570", ApprovalKind.UNFOUNDED, "a", "ตรวจแล้วไม่พบ")
        )
        (asked,) = await pending(one, case, 23.9)
        assert await pending(one, case, 24) == []
        with pytest.raises(ConflictError):
            await ground.commit_acts(one, GrantApproval(asked.id, case, "b"), at=NOW + timedelta(hours=24))

    ground.run_scenario(scene)


def test_what_needs_two() -> None:
    unfounded = TransitionRequest(Transition.CLOSE, CaseOutcome.UNSUBSTANTIATED)
    assert needs_two_persons(unfounded, TwoPersonRules(unfounded=True))
    assert not needs_two_persons(unfounded, TwoPersonRules())
    assert not needs_two_persons(
        TransitionRequest(Transition.CLOSE, CaseOutcome.SUBSTANTIATED), TwoPersonRules(unfounded=True)
    )
    assert not needs_two_persons(None, TwoPersonRules(unfounded=True))
