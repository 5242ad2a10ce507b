"""Stories through `ita-bot chat`: the same words, the same effects as on every platform."""

from pathlib import Path

import pytest

from tests.end_to_end.terminal_driver import TerminalDriver
from tests.in_memory_desk import SHORT_OFFICE_TOML, STRICT_OFFICE_TOML
from tests.story import (
    COMPLAINT_STORIES,
    SERVICE_STORIES,
    SHORT_STORIES,
    STRICT_STORIES,
    StoryPlayer,
    at_every_door,
    play_story_at,
)


@pytest.mark.parametrize("story", at_every_door(COMPLAINT_STORIES))
def test_through_the_terminal(story: Path, tmp_path: Path) -> None:
    door = play_story_at(TerminalDriver, story, tmp_path / "var")
    assert not "".join(door.errors)


@pytest.mark.parametrize("story", at_every_door(STRICT_STORIES))
def test_a_stricter_office_through_the_terminal(story: Path, tmp_path: Path) -> None:
    door = play_story_at(TerminalDriver, story, tmp_path / "var", STRICT_OFFICE_TOML)
    assert not "".join(door.errors)


@pytest.mark.parametrize("story", at_every_door(SHORT_STORIES))
def test_the_short_way_through_the_terminal(story: Path, tmp_path: Path) -> None:
    door = play_story_at(TerminalDriver, story, tmp_path / "var", SHORT_OFFICE_TOML)
    assert not "".join(door.errors)


@pytest.mark.parametrize("story", at_every_door(SERVICE_STORIES))
def test_the_service_desk_through_the_terminal(story: Path, tmp_path: Path) -> None:
    door = TerminalDriver(tmp_path / "var", "service")
    try:
        StoryPlayer(door).play_story(story)
    finally:
        door.close()
    assert not "".join(door.errors)
