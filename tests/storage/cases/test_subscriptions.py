"""Subscriptions to a case: one neutral message whenever the office acts, until the person ends it."""

from handlers.complaints.messages import ActorKind, SubscribeToCase, Unsubscribe
from handlers.dialog.events import Channel
from storage.cases.subscriptions import hash_case_subscription, hash_subscriber, notify_subscriber
from storage.store import Store
from tests.storage.conftest import CANARY, StoredDesk, load_reporter_case, make_entry
from tests.storage.staffed_desk import list_letters, write_batch

ANN, BOB = b"a" * 32, b"b" * 32
NEWS = (b"chat of ann", "en", "news.waiting", {})


async def subscribe(
    ground: StoredDesk, one: Store, case: str, who: bytes = ANN, back: bytes = NEWS[0]
) -> None:
    await ground.commit_acts(one, SubscribeToCase(case, who, Channel.TELEGRAM, back, "en"))


def test_the_office_acts_and_the_reporter_hears_that_there_is_news_and_no_more(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        receipt = await ground.file_complaint(one)
        case = await load_reporter_case(one, receipt)
        await subscribe(ground, one, case.id)
        await ground.commit_acts(one, make_entry(case, CANARY))
        assert await list_letters(one) == [NEWS]

    ground.run_scenario(scene)
    everything = ground.read_all_bytes()
    assert b"chat of ann" not in everything
    assert ANN not in everything


def test_what_the_reporter_does_is_no_news(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        receipt = await ground.file_complaint(one)
        case = await load_reporter_case(one, receipt)
        await subscribe(ground, one, case.id)
        await ground.commit_acts(one, make_entry(case, "มีหลักฐานเพิ่ม", ActorKind.REPORTER))
        async with write_batch(one) as batch:
            await notify_subscriber(case.id, ActorKind.CLOCK, batch)
            await notify_subscriber("0" * 32, ActorKind.OFFICE, batch)
        assert await list_letters(one) == []

    ground.run_scenario(scene)


def test_a_later_subscription_replaces_the_earlier_one(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        receipt = await ground.file_complaint(one)
        case = await load_reporter_case(one, receipt)
        await subscribe(ground, one, case.id)
        await subscribe(ground, one, case.id, BOB, b"chat of bob")
        async with write_batch(one) as batch:
            await notify_subscriber(case.id, ActorKind.OFFICE, batch)
        assert [back for back, *_ in await list_letters(one)] == [b"chat of bob"]

    ground.run_scenario(scene)


def test_one_act_ends_all_subscriptions_of_a_person_and_no_others(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        cases = []
        for number, (who, back) in enumerate(((ANN, b"1"), (ANN, b"2"), (BOB, b"3")), 1):
            receipt = await ground.file_complaint(one, number)
            cases.append((await load_reporter_case(one, receipt)).id)
            await subscribe(ground, one, cases[-1], who, back)
        await ground.commit_acts(one, Unsubscribe(ANN))
        async with write_batch(one) as batch:
            for case in cases:
                await notify_subscriber(case, ActorKind.OFFICE, batch)
        assert [back for back, *_ in await list_letters(one)] == [b"3"]

    ground.run_scenario(scene)


def test_an_address_that_cannot_be_read_does_not_stop_the_office(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        receipt = await ground.file_complaint(one)
        case = await load_reporter_case(one, receipt)
        await subscribe(ground, one, case.id)
        ground.execute_sql("UPDATE addresses SET sealed = zeroblob(60)")
        await ground.commit_acts(one, make_entry(case, "ตอบแล้ว"))
        assert await list_letters(one) == []
        assert (await load_reporter_case(one, receipt)).seq == 2

    ground.run_scenario(scene)


def test_the_hashes_link_neither_to_the_case_nor_to_the_session(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        receipt = await ground.file_complaint(one)
        case = await load_reporter_case(one, receipt)
        await subscribe(ground, one, case.id)
        ((mark, person),) = ground.execute_sql("SELECT mark, person FROM addresses")
        assert (mark, person) == (
            hash_case_subscription(one.keyring, case.id),
            hash_subscriber(one.keyring, ANN),
        )
        assert person != ANN
        assert mark.hex() != case.id

    ground.run_scenario(scene)
