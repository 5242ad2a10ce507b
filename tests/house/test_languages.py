"""Languages are listed in one place: no module compares with a language code, so a new language is missed nowhere."""

import ast
import re
from pathlib import Path
from typing import get_args

import pytest

from handlers.complaints.menu import COMPLAINTS_MENU
from handlers.dialog.events import LANGS, NEXT_LANG, Lang, find_lang, parse_lang, select_by_lang
from handlers.i18n import WORDING
from handlers.questions.menu import SERVICE_MENU
from tests.house.source_tree import get_relative_name, iterate_modules, parse_source


def list_comparisons(source: str) -> list[int]:
    """The numbers of the lines that compare something with a language code."""
    return sorted(
        node.lineno
        for node in ast.walk(parse_source(source))
        if isinstance(node, ast.Compare)
        for part in (node.left, *node.comparators)
        if any(isinstance(one, ast.Constant) and one.value in LANGS for one in list_values(part))
    )


def list_values(side: ast.expr) -> list[ast.expr]:
    """One side of a comparison; the elements of it if it is a set, a tuple or a list."""
    return side.elts if isinstance(side, ast.Set | ast.Tuple | ast.List) else [side]


def test_no_module_decides_by_comparing_with_a_language() -> None:
    found = {
        get_relative_name(path): lines
        for path in iterate_modules()
        if "ita_stats" not in path.parts and (lines := list_comparisons(path.read_text("utf-8")))
    }
    assert found == {}


def test_a_comparison_is_seen() -> None:
    assert list_comparisons('a = 1 if lang == "en" else 2\nb = lang in {"th"}\nc = "en"') == [1, 2]


def test_everything_that_is_said_by_language_has_all_of_them() -> None:
    assert get_args(Lang) == LANGS
    for table in (WORDING, COMPLAINTS_MENU, SERVICE_MENU, NEXT_LANG):
        assert tuple(table) == LANGS
    assert set(NEXT_LANG.values()) == set(LANGS)
    assert [select_by_lang(lang, th="ก", en="a") for lang in LANGS] == ["ก", "a"]


_SAID_BY_PAGES = re.compile(r"""say\(["']([a-z_.]+[a-z])["'][,)]""")


def test_what_pages_say_stands_in_the_wording() -> None:
    pages = list(Path("bot/templates").rglob("*.html"))
    said = {key for path in pages for key in _SAID_BY_PAGES.findall(path.read_text("utf-8"))}
    assert len(said) > 300
    assert said <= WORDING["th"].keys()
    assert said <= WORDING["en"].keys()


def test_an_unknown_language_is_an_error_and_not_thai() -> None:
    assert [parse_lang(code) for code in LANGS] == list(LANGS)
    assert find_lang("xx") is None
    assert find_lang(None) is None
    with pytest.raises(ValueError, match="no language"):
        parse_lang("xx")
