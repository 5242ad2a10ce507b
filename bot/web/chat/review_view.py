"""What a page lists with buttons in each row: the answers at the review, and the files where evidence is asked for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape

from bot.web.html import text_to_html
from handlers.dialog.events import Lang
from handlers.dialog.form import DROP_FILE, RENAME_FILE, list_file_options
from handlers.dialog.replies import Phrase, Reply
from handlers.dialog.session import Session
from handlers.i18n import render_label, render_text

_NO_ROWS: tuple[Phrase, ...] = ()


@dataclass(frozen=True, slots=True)
class RowButton:
    """A button of one row. label: what is seen; about: the rest of the label, for who hears the page."""

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
    name, answer = str(args["field"]), args["answer"]
    ways = ["remove"] if args.get("is_understood") else []
    if args.get("is_question"):
        ways.insert(0, "field")
    return ReviewRow(
        _render(args["name"], lang),
        Markup("<br>").join(escape(line) for line in _render(answer, lang).split("\n")),
        tuple(
            _build_button(
                _ROW_LABELS[way][0],
                Phrase(_ROW_LABELS[way][1], {"about": Phrase(f"about.{name}")}),
                f"{prompt_number}.{way}_{name}",
                lang,
            )
            for way in ways
        ),
    )


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file of the draft where evidence is asked for, with its buttons."""

    name: str
    buttons: tuple[RowButton, ...]


def build_file_rows(session: Session, lang: Lang) -> tuple[FileRow, ...]:
    """Build a row for each file of a draft: it is taken out there, or gets a name that tells nothing."""
    options = list_file_options(session, every=True)
    return tuple(
        FileRow(
            file.name,
            tuple(
                _build_button(
                    _FILE_LABELS[option.label],
                    Phrase(option.label, {"number": place}),
                    option.to_choice(session).data,
                    lang,
                )
                for option in options
                if option.number == place
            ),
        )
        for place, file in enumerate(session.files, 1)
    )


def list_placed_file_buttons(rows: Iterable[FileRow]) -> frozenset[str]:
    """Return the data of the buttons of file rows, which do not stand among the others of the page."""
    return frozenset(button.data for row in rows for button in row.buttons)


_ROW_LABELS: Mapping[str, tuple[str, str]] = {
    "field": ("page.change", "choice.change_field"),
    "remove": ("page.remove", "choice.remove_reading"),
}
"""What is seen of a button in a row, and its whole label, which begins with it, by what it does."""

_FILE_LABELS: Mapping[str, str] = {DROP_FILE: "page.drop", RENAME_FILE: "page.rename"}
"""What is seen of a button of a file, by its whole label."""


def _build_button(seen_key: str, whole: Phrase, data: str, lang: Lang) -> RowButton:
    seen = render_text(Phrase(seen_key), lang)
    return RowButton(seen, render_text(whole, lang).removeprefix(seen), data)


def _render(arg: object, lang: Lang) -> str:
    return render_text(arg, lang) if isinstance(arg, Phrase) else str(arg)
