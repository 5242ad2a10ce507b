"""What officers lay before everybody: questions with their answers, read once more, and the knowledge base."""

import re
from dataclasses import replace
from datetime import date

from handlers import thai
from handlers.dialog.events import Choice, Deciding, Reply, TurnResult, read
from handlers.questions import pii as personal
from handlers.questions.faq_messages import (
    FaqCatalogue,
    FaqEntry,
    GetFaqCatalogue,
    PublishedQuestion,
    PublishQuestion,
    SaveFaqEntry,
    UnpublishQuestion,
)
from handlers.questions.messages import FindQuestionByNumber, QuestionThread, ThreadLineKind
from handlers.staff.service_command import ServiceCommandContext, button, shown

MOST = 40
"""Entries that are listed."""

MOST_TOPICS = 8
"""Topics that are offered."""

POST = "post "
"""How a button names one that stands on the board."""

_EDITED = re.compile(r"(?:ถาม|q)\s*:(.*?)\n\s*(?:ตอบ|a)\s*:(.*)", re.DOTALL | re.IGNORECASE)


def publish(asked: ServiceCommandContext, thread: QuestionThread) -> Deciding:
    """Show what would stand on the board, personal data covered; publish once the officer has seen it."""
    if not thread.answer:
        return asked.tells("publish_early", (button("answer", thread),), number=shown(thread))
    kept = asked.m.session.staff
    mine = kept.get("post_of") == thread.id
    if asked.rest == "ok" and mine:
        return _published(asked, thread, kept["post_q"], kept["post_a"])
    shelf: FaqCatalogue = yield from read(GetFaqCatalogue())
    topics = _topics(asked, shelf)
    if mine and (place := _place(asked.rest, topics)):
        asked = asked.keeps(post_t=topics[place - 1])
        return _before(asked, thread, (kept["post_q"], kept["post_a"]), topics, kept.get("post_f", ""))
    edited = _EDITED.fullmatch(asked.rest.strip())
    given = (edited[1], edited[2]) if edited else (thread.asked, thread.answer)
    asked = asked if mine else asked.keeps(post_t="")
    return _before(asked, thread, tuple(thai.clean(one).text for one in given), topics)


def _topics(asked: ServiceCommandContext, shelf: FaqCatalogue) -> tuple[str, ...]:
    """The topics that an answer may stand under: of the office's work, and of what is known already."""
    own = (one.name.in_("th") for one in asked.m.office.topics)
    known = (*(one.topic for one in shelf.known), *(one.topic for one in shelf.posted))
    return tuple(filter(None, dict.fromkeys((*own, *known))))[:MOST_TOPICS]


def _place(rest: str, topics: tuple[str, ...]) -> int:
    word, _, number = rest.strip().partition(" ")
    place = int(number) if word in {"topic", "หมวด"} and number.strip().isdecimal() else 0
    return place if place <= len(topics) else 0


def _before(
    asked: ServiceCommandContext,
    thread: QuestionThread,
    words: tuple[str, ...],
    topics: tuple[str, ...],
    found: str = "",
) -> TurnResult:
    """What would stand on the board. found: what was covered before, where a topic was picked."""
    found = found or ", ".join(dict.fromkeys((*personal.found(words[0]), *personal.found(words[1]))))
    question, answer = (personal.covered(one) for one in words)
    told = Reply("inquiry.publish_found", {"found": found}) if found else Reply("inquiry.publish_clean")
    seen = asked.keeps(post_of=thread.id, post_q=question, post_a=answer, post_f=found)
    topic = asked.m.session.staff.get("post_t", "")
    under = Reply("inquiry.publish_topic", {"topic": topic}) if topic else Reply("inquiry.publish_no_topic")
    picks = tuple(
        Choice(f"/publish {shown(thread)} topic {place}", "literal", {"text": name})
        for place, name in enumerate(topics, start=1)
        if name != topic
    )
    choices = (button("publish", thread, "ok"), *picks, button("questions"))
    return seen.tells(
        "publish_ask",
        choices,
        number=shown(thread),
        question=question,
        answer=answer,
        found=told,
        topic=under,
    )


def _published(
    asked: ServiceCommandContext, thread: QuestionThread, question: str, answer: str
) -> TurnResult:
    answered = next(line.on for line in reversed(thread.lines) if line.kind is ThreadLineKind.ANSWER)
    topic = asked.m.session.staff.get("post_t", "")
    post = PublishedQuestion(
        thread.board or thread.id[::-1], question, answer, thread.asked_on, answered, topic
    )
    done = asked.keeps(post_of="", post_q="", post_a="", post_t="", post_f="")
    return done.tells(
        "published", (button("questions"),), (PublishQuestion(thread.id, post),), number=shown(thread)
    )


