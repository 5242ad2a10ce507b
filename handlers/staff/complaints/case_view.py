"""Show a case to an officer: its summary, and on demand the report, the files, the history and the audit log."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from handlers.complaints.form import ENTERED_FIELDS, list_complaint_fields
from handlers.complaints.lifecycle import INTAKE_SOURCES, STATUS_RULES, CaseStatus, list_transition_commands
from handlers.complaints.messages import HistoryEntryKind
from handlers.complaints.review.understand import UNDERSTOOD_FIELDS
from handlers.dialog.effects import Decision, TurnResult, run_query
from handlers.dialog.events import File, Lang
from handlers.dialog.form import FieldAudience, FormField
from handlers.dialog.replies import (
    OF_CASE,
    OFFICER_CONTENT,
    Choice,
    Phrase,
    Reply,
    ReplyArg,
    raw_text,
)
from handlers.dialog.text import disarm_links
from handlers.office import Office
from handlers.staff.audit_text import describe_audit_action, describe_audit_actor
from handlers.staff.command import (
    CommandHandler,
    ComplaintsCommandContext,
    QueryGenerator,
    add_unreadable_notice,
    make_command_button,
)
from handlers.staff.complaints.checklist.items import format_check_words
from handlers.staff.complaints.find_case import CaseHandler, resolve_case, with_case
from handlers.staff.complaints.intake.slips import was_code_voided
from handlers.staff.complaints.lists import format_due_day
from handlers.staff.complaints.messages import (
    CaseHistoryLine,
    CaseReport,
    GetCaseAuditLog,
    GetCaseHistory,
    GetCaseReport,
    ListLinkedCases,
    OfficerCase,
    RecordCaseAccess,
)
from handlers.staff.complaints.page_links import make_case_link, offer_page_link, offer_unasked_link
from handlers.staff.members import ListStaff
from handlers.staff.page_access import PageKind
from handlers.staff.permissions import REPORTER_COMMANDS, CommandName, Role
from handlers.staff.state import ComplaintsWork
from handlers.thai.dates import format_date, format_time, to_bangkok_date

MAX_HISTORY_LINES = 40
"""The last lines of history and audit log that are shown."""


MAX_NEXT_STEPS = 3
"""Next steps that are offered after an act, beside the way to all others."""


def show_case(cmd: ComplaintsCommandContext, found: OfficerCase) -> Decision:
    """Show the summary of a case, with buttons for all that may be done with it.

    Of one that nobody has taken, a link to its page comes along where its content is not shown in the chat.
    """
    turn = yield from _summarize(cmd, found, list_case_actions(cmd, found))
    if found.officer or cmd.ctx.channel_traits.can_delete_messages:
        return turn
    offered = yield from offer_unasked_link(cmd, found)
    if offered is None:
        return turn
    args: dict[str, ReplyArg] = {"number": found.register_number, "where": raw_text(offered.address)}
    return turn.prepend((Reply("staff.elsewhere", OFFICER_CONTENT, args),), offered.acts)


def show_case_after_act(cmd: ComplaintsCommandContext, found: OfficerCase, *before: Reply) -> Decision:
    """Show the summary of a case after replies about what was done, with buttons for the likely next steps."""
    turn = yield from _summarize(cmd, found, list_next_steps(cmd, found))
    return turn.prepend(before)


def _summarize(cmd: ComplaintsCommandContext, found: OfficerCase, choices: tuple[Choice, ...]) -> Decision:
    links = yield from run_query(ListLinkedCases(found.id, cmd.staff.id))
    names = yield from load_staff_names()
    args: dict[str, ReplyArg] = {
        "number": found.register_number,
        "status": Phrase(f"staff.status.{found.status}"),
        "category": _format_category(cmd, found),
        "source": _format_source(found),
        "received": format_date(found.received_on, cmd.ctx.lang),
        "due": format_due_day(found, to_bangkok_date(cmd.ctx.now), cmd.ctx.lang),
        "officer": _name_holder(found, names),
        "more": (*_format_case_flags(found, links), *(yield from _describe_voided_code(found))),
    }
    # Where messages cannot be deleted, not even the subject of the case: only its number, state and due date.
    key = "staff.case.summary" if cmd.ctx.channel_traits.can_delete_messages else "staff.case.brief"
    return cmd.reply_with(Reply(key, OF_CASE, args, choices))


def _format_source(found: OfficerCase) -> Phrase:
    """Return by what channel a case came; of one from an old register what that said, and that it is from there."""
    if not found.is_imported:
        return Phrase(f"staff.source.{found.source}")
    if found.source is None:
        return Phrase("staff.case.register_untold")
    return Phrase("staff.case.from_register", {"source": Phrase(f"staff.source.{found.source}")})


def _name_holder(found: OfficerCase, names: Mapping[str, str]) -> ReplyArg:
    """Return who has a case, and who stands in for them today."""
    if found.officer not in names:
        return Phrase("staff.whose.nobodys")
    if found.stand_in not in names:
        return raw_text(names[found.officer])
    both = {"name": raw_text(names[found.officer]), "stand_in": raw_text(names[found.stand_in])}
    return Phrase("staff.whose.away", {**both})


def _format_category(cmd: ComplaintsCommandContext, found: OfficerCase) -> ReplyArg:
    """Return the name of a case's kind; where its reporter left it open, that nobody has said it yet."""
    if not found.category:
        return Phrase("staff.case.no_kind")
    category = cmd.ctx.office.find_category(found.category)
    return category.name.in_lang(cmd.ctx.lang) if category else found.category


