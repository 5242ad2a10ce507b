"""An announcement in a few lines: what is read, and each mistake by its name."""

from datetime import UTC, datetime, time

import pytest

from handlers.staff.announcing import Wrong, drafted, instant
from handlers.voice import Ballot, Kind

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
WHOLE = """ชื่อ: เวลาเปิดบริการ
ความเป็นมา: มีผู้ขอ
ลิงก์: https://office.go.th/a.pdf
เปิด: ๐๑/๑๒/๒๕๖๙ ๐๘.๐๐
ปิด: 31/12/2569 16:30
ถาม: เลือกหนึ่ง | ดีไหม | ดี | ไม่จำเป็น
ถาม: คะแนน | พอใจเพียงใด
ถาม: เห็นด้วย | ข้อเสนอ | ควรจองคิวได้"""


def test_a_whole_announcement_is_read() -> None:
    made = drafted(WHOLE, NOW)
    assert isinstance(made, Ballot)
    assert (made.title, made.link) == ("เวลาเปิดบริการ", "https://office.go.th/a.pdf")
    assert made.opens.isoformat() == "2026-12-01T08:00:00+07:00"
    assert made.closes.isoformat() == "2026-12-31T16:30:00+07:00"
    assert [one.kind for one in made.questions] == [Kind.CHOICE, Kind.SCALE, Kind.STATEMENTS]
    assert dict(made.questions[0].options) == {"o1": "ดี", "o2": "ไม่จำเป็น"}
    assert drafted(WHOLE.replace("\n", "; "), NOW) == made
    english = drafted("title: Hours\ncloses: 31/12/2026\nask: text | What else?", NOW)
    assert isinstance(english, Ballot)
    assert english.opens == NOW


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("ชื่อ: เวลาเปิดบริการ\n", "", "title"),
        ("ชื่อ:", "หัวเรื่อง:", "line"),
        ("https://office.go.th/a.pdf", "office.go.th", "link"),
        ("31/12/2569 16:30", "31/13/2569", "when"),
        ("31/12/2569 16:30", "วันสิ้นปี", "when"),
        ("31/12/2569 16:30", "30/11/2569", "order"),
        ("เลือกหนึ่ง | ดีไหม | ดี | ไม่จำเป็น", "เลือกหนึ่ง | ดีไหม | ดี", "options"),
        ("เลือกหนึ่ง | ดีไหม | ดี | ไม่จำเป็น", "เลือก | ดีไหม", "kind"),
        ("คะแนน | พอใจเพียงใด", "คะแนน | พอใจเพียงใด | มาก", "options"),
        ("คะแนน | พอใจเพียงใด", "คะแนน", "kind"),
        (WHOLE[WHOLE.index("ถาม:") :], "", "questions"),
    ],
)
def test_a_mistake_is_named(old: str, new: str, key: str) -> None:
    made = drafted(WHOLE.replace(old, new), NOW)
    assert isinstance(made, Wrong)
    assert made.key == key


def test_days_are_read_as_people_write_them() -> None:
    assert instant("1/2/2570", time(9, 0)) == instant("1/2/2027 09.00", time(0, 0))
    assert instant("29/02/2570", time(0, 0)) is None
