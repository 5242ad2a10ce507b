"""Who may give each command of both desks, and when it asks for the second factor: written by hand, a second time."""

import re

import pytest

from handlers.staff.command import SecondFactor
from handlers.staff.complaints.commands import COMPLAINTS_COMMAND_TABLE
from handlers.staff.permissions import CommandName, DeskCommandName, Role, ServiceCommandName
from handlers.staff.service.commands import SERVICE_COMMAND_TABLE
from tests.house.source_tree import ROOT

COMPLAINTS_DESK = """
    help         officer supervisor admin auditor   never
    join         officer supervisor admin auditor   never
    leave        officer supervisor admin auditor   never
    inbox        officer supervisor                 never
    case         officer supervisor                 never
    facts        officer supervisor                 where_shown
    files        officer supervisor                 where_shown
    history      officer supervisor                 where_shown
    take         officer supervisor                 never
    assign       supervisor                         never
    appoint      supervisor                         never
    screen       officer supervisor                 never
    investigate  officer supervisor                 never
    notaccept    officer supervisor                 never
    close        officer supervisor                 never
    forward      officer supervisor                 never
    reopen       supervisor                         never
    ask          officer supervisor                 never
    reply        officer supervisor                 never
    note         officer supervisor                 never
    canned       officer supervisor                 never
    confirm      officer supervisor                 never
    undo         officer supervisor                 never
    due          officer supervisor                 never
    overdue      officer supervisor                 never
    search       officer supervisor                 always
    link         officer supervisor                 never
    merge        officer supervisor                 never
    separate     officer supervisor                 never
    kind         officer supervisor                 never
    check        officer supervisor                 never
    intake       officer supervisor                 never
    hold         supervisor                         never
    log          supervisor auditor                 never
    stats        officer supervisor admin auditor   never
    here         supervisor admin                   never
    identity     officer supervisor                 where_shown
    approve      officer supervisor                 never
    bar          supervisor                         never
    lift         supervisor                         never
    release      supervisor                         never
    remark       supervisor                         never
    clock        supervisor admin                   always
    page         officer supervisor                 never
    export       officer supervisor                 never
    import       supervisor admin                   never
    slip         officer supervisor                 where_shown
    staff        supervisor admin                   never
    invite       admin                              always
    dismiss      admin                              always
    reset        supervisor admin                   always
    handover     admin                              always
    workspace    officer supervisor admin auditor   never
    away         officer supervisor                 never
    setting      supervisor admin                   always
"""

SERVICE_DESK = """
    questions    officer supervisor                 in_workspace
    question     officer supervisor                 in_workspace
    answer       officer supervisor                 in_workspace
    publish      officer supervisor                 in_workspace
    unpublish    officer supervisor                 never
    merge        officer supervisor                 in_workspace
    confirm      officer supervisor                 in_workspace
    undo         officer supervisor                 never
    close        officer supervisor                 never
    faq          officer supervisor                 never
    check        officer supervisor                 never
    opinions     officer supervisor                 in_workspace
    consult      officer supervisor                 never
    statements   officer supervisor                 in_workspace
    texts        officer supervisor                 in_workspace
    theme        officer supervisor                 never
    quote        officer supervisor                 in_workspace
    taken        officer supervisor                 never
    done         officer supervisor                 never
    results      officer supervisor                 never
    activity     officer supervisor                 never
    remark       supervisor                         never
    clock        supervisor admin                   always
    help         officer supervisor admin auditor   never
    join         officer supervisor admin auditor   never
    leave        officer supervisor admin auditor   never
    workspace    officer supervisor admin auditor   never
    staff        supervisor admin                   never
    invite       admin                              always
    dismiss      admin                              always
    reset        supervisor admin                   always
    setting      supervisor admin                   always
"""

Permissions = dict[str, tuple[frozenset[Role], SecondFactor]]
BUTTON_ONLY = {CommandName.CONFIRM, ServiceCommandName.CONFIRM}
"""What is typed without the number of the button is answered as stale, so that no page tells officers to."""


def parse_permissions(table: str) -> Permissions:
    """The roles and the second factor of each command of a table above."""
    lines = [line.split() for line in table.strip().splitlines()]
    return {
        name: (frozenset(Role(role) for role in roles), SecondFactor[factor.upper()])
        for name, *roles, factor in lines
    }


def test_who_may_give_a_command_of_the_complaints_desk() -> None:
    rows = COMPLAINTS_COMMAND_TABLE.rows.items()
    assert {name.value: (row.roles, row.factor) for name, row in rows} == parse_permissions(COMPLAINTS_DESK)


def test_who_may_give_a_command_of_the_service_desk() -> None:
    rows = SERVICE_COMMAND_TABLE.rows.items()
    assert {name.value: (row.roles, row.factor) for name, row in rows} == parse_permissions(SERVICE_DESK)


@pytest.mark.parametrize(
    ("names", "pages"),
    [(CommandName, ("officers", "rules-of-cases")), (ServiceCommandName, ("questions", "opinion"))],
    ids=["complaints", "service"],
)
def test_every_command_is_explained_to_officers(names: type[DeskCommandName], pages: tuple[str, ...]) -> None:
    text = "".join((ROOT / "docs" / f"{page}.md").read_text("utf-8") for page in pages)
    missing = [name for name in names if not re.search(rf"(?<![\w./-])/{name}\b", text)]
    assert missing == [name for name in names if name in BUTTON_ONLY]
