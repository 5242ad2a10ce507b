"""The public board of questions and answers: pages, a feed, and the same as files for the office's own website."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from email.utils import format_datetime
from urllib.parse import urlencode
from xml.sax.saxutils import escape

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from bot.bootstrap import App, RunningDesk
from bot.engine import utc_now
from bot.web.html import text_to_html
from bot.web.policies import allow_framing
from bot.web.request import get_requested_lang
from bot.web.templating import PageRenderer
from handlers.dialog.codes.code_finder import remove_codes
from handlers.dialog.events import DEFAULT_LANG, Lang
from handlers.dialog.replies import Phrase
from handlers.i18n import render_text
from handlers.office import Office
from handlers.questions.faq_messages import FaqCatalogue, FaqEntry, PublishedQuestion
from handlers.questions.messages import FindKnownAnswers
from handlers.thai.dates import format_date
from handlers.thai.matching import normalize_for_matching, parse_number
from ita_stats.calendar import BANGKOK, to_bangkok_date

QUESTIONS_PER_PAGE = 20

MAX_SEARCH_LENGTH = 200
MAX_FEED_ITEMS = 30


@dataclass(frozen=True, slots=True)
class BoardItem:
    """One question on the board.

    asked, answered, duration: only of questions that an officer answered; days are Bangkok's.
    """

    id: str
    question: str
    answer_text: str
    topic: str
    link: str = ""
    example: bool = False
    asked: str = ""
    answered: str = ""
    duration: str = ""

    @property
    def answer(self) -> Markup:
        """The answer as paragraphs, bullets and links."""
        return text_to_html(self.answer_text)


def list_board_items(catalogue: FaqCatalogue, on: date, lang: Lang) -> list[BoardItem]:
    """The items of the board on a day: answered questions, newest first, then the FAQ."""
    return [_build_board_item(post, lang) for post in catalogue.published] + [
        _faq_entry_to_item(one) for one in catalogue.entries if one.is_valid_on(on)
    ]


def _build_board_item(question: PublishedQuestion, lang: Lang) -> BoardItem:
    took = (
        Phrase("board.days", {"days": question.days_to_answer})
        if question.days_to_answer
        else Phrase("board.same_day")
    )
    return BoardItem(
        f"b.{question.id}",
        question.question,
        question.answer,
        question.topic,
        asked=format_date(question.asked_on, lang),
        answered=format_date(question.answered_on, lang),
        duration=render_text(took, lang),
    )


def _faq_entry_to_item(entry: FaqEntry) -> BoardItem:
    return BoardItem(f"k.{entry.id}", entry.question, entry.answer, entry.topic, entry.link, entry.example)


@dataclass(frozen=True)
class QnaBoard:
    """The pages of the Q&A board of the service desk."""

    app: App
    pages: PageRenderer

    @property
    def desk(self) -> RunningDesk:
        return self.app.desks["service"]

    @property
    def address(self) -> str:
        """The public address of the desk, or empty."""
        return (self.app.settings.service.public_url or "").rstrip("/")

    async def show_board(self, request: Request) -> Response:
        """The board: searched by `q`, filtered by `topic`, in pages."""
        lang, on = get_requested_lang(request), to_bangkok_date(utc_now())
        every = list_board_items(await self.desk.store.faq.load_shown_catalogue(), on, lang)
        typed = request.query_params.get("q", "")[:MAX_SEARCH_LENGTH].strip()
        wanted = remove_codes(typed, " ", mistyped=True).strip()
        topic = request.query_params.get("topic", "")
        found = await self._search(every, wanted, on) if wanted else every
        found = [one for one in found if not topic or one.topic == topic]
        last = max(1, -(-len(found) // QUESTIONS_PER_PAGE))
        number = min(max(1, parse_number(request.query_params.get("page", "1")) or 1), last)
        shown = self.pages.render(
            "board.html",
            lang,
            items=found[(number - 1) * QUESTIONS_PER_PAGE : number * QUESTIONS_PER_PAGE],
            count=len(found),
            empty=not every,
            topics=list(dict.fromkeys(one.topic for one in every if one.topic)),
            topic=topic,
            wanted=wanted,
            has_code=wanted != typed,
            number=number,
            last=last,
            way=lambda **more: _build_board_url(lang, q=wanted, topic=topic, **more),
            one=False,
        )
        return allow_framing(shown, self.pages.office.website)

    async def show_question(self, request: Request) -> Response:
        """One question on a page of its own, to be linked to."""
        lang = get_requested_lang(request)
        every = list_board_items(
            await self.desk.store.faq.load_shown_catalogue(), to_bangkok_date(utc_now()), lang
        )
        wanted = [one for one in every if one.id == request.path_params["id"]]
        if not wanted:
            return self.pages.render_error(lang, "lost", 404)
        shown = self.pages.render(
            "board.html",
            lang,
            items=wanted,
            count=1,
            empty=False,
            topics=[],
            topic="",
            wanted="",
            has_code=False,
            number=1,
            last=1,
            way=lambda **more: _build_board_url(lang, **more),
            one=True,
        )
        return allow_framing(shown, self.pages.office.website)

    async def serve_feed(self, _: Request) -> Response:
        """The newest answers as RSS."""
        catalogue = await self.desk.store.faq.load_shown_catalogue()
        body = render_board_feed(
            self.pages.office, catalogue.published, f"{self.address}/qna" if self.address else ""
        )
        return Response(body, media_type="application/rss+xml")

    async def _search(self, every: Sequence[BoardItem], wanted: str, on: date) -> list[BoardItem]:
        """Items that contain the words, then similar ones found by the search index."""
        words = normalize_for_matching(wanted)
        having = [
            one for one in every if words in normalize_for_matching(f"{one.question} {one.answer_text}")
        ]
        by_id = {one.id: one for one in every}
        near = await self.desk.store.faq.search(FindKnownAnswers(wanted, on))
        return list(
            {one.id: one for one in (*having, *(by_id[m.id] for m in near if m.id in by_id))}.values()
        )


def _build_board_url(lang: Lang, **parts: str | int) -> str:
    """The address of another view of the board."""
    kept = {name: part for name, part in parts.items() if part and (name, part) != ("page", 1)}
    asked = kept if lang == DEFAULT_LANG else {**kept, "lang": lang}
    return f"/qna?{urlencode(asked)}" if asked else "/qna"


def render_board_feed(office: Office, posted: Iterable[PublishedQuestion], address: str) -> bytes:
    """Render the newest answers as RSS 2.0.

    address: of the board; without one the office's website is linked.
    """
    base = address or office.website
    title = f"{render_text(Phrase('board.title'), 'th')} {office.name.th}"
    lead = render_text(Phrase("board.lead"), "th")
    lines = [
        _render_feed_item(post, base if not address else f"{address}/b.{post.id}")
        for post in [*posted][:MAX_FEED_ITEMS]
    ]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel>'
        f"<title>{escape(title)}</title><link>{escape(base)}</link><description>{escape(lead)}</description>"
        f"<language>th</language>{''.join(lines)}</channel></rss>\n"
    ).encode()


def _render_feed_item(post: PublishedQuestion, link: str) -> str:
    when = format_datetime(datetime.combine(post.answered_on, time(), BANGKOK))
    return (
        f"<item><title>{escape(post.question)}</title><link>{escape(link)}</link>"
        f'<guid isPermaLink="false">{post.id}</guid><pubDate>{when}</pubDate>'
        f"<description>{escape(post.answer)}</description></item>"
    )


BOARD_FILE = "qna/index.html"


def render_board_files(
    site: PageRenderer, catalogue: FaqCatalogue, on: date, address: str = ""
) -> Mapping[str, bytes]:
    """Render the board as files for the office's own website: a self-contained page, and the feed.

    address: where questions are asked, or empty. Returns the files by name.
    """
    every = list_board_items(catalogue, on, "th")

    topics = list(dict.fromkeys(one.topic for one in every))
    page = site.render_to_string(
        "board_file.html",
        "th",
        groups=[(t, [i for i in every if i.topic == t]) for t in topics],
        address=address,
    )
    return {
        BOARD_FILE: page.encode(),
        "qna/feed.xml": render_board_feed(site.office, catalogue.published, ""),
    }
