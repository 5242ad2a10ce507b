"""Commands that settle something about a case: links, holds, notes, exclusions, pages and groups."""

from dataclasses import replace
from typing import Any

import pytest

from handlers.complaints.messages import (
    ActorKind,
    AddHistoryEntry,
    Exclusion,
    ExclusionGround,
    HistoryEntryKind,
    ListExclusions,
    SetExclusion,
)
from handlers.dialog.events import Channel
from handlers.dialog.replies import OF_CASE, OFFICER_CONTENT, Choice, Reply
from handlers.staff.complaints.messages import (
    FindCaseByNumber,
    LinkCases,
    OfficerCase,
    SetCaseKind,
    SetLegalHold,
    SubscribeGroup,
)
from handlers.staff.members import ListStaff
from handlers.staff.page_access import AccessLink, CreateAccessLink, NewAccessLink, PageKind
from handlers.staff.parse import ParsedCommand
from handlers.staff.permissions import CommandName, Role
from handlers.staff.state import AwaitingText
from handlers.staff.workspace.messages import CountWorkspaceLinks
from tests.handlers.staff.officer_commands import (
    CASE,
    SUPERVISOR,
    TODAY,
    give,
    list_commands,
    make_member,
)
from tests.run_decision import AnswerByQuery

BACK = (Choice("/case 12/2570", "staff.order.case"),)
NEXT = (
    Choice("/take 12/2570", "staff.order.take"),
    Choice("/facts 12/2570", "staff.order.facts"),
    Choice("/screen 12/2570", "staff.order.screen"),
    Choice("/case 12/2570", "staff.case.more"),
)
"""The likely next steps with a case that nobody has taken, and the way to all others."""
LINK = AccessLink("secret", "https://desk.example/o/secret")
OTHER = replace(CASE, id="c15", number=15)


def find_other(query: FindCaseByNumber) -> OfficerCase | None:
    return {12: CASE, 15: OTHER, 16: replace(OTHER, id="c16", number=16, hidden=True)}.get(query.number)


FIND = {FindCaseByNumber: AnswerByQuery(find_other)}


@pytest.mark.parametrize(
    ("typed", "year", "exact"), [("15", 2570, False), ("15/69", 2569, True), ("๑๕", 2570, False)]
)
def test_linking_two_cases(typed: str, year: int, exact: bool) -> None:
    outcome = give(f"/link 12 {typed}", answers=FIND)
    assert outcome.acts == (LinkCases("c12", "c15", "s1"),)
    assert list_commands(outcome.replies[0].choices) == ["/case 12/2570", "/case 15/2570"]
    assert outcome.queries[1] == FindCaseByNumber(15, year, "s1", exact)


@pytest.mark.parametrize(
    ("typed", "key"), [("12", "staff.link.not"), ("16", "staff.hidden"), ("99", "staff.link.not")]
)
def test_a_case_is_not_linked_to_itself_nor_to_one_that_is_not_seen(typed: str, key: str) -> None:
    outcome = give(f"/link 12 {typed}", answers=FIND)
    assert (outcome.keys, outcome.acts) == ((key,), ())


@pytest.mark.parametrize("typed", ["", "สิบห้า"])
def test_a_link_asks_for_the_other_number(typed: str) -> None:
    outcome = give(f"/link 12 {typed}", answers=FIND)
    assert outcome.keys == ("staff.link.ask",)
    assert outcome.kept.officer.complaints.pending == AwaitingText(ParsedCommand(CommandName.LINK, 12, 2570))


@pytest.mark.parametrize("typed", ["misconduct", "ประพฤติมิชอบ", "Misconduct"])
def test_a_case_gets_its_kind_by_code_or_name_and_counts_so_from_its_receipt(typed: str) -> None:
    outcome = give(f"/kind 12 {typed}")
    assert outcome.acts == (SetCaseKind("c12", "misconduct", "s1", TODAY, CASE.received_on, CASE.seq + 1),)
    assert outcome.replies == (
        Reply("staff.kind.done", OF_CASE, {"number": "12/2570", "kind": "ประพฤติมิชอบ"}, NEXT),
    )


@pytest.mark.parametrize(("typed", "key"), [("", "staff.kind.ask"), ("ยาเสพติด", "staff.kind.unknown")])
def test_the_kinds_of_the_office_are_offered(typed: str, key: str) -> None:
    outcome = give(f"/kind 12 {typed}")
    assert (outcome.keys, outcome.acts) == ((key,), ())
    assert list_commands(outcome.replies[0].choices) == [
        f"/kind 12/2570 {code}" for code in ("corruption", "misconduct", "other")
    ]


