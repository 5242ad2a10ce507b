"""The hashes of events: neighbours share a prefix, and nobody without the key of the day can make them."""

from datetime import date

import pytest

from handlers.dialog.effects import Answer
from handlers.dialog.replies import NEUTRAL, Reply
from storage.crypto.aead import HmacKey
from storage.crypto.daily_keys import DailyKeys
from storage.crypto.key_files import DeskPaths, load_or_create_keys
from storage.crypto.keyring import Keyring
from storage.db.idempotency import (
    OWN_HASH_BYTES,
    SHARED_HASH_BYTES,
    find_event_answers,
    hash_events,
    save_event_answers,
)
from storage.store import Store
from tests.storage.conftest import StoredDesk
from tests.storage.staffed_desk import write_batch

TODAY, YESTERDAY = date(2026, 11, 22), date(2026, 11, 21)


@pytest.fixture
def days(ground: StoredDesk) -> DailyKeys:
    """The keys of two days, without a database."""
    keyring = Keyring(load_or_create_keys(DeskPaths.under(ground.home, "complaints")))
    made = DailyKeys(keyring)
    made.use_keys({YESTERDAY: b"y" * 32, TODAY: b"t" * 32})
    return made


def hash_today(days: DailyKeys, event: str) -> bytes:
    (found,) = (mark for mark, day in hash_events(days, [event])[event].items() if day == TODAY)
    return found


def test_an_event_has_a_hash_for_each_day_whose_key_exists(days: DailyKeys) -> None:
    marks = hash_events(days, ["telegram:71201", "line:x"])
    assert marks.keys() == {"telegram:71201", "line:x"}
    for own in marks.values():
        assert sorted(own.values()) == [YESTERDAY, TODAY]
        assert {len(mark) for mark in own} == {SHARED_HASH_BYTES + OWN_HASH_BYTES}
    assert hash_events(days, []) == {}


def test_days_of_an_earlier_version_are_looked_for_in_its_format_too(days: DailyKeys) -> None:
    days.legacy_days = frozenset({YESTERDAY})
    own = hash_events(days, ["telegram:71201"])["telegram:71201"]
    assert sorted(own.values()) == [YESTERDAY, YESTERDAY, TODAY]
    assert days.hashers[YESTERDAY](b"telegram:71201") in own


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("telegram:71201", "telegram:71299", True),
        ("telegram:71201", "telegram:71301", False),
        ("line:01JD4Z8Q" + "0" * 18, "line:01JD4Z8Q" + "Z" * 18, True),
        ("line:01JD4Z8Q" + "0" * 18, "line:01JD4Z8R" + "0" * 18, False),
        ("telegram:71201", "line:71201", False),
    ],
)
def test_events_of_about_the_same_time_are_neighbours(
    days: DailyKeys, one: str, other: str, near: bool
) -> None:
    first, second = hash_today(days, one), hash_today(days, other)
    assert (first[:SHARED_HASH_BYTES] == second[:SHARED_HASH_BYTES]) is near
    assert first[SHARED_HASH_BYTES:] != second[SHARED_HASH_BYTES:]


@pytest.mark.parametrize("event", ["", "x", "ไทย", "\ud800", "x" * 10_000])
def test_any_id_of_a_platform_can_be_hashed(days: DailyKeys, event: str) -> None:
    assert hash_today(days, event) == hash_today(days, event)


def test_another_key_makes_another_hash(days: DailyKeys) -> None:
    before = hash_today(days, "telegram:71201")
    days.hashers[TODAY] = HmacKey(b"another key of thirty-two bytes!")
    assert hash_today(days, "telegram:71201") != before


def test_answers_are_found_again_together_and_one_by_one(ground: StoredDesk) -> None:
    answers = {f"telegram:{n}": Answer((Reply(f"r{n}", NEUTRAL),), "en") for n in range(5)}

    async def scene(one: Store) -> None:
        keys = one.committer.daily_keys
        async with write_batch(one) as batch:
            save_event_answers(answers.items(), hash_events(keys, answers), batch)
        fetch = one.committer.sessions.read_batcher.fetch
        for asked in (["telegram:3"], [*answers], ["telegram:1", "unknown"], []):
            found = await find_event_answers(fetch, keys, hash_events(keys, asked))
            assert found.keys() == {*asked} - {"unknown"}
            for event, answer in found.items():
                assert (answer.replies, answer.lang) == (answers[event].replies, "en")
                assert answer.duplicate

    ground.run_scenario(scene)
    assert len(ground.execute_sql("SELECT 1 FROM events")) == 5
    assert len(ground.execute_sql("SELECT 1 FROM answers")) == 1