def _format_case_flags(found: OfficerCase, links: tuple[OfficerCase, ...]) -> list[Phrase]:
    marks = []
    if links:
        marks.append(
            Phrase("staff.case.links", {"numbers": ", ".join(link.register_number for link in links)})
        )
    if found.other_reports:
        numbers = ", ".join(one.register_number for one in found.other_reports)
        marks.append(Phrase("staff.case.merged", {"numbers": numbers, "number": found.register_number}))
    if found.appointed_by:
        marks.append(Phrase("staff.case.appointed"))
    if found.legal_hold:
        marks.append(Phrase("staff.case.kept"))
    if found.has_waiting():
        marks.append(Phrase("staff.case.held"))
    return marks


def _describe_voided_code(found: OfficerCase) -> QueryGenerator[tuple[Phrase, ...]]:
    """Return the line of a case that an officer wrote down whose reporter's code was voided; none of any other."""
    if found.source not in INTAKE_SOURCES:
        return ()
    lines = (yield from run_query(GetCaseHistory(found.id))).rows
    return (Phrase("staff.case.code_voided"),) if was_code_voided(lines) else ()


def list_case_actions(cmd: ComplaintsCommandContext, found: OfficerCase) -> tuple[Choice, ...]:
    """Return the buttons for what this person may do with a case in its state."""
    orders = (
        [CommandName.FACTS, CommandName.FILES, CommandName.HISTORY]
        if cmd.ctx.channel_traits.can_delete_messages
        else []
    )
    orders.append(CommandName.PAGE)
    if not found.category and found.source is not None:  # where it is known: not in a list
        orders.append(CommandName.KIND)
    if found.officer != cmd.staff.id:
        orders.append(CommandName.TAKE)
    orders += list_transition_commands(found.coming_status)
    orders += [CommandName.REPLY, CommandName.ASK, CommandName.NOTE]
    if found.is_imported:
        orders = [order for order in orders if order not in REPORTER_COMMANDS]
    return tuple(make_command_button(order, found) for order in orders if cmd.may_give(order))


def list_next_steps(cmd: ComplaintsCommandContext, found: OfficerCase) -> tuple[Choice, ...]:
    """Return the buttons for the likely next steps of this person with a case, and for all that may be done.

    They follow from who holds it, its state (`StatusRules.likely_next`) and what this person may do.
    """
    orders: list[CommandName] = []
    if not found.officer:
        orders.append(CommandName.TAKE)
    if cmd.staff.role is Role.SUPERVISOR and found.officer != cmd.staff.id and not found.scheduled:
        orders.append(CommandName.ASSIGN)
    able = {
        *list_transition_commands(found.coming_status),
        CommandName.REPLY,
        CommandName.ASK,
        CommandName.NOTE,
    }
    if found.is_imported:
        able -= REPORTER_COMMANDS
    read = CommandName.FACTS if cmd.ctx.channel_traits.can_delete_messages else CommandName.PAGE
    orders += [read] if found.status is CaseStatus.RECEIVED else []
    orders += [order for order in STATUS_RULES[found.coming_status].likely_next if order in able]
    likely = [order for order in orders if cmd.may_give(order)][:MAX_NEXT_STEPS]
    takes_back = found.has_waiting("" if cmd.staff.role is Role.SUPERVISOR else cmd.staff.id)
    if takes_back:  # never the first: who types “1” once more takes nothing back
        likely = [*likely[: MAX_NEXT_STEPS - 1], CommandName.UNDO]
    more = make_command_button(CommandName.CASE, found, label=Phrase("staff.case.more"))
    return (*(make_command_button(order, found) for order in likely), more)


