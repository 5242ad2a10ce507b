"""Lists of cases, the search, and a text that nobody asked for."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from handlers.dialog.replies import Phrase
from handlers.staff.command import CommandContext
from handlers.staff.complaints.commands import COMPLAINTS_COMMAND_TABLE, ask_what_text_is
from handlers.staff.complaints.lists import CASES_PER_PAGE
from handlers.staff.complaints.messages import (
    CaseListPage,
    CaseSearchResult,
    ListCases,
    RecordCaseAccess,
    SearchCases,
)
from handlers.staff.members import StaffMember
from handlers.staff.parse import ParsedCommand
from handlers.staff.permissions import CommandName, Role
from handlers.staff.state import (
    AwaitingCaseChoice,
    AwaitingPurpose,
    AwaitingText,
    ComplaintsWork,
    NothingPending,
    SearchProgress,
)
from tests.handlers.staff.officer_commands import (
    ANSWERS,
    CASE,
    OFFICER,
    SUPERVISOR,
    TODAY,
    VERIFIED,
    give,
    list_commands,
    make_member,
)
from tests.run_decision import Outcome, begin_session, make_context, make_event, run_decision

OTHER = replace(CASE, id="c15", number=15)


def get_work(outcome: Outcome) -> ComplaintsWork:
    return outcome.kept.officer.complaints


@pytest.mark.parametrize(
    ("words", "since", "until"),
    [
        ("/inbox", date.min, date.max),
        ("/due", TODAY, TODAY + timedelta(days=7)),
        ("/overdue", date.min, TODAY - timedelta(days=1)),
    ],
)
def test_what_a_list_asks_for(words: str, since: date, until: date) -> None:
    assert give(words).queries[0] == ListCases("s1", 0, CASES_PER_PAGE, False, since, until)
    assert give(f"{words} 3", staff=SUPERVISOR).queries[0] == ListCases(
        "s3", 16, CASES_PER_PAGE, True, since, until
    )
    assert give(words, answers={ListCases: CaseListPage(())}).keys == (
        f"staff{words.replace('/', '.')}.none",
    )
    assert give(f"{words} 2", answers={ListCases: CaseListPage(())}).keys == ("staff.no_more",)


def test_a_page_of_a_list() -> None:
    late = replace(OTHER, officer="s2", answer_by=date(2026, 11, 1))
    outcome = give("/inbox 2", answers={ListCases: CaseListPage((CASE, late), True, ("7/2570",))})
    assert outcome.keys == ("staff.unreadable", "staff.inbox.some")
    assert list_commands(outcome.replies[-1].choices) == ["/case 12/2570", "/case 15/2570", "/inbox 3"]
    first, second = outcome.replies[1].args["cases"]  # type: ignore[misc]
    assert first == Phrase(
        "staff.line",
        {
            "number": "12/2570",
            "status": Phrase("staff.status.received"),
            "due": Phrase("staff.due_by", {"day": "5 ธันวาคม 2569"}),
            "whose": Phrase("staff.whose.nobodys"),
        },
    )
    assert (second.args["due"].key, second.args["whose"].key) == ("staff.due_late", "staff.whose.others")


# Search.


def test_a_search_goes_on_where_it_stopped() -> None:
    found = CaseSearchResult((CASE,), 50, (2569, 4), True)
    outcome = give("/search ถนน 12", answers={SearchCases: found})
    assert outcome.queries[0] == SearchCases("ถนน 12", "s1", False, CASES_PER_PAGE, (0, 0))
    assert outcome.acts == (RecordCaseAccess("c12", "s1", "search", TODAY),)
    assert list_commands(outcome.replies[-1].choices) == ["/case 12/2570", "/search »"]
    left = SearchProgress("ถนน 12", (2569, 4), 50)
    assert get_work(outcome).search == left
    rest = CaseSearchResult((), 1_000, (2560, 1), False, ("3/2561",))
    outcome = give(
        "/search »",
        answers={SearchCases: rest},
        session=begin_session(officer=replace(VERIFIED, complaints=ComplaintsWork(search=left))),
        staff=SUPERVISOR,
    )
    assert outcome.queries[0] == SearchCases("ถนน 12", "s3", True, CASES_PER_PAGE, (2569, 4))
    assert outcome.keys == ("staff.unreadable", "staff.search.none")
    assert outcome.replies[1].args == {"searched": "1,050", "left": Phrase("staff.search.all")}
    assert get_work(outcome).search is None


@pytest.mark.parametrize("words", ["/search", "/search กข", "/search »"])
def test_a_text_that_is_too_short_is_not_searched(words: str) -> None:
    outcome = give(words)
    assert outcome.keys == ("staff.search.short",)
    assert get_work(outcome).pending == AwaitingText(ParsedCommand(CommandName.SEARCH))


def say(text: str, staff: StaffMember = OFFICER) -> Outcome:
    """What a text leads to that nothing waits for."""
    ctx = make_context(make_event(text), begin_session(officer=VERIFIED))
    typed = CommandContext(ctx, staff, ParsedCommand(CommandName.HELP, rest=text), COMPLAINTS_COMMAND_TABLE)
    return run_decision(ask_what_text_is(typed, text), ANSWERS)


def test_a_text_that_nobody_asked_for_goes_nowhere_until_its_officer_says_what_it_is() -> None:
    asked = say("ขอบคุณครับ")
    assert asked.keys == ("staff.unasked.ask",)
    assert asked.acts == ()
    assert get_work(asked).pending == AwaitingPurpose("ขอบคุณครับ")
    assert list_commands(asked.replies[0].choices) == [
        "/inbox", "/reply ^", "/note ^", "/search ^", "officer.told", "/help"
    ]  # fmt: skip
    assert say("ขอบคุณครับ", make_member("s4", Role.AUDITOR)).keys == ("staff.help.all",)
    outcome = give("/reply ^", session=asked.kept)
    assert outcome.keys == ("staff.which",)
    assert list_commands(outcome.replies[0].choices) == ["/reply 12/2570"]
    assert get_work(outcome).pending == AwaitingCaseChoice(ParsedCommand(CommandName.REPLY, rest="ขอบคุณครับ"))
    assert give("/reply ^", session=begin_session(officer=VERIFIED)).keys == ("staff.which",)
    picked = give("/reply 12", session=outcome.kept)
    assert picked.keys == ("staff.confirm.ask",)
    assert get_work(picked).pending == NothingPending()
