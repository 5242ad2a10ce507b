"""Every exception stands in the tree of its layer, which the head of `errors.py` draws."""

import importlib
import re
from collections.abc import Iterator

import pytest

from tests.house.source_tree import PACKAGES, ROOT, iterate_modules

DRAWN_CLASS = re.compile(r"(?P<stem>(?:│   |    )*)(?P<branch>[├└]── )?(?P<name>[A-Z]\w+Error)\b")


def parse_drawing(text: str) -> dict[str, str | None]:
    """The classes of a drawing, each with the one that it hangs under; None for the root."""
    parents: dict[str, str | None] = {}
    path: list[str] = []
    for line in text.splitlines():
        if found := DRAWN_CLASS.match(line):
            depth = len(found["stem"]) // 4 + bool(found["branch"])
            path[depth:] = [found["name"]]
            parents[found["name"]] = path[depth - 1] if depth else None
    return parents


def iterate_subclasses(of: type[BaseException]) -> Iterator[type[BaseException]]:
    """All that derive from a class, near and far."""
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
