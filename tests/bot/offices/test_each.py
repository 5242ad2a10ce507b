"""A command for all offices: each in a program of its own, with one table of what came of it."""

import asyncio
import json
from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from bot.offices.each import OfficeResult, run_for_each, run_for_office
from tests.bot.offices.test_folders import root
from tests.house.source_tree import ROOT

__all__ = ["root"]


@pytest.mark.parametrize("command", ["run", "chat", "restore", "staff"])
def test_what_serves_or_asks_is_not_run_for_all(root: Path, command: str) -> None:
    with pytest.raises(ConfigurationError, match=command):
        asyncio.run(run_for_each([command], "", as_json=False))


def test_an_unknown_office_is_told_before_anything_is_done(root: Path) -> None:
    with pytest.raises(ConfigurationError, match="nan"):
        asyncio.run(run_for_each(["tick"], "korat,nan", as_json=False))


@pytest.mark.full("real programs")
def test_each_office_is_done_and_one_that_fails_stops_no_other(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    (root / "korat" / ".env").write_text("ITA_HMOE=x\n")
    assert asyncio.run(run_for_each(["tick"], "", as_json=True)) == 1
    korat, phayao = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (korat["office"], korat["code"]) == ("korat", 78)
    assert korat["last"][0].startswith("korat: ITA_HMOE")
    assert (phayao["office"], phayao["code"]) == ("phayao", 0)
    assert (root / "phayao" / "var" / "complaints" / "desk.sqlite").exists()
    assert not (root / "korat" / "var").exists()


@pytest.mark.full("real programs")
def test_log_lines_of_an_office_have_its_name(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    (root / "korat" / ".env").write_text("ITA_PUBLISH_FOLDER=\n")
    evidence = root / "korat" / "var" / "complaints" / "anchors"
    evidence.parent.mkdir(parents=True)
    evidence.write_text("where a folder should be\n")
    result: OfficeResult = asyncio.run(run_for_office("korat", ["tick"]))
    logged = [json.loads(line) for line in result.last if line.startswith("{") and "at_time" in line]
    assert result.code != 0
    assert logged
    assert {line["office"] for line in logged} == {"korat"}


@pytest.mark.full("real programs")
def test_no_module_of_the_folder_where_it_is_typed_is_run(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    (tmp_path / "bot").mkdir()
    (tmp_path / "bot" / "__init__.py").write_text("print('another program')\n")
    (tmp_path / "bot" / "__main__.py").write_text("")
    result = asyncio.run(run_for_office("korat", ["doctor", "--help"]))
    assert result.code == 0
    assert "another program" not in result.last
