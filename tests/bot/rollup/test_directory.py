"""The directory of true channels: signed, read again, and shown only where it agrees with the office's own."""

import asyncio
import base64
import json
import os
import stat
from datetime import date
from pathlib import Path

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from typer.testing import CliRunner, Result

from bot.cli.main import cli_app
from bot.errors import ConfigurationError
from bot.rollup.directory import (
    ChannelDirectory,
    DirectoryError,
    ListedChannels,
    derive_directory_public_key,
    load_listed_channels,
    normalize_link,
    sign_office_list,
)
from bot.settings import DeskSettings, Settings
from bot.web.channels import ChannelPages
from bot.web.templating import PageRenderer
from handlers.dialog.events import LANGS
from handlers.office import DeskMessengerLinks, DirectorySettings, MessengerLinks, Office
from storage.crypto.aead import is_valid_signature
from tests.bot.health.broken_setup import diagnose_folder, install_office, join_words
from tests.in_memory_desk import OFFICE, OFFICE_TOML

PRIVATE = base64.b64encode(bytes(range(32))).decode()
KEY = derive_directory_public_key(PRIVATE)
TODAY = date(2026, 11, 30)
LINE, TELEGRAM = "https://line.me/R/ti/p/@report", "https://t.me/report_bot"
ENTRY = {
    "name": OFFICE.name.th,
    "address": "https://report.example.go.th",
    "line": LINE,
    "telegram": TELEGRAM,
    "service_line": "https://line.me/R/ti/p/@ask",
    "service_address": "https://ask.example.go.th",
}
CHATS = DeskMessengerLinks(
    complaints=MessengerLinks(line=LINE, telegram=TELEGRAM),
    service=MessengerLinks(line="https://line.me/R/ti/p/@ask"),
)
LISTED = OFFICE.model_copy(update={"chats": CHATS, "directory": DirectorySettings(key=KEY)})


def build_list(entry: dict[str, str] = ENTRY, head: str | None = None) -> bytes:
    if head is None:
        head = 'dated = 2026-11-01\npublished_at = "https://www.example.go.th/channels"\n'
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in entry.items()]
    return "\n".join(
        [
            f'{head}publisher = {{ th = "กระทรวงตัวอย่าง", en = "Example Ministry" }}',
            "[[offices]]",
            'name = "สำนักงานอื่น"',
            'line = "https://line.me/R/ti/p/@other"',
            "[[offices]]",
            *lines,
            "",
        ]
    ).encode()


def write_signed(folder: Path, content: bytes) -> Path:
    file = folder / "offices.toml"
    file.write_bytes(content)
    file.with_name("offices.toml.sig").write_text(sign_office_list(content, "offices.toml", PRIVATE, TODAY))
    return file


def make_settings(file: Path | None, complaints: str | None = None) -> Settings:
    return Settings(directory=file, complaints=DeskSettings(public_url=complaints))


def refuse(file: Path | None, office: Office = LISTED, complaints: str | None = None) -> str:
    """Why an entry is not shown, in Thai."""
    with pytest.raises(DirectoryError) as refusal:
        load_listed_channels(office, make_settings(file, complaints))
    return refusal.value.why.th


def call(pages: ChannelPages, query: str = "") -> Response:
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/channels",
        "query_string": query.encode(),
        "headers": [],
    }
    return asyncio.run(pages.show_channels(Request(scope)))


def test_an_entry_that_agrees_is_found_with_who_signed_and_since_when(tmp_path: Path) -> None:
    found = load_listed_channels(LISTED, make_settings(write_signed(tmp_path, build_list())))
    assert isinstance(found, ListedChannels)
    assert (found.publisher.en, found.dated) == ("Example Ministry", date(2026, 11, 1))
    assert (found.desks["complaints"].line, found.desks["service"].telegram) == (LINE, None)
    assert load_listed_channels(OFFICE, make_settings(None)) is None


