"""All settings, typed and documented. Sources, in this order: environment, `.env`, secret files."""

import difflib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

from dotenv import dotenv_values
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    IPvAnyNetwork,
    SecretStr,
    StringConstraints,
    ValidationError,
)
from pydantic_settings import (
    BaseSettings,
    NestedSecretsSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from bot.desk_names import DESK_NAMES, DeskName
from bot.errors import ConfigurationError
from storage.crypto.key_files import KEY_NAMES, DeskPaths

ENV_PREFIX = "ITA_"
SECRETS_DIR_ENV = f"{ENV_PREFIX}SECRETS_DIR"
OFFICE_NAME_VARIABLE = "_ITA_BOT_OFFICE"
"""Environment variable with the name of the office that a program works for, where there are many; not a setting."""

HttpUrlText = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+(/[^\s]*)?$")]

SecureUrlText = Annotated[
    str,
    StringConstraints(
        pattern=r"^(https://[^\s/@]+|http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?)(/[^\s?#]*)?$"
    ),
]
"""A URL to which a password may be sent: https, or http on this machine."""
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,80}$")]


StrippedSecret = Annotated[
    SecretStr, BeforeValidator(lambda value: value.strip() if isinstance(value, str) else value)
]
"""A secret without surrounding whitespace, which often comes along when it is copied from a web page."""


class DeskSettings(BaseModel):
    """The settings of one desk."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    database: str | None = Field(default=None, description="path of the SQLite file; default: in ITA_HOME")
    seal_key_file: Path | None = Field(
        default=None, description="key that seals everything; default: in ITA_HOME"
    )
    pepper_file: Path | None = Field(
        default=None, description="pepper of the receipts' HMAC; default: in ITA_HOME"
    )
    person_key_file: Path | None = Field(
        default=None, description="key of the HMAC of platform ids; default: in ITA_HOME"
    )
    audit_key_file: Path | None = Field(
        default=None, description="key of the audit trail; default: in ITA_HOME"
    )
    envelope_key_file: Path | None = Field(
        default=None, description="key of reporters' names; default: in ITA_HOME"
    )
    public_url: HttpUrlText | None = Field(
        default=None, description="address that links and QR codes of this desk point at"
    )
    telegram_token: StrippedSecret | None = Field(
        default=None, description="token of this desk's Telegram bot"
    )
    telegram_secret: StrippedSecret | None = Field(
        default=None, description="secret that Telegram sends with each update"
    )
    telegram_mode: Literal["webhook", "polling"] = Field(
        default="webhook", description="how updates are received"
    )
    line_token: StrippedSecret | None = Field(
        default=None, description="channel access token of this desk's LINE account"
    )
    line_secret: StrippedSecret | None = Field(
        default=None, description="channel secret of this desk's LINE account"
    )

    @property
    def has_platform(self) -> bool:
        """Whether the desk has an account at a platform, which is called at the start."""
        return self.telegram_token is not None or self.line_token is not None


class Settings(BaseSettings):
    """All settings. An unknown name prevents the start (`load_settings`)."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX,
        env_nested_delimiter="__",
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,  # a setting left empty in `.env` counts as not set
        extra="ignore",  # `.env` may be for other programs too; `load_settings` rejects unknown names of ours
        frozen=True,
        hide_input_in_errors=True,
    )

    home: Path = Field(default=Path("var"), description="folder of all data")
    office: Path | None = Field(
        default=None, description="path of office.toml; default ./office.toml, else the example"
    )
    offices: Path | None = Field(
        default=None, description="folder with a folder for each of many offices; instead of office"
    )
    secrets_dir: Path | None = Field(
        default=None, description="folder with one setting per file, the file named as the setting"
    )
    host: str = Field(default="127.0.0.1", description="address to listen on")
    port: int = Field(default=8080, ge=0, le=65535, description="port to listen on; 0 takes any that is free")
    proxy: IPvAnyNetwork | None = Field(
        default=None, description="address or network of a reverse proxy that is not on this machine"
    )
    metrics_port: int | None = Field(
        default=None, ge=1, le=65535, description="port on this machine that serves /metrics; none by default"
    )
    telegram_api_url: HttpUrlText = Field(
        default="https://api.telegram.org", description="origin of the Telegram Bot API"
    )
    line_api_url: HttpUrlText = Field(default="https://api.line.me", description="origin of the LINE APIs")
    publish_folder: Path | None = Field(
        default=None, description="folder to which releases of the statistics are added"
    )
    wordpress_url: SecureUrlText | None = Field(default=None, description="address of the office's WordPress")
    wordpress_user: Annotated[str, StringConstraints(pattern=r"^[^:\r\n]+$")] | None = Field(
        default=None, description="who edits its page of statistics"
    )
    wordpress_password: SecretStr | None = Field(default=None, description="that user's application password")
    wordpress_page: Slug = Field(default="ita-statistics", description="the page's slug")
    backup_dir: Path | None = Field(
        default=None, description="folder of backups; a backup is made there each night"
    )
    backup_recipient: Annotated[str, StringConstraints(pattern=r"^age1[a-z0-9]+$")] | None = Field(
        default=None, description="the office's public key of age, for which backups are encrypted"
    )
    directory: Path | None = Field(
        default=None,
        description="directory of true channels that the ministry signed, with its .sig beside it",
    )
    contracts: Path | None = Field(
        default=None, description="folder of the platforms' specifications; tests only"
    )
    complaints: DeskSettings = DeskSettings()
    service: DeskSettings = DeskSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - pydantic's signature
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read the environment before `.env` before secret files."""
        secrets = NestedSecretsSettingsSource(file_secret_settings, secrets_nested_delimiter="__")
        return init_settings, env_settings, dotenv_settings, secrets

    def require_wordpress_login(self) -> tuple[str, SecretStr]:
        """Return WordPress user and password. Raises ConfigurationError if one is missing."""
        if not self.wordpress_user or self.wordpress_password is None:
            raise ConfigurationError(
                f"{ENV_PREFIX}WORDPRESS_URL: ต้องมี WORDPRESS_USER และ WORDPRESS_PASSWORD ด้วย"
                " / needs WORDPRESS_USER and WORDPRESS_PASSWORD too."
            )
        return self.wordpress_user, self.wordpress_password

    def desk(self, name: DeskName) -> DeskSettings:
        return self.complaints if name == "complaints" else self.service

    def desk_paths(self, name: DeskName) -> DeskPaths:
        """Return the paths of a desk's database and keys. Raises ConfigurationError."""
        desk_settings, default = self.desk(name), DeskPaths.under(self.home, name)
        files = {
            key: getattr(desk_settings, "pepper_file" if key == "pepper" else f"{key}_key_file")
            for key in KEY_NAMES
        }
        keys = {key: file or default.key_paths[key] for key, file in files.items()}
        if desk_settings.database and "://" in desk_settings.database:
            raise ConfigurationError(
                f"{ENV_PREFIX}{name.upper()}__DATABASE: รุ่นนี้เก็บใน SQLite เท่านั้น ให้ใส่เป็นที่อยู่ของไฟล์"
                " / this version keeps SQLite only; give the path of a file."
            )
        database = Path(desk_settings.database) if desk_settings.database else default.database
        return DeskPaths(name, default.folder, database, keys)


