"""Browsing what is known: the topics, and the questions of a topic, which are picked or asked in other words."""

from collections.abc import Generator, Sequence
from typing import Any, TypeAlias

from handlers.dialog.choices import Option, make_options, to_choices
from handlers.dialog.context import Context
from handlers.dialog.effects import Decision, Query, TurnResult, run_query
from handlers.dialog.replies import (
    ASKS_FOR_QUESTION,
    NEUTRAL,
    ExpectedInput,
    Reply,
    ReplyArg,
)
from handlers.dialog.session import DialogTopic, advance_prompt
from handlers.dialog.text import shorten_text
from handlers.office import Bilingual
from handlers.questions.contact_answers import fill_catalogue
from handlers.questions.faq_messages import (
    FAQ_ENTRY_PREFIX,
    PUBLISHED_QUESTION_PREFIX,
    FaqCatalogue,
    GetFaqCatalogue,
)
from handlers.questions.messages import AnswerMatch
from handlers.questions.misdirected import is_foreign
from handlers.thai.dates import to_bangkok_date
from handlers.thai.matching import normalize_for_matching

TITLES_PER_PAGE = 9
"""Titles that are offered at once, with two more choices: LINE has thirteen buttons."""

MAX_TOPIC_LENGTH = 60
"""Characters of a topic, as in files of the FAQ; and of a title on a button."""

TOPIC_STEPS = frozenset({"topics", "topic"})
"""Steps of the dialogue at which titles are listed that no question was compared with."""

MatchGenerator: TypeAlias = Generator[Query[Any], Any, tuple[AnswerMatch, ...]]


def list_titles(ctx: Context) -> MatchGenerator:
    """Return what is listed at the present step: all topics, or the questions of one."""
    kept: FaqCatalogue = yield from run_query(GetFaqCatalogue())
    catalogue = fill_catalogue(kept, ctx.office.contact)
    today, wanted = to_bangkok_date(ctx.now), ctx.session.answers.get("topic", "")
    entries = [one for one in catalogue.entries if one.is_valid_on(today)]
    if ctx.session.step == "topics":
        names = [*(one.topic for one in entries), *(one.topic for one in catalogue.published)]
        return tuple(AnswerMatch("", name, "") for name in dict.fromkeys(names) if name)
    own = (AnswerMatch(FAQ_ENTRY_PREFIX + one.id, one.question, "") for one in entries if one.topic == wanted)
    posted = (
        AnswerMatch(PUBLISHED_QUESTION_PREFIX + one.id, one.question, "")
        for one in catalogue.published
        if one.topic == wanted
    )
    return (*own, *posted)


def find_typed_topic(ctx: Context, text: str) -> Generator[Query[Any], Any, str]:
    """Return the topic that a whole text names; empty where it names none."""
    if not 0 < len(text) <= MAX_TOPIC_LENGTH or is_foreign(text):
        return ""
    typed = normalize_for_matching(text)
    topics = yield from list_titles(ctx.replace_session(step="topics"))
    return next((one.title for one in topics if normalize_for_matching(one.title) == typed), "")


def list_title_options(ctx: Context, titles: Sequence[AnswerMatch]) -> tuple[Option, ...]:
    """Return what may be picked at the present step: the titles of the present page, and where to go from it."""
    first = _find_first(ctx, titles)
    shown = titles[first : first + TITLES_PER_PAGE]
    picked = (
        Option(f"m{number}", Bilingual(th=shorten_text(one.title, MAX_TOPIC_LENGTH)))
        for number, one in enumerate(shown, first + 1)
    )
    more = ("more_titles",) if len(titles) > TITLES_PER_PAGE else ()
    back = ("topics",) if ctx.session.step == "topic" else ()
    return (*picked, *make_options((*more, *back, "leave")))


def show_titles(ctx: Context, titles: Sequence[AnswerMatch], *before: Reply) -> TurnResult:
    """Show a page of topics, or of the questions of a topic."""
    session = advance_prompt(ctx.session, topic=DialogTopic.ASK)
    ctx = ctx.with_session(session)
    args: dict[str, ReplyArg] = {}
    if session.step == "topic":
        args["topic"] = session.answers.get("topic", "")
    key = "ask.topics_none" if not titles else "ask.topics" if session.step == "topics" else "ask.topic"
    choices = to_choices(list_title_options(ctx, titles), session)
    reply = Reply(key, NEUTRAL, args, choices, wants=ExpectedInput.PICK, presentation=ASKS_FOR_QUESTION)
    return TurnResult(session, (*before, reply))


def show_topics(ctx: Context) -> Decision:
    """Show the topics, from the first."""
    ctx = ctx.replace_session(topic=DialogTopic.ASK, step="topics", answers={})
    return show_titles(ctx, (yield from list_titles(ctx)))


def show_topic(ctx: Context, topic: str, *before: Reply) -> Decision:
    """Show the questions of a topic, from the first."""
    ctx = ctx.replace_session(topic=DialogTopic.ASK, step="topic", answers={"topic": topic})
    return show_titles(ctx, (yield from list_titles(ctx)), *before)


def turn_page(ctx: Context, titles: Sequence[AnswerMatch]) -> TurnResult:
    """Show the next page of what is listed; after the last one the first."""
    answers = {**ctx.session.answers, "from": str(_find_first(ctx, titles) + TITLES_PER_PAGE)}
    return show_titles(ctx.replace_session(answers=answers), titles)


def _find_first(ctx: Context, titles: Sequence[AnswerMatch]) -> int:
    """Return the place of the first title of the present page."""
    first = int(ctx.session.answers.get("from", "0"))
    return first if first < len(titles) else 0
