"""Every module is known to some test by its name: a new one without a test of its own fails here."""

import ast
from collections.abc import Iterator
from functools import cache

import grimp

from tests.house.source_tree import PACKAGES, ROOT, get_relative_name, iterate_modules

TABLES = {
    "bot.health.registry": "tests/bot/health breaks an installation for each of its checks",
    "handlers.staff.complaints.commands": "exact tests give each of its commands (tests/handlers/staff)",
    "handlers.staff.service.commands": "exact tests give each of its commands (tests/handlers/staff)",
    "storage.act_registry": "tests of storage commit each of its acts",
    "storage.query_registry": "tests of storage ask each of its queries",
}
"""Tables of functions, and how tests reach what is in them: modules that a table imports need no test by name."""

REASONS = {
    "bot.assessment.command": "the command runs it (tests/bot/assessment/test_collect.py)",
    "bot.cli": "commands run as programs (tests/bot/cli, tests/end_to_end)",
    **dict.fromkeys(
        ("handlers.errors", "ita_stats.errors"),
        "the base of a tree, which tests/house/test_errors.py compares with the code",
    ),
    **dict.fromkeys(
        (f"bot.platforms.line.{name}" for name in ("adapter", "platform")),
        "webhooks of a LINE that tests pretend to be reach it (tests/bot/platforms/line)",
    ),
    "bot.platforms.telegram.platform": "the registry opens it, in every test that starts a bot",
    "bot.web.workspace": "requests of browsers reach it (tests/end_to_end/workspace)",
    "storage.tables": "declarations; every test of storage opens a database made of them",
}
"""Modules and folders that no test names, and why; as few as possible."""


def name_module(path: str) -> str:
    return path.removesuffix(".py").replace("/", ".")


def list_modules() -> dict[str, str]:
    """The path of each module by its name; packages are left out."""
    paths = map(get_relative_name, iterate_modules())
    return {name_module(path): path for path in paths if not path.endswith("__init__.py")}


@cache
def list_imported() -> frozenset[str]:
    """Every module that a test imports, and every name it imports from one."""
    return frozenset(_iterate_imported())


def _iterate_imported() -> Iterator[str]:
    for path in sorted((ROOT / "tests").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.module
                yield from (f"{node.module}.{alias.name}" for alias in node.names)


def has_own_test(path: str) -> bool:
    """Whether a test file stands at the place of a module, under its name."""
    folder, _, name = path.rpartition("/")
    return (ROOT / "tests" / folder / f"test_{name}").exists()


def list_untested() -> set[str]:
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    reached = list_imported().union(*map(graph.find_modules_directly_imported_by, TABLES))
    return {name for name, path in list_modules().items() if name not in reached and not has_own_test(path)}


def is_excused(name: str) -> bool:
    return any(name == known or name.startswith(f"{known}.") for known in REASONS)


def test_every_module_is_known_to_a_test_by_its_name() -> None:
    untested = list_untested()
    assert {name for name in untested if not is_excused(name)} == set()
    unneeded = {
        known for known in REASONS if not any(f"{name}.".startswith(f"{known}.") for name in untested)
    }
    assert unneeded == set(), "these need no excuse any more"


def test_the_tables_are_what_they_are_taken_for() -> None:
    assert list_modules().keys() >= TABLES.keys()
    assert list_imported() >= TABLES.keys()
