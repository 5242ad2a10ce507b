"""Assign cases and run transitions of the lifecycle. A transition that ends a case needs a reason for the reporter."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import assert_never

from handlers.complaints.lifecycle import (
    OUTCOME_RULES,
    STATUS_RULES,
    TRANSITIONS_BY_COMMAND,
    CaseOutcome,
    NonAcceptanceReason,
    Transition,
    TransitionNotAllowedError,
    TransitionRequest,
    get_next_status,
    list_transition_commands,
)
from handlers.complaints.messages import ActorKind, ApplyTransition, ExclusionGround, ListExclusions
from handlers.dialog.effects import Act, Decision, TurnResult, run_query
from handlers.dialog.replies import KEEPS_TEXT, OF_CASE, Choice, Phrase, Reply, raw_text
from handlers.office import OutsideBody
from handlers.staff.command import ComplaintsCommandContext, QueryGenerator, make_command_button
from handlers.staff.complaints.approvals import (
    build_approval_use,
    needs_two_persons,
    require_unfounded_approval,
)
from handlers.staff.complaints.case_view import load_staff_names, show_case_after_act
from handlers.staff.complaints.checklist.check import require_checklist
from handlers.staff.complaints.find_case import make_case_command
from handlers.staff.complaints.matters.decide import list_transitions_of_report
from handlers.staff.complaints.messages import (
    AssignCase,
    FindCaseByNumber,
    GetCaseHistory,
    OfficerCase,
    SetAppointment,
)
from handlers.staff.complaints.outgoing import make_decision, propose_reply, schedule_transition
from handlers.staff.enrolment.people import number_same_names
from handlers.staff.members import ListStaff, StaffMember
from handlers.staff.parse import ParsedCommand, split_first_word
from handlers.staff.permissions import CASE_WORKERS, CommandName
from handlers.thai.dates import format_date, to_bangkok_date
from handlers.thai.matching import normalize_for_matching
from handlers.thai.text import clean_text, count_letters_and_digits

TYPED_OUTCOMES: Mapping[str, CaseOutcome] = {
    word: outcome for outcome, rules in OUTCOME_RULES.items() for word in rules.typed_words
}
"""The outcome of each word that officers type."""

COMMANDS_WITH_ARGUMENT = frozenset({CommandName.CLOSE, CommandName.FORWARD, CommandName.NOT_ACCEPT})
"""Commands whose first word is an argument and not part of the reason."""

MIN_REASON_LETTERS = 10
"""Minimum letters and digits of a reason: "ok" explains nothing to the reporter."""


def take_case(cmd: ComplaintsCommandContext, found: OfficerCase) -> Decision:
    """Assign a case to oneself."""
    if found.officer == cmd.staff.id:
        return (
            yield from show_case_after_act(
                cmd, found, Reply("staff.take.yours", OF_CASE, {"number": found.register_number})
            )
        )
    return (yield from _assign_to(cmd, found, cmd.staff))


def assign_officer(cmd: ComplaintsCommandContext, found: OfficerCase) -> Decision:
    """Assign a case to a colleague: `/assign 12 name`."""
    to = yield from _choose_officer(cmd, found)
    return to if isinstance(to, TurnResult) else (yield from _assign_to(cmd, found, to))


def appoint_officer(cmd: ComplaintsCommandContext, found: OfficerCase) -> Decision:
    """Assign a case so that only the officer and this supervisor may open it: `/appoint 12 name`.

    `/appoint 12 off` ends that. To everybody else it then reads as a case does that concerns them.
    """
    number = found.register_number
    if cmd.command.rest.strip() in {"off", "เลิก"}:
        lift = SetAppointment(found.id, found.officer, cmd.staff.id, is_lifted=True)
        back = (make_command_button(CommandName.CASE, found),)
        return cmd.reply("appoint.off", OF_CASE, back, (lift,), number=number)
    to = yield from _choose_officer(cmd, found)
    if isinstance(to, TurnResult):
        return to
    act = SetAppointment(found.id, to.id, cmd.staff.id)
    reply = Reply("staff.appoint.done", OF_CASE, {"number": number, "name": to.name})
    if found.officer == to.id:
        turn = yield from show_case_after_act(cmd, replace(found, appointed_by=cmd.staff.id), reply)
        return replace(turn, acts=(*turn.acts, act))
    turn = yield from _assign_to(cmd, replace(found, appointed_by=cmd.staff.id), to, reply)
    return replace(turn, acts=(*turn.acts, act))


def _choose_officer(
    cmd: ComplaintsCommandContext, found: OfficerCase
) -> QueryGenerator[StaffMember | TurnResult]:
    """Return the colleague whose name or id was given, or the reply that asks for one.

    Not those who are excluded from it, nor whoever closed it before the reporter asked for another look.
    """
    everybody = yield from run_query(ListStaff())
    barred: set[str] = set()
    for report in (found.id, *(one.id for one in found.other_reports)):
        known = yield from run_query(ListExclusions(report))
        barred |= {one.staff for one in known if one.ground is not ExclusionGround.LIFTED}
    able = [
        one
        for one in everybody
        if one.active and one.role in CASE_WORKERS and one.id not in {found.avoid_officer, *barred}
    ]
    typed = cmd.command.rest[
        :100
    ].strip()  # a button brings an id, in which no letter is repeated for emphasis
    wanted = normalize_for_matching(typed)
    fitting = [
        one
        for one in able
        if wanted and (wanted in normalize_for_matching(one.name) or typed in {one.id, one.short_id})
    ]
    exact = [one for one in fitting if normalize_for_matching(one.name) == wanted] or fitting
    if len(exact) != 1:
        called = number_same_names(everybody)
        key = "ask" if not wanted else "several" if exact else "nobody"
        names = tuple(
            make_command_button(cmd.command.name, found, one.short_id, raw_text(called[one.id]))
            for one in exact or able
        )
        return cmd.reply(f"assign.{key}", OF_CASE, names, number=found.register_number)
    return exact[0]


def _assign_to(
    cmd: ComplaintsCommandContext, found: OfficerCase, to: StaffMember, said: Reply | None = None
) -> Decision:
    act = AssignCase(found.id, found.seq + 1, to_bangkok_date(cmd.ctx.now), to.id, cmd.staff.id)
    key = "take.done" if to.id == cmd.staff.id else "assign.done"
    reply = said or Reply(f"staff.{key}", OF_CASE, {"number": found.register_number, "name": to.name})
    turn = yield from show_case_after_act(cmd, replace(found, officer=to.id, seq=act.seq), reply)
    return replace(turn, acts=(*turn.acts, act))


def run_transition(cmd: ComplaintsCommandContext, found: OfficerCase) -> Decision:
    """Run a transition without a text: it applies at once, and the officer sees what the reporter will see."""
    one = TransitionRequest(TRANSITIONS_BY_COMMAND[cmd.command.name])
    try:
        status = get_next_status(found.coming_status, one)
    except TransitionNotAllowedError:
        return (yield from explain_forbidden_transition(cmd, found))
    if found.scheduled:
        return (yield from schedule_transition(cmd, found, one))
    act = ApplyTransition(
        found.id,
        found.seq + 1,
        to_bangkok_date(cmd.ctx.now),
        one,
        status,
        ActorKind.OFFICE,
        staff=cmd.staff.id,
    )
    reply = Reply(
        "staff.moved",
        OF_CASE,
        {"number": found.register_number, "seen": Phrase(f"entry.moved.{status}", _build_preview_args(cmd))},
    )
    others = [
        move
        for report in found.open_others
        for move in list_transitions_of_report(report, one, cmd.staff.id, act.on)
    ]
    turn = yield from show_case_after_act(cmd, replace(found, status=status, seq=act.seq), reply)
    return replace(turn, acts=(*turn.acts, act, *others))


def _build_preview_args(cmd: ComplaintsCommandContext) -> dict[str, str | Phrase]:
    return {"on": format_date(to_bangkok_date(cmd.ctx.now), cmd.ctx.lang), "why": raw_text("")}


def explain_forbidden_transition(cmd: ComplaintsCommandContext, found: OfficerCase) -> Decision:
    """Explain why a transition is not allowed: the present state, who set it, and what is allowed instead."""
    lines = yield from run_query(GetCaseHistory(found.id))
    names = yield from load_staff_names()
    last = next((one for one in reversed(lines.rows) if one.entry.status), None)
    orders = list_transition_commands(found.coming_status)
    legal = ", ".join(cmd.table.name_in(order, cmd.ctx.lang) for order in orders)
    holder = raw_text(names[found.officer]) if found.officer in names else Phrase("staff.whose.nobodys")
    who = raw_text(names.get(last.staff, "")) if last and last.staff in names else Phrase("staff.by.somebody")
    return cmd.reply(
        "forbidden_after" if found.scheduled else "forbidden",
        OF_CASE,
        tuple(make_command_button(order, found) for order in orders),
        number=found.register_number,
        order=Phrase(cmd.command.name.label_key),
        status=Phrase(f"staff.status.{found.coming_status}"),
        who=who,
        holder=holder,
        legal=raw_text(legal) if legal else Phrase("staff.nothing"),
    )


def run_transition_with_reason(cmd: ComplaintsCommandContext, found: OfficerCase) -> Decision:
    """Run a transition whose reason the reporter reads: ask for what is missing, preview, confirm, schedule."""
    if cmd.command.name not in list_transition_commands(found.coming_status):
        return (yield from explain_forbidden_transition(cmd, found))
    parted = _parse_transition(cmd, found)
    if isinstance(parted, TurnResult):
        return parted
    one, reason = parted
    try:
        get_next_status(found.coming_status, one)
    except TransitionNotAllowedError:
        return _explain_early_outcome(cmd, found, one)
    missing = yield from _find_missing(cmd, found, reason)
    if missing is not None:
        return missing
    spent: tuple[Act, ...] = ()
    if needs_two_persons(one, cmd.ctx.office.two_persons):
        good = yield from require_unfounded_approval(cmd, found, reason)
        if isinstance(good, TurnResult):
            return good
        reason, spent = good.reason, build_approval_use(cmd, good) if cmd.confirmed else ()
    turn = yield from propose_reply(cmd, found, make_decision(cmd, found, one, reason))
    return replace(turn, acts=(*turn.acts, *spent))


def _find_missing(
    cmd: ComplaintsCommandContext, found: OfficerCase, reason: str
) -> QueryGenerator[TurnResult | None]:
    """Return the reply that asks for what a transition still needs: a reason, and to close the checklist of each case.

    Closing a case closes the other reports of its matter, whose kinds may have checklists of their own.
    """
    if cmd.command.name is CommandName.CLOSE:
        for number, year in (
            (found.number, found.year),
            *((one.number, one.year) for one in found.open_others),
        ):
            is_own = (number, year) == (found.number, found.year)
            one = found if is_own else (yield from run_query(FindCaseByNumber(number, year, cmd.staff.id)))
            missing = None if one is None else (yield from require_checklist(cmd, one))
            if missing is not None:
                return missing
    if count_letters_and_digits(reason) >= MIN_REASON_LETTERS:
        return None
    return cmd.await_text_for(_make_partial_command(cmd, found)).reply(
        "reason.ask", OF_CASE, number=found.register_number, fewest=MIN_REASON_LETTERS
    )


def _explain_early_outcome(
    cmd: ComplaintsCommandContext, found: OfficerCase, one: TransitionRequest
) -> TurnResult:
    """Explain that an outcome needs an investigation: the button that begins it, then the outcomes possible now."""
    first = make_command_button(CommandName.INVESTIGATE, found)
    choices = (first, *_list_outcome_choices(cmd, found))
    return cmd.reply(
        "close.investigate_first",
        OF_CASE,
        choices,
        number=found.register_number,
        outcome=Phrase(f"staff.outcome.{one.outcome}"),
        status=Phrase(f"staff.status.{found.coming_status}"),
        presentation=KEEPS_TEXT,
    )


def _make_partial_command(cmd: ComplaintsCommandContext, found: OfficerCase) -> ParsedCommand[CommandName]:
    """Return the command with its one-word argument (outcome, reason or body), which the next text completes."""
    argument = split_first_word(cmd.command.rest)[0] if cmd.command.name in COMMANDS_WITH_ARGUMENT else ""
    return make_case_command(cmd.command.name, found, argument)


def _parse_transition(
    cmd: ComplaintsCommandContext, found: OfficerCase
) -> tuple[TransitionRequest, str] | TurnResult:
    """Return the transition and the reason after it, or the reply that asks for what is missing."""
    first, rest = split_first_word(cmd.command.rest)
    move = TRANSITIONS_BY_COMMAND[cmd.command.name]
    match move:
        case Transition.CLOSE if cmd.command.name is CommandName.FORWARD:
            return _parse_forward(cmd, found, first, rest)
        case Transition.CLOSE:
            return _parse_outcome(cmd, found, first, rest)
        case Transition.NOT_ACCEPT:
            return _parse_non_acceptance(cmd, found, first, rest)
        case Transition.SCREEN | Transition.INVESTIGATE | Transition.WITHDRAW | Transition.REOPEN:
            return TransitionRequest(move), clean_text(cmd.command.rest).text
        case _:
            assert_never(move)


def _parse_outcome(
    cmd: ComplaintsCommandContext, found: OfficerCase, first: str, rest: str
) -> tuple[TransitionRequest, str] | TurnResult:
    outcome = TYPED_OUTCOMES.get(normalize_for_matching(first)) if first else None
    if outcome is None:
        choices = _list_outcome_choices(cmd, found)
        return cmd.reply("close.ask", OF_CASE, choices, number=found.register_number)
    return TransitionRequest(Transition.CLOSE, outcome), clean_text(rest).text


def _list_outcome_choices(cmd: ComplaintsCommandContext, found: OfficerCase) -> tuple[Choice, ...]:
    closing = STATUS_RULES[found.coming_status].closing_outcomes
    allowed = [one for one, rules in OUTCOME_RULES.items() if one in closing and rules.typed_words]
    return tuple(_make_choice(cmd, found, one.value, f"staff.outcome.{one}") for one in allowed)


def _parse_non_acceptance(
    cmd: ComplaintsCommandContext, found: OfficerCase, first: str, rest: str
) -> tuple[TransitionRequest, str] | TurnResult:
    if first not in set(NonAcceptanceReason):
        choices = tuple(
            _make_choice(cmd, found, reason.value, f"reason.{reason}") for reason in NonAcceptanceReason
        )
        return cmd.reply("notaccept.ask", OF_CASE, choices, number=found.register_number)
    return TransitionRequest(Transition.NOT_ACCEPT, reason=NonAcceptanceReason(first)), clean_text(rest).text


def _make_choice(cmd: ComplaintsCommandContext, found: OfficerCase, word: str, key: str) -> Choice:
    return make_command_button(cmd.command.name, found, word, Phrase(key))


def _parse_forward(
    cmd: ComplaintsCommandContext, found: OfficerCase, first: str, rest: str
) -> tuple[TransitionRequest, str] | TurnResult:
    """Parse the body to forward to, one of office.toml. What names none is asked for, and nothing goes there."""
    bodies = cmd.ctx.office.bodies
    exact = [body for body in bodies if body.code == first]  # as a button brings it
    named = exact or [body for body in bodies if first and _squeeze_body(first) in _list_body_names(body)]
    if len(named) != 1:
        choices = tuple(
            make_command_button(
                CommandName.FORWARD, found, one.code, raw_text(one.name.in_lang(cmd.ctx.lang))
            )
            for one in bodies
        )
        return cmd.reply("forward.ask", OF_CASE, choices, number=found.register_number)
    recipient = named[0].name.in_lang("th")
    return TransitionRequest(Transition.CLOSE, CaseOutcome.FORWARDED, body=recipient), clean_text(rest).text


def _squeeze_body(name: str) -> str:
    """Return the name of a body without what people leave out: dots, spaces, capitals, “สำนักงาน”, “คณะกรรมการ”."""
    plain = "".join(sign for sign in normalize_for_matching(name) if sign not in " .()-")
    return plain.removeprefix("สำนักงาน").removeprefix("คณะกรรมการ") or plain


def _list_body_names(body: OutsideBody) -> frozenset[str]:
    """List what a body may be called: its code, its name in each language, its abbreviation (“ป.ป.ช.”, “NACC”)."""
    names = [body.code, body.name.th, *([body.name.en] if body.name.en else [])]
    parts = [
        part for name in names for part in re.split(r"[\s()]+", name) if re.search(r"[ก-๙]\.|[A-Z]{3}", part)
    ]
    return frozenset(_squeeze_body(name) for name in (*names, *parts))
