"""A reopened case goes to another officer than the one who closed it."""

from dataclasses import replace
from datetime import date

import pytest

from handlers.complaints.lifecycle import CaseOutcome, CaseStatus, Transition
from handlers.complaints.messages import ActorKind
from handlers.staff.complaints.messages import AssignCase
from storage.cases.history import load_case_for_write
from storage.cases.reopen import reassign_case
from storage.errors import ConflictError
from storage.store import Store
from tests.storage.conftest import NOW, StoredDesk, load_reporter_case, make_move
from tests.storage.staffed_desk import join_staff, list_letters, write_batch

DUE = date(2026, 12, 7)
CASE_ROW = "SELECT officer, avoid, answer_by, status FROM cases"


async def close_and_reopen(ground: StoredDesk, one: Store, closer: str) -> None:
    """File a case, let somebody close it, and let its reporter ask for another look."""
    receipt = await ground.file_complaint(one)
    case = await load_reporter_case(one, receipt)
    if closer:
        await ground.commit_acts(one, AssignCase(case.id, 2, NOW.date(), closer, closer))
    for status, step, why in (
        (CaseStatus.SCREENING, Transition.SCREEN, {}),
        (CaseStatus.CLOSED, Transition.CLOSE, {"outcome": CaseOutcome.UNSUBSTANTIATED}),
    ):
        move = make_move(await load_reporter_case(one, receipt), status, step, **why)
        await ground.commit_acts(one, replace(move, staff=closer))
    await one.outbox.complete([item.id for item in await one.outbox.list_all("telegram")])
    again = make_move(await load_reporter_case(one, receipt), CaseStatus.INVESTIGATING, Transition.REOPEN)
    await ground.commit_acts(one, replace(again, by=ActorKind.REPORTER, answer_by=DUE))


def test_the_closer_is_passed_over_and_the_others_are_notified(ground: StoredDesk) -> None:
    closers = list[str]()

    async def scene(one: Store) -> None:
        closers.append(await join_staff(ground, one, "closer"))
        await join_staff(ground, one, "other", lang="en")
        await close_and_reopen(ground, one, closers[0])
        args = {"number": "1/2570", "due": "7 December 2026 (B.E. 2569)"}
        assert await list_letters(one) == [(b"other", "en", "staff.notice.again", args)]

    ground.run_scenario(scene)
    assert ground.execute_sql(CASE_ROW) == [(None, closers[0], "2026-12-07", "investigating")]


def test_where_nobody_else_is_there_the_closer_may_take_it_again(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await close_and_reopen(ground, one, await join_staff(ground, one, "closer"))
        assert await list_letters(one) == []

    ground.run_scenario(scene)
    assert ground.execute_sql(CASE_ROW) == [(None, None, "2026-12-07", "investigating")]


@pytest.mark.parametrize("closed", [True, False])
def test_where_nobody_is_known_to_have_closed_it_all_are_notified(ground: StoredDesk, closed: bool) -> None:
    async def scene(one: Store) -> None:
        await join_staff(ground, one, "one")
        await join_staff(ground, one, "two")
        if closed:
            await close_and_reopen(ground, one, "")
        else:
            receipt = await ground.file_complaint(one)
            case = await load_reporter_case(one, receipt)
            await one.outbox.complete([item.id for item in await one.outbox.list_all("telegram")])
            act = make_move(case, CaseStatus.INVESTIGATING, Transition.REOPEN)
            async with write_batch(one) as batch:
                cipher, _, _ = await load_case_for_write(case.id, batch)
                await reassign_case(act, DUE, cipher, batch, notified=True)
        assert [back for back, *_ in await list_letters(one)] == [b"one", b"two"]

    ground.run_scenario(scene)
    assert ground.execute_sql("SELECT avoid, answer_by FROM cases") == [(None, "2026-12-07")]


def test_the_lines_of_an_erased_case_cannot_be_read(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        async with write_batch(one) as batch:
            with pytest.raises(ConflictError):
                await load_case_for_write("0" * 32, batch)

    ground.run_scenario(scene)
