"""One page of a talk: what was said becomes notes, sections and a question, with something to answer it with."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from bot.engine import EngineAnswer
from bot.web.chat.receipt_download import ReceiptDownload, build_receipt_download
from bot.web.html import line_to_html, pairs_to_html, text_to_html
from handlers.dialog.events import Lang
from handlers.dialog.replies import TYPED_INPUTS, ExpectedInput, Message, Reply
from handlers.dialog.session import Session
from handlers.i18n import render_label, render_lines, render_reply, render_text

HEADED_SECTION_KEYS = {
    *("notice.about", "notice.privacy", "report.filed", "confirm.receipt", "help.text"),
    *("ask.filed", "ask.filed_code", "ask.handover", "welcome.privacy", "welcome.help", "consult.hello"),
}
"""What is no note but part of the page, and whose first line is its heading."""

PLAIN_SECTION_KEYS = {"notice.rule", "report.alternate"}
EXIT_CHOICES = {"back", "skip", "next", "cancel", "leave", "stay", "none", "clear", "rewrite", "refresh"}
"""Ways out of a question, which stand apart from the answers to it."""

QUESTION_KEY_PREFIXES = ("ask.", "welcome.", "thread.")
"""How the keys of questions begin at which people ask, and do not answer."""

ARGS_SHOWN_AS_BUTTONS = {"ask.found": "titles"}
"""What stands on the page as buttons anyway: on other doors, buttons may be missing or cut short."""

PRIMARY_CHOICES = {"accept", "submit", "done", "next", "send", "review", "resume", "give"}
LANGUAGE_COMMANDS = {"/th", "/en"}


@dataclass(frozen=True, slots=True)
class PageSection:
    """A part of the page. level: 1 or 2, of its heading; 0 where it has none."""

    level: int
    heading: str | Markup
    body: Markup


@dataclass(frozen=True, slots=True)
class ChoiceButton:
    """A choice as a button. kind: chief, answer or exit."""

    label: str
    data: str
    kind: str


@dataclass(frozen=True, slots=True)
class ChatView:
    """What the template shows of a talk.

    label, beside: the keys of what stands above the text box, as the answer and beside buttons;
    typed: what stands in the text box; had: the answer that the question has already; told: the story so far;
    refused: what stands in the box was not taken, and a note says why.
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
    is_text_rejected: bool
    receipt_download: ReceiptDownload | None


def build_chat_view(
    says: Iterable[Reply], lang: Lang, session: Session | None, typed: str, *, notes: Iterable[str] = ()
) -> ChatView:
    """Arrange what was said. typed: what stands in the text box; notes: words of the door itself."""
    shown = [*says]
    question = shown[-1] if shown and shown[-1].choices else None
    told_of, sections = [text_to_html(note) for note in notes], list[PageSection]()
    for say in shown[: -1 if question else None]:
        if is_section(say):
            sections.append(_build_section(say, lang, 2 if sections else 1))
        else:
            told_of.append(text_to_html(render_text(say, lang)))
    if question:
        sections.append(_build_section(question, lang, 2 if any(s.level for s in sections) else 1))
    wants = (question.wants if question else None) or ExpectedInput.PICK
    had = _find_previous_answer(session, wants, question)
    asking = question is not None and question.key.startswith(QUESTION_KEY_PREFIXES)
    return ChatView(
        notes=tuple(told_of),
        sections=tuple(sections),
        expected_input=wants,
        buttons=_build_buttons(question, lang, session, wants) if question else (),
        progress=_parse_progress(question) if question else None,
        typed=typed or _find_unsent_text(shown) or had,
        previous_answer=had,
        text_label_key="page.question.asked" if asking else "page.answer",
        beside_label_key="page.question.beside" if asking else "page.write",
        story_so_far=session.answers.get(session.step, "") if session and wants is ExpectedInput.LONG else "",
        is_text_rejected=wants in TYPED_INPUTS and any("unsent" in say.args for say in shown),
        receipt_download=_build_receipt_links(shown, lang),
    )


