"""Build the view of one dialogue page: notes, sections, a question, and the inputs to answer it with."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, assert_never

from markupsafe import Markup

from bot.web.chat.receipt_download import ReceiptDownload, build_receipt_download
from bot.web.chat.review_view import (
    FileRow,
    ReviewView,
    build_file_rows,
    build_review_view,
    list_placed_file_buttons,
)
from bot.web.html import line_to_html, pairs_to_html, text_to_html
from handlers.dialog.effects import Answer
from handlers.dialog.events import Lang
from handlers.dialog.replies import TYPED_INPUTS, ExpectedInput, Message, PageLayout, Phrase, Reply, TextLabel
from handlers.dialog.session import DialogTopic, Session
from handlers.i18n import render_label, render_lines, render_reply, render_text

EXIT_CHOICES = {
    "back",
    "skip",
    "next",
    "cancel",
    "leave",
    "stay",
    "none",
    "clear",
    "rewrite",
    "refresh",
    "drop_text",
    "drop_reading",
    "full_notice",
    "guided",
}
"""Choices that leave a question; they are shown apart from the answers to it."""

PRIMARY_CHOICES = {"accept", "submit", "done", "next", "send", "review", "resume", "give"}
LANGUAGE_COMMANDS = {"/th", "/en"}

FORM_TOPICS = frozenset({DialogTopic.REPORT, DialogTopic.OPINION})
"""Topics whose typed answers are steps of a form that is sent at its end: their button goes on and sends nothing."""


@dataclass(frozen=True, slots=True)
class PageSection:
    """A section of the page. level: of its heading, 1 or 2; 0 if it has none."""

    level: int
    heading: str | Markup
    body: Markup


@dataclass(frozen=True, slots=True)
class ChoiceButton:
    """A choice as a button. kind: `chief`, `answer` or `exit`."""

    label: str
    data: str
    kind: str


@dataclass(frozen=True, slots=True)
class ChatView:
    """What the template shows.

    text_label_key, beside_label_key: wording keys of the label above the text box, when it is the answer and when it
    stands beside buttons; send_label_key: of the button below it; typed: what is in the text box; previous_answer: the
    answer that the question already has;
    story_so_far: the story up to now; is_text_rejected: what is in the box was not accepted, and a note says why.
    """

    notes: tuple[Markup, ...]
    sections: tuple[PageSection, ...]
    expected_input: ExpectedInput
    buttons: tuple[ChoiceButton, ...]
    progress: tuple[int, int] | None
    typed: str
    previous_answer: str
    story_so_far: str
    text_label_key: str
    beside_label_key: str
    send_label_key: str
    is_text_rejected: bool
    receipt_download: ReceiptDownload | None
    review: ReviewView | None
    files: tuple[FileRow, ...]
    is_draft: bool


def build_chat_view(
    replies: Iterable[Reply], lang: Lang, session: Session | None, typed: str, *, notes: Iterable[str] = ()
) -> ChatView:
    """Build the view of an answer.

    typed: what to put in the text box; notes: texts of the web pages themselves, shown first.
    """
    replies_shown = [replace(reply, key=reply.presentation.page_wording or reply.key) for reply in replies]
    question = replies_shown[-1] if replies_shown and replies_shown[-1].choices else None
    note_html, sections = [text_to_html(note) for note in notes], list[PageSection]()
    for reply in replies_shown[: -1 if question else None]:
        if is_section(reply):
            sections.append(_build_section(reply, lang, 2 if sections else 1))
        else:
            note_html.append(text_to_html(render_text(reply, lang)))
    review = build_review_view(question, lang, session.prompt_number) if question and session else None
    if question:
        level = 2 if any(s.level for s in sections) else 1
        sections.append(
            _build_heading(question, lang, level) if review else _build_section(question, lang, level)
        )
    wants = (question.wants if question else None) or ExpectedInput.PICK
    is_evidence = wants is ExpectedInput.FILES and session is not None and session.topic is DialogTopic.REPORT
    files = build_file_rows(session, lang) if is_evidence and session else ()
    placed = (review.placed if review else frozenset[str]()) | list_placed_file_buttons(files)
    previous_answer = _find_previous_answer(session, wants, question)
    text_label, beside_label = _get_label_keys(
        question.presentation.text_label if question else TextLabel.ANSWER
    )
    return ChatView(
        notes=tuple(note_html),
        sections=tuple(sections),
        expected_input=wants,
        buttons=_build_buttons(question, lang, session, wants, placed) if question else (),
        progress=_parse_progress(question) if question else None,
        typed=typed or _find_unsent_text(replies_shown) or previous_answer,
        previous_answer=previous_answer,
        text_label_key=text_label,
        beside_label_key=beside_label,
        send_label_key=_get_send_label_key(wants, session),
        story_so_far=session.answers.get(session.step, "") if session and wants is ExpectedInput.LONG else "",
        is_text_rejected=wants in TYPED_INPUTS and any("unsent" in reply.args for reply in replies_shown),
        receipt_download=_build_receipt_links(replies_shown, lang),
        review=review,
        files=files,
        is_draft=is_evidence,
    )


def _build_heading(reply: Reply, lang: Lang, level: int) -> PageSection:
    """Build a section that is a heading only; what it lists is shown otherwise."""
    return PageSection(level, render_text(reply, lang).lstrip("\n").partition("\n")[0], Markup(""))


def _build_section(reply: Reply, lang: Lang, level: int) -> PageSection:
    """Build the section of a reply that is a section, or that asks."""
    shown = reply.presentation
    if shown.args_as_buttons:
        reply = replace(reply, args={**reply.args, shown.args_as_buttons: ()})
    message = render_reply(reply, lang)
    match shown.layout:
        case PageLayout.PLAIN_SECTION:
            return PageSection(0, "", text_to_html(message.text))
        case PageLayout.TABLE:
            heading = message.text.lstrip("\n").partition("\n")[0]
            return PageSection(level, heading, pairs_to_html(render_lines(reply, lang)[1:]))
        case PageLayout.SECTION | PageLayout.NOTE:
            return _build_headed_section(reply, message, lang, level)
        case _:
            assert_never(shown.layout)


def _build_headed_section(reply: Reply, message: Message, lang: Lang, level: int) -> PageSection:
    text = message.text.lstrip("\n")
    number = _parse_progress(reply)
    if number:
        text = text.removeprefix(f"({number[0]}/{number[1]}) ")
    heading, _, body = text.partition("\n")
    marks = _find_highlights(reply, message, lang)
    if "status" in marks:  # the status is the heading itself
        return PageSection(level, line_to_html(heading, marks), text_to_html(body))
    return PageSection(level, heading, text_to_html(body, marks))


def _find_highlights(reply: Reply, message: Message, lang: Lang) -> Mapping[str, str]:
    status = reply.args.get("status")
    marks = {"receipt": message.receipt} if message.receipt else {}
    return {**marks, "status": render_text(status, lang)} if isinstance(status, Phrase) else marks


def _parse_progress(reply: Reply) -> tuple[int, int] | None:
    number, total = reply.args.get("place"), reply.args.get("of")
    return (number, total) if isinstance(number, int) and isinstance(total, int) else None


def _build_buttons(
    question: Reply, lang: Lang, session: Session | None, wants: ExpectedInput, placed: frozenset[str]
) -> tuple[ChoiceButton, ...]:
    made = []
    for choice in question.choices:
        if choice.data in placed:
            continue
        value = choice.data.partition(".")[2]
        kind = "chief" if value in PRIMARY_CHOICES else "exit" if value in EXIT_CHOICES else "answer"
        if choice.data not in LANGUAGE_COMMANDS:  # the language switch is at the top of each page
            made.append(ChoiceButton(render_label(choice, lang), choice.data, kind))
    if wants is ExpectedInput.LONG and session and not any(b.data.endswith(".done") for b in made):
        label = render_text(Phrase("page.done"), lang)
        made.insert(0, ChoiceButton(label, f"{session.prompt_number}.done", "chief"))
    return tuple(sorted(made, key=lambda button: button.kind == "exit"))


def _find_unsent_text(says: Iterable[Reply]) -> str:
    return next((str(reply.args["unsent"]) for reply in says if "unsent" in reply.args), "")


def _find_previous_answer(session: Session | None, wants: ExpectedInput, question: Reply | None) -> str:
    """The answer that a question already has, to be edited; not one that was picked from the choices."""
    if session is None or question is None or wants is not ExpectedInput.TEXT:
        return ""
    answer = session.answers.get(session.step, "")
    picked = {choice.data.partition(".")[2] for choice in question.choices}
    return "" if answer in picked else answer


def _build_receipt_links(says: Iterable[Reply], lang: Lang) -> ReceiptDownload | None:
    for reply in says:
        receipt: Any = reply.args.get("receipt")
        if receipt:
            title = render_text(Phrase("page.note_code"), lang)
            by = reply.args.get("answer_by")
            until = render_text(Phrase("page.note_until", {"answer_by": by}), lang) if by else ""
            return build_receipt_download(receipt, title, until)
    return None


def merge_form_answers(answers: list[Answer]) -> Answer:
    """Merge the answers to the events of one form: what each of them said, and the last one's question."""
    *earlier, last = answers
    notes = [
        reply for answer in earlier for reply in answer.replies if not reply.choices and not is_section(reply)
    ]
    return replace(last, replies=(*notes, *last.replies))


def is_section(reply: Reply) -> bool:
    """Whether a reply is a section of the page; all others without choices are notes."""
    match reply.presentation.layout:
        case PageLayout.SECTION | PageLayout.PLAIN_SECTION:
            return True
        case PageLayout.NOTE | PageLayout.TABLE:
            return False
        case _:
            assert_never(reply.presentation.layout)


def _get_send_label_key(wants: ExpectedInput, session: Session | None) -> str:
    """Return the key of the button below the text box: it says “send” only where something is sent to somebody."""
    goes_on = wants is ExpectedInput.CODE or (session is not None and session.topic in FORM_TOPICS)
    return "page.next" if goes_on else "page.send"


def _get_label_keys(label: TextLabel) -> tuple[str, str]:
    """Return the keys of the label of the text box: where it is the answer, and where it is beside buttons."""
    match label:
        case TextLabel.QUESTION:
            return "page.question.asked", "page.question.beside"
        case TextLabel.ANSWER:
            return "page.answer", "page.write"
        case _:
            assert_never(label)
