"""`/consult`: announce a consultation in a few lines, preview it, close it, and moderate added statements."""

from dataclasses import replace
from datetime import datetime

from handlers.consultations.messages import (
    AnnounceConsultation,
    CloseConsultation,
    Consultation,
    ConsultationLinks,
    ConsultationPhase,
    ConsultationQuestion,
    GetConsultationLinks,
    ListConsultations,
    ListPendingStatements,
    ModerateStatement,
    PendingStatement,
)
from handlers.dialog.effects import Decision, NewReceipt, TurnResult, run_query
from handlers.dialog.replies import NEUTRAL, Choice, Phrase, Reply, ReplyArg, raw_text
from handlers.staff.command import ServiceCommandContext, add_unreadable_notice, make_command_button
from handlers.staff.parse import ParsedCommand
from handlers.staff.permissions import ServiceCommandName
from handlers.staff.service.consultation_text import (
    DraftIssue,
    add_draft_lines,
    build_consultation,
    format_draft,
    list_missing_fields,
)
from handlers.staff.state import ConsultationDraft
from handlers.thai.dates import format_date, format_time, to_bangkok_date

CONTINUE_DRAFT_COMMAND = ParsedCommand(ServiceCommandName.CONSULT, rest="more")
"""The command that the officer's next text completes while an announcement is being written."""


def manage_consultations(cmd: ServiceCommandContext) -> Decision:
    """List consultations, announce one, or close one."""
    word, rest = (*cmd.command.rest.split(maxsplit=1), "", "")[:2]
    if word in {"new", "ใหม่"}:
        return _continue_draft(_with_draft(cmd, ()), rest)
    if word == "more":
        return _continue_draft(cmd, rest)
    if word == "yes" and cmd.work.consultation:
        return (yield from _announce_consultation(cmd))
    listing = yield from run_query(ListConsultations())
    consultations = listing.rows
    if word in {"close", "ปิด"}:
        return _close_consultation(cmd, consultations, rest)
    known = next((one for one in consultations if one.code == word.upper()), None)
    if known is not None:
        return _show_consultation(cmd, known, (yield from run_query(GetConsultationLinks(known.code))))
    lines = tuple(_format_consultation_line(cmd, one) for one in consultations[:20])
    begun = (_make_button("more", "consult_more"),) if cmd.work.consultation else ()
    turn = cmd.reply("consult.list" if lines else "consult.none", NEUTRAL, begun, lines=lines)
    return add_unreadable_notice(turn, listing.unreadable)


def _make_button(rest: str, label: str) -> Choice:
    return make_command_button(ServiceCommandName.CONSULT, rest=rest, label=Phrase(f"inquiry.button.{label}"))


def _format_consultation_line(cmd: ServiceCommandContext, one: Consultation) -> Phrase:
    phase = get_current_phase(one, cmd.ctx.now)
    args: dict[str, ReplyArg] = {
        "code": one.code,
        "title": one.title,
        "phase": Phrase(f"inquiry.phase.{phase}"),
    }
    return Phrase("inquiry.consult_line", {**args, "closes": format_instant(one.closes, cmd)})


def get_current_phase(one: Consultation, now: datetime) -> ConsultationPhase:
    """Return the phase of a consultation as it is said: before it opens, one that is announced is still to come."""
    is_coming = one.phase is ConsultationPhase.OPEN and now < one.opens
    return ConsultationPhase.COMING if is_coming else one.phase


def format_instant(instant: datetime, cmd: ServiceCommandContext) -> str:
    """Return a day and time in Bangkok, in words."""
    return f"{format_date(to_bangkok_date(instant), cmd.ctx.lang)} {format_time(instant)}"


def _continue_draft(cmd: ServiceCommandContext, text: str) -> TurnResult:
    """Add what was typed to the unfinished announcement, and show its state."""
    draft, wrong = add_draft_lines(cmd.work.consultation, text)
    cmd = _with_draft(cmd, draft).await_text_for(CONTINUE_DRAFT_COMMAND)
    turn = _show_draft(cmd, draft)
    mistakes = tuple(
        Reply(
            "inquiry.consult.wrong", NEUTRAL, {"what": Phrase(f"inquiry.wrong.{one.key}"), "line": one.line}
        )
        for one in wrong
    )
    return replace(turn, replies=(*mistakes, *turn.replies))


def _with_draft(cmd: ServiceCommandContext, draft: ConsultationDraft) -> ServiceCommandContext:
    return cmd.with_work(replace(cmd.work, consultation=draft))


def _show_draft(cmd: ServiceCommandContext, draft: ConsultationDraft) -> TurnResult:
    """Show how to write an announcement, what is missing from it, or its preview to confirm."""
    if not draft:
        return cmd.reply("consult.how", NEUTRAL)
    lacks = tuple(Phrase(f"inquiry.lacks.{place}") for place in list_missing_fields(draft))
    if lacks:
        return cmd.reply("consult.lacks", NEUTRAL, lines=format_draft(draft, cmd.ctx.lang), lacks=lacks)
    made = build_consultation(draft, cmd.ctx.now)
    if isinstance(made, DraftIssue):
        return cmd.reply("consult.wrong", NEUTRAL, what=Phrase(f"inquiry.wrong.{made.key}"), line=made.line)
    choices = (
        _make_button("yes", "consult_ok"),
        make_command_button(ServiceCommandName.CONSULT),
    )
    return TurnResult(
        cmd.ctx.session, (Reply("inquiry.consult.shown", NEUTRAL, _build_content_args(cmd, made), choices),)
    )


