"""What two offices have in common and must not: an account, a database, a folder, the host of a public address."""

from collections.abc import Iterator
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bot.desk_names import DESK_NAMES
from bot.errors import ConfigurationError
from bot.offices.folders import OfficeFolder
from bot.platforms.registry import PLATFORMS
from bot.settings import ENV_PREFIX, Settings, load_settings, without_environment_settings


@dataclass(frozen=True, slots=True)
class SharedSetting:
    """Something that two offices have in common and must not. what: the setting, without its value."""

    what: str
    offices: tuple[str, str]

    def describe(self) -> str:
        """Say it in both languages."""
        first, second = self.offices
        return (
            f"{self.what}: {first} กับ {second} ใช้ค่าเดียวกัน แต่ละหน่วยงานต้องมีของตัวเอง"
            f" / {first} and {second} have the same; each office needs its own"
        )


def find_shared(offices: list[OfficeFolder]) -> list[SharedSetting]:
    """Return what offices share: accounts, databases, folders that each tidies as its own, pages, and hosts.

    What shares a host shares cookies, whatever the port (RFC 6265, 8.5).

    An office whose settings cannot be read is left out, as where its folder is another user's: its own commands say
    what is wrong.
    """
    seen = dict[tuple[str, str], str]()
    found = list[SharedSetting]()
    for office in offices:
        try:
            settings = load_office_settings(office)
            things = list(_list_own_things(settings, office.path))
        except (ConfigurationError, OSError):
            continue
        for kind, setting, value in things:
            other = seen.setdefault((kind, value), office.name)
            if other != office.name:
                found.append(SharedSetting(f"{ENV_PREFIX}{setting}", (other, office.name)))
    return found


def load_office_settings(office: OfficeFolder) -> Settings:
    """Load the settings of an office, without those of the environment. Raises ConfigurationError."""
    with without_environment_settings(), chdir(office.path):
        return load_settings()


def _list_own_things(settings: Settings, folder: Path) -> Iterator[tuple[str, str, str]]:
    """Yield kind, setting and value of what an office must have for itself."""
    yield from _list_own_places(settings, folder)
    for name in DESK_NAMES:
        desk, prefix = settings.desk(name), f"{name.upper()}__"
        yield "database", f"{prefix}DATABASE", str((folder / settings.desk_paths(name).database).resolve())
        if desk.public_url:
            yield "host", f"{prefix}PUBLIC_URL", (urlsplit(desk.public_url).hostname or "").rstrip(".")
        for platform in PLATFORMS:
            for secret in platform.get_secrets(desk):
                if secret.names_account and secret.value is not None:
                    yield "account", f"{prefix}{secret.setting}", secret.value.get_secret_value()


def _list_own_places(settings: Settings, folder: Path) -> Iterator[tuple[str, str, str]]:
    """Yield the same of places outside of the desks, each of which is written to as if it were of one office."""
    for setting, path in (("BACKUP_DIR", settings.backup_dir), ("PUBLISH_FOLDER", settings.publish_folder)):
        if path is not None:
            yield "folder", setting, str((folder / path).resolve())
    if settings.wordpress_url is not None:
        yield "page", "WORDPRESS_PAGE", f"{settings.wordpress_url.rstrip('/')} {settings.wordpress_page}"
