"""What two must agree to: nobody approves their own, a day is enough, and it is used once."""

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
from handlers.complaints.exclusions import Exclusion, ExclusionGround
from handlers.complaints.lifecycle import CaseOutcome, Transition, TransitionRequest
from handlers.office import TwoPersonRules
from handlers.staff.complaints.approvals import needed
from handlers.staff.permissions import Role
from storage.errors import ConflictError
from storage.store import Store
from tests.storage.conftest import NOW, StoredDesk, view
from tests.storage.test_staff import joined


async def pending(one: Store, case: str, hours: float = 0) -> list[Approval]:
    return list(await one.answer(ListApprovals(case), NOW + timedelta(hours=hours)))


def test_one_asks_another_approves_and_it_is_used_once(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        asker = await joined(ground, one)
        other = await joined(ground, one, b"v" * 32, Role.SUPERVISOR)
        accused = await joined(ground, one, b"u" * 32)
        receipt = await ground.file(
            one, identity={"name": "วีระชัย คานารีชื่อ"}, excluded=(Exclusion(accused, ExclusionGround.NAMED),)
        )
        case = (await view(one, receipt)).id
        waiting = len(await _outbox(ground))
        await ground.do(one, RequestApproval(case, "1/2570", ApprovalKind.IDENTITY, asker, "ต้องโทรถามคานารี"))
        assert len(await _outbox(ground)) == waiting + 1  # the supervisor, and not the accused
        (asked,) = await pending(one, case)
        assert (asked.reason, asked.serves(asker)) == ("ต้องโทรถามคานารี", False)
        with pytest.raises(ConflictError):
            await ground.do(one, GrantApproval(asked.id, case, asker))
        await ground.do(one, GrantApproval(asked.id, case, other))
        with pytest.raises(ConflictError):
            await ground.do(one, GrantApproval(asked.id, case, accused))
        (good,) = await pending(one, case)
        assert good.serves(asker)
        assert not good.serves(other)
        assert dict(await one.answer(ReadIdentity(case), NOW)) == {"name": "วีระชัย คานารีชื่อ"}
        await ground.do(one, UseApproval(good.id, case, asker))
        assert await pending(one, case) == []
        assert await one.answer(ReadIdentity("nobody"), NOW) == ()
        assert await one.verify_audit() == []

    ground.play(scene)
    whats = [what for (what,) in ground.sql("SELECT what FROM audit ORDER BY seq")]
    assert whats[-3:] == ["asked-identity", "approved", "used-approval"]
    assert "คานารี".encode() not in ground.on_disk()


async def _outbox(ground: StoredDesk) -> list[object]:
    return ground.sql("SELECT id FROM outbox")


def test_what_was_asked_is_good_for_a_day(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        case = (await view(one, await ground.file(one))).id
        await ground.do(one, RequestApproval(case, "1/2570", ApprovalKind.UNFOUNDED, "a", "ตรวจแล้วไม่พบ"))
        (asked,) = await pending(one, case, 23.9)
        assert await pending(one, case, 24) == []
        with pytest.raises(ConflictError):
            await ground.do(one, GrantApproval(asked.id, case, "b"), at=NOW + timedelta(hours=24))

    ground.play(scene)


def test_what_needs_two() -> None:
    unfounded = TransitionRequest(Transition.CLOSE, CaseOutcome.UNSUBSTANTIATED)
    assert needed(unfounded, TwoPersonRules(unfounded=True))
    assert not needed(unfounded, TwoPersonRules())
    assert not needed(
        TransitionRequest(Transition.CLOSE, CaseOutcome.SUBSTANTIATED), TwoPersonRules(unfounded=True)
    )
    assert not needed(None, TwoPersonRules(unfounded=True))