def _build_content_args(cmd: ServiceCommandContext, one: Consultation) -> dict[str, ReplyArg]:
    return {
        "title": one.title,
        "background": one.background,
        "link": raw_text(one.link),
        "opens": format_instant(one.opens, cmd),
        "closes": format_instant(one.closes, cmd),
        "questions": tuple(format_question(question) for question in one.questions),
    }


def format_question(one: ConsultationQuestion) -> Phrase:
    """Return a question with its kind and its options."""
    options = tuple(raw_text(f"   – {label}") for label in one.options.values())
    lines: dict[str, ReplyArg] = {"kind": Phrase(f"inquiry.kind.{one.kind}"), "title": one.title}
    return (
        Phrase("inquiry.question", {**lines, "options": options})
        if options
        else Phrase("inquiry.question_bare", lines)
    )


def _announce_consultation(cmd: ServiceCommandContext) -> Decision:
    draft = cmd.work.consultation
    made = build_consultation(draft, cmd.ctx.now) if not list_missing_fields(draft) else DraftIssue("order")
    if isinstance(made, DraftIssue):
        return _continue_draft(cmd, "")  # its closing time has passed since the preview
    cmd = _with_draft(cmd, ())
    code = pick_consultation_code((yield from run_query(NewReceipt())).symbols)
    act = AnnounceConsultation(replace(made, code=code), f"staff:{cmd.staff.id}")
    turn = cmd.reply("consult.announced", NEUTRAL, acts=(act,), code=code, title=made.title)
    return replace(
        turn, replies=(*turn.replies, _format_links(code, (yield from run_query(GetConsultationLinks(code)))))
    )


def _show_consultation(cmd: ServiceCommandContext, one: Consultation, ways: ConsultationLinks) -> TurnResult:
    """Show a consultation; while it is open also its links, to be printed and passed on."""
    is_over = one.phase is not ConsultationPhase.OPEN or one.closes <= cmd.ctx.now
    summary = Reply(
        "inquiry.consult.one",
        NEUTRAL,
        {"line": _format_consultation_line(cmd, one), **_build_content_args(cmd, one)},
    )
    return TurnResult(cmd.ctx.session, (summary, *(() if is_over else (_format_links(one.code, ways),))))


def _format_links(code: str, ways: ConsultationLinks) -> Reply:
    """Return the links to a consultation, the first also as a QR code; without links only its code."""
    links = tuple(
        Phrase(f"inquiry.consult.way_{name}", {"link": link})
        for name, link in (("page", ways.page), ("telegram", ways.telegram))
        if link
    )
    if not links:
        return Reply("inquiry.consult.way_code", NEUTRAL, {"code": code})
    return Reply(
        "inquiry.consult.ways", NEUTRAL, {"links": links, "code": code, "qr": ways.page or ways.telegram}
    )


def pick_consultation_code(symbols: str) -> str:
    """Return six adjacent symbols with a letter among them, so that the code is not taken for a number."""
    return next(
        (s for at in range(len(symbols) - 5) if not (s := symbols[at : at + 6]).isdecimal()), symbols[:6]
    )


def _close_consultation(
    cmd: ServiceCommandContext, consultations: tuple[Consultation, ...], rest: str
) -> TurnResult:
    code, _, sure = rest.strip().partition(" ")
    one = next(
        (one for one in consultations if one.code == code.upper() and one.phase is ConsultationPhase.OPEN),
        None,
    )
    if one is None:
        return cmd.reply("consult.unknown", NEUTRAL, code=code)
    if sure != "yes":
        yes = _make_button(f"close {one.code} yes", "consult_close")
        return cmd.reply("consult.sure", NEUTRAL, (yes,), title=one.title)
    return cmd.reply(
        "consult.closed",
        NEUTRAL,
        acts=(CloseConsultation(one.code, f"staff:{cmd.staff.id}"),),
        title=one.title,
    )


def review_statements(cmd: ServiceCommandContext) -> Decision:
    """Moderate the statements that citizens added, one by one: `join` accepts, `away` rejects."""
    waiting = yield from run_query(ListPendingStatements())
    word, _, own = cmd.command.rest.partition(" ")
    one = next((one for one in waiting if one.id == own.strip()), None)
    if one is not None and word in {"join", "away"}:
        act = ModerateStatement(one.id, word == "join", f"staff:{cmd.staff.id}")
        left = tuple(other for other in waiting if other is not one)
        return replace(
            _show_next_statement(cmd, left, Reply(f"inquiry.statement_{word}", NEUTRAL)), acts=(act,)
        )
    return _show_next_statement(cmd, waiting)


def _show_next_statement(
    cmd: ServiceCommandContext, waiting: tuple[PendingStatement, ...], *before: Reply
) -> TurnResult:
    if not waiting:
        turn = cmd.reply("statements_none", NEUTRAL)
    else:
        own = waiting[0]
        ways = tuple(
            make_command_button(
                cmd.command.name, rest=f"{way} {own.id}", label=Phrase(f"inquiry.button.{way}")
            )
            for way in ("join", "away")
        )
        turn = cmd.reply("statements_one", NEUTRAL, ways, count=len(waiting), text=own.text, code=own.code)
    return replace(turn, replies=(*before, *turn.replies))
