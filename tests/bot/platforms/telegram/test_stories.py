"""Every story on Telegram: the same words, the same effects, and no call that Telegram refuses."""

from pathlib import Path

import pytest

from tests.bot.platforms.telegram.driver import TelegramDriver
from tests.in_memory_desk import SHORT_OFFICE_TOML, STRICT_OFFICE_TOML
from tests.story import (
    COMPLAINT_STORIES,
    SERVICE_STORIES,
    SHORT_STORIES,
    STRICT_STORIES,
    StoryPlayer,
    at_every_door,
    in_turn_at,
    play_story_at,
)

OFTEN = {"report", "reply", "bad-input", "cancel"}


def play_through_telegram(story: Path, mode: str, home: Path) -> None:
    door = TelegramDriver(home, mode=mode)
    try:
        StoryPlayer(door).play_story(story)
    finally:
        door.close()
    assert door.fake.refused == []
    assert len(door.fake.calls) > 3


@pytest.mark.parametrize("story", in_turn_at("telegram", COMPLAINT_STORIES))
def test_through_the_webhook(story: Path, tmp_path: Path) -> None:
    play_through_telegram(story, "webhook", tmp_path / "var")


@pytest.mark.parametrize("story", at_every_door(COMPLAINT_STORIES))
def test_through_polling(story: Path, tmp_path: Path) -> None:
    play_through_telegram(story, "polling", tmp_path / "var")


@pytest.mark.parametrize("story", at_every_door(s for s in COMPLAINT_STORIES if s.stem in OFTEN))
def test_every_update_brought_twice(story: Path, tmp_path: Path) -> None:
    door = TelegramDriver(tmp_path / "var", redeliver=True)
    try:
        StoryPlayer(door).play_story(story)
    finally:
        door.close()
    # A repeated edit may leave a message as it is: Telegram answers "not modified", and the call has no
    # effect.
    assert [r for r in door.fake.refused if r != NO_EFFECT] == []


NO_EFFECT = "editMessageText by answer: Bad Request: message is not modified"


@pytest.mark.parametrize("story", in_turn_at("telegram", SERVICE_STORIES))
def test_the_service_desk(story: Path, tmp_path: Path) -> None:
    door = TelegramDriver(tmp_path / "var", desk_name="service")
    try:
        StoryPlayer(door).play_story(story)
    finally:
        door.close()
    assert door.fake.refused == []


@pytest.mark.parametrize("story", in_turn_at("telegram", STRICT_STORIES))
def test_a_stricter_office(story: Path, tmp_path: Path) -> None:
    door = play_story_at(TelegramDriver, story, tmp_path / "var", STRICT_OFFICE_TOML)
    assert door.fake.refused == []


@pytest.mark.parametrize("story", in_turn_at("telegram", SHORT_STORIES))
def test_the_short_way(story: Path, tmp_path: Path) -> None:
    door = play_story_at(TelegramDriver, story, tmp_path / "var", SHORT_OFFICE_TOML)
    assert door.fake.refused == []


@pytest.mark.full("stories at every door")
@pytest.mark.parametrize("desk", ["complaints", "service"])
def test_an_officers_first_week_in_one_chat_with_every_update_brought_twice(
    desk: str, tmp_path: Path
) -> None:
    stories = COMPLAINT_STORIES if desk == "complaints" else SERVICE_STORIES
    door = TelegramDriver(tmp_path / "var", desk_name=desk, redeliver=True)
    try:
        StoryPlayer(door).play_story(next(story for story in stories if story.stem == "officer-week"))
    finally:
        door.close()
    assert [r for r in door.fake.refused if r != NO_EFFECT] == []
