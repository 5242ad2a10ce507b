"""An office is chosen by the name of its folder, and nothing that was set outside of it reaches it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from bot.offices.entering import enter_office
from bot.offices.folders import list_offices
from bot.settings import load_settings, read_office_name, read_offices_folder


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with two offices, named in the environment, which the test may change."""
    for name in [one for one in os.environ if one.upper().startswith("ITA_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    for office in ("korat", "phayao"):
        (tmp_path / "offices" / office).mkdir(parents=True)
        (tmp_path / "offices" / office / ".env").write_text(f"ITA_PUBLISH_FOLDER=of-{office}\n")
    monkeypatch.setenv("ITA_OFFICES", "offices")
    kept = dict(os.environ)
    yield tmp_path / "offices"
    os.environ.clear()
    os.environ.update(kept)


def test_offices_are_the_folders_by_name(root: Path) -> None:
    (root / ".git").mkdir()
    (root / "offices.toml").write_text("")
    assert [office.name for office in list_offices(root)] == ["korat", "phayao"]


@pytest.mark.parametrize("name", ["Korat", "ก", "a_b", "-a", "a" * 41])
def test_a_name_that_could_not_stand_in_a_log_is_refused(root: Path, name: str) -> None:
    (root / name).mkdir()
    with pytest.raises(ConfigurationError, match="a-z"):
        list_offices(root)


def test_an_empty_folder_and_none_are_told(root: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for folder in ("empty", "missing"):
        with pytest.raises(ConfigurationError, match="ITA_OFFICES"):
            list_offices(tmp_path / folder)


def test_an_office_has_its_own_settings_and_none_of_the_environment(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ITA_COMPLAINTS__DATABASE", "/srv/everybodys.sqlite")
    monkeypatch.setenv("ITA_HOME", "/srv/everybodys")
    enter_office("korat", is_served=False)
    settings = load_settings()
    assert settings.publish_folder == Path("of-korat")
    assert settings.home == Path("var")
    assert settings.complaints.database is None
    assert Path.cwd() == root / "korat"
    assert read_office_name() == "korat"


def test_an_unknown_office_is_answered_with_those_that_are_there(root: Path) -> None:
    with pytest.raises(ConfigurationError, match="korat, phayao"):
        enter_office("nan", is_served=False)
    with pytest.raises(ConfigurationError, match="korat, phayao"):
        enter_office("../korat", is_served=False)


def test_no_command_works_for_nobody(root: Path) -> None:
    assert read_offices_folder() == Path("offices")
    with pytest.raises(ConfigurationError, match="--office"):
        load_settings()


def test_without_the_setting_there_are_no_offices(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ITA_OFFICES")
    with pytest.raises(ConfigurationError, match="ITA_OFFICES"):
        enter_office("korat", is_served=False)
