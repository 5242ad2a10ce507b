"""A dozen broken set-ups against `ita-bot init`: each is named in Thai, ends in order, and leaves nothing half made."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from bot.installation.setup_flow import set_up_office
from tests.bot.installation.test_setup_flow import (
    ANSWERS_TOML,
    OFFICE_LINES,
    folder,
    run_init,
    type_lines,
)

__all__ = ["folder"]
pytestmark = pytest.mark.full("broken set-ups")


@dataclass(frozen=True)
class Broken:
    """A mistake. old, new: what of the file of answers is replaced by what; prepare: what else is wrong."""

    told: str
    old: str = ""
    new: str = ""
    prepare: Callable[[Path], object] = lambda _: None


def keep_office(folder: Path) -> None:
    (folder / "office.toml").write_text('[name]\nth = "ก"\n', "utf-8")


def lose_key(folder: Path) -> None:
    asyncio.run(set_up_office(folder / "answers.toml"))
    (folder / "var/complaints/keys/seal.key").unlink()


SETUPS = {
    "a table of another name": Broken("office.head_th", "[people]", '[offise]\nhead_th = "ก"\n[people]'),
    "yes where a text is wanted": Broken("เครื่องหมายคำพูด", '"ศึกษาธิการจังหวัดน่าน"', "true"),
    "a date where a text is wanted": Broken("people.admin: ต้องเป็นข้อความ", '"สมชาย ไอที"', "2026-11-30"),
    "a week to keep cases": Broken("30 ถึง 36500", "[alternate]", "retention_days = 7\n[alternate]"),
    "desks that there are not": Broken("พิมพ์ 1 ทั้งสองโต๊ะ", "\n[office]", 'desks = "three"\n[office]'),
    "an address without TLS": Broken(
        "ต้องขึ้นต้นด้วย https://", "[kit]", '[complaints]\npublic_url = "http://a.go.th"\n[kit]'
    ),
    "a token in Thai": Broken("ไม่มีช่องว่าง", "[kit]", '[complaints]\ntelegram_token = "โทเคน ผิด"\n[kit]'),
    "one person with two duties": Broken("คนหนึ่งมีหน้าที่เดียว", "สมชาย ไอที", "สมหญิง  ใจดี"),
    "an alternate who reads no case": Broken("คนหนึ่งมีหน้าที่เดียว", '"สมชาย ไอที"', '"วิชัย มั่นคง"'),
    "the head for cases about the head": Broken("เกี่ยวกับตนเองไม่ได้", "วิชัย มั่นคง", "ศึกษาธิการจังหวัดน่าน"),
    "a misspelt setting": Broken(
        "ใกล้เคียงที่สุดคือ ITA_PORT", prepare=lambda f: (f / ".env").write_text("ITA_PROT=1\n")
    ),
    "a file in the place of the data": Broken(
        "เขียนหรือสร้างไม่ได้", prepare=lambda f: (f / "var").write_text("")
    ),
    "a folder that cannot be made": Broken(
        "เขียนหรือสร้างไม่ได้", prepare=lambda f: (f / "var").symlink_to("/proc/var")
    ),
    "an office.toml of which most is missing": Broken("head: ต้องมีคีย์นี้", prepare=keep_office),
    "answers in another encoding": Broken(
        "ไม่ใช่ UTF-8", prepare=lambda f: (f / "answers.toml").write_bytes("ก = 1".encode("cp874"))
    ),
    "a lost key": Broken("ใส่ไฟล์กุญแจคืนจากที่สำรองไว้", prepare=lose_key),
}


@pytest.mark.parametrize("name", SETUPS)
def test_a_broken_setup_is_named_and_nothing_is_half_made(name: str, folder: Path) -> None:
    broken = SETUPS[name]
    assert broken.old in ANSWERS_TOML
    answers = folder / "answers.toml"
    answers.write_text(ANSWERS_TOML.replace(broken.old, broken.new, 1), "utf-8")
    broken.prepare(folder)
    before = {path: path.read_bytes() for path in folder.rglob("*.key")} | {
        path: path.read_bytes() for path in folder.glob("office.toml")
    }
    with pytest.raises(ConfigurationError) as told:
        run_init(answers)
    assert broken.told in str(told.value)
    assert "Traceback" not in str(told.value)
    after = {path: path.read_bytes() for path in (*folder.rglob("*.key"), *folder.glob("office.toml"))}
    assert after == before
    if before:
        return
    # Mended, it goes on to the end.
    for path in (folder / ".env", folder / "var"):
        if not path.is_dir() or path.is_symlink():
            path.unlink(missing_ok=True)
    answers.write_text(ANSWERS_TOML, "utf-8")
    assert run_init(answers) == 0
    assert (folder / "office.toml").exists()


def test_a_person_is_asked_again_for_who_has_no_other_duty(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    at = OFFICE_LINES.index("สมชาย ไอที")
    twice = (*OFFICE_LINES[:at], "สมหญิง ใจดี", *OFFICE_LINES[at:])
    type_lines(monkeypatch, *twice, "", "", "ไม่มี", "ไม่มี")
    assert run_init() == 0
    assert capsys.readouterr().out.count("ขออภัย สมหญิง ใจดี มีหน้าที่อื่น") == 1
