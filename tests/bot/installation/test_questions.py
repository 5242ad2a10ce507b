"""What an answer may be, and how kindly a wrong one is answered; office.toml and settings made of the answers."""

import os
import stat
import tomllib
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ConfigurationError
from bot.installation.answers import AnswerError, Answers, load_answers_file, split_names
from bot.installation.emergency_kit import build_kit, render_kit
from bot.installation.office_writer import build_office_text, set_value, write_office
from bot.installation.questions import (
    ACCOUNT_QUESTIONS,
    DESK_CHOICES,
    NOBODY,
    QUESTIONS,
    describe_answer,
    list_answer_keys,
    list_chosen_desks,
    parse_desks,
)
from bot.installation.settings_writer import SettingsWriter
from bot.office_file import load_office
from bot.settings import Settings, list_setting_names
from handlers.office import Office
from tests.properties import examples

BY_KEY = {question.name: question for question in QUESTIONS}
FULL = {
    "office.name_th": "สำนักงาน “ทดสอบ” น่าน",
    "office.name_en": "Nan Test Office",
    "office.website": "https://www.nan.go.th",
    "office.head_th": "ศึกษาธิการจังหวัดน่าน",
    "office.unit_th": "กลุ่มวินัย",
    "office.privacy_contact_th": "กลุ่มอำนวยการ โทร 054 000 000",
    "office.retention_days": "400",
    "office.topics": "ใบอนุญาต, ทุนการศึกษา",
    "office.phone": "054 000 000",
    "office.email": "saraban@nan.go.th",
    "office.hours_th": "จันทร์ถึงศุกร์ 08.30-16.30 น.",
    "office.address_th": "ศาลากลางจังหวัดน่าน",
    "office.map": "https://maps.example/nan",
    "desks": "both",
    "alternate.officers": "วิชัย มั่นคง, มาลี ดี",
}


def answer(tmp_path: Path, **changed: str) -> Answers:
    return Answers(tmp_path / "init.json", FULL | {k.replace("__", "."): v for k, v in changed.items()})


@pytest.mark.parametrize(
    ("key", "typed", "taken"),
    [
        ("office.name_th", "  สำนักงาน   ก ", "สำนักงาน ก"),
        ("office.name_th", "สำนักงานศึกษาธิการจังหวัดน่านค่ะ", "สำนักงานศึกษาธิการจังหวัดน่าน"),
        ("office.unit_th", "กลุ่มวินัย นะคะ", "กลุ่มวินัย"),
        ("office.name_en", "-", ""),
        ("office.website", "www.nan.go.th/", "https://www.nan.go.th"),
        ("office.website", "http://nan.go.th", "http://nan.go.th"),
        ("office.retention_days", "๓๖๕ วัน", "365"),
        ("desks", "ทั้งสอง", "both"),
        ("desks", "2", "complaints"),
        ("alternate.officers", "ไม่มี", NOBODY),
        ("alternate.officers", "วิชัย มั่นคง,มาลี", "วิชัย มั่นคง, มาลี"),
        ("office.topics", "ข้าม", ""),
        ("complaints.public_url", "report.nan.go.th", "https://report.nan.go.th"),
        ("service.public_url", "ไม่มี", ""),
        ("alternate.officers", "ไม่มีค่ะ", NOBODY),
        ("alternate.officers", "มีชัย ใจดี", "มีชัย ใจดี"),
        ("office.phone", "ไม่มีครับ", ""),
        ("office.phone", "๐๕๔ ๗๑๐ ๑๒๓ ต่อ 12", "๐๕๔ ๗๑๐ ๑๒๓ ต่อ 12"),
        ("people.supervisor", "สมหญิง รักดี", "สมหญิง รักดี"),
        ("people.supervisor", "สมหญิง รักดีค่ะ", "สมหญิง รักดี"),
        ("alternate.officers", "วิชัย มั่นคง, มาลี ดี ครับ", "วิชัย มั่นคง, มาลี ดี"),
    ],
)
def test_answers_are_taken_as_people_type_them(key: str, typed: str, taken: str) -> None:
    assert BY_KEY[key].parse(typed) == taken


