"""Arrows point inward."""

import subprocess
import sys
from pathlib import Path

import grimp

from tests.house.ground import PACKAGES, ROOT, modules, named

VOCABULARY = {
    "handlers.approval",
    "handlers.case",
    "handlers.exclusion",
    "handlers.faq",
    "handlers.knowledge",
    "handlers.oldcase",
    "handlers.question",
    "handlers.receipt",
    "handlers.reminder",
    "handlers.register",
    "handlers.staff.docket",
    "handlers.staff.keyhole",
    "handlers.staff.person",
    "handlers.staff.role",
    "handlers.thai",
    "handlers.turn",
    "handlers.standing",
    "handlers.voice",
    "ita_stats.calendar",
    "ita_stats.fact",
    "ita_stats.voice",
}
"""What storage may take from those who think: their words (docs/decisions/0001)."""


def test_the_contracts_of_pyproject_hold() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_storage_takes_words_and_no_thinking() -> None:
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    taken = {
        imported
        for module in graph.modules
        if module.split(".")[0] == "storage"
        for imported in graph.find_modules_directly_imported_by(module)
        if imported.split(".")[0] in {"handlers", "ita_stats"}
    }
    assert taken <= VOCABULARY


def test_only_the_settings_read_the_environment() -> None:
    readers = {named(path) for path in modules() if "environ" in path.read_text("utf-8")}
    assert readers <= {"bot/settings.py"}
