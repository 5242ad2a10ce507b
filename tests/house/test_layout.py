"""Folders, file names and modules follow the layout of the repository."""

import fnmatch
import importlib.metadata
import re

from tests.house.source_tree import PACKAGES, ROOT, get_relative_name, iterate_modules

TOP = {
    ".ci",
    ".env.example",
    ".gitignore",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "SECURITY.md",
    "benchmarks",
    "docs",
    "office.example.toml",
    "pyproject.toml",
    "requirements-dev.lock",
    "requirements-meaning.lock",
    "requirements.lock",
    "tests",
    *PACKAGES,
}
WITHOUT_MEANING = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "manager",
    "service",
    "services",
    "misc",
    "base",
}


def test_the_top_has_only_what_belongs_there() -> None:
    ignored = [line.strip("/") for line in (ROOT / ".gitignore").read_text().split()]
    found = {
        path.name
        for path in ROOT.iterdir()
        if path.name != ".git" and not any(fnmatch.fnmatch(path.name, pattern) for pattern in ignored)
    }
    assert found == TOP


def test_names_mean_something() -> None:
    assert [get_relative_name(path) for path in iterate_modules() if path.stem in WITHOUT_MEANING] == []


def test_the_version_is_the_newest_heading_of_the_changelog() -> None:
    newest = re.search(
        r"^## (\d+\.\d+\.\d+) - \d{4}-\d\d-\d\d$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE
    )
    assert newest is not None
    assert importlib.metadata.version("ita-bot") == newest[1]


def test_the_thai_calendar_stands_in_one_module() -> None:
    calendar = re.compile(r"\b543\b|๐๑๒|month >= 10|Asia/Bangkok")
    found = [
        get_relative_name(path) for path in iterate_modules() if calendar.search(path.read_text("utf-8"))
    ]
    assert found == ["ita_stats/calendar.py"]
