"""Every story on LINE: the same words, the same effects, and no call that LINE would refuse."""

from pathlib import Path

import pytest

from tests.bot.platforms.line.api_rules import needs_contracts
from tests.bot.platforms.line.driver import LineDriver
from tests.in_memory_desk import SHORT_OFFICE_TOML, STRICT_OFFICE_TOML
from tests.story import (
    COMPLAINT_STORIES,
    SERVICE_STORIES,
    SHORT_STORIES,
    STRICT_STORIES,
    StoryPlayer,
    in_turn_at,
    play_story_at,
)


@needs_contracts
@pytest.mark.parametrize("story", in_turn_at("line", COMPLAINT_STORIES))
def test_through_line(story: Path, tmp_path: Path) -> None:
    door = play_story_at(LineDriver, story, tmp_path / "var")
    assert door.line.refused == []
    assert door.line.calls


@needs_contracts
@pytest.mark.parametrize("story", in_turn_at("line", SERVICE_STORIES))
def test_the_service_desk(story: Path, tmp_path: Path) -> None:
    door = LineDriver(tmp_path / "var", desk_name="service")
    try:
        StoryPlayer(door).play_story(story)
    finally:
        door.close()
    assert door.line.refused == []


@needs_contracts
@pytest.mark.parametrize("story", in_turn_at("line", STRICT_STORIES))
def test_a_stricter_office(story: Path, tmp_path: Path) -> None:
    door = play_story_at(LineDriver, story, tmp_path / "var", STRICT_OFFICE_TOML)
    assert door.line.refused == []


@needs_contracts
@pytest.mark.parametrize("story", in_turn_at("line", SHORT_STORIES))
def test_the_short_way(story: Path, tmp_path: Path) -> None:
    door = play_story_at(LineDriver, story, tmp_path / "var", SHORT_OFFICE_TOML)
    assert door.line.refused == []
