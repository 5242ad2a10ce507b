"""What an admin is answered: names that occur twice are numbered, and a reset takes two persons."""

from dataclasses import replace
from datetime import date
from hashlib import sha256

from handlers.dialog.codes.code_finder import find_codes
from handlers.dialog.context import Context
from handlers.dialog.effects import TurnResult
from handlers.dialog.events import Channel, Event
from handlers.dialog.replies import Phrase, Reply
from handlers.dialog.session import Session
from handlers.i18n import render_text
from handlers.staff.absences.messages import Absence, ListAbsences
from handlers.staff.command import SURE, CommandContext
from handlers.staff.complaints.commands import COMPLAINTS_COMMAND_TABLE
from handlers.staff.dispatch import run_command
from handlers.staff.enrolment.messages import (
    HANDED_OVER_AT_ONCE,
    CountCasesToHandOver,
    FindOtherChief,
    FindResetRequest,
    HandOverCases,
    HasCases,
    Invitation,
    InviteStaff,
    ListCaseHolders,
    NewInvitation,
    RequestReset,
    ResetStaff,
    TellDigits,
)
from handlers.staff.enrolment.people import number_same_names
from handlers.staff.members import SHORT_ID_LENGTH, ListStaff, StaffMember, StaffProfile
from handlers.staff.page_access import AccessLink, CreateAccessLink, NewAccessLink, PageKind
from handlers.staff.permissions import Role
from handlers.staff.state import OfficerState
from handlers.staff.workspace.messages import CountWorkspaceLinks
from tests.in_memory_desk import MORNING, OFFICE
from tests.run_decision import AnswerByQuery, Answers, run_queries

JOINED = date(2026, 11, 1)


def make_member(staff_id: str, role: Role, name: str) -> StaffMember:
    return StaffMember(staff_id, role, StaffProfile(name), b"w" * 32, JOINED)


ADMIN = make_member("a1", Role.ADMIN, "ปรีชา")
OTHER_ADMIN = make_member("a2", Role.ADMIN, "มาลี")
BOSS = make_member("b1", Role.SUPERVISOR, "หัวหน้า")
ONE, TWO = (make_member(staff_id, Role.OFFICER, "สมหญิง") for staff_id in ("o1", "o2"))
STAFF = (ADMIN, OTHER_ADMIN, BOSS, ONE, TWO)
INVITATION = Invitation("ABCDE-FGHJK", "123456")


def give(
    words: str,
    by: StaffMember = ADMIN,
    channel: Channel = Channel.TERMINAL,
    asked_by: str = "",
    link: bool = False,
    has_cases: bool = False,
    staff: tuple[StaffMember, ...] = STAFF,
    count: int = 0,
    holders: tuple[tuple[str, int], ...] = (),
    other: StaffMember | None = None,
    removed: tuple[StaffMember, ...] = (),
    absences: tuple[Absence, ...] = (),
    session: Session | None = None,
) -> TurnResult:
    session = session or Session(at=MORNING, officer=OfficerState(verified_at=MORNING))
    ctx = Context(Event("e", b"w" * 32, channel, text=words), session, OFFICE, MORNING)
    command = COMPLAINTS_COMMAND_TABLE.parse(words)
    assert command is not None
    answers: Answers = {
        ListStaff: AnswerByQuery(lambda query: (*staff, *removed) if query.include_removed else staff),
        ListCaseHolders: holders,
        ListAbsences: absences,
        FindOtherChief: other,
        HasCases: has_cases,
        NewInvitation: INVITATION,
        FindResetRequest: asked_by,
        CountCasesToHandOver: count,
        CountWorkspaceLinks: 0,
        NewAccessLink: AccessLink("secret", "https://desk.example/staff/complaints/open/secret")
        if link
        else None,
    }
    turn, _ = run_queries(run_command(CommandContext(ctx, by, command, COMPLAINTS_COMMAND_TABLE)), answers)
    assert isinstance(turn, TurnResult)
    return turn


