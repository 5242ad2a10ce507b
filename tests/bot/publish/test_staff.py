"""Officers hear what became of the statistics, and a supervisor lets in the chat what is held be published."""

from datetime import datetime
from pathlib import Path
from typing import Any

from bot.engine import Engine
from bot.publishing import notifications as told
from bot.publishing.releases import ReleaseContext
from bot.statistics import chat_queries as counting
from handlers import i18n as wording
from handlers import thai
from handlers.complaints_desk import ComplaintsDesk
from handlers.dialog.events import Channel, Event, TurnResult
from handlers.staff.complaints.release import ListPendingReleases
from handlers.staff.members import FindInvitation, JoinStaff, NewTotpSecret, StaffProfile
from handlers.staff.permissions import Role
from tests.bot.publish.places import FakePublishTarget, PublishingScenario

AT = datetime.fromisoformat("2025-11-01T08:05:00+07:00")
BOSS, CLERK = b"b" * 32, b"c" * 32


async def joined(bench: ReleaseContext, who: bytes, role: Role, lang: Any) -> None:
    """Put somebody on the staff, in Telegram."""
    one = bench.store
    code = await one.personnel.add(role, StaffProfile(role.value), AT)
    person = await one.answer(FindInvitation(code), AT)
    secret = await one.answer(NewTotpSecret(), AT)
    act = JoinStaff(person.id, code, who, secret, (), Channel.TELEGRAM, b"back", lang, thai.day(AT))
    await one.commit(Event(f"join {role}", who, Channel.TELEGRAM), None, TurnResult(None, (), (act,)), AT)


def test_a_supervisor_lets_it_be_published_and_an_officer_does_not(tmp_path: Path) -> None:
    town = PublishingScenario.of(tmp_path, FakePublishTarget(), hold=True)
    assert town.at("2025-11-01T08:00") == ["released"]

    async def scene(bench: ReleaseContext) -> None:
        await joined(bench, BOSS, Role.SUPERVISOR, "th")
        await joined(bench, CLERK, Role.OFFICER, "en")
        engine = Engine(ComplaintsDesk(bench.office, bench.store.roster), bench.store, lambda: AT)
        engine.fault, engine.answers = faults.append, {ListPendingReleases: counting.waiting(bench.store)}

        async def types(who: bytes, text: str) -> str:
            number[0] += 1
            answer = await engine.handle(Event(f"e{number[0]}", who, Channel.TELEGRAM, text=text))
            return "\n".join(wording.text(say, answer.lang) for say in answer.says)

        assert "1/2569" not in await types(CLERK, "/release")
        assert "เดือนตุลาคม พ.ศ. 2568" in (waiting := await types(BOSS, "/เผยแพร่")) or "1/2569" in waiting
        assert "ไม่มีสถิติฉบับนี้" in await types(BOSS, "/release ok 9/2569")
        assert "ไม่มีสถิติฉบับนี้" in await types(BOSS, "/release ok ก")
        assert "ฉบับที่ 1/2569" in await types(BOSS, "/release ok 1/2569")
        assert "ไม่มีสถิติที่รอ" in await types(BOSS, "/release")
        assert faults == []

    faults, number = list[BaseException](), [0]
    town.ground.play(scene, AT)
    assert town.at("2025-11-01T08:06") == ["published-wordpress"]


def test_everybody_on_the_staff_hears_it_in_their_language(tmp_path: Path) -> None:
    town = PublishingScenario.of(tmp_path, FakePublishTarget())

    async def scene(bench: ReleaseContext) -> list[str]:
        await joined(bench, BOSS, Role.SUPERVISOR, "th")
        await joined(bench, CLERK, Role.OFFICER, "en")
        await told.by(bench.store, AT)(told.said("not_released", day=AT.date(), trouble="room"))
        letters = await bench.store.outbox.look(Channel.TELEGRAM)
        return [wording.text(say, one.what.lang) for one in letters for say in one.what.says]

    thai_words, english = sorted(town.ground.play(scene, AT), reverse=True)
    assert "ที่เก็บข้อมูลเต็ม" in thai_words
    assert "the disk is full" in english
