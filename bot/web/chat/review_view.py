"""The review as a page shows it: a row for each answer with its own buttons, and a button for what is missing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape

from bot.web.html import text_to_html
from handlers.dialog.events import Lang
from handlers.dialog.replies import Phrase, Reply
from handlers.i18n import render_label, render_text

_NO_ROWS: tuple[Phrase, ...] = ()


@dataclass(frozen=True, slots=True)
class RowButton:
    """A button of one row. label: what is seen; about: what it is about, for who hears the page."""

    label: str
    about: str
    data: str


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One answer with its buttons."""

    name: str
    answer: Markup
    buttons: tuple[RowButton, ...]


@dataclass(frozen=True, slots=True)
class ReviewView:
    """The rows; what is missing, with the buttons that tell it; and the labels and data of what may be told besides."""

    rows: tuple[ReviewRow, ...]
    missing: Markup
    wanted: tuple[tuple[str, str], ...]
    more: tuple[tuple[str, str], ...]

    @property
    def placed(self) -> frozenset[str]:
        """The data of all its buttons, which do not stand among the others of the page."""
        row_buttons = (button.data for row in self.rows for button in row.buttons)
        return frozenset((*row_buttons, *(data for _, data in (*self.wanted, *self.more))))


def build_review_view(reply: Reply, lang: Lang, prompt_number: int) -> ReviewView | None:
    """Build the view of a review; None for any other reply, and for a review of an earlier version."""
    rows = reply.args.get("rows", _NO_ROWS)
    if not isinstance(rows, tuple) or not rows or any("field" not in row.args for row in rows):
        return None
    names = [str(row.args["field"]) for row in rows]
    missing = reply.args.get("missing")
    wanted = {f"field_{name}" for name in str(reply.args.get("wanted", "")).split()}
    others = [
        (render_label(choice, lang), choice.data)
        for choice in reply.choices
        if (value := choice.data.partition(".")[2]).startswith("field_")
        and value.removeprefix("field_") not in names
    ]
    return ReviewView(
        tuple(_build_row(row.args, lang, prompt_number) for row in rows),
        text_to_html(render_text(missing, lang)) if isinstance(missing, Phrase) else Markup(""),
        tuple(one for one in others if one[1].partition(".")[2] in wanted),
        tuple(one for one in others if one[1].partition(".")[2] not in wanted),
    )


def _build_row(args: Mapping[str, object], lang: Lang, prompt_number: int) -> ReviewRow:
    about, name, answer = args["name"], str(args["field"]), args["answer"]
    ways = ["remove"] if args.get("is_understood") else []
    if args.get("is_question"):
        ways.insert(0, "field")
    return ReviewRow(
        _render(about, lang),
        Markup("<br>").join(escape(line) for line in _render(answer, lang).split("\n")),
        tuple(_build_buttons(ways, name, _render(about, lang), lang, prompt_number)),
    )


_LABEL_KEYS: Mapping[str, str] = {"field": "page.change", "remove": "page.remove"}


def _build_buttons(
    ways: Iterable[str], name: str, about: str, lang: Lang, prompt_number: int
) -> Iterable[RowButton]:
    for way in ways:
        yield RowButton(render_text(Phrase(_LABEL_KEYS[way]), lang), about, f"{prompt_number}.{way}_{name}")


def _render(arg: object, lang: Lang) -> str:
    return render_text(arg, lang) if isinstance(arg, Phrase) else str(arg)
