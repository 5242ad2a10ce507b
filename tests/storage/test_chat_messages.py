"""What is known of the messages in chats: for 48 hours, in memory, and nothing of it on disk."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from storage import chat_messages
from storage.chat_messages import (
    CHAT_MESSAGE_TTL,
    MAX_CHATS,
    MAX_MESSAGES_A_CHAT,
    ChatMessageLog,
    MessageOrigins,
)
from storage.store import Store
from tests.properties import examples
from tests.storage.conftest import NOW, StoredDesk

ME, OTHER = b"m" * 32, b"o" * 32
ALMOST = NOW + CHAT_MESSAGE_TTL - timedelta(seconds=1)
OVER = NOW + CHAT_MESSAGE_TTL


def test_what_was_noted_is_given_once() -> None:
    log = ChatMessageLog()
    log.record(ME, 9, NOW)
    log.record(OTHER, 8, NOW)
    log.record(ME, 7, NOW)
    assert log.pop_all(ME, ALMOST) == [7, 9]
    assert log.pop_all(ME, ALMOST) == []
    assert log.pop_all(OTHER, OVER) == []


def test_a_chat_in_which_nothing_was_said_for_48_hours_is_forgotten() -> None:
    log = ChatMessageLog()
    log.record(ME, 7, NOW)
    log.record(OTHER, 8, NOW)
    log.record(ME, 9, ALMOST)
    log.evict_expired(OVER)
    assert log.pop_all(OTHER, NOW) == []
    assert log.pop_all(ME, OVER) == [9]


def test_a_flood_of_chats_or_messages_is_bounded() -> None:
    log = ChatMessageLog()
    for number in range(MAX_CHATS + 10):
        log.record(number.to_bytes(32), 1, NOW)
    assert log.pop_all((9).to_bytes(32), NOW) == []
    assert log.pop_all((10).to_bytes(32), NOW) == [1]
    for message in range(MAX_MESSAGES_A_CHAT + 5):
        log.record(ME, message, NOW)
    assert log.pop_all(ME, NOW)[0] == 5


def test_nothing_of_it_is_on_the_disk(ground: StoredDesk) -> None:
    async def before(one: Store) -> None:
        one.chat_messages.record(ME, 770077007, NOW)

    async def after(one: Store) -> None:
        assert one.chat_messages.pop_all(ME, NOW) == []

    ground.run_scenario(before)
    ground.run_scenario(after)
    assert b"770077007" not in ground.read_all_bytes()


@examples(50)
@given(
    st.lists(
        st.tuples(st.sampled_from("abcdef"), st.text(max_size=6), st.integers(0, 60), st.booleans()),
        max_size=30,
    )
)
def test_an_origin_is_found_until_it_is_forgotten(events: list[tuple[str, str, int, bool]]) -> None:
    origins, now, expected = MessageOrigins(), NOW, dict[str, tuple[str, int]]()
    for message, text, hours, unsent in events:
        now += timedelta(hours=hours)
        origins.evict_expired(now)
        expected = {
            m: (what, at)
            for m, (what, at) in expected.items()
            if now - NOW - timedelta(hours=at) < CHAT_MESSAGE_TTL
        }
        if unsent:
            origins.forget(message)
            expected.pop(message, None)
        else:
            origins.record("case", {message: f"text:{text}"}, now)
            expected[message] = (f"text:{text}", (now - NOW) // timedelta(hours=1))
        found = {m: origin.what for m in "abcdef" if (origin := origins.find(m))}
        assert found == {m: what for m, (what, _) in expected.items()}


def test_of_many_long_texts_the_oldest_are_forgotten() -> None:
    origins = MessageOrigins()
    each = chat_messages.MAX_ORIGIN_CHARACTERS // 4
    for number in range(6):
        origins.record("case", {f"m{number}": "text:" + "ก" * each}, NOW)
    assert [number for number in range(6) if origins.find(f"m{number}")] == [3, 4, 5]
