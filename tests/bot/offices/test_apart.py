"""What two offices may not share is found, named without its value, and stops the start of both."""

from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from bot.offices.apart import find_shared
from bot.offices.entering import enter_office
from bot.offices.folders import OfficeFolder, list_offices
from tests.bot.offices.test_folders import root

__all__ = ["root"]

WORDPRESS = "WORDPRESS_URL=https://{}\nITA_WORDPRESS_USER=u\nITA_WORDPRESS_PASSWORD=p"
SHARED = {
    "account": ("COMPLAINTS__TELEGRAM_TOKEN=1:aa", "SERVICE__TELEGRAM_TOKEN=1:aa"),
    "account with spaces": ("SERVICE__LINE_SECRET=abc", "SERVICE__LINE_SECRET= abc "),
    "database": ("COMPLAINTS__DATABASE=../one.sqlite", "COMPLAINTS__DATABASE=../one.sqlite"),
    "home": ("HOME=../both", "HOME=../both"),
    "host": ("COMPLAINTS__PUBLIC_URL=https://a.example", "SERVICE__PUBLIC_URL=https://A.example/korat"),
    "host with two ports": (
        "COMPLAINTS__PUBLIC_URL=https://ita.example:8443",
        "COMPLAINTS__PUBLIC_URL=https://ita.example.:9443",
    ),
    "folder of backups": ("BACKUP_DIR=../backup", "BACKUP_DIR=../backup/"),
    "folder of statistics": ("PUBLISH_FOLDER=../published", "PUBLISH_FOLDER=../published"),
    "page of statistics": (WORDPRESS.format("a.example"), WORDPRESS.format("a.example/")),
}
APART = {
    "nothing": ("", ""),
    "other hosts": (
        "COMPLAINTS__PUBLIC_URL=https://a.example",
        "COMPLAINTS__PUBLIC_URL=https://b.example",
    ),
    "folders of the same name": ("BACKUP_DIR=backup", "BACKUP_DIR=backup"),
    "pages of other websites": (WORDPRESS.format("a.example"), WORDPRESS.format("b.example")),
}


def write_settings(root: Path, settings: tuple[str, str]) -> None:
    for office, setting in zip(("korat", "phayao"), settings, strict=True):
        (root / office / ".env").write_text(f"ITA_{setting}\n" if setting else "")


@pytest.mark.parametrize("case", SHARED)
def test_what_two_offices_share_is_found(root: Path, case: str) -> None:
    write_settings(root, SHARED[case])
    found = find_shared(list_offices(root))
    assert {line.offices for line in found} == {("korat", "phayao")}
    assert all("aa" not in line.describe() for line in found)
    with pytest.raises(ConfigurationError, match="korat"):
        enter_office("phayao", is_served=True)


@pytest.mark.parametrize("case", APART)
def test_what_may_be_shared_is_not(root: Path, case: str) -> None:
    write_settings(root, APART[case])
    assert find_shared(list_offices(root)) == []
    enter_office("phayao", is_served=True)


def test_an_office_with_wrong_settings_stops_no_other(root: Path) -> None:
    (root / "korat" / ".env").write_text("ITA_HMOE=x\n")
    assert find_shared(list_offices(root)) == []
    enter_office("phayao", is_served=True)


def test_an_office_whose_folder_cannot_be_entered_is_left_out(root: Path) -> None:
    write_settings(root, SHARED["home"])
    korat, phayao = list_offices(root)
    closed = OfficeFolder("nan", root / "nan")
    assert {line.offices for line in find_shared([closed, korat, phayao])} == {("korat", "phayao")}
