"""office.toml: a mistake is reported with its place, what was found and what is allowed."""

from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from bot.office_file import load_office
from tests.end_to_end.terminal_driver import run_ita_bot

ROOT = Path(__file__).parents[2]
EXAMPLE = (ROOT / "office.example.toml").read_text("utf-8")


def get_load_error(path: Path) -> str:
    with pytest.raises(ConfigurationError) as trouble:
        load_office(path)
    return str(trouble.value)


def write_changed_office(folder: Path, old: str, new: str) -> Path:
    """The example with one mistake."""
    assert EXAMPLE.count(old) >= 1
    path = folder / "office.toml"
    path.write_text(EXAMPLE.replace(old, new, 1), "utf-8")
    return path


def test_without_a_file_the_example_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_office(None).name.th == "สำนักงานศึกษาธิการจังหวัดเชียงใหม่"


def test_the_file_here_comes_before_the_example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_changed_office(tmp_path, "https://www.example.com", "https://nan.example.go.th")
    assert load_office(None).website == "https://nan.example.go.th"


def test_a_syntax_error_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "office.toml"
    path.write_text('website = "https://x.go.th"\n\nname = = "ก"\n', "utf-8")
    told = get_load_error(path)
    assert told.startswith(f"{path}: บรรทัด 3 ")
    assert "name = = " in told
    assert "หลัง = ต้องเป็นข้อความ" in told


def test_an_unclosed_text_is_told_with_a_line(tmp_path: Path) -> None:
    path = tmp_path / "office.toml"
    path.write_text('website = "https://x.go.th"\nname = """ก\n', "utf-8")
    assert "บรรทัด 2 " in get_load_error(path)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('code = "misconduct"', "code = 7", ["categories[1].code: พบ 7 ต้องเป็นข้อความ", "must be a text"]),
        (
            'code = "misconduct"',
            'code = "Mis Conduct"',
            ["categories[1].code:", '"Mis Conduct"', "รหัสอังกฤษตัวเล็ก"],
        ),
        (
            'code = "misconduct"',
            'cod = "misconduct"',
            ["categories[1].cod:", "the nearest is code", "needed"],
        ),
        ("days = 90", "days = 0", ["guideline.steps[3].days:", "found 0", "ต้องไม่น้อยกว่า 1"]),
        ('layout = "month"', 'layout = "week"', ["statistics.layout:", '"week"', "month, quarter, half"]),
        (
            "after_closing_days",
            "after_closeing_days",
            ["retention.after_closeing_days:", "after_closing_days"],
        ),
        ('code = "misconduct"', 'code = "corruption"', ["categories", "corruption, corruption"]),
        ("[head]", "[haed]", ["haed:", "the nearest is head"]),
        ('version = "2570-1"', 'version = ""', ["privacy.version:", '""']),
    ],
)
def test_a_mistake_is_told_with_its_key(old: str, new: str, told: list[str], tmp_path: Path) -> None:
    words = get_load_error(write_changed_office(tmp_path, old, new))
    assert [part for part in told if part not in words] == []
    assert any("\u0e00" < letter < "\u0e7f" for letter in words)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    path = write_changed_office(tmp_path, "days = 90", "days = 0")
    path.write_text(path.read_text("utf-8").replace('layout = "month"', 'layout = "week"'), "utf-8")
    assert len(get_load_error(path).splitlines()) == 2


def test_what_notepad_writes_is_read(tmp_path: Path) -> None:
    path = tmp_path / "office.toml"
    path.write_bytes(b"\xef\xbb\xbf" + EXAMPLE.replace("\n", "\r\n").encode())
    assert load_office(path).name.th.startswith("สำนักงาน")


@pytest.mark.parametrize("content", [None, "ชื่อ".encode("tis-620")])
def test_a_file_that_cannot_be_read_is_told(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "office.toml"
    if content is not None:
        path.write_bytes(content)
    assert get_load_error(path).startswith(f"{path}: ")


def test_a_mistake_ends_the_start_with_78_and_without_a_traceback(tmp_path: Path) -> None:
    write_changed_office(tmp_path, "days = 90", "days = 0")
    done = run_ita_bot(tmp_path / "var", "run", "--port", "0")
    assert (done.returncode, done.stdout) == (78, "")
    assert "guideline.steps[3].days" in done.stderr
    assert "Traceback" not in done.stderr
