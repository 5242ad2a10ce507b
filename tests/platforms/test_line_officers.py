"""Officers on LINE: what was told is never shown where nothing can be deleted."""

from pathlib import Path

import aiohttp

from tests.end.officers import filed
from tests.platforms.line_door import LineDoor, person
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
def test_the_year_comes_as_a_picture_that_line_can_fetch(tmp_path: Path) -> None:
    door = LineDoor(tmp_path / "var")
    try:
        telling = Telling(door)
        telling._happen("staff", "สมหญิง officer")
        telling._do("", telling._filled("/join {code}"))
        telling._do("", telling._filled("{factor}"))
        door.hear("สมหญิง", "/stats")
        line = door.account.line
        assert not any(one["type"] == "image" for one in line.chats[person("สมหญิง")])
        door.run(filed(door.account.desk, 7))
        said = door.hear("สมหญิง", "/stats")
        (shown,) = [one for one in line.chats[person("สมหญิง")] if one["type"] == "image"]
        assert "รับ 1 แล้วเสร็จ 0" in said[-1].text
        where = shown["originalContentUrl"].removeprefix("https://office.go.th")
        origin = line.webhook.rpartition("/line/")[0]
        kind, picture = door.run(fetched(origin + where))
        assert (kind, picture[:4]) == ("image/png", b"\x89PNG")
        assert door.run(fetched(origin + where[:-1] + "!"))[0] == ""
    finally:
        door.close()
    assert door.refused == []


async def fetched(address: str) -> tuple[str, bytes]:
    async with aiohttp.ClientSession() as session, session.get(address) as answer:
        assert answer.headers["cache-control"] == "no-store"
        return answer.content_type if answer.status == 200 else "", await answer.read()
