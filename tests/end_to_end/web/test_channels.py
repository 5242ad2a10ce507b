"""The directory of true channels on a running server: the home page and /channels, before and after a change."""

from pathlib import Path

import pytest

from tests.bot.rollup.test_directory import ENTRY, KEY, LINE, TELEGRAM, build_list, write_signed
from tests.end_to_end.server_process import Visitor, start_server
from tests.end_to_end.terminal_driver import write_office_beside

pytestmark = pytest.mark.full("a server in its own process")


def test_the_entry_is_shown_until_the_file_is_changed_by_somebody_else(tmp_path: Path) -> None:
    home = tmp_path / "var"
    write_office_beside(home)
    office = tmp_path / "office.toml"
    with office.open("a", encoding="utf-8") as file:
        file.write(f'\n[directory]\nkey = "{KEY}"\n')
        file.write(f'[chats.complaints]\nline = "{LINE}"\ntelegram = "{TELEGRAM}"\n')
        file.write(f'[chats.service]\nline = "{ENTRY["service_line"]}"\n')
    directory = write_signed(tmp_path, build_list())
    server = start_server(home, has_own_office=False, ITA_DIRECTORY=str(directory), ITA_OFFICE=str(office))
    try:
        visitor = Visitor(server.port)
        shown = visitor.request("/channels")
        assert (shown.status, "กระทรวงตัวอย่าง" in shown.visible_text) == (200, True)
        assert 'href="/channels"' in visitor.request("/").body
        assert "Example Ministry" in visitor.request("/channels?lang=en").visible_text
        directory.write_bytes(build_list({**ENTRY, "line": "https://line.me/R/ti/p/@false"}))
        refused = visitor.request("/channels")
        assert (refused.status, "@false" in refused.body, LINE in refused.body) == (503, False, False)
        assert 'href="/channels"' not in visitor.request("/").body
    finally:
        log = server.stop()
    assert "error" not in "".join(log)