def get_reply(turn: TurnResult) -> Reply:
    (reply,) = turn.replies
    return reply


def test_names_that_occur_twice_are_numbered() -> None:
    assert number_same_names(STAFF) == {
        "a1": "ปรีชา", "a2": "มาลี", "b1": "หัวหน้า", "o1": "สมหญิง (1)", "o2": "สมหญิง (2)"
    }  # fmt: skip
    lines = get_reply(give("/staff")).args["lines"]
    assert isinstance(lines, tuple)
    assert [line.args["name"] for line in lines] == ["ปรีชา", "มาลี", "สมหญิง (1)", "สมหญิง (2)", "หัวหน้า"]


def test_the_digits_are_on_the_page_and_in_a_chat_only_where_there_is_no_page_and_chats_forget() -> None:
    invited = InviteStaff(INVITATION, Role.OFFICER, StaffProfile("วิชัย ใจดี"), "a1")
    shown = give("/เชิญ เจ้าหน้าที่ วิชัย  ใจดี")
    assert shown.acts == (invited,)
    assert get_reply(shown).args["digits"] == Phrase("staff.people.digits", {"digits": "123456"})
    linked = give("/invite officer วิชัย ใจดี", channel=Channel.LINE, link=True)
    assert linked.acts == (
        invited, CreateAccessLink("secret", PageKind.DIGITS, "a1", lang="th", password="123456", name="วิชัย ใจดี")
    )  # fmt: skip
    assert "123456" not in repr(get_reply(linked))
    assert "openExternalBrowser=1" in repr(get_reply(linked))
    on_page = give("/invite officer วิชัย ใจดี", channel=Channel.WEB, link=True)
    assert on_page.acts == (invited,)
    assert get_reply(on_page).args["digits"] == Phrase("staff.people.digits", {"digits": "123456"})
    nowhere = give("/invite officer วิชัย", channel=Channel.LINE)
    assert (get_reply(nowhere).key, nowhere.acts) == ("staff.page.nowhere", ())


def test_who_is_invited_in_chat_and_so_has_no_unit_is_told_of_and_marked() -> None:
    assert get_reply(give("/invite officer วิชัย")).key == "staff.people.invitation_no_unit"
    assert get_reply(give("/reset o1!", asked_by="b1")).key == "staff.people.invitation"
    known = replace(ONE, profile=StaffProfile("สมหญิง", units=("กองคลัง",)))
    for staff, key, lines in (
        ((known, ADMIN), "all_some_no_unit", ["line_no_unit", "line"]),
        ((known,), "all", ["line"]),
    ):
        listed = get_reply(give("/staff", staff=staff))
        shown = listed.args["lines"]
        assert isinstance(shown, tuple)
        assert (listed.key, [line.key for line in shown]) == (
            f"staff.people.{key}",
            [f"staff.people.{line}" for line in lines],
        )


def test_a_reset_of_who_could_be_replaced_takes_two_different_persons_and_nobody_resets_themselves() -> None:
    assert get_reply(give("/reset a1!")).key == "staff.people.not_own"
    for whom in ("o1", "b1", "a2"):
        assert give(f"/reset {whom}").acts == ()
        for asked_by in ("", "a1"):
            first = give(f"/reset {whom}!", asked_by=asked_by)
            assert (get_reply(first).key, first.acts) == (
                "staff.people.second_person",
                (RequestReset(whom, "a1"),),
            )
    assert give("/reset a2!", BOSS, asked_by="a1").acts == (ResetStaff("a2", INVITATION, "b1", "a1"),)
    assert give("/reset o1!", asked_by="b1").acts == (ResetStaff("o1", INVITATION, "a1", "b1"),)


def test_an_admin_alone_invites_anew_who_has_not_joined_and_has_nothing() -> None:
    invited = replace(ONE, person_id=None, joined=None)
    staff = (ADMIN, BOSS, invited)
    assert give("/reset o1!", staff=staff).acts == (ResetStaff("o1", INVITATION, "a1"),)
    assert get_reply(give("/reset o1!", BOSS, staff=staff)).key == "staff.people.admins_only"
    assert give("/reset o1!", staff=staff, has_cases=True).acts == (RequestReset("o1", "a1"),)


