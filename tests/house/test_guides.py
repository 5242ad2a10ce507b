"""The guides name commands, settings and pages that are there, and omit none."""

import re
from pathlib import Path

import pytest
import typer

from bot.cli.main import cli_app
from bot.installation.questions import list_answer_keys
from bot.platforms.telegram.commands import CITIZEN_COMMANDS
from bot.settings import DeskSettings, list_setting_names
from handlers.staff.permissions import CommandName, ServiceCommandName
from tests.house.source_tree import ROOT
from tests.house.test_pages import commands

GUIDES = sorted((ROOT / "docs" / "guides").glob("*.md"))
FOR_EACH_READER = {
    *(
        "it",
        "office",
        "officer",
        "supervisor",
        "head",
        "dpo",
        "citizen",
        "telegram",
        "line",
        "backup",
        "ministry",
    ),
}
OF_BOTFATHER = {"newbot", "setjoingroups", "setcommands", "revoke"}
OF_EVERYBODY = {"join", "start", "stop", "help", "wipe", "here", "me"}
PAGES_OF_CITIZENS = {
    "/",
    "/report",
    "/track",
    "/privacy",
    "/ask",
    "/qna",
    "/opinion",
    "/opinions",
    "/statistics",
    "/guideline",
    "/card",
    "/participation",
    "/channels",
    "/exit",
}
PAGES_OF_OFFICERS = {"/staff"}
PAGES_OF_MACHINES = {"/healthz", "/readyz", "/metrics", "/telegram", "/line"}

NO_PAGES = {
    *("/cancel", "/follow", "/lang"),  # typed by citizens
    *("/en", "/th", "/latest", "/paper", "/static", "/wp"),  # parts of addresses
    *("/consultations", "/officer"),  # addresses of earlier versions, and of files
    *("/proc", "/var"),
}
"""What else looks like a path in the program's strings."""


def list_commands() -> list[str]:
    return commands(typer.main.get_command(cli_app), "ita-bot")


def list_pages_in_code() -> set[str]:
    """What begins a path in strings of the web's modules."""
    source = "".join(path.read_text("utf-8") for path in (ROOT / "bot").rglob("*.py"))
    return set(re.findall(r"\"(/[a-z]*)[/\"]", source))


def list_options(words: list[str]) -> set[str]:
    """The options of the command that some typed words name."""
    command = typer.main.get_command(cli_app)
    for word in words:
        command = getattr(command, "commands", {}).get(word, command)
    return {option for parameter in command.params for option in parameter.opts}


def test_there_is_a_guide_for_each_reader() -> None:
    assert {path.name.partition(".")[0] for path in GUIDES} >= FOR_EACH_READER


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.stem)
def test_a_guide_names_no_command_that_is_not_there(path: Path) -> None:
    known = list_commands()
    groups = {name.rpartition(" ")[0] for name in known}
    text = re.sub(r"-u ita-bot \S+|systemctl [^`\n]*", "", path.read_text("utf-8"))
    for named in re.findall(r"ita-bot ([a-z]+(?: [a-z]+)?)", text):
        first, _, second = named.partition(" ")
        full, short = f"ita-bot {first} {second}".strip(), f"ita-bot {first}"
        assert (
            full in known or (short in known and short not in groups) or (short in groups and full in known)
        ), named


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.stem)
def test_a_guide_names_no_option_that_its_command_does_not_have(path: Path) -> None:
    typed = re.findall(r"(?:`|^    )(?:[^`\n]* )?ita-bot ([^`\n]+)", path.read_text("utf-8"), re.MULTILINE)
    wrong = [
        (words, option)
        for words in typed
        for option in re.findall(r"--[a-z-]+", words)
        if option not in list_options(words.split())
    ]
    assert wrong == []


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.stem)
def test_a_guide_names_no_setting_that_is_not_there(path: Path) -> None:
    patterns = {f"ITA_<DESK>__{name.upper()}" for name in DeskSettings.model_fields}
    known = {*list_setting_names(), *patterns}
    named = re.findall(r"ITA_(?:<DESK>__)?[A-Z_]*[A-Z]", path.read_text("utf-8"))
    assert [name for name in named if name not in known and f"{name}__" not in str(known)] == []


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.stem)
def test_a_guide_names_no_page_and_no_chat_command_that_is_not_there(path: Path) -> None:
    chat = {
        *CommandName,
        *ServiceCommandName,
        *OF_EVERYBODY,
        *OF_BOTFATHER,
        *sum(CITIZEN_COMMANDS.values(), ()),
    }
    known = {f"/{name}" for name in chat} | PAGES_OF_CITIZENS | PAGES_OF_MACHINES
    named = re.findall(r"`(/[a-z]+)[`/ ]", path.read_text("utf-8"))
    assert [name for name in named if name not in known] == []


def test_the_guide_for_it_omits_no_command_setting_or_page() -> None:
    text = (ROOT / "docs/guides/it.th.md").read_text("utf-8")
    assert [name for name in list_commands() if f"`{name}`" not in text] == []
    short = {re.sub(r"^ITA_(COMPLAINTS|SERVICE)__", "ITA_<DESK>__", name) for name in list_setting_names()}
    assert [name for name in sorted(short) if f"`{name}`" not in text] == []
    pages = PAGES_OF_CITIZENS | PAGES_OF_OFFICERS | PAGES_OF_MACHINES
    assert [page for page in pages if f"`{page}" not in text] == []


def test_the_pages_that_guides_may_name_are_there() -> None:
    there = list_pages_in_code()
    assert there >= PAGES_OF_CITIZENS | PAGES_OF_OFFICERS | {"/healthz", "/readyz", "/metrics"}
    known = PAGES_OF_CITIZENS | PAGES_OF_OFFICERS | PAGES_OF_MACHINES | NO_PAGES
    assert there - known - {f"/{word}" for word in OF_EVERYBODY} == set()


def test_no_guide_denies_what_is_there() -> None:
    assert [path.name for path in GUIDES if re.search(r"ยังไม่มีในรุ่นนี้|ยังไม่มีคำสั่ง", path.read_text("utf-8"))] == []


def test_the_keys_of_a_file_of_answers_stand_in_the_guide_and_no_others() -> None:
    guide = (ROOT / "docs" / "guides" / "it.th.md").read_text("utf-8")
    (listed,) = re.findall(r"^คีย์ทั้งหมด: (.*)$", guide, re.MULTILINE)
    assert re.findall(r"`([^`]+)`", listed) == list_answer_keys()


def test_the_folder_of_backups_in_the_guide_is_one_that_the_service_may_write() -> None:
    folders = re.findall(r"ITA_BACKUP_DIR=([^`\s]+)", (ROOT / "docs/guides/backup.th.md").read_text("utf-8"))
    unit = (ROOT / "docs/deploy/ita-bot.service").read_text("utf-8")
    writable = re.findall(r"^ReadWritePaths=-?(\S+)$", unit, re.MULTILINE)
    assert folders
    assert set(folders) <= set(writable)