@pytest.mark.parametrize(
    ("key", "typed", "kindly"),
    [
        ("office.name_th", "  ", "ต้องตอบ"),
        ("office.name_th", "ก" * 301, "ยาวเกินไป"),
        ("office.website", "เว็บของเรา", "พิมพ์แบบนี้"),
        ("office.retention_days", "สามร้อย", "30 ถึง 36500"),
        ("office.retention_days", "7", "30 ถึง 36500"),
        ("desks", "4", "พิมพ์ 1"),
        ("alternate.officers", "", "ข้อนี้ต้องเลือก"),
        ("office.topics", ",".join("กขคงจฉชซฌญ"), "ไม่เกิน 9"),
        ("complaints.public_url", "http://nan.go.th", "https://"),
        ("complaints.public_url", "report.nan.go.th/แจ้ง", "ขอเฉพาะชื่อเว็บ"),
        ("alternate.officers", "มีค่ะ", "ข้อนี้ต้องเลือก"),
        ("alternate.officers", "ใช่ครับ", "ข้อนี้ต้องเลือก"),
        ("office.phone", "เบอร์ไม่มีค่ะ", "ยังไม่ใช่เบอร์"),
        ("people.supervisor", "สมหญิง รักดี, สมศักดิ์ มั่นคง", "คนเดียว"),
        ("people.supervisor", "มีค่ะ", "ขอชื่อและนามสกุล"),
        ("people.admin", "ไม่มี", "ขอชื่อและนามสกุล"),
    ],
)
def test_a_wrong_answer_is_answered_kindly_in_thai(key: str, typed: str, kindly: str) -> None:
    with pytest.raises(AnswerError, match=kindly) as told:
        BY_KEY[key].parse(typed)
    assert any("\u0e00" < letter < "\u0e7f" for letter in str(told.value))


def test_every_question_has_a_key_of_its_own_and_every_account_its_settings() -> None:
    keys = list_answer_keys()
    assert len(set(keys)) == len(keys)
    settings = {question.get_setting(secret) for question in ACCOUNT_QUESTIONS for secret in question.secrets}
    assert settings <= set(list_setting_names())
    assert len(settings) == 6


def test_the_office_of_the_answers(tmp_path: Path) -> None:
    links = {("complaints", "telegram"): "https://t.me/nan_bot"}
    write_office(tmp_path / "office.toml", build_office_text(answer(tmp_path), links, date(2026, 11, 30)))  # type: ignore[arg-type]
    office = load_office(tmp_path / "office.toml")
    assert (office.name.th, office.name.en) == ("สำนักงาน “ทดสอบ” น่าน", "Nan Test Office")
    assert (office.head.th, office.head.en) == ("ศึกษาธิการจังหวัดน่าน", None)
    assert office.alternate.officers == ("วิชัย มั่นคง", "มาลี ดี")
    assert not office.alternate.outside_only
    assert [topic.name.th for topic in office.topics] == ["ใบอนุญาต", "ทุนการศึกษา"]
    assert (office.retention.after_closing_days, office.privacy.version) == (400, "2570-1")
    assert office.privacy.controller.th == office.name.th
    assert office.chats.complaints.telegram == "https://t.me/nan_bot"
    written = (tmp_path / "office.toml").read_text("utf-8")
    assert "Chiang Mai" not in written
    assert "เชียงใหม่" not in written
    assert written.count("#") > 30  # its explanations


def test_an_office_without_alternate_or_topics(tmp_path: Path) -> None:
    text = build_office_text(
        answer(tmp_path, alternate__officers=NOBODY, office__topics=""), {}, date(2026, 11, 30)
    )
    office = Office.model_validate(tomllib.loads(text))
    assert office.alternate.outside_only
    assert office.topics == ()


@given(st.text(min_size=1, max_size=60))
@examples(50)
def test_whatever_a_name_is_the_file_says_it(name: str) -> None:
    try:
        taken = BY_KEY["office.name_th"].parse(name)
    except AnswerError:  # of signs that cannot be seen
        return
    text = build_office_text(answer(Path(), office__name_th=taken), {}, date(2026, 11, 30))
    assert Office.model_validate(tomllib.loads(text)).name.th == taken.strip()


def test_a_line_that_is_not_there_is_an_error() -> None:
    with pytest.raises(ValueError, match="stands nowhere"):
        set_value("[a]\nb = 1\n", "a", "c", "2")
    assert set_value("b = 0\n[a]\nb = 1\n", "a", "b", "2") == "b = 0\n[a]\nb = 2\n"


