"""Signing in to the workspace, request by request."""

from dataclasses import replace
from typing import Any

import pytest
from pyotp import HOTP

from handlers.dialog.attempts import Attempts, GetAttempts, SaveAttempts
from handlers.dialog.effects import TurnResult
from handlers.dialog.session import Session
from handlers.staff.members import IsCodeUsed, IsRecoveryCode, UseCode
from handlers.staff.page_access import (
    CARRYING_PAGES,
    AccessLink,
    CloseAccessLink,
    CreateAccessLink,
    FindPageAccess,
    KeepPage,
    PageAccess,
    PageKind,
    UseAccessLink,
    derive_grant_hash,
)
from handlers.staff.state import NO_OFFICER, OfficerState
from handlers.staff.two_factor import derive_attempts_key
from handlers.staff.workspace.messages import (
    MAX_WORKSPACE_LINKS,
    BeginWorkspaceSession,
    CountWorkspaceLinks,
    EndWorkspaceSession,
    FindWorkspaceSession,
    NewWorkspaceLink,
    SignInWay,
    WorkspaceSession,
)
from handlers.staff.workspace.sign_in import (
    LINK_CLOSED,
    WORKSPACE_CLOSED,
    WORKSPACE_ENTERED,
    WorkspaceRequest,
    enter_factor,
    find_sign_in_link,
    find_workspace_session,
    open_link_in_session,
    redeem_sign_in_link,
    sign_out,
)
from tests.handlers.staff.officer_commands import OFFICER, VERIFIED, give
from tests.in_memory_desk import MORNING, OFFICE
from tests.run_decision import begin_session, run_queries

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
STEP = int(MORNING.timestamp()) // 30
CODE = HOTP(SECRET).at(STEP)
MEMBER = replace(OFFICER, secret=SECRET)
LINK, COOKIE = b"l" * 32, b"c" * 32
ACCESS = PageAccess(PageKind.WORKSPACE, MEMBER, verified=False, lang="en")
FOUND = WorkspaceSession(COOKIE, MEMBER, SignInWay.LINK, MORNING, "en")


def ask(generator: Any, **other: Any) -> Any:
    answers: dict[Any, Any] = {
        FindPageAccess: ACCESS,
        FindWorkspaceSession: FOUND,
        GetAttempts: Attempts(),
        IsCodeUsed: False,
        IsRecoveryCode: False,
    }
    by_name = {query.__name__: query for query in answers}
    return run_queries(generator, {**answers, **{by_name[name]: value for name, value in other.items()}})[0]


def make_request(mark: bytes, officer: OfficerState = NO_OFFICER) -> WorkspaceRequest:
    return WorkspaceRequest(mark, begin_session(officer=officer), OFFICE, MORNING)


@pytest.mark.parametrize(
    ("address", "live", "key", "acts"),
    [
        (None, 0, "workspace.link.nowhere", ()),
        ("https://x/staff/complaints/open/s", MAX_WORKSPACE_LINKS, "workspace.link.many", ()),
        (
            "https://x/staff/complaints/open/s",
            MAX_WORKSPACE_LINKS - 1,
            "workspace.link.some",
            (CreateAccessLink("s", PageKind.WORKSPACE, "s1"),),
        ),
    ],
)
def test_the_chat_gives_a_link(address: str | None, live: int, key: str, acts: tuple[Any, ...]) -> None:
    link = AccessLink("s", address) if address else None
    outcome = give("/workspace", answers={NewWorkspaceLink: link, CountWorkspaceLinks: live})
    assert (outcome.keys, outcome.acts) == ((key,), acts)


def test_the_right_code_begins_a_session_with_the_factor_given() -> None:
    turn: TurnResult = ask(redeem_sign_in_link(make_request(LINK), COOKIE, CODE))
    begin = BeginWorkspaceSession(COOKIE, LINK, "s1", "en", SignInWay.LINK)
    entered = replace(WORKSPACE_ENTERED, args={"leads_to": ""})
    assert (turn.replies, turn.acts) == ((entered,), (UseCode("s1", STEP), begin))
    assert turn.session == Session(at=MORNING, lang="en", officer=OfficerState(verified_at=MORNING))


def test_a_wrong_code_counts_for_the_link_alone() -> None:
    turn: TurnResult = ask(redeem_sign_in_link(make_request(LINK), COOKIE, "000000"))
    assert turn.session is None
    assert turn.acts == (SaveAttempts(derive_attempts_key(LINK), Attempts(MORNING, 1)),)
    turn = ask(enter_factor(make_request(COOKIE), "000000"))
    assert turn.acts == (SaveAttempts(derive_attempts_key(COOKIE), Attempts(MORNING, 1)),)


