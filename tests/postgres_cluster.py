"""A PostgreSQL of its own for tests: Debian's, on a socket in a temporary folder, without a port."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import URL

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
"""Folders of the installed versions, oldest first."""
NOBODY = 65534
"""The user as whom the server runs where the tests are root: it refuses to be root."""
TIMEOUT_SECONDS = 60

requires_postgresql = pytest.mark.skipif(
    not BINARIES, reason="there is no PostgreSQL of Debian on this machine"
)


@dataclass(frozen=True)
class PostgresCluster:
    """A running server. folder: of its socket."""

    folder: Path

    def get_url(self, database: str = "postgres") -> URL:
        """Return the URL of a database for SQLAlchemy with asyncpg."""
        return URL.create(
            "postgresql+asyncpg", username="ita", database=database, query={"host": str(self.folder)}
        )

    def create_database(self, name: str) -> URL:
        """Make an empty database."""
        _run("createdb", "-h", str(self.folder), "-U", "ita", name)
        return self.get_url(name)


def _build_command(program: str, *arguments: str) -> list[str]:
    own = [str(BINARIES[-1] / program), *arguments]
    if os.geteuid() != 0:
        return own
    return ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", *own]


def _run(program: str, *arguments: str) -> None:
    environment = {"PATH": os.defpath, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
    subprocess.run(
        _build_command(program, *arguments),
        check=True,
        capture_output=True,
        env=environment,
        timeout=TIMEOUT_SECONDS,
    )


@contextmanager
def start_cluster() -> Iterator[PostgresCluster]:
    """Run a server for as long as the context lasts. Nothing of it is durable: a test asks for no power cut."""
    folder = Path(tempfile.mkdtemp(prefix="ita-pg-"))  # the path of a socket has at most 107 characters
    if os.geteuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
    data = folder / "data"
    options = f"-k {folder} -c listen_addresses= -c fsync=off -c shared_buffers=32MB -c max_connections=40"
    try:
        _run("initdb", "-D", str(data), "-U", "ita", "--auth=trust", "-E", "UTF8", "--no-sync")
        _run("pg_ctl", "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield PostgresCluster(folder)
        finally:
            _run("pg_ctl", "-D", str(data), "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
