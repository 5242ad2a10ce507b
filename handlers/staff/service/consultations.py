"""`/consult`: an officer announces a consultation in a few lines, sees it as people will, and closes it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from handlers import thai
from handlers.consultations.messages import (
    Ballot,
    BallotQuestion,
    CloseBallot,
    FindWays,
    JudgeStatement,
    ListBallots,
    ListStatements,
    Phase,
    PutBallot,
    Statement,
    Ways,
)
from handlers.dialog.events import Arg, Choice, Deciding, NewReceipt, Say, Turn, literal, read
from handlers.staff.service.consultation_text import Draft, Wrong, drafted, gathered, missing, written
from handlers.staff.service_command import Asked

MORE = "/consult more"
"""What the next words of an officer complete: the announcement that is under way."""


def consult(asked: Asked) -> Deciding:
    """List consultations, announce one, or close one."""
    word, rest = (*asked.rest.split(maxsplit=1), "", "")[:2]
    if word in {"new", "ใหม่"}:
        return _gathered(asked.keeps(ballot=""), rest)
    if word == "more":
        return _gathered(asked, rest)
    if word == "yes" and "ballot" in asked.m.session.staff:
        return (yield from _announced(asked))
    ballots = yield from read(ListBallots())
    if word in {"close", "ปิด"}:
        return _closing(asked, ballots, rest)
    known = next((one for one in ballots if one.code == word.upper()), None)
    if known is not None:
        return _of_one(asked, known, (yield from read(FindWays(known.code))))
    lines = tuple(_line(asked, one) for one in ballots[:20])
    begun = (Choice(MORE, "inquiry.button.consult_more"),) if "ballot" in asked.m.session.staff else ()
    return asked.tells("consult.list" if lines else "consult.none", begun, lines=lines)


def _line(asked: Asked, one: Ballot) -> Say:
    phase = Phase.COMING if one.phase is Phase.OPEN and asked.m.now < one.opens else one.phase
    told: dict[str, Arg] = {"code": one.code, "title": one.title, "phase": Say(f"inquiry.phase.{phase}")}
    return Say("inquiry.consult_line", {**told, "closes": _at(one.closes, asked)})


def _at(instant: datetime, asked: Asked) -> str:
    return f"{thai.shown(thai.day(instant), asked.m.lang)} {thai.clock(instant)}"


def _gathered(asked: Asked, text: str) -> Turn:
    """Take what was typed into the announcement that is under way, and say how it stands."""
    draft, wrong = gathered(asked.m.session.staff.get("ballot", ""), text)
    asked = asked.keeps(ballot=written(draft, asked.m.lang), awaits=MORE)
    turn = _standing(asked, draft)
    mistakes = tuple(
        Say("inquiry.consult.wrong", {"what": Say(f"inquiry.wrong.{one.key}"), "line": one.line})
        for one in wrong
    )
    return replace(turn, says=(*mistakes, *turn.says))


def _standing(asked: Asked, draft: Draft) -> Turn:
    """What is there of an announcement: nothing, some of it, or all."""
    if not draft:
        return asked.tells("consult.how")
    lacks = tuple(Say(f"inquiry.lacks.{place}") for place in missing(draft))
    if lacks:
        return asked.tells("consult.lacks", lines=written(draft, asked.m.lang), lacks=lacks)
    made = drafted(draft, asked.m.now)
    if isinstance(made, Wrong):
        return asked.tells("consult.wrong", what=Say(f"inquiry.wrong.{made.key}"), line=made.line)
    choices = (
        Choice("/consult yes", "inquiry.button.consult_ok"),
        Choice("/consult", "inquiry.button.consult"),
    )
    return Turn(asked.m.session, (Say("inquiry.consult.shown", _content(asked, made), choices),))


def _content(asked: Asked, one: Ballot) -> dict[str, Arg]:
    return {
        "title": one.title,
        "background": one.background,
        "link": literal(one.link),
        "opens": _at(one.opens, asked),
        "closes": _at(one.closes, asked),
        "questions": tuple(_question(question) for question in one.questions),
    }


def _question(one: BallotQuestion) -> Say:
    options = tuple(literal(f"   – {label}") for label in one.options.values())
    lines: dict[str, Arg] = {"kind": Say(f"inquiry.kind.{one.kind}"), "title": one.title}
    return (
        Say("inquiry.question", {**lines, "options": options})
        if options
        else Say("inquiry.question_bare", lines)
    )


def _announced(asked: Asked) -> Deciding:
    draft, _ = gathered(asked.m.session.staff["ballot"], "")
    made = drafted(draft, asked.m.now) if not missing(draft) else Wrong("order")
    if isinstance(made, Wrong):
        return _gathered(asked, "")  # it closes too soon by now
    asked = asked.keeps(ballot="")
    code = lettered((yield from read(NewReceipt())).symbols)
    act = PutBallot(replace(made, code=code), f"staff:{asked.staff.id}")
    turn = asked.tells("consult.announced", acts=(act,), code=code, title=made.title)
    return replace(turn, says=(*turn.says, _ways(code, (yield from read(FindWays(code))))))


def _of_one(asked: Asked, one: Ballot, ways: Ways) -> Turn:
    """What is asked in a consultation, and while it is open where people find it, to be printed and passed on."""
    is_over = one.phase is not Phase.OPEN or one.closes <= asked.m.now
    told = Say("inquiry.consult.one", {"line": _line(asked, one), **_content(asked, one)})
    return Turn(asked.m.session, (told, *(() if is_over else (_ways(one.code, ways),))))


def _ways(code: str, ways: Ways) -> Say:
    """Where people find a consultation; its page as a QR code too."""
    links = tuple(
        Say(f"inquiry.consult.way_{name}", {"link": link})
        for name, link in (("page", ways.page), ("telegram", ways.telegram))
        if link
    )
    if not links:
        return Say("inquiry.consult.way_code", {"code": code})
    return Say("inquiry.consult.ways", {"links": links, "code": code, "qr": ways.page or ways.telegram})


def lettered(symbols: str) -> str:
    """Six symbols of many with a letter among them, so that a code is not taken for a number."""
    return next(
        (s for at in range(len(symbols) - 5) if not (s := symbols[at : at + 6]).isdecimal()), symbols[:6]
    )


def _closing(asked: Asked, ballots: tuple[Ballot, ...], rest: str) -> Turn:
    code, _, sure = rest.strip().partition(" ")
    one = next((one for one in ballots if one.code == code.upper() and one.phase is Phase.OPEN), None)
    if one is None:
        return asked.tells("consult.unknown", code=code)
    if sure != "yes":
        yes = Choice(f"/consult close {one.code} yes", "inquiry.button.consult_close")
        return asked.tells("consult.sure", (yes,), title=one.title)
    return asked.tells(
        "consult.closed", acts=(CloseBallot(one.code, f"staff:{asked.staff.id}"),), title=one.title
    )


def statements(asked: Asked) -> Deciding:
    """What citizens added: read one by one, joined or put away."""
    waiting = yield from read(ListStatements())
    word, _, own = asked.rest.partition(" ")
    one = next((one for one in waiting if one.id == own.strip()), None)
    if one is not None and word in {"join", "away"}:
        act = JudgeStatement(one.id, word == "join", f"staff:{asked.staff.id}")
        left = tuple(other for other in waiting if other is not one)
        return replace(_waiting(asked, left, Say(f"inquiry.statement_{word}")), acts=(act,))
    return _waiting(asked, waiting)


def _waiting(asked: Asked, waiting: tuple[Statement, ...], *before: Say) -> Turn:
    if not waiting:
        turn = asked.tells("statements_none")
    else:
        own = waiting[0]
        ways = tuple(
            Choice(f"/statements {way} {own.id}", f"inquiry.button.{way}") for way in ("join", "away")
        )
        turn = asked.tells("statements_one", ways, count=len(waiting), text=own.text, code=own.code)
    return replace(turn, says=(*before, *turn.says))


WORKS: Mapping[str, Callable[[Asked], Deciding]] = {"consult": consult, "statements": statements}
