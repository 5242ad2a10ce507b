"""The framework of officers' commands on the tables of both desks: an event in, a turn out.

The handlers of the rows are replaced by one that says which command it was given.
"""

import itertools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from pyotp import HOTP

from handlers.dialog.attempts import Attempts, GetAttempts, SaveAttempts
from handlers.dialog.context import Context
from handlers.dialog.effects import Act, Decision, Query, TurnResult
from handlers.dialog.events import Channel, Event, File
from handlers.dialog.replies import NEUTRAL, Reply
from handlers.dialog.session import DialogTopic, Session
from handlers.i18n import WORDING, render_label
from handlers.staff.command import CommandContext, CommandTable, SecondFactor, make_command_button
from handlers.staff.complaints.commands import COMPLAINTS_COMMAND_TABLE
from handlers.staff.enrolment.messages import NewEnrolmentLink
from handlers.staff.incoming import AsCitizen, handle_staff_message, is_for_staff
from handlers.staff.members import (
    AuditRefusal,
    FindInvitation,
    FindStaffMember,
    IsCodeUsed,
    IsRecoveryCode,
    JoinStaff,
    LeaveStaff,
    NewRecoveryCodes,
    NewTotpSecret,
    SetStaffLanguage,
    StaffMember,
    StaffProfile,
    UseCode,
)
from handlers.staff.parse import ParsedCommand
from handlers.staff.permissions import CommandName, DeskCommandName, Role, ServiceCommandName
from handlers.staff.service.commands import SERVICE_COMMAND_TABLE
from handlers.staff.state import (
    NO_OFFICER,
    AwaitingCaseChoice,
    AwaitingMeaning,
    AwaitingPurpose,
    AwaitingSecondFactor,
    AwaitingText,
    Joining,
    NothingPending,
    OfficerState,
)
from handlers.staff.typed.shown import remember_shown
from tests.in_memory_desk import MORNING, OFFICE
from tests.run_decision import AnswerByQuery, run_decision

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
CODE = HOTP(SECRET).at(int(MORNING.timestamp()) // 30)
TABLES: Mapping[str, CommandTable[Any, Any]] = {
    "complaints": COMPLAINTS_COMMAND_TABLE,
    "service": SERVICE_COMMAND_TABLE,
}
WRITING: Mapping[str, DeskCommandName] = {
    "complaints": CommandName.REPLY,
    "service": ServiceCommandName.ANSWER,
}
"""A command of each desk with a number and a text."""

INVITED = StaffMember("s1", Role.OFFICER, StaffProfile("สมหญิง"))
ANSWERS: dict[type[Query[Any]], object] = {
    FindInvitation: AnswerByQuery(lambda query: INVITED if query.code == "GOOD" else None),
    NewTotpSecret: SECRET,
    NewRecoveryCodes: ("AAAAA-BBBBB",),
    NewEnrolmentLink: None,
    IsRecoveryCode: AnswerByQuery(lambda query: query.code == "AAAAA-BBBBB"),
    IsCodeUsed: False,
    GetAttempts: Attempts(),
}

both_desks = pytest.mark.parametrize("name", TABLES)


def repeat_command(cmd: CommandContext[Any, Any]) -> Decision:
    """Say which command was given, in place of a row's own handler."""
    yield from ()
    return cmd.reply_with(Reply("ran", NEUTRAL, {"command": cmd.command.to_command_text()}))


@dataclass
class Door:
    """One officer, or a stranger, before the desk of a table. answers: to queries by their type."""

    table: CommandTable[Any, Any]
    role: Role | None = Role.SUPERVISOR
    session: Session = field(default_factory=lambda: Session(at=MORNING))
    channel: Channel = Channel.TERMINAL
    citizens: Mapping[str, str] = field(default_factory=lambda: {"ยกเลิก": "cancel"})
    answers: dict[type[Query[Any]], object] = field(default_factory=dict)

    @classmethod
    def of(cls, name: str, **changes: Any) -> "Door":
        """The door of a desk whose rows all have the same handler."""
        table = TABLES[name]
        rows = {one: replace(row, handler=repeat_command) for one, row in table.rows.items()}
        return cls(replace(table, rows=rows, handle_text=echo_text), **changes)

    def send(self, text: str | None = None, **parts: Any) -> TurnResult | None:
        """Handle one event, and keep its session; None where it is a citizen's."""
        ctx = Context(Event("e", b"who", self.channel, text, **parts), self.session, OFFICE, MORNING)
        decision = handle_staff_message(self.table, ctx, self.citizens.get(text or ""), repeat_prompt)
        turns: list[TurnResult | None] = []

        def keep_turn() -> Decision:
            outcome = yield from decision
            turns.append(None if isinstance(outcome, AsCitizen) else outcome)
            if isinstance(outcome, AsCitizen):  # as the desks do
                return remember_shown(TurnResult(outcome.ctx.session), ctx.event, as_citizen=True)
            return turns[0] or TurnResult(ctx.session)

        member = (
            StaffMember("s1", self.role, StaffProfile("สมหญิง"), b"who", secret=SECRET) if self.role else None
        )
        outcome = run_decision(keep_turn(), {**ANSWERS, FindStaffMember: member, **self.answers})
        self.session = outcome.kept
        return turns[0]

    def says(self, text: str | None = None, **parts: Any) -> str | None:
        """What one event leads to: the command that ran, or the key of the reply; None where it is a citizen's."""
        turn = self.send(text, **parts)
        if turn is None:
            return None
        reply = turn.replies[0]
        return str(reply.args["command"]) if reply.key == "ran" else reply.key

    def wait_for(self, pending: Any) -> "Door":
        """Let the session wait for something."""
        work = replace(self.table.get_work(self.session.officer), pending=pending)
        self.session = self.session.replace(officer=self.table.set_work(self.session.officer, work))
        return self

    @property
    def pending(self) -> Any:
        return self.table.get_work(self.session.officer).pending


def echo_text(cmd: CommandContext[Any, Any], text: str) -> Any:
    """Say that nothing waited for a text."""
    yield from ()
    return cmd.reply_with(Reply("free", NEUTRAL, {"text": text}))


def repeat_prompt(ctx: Context) -> Decision:
    """Say that the present question was asked again."""
    yield from ()
    return TurnResult(ctx.session, (Reply("again", NEUTRAL),))


def get_acts(turn: TurnResult | None) -> tuple[Act, ...]:
    assert turn is not None
    return turn.acts


@both_desks
def test_the_table_has_every_command_with_a_thai_name_and_no_name_twice(name: str) -> None:
    table = TABLES[name]
    assert list(table.rows) == list(table.names)
    typed = [one for command, row in table.rows.items() for one in (command.value, *row.names)]
    assert len(set(typed)) == len(typed)
    assert all(not row.names[0].isascii() and command.value.isascii() for command, row in table.rows.items())
    assert all(table.rows[command].in_help for command in (*table.menu, *table.help_choices))
    assert {table.join, table.help, table.inbox} <= set(table.rows)
    grouped = [command for names in table.groups.values() for command in names]
    assert sorted(grouped) == sorted(command for command, row in table.rows.items() if row.in_help)
    assert table.only_show <= set(table.rows)


def test_a_command_without_a_row_stops_the_program() -> None:
    rows = {name: row for name, row in SERVICE_COMMAND_TABLE.rows.items() if name != "faq"}
    with pytest.raises(KeyError):
        replace(SERVICE_COMMAND_TABLE, rows=rows)


@both_desks
@pytest.mark.parametrize("lang", ["th", "en"])
def test_every_command_has_its_words(name: str, lang: str) -> None:
    table, words = TABLES[name], WORDING[lang]  # type: ignore[index]
    assert [
        one for one, row in table.rows.items() if row.in_help and f"{table.wording}.help.{one}" not in words
    ] == []
    assert [one for one in table.groups if f"{table.wording}.help.group.{one}" not in words] == []
    for one, row in table.rows.items():
        assert not row.in_help or render_label(make_command_button(one), lang)  # type: ignore[arg-type]


@both_desks
def test_what_officers_read_in_thai_names_commands_in_thai(name: str) -> None:
    """Join is left: its code comes with the English name, from the command of the administrator."""
    table = TABLES[name]
    english = [f"/{one}" for one in table.names if one is not table.join]
    pages = {"/opinions"}
    told = {
        key: words
        for key, words in WORDING["th"].items()
        if key.startswith(("staff.", "inquiry.")) and not key.endswith(".help.line")
    }
    wrong = {
        key: one
        for key, words in told.items()
        for one in english
        if one not in pages and re.search(rf"{re.escape(one)}(?![a-z?/-])", words)
    }
    assert wrong == {}


@both_desks
def test_every_name_is_read_with_numbers_of_both_scripts(name: str) -> None:
    table = TABLES[name]
    for command, row in table.rows.items():
        for typed in (command.value, *row.names):
            for words in (
                f"/{typed} ๑๒/๒๕๗๐ ก ข",
                f"/{typed.upper()}\n12/70  ก ข",
                f"/ {typed}. 12 / 2570 ก ข ",
            ):
                found = table.parse(words)
                assert found is not None, words
                if row.takes_number:
                    assert found == ParsedCommand(command, 12, 2570, "ก ข"), words
                else:
                    assert (found.name, found.number, found.rest[-3:]) == (command, 0, "ก ข"), words
            assert table.parse(typed) is None


@both_desks
@pytest.mark.parametrize("words", ["", "/", "//", "/nothing 1", "/" + "ก" * 41, "12", "/12", " /help"])
def test_other_texts_are_no_commands(name: str, words: str) -> None:
    assert TABLES[name].parse(words) is None


@pytest.mark.parametrize(
    ("rest", "number", "year", "left"),
    [
        ("", 0, 0, ""),
        ("12", 12, 0, ""),
        ("12/2570", 12, 2570, ""),
        ("๑๒/๗๐", 12, 2570, ""),
        ("12 /70 x", 12, 2570, "x"),
        ("12/570 x", 0, 0, "12/570 x"),
        ("12x", 0, 0, "12x"),
        ("1234567", 0, 0, "1234567"),
        ("x 12", 0, 0, "x 12"),
        ("12\nx\ny", 12, 0, "x\ny"),
    ],
)
def test_numbers(rest: str, number: int, year: int, left: str) -> None:
    for name, command in WRITING.items():
        assert TABLES[name].parse(f"/{command} {rest}") == ParsedCommand(command, number, year, left)


@both_desks
def test_a_command_is_read_back_from_its_text(name: str) -> None:
    table, command = TABLES[name], WRITING[name]
    for given in (ParsedCommand(command), ParsedCommand(command, 3), ParsedCommand(command, 3, 2570, "ก\nข")):
        assert table.parse(given.to_command_text()) == given


@both_desks
def test_the_limit_of_a_command(name: str) -> None:
    table, start = TABLES[name], f"/{WRITING[name]} 1 "
    assert table.max_length == {"complaints": 4_000, "service": 6_000}[name]
    longest = start + "ก" * (table.max_length - len(start))
    assert table.parse(longest) is not None
    assert table.parse(longest + "ก") is None
    short = ParsedCommand(WRITING[name], 1)
    assert table.complete(short, "ก" * (table.max_length - len(start))) is not None
    assert table.complete(short, "ก" * (table.max_length - len(start) + 1)) is None


@both_desks
def test_a_text_completes_a_command(name: str) -> None:
    table, command = TABLES[name], WRITING[name]
    assert table.complete(ParsedCommand(command, 3, 2570), " 12/70 ค่ะ ") == ParsedCommand(
        command, 3, 2570, "12/70 ค่ะ"
    )
    assert table.complete(ParsedCommand(command, 3, rest="ก"), "ข") == ParsedCommand(command, 3, rest="ก ข")
    assert table.complete(ParsedCommand(command), "๓/70 ข") == ParsedCommand(command, 3, 2570, "ข")
    for one, row in table.rows.items():
        if not row.takes_number:
            assert table.complete(ParsedCommand(one), "12 ธันวา") == ParsedCommand(one, rest="12 ธันวา")


@both_desks
@pytest.mark.parametrize("role", Role)
def test_who_may_give_what(name: str, role: Role) -> None:
    for command, row in TABLES[name].rows.items():
        door = Door.of(name, role=role, session=Session(at=MORNING, officer=OfficerState(MORNING)))
        turn = door.send(f"/{command} 1")
        if role in row.roles:
            assert turn is not None
            assert turn.replies[0].key == "ran", command
            assert turn.acts == ()
        elif row.is_public:
            assert turn is None, command
        else:
            assert turn is not None
            assert turn.replies[0].key == f"{TABLES[name].wording}.refused", command
            assert turn.acts == (AuditRefusal(command, "s1"),)


@both_desks
@pytest.mark.parametrize("channel", [Channel.TERMINAL, Channel.TELEGRAM, Channel.LINE])
@pytest.mark.parametrize("factor", SecondFactor)
def test_when_the_second_factor_is_asked_for(name: str, channel: Channel, factor: SecondFactor) -> None:
    asked = factor is SecondFactor.ALWAYS or (
        factor is SecondFactor.WHERE_SHOWN and channel is not Channel.LINE
    )
    door = Door.of(name, channel=channel)
    rows = {one: replace(row, factor=factor) for one, row in door.table.rows.items()}
    door.table = replace(door.table, rows=rows)
    words = f"/{WRITING[name]} 1 ก"
    if not asked:
        assert door.says(words) == words
        return
    for minutes, again in ((0, False), (29, False), (30, True), (31, True)):
        verified = OfficerState(MORNING - timedelta(minutes=minutes))
        door.session = Session(at=MORNING, officer=verified)
        assert door.says(words) == ("staff.factor.ask" if again else words), minutes
    assert door.says("000000") == "staff.factor.wrong"
    turn = door.send(CODE)
    assert [type(act) for act in get_acts(turn)] == [UseCode]
    assert turn is not None
    assert turn.replies[0].args["command"] == words
    assert door.session.officer.verified_at == MORNING
    assert door.pending == NothingPending()


def test_the_commands_that_ask_for_it() -> None:
    asking = {
        (name, command): row.factor
        for name, table in TABLES.items()
        for command, row in table.rows.items()
        if row.factor is not SecondFactor.NEVER
    }
    shown = (
        CommandName.FACTS,
        CommandName.FILES,
        CommandName.HISTORY,
        CommandName.IDENTITY,
        CommandName.SLIP,
    )
    assert asking == {
        **{("complaints", one): SecondFactor.WHERE_SHOWN for one in shown},
        ("complaints", CommandName.SEARCH): SecondFactor.ALWAYS,
        **{
            ("complaints", one): SecondFactor.ALWAYS
            for one in (
                *(CommandName.CLOCK, CommandName.INVITE, CommandName.DISMISS),
                *(CommandName.RESET, CommandName.HAND_OVER, CommandName.SETTING),
            )
        },
        **{
            ("service", one): SecondFactor.ALWAYS
            for one in (
                *(ServiceCommandName.CLOCK, ServiceCommandName.INVITE),
                *(ServiceCommandName.DISMISS, ServiceCommandName.RESET, ServiceCommandName.SETTING),
            )
        },
        **{
            ("service", one): SecondFactor.IN_WORKSPACE
            for one in (
                *(ServiceCommandName.QUESTIONS, ServiceCommandName.QUESTION, ServiceCommandName.ANSWER),
                *(ServiceCommandName.PUBLISH, ServiceCommandName.MERGE, ServiceCommandName.CONFIRM),
                *(ServiceCommandName.OPINIONS, ServiceCommandName.STATEMENTS),
                *(ServiceCommandName.TEXTS, ServiceCommandName.QUOTE),
            )
        },
    }


@both_desks
def test_a_wrong_or_used_code_runs_nothing(name: str) -> None:
    waiting = AwaitingSecondFactor(ParsedCommand(WRITING[name], 1))
    door = Door.of(name).wait_for(waiting)
    assert [type(act) for act in get_acts(door.send("ไม่มีรหัส"))] == [SaveAttempts]
    door.answers[IsCodeUsed] = True
    assert door.says(CODE) == "staff.factor.used"
    door.answers[GetAttempts] = Attempts(until=MORNING + timedelta(minutes=1))
    assert door.says(CODE) == "staff.factor.wait"
    assert door.pending == waiting
    assert door.session.officer.verified_at is None


@both_desks
@pytest.mark.parametrize("code", [CODE, "AAAAA-BBBBB"])
@pytest.mark.parametrize("topic", DialogTopic)
def test_a_code_is_taken_in_every_topic(name: str, topic: DialogTopic, code: str) -> None:
    waiting = AwaitingSecondFactor(ParsedCommand(WRITING[name], 1))
    door = Door.of(name, session=Session(at=MORNING, topic=topic)).wait_for(waiting)
    if topic is not DialogTopic.MENU:
        for answer in ("เรียกรับเงิน", "0812345678", "12/2569"):  # to questions of a form
            assert door.says(answer) is None
    assert door.says(code) == f"/{WRITING[name]} 1"


@both_desks
def test_what_was_interrupted_by_the_second_factor_comes_back(name: str) -> None:
    command = WRITING[name]
    choice = AwaitingCaseChoice(ParsedCommand(command, rest="ขอบคุณ"))
    door = Door.of(name).wait_for(AwaitingSecondFactor(ParsedCommand(command, 1), choice))
    assert door.says(CODE) == f"/{command} 1 ขอบคุณ"
    door.wait_for(AwaitingSecondFactor(ParsedCommand(command, 1), choice))
    assert door.says("ยกเลิก") == "staff.dropped"
    assert door.pending == NothingPending()


@both_desks
def test_a_text_completes_what_waits_for_it(name: str) -> None:
    waiting = AwaitingText(ParsedCommand(WRITING[name], 3, 2570))
    door = Door.of(name).wait_for(waiting)
    assert door.says(choice="elsewhere") is None
    assert door.says(file=File("", "x.jpg", "image/jpeg", 1)) is None
    assert door.pending == waiting
    assert door.says("1") == f"/{WRITING[name]} 3/2570 1"  # not the entry of the menu
    assert door.pending == NothingPending()
    # the service desk then offers what is likely next
    assert door.says("1") == {"complaints": "staff.shown.late", "service": "/questions"}[name]
    assert door.says("เอกสารครบแล้ว") == "free"


@both_desks
def test_a_text_elsewhere_than_at_the_menu_is_a_citizens(name: str) -> None:
    waiting = AwaitingText(ParsedCommand(WRITING[name], 3))
    for topic in DialogTopic:
        door = Door.of(name, session=Session(at=MORNING, topic=topic)).wait_for(waiting)
        at_menu = topic is DialogTopic.MENU
        assert door.says("ขอบคุณ") == (f"/{WRITING[name]} 3 ขอบคุณ" if at_menu else None), topic
        for space in ("", " ", "\n"):  # a command is one everywhere
            assert door.says(f"{space}/{WRITING[name]} 4") == f"/{WRITING[name]} 4"


@both_desks
def test_who_cancels_is_at_the_officers_menu_with_nothing_left_to_send(name: str) -> None:
    command = WRITING[name]
    assert Door.of(name).says("ยกเลิก") == "staff.out.nothing"
    given = ParsedCommand(command, 1, rest="ขอบคุณ")
    for waiting in (
        AwaitingText(given),
        AwaitingSecondFactor(given),
        AwaitingCaseChoice(given),
        AwaitingPurpose("ขอบคุณ"),
        AwaitingMeaning((given,), 1),
    ):
        door = Door.of(name).wait_for(waiting)
        turn = door.send("ยกเลิก")
        assert turn is not None
        assert [reply.key for reply in turn.replies] == ["staff.dropped", "staff.menu.here"]
        assert turn.replies[1].choices[0].data == f"/{door.table.inbox}"
        assert door.pending == NothingPending()


def test_an_announcement_is_cancelled_with_what_waits_for_its_next_line() -> None:
    door = Door.of("service")
    more = AwaitingText(ParsedCommand(ServiceCommandName.CONSULT, rest="more"))
    work = replace(door.session.officer.service, consultation=(("title", "ก"),), pending=more)
    door.session = door.session.replace(officer=OfficerState(service=work))
    door.send("ยกเลิก")
    assert replace(door.session.officer, shown=None) == NO_OFFICER


@both_desks
def test_what_is_typed_with_a_slash_goes_to_nobody(name: str) -> None:
    door = Door.of(name).wait_for(AwaitingText(ParsedCommand(WRITING[name], 3)))
    turn = door.send("/xyzzy 1 ได้")
    assert turn is not None
    assert [(one.key, one.args) for one in turn.replies] == [("inquiry.help.unknown", {"name": "xyzzy"})]
    assert [door.says(f"{space}/xyzzy 1 ได้") for space in " \n"] == ["inquiry.help.unknown"] * 2
    too_long = f"/{WRITING[name]} 1 " + "ก" * door.table.max_length
    assert door.says(too_long) == "staff.too_long"
    assert door.says("ก" * door.table.max_length) == "staff.too_long"
    assert door.pending == AwaitingText(ParsedCommand(WRITING[name], 3))
    assert door.says(choice="/anwser") is None


@both_desks
def test_a_picked_case_gets_the_text_that_waited(name: str) -> None:
    command = WRITING[name]
    waiting = AwaitingCaseChoice(ParsedCommand(command, rest="ขอบคุณ"))
    for words, ran in (
        (f"/{command} 3/2570", f"/{command} 3/2570 ขอบคุณ"),
        (f"/{command} 3 อื่น", f"/{command} 3 อื่น"),
        (f"/{command}", f"/{command}"),
        ("/undo 3", "/undo 3"),
    ):
        door = Door.of(name).wait_for(waiting)
        assert door.says(choice=words) == ran
        assert door.pending == NothingPending()


def test_the_name_alone_is_a_command_that_only_shows_and_else_is_offered() -> None:
    door = Door.of("complaints")
    assert door.says("เรื่อง ๑๒/๗๐") == "/case 12/2570"
    assert door.says("เรื่อง๑๒") == "/case 12"
    assert door.says("งาน") == door.says("งานค่ะ") == "/inbox"
    assert door.says("งานเสร็จแล้ว") == "free"
    assert door.says("หน้างาน") == Door.of("service").says("หน้างานค่ะ") == "/workspace"
    for topic in set(DialogTopic) - {DialogTopic.MENU}:
        assert Door.of("complaints", session=Session(at=MORNING, topic=topic)).says("งาน") is None
    assert Door.of("complaints", citizens={"ช่วยเหลือ": "help"}).says("ช่วยเหลือ") == "staff.help.all"
    for words in ("ปิด 5 มีมูล", "/ปดิ 5 มีมูล", "/ปิด5 มีมูล", "/xbf 5 มีมูล"):
        is_near = words.startswith(("/ปดิ", "/xbf"))
        assert door.says(words) == ("staff.meant.ask" if is_near else "staff.meant.sure"), words
        assert door.pending == AwaitingMeaning(
            (ParsedCommand(CommandName.CLOSE, 5, rest="มีมูล"),), door.session.prompt_number
        )
        assert door.says("ใช่") == "/close 5 มีมูล"
    assert Door.of("service").says("ตอบ 12 ได้") == "staff.meant.sure"


@both_desks
def test_only_a_stale_confirmation_keeps_what_is_waited_for(name: str) -> None:
    waiting = AwaitingText(ParsedCommand(WRITING[name], 3))
    for command, row in TABLES[name].rows.items():
        role = Role.SUPERVISOR if Role.SUPERVISOR in row.roles else Role.ADMIN
        verified = Session(at=MORNING, officer=OfficerState(MORNING))
        door = Door.of(name, role=role, session=verified).wait_for(waiting)
        door.send(f"/{command}")
        assert door.pending == (waiting if row.keeps_pending else NothingPending()), command
    keeping = [command for command, row in TABLES[name].rows.items() if row.keeps_pending]
    assert keeping == ([CommandName.CONFIRM] if name == "complaints" else [])


@both_desks
@pytest.mark.parametrize("topic", [DialogTopic.MENU, DialogTopic.REPORT])
def test_a_stranger_is_answered_as_a_citizen(name: str, topic: DialogTopic) -> None:
    table = TABLES[name]
    for command, row in table.rows.items():
        door = Door.of(
            name, role=None, session=Session(at=MORNING, topic=topic, officer=OfficerState(MORNING))
        )
        if command == table.join:
            assert door.says(f"/{command} BAD") == "staff.join.unknown"
            continue
        turn = door.send(f"/{command} 1")
        if row.is_public:
            assert turn is None
            continue
        assert turn is not None
        greeting = table.greet(
            Context(Event("e", b"who", door.channel), Session(at=MORNING), OFFICE, MORNING)
        )
        assert turn.replies == (greeting.replies if topic is DialogTopic.MENU else (Reply("again", NEUTRAL),))
        assert turn.acts == (AuditRefusal(command),)
        assert door.session.officer == NO_OFFICER
    assert Door.of(name, role=None).says("ขอบคุณ") is None
    assert Door.of(name, role=None).says("/nothing") is None


@both_desks
def test_nobody_is_an_officer_in_a_browser(name: str) -> None:
    joining = Session(at=MORNING, officer=OfficerState(joining=Joining("GOOD", SECRET)))
    door = Door.of(name, channel=Channel.WEB, session=joining)
    assert door.says(CODE) is None
    assert get_acts(door.send("/join GOOD")) == (AuditRefusal(door.table.join),)
    assert get_acts(door.send(f"/{WRITING[name]} 1")) == (AuditRefusal(WRITING[name]),)


@both_desks
def test_joining_and_leaving(name: str) -> None:
    door, table = Door(TABLES[name], role=None), TABLES[name]
    assert [type(act) for act in get_acts(door.send("/join BAD"))] == [SaveAttempts, AuditRefusal]
    assert door.says("/เข้าร่วม GOOD") == "staff.join.secret"
    assert door.says("000000") == "staff.join.wrong"
    turn = door.send(CODE)
    assert [type(act) for act in get_acts(turn)] == [JoinStaff, UseCode]
    assert turn is not None
    assert [one.data for one in turn.replies[0].choices] == [f"/{table.inbox}", f"/{table.help}"]
    assert replace(door.session.officer, shown=None) == OfficerState(MORNING)
    door.role = Role.ADMIN
    assert door.says("/join GOOD") == "staff.join.already"
    turn = door.send("/ออกจากหน้าที่")
    assert turn is not None
    assert [one.data for one in turn.replies[0].choices] == ["/leave yes", f"/{table.inbox}"]
    assert [type(act) for act in get_acts(door.send(choice="/leave yes"))] == [LeaveStaff]
    assert door.session.officer == NO_OFFICER


@both_desks
def test_an_invitation_that_was_withdrawn_ends_the_joining(name: str) -> None:
    door = Door(TABLES[name], role=None)
    door.send("/join GOOD")
    door.answers[FindInvitation] = None
    assert door.says(CODE) == "staff.join.unknown"
    assert door.session.officer == NO_OFFICER
    door.answers[GetAttempts] = Attempts(until=MORNING + timedelta(minutes=1))
    assert door.says("/join GOOD") == "staff.factor.wait"


@both_desks
def test_an_officer_who_changes_the_language_gets_notices_in_it(name: str) -> None:
    door = Door.of(name, citizens={"english": "en"})
    turn = door.send("english")
    assert turn is not None
    assert turn.acts == (SetStaffLanguage("s1", "en"),)
    assert door.session.lang == "en"


@both_desks
@pytest.mark.parametrize("role", Role)
def test_help_shows_what_one_may_do(name: str, role: Role) -> None:
    table = TABLES[name]
    turn = Door(table, role=role).send("/help")
    if role not in table.rows[table.help].roles:
        assert turn is None
        return
    assert turn is not None
    (reply,) = turn.replies
    lines = reply.args["lines"]
    assert isinstance(lines, tuple)
    listed = [line.args["en"] for line in lines if "en" in line.args]
    assert sorted(map(str, listed)) == sorted(
        one.value for one, row in table.rows.items() if row.in_help and role in row.roles
    )
    for before, after in itertools.pairwise((*lines, lines[0])):  # no group is empty
        assert "en" in before.args or "en" in after.args
    offered = [one for one in table.help_choices if role in table.rows[one].roles]
    assert [choice.data for choice in reply.choices] == [f"/{one}" for one in offered]


@both_desks
def test_whose_messages_are_looked_at(name: str) -> None:
    def is_looked_at(session: Session | None = None, **parts: Any) -> bool:
        event = Event("e", b"who", Channel.TERMINAL, **parts)
        return is_for_staff(TABLES[name], Context(event, session or Session(), OFFICE, MORNING))

    cases: tuple[tuple[Callable[[], bool], bool], ...] = (
        (lambda: is_looked_at(text="/undo 1"), True),
        (lambda: is_looked_at(choice="/undo 1"), True),
        (lambda: is_looked_at(text="/join GOOD"), True),
        (lambda: is_looked_at(text=" \n/undo 1"), True),
        (lambda: is_looked_at(text="/help"), False),
        (lambda: is_looked_at(text="undo 1"), False),
        (lambda: is_looked_at(text="/start"), False),
        (lambda: is_looked_at(Session(officer=OfficerState(MORNING)), text="สวัสดี"), True),
    )
    assert [check() for check, _ in cases] == [expected for _, expected in cases]
