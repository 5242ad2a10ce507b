"""A platform is a folder and one line: one in memory, in under a hundred lines, plays every story."""

import inspect
from pathlib import Path

import pytest

from bot.delivery.transport import PlatformUnavailableError
from bot.platforms.platform import Platform
from bot.platforms.registry import PLATFORMS
from bot.settings import DeskSettings
from handlers.dialog.events import Channel
from tests.bot.platforms import in_memory
from tests.bot.platforms.in_memory import InMemoryPlatform
from tests.bot.platforms.in_memory_driver import InMemoryDriver
from tests.in_memory_desk import STRICT_OFFICE_TOML, WHOLE_REPORT
from tests.story import COMPLAINT_STORIES, SERVICE_STORIES, STRICT_STORIES, StoryPlayer, in_turn_at


@pytest.mark.parametrize("story", in_turn_at("memory", COMPLAINT_STORIES))
def test_through_memory(story: Path, tmp_path: Path) -> None:
    door = InMemoryDriver(tmp_path / "var")
    StoryPlayer(door).play_story(story)
    door.close()


@pytest.mark.parametrize("story", in_turn_at("memory", STRICT_STORIES))
def test_a_stricter_office(story: Path, tmp_path: Path) -> None:
    (tmp_path / "office.toml").write_text(STRICT_OFFICE_TOML, "utf-8")
    door = InMemoryDriver(tmp_path / "var")
    StoryPlayer(door).play_story(story)
    door.close()


@pytest.mark.parametrize("story", in_turn_at("memory", SERVICE_STORIES))
def test_the_service_desk(story: Path, tmp_path: Path) -> None:
    door = InMemoryDriver(tmp_path / "var", "service")
    StoryPlayer(door).play_story(story)
    door.close()


def test_news_reaches_who_was_away_after_the_next_start(tmp_path: Path) -> None:
    door = InMemoryDriver(tmp_path / "var")
    platform, buttons, receipt = door.platform, dict[str, str](), ""
    for line in (*WHOLE_REPORT, "[ส่งเรื่อง]", "[แจ้งเตือนเมื่อมีข่าว]"):
        label = line.strip("[]")
        said = door.send_text("ก", line) if line == label else door.pick_choice("ก", label, buttons[label])
        buttons = dict(next((m.choices for m in reversed(said) if m.choices), ()))
        receipt = next((m.receipt for m in said if m.receipt), receipt)
    platform.away.add("ก")
    door.send_office_message(receipt, "ขอทราบชื่อร้าน")
    already_sent = len(platform.sent)
    door.run(platform.worker.run_once())
    assert [type(error) for error in door.desk.errors] == [PlatformUnavailableError]
    door.restart_program()
    platform.away.clear()
    door.advance_clock(60)
    door.run(platform.worker.run_once())
    news = [(person, message.text) for person, message in platform.sent[already_sent:]]
    assert [(person, "ข้อความใหม่" in text, "ร้าน" in text) for person, text in news] == [("ก", True, False)]
    assert door.run(door.desk.store.outbox.list_all(platform.channel)) == []
    door.close()


def test_a_platform_has_under_a_hundred_lines() -> None:
    assert len(inspect.getsource(in_memory).splitlines()) < 100


@pytest.mark.parametrize("missing", ["get_secrets", "open"])
def test_what_a_platform_lacks_is_named(missing: str) -> None:
    with pytest.raises(TypeError, match=missing):
        type("Halfway", (InMemoryPlatform,), {missing: getattr(Platform, missing)})()


def test_every_channel_that_a_server_opens_has_its_line() -> None:
    assert [*Channel] == [Channel.TERMINAL, Channel.WEB, *(platform.channel for platform in PLATFORMS)]


@pytest.mark.parametrize("platform", [*PLATFORMS, InMemoryPlatform()], ids=lambda platform: platform.channel)
def test_a_platform_names_its_token_first(platform: Platform) -> None:
    token, *others = platform.get_secrets(DeskSettings())
    assert token.setting.endswith("_TOKEN")
    assert {secret.setting.removesuffix("_SECRET") for secret in others} <= {
        token.setting.removesuffix("_TOKEN")
    }
    fields = {secret.setting.lower() for secret in (token, *others)}
    assert platform not in PLATFORMS or fields <= set(DeskSettings.model_fields)