def list_setting_names() -> list[str]:
    """Return the names of all settings, as in the environment."""
    own = [n for n in Settings.model_fields if n not in DESK_NAMES]
    nested = [f"{desk}__{field}" for desk in DESK_NAMES for field in DeskSettings.model_fields]
    return [ENV_PREFIX + name.upper() for name in (*own, *nested)]


def load_settings() -> Settings:
    """Load the settings. Raises ConfigurationError with the setting's name, what was wrong and what is allowed."""
    settings = _read_settings()
    if settings.offices is not None:
        raise ConfigurationError(
            f"{ENV_PREFIX}OFFICES: มีหลายหน่วยงาน ให้บอกว่าแห่งใด: ita-bot --office ชื่อ … หรือทุกแห่ง: ita-bot offices …"
            " / there are many offices; say which: ita-bot --office NAME …, or ita-bot offices … for all."
        )
    if settings.wordpress_url is not None:
        settings.require_wordpress_login()
    return settings


def read_offices_folder() -> Path | None:
    """Return the folder of many offices; None where the machine has one. Raises ConfigurationError."""
    return _read_settings().offices


def _read_settings() -> Settings:
    try:
        dotenv = {name.upper(): value for name, value in dotenv_values(".env").items()}
    except UnicodeDecodeError:
        raise ConfigurationError(".env: ไม่ใช่ UTF-8 / is not UTF-8") from None
    secrets = os.environ.get(SECRETS_DIR_ENV) or dotenv.get(SECRETS_DIR_ENV) or None
    known = list_setting_names()
    for name in (*os.environ, *dotenv, *_list_secret_names(secrets)):
        if name.upper().startswith(ENV_PREFIX) and name.upper() not in known:
            nearest = difflib.get_close_matches(name.upper(), known, n=1, cutoff=0.0)[0]
            raise ConfigurationError(
                f"{name}: ไม่มีการตั้งค่าชื่อนี้ ใกล้เคียงที่สุดคือ {nearest}"
                f" / there is no such setting; the nearest is {nearest}."
            )
    try:
        return Settings(_secrets_dir=secrets)  # type: ignore[call-arg]  # as pydantic-settings reads it
    except ValidationError as errors:
        lines = [f"{_format_setting_name(e['loc'])}: {e['msg']}" for e in errors.errors(include_input=False)]
        raise ConfigurationError("\n".join(lines)) from None


@contextmanager
def without_environment_settings() -> Iterator[None]:
    """Take all settings out of the environment for a while, as where real ones must not reach invented data."""
    taken = {name: value for name, value in os.environ.items() if name.upper().startswith(ENV_PREFIX)}
    for name in taken:
        del os.environ[name]
    try:
        yield
    finally:
        os.environ.update(taken)


def keep_to_office(name: str) -> None:
    """Take all settings out of the environment, so that the office's own are left, and put its name there.

    Programs that this one starts inherit that.
    """
    for setting in [one for one in os.environ if one.upper().startswith(ENV_PREFIX)]:
        del os.environ[setting]
    os.environ[OFFICE_NAME_VARIABLE] = name


def read_office_name() -> str:
    """Return the name of the office that this program works for; empty where the machine has one alone."""
    return os.environ.get(OFFICE_NAME_VARIABLE, "")


def _list_secret_names(folder: str | None) -> Iterator[str]:
    """Yield the names of the files in the secrets folder. Raises ConfigurationError if it cannot be read."""
    if folder is None:
        return
    try:
        yield from sorted(path.name for path in Path(folder).iterdir())
    except OSError:
        raise ConfigurationError(f"{SECRETS_DIR_ENV}: อ่านโฟลเดอร์ {folder} ไม่ได้ / cannot be read") from None


def _format_setting_name(location: tuple[str | int, ...]) -> str:
    return ENV_PREFIX + "__".join(str(part).upper() for part in location)