def test_settings_are_added_once_and_never_changed(tmp_path: Path) -> None:
    writer = SettingsWriter(tmp_path / ".env")
    assert writer.add("ITA_PORT", "8081")
    assert not writer.add("ITA_PORT", "9999")
    assert writer.add("ITA_X", "with space # and")
    assert (writer.get("ITA_PORT"), writer.get("ITA_X"), writer.get("ITA_Y")) == (
        "8081",
        "with space # and",
        "",
    )
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600
    (tmp_path / ".env").write_text("ITA_HOST=a")  # no new line at its end
    writer.add("ITA_PORT", "1")
    assert (writer.get("ITA_HOST"), writer.get("ITA_PORT")) == ("a", "1")


def test_secrets_go_to_files_where_there_is_a_folder_for_them(tmp_path: Path) -> None:
    writer = SettingsWriter(tmp_path / ".env", tmp_path / "secrets")
    assert writer.add("ITA_SERVICE__LINE_TOKEN", "a=b", is_secret=True)
    assert not (tmp_path / ".env").exists()
    file = tmp_path / "secrets" / "ITA_SERVICE__LINE_TOKEN"
    assert (file.read_text(), stat.S_IMODE(file.stat().st_mode)) == ("a=b\n", 0o600)
    assert writer.get("ITA_SERVICE__LINE_TOKEN") == "a=b"


def test_answers_are_kept_between_runs_until_they_are_not_needed(tmp_path: Path) -> None:
    kept = Answers.load(tmp_path)
    kept.save("office.name_th", "ก")
    again = Answers.load(tmp_path)
    assert ("office.name_th" in again, again["office.name_th"], again["desks"]) == (True, "ก", "")
    assert list_chosen_desks(again) == ("complaints", "service")
    assert stat.S_IMODE(kept.progress.stat().st_mode) == 0o600
    kept.progress.write_text("[", "utf-8")
    assert Answers.load(tmp_path).given == {}
    again.forget()
    assert not kept.progress.exists()


def test_a_file_of_answers(tmp_path: Path) -> None:
    file = tmp_path / "answers.toml"
    file.write_text(
        'desks = "both"\n[office]\nname_th = "ก"\ntopics = ["ข", "ค"]\nretention_days = 365\n', "utf-8"
    )
    assert load_answers_file(file, list_answer_keys()) == {
        "desks": "both",
        "office.name_th": "ก",
        "office.topics": "ข, ค",
        "office.retention_days": "365",
    }
    for text, told in (('offise.name_th = "ก"', "office.name_th"), ("desks = ", "หลัง =")):
        file.write_text(text, "utf-8")
        with pytest.raises(ConfigurationError, match=told):
            load_answers_file(file, list_answer_keys())


def test_names_are_split_at_commas_and_lines() -> None:
    assert split_names(" ก ,\nข,, ") == ["ก", "ข"]


def test_the_emergency_kit_is_one_page_without_a_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pypdfium2

    for name in [n for n in os.environ if n.startswith("ITA_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ITA_COMPLAINTS__TELEGRAM_TOKEN", "1:CANARYTOKEN")
    monkeypatch.chdir(tmp_path)
    now, office = datetime(2026, 11, 30, tzinfo=UTC), load_office(None)
    data = build_kit(office, Settings(home=tmp_path / "var"), ("complaints", "service"), "สมชาย 081", now)
    pdf = pypdfium2.PdfDocument(render_kit(data, now))
    assert len(pdf) == 1
    words = "".join(pdf[0].get_textpage().get_text_range().split())
    assert "ita-botrestore" in words
    assert str(tmp_path / "var/complaints/keys") in words
    assert "CANARYTOKEN" not in str(data) + words


def test_a_kept_answer_is_shown_in_thai() -> None:
    shown = [describe_answer(answer) for answer in (*DESK_CHOICES, "", "กลุ่มวินัย")]
    assert shown == ["ทั้งสองโต๊ะ", "แจ้งทุจริต", "บริการ", NOBODY, "กลุ่มวินัย"]
    assert [parse_desks(word) for word in shown[:3]] == list(DESK_CHOICES)