def _build_section(say: Reply, lang: Lang, level: int) -> PageSection:
    if say.key in ARGS_SHOWN_AS_BUTTONS:
        say = replace(say, args={**say.args, ARGS_SHOWN_AS_BUTTONS[say.key]: ()})
    message = render_reply(say, lang)
    if say.key in PLAIN_SECTION_KEYS:
        return PageSection(0, "", text_to_html(message.text))
    text = message.text.lstrip("\n")
    place = _parse_progress(say)
    if place:
        text = text.removeprefix(f"({place[0]}/{place[1]}) ")
    heading, _, body = text.partition("\n")
    if say.key == "report.review":
        return PageSection(level, heading, pairs_to_html(render_lines(say, lang)[1:]))
    marks = _find_highlights(say, message, lang)
    if "status" in marks:  # the state is the heading's own words
        return PageSection(level, line_to_html(heading, marks), text_to_html(body))
    return PageSection(level, heading, text_to_html(body, marks))


def _find_highlights(say: Reply, message: Message, lang: Lang) -> Mapping[str, str]:
    status = say.args.get("status")
    marks = {"receipt": message.receipt} if message.receipt else {}
    return {**marks, "status": render_text(status, lang)} if isinstance(status, Reply) else marks


def _parse_progress(say: Reply) -> tuple[int, int] | None:
    place, of = say.args.get("place"), say.args.get("of")
    return (place, of) if isinstance(place, int) and isinstance(of, int) else None


def _build_buttons(
    question: Reply, lang: Lang, session: Session | None, wants: ExpectedInput
) -> tuple[ChoiceButton, ...]:
    made = []
    for choice in question.choices:
        value = choice.data.partition(".")[2]
        kind = "chief" if value in PRIMARY_CHOICES else "exit" if value in EXIT_CHOICES else "answer"
        if choice.data not in LANGUAGE_COMMANDS:  # the language stands at the top of each page
            made.append(ChoiceButton(render_label(choice, lang), choice.data, kind))
    if wants is ExpectedInput.LONG and session and not any(b.data.endswith(".done") for b in made):
        label = render_text(Reply("page.done"), lang)
        made.insert(0, ChoiceButton(label, f"{session.prompt}.done", "chief"))
    return tuple(sorted(made, key=lambda button: button.kind == "exit"))


def _find_unsent_text(says: Iterable[Reply]) -> str:
    return next((str(say.args["unsent"]) for say in says if "unsent" in say.args), "")


def _find_previous_answer(session: Session | None, wants: ExpectedInput, question: Reply | None) -> str:
    """The answer that a question already has, to be changed; not one that was picked."""
    if session is None or question is None or wants is not ExpectedInput.TEXT:
        return ""
    answer = session.answers.get(session.step, "")
    picked = {choice.data.partition(".")[2] for choice in question.choices}
    return "" if answer in picked else answer


def _build_receipt_links(says: Iterable[Reply], lang: Lang) -> ReceiptDownload | None:
    for say in says:
        receipt: Any = say.args.get("receipt")
        if receipt:
            title = render_text(Reply("page.note_code"), lang)
            by = say.args.get("answer_by")
            until = render_text(Reply("page.note_until", {"answer_by": by}), lang) if by else ""
            return build_receipt_download(receipt, title, until)
    return None


def merge_form_answers(answers: list[EngineAnswer]) -> EngineAnswer:
    """The answers to a form's events as one: what each told, and the last one's question."""
    *earlier, last = answers
    told = [say for answer in earlier for say in answer.replies if not say.choices and not is_section(say)]
    return replace(last, replies=(*told, *last.replies))


def is_section(say: Reply) -> bool:
    """Whether something said is a part of the page; all else without choices is a note."""
    return say.key in HEADED_SECTION_KEYS or say.key in PLAIN_SECTION_KEYS
