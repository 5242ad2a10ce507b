"""What waits outside is taken by one, tried again, given up in the end, and never lost to another's damage."""

import asyncio
from datetime import timedelta

from handlers.dialog.events import Channel, Reply
from storage import store
from storage.outgoing.queue import LEASE, MOST_ATTEMPTS, DurableQueue
from storage.serialization import OutboxMessage, QueuedTask
from storage.store import Store
from tests.storage.conftest import CANARY, NOW, StoredDesk

LETTER = OutboxMessage(Channel.WEB, bytes(range(256)), "th", (Reply("told", {"text": CANARY}),))


def after(seconds: float) -> timedelta:
    """A while."""
    return timedelta(seconds=seconds)


async def write(box: DurableQueue[OutboxMessage], count: int) -> list[str]:
    """Letters that wait."""
    return [await box.add("web", LETTER, NOW) for _ in range(count)]


def test_it_comes_out_as_it_went_in_and_is_sealed_meanwhile(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        (row,) = await write(one.outbox, 1)
        assert CANARY.encode() not in ground.on_disk()
        (taken,) = await one.outbox.take("web", NOW)
        assert (taken.id, taken.what, taken.attempts) == (row, LETTER, 0)
        errand = QueuedTask("line", {"file": "123"})
        await one.errands.add("line", errand, NOW)
        assert [t.what for t in await one.errands.take("line", NOW)] == [errand]

    ground.play(scene)


def test_two_programs_never_take_the_same(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        rows = await write(one.outbox, 10)
        async with store.opened(ground.ring, NOW) as other:
            both = await asyncio.gather(*(s.outbox.take("web", NOW, 3) for s in (one, other, one, other)))
        taken = [t.id for some in both for t in some]
        assert len(taken) == len(set(taken)) == 10
        assert set(taken) == set(rows)

    ground.play(scene)


def test_what_nobody_was_done_with_is_taken_again_after_its_lease(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await write(one.outbox, 1)
        assert await one.outbox.take("line", NOW) == []
        assert await one.outbox.take("web", NOW - after(1)) == []
        assert len(await one.outbox.take("web", NOW)) == 1
        assert await one.outbox.take("web", NOW + after(LEASE - 1)) == []
        (again,) = await one.outbox.take("web", NOW + after(LEASE))
        assert again.attempts == 1
        await one.outbox.done([again.id])
        assert await one.outbox.take("web", NOW + after(9 * LEASE)) == []

    ground.play(scene)


def test_what_fails_is_tried_later_and_later_and_given_up(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await write(one.outbox, 1)
        now, pauses = NOW, list[float]()
        for _ in range(MOST_ATTEMPTS):
            while not (taken := await one.outbox.take("web", now)):
                now += after(1 if not pauses or len(pauses) < 6 else 600)
            begun = now
            kept = await one.outbox.failed(taken[0], now)
            pauses.append((now - begun).total_seconds())
        assert not kept
        assert ground.sql("SELECT 1 FROM outbox") == []

    ground.play(scene)


def test_one_damaged_letter_does_not_hold_up_the_others(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        rows = await write(one.outbox, 3)
        ground.sql(f"UPDATE outbox SET sealed = zeroblob(40) WHERE id = '{rows[0]}'")
        assert {t.id for t in await one.outbox.take("web", NOW)} == set(rows[1:])

    ground.play(scene)


def test_what_is_asked_to_wait_is_never_given_up(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await write(one.outbox, 1)
        now = NOW
        for _ in range(3 * MOST_ATTEMPTS):
            (taken,) = await one.outbox.take("web", now)
            await one.outbox.postponed(taken, now + after(3600))
            assert await one.outbox.take("web", now + after(3500)) == []
            now += after(3600)
        assert [one.attempts > 0 for one in await one.outbox.look("web")] == [True]

    ground.play(scene)
