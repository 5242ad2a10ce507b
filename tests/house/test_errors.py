"""Every exception class is in the tree of its layer, which the docstring of `errors.py` shows."""

import ast
import importlib
import re
from collections.abc import Iterator

import pytest

from tests.house.source_tree import PACKAGES, ROOT, get_relative_name, iterate_modules, parse_source

RIMS = {
    "bot/engine.py": 1,  # whatever fails, the person gets a message that nothing was saved
    "bot/guard.py": 1,  # the handler that all loops and background tasks share
    "bot/decoding/pictures.py": 1,  # the image library raises many kinds of errors for malformed files
    "bot/decoding/pdf.py": 1,  # and so does the library of PDF
    "bot/decoding/texts.py": 1,  # and those of documents, in the same process without keys
    "bot/importers/spreadsheet.py": 1,  # as does the spreadsheet library
    "storage/db/group_commit.py": 1,  # whatever fails, each caller of a batch gets its own result or error
    "storage/db/read_batcher.py": 1,  # whatever fails, no caller waits for ever
}
"""Where an error of any kind is caught, with how often; everywhere else the errors that can come are named."""

DRAWN_CLASS = re.compile(r"(?P<stem>(?:│   |    )*)(?P<branch>[├└]── )?(?P<name>[A-Z]\w+Error)\b")


def _is_cleanup(handler: ast.ExceptHandler) -> bool:
    named = handler.type is not None and ast.unparse(handler.type) == "BaseException"
    return named and isinstance(handler.body[-1], ast.Raise)


def count_broad_handlers(source: str) -> int:
    """The number of places that catch or suppress every kind of error; cleaning up and re-raising does not count."""
    nodes = list(ast.walk(parse_source(source)))
    handlers = [h for n in nodes if isinstance(n, ast.Try) for h in n.handlers]
    caught = [h.type for h in handlers if not _is_cleanup(h)]
    calls = [n for n in nodes if isinstance(n, ast.Call) and ast.unparse(n.func).endswith("suppress")]
    suppressed = [argument for call in calls for argument in call.args]
    names = ["Exception" if one is None else ast.unparse(one) for one in (*caught, *suppressed)]
    return sum(re.search(r"\b(Base)?Exception\b", name) is not None for name in names)


def parse_drawing(text: str) -> dict[str, str | None]:
    """The classes in a drawn tree, each with its parent; None for the root."""
    parents: dict[str, str | None] = {}
    path: list[str] = []
    for line in text.splitlines():
        if found := DRAWN_CLASS.match(line):
            depth = len(found["stem"]) // 4 + bool(found["branch"])
            path[depth:] = [found["name"]]
            parents[found["name"]] = path[depth - 1] if depth else None
    return parents


def iterate_subclasses(of: type[BaseException]) -> Iterator[type[BaseException]]:
    """All direct and indirect subclasses of a class."""
    for one in of.__subclasses__():
        yield one
        yield from iterate_subclasses(one)


@pytest.fixture(scope="module")
def own_exceptions() -> set[type[BaseException]]:
    """Every exception class of the four packages, whose modules are all imported for this."""
    for path in iterate_modules():
        if path.stem != "__main__":
            importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    return {one for one in iterate_subclasses(BaseException) if one.__module__.split(".")[0] in PACKAGES}


def test_a_drawing_is_read_with_what_hangs_under_what() -> None:
    drawing = """What.

RootError  whose
├── OneError  a
│   └── InnerError  of OtherError
└── LastError  d
    └── DeepError  e

An OutsideError is no part.
"""
    assert parse_drawing(drawing) == {
        "RootError": None,
        "OneError": "RootError",
        "InnerError": "OneError",
        "LastError": "RootError",
        "DeepError": "LastError",
    }


@pytest.mark.parametrize("package", PACKAGES)
def test_the_drawing_is_the_tree(package: str, own_exceptions: set[type[BaseException]]) -> None:
    drawn = parse_drawing(importlib.import_module(f"{package}.errors").__doc__ or "")
    own = {one for one in own_exceptions if one.__module__.split(".")[0] == package}
    [root] = [name for name, parent in drawn.items() if parent is None]
    bases = {
        one.__name__: next((base.__name__ for base in one.__bases__ if base in own_exceptions), None)
        for one in own
    }
    assert bases == drawn
    assert bases[root] is None


def test_every_exception_ends_in_error(own_exceptions: set[type[BaseException]]) -> None:
    assert len(own_exceptions) > 30
    assert [one.__qualname__ for one in own_exceptions if not one.__name__.endswith("Error")] == []


def test_broad_handlers_are_found_in_every_spelling() -> None:
    source = """
try:
    pass
except (Exception, KeyError):
    pass
try:
    pass
except:
    pass
with suppress(Exception):
    pass
with suppress(KeyError):
    pass
try:
    pass
except BaseException:
    clean_up()
    raise
"""
    assert count_broad_handlers(source) == 3


def test_any_error_is_caught_at_the_rims_only() -> None:
    found = {
        get_relative_name(path): count_broad_handlers(path.read_text("utf-8")) for path in iterate_modules()
    }
    assert {name: count for name, count in found.items() if count} == RIMS