def unpublish(asked: ServiceCommandContext) -> Deciding:
    """Take a question from the board: by its number, or picked among those that hold some words; confirmed once."""
    shelf = yield from read(GetFaqCatalogue())
    board = {one.id: one for one in shelf.posted}
    name, _, sure = asked.rest.removeprefix(POST).partition(" ")
    if asked.rest.startswith(POST) and name in board:
        return _unpublished(asked, board[name], sure == "yes")
    if asked.number:
        thread = yield from read(FindQuestionByNumber(asked.number, asked.year))
        if thread is not None and thread.board in board:
            return _unpublished(asked, board[thread.board], sure=False)
    words = thai.folded(asked.rest)
    found = [one for one in shelf.posted if not words or words in thai.folded(one.question)][:MOST_TOPICS]
    if not found:
        return asked.tells("unpublish_none", (button("questions"),))
    picks = tuple(
        Choice(f"/unpublish {POST}{one.id}", "literal", {"text": one.question[:60]}) for one in found
    )
    return asked.tells("unpublish_which", picks)


def _unpublished(asked: ServiceCommandContext, one: PublishedQuestion, sure: bool) -> TurnResult:
    if sure:
        act = UnpublishQuestion(one.id, asked.staff.id)
        return asked.tells("unpublished", (button("questions"),), (act,), question=one.question)
    yes = Choice(f"/unpublish {POST}{one.id} yes", "inquiry.button.unpublish")
    return asked.tells("unpublish_sure", (yes, button("questions")), question=one.question, answer=one.answer)


def faq(asked: ServiceCommandContext) -> Deciding:
    """The knowledge base: its list with what is out of date, or an entry added, edited or turned off."""
    shelf = yield from read(GetFaqCatalogue())
    what, _, rest = asked.rest.partition(" ")
    entries, today = {one.id: one for one in shelf.known}, thai.day(asked.m.now)
    if what in {"add", "เพิ่ม"}:
        return _added(asked, entries, rest)
    name, _, words = rest.strip().partition(" ")
    if what in {"edit", "แก้", "off", "ปิด", "on", "เปิด"}:
        if name not in entries:
            return asked.tells("faq_unknown", (button("faq"),), id=name[:60])
        return _changed(asked, entries[name], what, words)
    return _listed(asked, shelf.known, today)


def _added(asked: ServiceCommandContext, entries: dict[str, FaqEntry], rest: str) -> TurnResult:
    question, bar, answer = rest.partition("|")
    question, answer = thai.clean(question).text, thai.clean(answer).text
    if not bar or not question or not answer:
        return asked.tells("faq_add_how")
    number = 1
    while f"own-{number}" in entries:
        number += 1
    entry = FaqEntry(f"own-{number}", question, answer)
    return asked.tells("faq_added", (button("faq"),), (SaveFaqEntry(entry),), id=entry.id, question=question)


def _changed(asked: ServiceCommandContext, entry: FaqEntry, what: str, words: str) -> TurnResult:
    if what in {"edit", "แก้"}:
        answer = thai.clean(words).text
        if not answer:
            return asked.tells("faq_edit_how", id=entry.id, answer=entry.answer)
        return asked.tells(
            "faq_edited",
            (button("faq"),),
            (SaveFaqEntry(replace(entry, answer=answer, example=False)),),
            id=entry.id,
        )
    off = what in {"off", "ปิด"}
    act = SaveFaqEntry(replace(entry, off=off))
    return asked.tells("faq_off" if off else "faq_on", (button("faq"),), (act,), id=entry.id)


def _listed(asked: ServiceCommandContext, known: tuple[FaqEntry, ...], today: date) -> TurnResult:
    stale = [one for one in known if not one.off and not one.holds(today)]
    others = [one for one in known if one not in stale]
    lines = tuple(_line(one, today) for one in (*stale, *others)[:MOST])
    return asked.tells("faq_list", (button("questions"),), count=len(known), stale=len(stale), lines=lines)


def _line(one: FaqEntry, today: date) -> Reply:
    state = "off" if one.off else "on" if one.holds(today) else "stale"
    return Reply(f"inquiry.faq_line_{state}", {"id": one.id, "question": one.question})
