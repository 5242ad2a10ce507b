"""Makes office.toml out of the example, line by line, so that its explanations stay for those who edit it later."""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from pydantic import ValidationError

from bot.desk_names import DeskName
from bot.errors import ConfigurationError
from bot.installation.answers import Answers, split_names
from bot.installation.questions import NOBODY
from bot.office_errors import format_validation_error
from bot.office_file import EXAMPLE_OFFICE_PATHS
from handlers.office import Office
from ita_stats.calendar import get_fiscal_year
from storage.files.atomic_write import PUBLIC_MODES, replace_file

AccountLinks = Mapping[tuple[DeskName, str], str]
"""The public link of each account, by desk and platform."""


def build_office_text(answers: Answers, links: AccountLinks, today: date) -> str:
    """Return the office.toml of the answers, which is a valid one. Raises ConfigurationError where it would not be."""
    text = next(path for path in EXAMPLE_OFFICE_PATHS if path.exists()).read_text("utf-8")
    name, head = answers["office.name_th"], answers["office.head_th"]
    alternates = answers["alternate.officers"]
    names = [] if alternates in {NOBODY, ""} else split_names(alternates)
    unit, contact = answers["office.unit_th"], answers["office.privacy_contact_th"]
    for table, key, literal in (
        ("", "website", _quote(answers["office.website"])),
        ("name", "th", _quote(name)),
        ("name", "en", _quote(answers["office.name_en"]) if answers["office.name_en"] else None),
        ("head", "th", _quote(head)),
        ("head", "en", None),
        ("guideline", "unit", _quote_thai(unit)),
        ("privacy", "version", _quote(f"{get_fiscal_year(today)}-1")),
        ("privacy", "controller", _quote_thai(name)),
        ("privacy", "contact", _quote_thai(contact)),
        ("alternate", "officers", f"[{', '.join(map(_quote, names))}]"),
        ("alternate", "outside_only", "false" if names else "true"),
        ("retention", "after_closing_days", answers["office.retention_days"] or "365"),
        *_list_contact(answers),
    ):
        text = set_value(text, table, key, literal)
    text = _replace_header(text, name)
    text = _replace_topics(text, split_names(answers["office.topics"]))
    text = _add_links(text, links)
    try:
        Office.model_validate(tomllib.loads(text))
    except ValidationError as trouble:
        lines = [f"office.toml: {format_validation_error(error)}" for error in trouble.errors()]
        raise ConfigurationError("\n".join(lines)) from None
    return text


def _list_contact(answers: Answers) -> Iterable[tuple[str, str, str | None]]:
    """Yield the lines of [contact]; what was not answered has no line."""
    for key in ("phone", "email", "map"):
        yield "contact", key, _quote(given) if (given := answers[f"office.{key}"]) else None
    for key in ("hours", "address"):
        yield "contact", key, _quote_thai(given) if (given := answers[f"office.{key}_th"]) else None


def write_office(path: Path, text: str) -> None:
    """Write the file as a whole. It holds no secret, and the server's user reads it."""
    replace_file(path, text.encode(), PUBLIC_MODES[1])


def set_value(text: str, table: str, key: str, literal: str | None) -> str:
    """Replace the value of a key that stands in one line of a table; None takes the line out.

    table: as in its heading; empty for what stands before the first. Raises ValueError where there is no such line.
    """
    lines, current = text.splitlines(keepends=True), ""
    for number, line in enumerate(lines):
        if heading := re.match(r"\[\[?([a-z_.]+)\]\]?\s*$", line):
            current = heading[1]
        elif current == table and re.match(rf"{key}\s*=", line):
            lines[number] = "" if literal is None else f"{key} = {literal}\n"
            return "".join(lines)
    raise ValueError(f"[{table}] {key} stands nowhere")


def _quote(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _quote_thai(value: str) -> str:
    return f"{{ th = {_quote(value)} }}"


def _replace_header(text: str, name: str) -> str:
    """Say whose file it is, in place of the lines that tell one to copy it."""
    body = text[text.index("\n\n") :]
    said = " ".join(name.split())
    return (
        f"# office.toml: {said}\n# แก้ได้ทุกเมื่อ แล้วตรวจด้วย ita-bot doctor เริ่มโปรแกรมใหม่จึงมีผล\n"
        f"# May be edited at any time; `ita-bot doctor` looks at it, and a new start uses it.{body}"
    )


def _replace_topics(text: str, names: Iterable[str]) -> str:
    start, end = text.index("[[topics]]"), text.index("[statistics]")
    topics = "".join(
        f'[[topics]]\ncode = "topic{number}"\nname = {_quote_thai(name)}\n\n'
        for number, name in enumerate(names, start=1)
    )
    return text[:start] + topics + text[end:]


def _add_links(text: str, links: AccountLinks) -> str:
    """Put the links of accounts before the topics, where the example has them as a remark."""
    desks = dict.fromkeys(desk for desk, _ in links)
    tables = "".join(
        f"[chats.{desk}]\n"
        + "".join(f"{platform} = {_quote(link)}\n" for (own, platform), link in links.items() if own == desk)
        + "\n"
        for desk in desks
    )
    at = text.index("# งานของหน่วยงานที่ประชาชนให้ความคิดเห็นได้")
    return text[:at] + tables + text[at:]
