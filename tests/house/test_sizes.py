"""Files, functions and folders stay within their size limits."""

import ast
from collections import Counter

from tests.house.source_tree import get_relative_name, iterate_functions, iterate_modules, parse_source

MOST_LINES = 400
MOST_LINES_OF_A_FUNCTION = 50
MOST_MODULES_IN_A_FOLDER = 16
REASONS: dict[str, str] = {}
"""Exceptions, by path or `path:function`, with the reason why a split would be worse."""


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function, from its def to its end, without its docstring."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    if ast.get_docstring(function) is not None:
        docstring = function.body[0]
        lines -= (docstring.end_lineno or docstring.lineno) - docstring.lineno + 1
    return lines


def test_no_file_is_too_long() -> None:
    lines = {get_relative_name(path): len(path.read_text("utf-8").splitlines()) for path in iterate_modules()}
    assert {path: count for path, count in lines.items() if count > MOST_LINES and path not in REASONS} == {}
    assert len(lines) > 15


def test_no_folder_holds_too_many_modules() -> None:
    modules = Counter(path.parent for path in iterate_modules() if path.name != "__init__.py")
    crowded = {
        get_relative_name(p): count for p, count in modules.items() if count > MOST_MODULES_IN_A_FOLDER
    }
    assert crowded == {}
    assert len(modules) > 15


def test_no_function_is_too_long() -> None:
    long = {
        f"{get_relative_name(path)}:{f.name}": length(f)
        for path in iterate_modules()
        for f in iterate_functions(path)
        if length(f) > MOST_LINES_OF_A_FUNCTION and f"{get_relative_name(path)}:{f.name}" not in REASONS
    }
    assert long == {}


def test_a_docstring_is_not_counted() -> None:
    parsed = ast.parse('def f():\n    """One.\n\n    Two.\n    """\n    return 1\n').body[0]
    assert isinstance(parsed, ast.FunctionDef)
    assert length(parsed) == 2


def test_every_module_opens_with_one_sentence() -> None:
    silent = []
    for path in iterate_modules():
        opening = (ast.get_docstring(parse_source(path.read_text("utf-8"))) or "").split("\n\n")[0]
        if not opening.endswith((".", "!", "?")):
            silent.append(get_relative_name(path))
    assert silent == []