def test_an_admin_and_the_last_supervisor_are_dismissed_only_after_a_reset_by_two() -> None:
    for whom in ("a2", "b1"):
        for words in (f"/dismiss {whom}", f"/dismiss {whom}!"):
            refused = give(words)
            assert (get_reply(refused).key, refused.acts) == ("staff.people.reset_first", ())
    assert len(give("/dismiss o1!").acts) == 1
    other_boss = make_member("b2", Role.SUPERVISOR, "รองหัวหน้า")
    assert len(give("/dismiss b1!", staff=(*STAFF, other_boss)).acts) == 1
    left_out = tuple(replace(one, joined=None) if one.id in {"a2", "b1"} else one for one in STAFF)
    for whom in ("a2", "b1"):
        assert len(give(f"/dismiss {whom}!", staff=left_out).acts) == 1


def test_handing_over_is_confirmed_and_takes_somebody_who_handles_cases() -> None:
    asked = give("/ส่งมอบงาน 3 4")
    assert asked.acts == ()
    (sure,) = get_reply(asked).choices
    assert sure.data == "/handover o1!o2!"
    act = HandOverCases("o1", "o2", date(2026, 11, 22), "a1")
    assert give(sure.data).acts == (act,)
    assert give(sure.data, count=HANDED_OVER_AT_ONCE).replies[0].key == "staff.people.handed_over"
    assert "เท่าที่ สมหญิง (2) รับได้" in render_text(
        get_reply(give(sure.data)), "th"
    )  # none, where it is kept away
    part = give(sure.data, count=HANDED_OVER_AT_ONCE + 7)
    assert (part.acts, get_reply(part).args["left"]) == ((act,), 7)
    assert [choice.data for choice in get_reply(part).choices] == [sure.data]
    assert get_reply(give("/handover 3 1")).key == "staff.people.no_case_worker"
    assert get_reply(give("/handover 3 3")).key == "staff.people.who_takes"
    assert get_reply(give("/handover")).key == "staff.people.how_handover"
    assert give("/handover 3 4!").acts == ()  # typed, and not the button


def test_who_is_meant_is_named_by_place_or_name_and_of_several_each_is_offered() -> None:
    for words in ("5", "หัวหน้า", "หัวหน้าค่ะ", "คุณหัวหน้า", "b1", "ลำดับ 5", "คนที่ ๕ ครับ"):
        assert get_reply(give(f"/reset {words}")).args["name"] == "หัวหน้า", words
        assert get_reply(give(f"/ตั้งรหัสใหม่ {words}")).key == "staff.people.ask_reset", words
        assert give(f"/reset {words}!").acts == () or words == "b1"
    named = get_reply(give("/พ้นหน้าที่ สมหญิง (2) ค่ะ"))
    assert (named.key, named.args["name"]) == ("staff.people.ask_dismiss", "สมหญิง (2)")
    several = get_reply(give("/dismiss สมหญิง"))
    assert several.key == "staff.people.several"
    assert [choice.data for choice in several.choices] == ["/dismiss o1", "/dismiss o2"]
    unknown = get_reply(give("/dismiss สมศรี"))
    assert (unknown.key, len(unknown.choices), unknown.args["name"]) == (
        "staff.people.no_such_person",
        4,
        "สมศรี",
    )
    assert get_reply(give("/dismiss")).key == "staff.people.whom"
    assert get_reply(give("/dismiss 99")).key == "staff.people.no_such_person"


