"""Addresses, cookies and sign-in links of the workspace: each desk has its own, under its own path."""

import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request

from bot.web.officer.session import LINK_SECRET_BYTES
from handlers.staff.page_access import CARRYING_PAGES, AccessLink, NewAccessLink
from handlers.staff.parse import ParsedCommand
from handlers.staff.workspace.messages import NewWorkspaceLink
from handlers.staff.workspace.views import (
    WORKSPACE_VIEWS,
    WorkspaceDesk,
    WorkspaceView,
    find_page_address,
    find_view_of_command,
    get_view_address,
)

WORKSPACE_PATH = "/staff"
WORKSPACE_COOKIE, SIGN_IN_COOKIE, PASSKEY_COOKIE = "w", "e", "k"
"""The cookie of who is signed in; of a browser that was shown the form of a link; and of one that may use a passkey."""

NEWS = "news"
"""The last part of the address at which a page asks how many things are new."""

SHOWN_FORM = "did"
"""The part of an address that says of which form a page shows what came of it: random, and of this session only."""

PASSKEY_NOTE = "passkey"
"""The part of an address that says what did not come of a passkey."""


def get_desk_path(desk: WorkspaceDesk) -> str:
    """Return the address of a desk's workspace, below which its cookies are sent."""
    return f"{WORKSPACE_PATH}/{desk}"


def get_view_path(desk: WorkspaceDesk, view: WorkspaceView) -> str:
    """Return the address of a view."""
    return f"{get_desk_path(desk)}/{view}"


def find_shown_address(desk: WorkspaceDesk, command: ParsedCommand[Any], year: int = 0) -> str:
    """Return the address of the view that shows what a command only shows; empty where there is none.

    year: of a number that was typed without one.
    """
    view = find_view_of_command(desk, command.name)
    if view is None or command.rest:
        return ""
    path, number = get_view_path(desk, view), command.number
    if WORKSPACE_VIEWS[view].has_number:
        year = command.year or year
        return f"{get_desk_path(desk)}/{get_view_address(view, year, number)}" if number and year else ""
    return f"{path}?page={number}" if number else path


def make_shown_address(request: Request, submission: str) -> str:
    """Return the address of a page that shows what came of a form, instead of what it showed before.

    submission: id of the form; empty for what the page showed before.
    """
    if not submission:
        return f"{request.url.path}?{request.url.query}".rstrip("?")
    others = [(name, text) for name, text in request.query_params.multi_items() if name != SHOWN_FORM]
    return f"{request.url.path}?{urlencode([*others, (SHOWN_FORM, submission)])}"


def get_asked_address(request: Request) -> str:
    """Return the address of a page with what it was asked for, but for what a passkey was told there before."""
    asked = [(name, text) for name, text in request.query_params.multi_items() if name != PASSKEY_NOTE]
    return f"{request.url.path}?{urlencode(asked)}".rstrip("?")


def add_passkey_note(address: str, what: str) -> str:
    """Return the address of a page that says what did not come of a passkey."""
    return f"{address}{'&' if '?' in address else '?'}{PASSKEY_NOTE}={what}"


def make_access_link_factory(
    address: str, desk: WorkspaceDesk = "complaints"
) -> Callable[[NewAccessLink, datetime], Awaitable[AccessLink]]:
    """A factory of links to pages of the workspace of a desk under its public address."""
    base = f"{address.rstrip('/')}{get_desk_path(desk)}"

    async def create_access_link(query: NewAccessLink, _: datetime) -> AccessLink:
        secret = secrets.token_urlsafe(LINK_SECRET_BYTES)
        at = "" if query.page in CARRYING_PAGES else find_page_address(query.page, query.year, query.number)
        return AccessLink(secret, f"{base}/open/{secret}", f"{base}/{at}" if at else "")

    return create_access_link


def make_workspace_link_factory(
    address: str, desk: WorkspaceDesk
) -> Callable[[NewWorkspaceLink, datetime], Awaitable[AccessLink]]:
    """A factory of links that sign in to the workspace of a desk under its public address."""

    async def create_workspace_link(_: NewWorkspaceLink, __: datetime) -> AccessLink:
        secret = secrets.token_urlsafe(LINK_SECRET_BYTES)
        return AccessLink(secret, f"{address.rstrip('/')}{get_desk_path(desk)}/open/{secret}")

    return create_workspace_link
