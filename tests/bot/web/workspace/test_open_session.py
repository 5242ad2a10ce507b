"""What a page of the workspace shows of an answer: texts, buttons that can be given there, texts given back."""

from dataclasses import replace

import pytest
from markupsafe import Markup

from bot.web.workspace.open_session import (
    ReplyButton,
    ShownReply,
    WorkspaceOutcome,
    build_outcome,
    find_leads_to,
    has_page_action,
    show_replies,
)
from handlers.dialog.effects import Answer
from handlers.dialog.replies import (
    KEEPS_TEXT,
    NEUTRAL,
    Choice,
    OfficerPageAction,
    Presentation,
    Reply,
)
from handlers.staff.complaints.commands import COMPLAINTS_COMMAND_TABLE
from handlers.staff.permissions import CommandName
from handlers.staff.workspace.commands import AskedNext

TABLE = COMPLAINTS_COMMAND_TABLE
SAYS = Reply("literal", NEUTRAL, {"text": "บันทึกแล้ว <b>"})
ASKS = AskedNext("/reply 12")


def with_choices(*given: str) -> Reply:
    return replace(SAYS, choices=tuple(Choice(one, CommandName.CASE.label_key) for one in given))


def test_words_are_shown_as_they_are_and_nothing_of_them_is_markup() -> None:
    (shown,) = show_replies((SAYS,), "th", "complaints", TABLE)
    assert "บันทึกแล้ว &lt;b&gt;" in shown.text
    assert shown.choices == ()


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("/case 12/2570", "/staff/complaints/case/2570/12"),
        ("/reply 12/2570", ""),
        ("/inbox", "/staff/complaints"),
    ],
)
def test_a_button_gives_its_command_or_leads_to_the_view_that_shows_it(given: str, address: str) -> None:
    (shown,) = show_replies((with_choices(given),), "th", "complaints", TABLE)
    ((button),) = shown.choices
    assert button.given == given
    assert button.address.startswith(address)
    assert bool(button.address) == bool(address)


def test_what_only_a_chat_can_do_is_no_button() -> None:
    (shown,) = show_replies(
        (with_choices("/workspace", "hello", "/nothing", "/case 12/2570"),), "th", "complaints", TABLE
    )
    assert [button.given for button in shown.choices] == ["/case 12/2570"]


@pytest.mark.parametrize(
    ("reply", "typed", "previewed"),
    [
        (SAYS, "", ("/reply 12", "ขอบคุณ")),
        (replace(SAYS, presentation=KEEPS_TEXT), "ขอบคุณ", ("/reply 12", "")),
    ],
)
def test_a_text_that_was_not_taken_is_given_back(
    reply: Reply, typed: str, previewed: tuple[str, str]
) -> None:
    outcome = build_outcome(Answer((SAYS, reply)), ASKS, "/reply 12", "ขอบคุณ", "complaints", TABLE)
    assert (outcome.typed, outcome.previewed) == (typed, previewed)
    assert (outcome.asks, outcome.given, outcome.status, len(outcome.replies)) == (ASKS, "/reply 12", 200, 2)


def test_what_the_page_has_anyway_is_not_offered_twice() -> None:
    buttons = ReplyButton("/case 12", "ดู"), ReplyButton("/take 12", "รับ")
    outcome = WorkspaceOutcome((ShownReply(Markup("ก"), buttons), ShownReply(Markup("ข"))))
    left = outcome.without_choices({"/take 12"})
    assert [[one.given for one in reply.choices] for reply in left.replies] == [["/case 12"], []]


def test_an_answer_may_lead_to_another_page() -> None:
    leads = Reply("literal", NEUTRAL, {"text": "-", "leads_to": "case/2570/12"})
    assert find_leads_to(Answer((SAYS, leads))) == "case/2570/12"
    assert find_leads_to(Answer((SAYS,))) == ""


def test_an_action_of_the_page_is_found_in_any_reply() -> None:
    closes = replace(SAYS, presentation=Presentation(officer_page=OfficerPageAction.CLOSE))
    closing, other = OfficerPageAction.CLOSE, OfficerPageAction.RELOAD
    answer = Answer((SAYS, closes))
    assert (has_page_action(answer, closing), has_page_action(answer, other)) == (True, False)
    assert not has_page_action(Answer((SAYS,)), closing)
