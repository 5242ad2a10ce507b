"""The documentation matches the code."""

import re
import tomllib
from enum import StrEnum
from pathlib import Path

import pytest
import typer

from handlers.complaints.lifecycle import (
    CaseOutcome,
    CaseStatus,
    NonAcceptanceReason,
    PublicStatus,
    Transition,
)
from handlers.complaints_desk import ComplaintsDesk
from handlers.dialog.events import Channel
from tests.house.source_tree import PAGES, ROOT, get_relative_name, iterate_modules
from tests.in_memory_desk import SHORT_OFFICE, InMemoryDesk

DESKS = ("COMPLAINTS", "SERVICE")


def page(name: str) -> str:
    """The text of a page."""
    return (ROOT / name).read_text("utf-8")


@pytest.mark.parametrize("words", [CaseStatus, Transition, CaseOutcome, NonAcceptanceReason, PublicStatus])
def test_the_glossary_has_every_word_of_a_case(words: type[StrEnum]) -> None:
    missing = [
        f"{words.__name__}.{m.name}"
        for m in words
        if f"`{words.__name__}.{m.name}`" not in page("docs/glossary.md")
    ]
    assert missing == []


def test_settings_are_documented_one_for_one() -> None:
    offered = set(re.findall(r"^#?\s*(ITA_[A-Z_]+)=", page(".env.example"), re.MULTILINE))
    told = re.findall(r"^\| `(ITA_[A-Z_<>]+)` \|", page("docs/settings.md"), re.MULTILINE)
    assert {name.replace("<DESK>", desk) for name in told for desk in DESKS} == offered


def commands(command: object, name: str) -> list[str]:
    """Every command below a group, by its full name."""
    children: dict[str, object] | None = getattr(command, "commands", None)
    if children is None:
        return [name]
    own = [name] if getattr(command, "invoke_without_command", False) else []
    return own + [full for child, sub in children.items() for full in commands(sub, f"{name} {child}")]


def test_commands_are_documented_one_for_one() -> None:
    from bot.cli.main import cli_app

    told = re.findall(r"^\| `(ita-bot [a-z ]*[a-z])", page("README.md"), re.MULTILINE)
    assert sorted(told) == sorted(commands(typer.main.get_command(cli_app), "ita-bot"))


def test_every_dependency_has_a_reason() -> None:
    project = tomllib.loads(page("pyproject.toml"))
    wanted = {re.split(r"[^a-z0-9\-]", line)[0] for line in project["project"]["dependencies"]}
    told = re.findall(r"^\| ([a-z0-9\-]+) \|", page("docs/decisions/0002-dependencies.md"), re.MULTILINE)
    assert sorted(told) == sorted(wanted)
    prose = page("docs/decisions/0002-dependencies.md")
    groups = project["dependency-groups"]
    tools = [line for group in groups.values() for line in group if isinstance(line, str)]
    assert [tool for tool in tools if f"{tool} (" not in prose] == []


def test_every_decision_is_in_the_index() -> None:
    records = {path.name for path in (ROOT / "docs/decisions").glob("0*.md")}
    assert set(re.findall(r"\((0\d{3}-[a-z0-9\-]+\.md)\)", page("docs/decisions/README.md"))) == records


@pytest.mark.parametrize("path", PAGES, ids=get_relative_name)
def test_links_lead_somewhere(path: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text("utf-8"))
    local = [link for link in links if not link.startswith("http")]
    assert [link for link in local if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", PAGES, ids=get_relative_name)
def test_nothing_is_promised_for_later(path: Path) -> None:
    assert re.findall(r"\b(TODO|FIXME|TBD|lorem ipsum)\b", path.read_text("utf-8"), re.IGNORECASE) == []


def test_the_dialogue_of_the_readme_is_what_is_said() -> None:
    citizen = InMemoryDesk(ComplaintsDesk(SHORT_OFFICE), channel=Channel.TERMINAL).new_user()
    dialogue = page("README.md").split("```text\n")[1].split("```")[0].splitlines()
    assert sum(line.startswith("> ") for line in dialogue) == 6
    heard = ""
    for line in dialogue:
        if line.startswith("> :"):
            label = citizen.labels[int(line[3:]) - 1]
            heard = citizen.pick(label) + "\n" + "\n".join(citizen.labels)
        elif line.startswith("> "):
            heard = citizen.say(line[2:]) + "\n" + "\n".join(citizen.labels)
        elif line != "…":
            assert re.sub(r"^\[\d+\] ", "", line) in heard.splitlines()
    assert citizen.receipt


def test_every_code_term_of_the_glossary_stands_in_the_code() -> None:
    names = {name for path in iterate_modules() for name in re.findall(r"\w+", path.read_text("utf-8"))}
    terms = re.findall(r"`([A-Z]\w+|[a-z]+_\w+)(?:\(\))?`", page("docs/glossary.md"))
    assert len(terms) > 50
    assert [term for term in terms if term not in names] == []
