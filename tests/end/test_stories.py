"""Every story through the real engine and storage, and through `ita-bot chat`: the same words, the same effects."""

from pathlib import Path

import pytest

from handlers.office import TwoPersons
from tests.end.chat import ChatDoor
from tests.end.engine_door import EngineDoor
from tests.play import OFFICE
from tests.story import RULES, SERVICE, STORIES, Telling


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.stem)
def test_through_the_engine(story: Path, tmp_path: Path) -> None:
    door = EngineDoor(tmp_path / "var")
    Telling(door).play(story)
    door.close()


@pytest.mark.parametrize("story", RULES, ids=lambda story: story.stem)
def test_an_office_that_lets_two_decide(story: Path, tmp_path: Path) -> None:
    strict = OFFICE.model_copy(update={"two_persons": TwoPersons(identity=True, unfounded=True)})
    door = EngineDoor(tmp_path / "var", office=strict)
    Telling(door).play(story)
    door.close()


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.stem)
def test_through_the_terminal(story: Path, tmp_path: Path) -> None:
    door = ChatDoor(tmp_path / "var")
    try:
        Telling(door).play(story)
    finally:
        door.close()
    assert not "".join(door.errors)


@pytest.mark.parametrize("story", SERVICE, ids=lambda story: story.stem)
def test_the_service_desk_through_the_engine(story: Path, tmp_path: Path) -> None:
    door = EngineDoor(tmp_path / "var", "service")
    Telling(door).play(story)
    door.close()


@pytest.mark.parametrize("story", SERVICE, ids=lambda story: story.stem)
def test_the_service_desk_through_the_terminal(story: Path, tmp_path: Path) -> None:
    door = ChatDoor(tmp_path / "var", "service")
    try:
        Telling(door).play(story)
    finally:
        door.close()
    assert not "".join(door.errors)