@pytest.mark.parametrize(
    ("typed", "key", "acts"),
    [
        ("ฟ้องศาลแล้ว", "staff.hold.on", (SetLegalHold("c12", "s3", TODAY, "ฟ้องศาลแล้ว"),)),
        ("off", "staff.hold.off", (SetLegalHold("c12", "s3", TODAY),)),
        ("เลิก", "staff.hold.off", (SetLegalHold("c12", "s3", TODAY),)),
        ("", "staff.hold.ask", ()),
        ("\u200b", "staff.hold.ask", ()),
    ],
)
def test_a_legal_hold_has_a_reason(typed: str, key: str, acts: tuple[Any, ...]) -> None:
    outcome = give(f"/hold 12 {typed}", staff=SUPERVISOR)
    assert (outcome.keys, outcome.acts) == ((key,), acts)


def test_a_note_is_added_or_asked_for() -> None:
    act = AddHistoryEntry("c12", 4, TODAY, HistoryEntryKind.NOTE, ActorKind.OFFICE, "โทรแล้ว", staff="s1")
    outcome = give("/note 12 โทรแล้ว\x00")
    assert (outcome.replies, outcome.acts) == (
        (Reply("staff.note.done", OF_CASE, {"number": "12/2570"}, NEXT),),
        (act,),
    )
    asked = give("/note 12")
    assert asked.kept.officer.complaints.pending == AwaitingText(ParsedCommand(CommandName.NOTE, 12, 2570))


REASON = "เป็นญาติของผู้ถูกร้อง"


@pytest.mark.parametrize("typed", ["สมชาย ใจดี", "s2", "S2"])
def test_a_supervisor_excludes_a_colleague_with_a_reason(typed: str) -> None:
    outcome = give(f"/bar 12 {typed} {REASON}", staff=SUPERVISOR)
    exclusion = Exclusion("s2", ExclusionGround.BARRED, "s3", REASON)
    assert outcome.acts == (SetExclusion("c12", exclusion, TODAY),)
    assert outcome.keys == ("staff.bar.barred",)


def test_of_two_names_the_longer_one_is_meant() -> None:
    short, long = make_member("s8", name="นก"), make_member("s9", name="นกน้อย")
    outcome = give(
        f"/bar 12 นกน้อย {REASON}", staff=SUPERVISOR, answers={ListStaff: (SUPERVISOR, short, long)}
    )
    assert outcome.acts == (
        SetExclusion("c12", Exclusion("s9", ExclusionGround.BARRED, "s3", REASON), TODAY),
    )


@pytest.mark.parametrize(
    ("words", "known", "key", "offered"),
    [
        ("/bar 12", (), "staff.bar.whom_barred", ["s1", "s2"]),
        ("/bar 12 ไม่มีใคร เพราะเป็นญาติกัน", (), "staff.bar.whom_barred", ["s1", "s2"]),
        ("/bar 12 หัวหน้า เพราะเป็นญาติกัน", (), "staff.bar.whom_barred", ["s1", "s2"]),
        ("/bar 12", ("s1",), "staff.bar.whom_barred", ["s2"]),
        ("/lift 12", ("s1",), "staff.bar.whom_lifted", ["s1"]),
        ("/lift 12", (), "staff.bar.nobody", []),
    ],
)
def test_whom_to_exclude_or_readmit_is_asked(
    words: str, known: tuple[str, ...], key: str, offered: list[str]
) -> None:
    excluded = tuple(Exclusion(one, ExclusionGround.NAMED) for one in known)
    outcome = give(words, staff=SUPERVISOR, answers={ListExclusions: excluded})
    assert (outcome.keys, outcome.acts) == ((key,), ())
    name = words[1:].partition(" ")[0]
    assert list_commands(outcome.replies[0].choices) == [f"/{name} 12/2570 {one}" for one in offered]


@pytest.mark.parametrize("reason", ["", "สั้นไป", "          "])
def test_an_exclusion_without_a_reason_asks_for_it(reason: str) -> None:
    outcome = give(f"/bar 12 s2 {reason}", staff=SUPERVISOR)
    assert (outcome.keys, outcome.acts) == (("staff.bar.why",), ())
    assert outcome.kept.officer.complaints.pending == AwaitingText(
        ParsedCommand(CommandName.BAR, 12, 2570, "s2")
    )


