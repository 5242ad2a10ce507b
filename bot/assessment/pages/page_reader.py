"""Reads what the checks need out of HTML that others wrote: links, forms, ids and marked texts. It runs nothing.

HTML can be written so that this takes hours: pages of others are read by `bot.assessment.pages.reading_process`.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urljoin

MAX_LINKS, MAX_OPEN_ELEMENTS = 5000, 200
"""Elements deeper than that are read as if they stood beside each other: each text is of all that are open."""
_LINK_ATTRIBUTES: Mapping[str, str] = {
    "a": "href",
    "area": "href",
    "iframe": "src",
    "frame": "src",
    "form": "action",
}
"""What leads a visitor on, by its element: a frame shows the page at once."""
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_SILENT = {"script", "style", "template", "noscript"}


@dataclass(frozen=True, slots=True)
class ReadPage:
    """What was read of a page. marks: the texts of elements with a `data-…` attribute or an id, by name and value.

    links: absolute addresses, in order. has_form: a form that is sent by POST. text: what is seen, with single spaces.
    """

    links: tuple[str, ...]
    has_form: bool
    text: str
    marks: Mapping[tuple[str, str], tuple[str, ...]]

    def find_mark(self, name: str, value: str) -> str:
        """Return the texts of the elements with an attribute of this value, one after another; empty where none."""
        return " ".join(filter(None, self.marks.get((name, value), ()))).strip()

    def list_values(self, name: str) -> list[str]:
        """Return the values of an attribute on this page, in order."""
        return [value for own, value in self.marks if own == name]


class _PageParser(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__(convert_charrefs=True)
        self.base, self.links, self.texts = address, list[str](), list[str]()
        self.has_form = False
        self.marks: dict[tuple[str, str], list[list[str]]] = {}
        self._open: list[tuple[str, list[list[str]]]] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "base" and given.get("href"):
            self.base = urljoin(self.base, given["href"])
        if tag == "form" and given.get("method", "").lower() == "post":
            self.has_form = True
        target = given.get(_LINK_ATTRIBUTES.get(tag, ""), "").strip()
        if target and len(self.links) < MAX_LINKS:
            with suppress(ValueError):  # no address that anybody could follow
                self.links.append(urljoin(self.base, target))
        collected = list[list[str]]()
        for name, value in given.items():
            if name == "id" or name.startswith("data-"):
                texts = list[str]()
                self.marks.setdefault((name, value), []).append(texts)
                collected.append(texts)
        if tag not in _VOID and len(self._open) < MAX_OPEN_ELEMENTS:
            self._open.append((tag, collected))
            self._silent += tag in _SILENT

    def handle_endtag(self, tag: str) -> None:
        if tag not in (name for name, _ in self._open):
            return
        while self._open:
            name, _ = self._open.pop()
            self._silent -= name in _SILENT
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        if self._silent or not data.strip():
            return
        self.texts.append(data)
        for _, collected in self._open:
            for texts in collected:
                texts.append(data)


def read_page(body: str, address: str) -> ReadPage:
    """Read a page. address: its own, against which links are resolved."""
    parser = _PageParser(address)
    parser.feed(body)
    parser.close()
    return ReadPage(
        tuple(parser.links),
        parser.has_form,
        " ".join(" ".join(parser.texts).split()),
        {
            key: tuple(" ".join(" ".join(texts).split()) for texts in found)
            for key, found in parser.marks.items()
        },
    )
