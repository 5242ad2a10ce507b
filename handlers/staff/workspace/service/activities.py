"""The view of an activity of participation, and its pictures."""

from dataclasses import replace

from handlers.dialog.effects import Act, Decision, TurnResult, run_query
from handlers.dialog.replies import NEUTRAL, Reply
from handlers.participation.messages import (
    MAX_ACTIVITY_PICTURES,
    Activity,
    AddActivityPicture,
    ListActivities,
    RemoveActivityPicture,
)
from handlers.staff.command import QueryGenerator
from handlers.staff.workspace.messages import FindWorkspaceSession
from handlers.staff.workspace.sign_in import WORKSPACE_CLOSED, WorkspaceRequest
from handlers.staff.workspace.views import WorkspaceView, may_open_view

UNKNOWN_ACTIVITY = Reply("inquiry.activity.unknown", NEUTRAL)
ENOUGH_PICTURES = Reply("inquiry.activity.picture.enough", NEUTRAL, {"count": MAX_ACTIVITY_PICTURES})
PICTURE_ADDED = Reply("inquiry.activity.picture.added", NEUTRAL)
PICTURE_REMOVED = Reply("inquiry.activity.picture.removed", NEUTRAL)


def list_all_activities() -> QueryGenerator[tuple[Activity, ...]]:
    """Return all activities, newest day first."""
    return (yield from run_query(ListActivities()))


def open_activity(year: int, number: int) -> QueryGenerator[Activity | None]:
    """Return an activity; None where there is none of this number."""
    known = yield from run_query(ListActivities())
    return next((one for one in known if (one.fiscal_year, one.number) == (year, number)), None)


def add_picture(request: WorkspaceRequest, act: AddActivityPicture) -> Decision:
    """Publish a picture by who is signed in, unless there are as many as may be. act: its staff is set here."""
    activity = yield from open_activity(act.fiscal_year, act.number)
    if activity is None:
        return TurnResult(request.session, (UNKNOWN_ACTIVITY,))
    if len(activity.pictures) >= MAX_ACTIVITY_PICTURES:
        return TurnResult(request.session, (ENOUGH_PICTURES,))
    return (yield from _write(request, act, PICTURE_ADDED))


def remove_picture(request: WorkspaceRequest, act: RemoveActivityPicture) -> Decision:
    """Delete a picture by who is signed in; one that is gone already is no error."""
    return (yield from _write(request, act, PICTURE_REMOVED))


def _write(
    request: WorkspaceRequest, act: AddActivityPicture | RemoveActivityPicture, told: Reply
) -> Decision:
    found = yield from run_query(FindWorkspaceSession(request.mark))
    if found is None or not may_open_view(WorkspaceView.ACTIVITY, "service", found.staff.role):
        return TurnResult(None, (WORKSPACE_CLOSED,))
    written: Act = replace(act, staff=found.staff.id)
    return TurnResult(request.session, (told,), (written,), found.lang)
