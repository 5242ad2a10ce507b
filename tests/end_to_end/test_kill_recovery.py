"""A desk that is killed at any instant keeps every complaint that it acknowledged, once."""

import json
from pathlib import Path

import pytest

from tests.bot.platforms.line.api_rules import needs_contracts
from tests.bot.platforms.telegram.api_rules import find_contracts
from tests.end_to_end.kill_program import run_kill_rounds
from tests.end_to_end.terminal_driver import ROOT, TerminalDriver, start_chat
from tests.story import StoryPlayer


@pytest.mark.grows
def test_kill_9_at_random_instants_under_load(disk_path: Path, kills: int) -> None:
    found = run_kill_rounds("tests.end_to_end.kill_rounds", disk_path, kills, 60 + 5 * kills)
    assert found["acknowledged"] > kills


@needs_contracts
@pytest.mark.grows
@pytest.mark.full("kills on every platform")
def test_kill_9_while_people_file_on_the_web_telegram_and_line(disk_path: Path, kills: int) -> None:
    """1,000 rounds in `make proof`. The rounds assert that nothing is lost, doubled, or shown twice without a kill."""
    rounds = max(3, kills // 2)
    contracts = str(find_contracts())
    found = run_kill_rounds(
        "tests.end_to_end.platform_kill_rounds", disk_path, rounds, 300 + 15 * rounds, ITA_CONTRACTS=contracts
    )
    assert all(found["filed"].values())
    assert found["killed_in_flight"] > 0


@pytest.mark.full("real programs")
def test_a_receipt_that_was_not_seen_is_shown_at_the_next_start(tmp_path: Path) -> None:
    door = TerminalDriver(tmp_path / "var")
    telling = StoryPlayer(door)
    story = (ROOT / "tests" / "stories" / "report.txt").read_text("utf-8")
    head = tmp_path / "head.txt"
    head.write_text(story[: story.index("> [ส่งเรื่อง]")], "utf-8")
    telling.play_story(head)
    submit = f":{door.labels['ก'].index('ส่งเรื่อง') + 1}\n".encode()
    program = door.programs.pop("ก").process
    assert program.stdin is not None
    assert program.stdout is not None
    # The output pipe is closed before the answer is written, so that nothing can read the answer.
    program.stdout.close()
    program.stdin.write(submit)
    program.stdin.close()
    program.wait(timeout=60)
    assert program.stderr is not None
    program.stderr.close()
    again = start_chat(door.home, "ก")
    out, _ = again.communicate(b"", timeout=60)
    shown = [json.loads(line) for line in out.splitlines()]
    receipts = [m["receipt"] for m in shown if m["receipt"]]
    assert len(receipts) == 1
    out, _ = start_chat(door.home, "ก").communicate(receipts[0].encode() + b"\n", timeout=60)
    shown = [json.loads(line) for line in out.splitlines()]
    assert "สถานะ: รับเรื่องแล้ว" in shown[0]["text"]