def test_a_hand_over_takes_two_names() -> None:
    one = make_member("o1", Role.OFFICER, "สมหญิง ใจดี")
    two = make_member("o2", Role.OFFICER, "วิชัย ดีงาม")
    gone = replace(make_member("g1", Role.OFFICER, "เคยอยู่ นานแล้ว"), removed=JOINED)
    staff = (ADMIN, BOSS, one, two)
    for words in (
        "สมหญิง วิชัย",
        "สมหญิง ใจดี วิชัย ดีงาม",
        "สมหญิงให้วิชัยค่ะ",
        "คุณสมหญิง ไปให้ คุณวิชัย ดีงาม ครับ",
        "สมหญิง to วิชัย",
        "o1 วิชัย",
    ):
        asked = get_reply(give(f"/ส่งมอบงาน {words}", staff=staff))
        assert (asked.key, asked.choices[0].data) == ("staff.people.ask_handover", "/handover o1!o2!"), words
    left = get_reply(give("/handover เคยอยู่ ให้ สมหญิง", staff=staff, removed=(gone,)))
    assert left.choices[0].data == "/handover g1!o1!"
    unread = get_reply(give("/handover สมหญิง ให้ คนที่ไม่มี", staff=staff))
    assert (unread.key, unread.choices[0].data) == ("staff.people.who_takes", "/handover o1 o2")
    of_two = give("/handover สมหญิง หัวหน้า", holders=(("o1", 1), ("o2", 2), ("b1", 9)))
    assert [choice.data for choice in get_reply(of_two).choices] == ["/handover o1", "/handover o2"]
    to_two = get_reply(give("/handover หัวหน้า ให้ สมหญิง"))
    assert [choice.data for choice in to_two.choices] == ["/handover b1 o1", "/handover b1 o2"]


def test_a_name_that_is_on_the_list_is_asked_about_before_it_is_invited_again() -> None:
    for words in ("/invite officer สมหญิง", "/เชิญ หัวหน้า นางสาวสมหญิง หน่วยงาน: กองคลัง"):
        asked = give(words)
        reply = get_reply(asked)
        assert (reply.key, asked.acts) == ("staff.people.same_name", ())
        *anew, another = (choice.data for choice in reply.choices)
        assert anew == ["/reset o1", "/reset o2"]
        assert all(len(choice.data.encode()) <= 64 for choice in reply.choices)
        assert asked.session is not None
        other = give(another, session=asked.session)
        assert [type(act) for act in other.acts] == [InviteStaff]
        later = give("/invite admin หัวหน้า", session=asked.session)
        assert (get_reply(later).key, later.session is None) == ("staff.people.same_name", False)
        stale = give(another, session=later.session)
        assert (get_reply(stale).key, stale.acts) == ("staff.people.how_invite", ())
    assert give("/invite officer สมหญิง ใจดี").acts  # another name


def test_what_is_missing_to_hand_over_is_asked_for_first_of_who_was_removed_and_who_is_away() -> None:
    gone = replace(make_member("g1", Role.OFFICER, "เคยอยู่"), removed=JOINED)
    away = Absence("o2", date(2026, 11, 20), date(2026, 11, 25), "o1")
    holders = (("o1", 2), ("o2", 1), ("g1", 3))
    asked = get_reply(give("/handover", holders=holders, removed=(gone,), absences=(away,)))
    assert asked.key == "staff.people.whose"
    assert [(choice.data, choice.key, choice.args["count"]) for choice in asked.choices] == [
        ("/handover g1", "staff.people.holder_removed", 3),
        ("/handover o2", "staff.people.holder_away", 1),
        ("/handover o1", "staff.people.holder", 2),
    ]
    taker = get_reply(give("/handover g1", holders=holders, removed=(gone,)))
    assert [choice.data for choice in taker.choices] == [f"/handover g1 {one}" for one in ("o1", "o2", "b1")]
    sure = get_reply(give("/handover g1 o2", holders=holders, removed=(gone,)))
    assert (sure.key, sure.args["count"], sure.choices[0].data) == (
        "staff.people.ask_handover", 3, "/handover g1!o2!"
    )  # fmt: skip
    act = HandOverCases("g1", "o2", date(2026, 11, 22), "a1")
    assert give(sure.choices[0].data, removed=(gone,)).acts == (act,)


