"""Plain text to safe HTML: paragraphs, bullets and links. What a person typed stays text, whatever it looks like."""

import re
from collections.abc import Iterable, Mapping
from itertools import groupby

from markupsafe import Markup, escape

BULLET = "• "
_URL_PATTERN = re.compile(r"https?://[^\s<>\"“”]+[^\s<>\"“”.,)]")
_PHONE_PATTERN = re.compile(r"(?:(?<=โทร )|(?<=โทร\. )|(?<=call )|(?<=^ ))\d[\d -]{1,18}\d(?!\d)")
"""A telephone number: the word before it says so, or it follows a link, as in the lines of outside bodies."""
_KEPT_WHOLE = re.compile(
    "เครือข่าย|ที่ทำงาน|หน้าเว็บ|เจ้าหน้าที่|หลักฐาน|ผู้แจ้ง|หน่วยงาน|ข้อความ|เปิดเผย|ตรวจสอบ|ตัวอักษร|ข้อมูล|คำตอบ|หน้าจอ"
    "|แชต(?!ิ)|ท่านทราบ|ขอบอก|ประพฤติมิชอบ|เบราว์เซอร์|อินเทอร์เน็ต"
)
"""Words inside which browsers break lines of Thai: their dictionaries know only parts of them, or read them wrongly."""
_TAG_PATTERN = re.compile(r"(<[^>]*>)")
_PAIR_PATTERN = re.compile(r"([^\n:]{2,60}): (.*)", re.DOTALL)


_HIGHLIGHT_MARKUP = {
    "receipt": Markup("<strong data-receipt>{}</strong>"),
    "status": Markup("<strong data-status>{}</strong>"),
}


def text_to_html(text: str, marks: Mapping[str, str] | None = None) -> Markup:
    """Render text as paragraphs and lists.

    marks: the receipt or status to highlight, at its first occurrence.
    """
    blocks = [block for block in text.strip("\n").split("\n\n") if block]
    return _highlight(Markup("\n").join(_render_block(block.split("\n")) for block in blocks), marks or {})


def line_to_html(line: str, marks: Mapping[str, str]) -> Markup:
    """Render one line, with the same highlights."""
    return _highlight(escape(line), marks)


def keep_words_whole(text: str) -> Markup:
    """Escape a text; words of `_KEPT_WHOLE` are not broken where a line ends."""
    markup, at = Markup(""), 0
    for word in _KEPT_WHOLE.finditer(text):
        markup += escape(text[at : word.start()]) + Markup('<span class="word">{}</span>').format(word[0])
        at = word.end()
    return markup + escape(text[at:])


def pairs_to_html(lines: Iterable[str]) -> Markup:
    """Render `name: value` lines as a definition list, and other lines as text."""
    parts: list[Markup] = []
    rows: list[Markup] = []
    for line in (*lines, ""):
        found = _PAIR_PATTERN.fullmatch(line)
        if found:
            row = Markup("<div><dt>{}:</dt><dd>{}</dd></div>")
            rows.append(row.format(found[1], _join_lines(found[2].split("\n"))))
            continue
        if rows:
            parts.append(Markup("<dl>{}</dl>").format(Markup("").join(rows)))
            rows = []
        if line:
            parts.append(text_to_html(line))
    return Markup("\n").join(parts)


def _highlight(shown: Markup, marks: Mapping[str, str]) -> Markup:
    for name, words in marks.items():
        parts = [Markup(part) for part in _TAG_PATTERN.split(shown)]  # noqa: S704 - already escaped
        here = next((i for i, part in enumerate(parts) if i % 2 == 0 and escape(words) in part), None)
        if here is not None:
            before, found, after = parts[here].partition(escape(words))
            parts[here] = before + _HIGHLIGHT_MARKUP[name].format(found) + after
            shown = Markup("").join(parts)
    return shown


def _render_block(lines: list[str]) -> Markup:
    """Render a block. Lines that begin with a bullet become a list; indented lines below one continue its item."""
    parts: list[Markup] = []
    for bulleted, group in groupby(lines, lambda line: line.startswith((BULLET, "  "))):
        some = [*group]
        parts.append(_render_list(some) if bulleted else Markup("<p>{}</p>").format(_join_lines(some)))
    return Markup("\n").join(parts)


def _render_list(lines: list[str]) -> Markup:
    entries: list[list[str]] = []
    for line in lines:
        if line.startswith(BULLET) or not entries:
            entries.append([])
        entries[-1].append(line.removeprefix(BULLET).strip())
    shown = (Markup("<li>{}</li>").format(_join_lines(entry)) for entry in entries)
    return Markup("<ul>{}</ul>").format(Markup("").join(shown))


def _join_lines(lines: Iterable[str]) -> Markup:
    return Markup("<br>").join(_linkify(line) for line in lines)


def _linkify(line: str) -> Markup:
    markup, at = Markup(""), 0
    for link in _URL_PATTERN.finditer(line):
        markup += _link_phones(line[at : link.start()])
        markup += Markup('<a href="{0}" rel="noreferrer">{0}</a>').format(link[0])
        at = link.end()
    return markup + _link_phones(line[at:])


def _link_phones(text: str) -> Markup:
    markup, at = Markup(""), 0
    for phone in _PHONE_PATTERN.finditer(text):
        markup += escape(text[at : phone.start()])
        digits = phone[0].replace(" ", "").replace("-", "")
        markup += Markup('<a href="tel:{}">{}</a>').format(digits, phone[0])
        at = phone.end()
    return markup + escape(text[at:])
