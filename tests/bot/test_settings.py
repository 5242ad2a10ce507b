"""The settings: their sources, their order, and how a mistake is reported."""

import os
import re
from pathlib import Path

import pytest

from bot.desk_names import DESK_NAMES
from bot.errors import ConfigurationError
from bot.settings import DeskSettings, Settings, list_setting_names, load_settings
from tests.end_to_end.terminal_driver import run_ita_bot

ROOT = Path(__file__).parents[2]
TOKEN = "CANARYTOKEN"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory without settings."""
    for name in [n for n in os.environ if n.upper().startswith("ITA_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def get_load_error() -> str:
    with pytest.raises(ConfigurationError) as trouble:
        load_settings()
    return str(trouble.value)


def test_nothing_needs_to_be_set() -> None:
    chosen = load_settings()
    assert (chosen.home, chosen.office, chosen.host, chosen.port) == (Path("var"), None, "127.0.0.1", 8080)
    assert chosen.desk_paths("service").database == Path("var/service/desk.sqlite")
    assert chosen.desk_paths("complaints").key_paths["seal"] == Path("var/complaints/keys/seal.key")


def test_environment_before_env_file_before_secret_files(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = folder / "secrets"
    secrets.mkdir()
    for name, value in (("ITA_HOST", "c"), ("ITA_PORT", "3"), ("ITA_HOME", "from-secrets")):
        (secrets / name).write_text(value + "\n")
    (secrets / "ITA_COMPLAINTS__LINE_SECRET").write_text(TOKEN + "\n")
    (folder / ".env").write_text("ITA_HOST=b\nITA_PORT=2\n")
    monkeypatch.setenv("ITA_HOST", "a")
    monkeypatch.setenv("ITA_SECRETS_DIR", str(secrets))
    chosen = load_settings()
    assert (chosen.host, chosen.port, chosen.home) == ("a", 2, Path("from-secrets"))
    assert chosen.complaints.line_secret is not None
    assert chosen.complaints.line_secret.get_secret_value() == TOKEN


def test_a_desk_sets_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ITA_COMPLAINTS__DATABASE", "/data/c.sqlite")
    monkeypatch.setenv("ITA_COMPLAINTS__PEPPER_FILE", "/keys/pepper")
    monkeypatch.setenv("ITA_COMPLAINTS__ENVELOPE_KEY_FILE", "/keys/envelope")
    place = load_settings().desk_paths("complaints")
    assert place.database == Path("/data/c.sqlite")
    assert (place.key_paths["pepper"], place.key_paths["envelope"]) == (
        Path("/keys/pepper"),
        Path("/keys/envelope"),
    )
    assert place.key_paths["audit"] == Path("var/complaints/keys/audit.key")


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("ITA_PROT", "ITA_PORT"),
        ("ITA_COMPLAINTS__TELEGRAM_TOKN", "ITA_COMPLAINTS__TELEGRAM_TOKEN"),
        ("ITA_SERVICE_LINE_TOKEN", "ITA_SERVICE__LINE_TOKEN"),
        ("ITA_COMPLAINT", "ITA_COMPLAINTS"),
    ],
)
@pytest.mark.parametrize("source", ["environment", "file", "secrets"])
def test_an_unknown_name_is_answered_with_the_nearest(
    wrong: str, right: str, source: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if source == "environment":
        monkeypatch.setenv(wrong, TOKEN)
    elif source == "file":
        (folder / ".env").write_text(f"{wrong}={TOKEN}\n")
    else:
        (folder / "secrets").mkdir()
        (folder / "secrets" / wrong).write_text(TOKEN)
        monkeypatch.setenv("ITA_SECRETS_DIR", "secrets")
    told = get_load_error()
    assert told.startswith(f"{wrong}:")
    assert right in told
    assert TOKEN not in told


def test_a_wrong_value_is_told_by_its_setting_and_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ITA_PORT", TOKEN)
    monkeypatch.setenv("ITA_SERVICE__TELEGRAM_MODE", TOKEN)
    told = get_load_error()
    assert "ITA_PORT:" in told
    assert "ITA_SERVICE__TELEGRAM_MODE:" in told
    assert TOKEN not in told


def test_only_sqlite_is_kept_and_a_password_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ITA_COMPLAINTS__DATABASE", f"postgresql://u:{TOKEN}@h/d")
    with pytest.raises(ConfigurationError, match=r"ITA_COMPLAINTS__DATABASE.*SQLite") as trouble:
        load_settings().desk_paths("complaints")
    assert TOKEN not in str(trouble.value)


def test_a_name_left_empty_is_not_set(folder: Path) -> None:
    (folder / ".env").write_text("ITA_OFFICE=\nITA_COMPLAINTS__PUBLIC_URL=\nITA_SERVICE__LINE_TOKEN=\n")
    chosen = load_settings()
    assert (chosen.office, chosen.complaints.public_url, chosen.service.line_token) == (None, None, None)


def test_the_env_file_may_serve_other_programs_too(folder: Path) -> None:
    (folder / ".env").write_text("POSTGRES_PASSWORD=x\nCOMPOSE_PROJECT_NAME=y\nITA_PORT=8081\n")
    assert load_settings().port == 8081


def test_an_env_file_that_is_no_text_is_told(folder: Path) -> None:
    (folder / ".env").write_bytes("ITA_HOST=ก".encode("tis-620"))
    assert get_load_error().startswith(".env:")


def test_a_secrets_folder_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ITA_SECRETS_DIR", "/nowhere/at/all")
    assert get_load_error().startswith("ITA_SECRETS_DIR:")


def test_tokens_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in list_setting_names() if n.endswith(("_TOKEN", "_SECRET"))]:
        monkeypatch.setenv(name, TOKEN)
    chosen = load_settings()
    assert TOKEN not in repr(chosen) + str(chosen) + chosen.model_dump_json()


def test_the_end_of_a_line_that_was_copied_along_is_no_part_of_a_token(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ITA_COMPLAINTS__LINE_TOKEN", " CANARYCANARY\n")
    own = load_settings().complaints.line_token
    assert own is not None
    assert own.get_secret_value() == "CANARYCANARY"


def test_the_example_offers_every_setting_and_nothing_else() -> None:
    offered = re.findall(r"^#?(ITA_[A-Z_]+)=", (ROOT / ".env.example").read_text("utf-8"), re.MULTILINE)
    assert sorted(offered) == sorted(list_setting_names())


def test_the_example_can_be_used_as_it_stands(folder: Path) -> None:
    text = (ROOT / ".env.example").read_text("utf-8")
    (folder / ".env").write_text(re.sub(r"^#(ITA_(?!SECRETS_DIR))", r"\1", text, flags=re.MULTILINE), "utf-8")
    chosen = load_settings()
    plain = Settings.model_construct()
    for name in DESK_NAMES:
        assert {k: p.resolve() for k, p in chosen.desk_paths(name).key_paths.items()} == {
            k: p.resolve() for k, p in plain.desk_paths(name).key_paths.items()
        }


def test_every_setting_is_described() -> None:
    fields = {**Settings.model_fields, **DeskSettings.model_fields}
    assert [n for n, f in fields.items() if n not in DESK_NAMES and not f.description] == []


def test_a_wrong_setting_ends_the_start_with_78(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("ITA_PROT=1\n")
    done = run_ita_bot(tmp_path / "var", "tick")
    assert (done.returncode, done.stdout) == (78, "")
    assert "ITA_PORT" in done.stderr
    assert not (tmp_path / "var").exists()
