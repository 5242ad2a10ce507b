"""An officer whose language is English gets no Thai text except names and what people wrote."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from handlers.complaints.lifecycle import (
    CaseOutcome,
    CaseStatus,
    NonAcceptanceReason,
    Transition,
    TransitionRequest,
    get_next_status,
)
from handlers.complaints.messages import ActorKind, ApplyTransition, FileCase, FindCase
from handlers.dialog.events import Channel
from handlers.dialog.receipt import make_receipt
from handlers.dialog.replies import Message
from handlers.i18n import render_text
from handlers.staff.complaints.commands import COMPLAINTS_COMMAND_TABLE
from handlers.staff.members import FindInvitation, JoinStaff
from handlers.staff.permissions import CommandName, Role
from handlers.thai.dates import to_bangkok_date
from tests.end_to_end.desk_harness import DeskHarness
from tests.end_to_end.officer.test_commands import COMMAND_TABLE
from tests.end_to_end.officer.test_permissions import run_desk_scenario
from tests.end_to_end.officers import TOTP_SECRET, Officer, add_officer
from tests.in_memory_desk import OFFICE, STRICT_OFFICE_TOML

REASON = "a reason that is long enough for the reporter to read"
COMMAND_ARGUMENTS = {
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
"""Names of other bodies in the register are data and stay in Thai; and the Thai language names itself in Thai."""

COMMANDS = re.compile(
    "|".join(re.escape(f"(/{row.names[0]})") for row in COMPLAINTS_COMMAND_TABLE.rows.values())
)
"""The Thai names of the commands, which `/help` shows beside the English ones."""


def find_thai(messages: tuple[Message, ...]) -> list[str]:
    told = [words for m in messages for words in (m.text, *(label for label, _ in m.choices))]
    return [w for w in (COMMANDS.sub("", NAMES.sub("", words)) for words in told) if re.search("[ก-๛]", w)]


async def add_english_officer(desk: DeskHarness, role: Role) -> Officer:
    officer = await add_officer(desk, f"Person {role}", role)
    await officer.say("/english")
    return officer


async def file_english_case(desk: DeskHarness, number: int, status: CaseStatus) -> None:
    """File a case in English."""
    receipt, today = make_receipt(number), to_bangkok_date(desk.now())
    told = {"story": "the store keeper asks for money", "where": "store room", "head": "no"}
    await desk.commit_office_act(
        FileCase(receipt, "corruption", Channel.WEB, today, today, "2570-1", answers=told)
    )
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
        await desk.move_case(receipt.formatted, step, REASON)


@pytest.mark.parametrize("role", list(Role))
def test_every_answer_to_every_command_is_english(tmp_path: Path, role: Role) -> None:
    async def scene(desk: DeskHarness) -> None:
        for number, status in enumerate(CaseStatus, 1):
            await file_english_case(desk, number, status)
        officer = await add_english_officer(desk, role)
        await officer.say("/facts 1")
        await officer.say(officer.totp_code())
        for order in COMMAND_TABLE:
            whole = COMMAND_ARGUMENTS.get(order, "")
            for number in (*range(1, len(CaseStatus) + 1), 99):
                # What lacks or is wrong is told before anything of the case but that there is one.
                rests = {whole, "", "1"} if number in {1, 99} else {whole}
                for rest in {""} if order in {"leave", "confirm"} else sorted(rests):
                    said = await officer.say(f"/{order} {number} {rest}".strip())
                    # Ready answers are shown in both languages, as they are written anew.
                    told = [words for words in find_thai(said) if "\nEN: " not in words]
                    assert told == [], f"/{order} {number} {rest}"
            await officer.say("cancel")
        assert {CommandName(order) for order in COMMAND_TABLE} == set(CommandName)

    run_desk_scenario(tmp_path / "var", scene)


def test_history_log_search_and_undo_are_english(tmp_path: Path) -> None:
    (tmp_path / "office.toml").write_text(STRICT_OFFICE_TOML, "utf-8")

    async def scene(desk: DeskHarness) -> None:
        await file_english_case(desk, 1, CaseStatus.INVESTIGATING)
        one, chief = (
            await add_english_officer(desk, Role.OFFICER),
            await add_english_officer(desk, Role.SUPERVISOR),
        )
        for officer in (one, chief):
            assert find_thai(await officer.say("/facts 1")) == []
            assert find_thai(await officer.say("000000")) == []
            assert find_thai(await officer.say(officer.totp_code())) == []
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
            assert find_thai(await officer.confirm(await officer.say(words))) == [], words
        assert "hidden" not in "".join(m.text for m in await chief.say("/log 1"))

    run_desk_scenario(tmp_path / "var", scene)


def test_notices_are_in_the_language_of_who_is_told(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        code, who, now = await desk.add_staff("Person", "officer"), desk.person_id("Person"), desk.now()
        person = await desk.store.answer_query(FindInvitation(code), now)
        joining = JoinStaff(
            person.id, code, who, TOTP_SECRET, (), Channel.TELEGRAM, b"back", "en", to_bangkok_date(now)
        )
        await desk.commit_office_act(joining)
        closer = await add_officer(desk, "สมหญิง")
        await file_english_case(desk, 1, CaseStatus.SCREENING)
        await closer.say("/take 1")
        await closer.confirm(await closer.say(f"/close 1 insufficient {REASON}"))
        await desk.store.scheduled_replies.send_due(desk.now() + timedelta(seconds=61))
        view = await desk.store.answer_query(FindCase(make_receipt(1)), desk.now())
        step, by_day = TransitionRequest(Transition.REOPEN), to_bangkok_date(now) + timedelta(days=15)
        again = ApplyTransition(
            view.id,
            view.seq + 1,
            to_bangkok_date(now),
            step,
            get_next_status(view.status, step),
            ActorKind.REPORTER,
        )
        again = replace(again, answer_by=by_day)
        await desk.commit_office_act(again)
        letters = [one.payload for one in await desk.store.outbox.list_all(Channel.TELEGRAM)]
        told = [(render_text(say, one.lang), say.key) for one in letters for say in one.says]
        assert {key for _, key in told} == {"staff.notice.new", "staff.notice.again"}
        assert [text for text, _ in told if re.search("[ก-๛]", text)] == []

    run_desk_scenario(tmp_path / "var", scene)


def test_who_changes_language_hears_in_it_from_then_on(tmp_path: Path) -> None:
    async def scene(desk: DeskHarness) -> None:
        officer = await add_officer(desk, "Person", reply_address=b"back")
        other = await add_officer(desk, "สมหญิง", reply_address=b"other")
        assert (await officer.say("/english"))[0].text
        await file_english_case(desk, 1, CaseStatus.RECEIVED)
        assert await load_queued_languages(desk) == {"staff.notice.new": {"en", "th"}}
        await officer.say("ภาษาไทย")
        await other.say("/english")
        await other.say("ภาษาไทย")
        await file_english_case(desk, 2, CaseStatus.RECEIVED)
        letters = [one.payload for one in await desk.store.outbox.list_all(Channel.TELEGRAM)]
        assert sorted(one.lang for one in letters) == ["en", "th", "th", "th"]
        terminal = await add_officer(desk, "วิชัย")  # has no reply address: gets nothing, and causes no error
        assert find_thai(await terminal.say("/english")) == []

    run_desk_scenario(tmp_path / "var", scene)


async def load_queued_languages(desk: DeskHarness) -> dict[str, set[str]]:
    """The languages of the queued messages, by key."""
    found: dict[str, set[str]] = {}
    for one in await desk.store.outbox.list_all(Channel.TELEGRAM):
        for say in one.payload.says:
            found.setdefault(say.key, set()).add(one.payload.lang)
    return found


def test_ready_answers_stand_in_both_languages() -> None:
    assert OFFICE.canned
    assert all(words.en for words in OFFICE.canned)
