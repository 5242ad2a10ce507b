"""`ita-bot faq eval`: the figures on anybody's own questions."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app

BASE = [
    {"id": "a", "text": "สำนักงานเปิดทำการวันจันทร์ถึงวันศุกร์"},
    {"id": 2, "text": "ครูยื่นคำร้องขอย้ายได้ปีละหนึ่งครั้ง"},
    {"id": "c", "text": "ทุนการศึกษาสำหรับนักเรียนยากจน"},
]
ASK = [
    {"question": "สำนักงานเปิดวันไหน", "expected": "a"},
    {"question": "ขอย้ายได้ปีละกี่ครั้ง", "expected": 2},
    {"question": "รถไฟฟ้าไปสนามบินออกกี่โมง", "expected": None},
    {"question": "ครูยื่นคำร้องขอย้าย", "expected": "c"},
]


def evaluated(folder: Path, ask: object, base: object) -> tuple[int, str]:
    """What the command says, and its exit code."""
    (folder / "ask.json").write_text(json.dumps(ask), "utf-8-sig")
    (folder / "base.json").write_text(json.dumps(base), "utf-8")
    done = CliRunner().invoke(
        app, ["faq", "eval", str(folder / "ask.json"), "--base", str(folder / "base.json")]
    )
    return done.exit_code, done.output


def test_the_figures(tmp_path: Path) -> None:
    code, said = evaluated(tmp_path, ASK, BASE)
    lines = said.splitlines()
    assert code == 0
    assert lines[0] == "R@1 0.6667"
    assert lines[1].startswith("R@3 ")
    assert lines[2].startswith("MRR ")
    assert lines[3] == "abstained right 1 of 1, wrong 0 of 3"
    assert lines[4].startswith("milliseconds p50 ")


@pytest.mark.parametrize(
    ("ask", "base", "told"),
    [
        ([{"question": "ก"}], BASE, "0.expected"),
        ([{"question": "", "expected": None}], BASE, "0.question"),
        (ASK, [{"id": "a"}], "0.text"),
        (ASK, {"a": 1}, "base.json"),
        ([{"question": "ก", "expected": "z"}], BASE, "question 1"),
    ],
)
def test_a_file_that_is_not_as_it_should_be(tmp_path: Path, ask: object, base: object, told: str) -> None:
    code, said = evaluated(tmp_path, ask, base)
    assert code == 2
    assert told in said.replace("\n", "")


def test_nothing_asked_is_nothing_found(tmp_path: Path) -> None:
    assert evaluated(tmp_path, [], BASE)[1].startswith("R@1 0.0000")
