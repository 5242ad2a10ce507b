"""Closing the loop: what people wrote is put together, the office answers it, the results are published once."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import time

from handlers import thai
from handlers.consultations.messages import (
    Consultation,
    ConsultationPhase,
    FindConsultation,
    FreeText,
    GetConsultationResult,
    ListFreeTexts,
    ListThemes,
    OfficeDecision,
    PublishConsultationResult,
    SaveTheme,
    Theme,
)
from handlers.dialog.events import Arg, Choice, Deciding, Reply, TurnResult, literal, read
from handlers.questions import pii as personal
from handlers.staff.command import Reading
from handlers.staff.service.consultation_text import instant
from handlers.staff.service_command import ServiceCommandContext

A_PAGE = 15
TAKEN: Mapping[str, OfficeDecision] = {
    "adopted": OfficeDecision.ADOPTED, "รับ": OfficeDecision.ADOPTED,
    "partly": OfficeDecision.PARTLY, "รับบางส่วน": OfficeDecision.PARTLY,
    "not": OfficeDecision.NOT, "ไม่รับ": OfficeDecision.NOT,
}  # fmt: skip


def texts(asked: ServiceCommandContext) -> Deciding:
    """What people wrote, by numbers, a page at a time: `/texts CODE 2`."""
    code, page = _parted(asked)
    ballot = yield from read(FindConsultation(code))
    if ballot is None or ballot.phase not in {ConsultationPhase.CLOSED, ConsultationPhase.PUBLISHED}:
        return _not_closed(asked, code, ballot)
    found = yield from read(ListFreeTexts(code))
    at = (max(1, int(page)) - 1) * A_PAGE if page.isdecimal() else 0
    if not found[at:]:
        return asked.tells("weigh.no_texts", title=ballot.title)
    lines = tuple(_written(one) for one in found[at : at + A_PAGE])
    more = at + A_PAGE < len(found)
    further = (Choice(f"/texts {code} {at // A_PAGE + 2}", "inquiry.further"),) if more else ()
    return asked.tells("weigh.texts", further, code=code, count=len(found), lines=lines)


def _written(one: FreeText) -> Reply:
    like = Reply("inquiry.opinion_like", {"count": one.many - 1}) if one.many > 1 else literal("")
    return Reply("inquiry.weigh.text", {"number": one.number, "text": one.text, "like": like})


def theme(asked: ServiceCommandContext) -> Deciding:
    """List the themes; `/theme CODE name: 3,7,9` puts texts together under a name."""
    code, rest = _parted(asked)
    ballot = yield from read(FindConsultation(code))
    if ballot is None or ballot.phase is ConsultationPhase.OPEN:
        return _not_closed(asked, code, ballot)
    known = yield from read(ListThemes(code))
    if not rest:
        lines = tuple(_line(one, asked) for one in known)
        return asked.tells("weigh.themes" if lines else "weigh.no_themes", code=code, lines=lines)
    if ballot.phase is ConsultationPhase.PUBLISHED:
        return asked.tells("weigh.published")
    name, _, numbers = rest.rpartition(":")
    written = yield from read(ListFreeTexts(code))
    own = {one.number for one in written}
    picked = {int(part) for part in numbers.replace(" ", "").split(",") if part.isdecimal()} & own
    if not name.strip() or not picked:
        return asked.tells("weigh.how", code=code)
    same = next((one for one in known if thai.folded(one.name) == thai.folded(name)), None)
    made = same or Theme(len(known) + 1, name.strip()[:120])
    made = replace(made, texts=tuple(sorted({*made.texts, *picked})))
    return asked.tells("weigh.put", acts=(_put(asked, code, made),), place=made.place, name=made.name)


def quote(asked: ServiceCommandContext) -> Deciding:
    """`/quote CODE THEME TEXT`: show a text with personal data covered, and let it stand once it was read."""
    code, rest = _parted(asked)
    place, number, sure = [*rest.split(), "", "", ""][:3]
    own = yield from _theme(code, place)
    written = yield from read(ListFreeTexts(code))
    one = next((one for one in written if str(one.number) == number), None)
    if own is None or one is None or one.number not in own.texts:
        return asked.tells("weigh.no_quote", code=code)
    shown = personal.covered(one.text)
    if sure != "yes":
        yes = Choice(f"/quote {code} {place} {number} yes", "inquiry.button.quote_ok")
        return asked.tells("weigh.quote", (yes,), text=shown, name=own.name)
    made = replace(own, quotes=tuple(dict.fromkeys((*own.quotes, shown))))
    return asked.tells("weigh.quoted", acts=(_put(asked, code, made),), name=own.name)


def taken(asked: ServiceCommandContext) -> Deciding:
    """`/taken CODE THEME adopted 30/09/2570 reason`: the office's answer, which people will read."""
    code, rest = _parted(asked)
    place, how, *more = rest.split(" ", 3)[:4] if rest else ("", "")
    own = yield from _theme(code, place)
    answer = TAKEN.get(how.casefold())
    due = instant(more[0], time(12, 0)) if more else None
    reason = thai.clean(" ".join(more[1:] if due else more)).text
    if own is None or answer is None or not reason or (due is None and answer is not OfficeDecision.NOT):
        return asked.tells("weigh.how_taken", code=code)
    by = thai.day(due) if due and answer is not OfficeDecision.NOT else None
    made = replace(own, taken=answer, reason=reason, by=by, done=None)
    return asked.tells("weigh.answered", acts=(_put(asked, code, made),), line=_line(made, asked))


