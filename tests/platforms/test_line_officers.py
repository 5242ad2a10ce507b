"""Officers on LINE: what was told is never shown where nothing can be deleted."""

from pathlib import Path

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
