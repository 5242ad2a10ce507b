"""Texts in Thai and English: `locale/*.th.toml` and `locale/*.en.toml` hold every sentence that a person reads."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from handlers.dialog.events import LANGS, Lang
from handlers.dialog.replies import (
    OWN_NUMBERS,
    TYPED_INPUTS,
    ChartMonth,
    Choice,
    Message,
    MonthlyChart,
    Phrase,
    Reply,
    ReplyArg,
)


def _flatten(table: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, str):
            flat[prefix + key] = value.strip("\n")
        else:
            flat |= _flatten(value, f"{prefix}{key}.")
    return flat


def _load_wording(lang: Lang) -> dict[str, str]:
    """Load every file of a language, such as `questions.th.toml`."""
    folder = files("handlers") / "locale"
    found = sorted(one.name for one in folder.iterdir() if one.name.endswith(f"{lang}.toml"))
    words: dict[str, str] = {}
    for name in found:
        words |= _flatten(tomllib.loads((folder / name).read_text("utf-8")))
    return words


WORDING: Mapping[Lang, Mapping[str, str]] = {lang: _load_wording(lang) for lang in LANGS}


PLACE_KEY = "form.place"
"""The wording of a question's place among the questions of its form."""


def render_text(say: Phrase | Reply, lang: Lang) -> str:
    """Render the text of a phrase or a reply. Raises KeyError for an unknown key or a missing argument.

    A question whose arguments tell its place in the form begins with it; one that is asked by itself has none.
    """
    text = _format_key(say.key, say.args, lang)
    if isinstance(say, Reply) and "place" in say.args and "of" in say.args:
        return WORDING[lang][PLACE_KEY].format_map(say.args) + text
    return text


def _format_key(key: str, args: Mapping[str, ReplyArg], lang: Lang) -> str:
    if key == "literal":
        return str(args["text"])
    words = WORDING[lang][key]
    return words.format_map({name: _format_arg(arg, lang) for name, arg in args.items()}) if args else words


def _format_arg(arg: ReplyArg, lang: Lang) -> str | int:
    if isinstance(arg, Phrase):
        return render_text(arg, lang)
    if isinstance(arg, tuple):
        return "\n".join(render_text(line, lang) for line in arg)
    return arg


def render_lines(say: Reply, lang: Lang) -> list[str]:
    """Render line by line, splitting the wording only: line breaks in arguments do not add lines.

    A line that is nothing but a list of phrases is as many lines.
    """
    args = {name: _format_arg(arg, lang) for name, arg in say.args.items()}
    lines: list[str] = []
    for line in WORDING[lang][say.key].split("\n"):
        listed = say.args.get(line[1:-1]) if line[:1] == "{" and line[-1:] == "}" else None
        if isinstance(listed, tuple):
            lines += [render_text(phrase, lang) for phrase in listed]
        else:
            lines.append(line.format_map(args))
    return lines


def render_label(choice: Choice, lang: Lang) -> str:
    """Return the label of a button."""
    return _format_key(choice.key, choice.args, lang)


def render_reply(say: Reply, lang: Lang) -> Message:
    """Render a reply as a person sees it: text, labelled choices, and the receipt where there is one."""
    receipt, qr = say.args.get("receipt"), say.args.get("qr")
    return Message(
        render_text(say, lang),
        say.policy,
        tuple([(render_label(choice, lang), choice.data) for choice in say.choices]),
        receipt if isinstance(receipt, str) else None,
        say.wants in TYPED_INPUTS,
        say.presentation.is_card,
        qr if isinstance(qr, str) else "",
        _build_chart(say.args.get("chart"), lang),
        say.wants in OWN_NUMBERS,
    )


def _build_chart(arg: ReplyArg | None, lang: Lang) -> MonthlyChart | None:
    """Build the chart of a reply's argument: a `Phrase` for its title, whose arguments are the figures."""
    if not isinstance(arg, Phrase) or not isinstance(months := arg.args["months"], tuple):
        return None
    return MonthlyChart(
        render_text(arg, lang),
        (str(_format_arg(arg.args["received"], lang)), str(_format_arg(arg.args["done"], lang))),
        tuple(
            ChartMonth(str(m.args["label"]), int(str(m.args["received"])), int(str(m.args["done"])))
            for m in months
        ),
    )