def done(asked: ServiceCommandContext) -> Deciding:
    """`/done CODE THEME`: what was promised is done."""
    code, place = _parted(asked)
    own = yield from _theme(code, place.strip())
    if own is None or own.taken in {None, OfficeDecision.NOT}:
        return asked.tells("weigh.no_promise", code=code)
    made = replace(own, done=thai.day(asked.m.now))
    return asked.tells("weigh.done", acts=(_put(asked, code, made),), line=_line(made, asked))


def results(asked: ServiceCommandContext) -> Deciding:
    """`/results CODE`: publish what was counted, once, after it was looked at."""
    code, sure = _parted(asked)
    ballot = yield from read(FindConsultation(code))
    found = yield from read(GetConsultationResult(code))
    if ballot is None or found is None:
        return asked.tells("weigh.nothing_to_publish", code=code)
    if sure != "publish":
        yes = Choice(f"/results {code} publish", "inquiry.button.publish_result")
        known = yield from read(ListThemes(code))
        lines = tuple(_line(one, asked) for one in known)
        return asked.tells("weigh.results", (yes,), title=ballot.title, voices=found.voices, lines=lines)
    return _published(
        asked, ballot, PublishConsultationResult(code, found, ballot.title, f"staff:{asked.staff.id}")
    )


def _published(
    asked: ServiceCommandContext, ballot: Consultation, act: PublishConsultationResult
) -> TurnResult:
    where = literal(f" {act.result.address}") if act.result.address else literal("")
    return asked.tells("weigh.out", acts=(act,), title=ballot.title, address=where)


def _not_closed(asked: ServiceCommandContext, code: str, ballot: Consultation | None) -> TurnResult:
    if ballot is not None and ballot.closes <= asked.m.now:
        return asked.tells("weigh.closing", title=ballot.title)
    return asked.tells("weigh.not_closed", code=code)


def _parted(asked: ServiceCommandContext) -> tuple[str, str]:
    code, _, rest = asked.rest.partition(" ")
    return code.upper(), rest.strip()


def _theme(code: str, place: str) -> Reading[Theme | None]:
    known = yield from read(ListThemes(code))
    return next((one for one in known if str(one.place) == place), None)


def _put(asked: ServiceCommandContext, code: str, made: Theme) -> SaveTheme:
    return SaveTheme(code, made, f"staff:{asked.staff.id}")


def _line(one: Theme, asked: ServiceCommandContext) -> Reply:
    answer: Arg = Reply("inquiry.weigh.no_answer")
    if one.taken is not None:
        by = thai.shown(one.by, asked.m.lang) if one.by else ""
        ended = thai.shown(one.done, asked.m.lang) if one.done else ""
        answer = Reply(
            f"inquiry.weigh.{one.taken}",
            {
                "reason": one.reason,
                "by": Reply("inquiry.weigh.by", {"day": by}) if by else literal(""),
                "done": Reply("inquiry.weigh.is_done", {"day": ended}) if ended else literal(""),
            },
        )
    told: dict[str, Arg] = {
        "place": one.place,
        "name": one.name,
        "count": one.voices or len(one.texts),
        "answer": answer,
    }
    return Reply("inquiry.weigh.line", {**told, "quotes": len(one.quotes)})


WORKS: Mapping[str, Callable[[ServiceCommandContext], Deciding]] = {
    "texts": texts,
    "theme": theme,
    "quote": quote,
    "taken": taken,
    "done": done,
    "results": results,
}
