"""CONTRIBUTING's recipes are complete: each names an example to follow, and lists every file that contains it."""

import re
from collections.abc import Iterator

import pytest

from tests.house.source_tree import ROOT

RECIPES = dict(
    re.findall(
        r"^### (To add .*?)\n(.*?)(?=^##|\Z)", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.M | re.S
    )
)
SOURCES = (
    "bot",
    "handlers",
    "storage",
    "ita_stats",
    "docs",
    "README.md",
    ".env.example",
    "office.example.toml",
)
LEFT_OUT = ("docs/decisions/", "docs/performance.md", "storage/migrations/versions/")
"""Records and migrations are not edited again; figures are written by the benchmarks."""


def iterate_sources() -> Iterator[tuple[str, str]]:
    """Every text file that a recipe may have to list: its name and its text."""
    for source in SOURCES:
        top = ROOT / source
        for path in [top] if top.is_file() else sorted(top.rglob("*")):
            name = path.relative_to(ROOT).as_posix()
            if path.suffix in {".py", ".toml", ".md", ".html", ".typ", ".example"}:
                yield name, path.read_text("utf-8")


def find_files_with(markers: list[str]) -> set[str]:
    """The files that contain one of the markers as a whole word."""
    word = re.compile(
        "|".join(rf"(?<![A-Za-z])(?<![A-Za-z]_){re.escape(marker)}(?!\w)" for marker in markers)
    )
    return {name for name, text in iterate_sources() if word.search(text) and not name.startswith(LEFT_OUT)}


def test_all_recipes_are_there() -> None:
    things = [
        "field",
        "state",
        "command",
        "platform",
        "statistic",
        "language",
        "retention",
        "setting",
        "table",
    ]
    assert [thing for thing in things if not any(f"To add a {thing}" in title for title in RECIPES)] == []


@pytest.mark.parametrize("title", RECIPES)
def test_a_recipe_lists_every_place(title: str) -> None:
    recipe = RECIPES[title]
    followed = re.search(r"^Follow (.+):$", recipe, re.MULTILINE)
    assert followed is not None
    found = find_files_with(re.findall(r"`([^`]+)`", followed[1]))
    assert found
    listed = {
        path
        for path in re.findall(r"`([\w./-]+)`", recipe)
        if "/" in path[1:] or path.startswith((".", "office"))
    }
    assert [path for path in listed if not (ROOT / path).exists()] == []
    folders = tuple(f"{path}/" for path in listed if (ROOT / path).is_dir())
    missing = {name for name in found - listed if not name.startswith(folders)}
    assert missing == set(), "has the neighbour's name and is not listed"