def test_the_signature_is_over_every_byte_and_by_one_key(tmp_path: Path) -> None:
    file = write_signed(tmp_path, build_list())
    signature = file.with_name("offices.toml.sig")
    assert is_valid_signature(
        base64.b64decode(KEY), file.read_bytes(), base64.b64decode(signature.read_text())
    )
    file.write_bytes(build_list() + b"\n")
    assert "ลายมือชื่อไม่ตรง" in refuse(file)
    file.write_bytes(build_list())
    other = derive_directory_public_key(base64.b64encode(bytes(32)).decode())
    assert "ลายมือชื่อไม่ตรง" in refuse(
        file, LISTED.model_copy(update={"directory": DirectorySettings(key=other)})
    )
    signature.write_text("no signature")
    assert "อ่านไฟล์หรือไฟล์ .sig" in refuse(file)
    signature.unlink()
    assert "อ่านไฟล์หรือไฟล์ .sig" in refuse(file)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"line": "https://line.me/R/ti/p/@false"}, "[chats.complaints]"),
        ({"line": ""}, "[chats.complaints]"),
        ({"service_telegram": "https://t.me/one_more"}, "[chats.service]"),
        ({"name": "สำนักงานที่สาม"}, "ไม่มีชื่อ"),
    ],
)
def test_an_entry_that_names_other_accounts_is_not_shown(
    tmp_path: Path, changed: dict[str, str], why: str
) -> None:
    entry = {name: value for name, value in {**ENTRY, **changed}.items() if value}
    assert why in refuse(write_signed(tmp_path, build_list(entry)))


def test_an_account_that_only_the_office_has_is_a_contradiction(tmp_path: Path) -> None:
    chats = CHATS.model_copy(update={"service": MessengerLinks(line=CHATS.service.line, telegram=TELEGRAM)})
    office = LISTED.model_copy(update={"chats": chats})
    assert "[chats.service]" in refuse(write_signed(tmp_path, build_list()), office)


def test_addresses_are_compared_where_both_are_known(tmp_path: Path) -> None:
    file = write_signed(tmp_path, build_list())
    assert load_listed_channels(LISTED, make_settings(file, "https://report.example.go.th/"))
    assert "ITA_COMPLAINTS__PUBLIC_URL" in refuse(file, complaints="https://report.example.com")


def test_half_a_configuration_is_an_error(tmp_path: Path) -> None:
    file = write_signed(tmp_path, build_list())
    assert "ครึ่งเดียว" in refuse(file, LISTED.model_copy(update={"directory": None}))
    assert "ครึ่งเดียว" in refuse(None)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (LINE, "https://LINE.me/R/ti/p/%40report/", True),
        (LINE, "https://line.me/R/ti/p/@Report", False),
        (LINE, "https://line.me.example.com/R/ti/p/@report", False),
        ("https://line.me/ti?a=1", "https://line.me/ti?a=2", False),
    ],
)
def test_links_are_the_same_in_two_spellings_only(one: str, other: str, same: bool) -> None:
    assert (normalize_link(one) == normalize_link(other)) is same


@pytest.mark.parametrize(
    "head",
    [
        "dated = 2026-11-01\n",
        'published_at = "https://www.example.go.th"\n',
        'dated = 2569-11-01\npublished_at = "https://www.example.go.th"\n',
    ],
)
def test_a_list_without_a_sound_day_and_place_is_not_signed(head: str) -> None:
    with pytest.raises(ConfigurationError, match="dated"):
        sign_office_list(build_list(head=head), "offices.toml", PRIVATE, TODAY)


def test_the_commands_make_a_key_that_signs_and_overwrite_none(tmp_path: Path) -> None:
    key, file = tmp_path / "ministry.key", tmp_path / "offices.toml"
    file.write_bytes(build_list())

    def run(*words: str) -> Result:
        return CliRunner().invoke(cli_app, ["rollup", *words])

    made = run("key", "--out", str(key))
    assert made.exit_code == 0, made.output
    public, kept = json.loads(made.stdout)["public_key"], key.read_bytes()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert run("key", "--out", str(key)).exit_code == 2
    assert key.read_bytes() == kept
    signed = run("sign", str(file), "--key", str(key))
    assert signed.exit_code == 0, signed.output
    assert json.loads(signed.stdout)["public_key"] == public
    office = LISTED.model_copy(update={"directory": DirectorySettings(key=public)})
    assert load_listed_channels(office, make_settings(file))
    before = (tmp_path / "offices.toml.sig").read_bytes()
    (tmp_path / "no.key").write_text("not a key")
    assert run("sign", str(file), "--key", str(tmp_path / "no.key")).exit_code != 0
    assert (tmp_path / "offices.toml.sig").read_bytes() == before
    assert kept.strip() not in signed.stdout.encode()