def test_a_false_match_is_lifted() -> None:
    known = (Exclusion("s2", ExclusionGround.NAMED),)
    outcome = give(f"/lift 12 สมชาย ใจดี {REASON}", staff=SUPERVISOR, answers={ListExclusions: known})
    assert outcome.acts == (
        SetExclusion("c12", Exclusion("s2", ExclusionGround.LIFTED, "s3", REASON), TODAY),
    )


# Links to the page, and groups.


@pytest.mark.parametrize(
    ("words", "key", "act"),
    [
        ("/page 12", "staff.page.link", CreateAccessLink("secret", PageKind.CASE, "s1", "c12")),
        ("/export 12", "staff.export.link", CreateAccessLink("secret", PageKind.EXPORT, "s1", "c12")),
    ],
)
def test_a_link_to_the_page_of_a_case(words: str, key: str, act: CreateAccessLink) -> None:
    outcome = give(words, answers={NewAccessLink: LINK})
    (reply,) = outcome.replies
    assert (reply.key, reply.policy, reply.args["address"]) == (key, OFFICER_CONTENT, LINK.url)
    assert outcome.acts == (act,)
    nowhere = give(words)
    assert (nowhere.keys, nowhere.acts) == (("staff.page.nowhere",), ())


def test_who_has_links_enough_is_told_the_address_of_the_page() -> None:
    many = {NewAccessLink: replace(LINK, page_url="https://desk.example/case"), CountWorkspaceLinks: 3}
    outcome = give("/page 12", answers=many)
    assert outcome.keys == ("staff.page.many",)
    assert (outcome.replies[0].args["address"], outcome.acts) == ("https://desk.example/case", ())
    on_line = give("/page 12", answers=many, channel=Channel.LINE)
    assert on_line.replies[0].args["address"] == "https://desk.example/case?openExternalBrowser=1"
    read = give("/facts 12", answers=many, channel=Channel.LINE)
    assert (read.keys, read.acts) == (("staff.page.many",), ())
    imported = give("/import", staff=make_member("s9", Role.ADMIN), answers=many)
    assert (imported.keys, imported.acts) == (("staff.import.many",), ())


@pytest.mark.parametrize(("live", "offers"), [(0, True), (1, True), (2, False), (3, False)])
def test_the_last_link_is_left_to_who_asks_for_it(live: int, offers: bool) -> None:
    answers = {NewAccessLink: LINK, CountWorkspaceLinks: live}
    shown = give("/case 12", case=replace(CASE, officer=""), channel=Channel.LINE, answers=answers)
    assert shown.keys == (("staff.elsewhere",) if offers else ()) + ("staff.case.brief",)
    assert bool(shown.acts) is offers


def test_on_a_page_a_link_is_the_address_and_stores_nothing() -> None:
    link = replace(LINK, page_url="https://desk.example/case")
    outcome = give("/page 12", answers={NewAccessLink: link}, channel=Channel.WEB)
    assert (outcome.replies[0].args["address"], outcome.acts) == ("https://desk.example/case", ())


def test_a_link_to_the_import() -> None:
    admin = make_member("s9", Role.ADMIN)
    outcome = give("/import", staff=admin, answers={NewAccessLink: LINK})
    assert outcome.acts == (CreateAccessLink("secret", PageKind.IMPORT, "s9"),)
    assert give("/import", staff=admin).keys == ("staff.page.nowhere",)


@pytest.mark.parametrize(
    ("words", "reply_to", "key"),
    [
        ("/here group", b"group chat", "staff.here.on"),
        ("/here group", None, "staff.here.how"),
        ("/here", b"private chat", "staff.here.how"),
        ("/here off", b"group chat", "staff.here.off"),
        ("/ที่นี่ เลิก", None, "staff.here.off"),
    ],
)
def test_a_group_is_notified_where_the_command_was_given_in_one(
    words: str, reply_to: bytes | None, key: str
) -> None:
    outcome = give(words, staff=SUPERVISOR, reply_to=reply_to)
    assert outcome.keys == (key,)
    if key == "staff.here.how":
        assert outcome.acts == ()
    else:
        (act,) = outcome.acts
        assert isinstance(act, SubscribeGroup)
        assert (act.address, act.staff) == (reply_to if key == "staff.here.on" else None, "s3")