def test_a_dismissal_says_how_many_open_cases_are_left_and_offers_to_hand_them_over() -> None:
    asked = get_reply(give("/dismiss o1", holders=(("o1", 7), ("o2", 1))))
    assert (asked.key, asked.args["count"]) == ("staff.people.ask_dismiss_cases", 7)
    assert [choice.data for choice in asked.choices] == ["/handover o1", "/dismiss o1!"]
    assert get_reply(give("/dismiss o1", holders=(("o2", 1),))).key == "staff.people.ask_dismiss"


def test_unit_other_names_and_chief_are_told_with_the_invitation() -> None:
    words = "/เชิญ เจ้าหน้าที่ วิชัย ใจดี หน่วยงาน: กองคลัง, กลุ่มพัสดุ ชื่อเล่น: ชัย หัวหน้า: หัวหน้า"
    invited = give(words)
    profile = StaffProfile("วิชัย ใจดี", ("ชัย",), ("กองคลัง", "กลุ่มพัสดุ"), "b1")
    assert invited.acts == (InviteStaff(INVITATION, Role.OFFICER, profile, "a1"),)
    assert get_reply(invited).key == "staff.people.invitation"
    lines = get_reply(invited).args["known"]
    assert isinstance(lines, tuple)
    assert [line.args["words"] for line in lines] == ["กองคลัง, กลุ่มพัสดุ", "ชัย", "หัวหน้า"]
    same = give("/invite officer วิชัย ใจดี | unit: กองคลัง, กลุ่มพัสดุ\nalias: ชัย; chief: b1")
    assert same.acts == invited.acts
    polite = words.replace("กลุ่มพัสดุ", "กลุ่มพัสดุค่ะ").replace("เชิญ เจ้าหน้าที่", "เชิญ จนท.") + "ค่ะ"
    assert give(polite).acts == invited.acts
    for wrong in ("chief: สมหญิง", "chief: ไม่มีคนนี้"):  # of two, and of none
        refused = give(f"/invite officer วิชัย {wrong}")
        assert (get_reply(refused).key, refused.acts) == ("staff.people.no_such_chief", ())
    assert get_reply(give("/invite officer unit: กองคลัง")).key == "staff.people.how_invite"


def test_politeness_after_a_name_is_no_part_of_it() -> None:
    for typed, name in (
        ("วิชัย บุญมา นะคะ", "วิชัย บุญมา"),
        ("วิชัย บุญมา นะ ครับ", "วิชัย บุญมา"),
        ("วิชัย บุญมาครับ", "วิชัย บุญมา"),
        ("วิชัย คณะ", "วิชัย คณะ"),
        ("สมชาย ชนะ", "สมชาย ชนะ"),
    ):
        assert give(f"/เชิญ เจ้าหน้าที่ {typed}").acts == (
            InviteStaff(INVITATION, Role.OFFICER, StaffProfile(name), "a1"),
        )


def test_the_digits_go_to_another_who_answers_for_the_desk() -> None:
    invited = give("/invite officer วิชัย", link=True, other=BOSS)
    address = "https://desk.example/staff/complaints/open/secret?openExternalBrowser=1"
    assert invited.acts == (
        InviteStaff(INVITATION, Role.OFFICER, StaffProfile("วิชัย"), "a1"),
        CreateAccessLink("secret", PageKind.DIGITS, "b1", lang="th", password="123456", name="วิชัย"),
        TellDigits("b1", "วิชัย", address),
    )
    shown = repr(get_reply(invited))
    assert "123456" not in shown
    assert "secret" not in shown


def test_no_button_looks_like_a_tracking_code_whatever_the_ids_are() -> None:
    for number in range(2000):
        staff_id = sha256(str(number).encode()).hexdigest()[:SHORT_ID_LENGTH]
        other_id = sha256(staff_id.encode()).hexdigest()[:SHORT_ID_LENGTH]
        for data in (f"/dismiss {staff_id}{SURE}", f"/handover {staff_id}{SURE}{other_id}{SURE}"):
            assert find_codes(data) == ()
