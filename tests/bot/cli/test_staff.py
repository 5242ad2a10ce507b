"""`ita-bot staff`: the staff list on the command line."""

import json
from pathlib import Path

import pytest

from bot.cli.staff import ROLES
from handlers.staff.permissions import Role
from tests.end_to_end.terminal_driver import run_ita_bot

ADD = ("staff", "add", "--desk", "complaints", "--name", "สมหญิง  ใจดี ", "--role", "officer")


@pytest.mark.full("real programs")
def test_somebody_is_added_listed_and_removed(tmp_path: Path) -> None:
    home = tmp_path / "var"
    added = run_ita_bot(home, *ADD, "--alias", "หญิง", "--unit", "กลุ่มคลัง")
    assert added.returncode == 0, added.stderr
    code, digits = added.stdout.split()
    assert (len(code), len(digits), digits.isdigit()) == (11, 6, True)
    assert f"/join {code}" in added.stderr
    anew = run_ita_bot(home, "staff", "reset", "--desk", "complaints", "--name", "สมหญิง ใจดี")
    assert anew.returncode == 0, anew.stderr
    assert anew.stdout.split()[0] != code
    listed = json.loads(run_ita_bot(home, "staff", "list", "--desk", "complaints").stdout)
    assert (listed["name"], listed["role"], listed["joined"]) == ("สมหญิง ใจดี", "officer", None)
    wrong = run_ita_bot(home, "staff", "remove", "--desk", "complaints", "--name", "ใครก็ไม่รู้")
    assert wrong.returncode == 2
    assert "ใครก็ไม่รู้" not in wrong.stderr
    gone = run_ita_bot(home, "staff", "remove", "--desk", "complaints", "--name", "สมหญิง ใจดี")
    assert gone.returncode == 0, gone.stderr
    assert run_ita_bot(home, "staff", "list", "--desk", "complaints").stdout == ""


@pytest.mark.full("real programs")
def test_a_role_that_is_none_is_wrong_use(tmp_path: Path) -> None:
    refused = run_ita_bot(tmp_path / "var", *ADD[:-1], "หัวหน้า")
    assert (refused.returncode, refused.stdout) == (2, "")
    told = "".join(refused.stderr.split())
    assert "ไม่มีหน้าที่ชื่อ“หัวหน้า”" in told
    assert "supervisor(หัวหน้าผู้มอบหมายและอนุมัติ)" in told


def test_the_roles_are_those_that_a_member_can_have() -> None:
    assert tuple(ROLES) == tuple(Role)


@pytest.mark.full("real programs")
def test_two_of_one_name_are_told(tmp_path: Path) -> None:
    home = tmp_path / "var"
    assert "สองคน" not in run_ita_bot(home, *ADD).stderr
    assert "สองคน" in run_ita_bot(home, *ADD[:5], "สมหญิง ใจดี", *ADD[6:]).stderr
    unsure = run_ita_bot(home, "staff", "reset", "--desk", "complaints", "--name", "สมหญิง   ใจดี")
    assert unsure.returncode == 2
    assert "มีหลายคนที่ชื่อนี้" in unsure.stderr
