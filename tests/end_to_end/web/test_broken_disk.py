"""A disk that is full, takes no writes any more or damages what it has: what people see, and what `/readyz` says."""

import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bot.web.readiness import CACHE_SECONDS
from storage.errors import DiskFullError
from tests.end_to_end.server_process import ServerProcess, Visitor, start_server
from tests.end_to_end.terminal_driver import ROOT, build_environment
from tests.end_to_end.threaded_server import WebServer
from tests.in_memory_desk import WHOLE_REPORT
from tests.storage.db.test_damaged_database import damage_table

pytestmark = pytest.mark.full("a server in its own process")

TYPED = "เจ้าหน้าที่เรียกรับเงิน\nก่อนตรวจรับงาน"


def wait_for_readiness(visitor: Visitor, status: int) -> None:
    """Wait until `/readyz` looks again; it answers from its memory for some seconds."""
    until = time.monotonic() + 20 + CACHE_SECONDS
    while visitor.request("/readyz").status != status:
        assert time.monotonic() < until
        time.sleep(0.2)


def open_story(visitor: Visitor) -> str:
    """Come to the question for the story; returns its heading."""
    visitor.open_page("/report")
    visitor.say("[รับทราบ เริ่มแจ้งเรื่อง]")
    return visitor.say(":1").heading


def test_on_a_disk_that_takes_no_writes(tmp_path: Path) -> None:
    server = WebServer(tmp_path / "var")
    visitor = Visitor(server.port)
    asked = open_story(visitor)

    async def set_read_only(value: str) -> None:
        await server.desk.store.committer.connection.exec_driver_sql(f"PRAGMA query_only = {value}")
        await server.desk.store.committer.connection.rollback()

    server.run(set_read_only("ON"))
    page = visitor.submit_form(TYPED)
    assert (page.status, page.textbox_text, page.heading) == (503, TYPED, asked)
    wait_for_readiness(visitor, 503)
    server.run(set_read_only("OFF"))
    wait_for_readiness(visitor, 200)
    assert visitor.submit_form(TYPED).status == 200
    assert {type(error) for error in server.desk.errors} == {DiskFullError}
    server.desk.errors.clear()
    server.close()


def set_file_limit(server: ServerProcess, most: int) -> None:
    """Let no file of a running server be written beyond so many bytes, as on a full disk; -1 for any size."""
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))


def test_on_a_full_disk_that_also_has_the_log(tmp_path: Path) -> None:
    server = start_server(tmp_path / "var")  # its standard error is a file
    visitor = Visitor(server.port)
    asked = open_story(visitor)
    set_file_limit(server, 0)
    page = visitor.submit_form(TYPED)
    assert (page.status, page.textbox_text, page.heading) == (503, TYPED, asked)
    assert "ยังไม่ถูกบันทึก" in page.visible_text
    wait_for_readiness(visitor, 503)
    assert Visitor(server.port).request("/").status == 200
    set_file_limit(server, -1)
    wait_for_readiness(visitor, 200)
    assert visitor.submit_form(TYPED).status == 200
    server.stop()


@pytest.mark.parametrize("table", ["cases", "history"])
def test_with_a_damaged_page_a_report_stays_at_its_review_and_a_monitor_hears(
    tmp_path: Path, table: str
) -> None:
    server = start_server(tmp_path / "var")
    server.stop()
    damage_table(tmp_path / "var" / "complaints" / "desk.sqlite", table)
    server = start_server(tmp_path / "var")
    visitor = Visitor(server.port)
    visitor.open_page("/report")
    for line in WHOLE_REPORT[2:]:
        reviewed = visitor.say(line)
        assert reviewed.status == 200
    for _ in range(2):
        refused = visitor.say("[ส่งเรื่อง]")
        assert (refused.status, refused.heading, refused.receipt) == (503, reviewed.heading, "")
        assert "ยังไม่ถูกบันทึก" in refused.visible_text
    wait_for_readiness(visitor, 503)
    assert Visitor(server.port).request("/").status == 200
    server.stop()


def test_a_database_that_was_written_half_stops_the_start_with_what_to_do(tmp_path: Path) -> None:
    start_server(tmp_path / "var").stop()
    database = tmp_path / "var" / "complaints" / "desk.sqlite"
    database.write_bytes(database.read_bytes()[: database.stat().st_size // 2])
    done = subprocess.run(
        (sys.executable, "-m", "bot", "run", "--port", "0"),
        cwd=ROOT,
        env=build_environment(tmp_path / "var"),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode != 0
    assert "สำเนาสำรอง" in done.stderr
    assert "Traceback" not in done.stderr