def load_staff_names() -> QueryGenerator[Mapping[str, str]]:
    """Return the names of the staff by id, with former members, who remain in the history."""
    everybody = yield from run_query(ListStaff(include_removed=True))
    return {one.id: one.name for one in everybody}


def show_case_facts(cmd: ComplaintsCommandContext, found: OfficerCase) -> Decision:
    """Show the reporter's answers."""
    report = yield from run_query(GetCaseReport(found.id))
    shown = Reply(
        "staff.facts_of_register" if found.is_imported else "staff.facts",
        OFFICER_CONTENT,
        {
            "number": found.register_number,
            "lines": _format_answers(list_report_answers(report, cmd.ctx.office)),
        },
        list_case_actions(cmd, found),
    )
    return cmd.reply_with(shown, acts=(yield from audit_case_access(cmd, found, "facts")))


@dataclass(frozen=True, slots=True)
class ReportAnswer:
    """An answer of the report form with its label for officers."""

    label: Phrase
    value: Phrase = field(repr=False)


def list_report_answers(report: CaseReport, office: Office) -> tuple[ReportAnswer, ...]:
    """Return the answers of a report in the order of the form.

    Only fields of the audience CASE: not those of the summary, nor the identity. Unanswered ones are left out. What the
    program understood from the story, and the reporter let stand, comes after them and is called so; last the version
    of the privacy notice that they were shown, for the data protection officer.
    """
    answers = tuple(
        _label_answer(asked, answer)
        for asked in (*list_complaint_fields(office), *ENTERED_FIELDS, *UNDERSTOOD_FIELDS)
        if asked.audience is FieldAudience.CASE and (answer := report.answers.get(asked.text_name))
    )
    if not report.notice_version:
        return answers
    return (*answers, ReportAnswer(Phrase("staff.answer.notice"), raw_text(report.notice_version)))


def _label_answer(asked: FormField, answer: str) -> ReportAnswer:
    value = Phrase(f"choice.{answer}") if asked.find_option(answer) else raw_text(disarm_links(answer))
    return ReportAnswer(Phrase(asked.staff_label_key), value)


def _format_answers(answers: tuple[ReportAnswer, ...]) -> tuple[Phrase, ...]:
    return tuple(Phrase("staff.fact", {"name": one.label, "value": one.value}) for one in answers)


def show_case_files(cmd: ComplaintsCommandContext, found: OfficerCase) -> Decision:
    """List the files of a case by name, type and size, with a link to the page where they are opened."""
    report = yield from run_query(GetCaseReport(found.id))
    if not report.files:
        return cmd.reply("files.none", OF_CASE, list_case_actions(cmd, found), number=found.register_number)
    where, acts = yield from make_case_link(cmd, found, "staff.files.nowhere")
    lines = tuple(_format_file(file) for file in report.files)
    shown = Reply(
        "staff.files.some",
        OFFICER_CONTENT,
        {"number": found.register_number, "lines": lines, "where": where},
        list_case_actions(cmd, found),
    )
    return cmd.reply_with(shown, acts=(*acts, *(yield from audit_case_access(cmd, found, "files"))))


def _format_file(file: File) -> Phrase:
    size = Phrase("staff.file.coming") if file.coming else raw_text(f"{max(1, file.size // 1024):,} KB")
    return Phrase("staff.file.line", {"name": file.name, "kind": file.kind or "-", "size": size})


def show_case_history(cmd: ComplaintsCommandContext, found: OfficerCase) -> Decision:
    """Show the history of a case, with the texts of both sides and who did what."""
    lines = yield from run_query(GetCaseHistory(found.id))
    names = yield from load_staff_names()
    shown = tuple(format_history_line(one, names, cmd) for one in lines.rows[-MAX_HISTORY_LINES:])
    reply = Reply(
        "staff.history",
        OFFICER_CONTENT,
        {"number": found.register_number, "lines": shown},
        list_case_actions(cmd, found),
    )
    turn = cmd.reply_with(reply, acts=(yield from audit_case_access(cmd, found, "history")))
    return add_unreadable_notice(turn, lines.unreadable)


