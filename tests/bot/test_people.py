"""`ita-bot staff`: who is on the staff, from the command line."""

import json
from pathlib import Path

import pytest

from bot.people import warning
from tests.end.chat import run
from tests.play import OFFICE, ROOT

ADD = ("staff", "add", "--desk", "complaints", "--name", "สมหญิง ใจดี", "--role", "officer")


def test_somebody_is_added_listed_and_removed(tmp_path: Path) -> None:
    home = tmp_path / "var"
    added = run(home, *ADD, "--alias", "หญิง", "--unit", "กลุ่มคลัง")
    assert added.returncode == 0, added.stderr
    code = added.stdout.strip()
    assert len(code) == 11
    assert f"/join {code}" in added.stderr
    listed = json.loads(run(home, "staff", "list", "--desk", "complaints").stdout)
    assert (listed["name"], listed["role"], listed["joined"]) == ("สมหญิง ใจดี", "officer", None)
    wrong = run(home, "staff", "remove", "--desk", "complaints", "--name", "ใครก็ไม่รู้")
    assert wrong.returncode == 2
    assert "ใครก็ไม่รู้" not in wrong.stderr
    gone = run(home, "staff", "remove", "--desk", "complaints", "--name", "สมหญิง ใจดี")
    assert gone.returncode == 0, gone.stderr
    assert run(home, "staff", "list", "--desk", "complaints").stdout == ""


def test_a_role_that_is_none_is_wrong_use(tmp_path: Path) -> None:
    assert run(tmp_path / "var", *ADD[:-1], "king").returncode == 2


def test_it_is_said_where_nobody_could_read_a_case_about_the_head(tmp_path: Path) -> None:
    home = tmp_path / "var"
    assert "[alternate]" in run(home, *ADD[:-3], "มานะ ใจกล้า", *ADD[-2:]).stderr
    example = (ROOT / "office.example.toml").read_text("utf-8")
    named = example.replace("officers = []", 'officers = ["นางสาว สมหญิง ใจดี"]')
    (tmp_path / "office.toml").write_text(named, "utf-8")
    assert "[alternate]" in run(home, *ADD[:-3], "วิชัย ใจกล้า", *ADD[-2:]).stderr
    assert "[alternate]" not in run(home, *ADD).stderr


@pytest.mark.parametrize("names", [(), ("สมหญิง ใจดี",)])
def test_nobody_is_warned_before_there_is_a_staff(names: tuple[str, ...]) -> None:
    office = OFFICE.model_copy(update={"alternate": OFFICE.alternate.model_copy(update={"officers": names})})
    assert warning(office, ()) == ""
