"""The source tree: its folders, modules and documentation pages."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "handlers", "ita_stats", "storage")
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def iterate_modules() -> Iterator[Path]:
    """Every module written by hand; migrations are left out, because they are never changed."""
    for package in PACKAGES:
        yield from (p for p in sorted((ROOT / package).rglob("*.py")) if "migrations" not in p.parts)


@cache
def parse_source(code: str) -> ast.Module:
    """The syntax tree of a module, which many rules walk and none changes."""
    return ast.parse(code)


def iterate_functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a module, including methods and nested functions."""
    for node in ast.walk(parse_source(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def get_relative_name(path: Path) -> str:
    """A path relative to the repository."""
    return path.relative_to(ROOT).as_posix()