def format_history_line(
    one: CaseHistoryLine, names: Mapping[str, str], cmd: ComplaintsCommandContext
) -> Phrase:
    """Return a line of the history, with who did it and its text. names: of the staff, by id."""
    entry = one.entry
    what = f"staff.did.{entry.status}" if entry.kind is HistoryEntryKind.MOVED else f"staff.did.{entry.kind}"
    who = raw_text(names.get(one.staff, "")) if one.staff in names else Phrase(f"staff.by.{one.by}")
    words = _format_words(one, names, cmd)
    args: dict[str, ReplyArg] = {
        "on": format_date(entry.on, cmd.ctx.lang),
        "who": who,
        "what": Phrase(what),
    }
    args["words"] = raw_text(f": {disarm_links(words)}" if words else "")
    return Phrase("staff.history_line", args)


def _format_words(one: CaseHistoryLine, names: Mapping[str, str], cmd: ComplaintsCommandContext) -> str:
    """Return the words of a line; where it names somebody of the staff or a kind of case, by name."""
    if one.entry.kind is HistoryEntryKind.ASSIGNED:
        return names.get(one.words, one.words)
    if one.entry.kind is HistoryEntryKind.KIND_SET:
        kinds = {kind.code: kind.name.in_lang(cmd.ctx.lang) for kind in cmd.ctx.office.categories}
        return kinds.get(one.words, one.words)
    if one.entry.kind is HistoryEntryKind.CHECKED:
        return format_check_words(one.words, cmd.ctx.office, cmd.ctx.lang)
    return one.words


def show_audit_log(cmd: ComplaintsCommandContext) -> Decision:
    """Show who opened a case and what else was done with it, from the audit trail: no content."""
    if not cmd.command.number:
        return cmd.await_text_for(cmd.command).reply("log.ask", OF_CASE)
    found = yield from resolve_case(cmd)
    if isinstance(found, TurnResult):
        return found
    names = yield from load_staff_names()
    lines = yield from run_query(GetCaseAuditLog(found.id))
    shown = tuple(
        Phrase(
            "staff.log.line",
            {
                "at": format_hour(one.hour, cmd.ctx.lang) if one.by_staff else _format_day(one.hour, cmd),
                "who": describe_audit_actor(one.actor, names),
                "what": describe_audit_action(one.what, names),
            },
        )
        for one in lines[-MAX_HISTORY_LINES:]
    )
    return cmd.reply_with(
        Reply("staff.log.lines", OF_CASE, {"number": found.register_number, "lines": shown})
    )


def _format_day(hour: int, cmd: ComplaintsCommandContext) -> str:
    """The day only: the hour at which a reporter came would tell who it was."""
    return format_date(to_bangkok_date(datetime.fromtimestamp(hour * 3600, UTC)), cmd.ctx.lang)


def format_hour(hour: int, lang: Lang) -> str:
    """Return an hour of the audit trail, hours since 1970 in UTC, as its day and hour in Bangkok."""
    at = datetime.fromtimestamp(hour * 3600, UTC)
    until = format_time(at + timedelta(hours=1))
    return f"{format_date(to_bangkok_date(at), lang)} {format_time(at)}-{until}"


def with_readable_case(handler: CaseHandler) -> CommandHandler[CommandName, ComplaintsWork]:
    """Return the handler of a command that shows content of one case.

    On channels where messages cannot be deleted, it replies with a link to the page instead.
    """

    def handle_with_readable_case(cmd: ComplaintsCommandContext, found: OfficerCase) -> Decision:
        if cmd.ctx.channel_traits.can_delete_messages:
            return (yield from handler(cmd, found))
        offered = yield from offer_page_link(cmd, PageKind.CASE, found)
        choices, number = list_case_actions(cmd, found), found.register_number
        if offered is None:
            where = Phrase("staff.elsewhere_nowhere")
            return cmd.reply("elsewhere", OFFICER_CONTENT, choices, number=number, where=where)
        if offered.is_beyond:
            address = offered.address
            return cmd.reply("page.many", OFFICER_CONTENT, choices, number=number, address=address)
        at = raw_text(offered.address)
        return cmd.reply("elsewhere", OFFICER_CONTENT, choices, offered.acts, number=number, where=at)

    return with_case(handle_with_readable_case)


def audit_case_access(
    cmd: ComplaintsCommandContext, found: OfficerCase, what: str
) -> QueryGenerator[tuple[RecordCaseAccess, ...]]:
    """Return the act to write when content is opened. The first time it adds a line that the reporter sees."""
    lines = (yield from run_query(GetCaseHistory(found.id))).rows
    first = not any(one.entry.kind is HistoryEntryKind.OPENED for one in lines) and bool(lines)
    seq = found.seq + 1 if first else 0
    return (RecordCaseAccess(found.id, cmd.staff.id, what, to_bangkok_date(cmd.ctx.now), seq),)
