"""Every story is played: names in lists of stories exist, and no folder of stories is forgotten."""

from tests.bot.platforms.telegram.test_stories import OFTEN
from tests.house.source_tree import ROOT
from tests.story import COMPLAINT_STORIES, FEW_STORIES, SERVICE_STORIES, SHORT_STORIES, STRICT_STORIES

STORIES = {*COMPLAINT_STORIES, *SERVICE_STORIES, *STRICT_STORIES, *SHORT_STORIES}
"""Every list of these is played on the engine and on each platform."""


def test_stories_that_are_named_exist() -> None:
    assert (FEW_STORIES | OFTEN) - {story.stem for story in STORIES} == set()


def test_every_story_is_in_a_list() -> None:
    assert {path for path in (ROOT / "tests" / "stories").rglob("*") if path.is_file()} == STORIES
