"""Lists of cases: inbox, due soon, past the due date, and the search."""

from dataclasses import replace
from datetime import date, timedelta

from handlers.complaints.lifecycle import is_overdue
from handlers.dialog.effects import Decision, TurnResult, run_query
from handlers.dialog.events import Lang
from handlers.dialog.replies import OF_CASE, Choice, ExpectedInput, Phrase, Reply, ReplyArg
from handlers.staff.command import (
    ComplaintsCommandContext,
    add_unreadable_notice,
    make_command_button,
    make_number_button,
)
from handlers.staff.complaints.messages import (
    CaseListPage,
    CaseSearchResult,
    ListCases,
    OfficerCase,
    RecordCaseAccess,
    SearchCases,
)
from handlers.staff.parse import ParsedCommand
from handlers.staff.permissions import CommandName, Role
from handlers.staff.state import SearchProgress
from handlers.thai.dates import format_date, to_bangkok_date
from handlers.thai.text import clean_text

CASES_PER_PAGE = 8
DUE_SOON = timedelta(days=7)
CONTINUE_SEARCH = "»"
"""The argument that continues the last search: shorter than any text that is searched."""

MIN_SEARCH_LENGTH = 3
"""Minimum characters of a searched text: fewer occur in nearly every case."""


def show_inbox(cmd: ComplaintsCommandContext) -> Decision:
    """List new cases and one's own, a supervisor's with everybody's, earliest due first."""
    return _list_cases(cmd, date.min, date.max)


def show_due_cases(cmd: ComplaintsCommandContext) -> Decision:
    """List the cases that are due within a week."""
    today = to_bangkok_date(cmd.ctx.now)
    return _list_cases(cmd, today, today + DUE_SOON)


def show_overdue_cases(cmd: ComplaintsCommandContext) -> Decision:
    """List the cases whose due date has passed."""
    return _list_cases(cmd, date.min, to_bangkok_date(cmd.ctx.now) - timedelta(days=1))


def _list_cases(cmd: ComplaintsCommandContext, since: date, until: date) -> Decision:
    """List the open cases that are due between two days, a page at a time."""
    place, everybody = max(1, cmd.command.number), cmd.staff.role is Role.SUPERVISOR
    at = (place - 1) * CASES_PER_PAGE
    page = yield from run_query(ListCases(cmd.staff.id, at, CASES_PER_PAGE, everybody, since, until))
    if not page.cases:
        key = f"{cmd.command.name}.none" if place == 1 else "no_more"
        turn = cmd.reply(key, OF_CASE, (make_command_button(CommandName.HELP),))
    else:
        turn = _render_case_list(cmd, page, place)
    return add_unreadable_notice(turn, page.unreadable)


def _render_case_list(cmd: ComplaintsCommandContext, page: CaseListPage, place: int) -> TurnResult:
    lines = tuple(format_case_line(case, cmd) for case in page.cases)
    choices = [make_number_button(CommandName.CASE, case) for case in page.cases if not case.hidden]
    if page.has_more:
        choices.append(Choice(f"/{cmd.command.name} {place + 1}", "staff.further"))
    return cmd.reply_with(
        Reply(
            f"staff.{cmd.command.name}.some",
            OF_CASE,
            {"cases": lines, "page": place},
            tuple(choices),
            wants=ExpectedInput.REGISTER,
        )
    )


def format_case_line(case: OfficerCase, cmd: ComplaintsCommandContext) -> Phrase:
    """Return a case as a line: number, state, due date, and whether it is mine, another's, nobody's or kept from me."""
    return Phrase(
        "staff.line_merged" if case.other_report_count else "staff.line",
        {
            "number": case.register_number,
            "status": Phrase(f"staff.status.{case.status}"),
            "due": format_due_day(case, to_bangkok_date(cmd.ctx.now), cmd.ctx.lang),
            "whose": describe_holder(case, cmd.staff.id),
            **({"others": case.other_report_count} if case.other_report_count else {}),
        },
    )


def describe_holder(case: OfficerCase, staff: str) -> Phrase:
    """Return whose a case is to somebody: theirs, another's, whose place they take, nobody's, or kept from them."""
    whose = "mine" if case.officer == staff else "others" if case.officer else "nobodys"
    if case.stand_in == staff and whose == "others":
        whose = "stand_in"
    return Phrase(f"staff.whose.{'hidden' if case.hidden else whose}")


def format_due_day(case: OfficerCase, today: date, lang: Lang) -> Phrase:
    """Return when a case is due, and whether that is past."""
    late = "late" if is_overdue(case.status, case.answer_by, today) else "by"
    return Phrase(f"staff.due_{late}", {"day": format_date(case.answer_by, lang)})


def run_case_search(cmd: ComplaintsCommandContext) -> Decision:
    """Search a text in the cases that this person may read. A hit is audited as an access."""
    begun = cmd.work.search if cmd.command.rest == CONTINUE_SEARCH else None
    progress = begun or SearchProgress(clean_text(cmd.command.rest).text, (0, 0), 0)
    words = progress.words
    if len(words) < MIN_SEARCH_LENGTH:
        return cmd.await_text_for(ParsedCommand(CommandName.SEARCH)).reply(
            "search.short", OF_CASE, fewest=MIN_SEARCH_LENGTH
        )
    everybody = cmd.staff.role is Role.SUPERVISOR
    found = yield from run_query(
        SearchCases(words, cmd.staff.id, everybody, CASES_PER_PAGE, progress.last_searched)
    )
    searched = progress.searched_count + found.searched_count
    left = SearchProgress(words, found.last_searched, searched) if found.has_more else None
    cmd = cmd.with_work(replace(cmd.work, search=left))
    today = to_bangkok_date(cmd.ctx.now)
    acts = tuple(RecordCaseAccess(case.id, cmd.staff.id, "search", today) for case in found.cases)
    turn = cmd.reply_with(_format_search_result(cmd, found, searched), acts=acts)
    return add_unreadable_notice(turn, found.unreadable)


def _format_search_result(cmd: ComplaintsCommandContext, found: CaseSearchResult, searched: int) -> Reply:
    """Return the hits, how many cases were searched, and whether older ones are left."""
    left = Phrase("staff.search.left") if found.has_more else Phrase("staff.search.all")
    onward = make_command_button(CommandName.SEARCH, rest=CONTINUE_SEARCH, label=Phrase("staff.search.go_on"))
    further = (onward,) if found.has_more else ()
    args: dict[str, ReplyArg] = {"searched": f"{searched:,}", "left": left}
    if not found.cases:
        return Reply("staff.search.none", OF_CASE, args, further)
    lines = tuple(format_case_line(case, cmd) for case in found.cases)
    return Reply(
        "staff.search.some",
        OF_CASE,
        {**args, "cases": lines},
        (*(make_number_button(CommandName.CASE, case) for case in found.cases), *further),
        wants=ExpectedInput.REGISTER,
    )
