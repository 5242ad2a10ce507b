"""The content of a case as a page shows it: what the reporter told, what they read, and what only officers see."""

from dataclasses import dataclass, field

from handlers.complaints.messages import HistoryEntryKind
from handlers.dialog.effects import Act, run_query
from handlers.dialog.events import File
from handlers.dialog.replies import Phrase
from handlers.staff.command import ComplaintsCommandContext, QueryGenerator
from handlers.staff.complaints.case_view import (
    ReportAnswer,
    audit_case_access,
    format_history_line,
    list_report_answers,
    load_staff_names,
)
from handlers.staff.complaints.messages import GetCaseHistory, GetCaseReport, OfficerCase

CONVERSATION_KINDS = frozenset({HistoryEntryKind.OFFICE, HistoryEntryKind.ASKED, HistoryEntryKind.REPORTER})
"""The entries shown as conversation; the others are shown as history."""


@dataclass(frozen=True, slots=True)
class CaseContent:
    """The content of a case. acts: to write because it was opened."""

    facts: tuple[ReportAnswer, ...] = field(repr=False)
    conversation: tuple[Phrase, ...] = field(repr=False)
    history: tuple[Phrase, ...] = field(repr=False)
    files: tuple[File, ...] = field(repr=False)
    acts: tuple[Act, ...] = ()


def read_case_content(cmd: ComplaintsCommandContext, found: OfficerCase) -> QueryGenerator[CaseContent]:
    """Read the content of a case that this person may see, which is audited."""
    report = yield from run_query(GetCaseReport(found.id))
    lines = yield from run_query(GetCaseHistory(found.id))
    names = yield from load_staff_names()
    conversation = tuple(
        format_history_line(one, names, cmd) for one in lines.rows if one.entry.kind in CONVERSATION_KINDS
    )
    history = tuple(
        format_history_line(one, names, cmd) for one in lines.rows if one.entry.kind not in CONVERSATION_KINDS
    )
    if lines.unreadable:
        history = (*history, Phrase("staff.unreadable", {"numbers": ", ".join(lines.unreadable)}))
    acts = yield from audit_case_access(cmd, found, "page")
    answers = list_report_answers(report, cmd.ctx.office)
    if found.is_imported:
        what = Phrase("staff.facts_of_register", {"number": found.register_number})
        answers = (ReportAnswer(Phrase("staff.answer.register"), what),)
    return CaseContent(answers, conversation, history, report.files, acts)
