"""The directory of true channels: the list of offices, signed by who keeps it, in a file beside it (`.sig`).

The signature is Ed25519 (RFC 8032) over the bytes of the list, in base64.
"""

import asyncio
import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bot.both_languages import BothLanguages
from bot.desk_names import DeskName
from bot.errors import BotError, ConfigurationError
from bot.rollup.office_list import OfficeEntry, OfficeList, parse_office_list, read_list_file
from bot.settings import Settings
from handlers.office import Bilingual, MessengerLinks, Office
from storage.crypto.aead import derive_public_key, generate_key, is_valid_signature, sign_message

SIGNATURE_SUFFIX = ".sig"
MAX_SIGNATURE_BYTES = 200
KEY_BYTES = 32


class DirectoryError(BotError):
    """The office's entry cannot be shown. why: in both languages, for who runs the office's machine."""

    def __init__(self, why: BothLanguages) -> None:
        super().__init__(str(why))
        self.why = why


@dataclass(frozen=True, slots=True)
class ListedDesk:
    """What the directory names of one desk; None where it names nothing."""

    address: str | None
    line: str | None
    telegram: str | None

    @property
    def accounts(self) -> tuple[str | None, ...]:
        """The messenger accounts in the form in which they are compared."""
        return normalize_link(self.line), normalize_link(self.telegram)


@dataclass(frozen=True, slots=True)
class ListedChannels:
    """The office's entry in a directory whose signature holds and that contradicts nothing of the office's own.

    published_at: where the publisher itself shows the directory.
    """

    publisher: Bilingual
    dated: date
    published_at: str
    desks: Mapping[DeskName, ListedDesk]


def normalize_link(link: str | None) -> str | None:
    """Return a link as it is compared: %40 is @, a last slash and capitals of the host mean nothing."""
    if not link:
        return None
    parts = urlsplit(link)
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{parts.netloc.lower()}{unquote(parts.path).rstrip('/')}{query}"


def make_directory_key() -> str:
    """Return a new private key in base64, for who keeps the list."""
    return base64.b64encode(generate_key()).decode()


def derive_directory_public_key(private: str) -> str:
    """Return the public key of a private key, both in base64. Raises ConfigurationError."""
    return base64.b64encode(derive_public_key(_decode_private_key(private))).decode()


def sign_office_list(content: bytes, name: str, private: str, today: date) -> str:
    """Return the signature of a list, in base64. name: of its file. Raises ConfigurationError.

    A day to come is refused: it is most often a Buddhist year, and the pages say since when the list is signed.
    """
    listed = parse_office_list(content, name)
    if listed.dated is None or listed.published_at is None:
        raise ConfigurationError(
            f"{name}: ก่อนลงนามต้องมี dated (วันที่ของฉบับ) และ published_at (ที่อยู่เว็บของผู้ลงนามที่แสดงรายชื่อนี้)"
            " / a list that is signed needs dated and published_at (where the signer itself shows it)"
        )
    if listed.dated > today:
        raise ConfigurationError(
            f"{name}: dated = {listed.dated} ยังไม่ถึง (ใส่ปี ค.ศ.) / is a day to come (years are of the common era)"
        )
    return base64.b64encode(sign_message(_decode_private_key(private), content)).decode()


def _decode_private_key(private: str) -> bytes:
    try:
        seed = base64.b64decode(private.strip(), validate=True)
    except ValueError:
        seed = b""
    if len(seed) != KEY_BYTES:
        raise ConfigurationError("ไม่ใช่กุญแจที่ ita-bot rollup key สร้าง / is no key that ita-bot rollup key made")
    return seed


def read_signed_list(path: Path, key: str) -> OfficeList:
    """Read a list and check its signature. key: public, of its publisher, in base64. Raises DirectoryError."""
    try:
        content = read_list_file(path)
        with path.with_name(path.name + SIGNATURE_SUFFIX).open("rb") as file:
            signature = base64.b64decode(file.read(MAX_SIGNATURE_BYTES).strip(), validate=True)
    except (ConfigurationError, OSError, ValueError):
        raise DirectoryError(
            BothLanguages("อ่านไฟล์หรือไฟล์ .sig ข้างกันไม่ได้", "the file or the .sig beside it cannot be read")
        ) from None
    if not is_valid_signature(base64.b64decode(key), content, signature):
        raise DirectoryError(
            BothLanguages(
                "ลายมือชื่อไม่ตรงกับกุญแจใน [directory] ของ office.toml ไฟล์อาจถูกแก้",
                "the signature is not by the key in [directory] of office.toml; the file may have been changed",
            )
        )
    try:
        return parse_office_list(content, path.name)
    except ConfigurationError:
        raise DirectoryError(
            BothLanguages("ลงนามแล้ว แต่เนื้อหาในไฟล์อ่านไม่ได้", "is signed, but its content cannot be read")
        ) from None


