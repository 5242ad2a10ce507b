"""`ita-bot run` publishes released statistics by itself, alongside its other jobs, and logs no content."""

import http.client
import json
import time
from contextlib import closing
from pathlib import Path

import pytest

from bot.publishing.releases import verify_release_folder
from tests.bot.publishing.release_desk import make_busy_desk
from tests.end_to_end.server_process import start_server
from tests.end_to_end.terminal_driver import run_ita_bot, write_office_beside

pytestmark = pytest.mark.full("real programs")


def test_a_running_server_publishes(tmp_path: Path) -> None:
    ground = make_busy_desk(tmp_path / "var")
    web = tmp_path / "web"
    web.mkdir()
    made = ground.make_release()
    write_office_beside(ground.home)
    assert run_ita_bot(ground.home, "tick", "--confirm").returncode == 0  # weeks after it
    server = start_server(ground.home, ITA_PUBLISH_FOLDER=str(web))
    try:
        end = time.monotonic() + 20
        while not (web / "index.html").exists() and time.monotonic() < end:
            time.sleep(0.05)
        with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=15)) as one:
            one.request("GET", "/statistics/2569/1/manifest.json")
            assert one.getresponse().read() == made.record.manifest
    finally:
        log = server.stop()
    assert verify_release_folder(web / "latest") == []
    events = [json.loads(line)["event"] for line in log]
    assert set(events) == {"started", "advice", "ticked", "published", "stopped"}
    assert not [line for line in log if "2569" in line.replace(json.loads(line)["at_time"], "")]
