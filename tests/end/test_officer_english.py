"""To an officer whose language is English nothing is said in Thai, save names and what people wrote."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from handlers import i18n as wording
from handlers import thai
from handlers.complaints.lifecycle import (
    CaseOutcome,
    CaseStatus,
    NonAcceptanceReason,
    Transition,
    TransitionRequest,
    after,
)
from handlers.complaints.messages import ActorKind, ApplyTransition, FileCase, FindCase
from handlers.dialog.events import Channel, Message
from handlers.dialog.receipt import made_of
from handlers.staff.members import FindInvitation, JoinStaff
from handlers.staff.parse import THAI
from handlers.staff.permissions import CommandName, Role
from tests.end.desk import DeskHarness
from tests.end.officers import SECRET, Officer, hired
from tests.end.test_officer_orders import TABLE
from tests.end.test_officer_rights import playing
from tests.play import OFFICE, STRICT

REASON = "a reason that is long enough for the reporter to read"
GIVEN = {
    "notaccept": f"policy {REASON}",
    "close": f"insufficient {REASON}",
    "forward": f"nacc {REASON}",
    "reopen": REASON,
    "reply": "thank you",
    "ask": "3 days Which contract?",
    "note": "rang the witness",
    "hold": "the court asks for it",
    "assign": "Person officer",
    "bar": f"Person officer {REASON}",
    "lift": f"Person officer {REASON}",
    "identity": REASON,
    "intake": "letter",
}
NAMES = re.compile("|".join(re.escape(name) for name in ("ภาษาไทย", *(b.name.th for b in OFFICE.bodies))))
"""What an office calls other bodies in the register is data: it is written in Thai; and Thai calls itself so."""

COMMANDS = re.compile("|".join(re.escape(f"(/{names[0]})") for names in THAI.values()))
"""The Thai names of the commands, which `/help` shows beside the English ones."""


def thai_left(messages: tuple[Message, ...]) -> list[str]:
    told = [words for m in messages for words in (m.text, *(label for label, _ in m.choices))]
    return [w for w in (COMMANDS.sub("", NAMES.sub("", words)) for words in told) if re.search("[ก-๛]", w)]


async def english(desk: DeskHarness, role: Role) -> Officer:
    officer = await hired(desk, f"Person {role}", role)
    await officer.says("/english")
    return officer


async def file(desk: DeskHarness, number: int, status: CaseStatus) -> None:
    """A case told in English."""
    receipt, today = made_of(number), thai.day(desk.now())
    told = {"story": "the store keeper asks for money", "where": "store room", "head": "no"}
    await desk.office(FileCase(receipt, "corruption", Channel.WEB, today, today, "2570-1", answers=told))
    steps = {
        CaseStatus.RECEIVED: (),
        CaseStatus.SCREENING: (TransitionRequest(Transition.SCREEN),),
        CaseStatus.INVESTIGATING: (
            TransitionRequest(Transition.SCREEN),
            TransitionRequest(Transition.INVESTIGATE),
        ),
        CaseStatus.CLOSED: (
            TransitionRequest(Transition.SCREEN),
            TransitionRequest(Transition.CLOSE, CaseOutcome.INSUFFICIENT),
        ),
        CaseStatus.NOT_ACCEPTED: (
            TransitionRequest(Transition.SCREEN),
            TransitionRequest(Transition.NOT_ACCEPT, reason=NonAcceptanceReason.POLICY),
        ),
    }[status]
    for step in steps:
        await desk.step(receipt.shown, step, REASON)


@pytest.mark.parametrize("role", list(Role))
def test_every_answer_to_every_command_is_english(tmp_path: Path, role: Role) -> None:
    async def scene(desk: DeskHarness) -> None:
        for number, status in enumerate(CaseStatus, 1):
            await file(desk, number, status)
        officer = await english(desk, role)
        await officer.says("/facts 1")
        await officer.says(officer.code())
        for order in TABLE:
            rests = {GIVEN.get(order, ""), "", "1"} if order not in {"leave", "confirm"} else {""}
            for number in (*range(1, len(CaseStatus) + 1), 99):
                for rest in sorted(rests):
                    said = await officer.says(f"/{order} {number} {rest}".strip())
                    assert thai_left(said) == [], f"/{order} {number} {rest}"
            await officer.says("cancel")
        assert {CommandName(order) for order in TABLE} == set(CommandName)

    playing(tmp_path / "var", scene)


def test_history_log_search_and_undo_are_english(tmp_path: Path) -> None:
    (tmp_path / "office.toml").write_text(STRICT, "utf-8")

    async def scene(desk: DeskHarness) -> None:
        await file(desk, 1, CaseStatus.INVESTIGATING)
        one, chief = await english(desk, Role.OFFICER), await english(desk, Role.SUPERVISOR)
        for officer in (one, chief):
            assert thai_left(await officer.says("/facts 1")) == []
            assert thai_left(await officer.says("000000")) == []
            assert thai_left(await officer.says(officer.code())) == []
        for officer, words in (
            (one, f"/close 1 unsubstantiated {REASON}"),
            (chief, "/approve 1"),
            (one, "/note 1 rang the witness"),
            (one, "/reply 1 thank you"),
            (chief, "/reply 1 thank you too"),
            (chief, "/undo 1"),
            (one, "/undo 1"),
            (one, "/undo 1"),
            (chief, "/search store keeper"),
            (chief, "/search nothing of this"),
            (chief, "/history 1"),
            (chief, "/assign 1 Person officer"),
            (chief, "/log 1"),
            (one, "/canned 1"),
            (one, "/canned 1 1"),
        ):
            assert thai_left(await officer.confirms(await officer.says(words))) == [], words
        assert "hidden" not in "".join(m.text for m in await chief.says("/log 1"))

    playing(tmp_path / "var", scene)


def test_notices_are_in_the_language_of_who_is_told(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        code, who, now = await desk.employ("Person", "officer"), desk.who("Person"), desk.now()
        person = await desk.store.answer(FindInvitation(code), now)
        joining = JoinStaff(person.id, code, who, SECRET, (), Channel.TELEGRAM, b"back", "en", thai.day(now))
        await desk.office(joining)
        closer = await hired(desk, "สมหญิง")
        await file(desk, 1, CaseStatus.SCREENING)
        await closer.says("/take 1")
        await closer.confirms(await closer.says(f"/close 1 insufficient {REASON}"))
        await desk.store.sendings.send(desk.now() + timedelta(seconds=61))
        view = await desk.store.answer(FindCase(made_of(1)), desk.now())
        step, by_day = TransitionRequest(Transition.REOPEN), thai.day(now) + timedelta(days=15)
        again = ApplyTransition(
            view.id, view.seq + 1, thai.day(now), step, after(view.status, step), ActorKind.REPORTER
        )
        again = replace(again, answer_by=by_day)
        await desk.office(again)
        letters = [one.what for one in await desk.store.outbox.look(Channel.TELEGRAM)]
        told = [(wording.text(say, one.lang), say.key) for one in letters for say in one.says]
        assert {key for _, key in told} == {"staff.notice.new", "staff.notice.again"}
        assert [text for text, _ in told if re.search("[ก-๛]", text)] == []

    playing(tmp_path / "var", scene)


def test_who_changes_language_hears_in_it_from_then_on(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        officer = await hired(desk, "Person", back=b"back")
        other = await hired(desk, "สมหญิง", back=b"other")
        assert (await officer.says("/english"))[0].text
        await file(desk, 1, CaseStatus.RECEIVED)
        assert await langs(desk) == {"staff.notice.new": {"en", "th"}}
        await officer.says("ภาษาไทย")
        await other.says("/english")
        await other.says("ภาษาไทย")
        await file(desk, 2, CaseStatus.RECEIVED)
        letters = [one.what for one in await desk.store.outbox.look(Channel.TELEGRAM)]
        assert sorted(one.lang for one in letters) == ["en", "th", "th", "th"]
        terminal = await hired(desk, "วิชัย")  # has no address: nothing is told there, and nothing breaks
        assert thai_left(await terminal.says("/english")) == []

    playing(tmp_path / "var", scene)


async def langs(desk: DeskHarness) -> dict[str, set[str]]:
    """The languages of what waits to be told, by what it is."""
    found: dict[str, set[str]] = {}
    for one in await desk.store.outbox.look(Channel.TELEGRAM):
        for say in one.what.says:
            found.setdefault(say.key, set()).add(one.what.lang)
    return found


def test_ready_answers_stand_in_both_languages() -> None:
    assert OFFICE.canned
    assert all(words.en for words in OFFICE.canned)
