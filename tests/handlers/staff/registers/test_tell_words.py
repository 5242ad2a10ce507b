"""A word of a register is explained in a chat by typing, by whoever may import, and nothing else is taken for it."""

import pytest

from handlers.complaints.messages import ToldWord, WordKind
from handlers.staff.registers.messages import TellRegisterWords
from handlers.staff.registers.tell_words import read_told_word
from tests.handlers.staff.officer_commands import OFFICER, SUPERVISOR, give


@pytest.mark.parametrize(
    ("rest", "read"),
    [
        ("คำ ปิดงาน = ยุติเรื่อง", ("ปิดงาน", "ยุติเรื่อง")),
        ("คำว่า “ปิดงาน” หมายถึง ยุติเรื่อง", ("ปิดงาน", "ยุติเรื่อง")),
        ("word pigeon=letter", ("pigeon", "letter")),
        ("หัวคอลัมน์ วันเข้า = วันที่รับ", ("วันเข้า", "วันที่รับ")),
        (f"คำ ปิด{' ' * 300}งาน = ยุติเรื่อง", ("ปิด งาน", "ยุติเรื่อง")),
        (f"คำ{' ' * 20_000}ปิดงาน", None),  # at once: not by trying each way to divide the spaces
        ("คำ ปิดงาน", None),
        ("คำ = ยุติเรื่อง", None),
        ("undo 3", None),
        ("", None),
    ],
)
def test_what_is_read_as_a_word_and_its_meaning(rest: str, read: tuple[str, str] | None) -> None:
    assert read_told_word(rest) == read


def test_a_word_is_remembered_for_each_kind_that_can_mean_it() -> None:
    told = give("/import คำ ปิดงาน = ยุติเรื่อง", staff=SUPERVISOR)
    assert told.acts == (TellRegisterWords((ToldWord(WordKind.PROGRESS, "ปิดงาน", "closed"),), SUPERVISOR.id),)
    assert (told.replies[0].key, told.replies[0].args) == (
        "imports.told",
        {"word": "ปิดงาน", "meaning": "ยุติเรื่อง"},
    )
    heading = give("/นำเข้า หัวคอลัมน์ วันเข้า = วันที่รับ", staff=SUPERVISOR)
    assert heading.acts == (
        TellRegisterWords((ToldWord(WordKind.COLUMN, "วันเข้า", "received_on"),), SUPERVISOR.id),
    )


def test_a_meaning_that_is_not_known_is_said_and_nothing_is_remembered() -> None:
    told = give("/import คำ ปิดงาน = ลอยกระทง", staff=SUPERVISOR)
    assert (told.acts, told.replies[0].key) == ((), "imports.no_meaning")


def test_an_officer_may_not() -> None:
    told = give("/import คำ ปิดงาน = ยุติเรื่อง", staff=OFFICER)
    assert told.replies[0].key != "imports.told"
    assert not any(isinstance(act, TellRegisterWords) for act in told.acts)
