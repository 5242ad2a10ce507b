"""The outbox: a message is leased by one worker, retried, given up in the end, and unaffected by damaged rows."""

import asyncio
from datetime import timedelta

from handlers.dialog.events import Channel
from handlers.dialog.replies import NEUTRAL, Reply
from storage.outgoing.queue import LEASE_SECONDS, MAX_DELIVERY_ATTEMPTS, DurableQueue
from storage.serialization import OutboxMessage, QueuedTask
from storage.store import Store, open_store
from tests.storage.conftest import CANARY, NOW, StoredDesk

LETTER = OutboxMessage(Channel.WEB, bytes(range(256)), "th", (Reply("told", NEUTRAL, {"text": CANARY}),))


def after(seconds: float) -> timedelta:
    """Some time later."""
    return timedelta(seconds=seconds)


async def queue_messages(box: DurableQueue[OutboxMessage], count: int) -> list[str]:
    """Queue a number of messages."""
    return [await box.add("web", LETTER, NOW) for _ in range(count)]


def test_it_comes_out_as_it_went_in_and_is_sealed_meanwhile(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        (row,) = await queue_messages(one.outbox, 1)
        assert CANARY.encode() not in ground.read_all_bytes()
        (taken,) = await one.outbox.lease("web", NOW)
        assert (taken.id, taken.payload, taken.attempts) == (row, LETTER, 0)
        errand = QueuedTask("line", {"file": "123"})
        await one.task_queue.add("line", errand, NOW)
        assert [t.payload for t in await one.task_queue.lease("line", NOW)] == [errand]

    ground.run_scenario(scene)


def test_two_programs_never_take_the_same(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        rows = await queue_messages(one.outbox, 10)
        async with open_store(ground.key_files, NOW) as other:
            both = await asyncio.gather(*(s.outbox.lease("web", NOW, 3) for s in (one, other, one, other)))
        taken = [t.id for some in both for t in some]
        assert len(taken) == len(set(taken)) == 10
        assert set(taken) == set(rows)

    ground.run_scenario(scene)


def test_what_nobody_was_done_with_is_taken_again_after_its_lease(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await queue_messages(one.outbox, 1)
        assert await one.outbox.lease("line", NOW) == []
        assert await one.outbox.lease("web", NOW - after(1)) == []
        assert len(await one.outbox.lease("web", NOW)) == 1
        assert await one.outbox.lease("web", NOW + after(LEASE_SECONDS - 1)) == []
        (again,) = await one.outbox.lease("web", NOW + after(LEASE_SECONDS))
        assert again.attempts == 1
        await one.outbox.complete([again.id])
        assert await one.outbox.lease("web", NOW + after(9 * LEASE_SECONDS)) == []

    ground.run_scenario(scene)


def test_what_fails_is_tried_later_and_later_and_given_up(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await queue_messages(one.outbox, 1)
        now, pauses = NOW, list[float]()
        for _ in range(MAX_DELIVERY_ATTEMPTS):
            while not (taken := await one.outbox.lease("web", now)):
                now += after(1 if not pauses or len(pauses) < 6 else 600)
            begun = now
            kept = await one.outbox.retry_on_failure(taken[0], now)
            pauses.append((now - begun).total_seconds())
        assert not kept
        assert ground.execute_sql("SELECT 1 FROM outbox") == []

    ground.run_scenario(scene)


def test_one_damaged_letter_does_not_hold_up_the_others(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        rows = await queue_messages(one.outbox, 3)
        ground.execute_sql(f"UPDATE outbox SET sealed = zeroblob(40) WHERE id = '{rows[0]}'")
        assert {t.id for t in await one.outbox.lease("web", NOW)} == set(rows[1:])

    ground.run_scenario(scene)


def test_what_is_held_back_on_purpose_is_never_stuck_and_what_a_platform_refuses_for_hours_is(
    ground: StoredDesk,
) -> None:
    async def scene(one: Store) -> None:
        await queue_messages(one.outbox, 1)
        now = NOW
        for _ in range(3 * MAX_DELIVERY_ATTEMPTS):
            (taken,) = await one.outbox.lease("web", now)
            await one.outbox.hold_back(taken, now + after(3600))
            assert await one.outbox.lease("web", now + after(3500)) == []
            assert await one.outbox.count_stuck(now, "terminal") == 0
            now += after(3600)
        for _ in range(MAX_DELIVERY_ATTEMPTS):
            (taken,) = await one.outbox.lease("web", now)
            await one.outbox.defer(taken, now + after(3600))
            now += after(3600)
        assert await one.outbox.count_stuck(now, "terminal") == 1

    ground.run_scenario(scene)


def test_what_is_asked_to_wait_is_never_given_up(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await queue_messages(one.outbox, 1)
        now = NOW
        for _ in range(3 * MAX_DELIVERY_ATTEMPTS):
            (taken,) = await one.outbox.lease("web", now)
            await one.outbox.defer(taken, now + after(3600))
            assert await one.outbox.lease("web", now + after(3500)) == []
            now += after(3600)
        assert [one.attempts > 0 for one in await one.outbox.list_all("web")] == [True]

    ground.run_scenario(scene)
