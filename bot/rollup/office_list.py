"""The list of a ministry's offices (TOML): where each publishes, the keys it signs with, and its true channels."""

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from bot.both_languages import BothLanguages
from bot.errors import ConfigurationError
from bot.office_errors import PATTERNS, format_toml_error, format_validation_error
from handlers.office import Bilingual

MAX_OFFICES = 20_000
MAX_LIST_BYTES = 16 * 1024 * 1024
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "::1"})
"""Hosts of this machine, which a list may name literally and without https."""
_ONE_LINE, _HTTPS = r"^[^\x00-\x1f\x7f]+$", r"^https://[^\s]+$"
_SITE, _KEY = r"^https?://[^\s/?#@]+(/[^\s?#@]*)?$", r"^[A-Za-z0-9+/]{43}=$"
Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=_ONE_LINE)]
HttpsLink = Annotated[str, StringConstraints(pattern=_HTTPS, max_length=300)]
SiteAddress = Annotated[str, StringConstraints(pattern=_SITE, max_length=300)]
PublicKey = Annotated[str, StringConstraints(pattern=_KEY)]
"""An Ed25519 public key of 32 bytes in base64, as `ita-bot release key` prints it."""
LIST_PATTERNS: Mapping[str, BothLanguages] = {
    _ONE_LINE: BothLanguages("ต้องเป็นข้อความบรรทัดเดียว", "must be a text of one line"),
    _HTTPS: PATTERNS[_HTTPS],
    _SITE: BothLanguages(
        "ต้องเป็นที่อยู่ของช่องทาง เช่น https://report.example.go.th",
        "must be an address, such as https://report.example.go.th",
    ),
    _KEY: BothLanguages(
        "ต้องเป็นกุญแจสาธารณะที่ ita-bot release key พิมพ์ไว้ 44 ตัว",
        "must be a public key of 44 characters, as ita-bot release key prints it",
    ),
}
"""What a pattern of the list asks for; a test walks all of them."""


class ListSection(BaseModel):
    """Base of the sections of the list: a misspelt key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ReleaseKey(ListSection):
    """A key of a complaints desk, and the days of the cut-offs of what it signed, both included."""

    key: PublicKey
    since: date | None = None
    until: date | None = None

    def covers(self, day: date) -> bool:
        """Whether a release as of this day may be signed with it."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


class OfficeEntry(ListSection):
    """An office. address: of its complaints desk's site; or folder: of its releases, seen from the list.

    line, telegram: its true accounts of the complaints desk; service_line, service_telegram and service_address: of the
    other desk.
    """

    name: Name
    name_en: Name = ""
    group: Name = ""
    website: HttpsLink | None = None
    address: SiteAddress | None = None
    folder: Name | None = None
    line: HttpsLink | None = None
    telegram: HttpsLink | None = None
    service_line: HttpsLink | None = None
    service_telegram: HttpsLink | None = None
    service_address: SiteAddress | None = None
    keys: Annotated[tuple[ReleaseKey, ...], Field(max_length=20)] = ()

    @model_validator(mode="after")
    def _check_place(self) -> Self:
        if self.address is not None and self.folder is not None:
            raise PydanticCustomError("two_places", "address or folder, not both")
        if any(one is not None and not _is_guarded(one) for one in (self.address, self.service_address)):
            raise PydanticCustomError("no_https", "address must begin with https")
        return self

    @property
    def place(self) -> str:
        """The address or folder as it is shown; empty where there is none."""
        return self.address or self.folder or ""

    @property
    def accounts(self) -> tuple[str, ...]:
        """The messenger accounts of both desks."""
        return tuple(
            one
            for one in (self.line, self.telegram, self.service_line, self.service_telegram)
            if one is not None
        )


class OfficeList(ListSection):
    """The whole list. publisher: who keeps it, such as the ministry; dated: of this edition.

    published_at: where the publisher itself shows it, for comparing. A list that is signed has both.
    """

    publisher: Bilingual
    dated: date | None = None
    published_at: HttpsLink | None = None
    offices: Annotated[tuple[OfficeEntry, ...], Field(min_length=1, max_length=MAX_OFFICES)]

    @model_validator(mode="after")
    def _check_distinct(self) -> Self:
        for what, values in (
            ("name", (one.name for one in self.offices)),
            ("address", (one.address for one in self.offices)),
            ("service_address", (one.service_address for one in self.offices)),
            ("folder", (one.folder for one in self.offices)),
            ("key", _list_distinct_keys(self.offices)),
            ("account", (account for one in self.offices for account in one.accounts)),
        ):
            twice = _find_repeated(values)
            if twice:
                raise PydanticCustomError(
                    "repeated",
                    "{what} stands twice, which would count or confirm one office as two: {twice}",
                    {"what": what, "twice": ", ".join(twice[:5])},
                )
        return self


def _list_distinct_keys(offices: Iterable[OfficeEntry]) -> Iterator[str]:
    for one in offices:
        yield from {key.key for key in one.keys}  # a key may stand in an office twice, with other days


def _find_repeated(values: Iterable[str | None]) -> list[str]:
    return [value for value, times in Counter(values).items() if value is not None and times > 1]


def _is_guarded(address: str) -> bool:
    """Whether an address is https, or on this machine."""
    parts = urlsplit(address)
    return parts.scheme == "https" or parts.hostname in LOOPBACK_HOSTS


def parse_office_list(content: bytes, name: str) -> OfficeList:
    """Parse a list. name: of its file, for the message. Raises ConfigurationError."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigurationError(f"{name}: ไม่ใช่ UTF-8 / is not UTF-8") from None
    try:
        return OfficeList.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as trouble:
        raise ConfigurationError(f"{name}: {format_toml_error(trouble, text)}") from None
    except ValidationError as trouble:
        lines = [f"{name}: {_format_list_error(error)}" for error in trouble.errors()[:20]]
        raise ConfigurationError("\n".join(lines)) from None


def _format_list_error(error: ErrorDetails) -> str:
    """Return what is wrong with a list, in Thai and English."""
    words: BothLanguages | None = None
    match error["type"]:
        case "string_pattern_mismatch":
            words = LIST_PATTERNS[error["ctx"]["pattern"]]
        case "two_places":
            words = BothLanguages("ใส่ address หรือ folder อย่างใดอย่างหนึ่ง", "either address or folder, not both")
        case "no_https":
            words = BothLanguages("address ต้องขึ้นต้นด้วย https://", "address must begin with https://")
        case "repeated":
            words = BothLanguages(
                "{what} ซ้ำกัน จะนับหรือรับรองหน่วยงานเดียวเป็นสองแห่ง: {twice}".format_map(error["ctx"]), error["msg"]
            )
    if words is None:
        return format_validation_error(error, OfficeList)
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error["loc"]).lstrip(".")
    return f"{path}: {words}".lstrip(": ")


def read_list_file(path: Path) -> bytes:
    """Read the file of a list. Raises ConfigurationError."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_LIST_BYTES + 1)
    except OSError:
        raise ConfigurationError(f"{path}: อ่านไม่ได้ / cannot be read") from None
    if len(content) > MAX_LIST_BYTES:
        raise ConfigurationError(f"{path}: ใหญ่เกินไป / is too large")
    return content