def test_a_new_edition_is_read_without_a_new_start_and_never_with_the_old_signature(tmp_path: Path) -> None:
    file = write_signed(tmp_path, build_list())
    directory = ChannelDirectory(LISTED, make_settings(file))

    async def scene() -> None:
        first = await directory.load()
        assert first is not None
        assert await directory.load() is first
        head = 'dated = 2026-11-20\npublished_at = "https://www.example.go.th/channels"\n'
        newer = build_list(head=head)
        file.write_bytes(newer)
        os.utime(file, ns=(1, 1))
        assert await directory.load() is None
        write_signed(tmp_path, newer)
        os.utime(file, ns=(2, 2))
        found = await directory.load()
        assert found is not None
        assert found.dated == date(2026, 11, 20)

    asyncio.run(scene())


@pytest.mark.parametrize("lang", LANGS)
def test_the_page_says_who_signed_what_is_true_and_what_proves_it(tmp_path: Path, lang: str) -> None:
    file = write_signed(tmp_path, build_list())
    pages = ChannelPages(ChannelDirectory(LISTED, make_settings(file)), PageRenderer(LISTED))
    shown = bytes(call(pages, f"lang={lang}").body).decode()
    assert 'data-directory-dated="2026-11-01"' in shown
    for link in (LINE, TELEGRAM, ENTRY["address"], ENTRY["service_line"], ENTRY["service_address"]):
        assert f'href="{link}"' in shown
    assert "www.example.go.th/channels" in shown
    assert 'href="https://www.example.go.th/channels"' not in shown  # to be typed, not followed
    assert {"th": "กระทรวงตัวอย่าง", "en": "Example Ministry"}[lang] in shown
    assert "@other" not in shown
    view = asyncio.run(pages.load_view("th"))
    home = PageRenderer(LISTED).render_to_string(
        "home.html", "th", address="", reports=True, asks=True, alone=False, listed=view, notices=()
    )
    assert 'data-directory-desk="complaints"' in home
    assert 'href="/channels"' in home


def test_nothing_is_shown_of_what_does_not_hold(tmp_path: Path) -> None:
    file = write_signed(tmp_path, build_list())
    file.write_bytes(build_list() + b"\n")
    pages = ChannelPages(ChannelDirectory(LISTED, make_settings(file)), PageRenderer(LISTED))
    answer = call(pages)
    assert answer.status_code == 503
    shown = bytes(answer.body).decode()
    assert "ยืนยันช่องทางไม่ได้" in shown
    assert LINE not in shown
    assert asyncio.run(pages.load_view("th")) is None
    unused = ChannelPages(ChannelDirectory(OFFICE, make_settings(None)), PageRenderer(OFFICE))
    with pytest.raises(HTTPException) as lost:
        call(unused)
    assert lost.value.status_code == 404


def test_the_doctor_says_in_thai_why_nothing_is_shown(tmp_path: Path) -> None:
    install_office(tmp_path)
    assert diagnose_folder(tmp_path)["directory"].findings == ()
    (tmp_path / "office.toml").write_text(
        OFFICE_TOML
        + f'\n[directory]\nkey = "{KEY}"\n[chats.complaints]\nline = "{LINE}"\ntelegram = "{TELEGRAM}"\n'
        + f'[chats.service]\nline = "{ENTRY["service_line"]}"\n',
        "utf-8",
    )
    file = write_signed(tmp_path, build_list())
    (tmp_path / ".env").write_text(f"ITA_DIRECTORY={file}\n")
    (tmp_path / ".env").chmod(0o600)
    assert diagnose_folder(tmp_path)["directory"].findings == ()
    write_signed(tmp_path, build_list({**ENTRY, "line": "https://line.me/R/ti/p/@false"}))
    found = diagnose_folder(tmp_path)["directory"]
    assert found.is_serious
    assert "ไม่ตรงกับ [chats.complaints]" in join_words(found.findings)
    assert "โทรถามผู้ลงนาม" in join_words(found.findings)
