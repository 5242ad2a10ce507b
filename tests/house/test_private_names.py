"""Names that other libraries do not publish: each stands in one file, for a reason that a decision record gives."""

import ast
from collections.abc import Iterator

import pytest

from tests.house.source_tree import ROOT, get_relative_name, iterate_modules, parse_source

RECORD = ROOT / "docs" / "decisions" / "0024-private-names-of-libraries.md"

ALLOWED = {("bot/web/http_protocol.py", "uvicorn.protocols")}
"""File and name. Each is in the record, with the public way that was measured."""

INTERNAL_MODULES = ("sqlalchemy.util", "uvicorn.protocols")
"""Modules whose names have no underscore, but which their library's documentation does not describe."""


def is_private(name: str) -> bool:
    """Whether a name begins with one underscore."""
    return name.startswith("_") and not name.startswith("__") and name != "_"


def collect_own_names(tree: ast.AST) -> set[str]:
    """The private names that a module gives to functions, classes, variables and attributes of its own objects."""
    names = set[str]()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif (
            isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and _is_own_object(node.value)
        ):
            names.add(node.attr)
    return {name for name in names if is_private(name)}


def find_foreign_names(tree: ast.AST, everywhere: set[str]) -> Iterator[str]:
    """The names in a module that belong to somebody else. everywhere: the private names of all our modules."""
    own = collect_own_names(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and is_private(node.attr):
            # An attribute of `self` may come from a base class in another module of ours.
            if node.attr not in (everywhere if _is_own_object(node.value) else own):
                yield node.attr
        elif isinstance(node, ast.Call):
            yield from _find_in_call(node)
        elif isinstance(node, ast.ImportFrom):
            yield from _find_in_import(node.module or "", [alias.name for alias in node.names])
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield from _find_in_import(alias.name, [])


def _find_in_call(node: ast.Call) -> Iterator[str]:
    match node:
        case ast.Call(
            func=ast.Name(id="getattr" | "setattr" | "hasattr"), args=[_, ast.Constant(str(name)), *_]
        ):
            if is_private(name):
                yield name
        case ast.Call(func=ast.Attribute(value=ast.Name(id="object"), attr="__new__")):
            yield "object.__new__"


def _find_in_import(module: str, names: list[str]) -> Iterator[str]:
    if any(is_private(part) for part in module.split(".")):
        yield module
    yield from filter(is_private, names)
    yield from (internal for internal in INTERNAL_MODULES if f"{module}.".startswith(f"{internal}."))


def _is_own_object(value: ast.expr) -> bool:
    match value:
        case ast.Name(id="self" | "cls") | ast.Call(func=ast.Name(id="super")):
            return True
    return False


def test_names_that_other_libraries_do_not_publish_are_known_and_recorded() -> None:
    trees = {get_relative_name(path): parse_source(path.read_text("utf-8")) for path in iterate_modules()}
    everywhere = {name for tree in trees.values() for name in collect_own_names(tree)}
    found = {(path, name) for path, tree in trees.items() for name in find_foreign_names(tree, everywhere)}
    assert found == ALLOWED
    record = RECORD.read_text("utf-8")
    assert [where for where in ALLOWED if not all(f"`{word}`" in record for word in where)] == []


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("import library\nlibrary.thing._inner()", "_inner"),
        ("class Ours(Theirs):\n    def f(self): return self._theirs", "_theirs"),
        ("class Ours(Theirs):\n    def f(self): return super()._theirs()", "_theirs"),
        ("from library import _inner", "_inner"),
        ("from library._inner import thing", "library._inner"),
        ("import library._inner", "library._inner"),
        ("from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol", "uvicorn.protocols"),
        ("from sqlalchemy.util import await_only", "sqlalchemy.util"),
        ("getattr(library, '_inner', None)", "_inner"),
        ("made = object.__new__(Thing)", "object.__new__"),
    ],
)
def test_a_name_of_somebody_else_is_found(source: str, name: str) -> None:
    assert list(find_foreign_names(ast.parse(source), set())) == [name]


def test_our_own_private_names_are_not() -> None:
    source = (
        "class Ours:\n    _kept = 1\n    def f(self, other):\n        self._own = other._kept + self._base"
    )
    assert list(find_foreign_names(ast.parse(source), {"_base", "_own"})) == []
