"""`/opinions`: what people said at any time; those in the same words stand together."""

from collections.abc import Callable, Mapping

from handlers import thai
from handlers.dialog.events import Arg, Choice, Deciding, Reply, TurnResult, literal, read
from handlers.feedback.messages import (
    Feedback,
    FindFeedback,
    FindFeedbackContact,
    ListFeedback,
    RecordContactAccess,
)
from handlers.staff import two_factor as factor
from handlers.staff.command import Reading
from handlers.staff.service_command import ServiceCommandContext

A_PAGE = 8
SHORT = 60


def opinions(asked: ServiceCommandContext) -> Deciding:
    """The newest opinions, eight a page; `/opinions no 12` shows one whole."""
    if asked.rest.startswith("contact "):
        return (yield from _contact(asked, asked.rest.removeprefix("contact ")))
    if asked.rest.startswith("no "):
        return (yield from _one(asked, asked.rest.removeprefix("no ")))
    page = max(1, asked.number)
    found = yield from read(ListFeedback((page - 1) * A_PAGE, A_PAGE + 1))
    if not found:
        return asked.tells("opinions_none")
    choices = [Choice(f"/opinions no {o.shown}", "literal", {"text": o.shown}) for o in found[:A_PAGE]]
    if len(found) > A_PAGE:
        choices.append(Choice(f"/opinions {page + 1}", "inquiry.further"))
    return asked.tells("opinions_some", tuple(choices), lines=tuple(_line(o, asked) for o in found[:A_PAGE]))


def _one(asked: ServiceCommandContext, shown: str) -> Deciding:
    found = yield from _found(shown)
    if found is None:
        return asked.tells("opinions_unknown", number=shown)
    args: dict[str, Arg] = {**_told(found, asked), "text": found.text, "wish": found.wish}
    contact = Choice(f"/opinions contact {found.shown}", "inquiry.button.contact")
    said = Reply(
        "inquiry.opinion_whole",
        {name: told if told != "" else Reply("poll.nothing") for name, told in args.items()},
        (*((contact,) if found.reachable else ()), Choice("/opinions", "inquiry.button.opinions")),
    )
    return TurnResult(asked.m.session, (said,))


def _found(shown: str) -> Reading[Feedback | None]:
    number, _, year = shown.strip().partition("/")
    if not number.isdecimal() or (year and not year.isdecimal()):
        return None
    return (yield from read(FindFeedback(int(number), int(year or 0))))


def _contact(asked: ServiceCommandContext, shown: str) -> Deciding:
    """Where the author of an opinion may be reached: for who proves who they are, and audited."""
    found = yield from _found(shown)
    if found is None or not found.reachable:
        return asked.tells("opinions_unknown", number=shown)
    if not factor.holds(asked.m.session.staff, asked.m.now):
        return TurnResult(
            asked.keeps(then=f"/opinions contact {found.shown}").m.session, (Reply("staff.factor.ask"),)
        )
    contact = yield from read(FindFeedbackContact(found.number, found.fiscal_year))
    back = (Choice(f"/opinions no {found.shown}", "literal", {"text": found.shown}),)
    act = RecordContactAccess(found.number, found.fiscal_year, asked.staff.id)
    return asked.tells("opinion_contact", back, (act,), number=found.shown, contact=contact)


def _line(one: Feedback, asked: ServiceCommandContext) -> Reply:
    words = (one.text or one.wish).replace("\n", " ")
    short = words if len(words) <= SHORT else f"{words[:SHORT]}…"
    return Reply("inquiry.opinion_line", {**_told(one, asked), "words": short})


def _told(one: Feedback, asked: ServiceCommandContext) -> dict[str, Arg]:
    topic = next((t.name.in_(asked.m.lang) for t in asked.m.office.topics if t.code == one.topic), "")
    return {
        "number": one.shown,
        "on": thai.shown(one.on, asked.m.lang),
        "topic": topic or Reply("choice.any"),
        "score": literal(f"{one.score}/5") if one.score else literal(""),
        "like": Reply("inquiry.opinion_like", {"count": one.like}) if one.like else literal(""),
    }


WORKS: Mapping[str, Callable[[ServiceCommandContext], Deciding]] = {"opinions": opinions}
