"""A docstring has more than two words, or is left out."""

import ast

from tests.house.source_tree import get_relative_name, iterate_modules, parse_source

DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def find_short_docstrings(source: str) -> list[str]:
    """The docstrings of one or two words."""
    found = [ast.get_docstring(n) for n in ast.walk(parse_source(source)) if isinstance(n, DOCUMENTED)]
    return [told for told in found if told is not None and len(told.split()) <= 2]


def test_short_docstrings_are_found_in_modules_classes_and_functions() -> None:
    source = '"""One."""\nclass A:\n    """Two words."""\n    def f(self):\n        """Three words here."""\n'
    assert find_short_docstrings(source) == ["One.", "Two words."]


def test_no_docstring_has_one_or_two_words() -> None:
    short = {get_relative_name(p): find_short_docstrings(p.read_text("utf-8")) for p in iterate_modules()}
    assert {name: told for name, told in short.items() if told} == {}
