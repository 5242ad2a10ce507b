"""Officers are told what became of a release, and a supervisor publishes a held one in the chat."""

from datetime import datetime
from pathlib import Path
from typing import Any

from bot.engine import Engine
from bot.publishing.notifications import build_staff_notification, make_staff_notifier
from bot.publishing.releases import ReleaseContext
from bot.statistics.chat_queries import make_waiting_releases_handler
from handlers.complaints_desk import ComplaintsDesk
from handlers.dialog.effects import TurnResult
from handlers.dialog.events import Channel, Event
from handlers.i18n import render_text
from handlers.staff.complaints.release import ListPendingReleases
from handlers.staff.members import FindInvitation, JoinStaff, NewTotpSecret, StaffProfile
from handlers.staff.permissions import Role
from handlers.thai.dates import to_bangkok_date
from tests.bot.publishing.fake_targets import FakePublishTarget, PublishingScenario

AT = datetime.fromisoformat("2025-11-01T08:05:00+07:00")
BOSS, CLERK = b"b" * 32, b"c" * 32


async def add_telegram_officer(bench: ReleaseContext, who: bytes, role: Role, lang: Any) -> None:
    """Add an officer who is on Telegram."""
    one = bench.store
    code = (await one.staff_admin.add(role, StaffProfile(role.value), AT)).code
    person = await one.answer_query(FindInvitation(code), AT)
    secret = await one.answer_query(NewTotpSecret(), AT)
    act = JoinStaff(person.id, code, who, secret, (), Channel.TELEGRAM, b"back", lang, to_bangkok_date(AT))
    await one.commit(Event(f"join {role}", who, Channel.TELEGRAM), None, TurnResult(None, (), (act,)), AT)


def test_a_supervisor_lets_it_be_published_and_an_officer_does_not(tmp_path: Path) -> None:
    town = PublishingScenario.create(tmp_path, FakePublishTarget(), hold=True)
    assert town.run_at("2025-11-01T08:00") == ["released"]

    async def scene(bench: ReleaseContext) -> None:
        await add_telegram_officer(bench, BOSS, Role.SUPERVISOR, "th")
        await add_telegram_officer(bench, CLERK, Role.OFFICER, "en")
        engine = Engine(ComplaintsDesk(bench.office, bench.store.roster), bench.store, lambda: AT)
        engine.on_error, engine.query_handlers = (
            faults.append,
            {ListPendingReleases: make_waiting_releases_handler(bench.store)},
        )

        async def types(who: bytes, text: str) -> str:
            number[0] += 1
            answer = await engine.handle(Event(f"e{number[0]}", who, Channel.TELEGRAM, text=text))
            return "\n".join(render_text(say, answer.lang) for say in answer.replies)

        assert "1/2569" not in await types(CLERK, "/release")
        assert "เดือนตุลาคม พ.ศ. 2568" in (waiting := await types(BOSS, "/เผยแพร่")) or "1/2569" in waiting
        assert "ไม่มีสถิติฉบับนี้" in await types(BOSS, "/release ok 9/2569")
        assert "ไม่มีสถิติฉบับนี้" in await types(BOSS, "/release ok ก")
        assert "ฉบับที่ 1/2569" in await types(BOSS, "/release ok 1/2569")
        assert "ไม่มีสถิติที่รอ" in await types(BOSS, "/release")
        assert faults == []

    faults, number = list[BaseException](), [0]
    town.desk.run_scenario(scene, AT)
    assert town.run_at("2025-11-01T08:06") == ["published-wordpress"]


def test_everybody_on_the_staff_hears_it_in_their_language(tmp_path: Path) -> None:
    town = PublishingScenario.create(tmp_path, FakePublishTarget())

    async def scene(bench: ReleaseContext) -> list[str]:
        await add_telegram_officer(bench, BOSS, Role.SUPERVISOR, "th")
        await add_telegram_officer(bench, CLERK, Role.OFFICER, "en")
        await make_staff_notifier(bench.store, AT)(
            build_staff_notification("not_released", day=AT.date(), trouble="room")
        )
        letters = await bench.store.outbox.list_all(Channel.TELEGRAM)
        return [render_text(say, one.payload.lang) for one in letters for say in one.payload.says]

    thai_words, english = sorted(town.desk.run_scenario(scene, AT), reverse=True)
    assert "ที่เก็บข้อมูลเต็ม" in thai_words
    assert "the disk is full" in english