def find_listed_channels(listed: OfficeList, office: Office, settings: Settings) -> ListedChannels:
    """Return the office's entry in a signed list. Raises DirectoryError.

    An entry that names other accounts or addresses than the office does is not shown: one of both is wrong, and a page
    that confirms the wrong one leads to a false account.
    """
    if listed.dated is None or listed.published_at is None:
        raise DirectoryError(
            BothLanguages(
                "ไม่มีวันที่หรือที่อยู่เว็บของผู้ลงนาม (dated, published_at)",
                "has no dated or published_at of who signed it",
            )
        )
    entry = next((one for one in listed.offices if one.name == office.name.th), None)
    if entry is None:
        raise DirectoryError(
            BothLanguages(f"ไม่มีชื่อ “{office.name.th}” ในรายการ", f"“{office.name.th}” is not in it")
        )
    desks = _get_desks(entry)
    for name, desk in desks.items():
        _check_accounts(name, desk, office.chats.complaints if name == "complaints" else office.chats.service)
        own_address = settings.desk(name).public_url
        if own_address and desk.address and normalize_link(own_address) != normalize_link(desk.address):
            raise DirectoryError(
                BothLanguages(
                    f"ที่อยู่เว็บในรายการไม่ตรงกับ ITA_{name.upper()}__PUBLIC_URL",
                    f"names another address than ITA_{name.upper()}__PUBLIC_URL",
                )
            )
    return ListedChannels(listed.publisher, listed.dated, listed.published_at, desks)


def _get_desks(entry: OfficeEntry) -> Mapping[DeskName, ListedDesk]:
    return {
        "complaints": ListedDesk(entry.address, entry.line, entry.telegram),
        "service": ListedDesk(entry.service_address, entry.service_line, entry.service_telegram),
    }


def _check_accounts(name: DeskName, desk: ListedDesk, own: MessengerLinks) -> None:
    """Raise DirectoryError where the directory and office.toml do not name the same accounts of a desk."""
    if desk.accounts != (normalize_link(own.line), normalize_link(own.telegram)):
        raise DirectoryError(
            BothLanguages(
                f"บัญชี LINE หรือ Telegram ในรายการไม่ตรงกับ [chats.{name}] ของ office.toml",
                f"names other LINE or Telegram accounts than [chats.{name}] of office.toml",
            )
        )


def load_listed_channels(office: Office, settings: Settings) -> ListedChannels | None:
    """Read the office's entry; None where the office uses no directory. Raises DirectoryError."""
    path, own = settings.directory, office.directory
    if path is None and own is None:
        return None
    if path is None or own is None:
        raise DirectoryError(
            BothLanguages(
                "ตั้งไว้ครึ่งเดียว ต้องมีทั้ง ITA_DIRECTORY และ [directory] key ใน office.toml",
                "half of it is set: it takes ITA_DIRECTORY and [directory] key of office.toml",
            )
        )
    return find_listed_channels(read_signed_list(path, own.key), office, settings)


class ChannelDirectory:
    """The office's entry as the files are now: they are read again when one of them changed.

    A list that was replaced before its signature is not believed until the signature has come too.
    """

    def __init__(self, office: Office, settings: Settings) -> None:
        self._office, self._settings = office, settings
        self._lock = asyncio.Lock()
        self._read_as: tuple[object, ...] | None = None
        self._found: ListedChannels | None = None

    @property
    def is_configured(self) -> bool:
        """Whether the office uses a directory, be it sound or not."""
        return self._settings.directory is not None or self._office.directory is not None

    async def load(self) -> ListedChannels | None:
        """Return the entry; None where it may not be shown."""
        if not self.is_configured:
            return None
        async with self._lock:
            stamp = self._get_stamp()
            if stamp != self._read_as:
                self._found = await asyncio.to_thread(self._read)
                self._read_as = stamp
            return self._found

    def _read(self) -> ListedChannels | None:
        try:
            return load_listed_channels(self._office, self._settings)
        except DirectoryError:
            return None

    def _get_stamp(self) -> tuple[object, ...]:
        """What changes when one of the two files does."""
        path = self._settings.directory
        if path is None:
            return ()
        return tuple(_get_file_stamp(one) for one in (path, path.with_name(path.name + SIGNATURE_SUFFIX)))


def _get_file_stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def list_listed_ways(channels: ListedChannels, desk: DeskName) -> tuple[tuple[str, str, str], ...]:
    """List what the directory names of a desk: kind of way, link, and the link as people read it."""
    found = channels.desks[desk]
    ways = (("web", found.address), ("line", found.line), ("telegram", found.telegram))
    return tuple((kind, link, unquote(link.removeprefix("https://"))) for kind, link in ways if link)