@pytest.mark.parametrize("page", PageKind)
def test_the_fifth_wrong_code_deletes_a_link_of_any_kind(page: PageKind) -> None:
    access = replace(ACCESS, page=page)
    for wrong in range(5):
        turn: TurnResult = ask(
            redeem_sign_in_link(make_request(LINK), COOKIE, "000000"),
            FindPageAccess=access,
            GetAttempts=Attempts(MORNING, wrong),
        )
        closed = [act for act in turn.acts if isinstance(act, CloseAccessLink)]
        assert (closed, turn.replies[0] == LINK_CLOSED) == (
            ([CloseAccessLink(LINK, "s1")], True) if wrong == 4 else ([], False)
        )


@pytest.mark.parametrize(
    ("page", "leads_to"),
    [
        (PageKind.CASE, "case/2570/12"),
        (PageKind.IDENTITY, "case/2570/12"),
        (PageKind.EXPORT, "export/2570/12"),
        (PageKind.IMPORT, "import"),
        (PageKind.SLIP, "slip"),
        (PageKind.DIGITS, "digits"),
        (PageKind.WORKSPACE, ""),
    ],
)
def test_a_link_leads_to_its_page_and_brings_what_it_carries(page: PageKind, leads_to: str) -> None:
    access = replace(ACCESS, page=page, case="c12", number=12, year=2570, password="123456", name="วิชัย")
    turn: TurnResult = ask(redeem_sign_in_link(make_request(LINK), COOKIE, CODE), FindPageAccess=access)
    assert turn.replies[0].args["leads_to"] == leads_to
    kept = [act for act in turn.acts if isinstance(act, KeepPage)]
    grant = KeepPage(derive_grant_hash(COOKIE, page), page, "s1", "c12", "en", "123456", "วิชัย")
    assert kept == ([grant] if page in CARRYING_PAGES else [])
    within: TurnResult = ask(open_link_in_session(make_request(COOKIE), LINK), FindPageAccess=access)
    assert within.acts == (UseAccessLink(LINK, "s1"), *kept)
    erased: TurnResult = ask(
        redeem_sign_in_link(make_request(LINK), COOKIE, CODE),
        FindPageAccess=replace(access, number=0, year=0),
    )
    assert erased.replies[0].args["leads_to"] == (leads_to if "/" not in leads_to else "")


def test_a_link_of_somebody_else_opens_nothing_in_a_session() -> None:
    other = replace(ACCESS, staff=replace(ACCESS.staff, id="s2"), page=PageKind.SLIP)
    for access in (None, other, replace(ACCESS, verified=True)):
        turn: TurnResult = ask(open_link_in_session(make_request(COOKIE), LINK), FindPageAccess=access)
        assert (turn.replies, turn.acts) == ((WORKSPACE_CLOSED,), ())


@pytest.mark.parametrize("access", [None, replace(ACCESS, verified=True)])
def test_only_a_link_signs_in(access: PageAccess | None) -> None:
    assert ask(find_sign_in_link(LINK), FindPageAccess=access) is None
    turn = ask(redeem_sign_in_link(make_request(LINK), COOKIE, CODE), FindPageAccess=access)
    assert (turn.replies, turn.acts) == ((WORKSPACE_CLOSED,), ())


def test_the_factor_is_given_again_in_a_session_that_goes_on() -> None:
    turn: TurnResult = ask(enter_factor(make_request(COOKIE), CODE))
    assert (turn.replies, turn.acts) == ((WORKSPACE_ENTERED,), (UseCode("s1", STEP),))
    assert turn.session is not None
    assert turn.session.officer.verified_at == MORNING
    gone = ask(enter_factor(make_request(COOKIE), CODE), FindWorkspaceSession=None)
    assert (gone.replies, gone.acts) == ((WORKSPACE_CLOSED,), ())


def test_signing_out_ends_what_was_begun_and_another_session_leaves_it() -> None:
    own: TurnResult = ask(sign_out(make_request(COOKIE, VERIFIED), COOKIE))
    assert own.acts == (EndWorkspaceSession(COOKIE, "s1"),)
    assert own.session is not None
    assert own.session.officer == NO_OFFICER
    other: TurnResult = ask(sign_out(make_request(COOKIE, VERIFIED), LINK))
    assert (other.session, other.acts) == (None, (EndWorkspaceSession(LINK, "s1"),))
    assert ask(sign_out(make_request(COOKIE), COOKIE), FindWorkspaceSession=None).acts == ()
    assert ask(find_workspace_session(make_request(COOKIE))) == FOUND
