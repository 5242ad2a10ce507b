"""Every story through Telegram's door: the same words, the same effects, and no call that Telegram refuses."""

from pathlib import Path

import pytest

from tests.platforms.telegram_door import TelegramDoor
from tests.story import STORIES, Telling


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.stem)
@pytest.mark.parametrize("way", ["webhook", "again", "polling"])
def test_through_telegram(story: Path, way: str, tmp_path: Path) -> None:
    door = TelegramDoor(
        tmp_path / "var", mode="polling" if way == "polling" else "webhook", again=way == "again"
    )
    Telling(door).play(story)
    door.close()
    assert door.fake.refused == []
    assert len(door.fake.calls) > 3
