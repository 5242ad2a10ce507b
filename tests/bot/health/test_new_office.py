"""What `doctor` says to an office on its first day."""

import asyncio
from pathlib import Path

from handlers.staff.members import StaffProfile
from handlers.staff.permissions import Role
from tests.bot.health.broken_setup import diagnose_folder, install_office, join_words
from tests.end_to_end.desk_harness import open_desk


def test_who_is_invited_is_not_to_be_added_again_and_unchecked_answers_are_told(tmp_path: Path) -> None:
    home = install_office(tmp_path)

    async def scene() -> None:
        async with open_desk(home) as desk:
            await desk.store.staff_admin.add(Role.SUPERVISOR, StaffProfile("สมหญิง"), desk.now())

    asyncio.run(scene())
    found = diagnose_folder(tmp_path)
    words = join_words(found["staff"].findings)
    assert "เชิญไว้แล้ว" in words
    assert "ita-bot staff add --desk complaints --role supervisor" not in words
    assert "ita-bot staff add --desk complaints --role admin" in words
    assert "คลังคำตอบยังไม่มีข้อที่เจ้าหน้าที่ตรวจแล้ว" in join_words(found["knowledge"].findings)
    assert not found["knowledge"].is_serious
