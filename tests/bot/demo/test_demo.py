"""`ita-bot demo`: what is invented, into which folders, and that it is as if it had happened."""

import asyncio
import os
import random
import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.bootstrap import App, open_app
from bot.demo.case_life import plan_case_life
from bot.demo.folder import (
    MARKER,
    DemoRecord,
    enter_demo,
    read_demo_record,
    write_demo_office,
    write_demo_record,
    write_demo_settings,
)
from bot.demo.make import GUEST, ensure_demo, invite_guest, run_demo
from bot.demo.plan import plan_demo
from bot.demo.planner import Planner
from bot.demo.play import DemoPlayer
from bot.demo.steps import CaseStep, DemoPlan, PlannedAct, PlannedFeedback, PlannedMove
from bot.demo.texts import load_demo_texts
from bot.desk_names import DESK_NAMES
from bot.errors import ConfigurationError
from bot.office_file import load_office
from bot.settings import load_settings
from handlers.complaints.lifecycle import CaseOutcome, Transition
from handlers.complaints.messages import FileCase, FindCase
from handlers.consultations.messages import ConsultationPhase, ListConsultations
from handlers.dialog.events import Channel
from handlers.dialog.receipt import parse_receipt
from handlers.questions.faq_messages import GetFaqCatalogue
from handlers.questions.messages import FindThreadByCode, SubmitQuestion
from handlers.staff.complaints.messages import ListCases
from handlers.staff.members import FindInvitation
from handlers.staff.permissions import Role
from ita_stats.calendar import to_bangkok_date
from ita_stats.cases.fact import FactField
from tests.in_memory_desk import OFFICE

TODAY, DAYS = date(2026, 11, 30), 40
NOW = datetime(2026, 11, 30, 3, tzinfo=UTC)


def make_plan(seed: int = 1, today: date = TODAY, days: int = 365) -> DemoPlan:
    return plan_demo(load_demo_texts(), OFFICE, today, seed, days)


def list_cases(plan: DemoPlan) -> list[FileCase]:
    acts = [one.step.act for one in plan.steps if isinstance(one.step, PlannedAct)]
    return [act for act in acts if isinstance(act, FileCase)]


def test_there_are_enough_texts_and_each_story_can_end() -> None:
    texts = load_demo_texts()
    assert len({one.text for one in texts.cases.story}) >= 40
    assert len({one.ask for one in texts.questions}) >= 40
    assert len(texts.opinions.list_opinions()) >= 60
    assert {one.kind for one in texts.cases.story} <= {one.code for one in OFFICE.categories}
    for story in texts.cases.story:
        for end in story.ends:
            kind = end.partition("/")[0]
            assert story.parse_end(end)
            assert texts.cases.closings[kind]


def test_the_same_seed_and_day_invent_the_same_year_and_others_another() -> None:
    assert make_plan() == make_plan()
    assert make_plan(seed=2).steps != make_plan().steps
    assert make_plan(today=TODAY + timedelta(days=1)).steps != make_plan().steps


def test_a_year_has_all_kinds_outcomes_and_channels_in_the_order_of_time_and_before_today() -> None:
    plan = make_plan()
    instants = [one.at for one in plan.steps]
    assert instants == sorted(instants)
    assert to_bangkok_date(instants[-1]) < TODAY
    cases = list_cases(plan)
    assert len(cases) == len(plan.cases) > 100
    assert {one.category for one in cases} == {one.code for one in OFFICE.categories}
    assert {one.channel for one in cases} == set(Channel)
    assert not any("{" in text for one in cases for text in one.answers.values())
    done = [one.step.what for one in plan.steps if isinstance(one.step, CaseStep)]
    moves = [one.request for one in done if isinstance(one, PlannedMove)]
    assert {one.outcome for one in moves if one.outcome} == set(CaseOutcome)
    assert {one.move for one in moves} == set(Transition)
    assert len(plan.questions) > 100
    assert sum(isinstance(one.step, PlannedFeedback) for one in plan.steps) > 200


def test_a_case_that_comes_on_the_last_day_is_left_as_it_came() -> None:
    planner = Planner(load_demo_texts(), OFFICE, TODAY, TODAY, random.Random(1))
    receipt = planner.draw_receipt()
    plan_case_life(planner, planner.texts.cases.story[0], receipt, NOW)
    assert planner.steps == []


def test_a_folder_that_holds_something_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    desk = tmp_path / "complaints"
    desk.mkdir()
    (desk / "desk.sqlite").write_bytes(b"real")
    with pytest.raises(ConfigurationError, match="not a demo"):
        asyncio.run(ensure_demo(tmp_path, 1, NOW, 3))
    assert [path.name for path in tmp_path.rglob("*")] == ["complaints", "desk.sqlite"]
    (tmp_path / MARKER).write_text("{}")
    with pytest.raises(ConfigurationError, match="not a demo"):
        read_demo_record(tmp_path)


def test_the_marker_is_read_as_it_was_written(tmp_path: Path) -> None:
    assert read_demo_record(tmp_path) is None
    assert read_demo_record(tmp_path / "new") is None
    record = DemoRecord(3, "2026-11-30", is_complete=True, codes=(("service", "ABCD"),))
    write_demo_record(tmp_path / "new", record)
    assert read_demo_record(tmp_path / "new") == record


