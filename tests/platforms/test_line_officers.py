"""Officers on LINE: what was told is never shown where nothing can be deleted."""

from pathlib import Path

from bot.officer import seats
from handlers.staff.keyhole import NewKey
from tests.end.officer_page import LINK
from tests.end.officers import filed
from tests.platforms.line_door import LineDoor
from tests.platforms.line_rules import needs_contracts
from tests.story import Telling


@needs_contracts
def test_content_is_not_shown_on_line(tmp_path: Path) -> None:
    door = LineDoor(tmp_path / "var")
    try:
        telling = Telling(door)
        telling._happen("staff", "สมหญิง officer")
        telling._do("", telling._filled("/join {code}"))
        telling._do("", telling._filled("{factor}"))
        door.run(filed(door.account.desk, 7))
        for words in ("/facts 1", "/files 1", "/history 1", "/case 1"):
            said = "\n".join(m.text for m in door.hear("สมหญิง", words))
            assert "คานารี" not in said
            assert ("ไม่แสดงใน LINE" in said) == (words != "/case 1")
    finally:
        door.close()
    assert door.refused == []


@needs_contracts
def test_line_shows_the_number_the_state_the_day_and_the_link(tmp_path: Path) -> None:
    door = LineDoor(tmp_path / "var")
    try:
        telling = Telling(door)
        telling._happen("staff", "สมหญิง officer")
        telling._do("", telling._filled("/join {code}"))
        telling._do("", telling._filled("{factor}"))
        door.account.desk.engine.answers[NewKey] = seats.drawer("https://ita.example.go.th")
        door.run(filed(door.account.desk, 7))
        telling.door.later(31)  # the second factor is asked for on the page, and not here
        links = set()
        for words in ("/facts 1", "/files 1", "/history 1", "/page 1", "/case 1", "/inbox", "/export 1"):
            said = "\n".join(m.text for m in door.hear("สมหญิง", words))
            for content in ("คานารี", "ห้องพัสดุ", "ทุจริตต่อหน้าที่", "หน้าเว็บ", "เลข 6 หลักจากแอปยืนยันตัวตน (หรือ"):
                assert content not in said, words
            assert "1/" in said
            found = LINK.search(said)
            assert (found is not None) == (words not in {"/case 1", "/inbox"}), words
            links |= {found[1]} if found else set()
        assert len(links) == 5
    finally:
        door.close()
    assert door.refused == []
