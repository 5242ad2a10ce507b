"""Pictures of an activity: who may publish one, how many there may be, and of what."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from handlers.dialog.session import Session
from handlers.participation.messages import (
    Activity,
    ActivityKind,
    ActivityPicture,
    ActivityTakers,
    ActivityText,
    AddActivityPicture,
    ListActivities,
    RemoveActivityPicture,
)
from handlers.staff.permissions import Role
from handlers.staff.workspace.messages import FindWorkspaceSession, SignInWay, WorkspaceSession
from handlers.staff.workspace.service.activities import add_picture, remove_picture
from handlers.staff.workspace.sign_in import WorkspaceRequest
from tests.handlers.staff.officer_commands import make_member
from tests.in_memory_desk import OFFICE
from tests.run_decision import run_decision

NOW = datetime(2026, 11, 30, tzinfo=UTC)
TEXT = ActivityText(ActivityKind.MEETING, date(2026, 10, 12), "แผน", (ActivityTakers("ครู", 2),), "ผล")
KNOWN = Activity(2570, 1, TEXT, date(2026, 10, 13), is_shown=True)
ADDED = AddActivityPicture(2570, 1, "คน", 4, 3, b"jpeg")
REMOVED = RemoveActivityPicture(2570, 1, 2, "")
REQUEST = WorkspaceRequest(b"mark", Session(), OFFICE, NOW)


def answer(role: Role | None = Role.OFFICER, *known: Activity) -> dict[type, object]:
    """Who is signed in, None for nobody; and the activities."""
    session = WorkspaceSession(b"mark", make_member("s3", role), SignInWay.LINK, NOW) if role else None
    return {FindWorkspaceSession: session, ListActivities: known}


def test_who_is_signed_in_publishes_and_deletes_in_their_name() -> None:
    added = run_decision(add_picture(REQUEST, ADDED), answer(Role.OFFICER, KNOWN))
    assert (added.keys, added.acts) == (("inquiry.activity.picture.added",), (replace(ADDED, staff="s3"),))
    removed = run_decision(remove_picture(REQUEST, REMOVED), answer())
    assert (removed.keys, removed.acts) == (
        ("inquiry.activity.picture.removed",),
        (replace(REMOVED, staff="s3"),),
    )


@pytest.mark.parametrize("role", [None, Role.AUDITOR, Role.ADMIN])
def test_nobody_else_does(role: Role | None) -> None:
    for decision in (add_picture(REQUEST, ADDED), remove_picture(REQUEST, REMOVED)):
        outcome = run_decision(decision, answer(role, KNOWN))
        assert (outcome.keys, outcome.acts) == (("workspace.closed",), ())


def test_a_fourth_picture_and_one_of_no_activity_are_not_taken() -> None:
    full = replace(KNOWN, pictures=tuple(ActivityPicture(place, "คน", 4, 3) for place in (1, 2, 5)))
    assert run_decision(add_picture(REQUEST, ADDED), answer(Role.OFFICER, full)).keys == (
        "inquiry.activity.picture.enough",
    )
    assert run_decision(add_picture(REQUEST, ADDED), answer(Role.OFFICER)).keys == (
        "inquiry.activity.unknown",
    )
