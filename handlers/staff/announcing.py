"""`/consult`: an officer announces a consultation in a few lines, sees it as people will, and closes it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from handlers import thai
from handlers.staff.asking import Asked
from handlers.turn import Arg, Choice, Deciding, NewReceipt, Say, Turn, literal, read
from handlers.voice import (
    Ballot,
    BallotQuestion,
    CloseBallot,
    FindWays,
    JudgeStatement,
    Kind,
    ListBallots,
    ListStatements,
    Phase,
    PutBallot,
    Statement,
    Ways,
)

MOST_QUESTIONS = 20
MOST_OPTIONS = 12
LONGEST = 2000
PLACES: Mapping[str, str] = {
    "ชื่อ": "title", "title": "title",
    "ความเป็นมา": "background", "background": "background",
    "ลิงก์": "link", "link": "link",
    "เปิด": "opens", "opens": "opens",
    "ปิด": "closes", "closes": "closes",
    "ถาม": "ask", "ask": "ask",
}  # fmt: skip
"""How a line of an announcement begins."""

KINDS: Mapping[str, Kind] = {
    "เลือกหนึ่ง": Kind.CHOICE, "one": Kind.CHOICE,
    "เลือกหลาย": Kind.CHOICES, "several": Kind.CHOICES,
    "คะแนน": Kind.SCALE, "scale": Kind.SCALE,
    "ข้อความ": Kind.TEXT, "text": Kind.TEXT,
    "เห็นด้วย": Kind.STATEMENTS, "statements": Kind.STATEMENTS,
}  # fmt: skip

_LINE = re.compile(r"\s*([^:：]{2,12}?)\s*[:：]\s*(.*)")
_BETWEEN = re.compile(r"\n|;\s*(?=(?:" + "|".join(PLACES) + r")\s*[:：])")
"""Lines, or what stands for them where a message is one line, as in the terminal."""

_WHEN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:\s+(\d{1,2})[.:](\d{2}))?")
_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")


@dataclass(frozen=True, slots=True)
class Wrong:
    """A mistake in an announcement: a wording key, and the line that it is in."""

    key: str
    line: str = ""


def consult(asked: Asked) -> Deciding:
    """List consultations, announce one, or close one."""
    word, _, rest = asked.rest.partition(" ") if "\n" not in asked.rest[:8] else asked.rest.partition("\n")
    if word.strip() in {"new", "ใหม่"}:
        return _drafted(asked, rest)
    if word == "yes" and "ballot" in asked.m.session.staff:
        return (yield from _announced(asked))
    ballots = yield from read(ListBallots())
    if word in {"close", "ปิด"}:
        return _closing(asked, ballots, rest)
    known = next((one for one in ballots if one.code == word.upper()), None)
    if known is not None:
        return _of_one(asked, known, (yield from read(FindWays(known.code))))
    lines = tuple(_line(asked, one) for one in ballots[:20])
    return asked.tells("consult.list" if lines else "consult.none", lines=lines)


def _line(asked: Asked, one: Ballot) -> Say:
    phase = Phase.COMING if one.phase is Phase.OPEN and asked.m.now < one.opens else one.phase
    told: dict[str, Arg] = {"code": one.code, "title": one.title, "phase": Say(f"inquiry.phase.{phase}")}
    return Say("inquiry.consult_line", {**told, "closes": _at(one.closes, asked)})


def _at(instant: datetime, asked: Asked) -> str:
    return f"{thai.shown(thai.day(instant), asked.m.lang)} {thai.clock(instant)}"


def _drafted(asked: Asked, text: str) -> Turn:
    if not text.strip():
        return asked.tells("consult.how")
    made = drafted(text, asked.m.now)
    if isinstance(made, Wrong):
        return asked.tells("consult.wrong", what=Say(f"inquiry.wrong.{made.key}"), line=made.line)
    choices = (
        Choice("/consult yes", "inquiry.button.consult_ok"),
        Choice("/consult", "inquiry.button.consult"),
    )
    kept = asked.keeps(ballot=text.strip())
    shown = Say("inquiry.consult.shown", _content(asked, made), choices)
    return Turn(kept.m.session, (shown,))


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
    made = drafted(asked.m.session.staff["ballot"], asked.m.now)
    asked = asked.keeps(ballot="")
    if isinstance(made, Wrong):
        return asked.tells("consult.wrong", what=Say(f"inquiry.wrong.{made.key}"), line=made.line)
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


def drafted(text: str, now: datetime) -> Ballot | Wrong:
    """A consultation from its lines, without a code; or the first mistake in them."""
    said: dict[str, str] = {}
    questions: list[BallotQuestion] = []
    for line in filter(str.strip, _BETWEEN.split(text)):
        found = _LINE.fullmatch(line)
        place = PLACES.get(found[1].strip().casefold()) if found else None
        if found is None or place is None:
            return Wrong("line", line)
        if place == "ask":
            question = _asked(found[2], f"q{len(questions) + 1}")
            if isinstance(question, Wrong):
                return question
            questions.append(question)
        else:
            said[place] = found[2].strip()[:LONGEST]
    return _whole(said, tuple(questions), now)


def _whole(said: Mapping[str, str], questions: tuple[BallotQuestion, ...], now: datetime) -> Ballot | Wrong:
    if not said.get("title"):
        return Wrong("title")
    if not 1 <= len(questions) <= MOST_QUESTIONS:
        return Wrong("questions")
    if said.get("link", "https://") and not said.get("link", "https://").startswith(("https://", "http://")):
        return Wrong("link", said["link"])
    opens = instant(said["opens"], time(0, 0)) if said.get("opens") else now
    closes = instant(said.get("closes", ""), time(23, 59))
    if opens is None or closes is None:
        return Wrong("when", said.get("opens", "") if opens is None else said.get("closes", ""))
    if closes <= max(opens, now):
        return Wrong("order")
    return Ballot(
        "", said["title"], said.get("background", ""), said.get("link", ""), opens, closes, questions
    )


def _asked(text: str, key: str) -> BallotQuestion | Wrong:
    kind, *parts = [part.strip() for part in text.split("|")]
    own = KINDS.get(kind.casefold())
    if own is None or not parts or not parts[0]:
        return Wrong("kind", text)
    title, *options = parts
    picks = own in {Kind.CHOICE, Kind.CHOICES, Kind.STATEMENTS}
    least = 2 if own is not Kind.STATEMENTS else 1
    if (picks and not least <= len(options) <= MOST_OPTIONS) or (not picks and options) or "" in options:
        return Wrong("options", text)
    letter = "s" if own is Kind.STATEMENTS else "o"
    return BallotQuestion(
        key, own, title, {f"{letter}{n}": label for n, label in enumerate(options, start=1)}
    )


def instant(text: str, otherwise: time) -> datetime | None:
    """A day, with its time of day or without, as people write it; Buddhist or Christian years. Bangkok's."""
    found = _WHEN.fullmatch(text.strip().translate(_DIGITS))
    if found is None:
        return None
    year = int(found[3])
    year -= thai.BUDDHIST_ERA if year > 2400 else 0
    try:
        at = time(int(found[4]), int(found[5])) if found[4] else otherwise
        return datetime.combine(date(year, int(found[2]), int(found[1])), at, thai.BANGKOK)
    except ValueError:
        return None


WORKS: Mapping[str, Callable[[Asked], Deciding]] = {"consult": consult, "statements": statements}
