"""A program that acts on a page until it is killed, and one that says what is left of it: for `test_page_kills`."""

import re
import sys
from datetime import timedelta
from pathlib import Path

from handlers.staff.permissions import Role
from tests.end_to_end.workspace.workspace_server import WorkspaceServer, give

CASE = "/staff/complaints/case/2570/1"
NOTE = re.compile(r"บันทึกที่ (\d+-\d+)\.")


def say(line: str) -> None:
    """Tell the test a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def act(home: Path, number: int) -> None:
    """Write one note after another on a case's page, and say of each when it is sent, and when its page has come."""
    office = WorkspaceServer(home)
    office.desk.clock_offset = timedelta(minutes=2 * number)
    if number == 0:
        office.file_case()
    browser = office.sign_in(office.add_officer(f"คนที่ {number}", Role.SUPERVISOR))
    page = browser.request(CASE)
    say("ready")
    for place in range(10_000):
        name = f"{number}-{place}"
        say(f"sent {name}")
        page = give(browser, page, "/note 1/2570", f"บันทึกที่ {name}.")
        if page.status == 200 and f"บันทึกที่ {name}." in page.text:
            say(f"done {name}")


def check(home: Path, number: int) -> None:
    """Print every note that the case's page has."""
    office = WorkspaceServer(home)
    office.desk.clock_offset = timedelta(minutes=2 * number)
    browser = office.sign_in(office.add_officer("ผู้ตรวจผล", Role.SUPERVISOR))
    for name in NOTE.findall(browser.request(CASE).text):
        say(f"kept {name}")
    office.close()


if __name__ == "__main__":
    {"act": act, "check": check}[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]))