def test_settings_and_tokens_of_elsewhere_do_not_reach_the_demo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "demo").mkdir()
    (tmp_path / "own" / ".env").write_text(
        "ITA_SERVICE__LINE_TOKEN=secret\nITA_SERVICE__LINE_SECRET=secret\n"
    )
    monkeypatch.chdir(tmp_path / "own")
    monkeypatch.setenv("ITA_HOME", "/real")
    monkeypatch.setenv("ITA_COMPLAINTS__TELEGRAM_TOKEN", "1:secret")
    write_demo_settings(tmp_path / "demo", 8099)
    write_demo_office(tmp_path / "demo")
    with enter_demo(tmp_path / "demo"):
        settings, office = load_settings(), load_office(None)
    assert (settings.home, settings.host, settings.port) == (Path(), "127.0.0.1", 8099)
    assert not any(settings.desk(name).has_platform for name in DESK_NAMES)
    assert office.name.th == OFFICE.name.th + " (ข้อมูลสมมติ)"
    assert office.name.en == f"{OFFICE.name.en} (invented data)"
    assert (Path.cwd(), os.environ["ITA_HOME"]) == (tmp_path / "own", "/real")


def test_the_folder_and_the_commands_that_are_told_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def serve(*_: object) -> int:
        return 0

    monkeypatch.setattr("bot.serve.serve", serve)
    monkeypatch.chdir(tmp_path)
    write_demo_record(Path("demo"), DemoRecord(1, "2026-11-30", is_complete=True))
    write_demo_office(Path("demo"))
    assert asyncio.run(run_demo(Path("demo"), 1, 8099)) == 0
    told, folder = capsys.readouterr().err, (tmp_path / "demo").resolve()
    assert f"อยู่ใน {folder} " in told
    assert told.count(f"cd {folder} && ") == 2


def test_who_looks_around_is_shut_out_of_no_case_by_their_name() -> None:
    told = load_demo_texts().cases.model_dump_json()
    assert not [word for word in re.findall(r"[ก-๙]+", GUEST) if word in told]


async def check_complaints(app: App, record: DemoRecord) -> None:
    store, plan = app.desks["complaints"].store, plan_demo(load_demo_texts(), app.office, TODAY, 1, DAYS)
    facts = await store.load_facts()
    assert sum(one.field is FactField.RECEIVED for one in facts) == len(plan.cases)
    recorded = Counter(one.value for one in facts if one.field is FactField.CATEGORY)
    assert recorded == Counter(one.category for one in list_cases(plan))
    assert len({one.value for one in facts if one.field is FactField.STATUS}) >= 4
    listed = await store.answer_query(ListCases("", limit=500, all_officers=True), NOW)
    assert any(one.officer for one in listed.cases)
    assert [one.period for one in await store.releases.list_all()] == ["fy2570"]
    codes = [code for what, code in record.codes if what == "complaints"]
    assert len(codes) == 3
    for code in codes:
        receipt = parse_receipt(code)
        assert receipt is not None
        assert await store.answer_query(FindCase(receipt), NOW) is not None


async def check_service(app: App, record: DemoRecord) -> None:
    store, plan = app.desks["service"].store, plan_demo(load_demo_texts(), app.office, TODAY, 1, DAYS)
    asked = [one.step.act for one in plan.steps if isinstance(one.step, PlannedAct)]
    assert len(await store.load_counted_threads()) == sum(isinstance(one, SubmitQuestion) for one in asked)
    catalogue = await store.answer_query(GetFaqCatalogue(), NOW)
    assert catalogue.entries
    assert catalogue.published
    consultations = (await store.answer_query(ListConsultations(), NOW)).rows
    assert [one.phase for one in consultations] == [ConsultationPhase.OPEN, ConsultationPhase.PUBLISHED]
    receipt = parse_receipt(next(code for what, code in record.codes if what == "service"))
    assert receipt is not None
    assert await store.answer_query(FindThreadByCode(receipt), NOW) is not None


@pytest.mark.full("a demo")
def test_a_demo_is_whole_sends_nothing_and_is_taken_again_the_next_time(tmp_path: Path) -> None:
    folder = tmp_path / "var-demo"

    async def look(record: DemoRecord) -> None:
        async with open_app(DESK_NAMES, NOW) as app:
            await check_complaints(app, record)
            await check_service(app, record)
            for desk in app.desks.values():
                assert await desk.store.verify_audit() == []
                assert [one for kind in Channel for one in await desk.store.outbox.list_all(kind)] == []
            assert DemoPlayer(app).officers == []
            first = await invite_guest(app, "complaints", NOW)
            again = await invite_guest(app, "complaints", NOW)  # as at the second start
            assert first is not None
            assert again is not None
            store = app.desks["complaints"].store
            assert await store.answer_query(FindInvitation(first.code), NOW) is None
            guest = await store.answer_query(FindInvitation(again.code), NOW)
            assert guest.role is Role.SUPERVISOR

    record = asyncio.run(ensure_demo(folder, 1, NOW, DAYS))
    assert record.is_complete
    with enter_demo(folder):
        asyncio.run(look(record))
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert asyncio.run(ensure_demo(folder, 2, NOW + timedelta(days=3))) == record
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
