"""Imports point inward only."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp

from tests.house.source_tree import PACKAGES, ROOT, get_relative_name, iterate_modules, parse_source

VOCABULARY = {
    "handlers.complaints.approvals",
    "handlers.complaints.lifecycle",
    "handlers.complaints.messages",
    "handlers.complaints.ratings.messages",
    "handlers.complaints.reminders",
    "handlers.consultations.messages",
    "handlers.complaints.slips.messages",
    "handlers.staff.workspace.office.messages",
    "handlers.staff.enrolment.messages",
    "handlers.dialog.attempts",
    "handlers.dialog.codes.one_time_code",
    "handlers.dialog.codes.code_finder",
    "handlers.dialog.effects",
    "handlers.dialog.events",
    "handlers.dialog.receipt",
    "handlers.dialog.replies",
    "handlers.dialog.session",
    "handlers.evidence.file_kinds",
    "handlers.office",
    "handlers.staff.settings.messages",
    "handlers.feedback.messages",
    "handlers.questions.faq_messages",
    "handlers.questions.joined_search",
    "handlers.participation.messages",
    "handlers.questions.messages",
    "handlers.questions.search_index",
    "handlers.questions.similar",
    "handlers.staff.absences.messages",
    "handlers.staff.clock.messages",
    "handlers.staff.complaints.matters.messages",
    "handlers.staff.complaints.matters.reports",
    "handlers.staff.complaints.messages",
    "handlers.staff.registers.messages",
    "handlers.staff.remark_messages",
    "handlers.staff.members",
    "handlers.staff.page_access",
    "handlers.staff.permissions",
    "handlers.staff.sending.undo_window",
    "handlers.staff.state",
    "handlers.staff.state_upgrade",
    "handlers.staff.workspace.messages",
    "handlers.thai.date_readings",
    "handlers.thai.dates",
    "handlers.staff.workspace.passkey_messages",
    "handlers.thai.matching",
    "handlers.thai.text",
    "ita_stats.calendar",
    "ita_stats.cases.fact",
    "ita_stats.opinions.model",
    "ita_stats.service.model",
}
"""What storage may import from the handlers: their message types (docs/decisions/0001)."""


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
    readers = {
        get_relative_name(path)
        for path in iterate_modules()
        if re.search(r"\benviron\b", path.read_text("utf-8"))
    }
    assert readers <= {"bot/settings.py"}


def test_a_decoding_process_imports_nothing_that_knows_a_secret() -> None:
    """What a file can take over must not hold what it wants (docs/decisions/0027-hostile-files.md)."""
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    reached = graph.find_upstream_modules("bot.decoding.worker")
    assert reached == {
        f"bot.decoding.{name}"
        for name in (
            "confinement",
            "heic",
            "messages",
            "old_office.compound",
            "old_office.excel",
            "old_office.outlook",
            "old_office.powerpoint",
            "old_office.word",
            "pdf",
            "pictures",
            "rtf",
            "sheet_days",
            "texts",
            "xml_text",
        )
    }
    decoders = re.compile(
        r"\bImage\.open\b|\bImageFile\b|^ *import pypdfium2\b|^ *import pillow_heif\b", re.MULTILINE
    )
    decoding = {
        get_relative_name(path) for path in iterate_modules() if decoders.search(path.read_text("utf-8"))
    }
    assert decoding == {f"bot/decoding/{name}.py" for name in ("heic", "pdf", "pictures")}


def test_the_encoders_process_imports_nothing_that_knows_a_secret() -> None:
    """Native code reads there what citizens ask (docs/decisions/0038-questions-by-their-meaning.md)."""
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    assert graph.find_upstream_modules("bot.meaning.worker") == {
        "bot.decoding.confinement",
        "bot.decoding.messages",
        "bot.errors",
        "bot.meaning.encoder",
        "bot.meaning.messages",
    }


def test_imports_run_in_no_circle() -> None:
    """Imports inside functions and under TYPE_CHECKING count: they would only hide a circle."""
    modules = {_get_module_name(path): path for path in iterate_modules()}
    imported = {name: set(_iterate_imported(path, modules)) for name, path in modules.items()}
    assert sum(map(len, imported.values())) > 1000
    assert _find_circle(imported) == []


def test_a_circle_is_found() -> None:
    assert _find_circle({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) in (
        ["a", "b", "c", "a"],
        ["b", "c", "a", "b"],
        ["c", "a", "b", "c"],
    )


def _find_circle(imported: Mapping[str, set[str]]) -> list[str]:
    try:
        TopologicalSorter(imported).prepare()
    except CycleError as error:
        return list(reversed(error.args[1]))
    return []


def _get_module_name(path: Path) -> str:
    return get_relative_name(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _iterate_imported(path: Path, modules: Mapping[str, Path]) -> Iterator[str]:
    """The modules of ours that a module imports. A package is not imported by what names a module in it."""
    for node in ast.walk(parse_source(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules)
        elif isinstance(node, ast.ImportFrom) and node.module in modules:
            for alias in node.names:
                full_name = f"{node.module}.{alias.name}"
                yield full_name if full_name in modules else node.module
