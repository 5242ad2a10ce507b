"""`/consult`: an officer announces a consultation in a few lines, sees it as people will, and closes it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from handlers import thai
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
from handlers.dialog.events import Arg, Choice, Deciding, NewReceipt, Reply, TurnResult, literal, read
from handlers.staff.service.consultation_text import Draft, DraftIssue, drafted, gathered, missing, written
from handlers.staff.service_command import ServiceCommandContext

MORE = "/consult more"
"""What the next words of an officer complete: the announcement that is under way."""


def consult(asked: ServiceCommandContext) -> Deciding:
    """List consultations, announce one, or close one."""
    word, rest = (*asked.rest.split(maxsplit=1), "", "")[:2]
    if word in {"new", "ใหม่"}:
        return _gathered(asked.keeps(ballot=""), rest)
    if word == "more":
        return _gathered(asked, rest)
    if word == "yes" and "ballot" in asked.m.session.staff:
        return (yield from _announced(asked))
    ballots = yield from read(ListConsultations())
    if word in {"close", "ปิด"}:
        return _closing(asked, ballots, rest)
    known = next((one for one in ballots if one.code == word.upper()), None)
    if known is not None:
        return _of_one(asked, known, (yield from read(GetConsultationLinks(known.code))))
    lines = tuple(_line(asked, one) for one in ballots[:20])
    begun = (Choice(MORE, "inquiry.button.consult_more"),) if "ballot" in asked.m.session.staff else ()
    return asked.tells("consult.list" if lines else "consult.none", begun, lines=lines)


def _line(asked: ServiceCommandContext, one: Consultation) -> Reply:
    phase = (
        ConsultationPhase.COMING
        if one.phase is ConsultationPhase.OPEN and asked.m.now < one.opens
        else one.phase
    )
    told: dict[str, Arg] = {"code": one.code, "title": one.title, "phase": Reply(f"inquiry.phase.{phase}")}
    return Reply("inquiry.consult_line", {**told, "closes": _at(one.closes, asked)})


def _at(instant: datetime, asked: ServiceCommandContext) -> str:
    return f"{thai.shown(thai.day(instant), asked.m.lang)} {thai.clock(instant)}"


def _gathered(asked: ServiceCommandContext, text: str) -> TurnResult:
    """Take what was typed into the announcement that is under way, and say how it stands."""
    draft, wrong = gathered(asked.m.session.staff.get("ballot", ""), text)
    asked = asked.keeps(ballot=written(draft, asked.m.lang), awaits=MORE)
    turn = _standing(asked, draft)
    mistakes = tuple(
        Reply("inquiry.consult.wrong", {"what": Reply(f"inquiry.wrong.{one.key}"), "line": one.line})
        for one in wrong
    )
    return replace(turn, says=(*mistakes, *turn.says))


def _standing(asked: ServiceCommandContext, draft: Draft) -> TurnResult:
    """What is there of an announcement: nothing, some of it, or all."""
    if not draft:
        return asked.tells("consult.how")
    lacks = tuple(Reply(f"inquiry.lacks.{place}") for place in missing(draft))
    if lacks:
        return asked.tells("consult.lacks", lines=written(draft, asked.m.lang), lacks=lacks)
    made = drafted(draft, asked.m.now)
    if isinstance(made, DraftIssue):
        return asked.tells("consult.wrong", what=Reply(f"inquiry.wrong.{made.key}"), line=made.line)
    choices = (
        Choice("/consult yes", "inquiry.button.consult_ok"),
        Choice("/consult", "inquiry.button.consult"),
    )
    return TurnResult(asked.m.session, (Reply("inquiry.consult.shown", _content(asked, made), choices),))


def _content(asked: ServiceCommandContext, one: Consultation) -> dict[str, Arg]:
    return {
        "title": one.title,
        "background": one.background,
        "link": literal(one.link),
        "opens": _at(one.opens, asked),
        "closes": _at(one.closes, asked),
        "questions": tuple(_question(question) for question in one.questions),
    }


def _question(one: ConsultationQuestion) -> Reply:
    options = tuple(literal(f"   – {label}") for label in one.options.values())
    lines: dict[str, Arg] = {"kind": Reply(f"inquiry.kind.{one.kind}"), "title": one.title}
    return (
        Reply("inquiry.question", {**lines, "options": options})
        if options
        else Reply("inquiry.question_bare", lines)
    )


def _announced(asked: ServiceCommandContext) -> Deciding:
    draft, _ = gathered(asked.m.session.staff["ballot"], "")
    made = drafted(draft, asked.m.now) if not missing(draft) else DraftIssue("order")
    if isinstance(made, DraftIssue):
        return _gathered(asked, "")  # it closes too soon by now
    asked = asked.keeps(ballot="")
    code = lettered((yield from read(NewReceipt())).symbols)
    act = AnnounceConsultation(replace(made, code=code), f"staff:{asked.staff.id}")
    turn = asked.tells("consult.announced", acts=(act,), code=code, title=made.title)
    return replace(turn, says=(*turn.says, _ways(code, (yield from read(GetConsultationLinks(code))))))


def _of_one(asked: ServiceCommandContext, one: Consultation, ways: ConsultationLinks) -> TurnResult:
    """What is asked in a consultation, and while it is open where people find it, to be printed and passed on."""
    is_over = one.phase is not ConsultationPhase.OPEN or one.closes <= asked.m.now
    told = Reply("inquiry.consult.one", {"line": _line(asked, one), **_content(asked, one)})
    return TurnResult(asked.m.session, (told, *(() if is_over else (_ways(one.code, ways),))))


def _ways(code: str, ways: ConsultationLinks) -> Reply:
    """Where people find a consultation; its page as a QR code too."""
    links = tuple(
        Reply(f"inquiry.consult.way_{name}", {"link": link})
        for name, link in (("page", ways.page), ("telegram", ways.telegram))
        if link
    )
    if not links:
        return Reply("inquiry.consult.way_code", {"code": code})
    return Reply("inquiry.consult.ways", {"links": links, "code": code, "qr": ways.page or ways.telegram})


def lettered(symbols: str) -> str:
    """Six symbols of many with a letter among them, so that a code is not taken for a number."""
    return next(
        (s for at in range(len(symbols) - 5) if not (s := symbols[at : at + 6]).isdecimal()), symbols[:6]
    )


def _closing(asked: ServiceCommandContext, ballots: tuple[Consultation, ...], rest: str) -> TurnResult:
    code, _, sure = rest.strip().partition(" ")
    one = next(
        (one for one in ballots if one.code == code.upper() and one.phase is ConsultationPhase.OPEN), None
    )
    if one is None:
        return asked.tells("consult.unknown", code=code)
    if sure != "yes":
        yes = Choice(f"/consult close {one.code} yes", "inquiry.button.consult_close")
        return asked.tells("consult.sure", (yes,), title=one.title)
    return asked.tells(
        "consult.closed", acts=(CloseConsultation(one.code, f"staff:{asked.staff.id}"),), title=one.title
    )


def statements(asked: ServiceCommandContext) -> Deciding:
    """What citizens added: read one by one, joined or put away."""
    waiting = yield from read(ListPendingStatements())
    word, _, own = asked.rest.partition(" ")
    one = next((one for one in waiting if one.id == own.strip()), None)
    if one is not None and word in {"join", "away"}:
        act = ModerateStatement(one.id, word == "join", f"staff:{asked.staff.id}")
        left = tuple(other for other in waiting if other is not one)
        return replace(_waiting(asked, left, Reply(f"inquiry.statement_{word}")), acts=(act,))
    return _waiting(asked, waiting)


def _waiting(
    asked: ServiceCommandContext, waiting: tuple[PendingStatement, ...], *before: Reply
) -> TurnResult:
    if not waiting:
        turn = asked.tells("statements_none")
    else:
        own = waiting[0]
        ways = tuple(
            Choice(f"/statements {way} {own.id}", f"inquiry.button.{way}") for way in ("join", "away")
        )
        turn = asked.tells("statements_one", ways, count=len(waiting), text=own.text, code=own.code)
    return replace(turn, says=(*before, *turn.says))


WORKS: Mapping[str, Callable[[ServiceCommandContext], Deciding]] = {
    "consult": consult,
    "statements": statements,
}
