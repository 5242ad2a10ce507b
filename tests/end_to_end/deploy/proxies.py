"""nginx and Caddy of Debian in a folder, with the files of docs/deploy, in front of a server."""

import http.client
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.end_to_end.server_process import Visitor
from tests.house.source_tree import ROOT

DEPLOY = ROOT / "docs" / "deploy"
SITE = "report.example.go.th"


def require_program(name: str) -> str:
    """The path of a program; the test is skipped where it is not installed (`.ci/run` installs it)."""
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"{name} is not installed (.ci/run lists Debian's packages)")
    return path


def find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of the site that nobody vouches for, and its key."""
    certificate, key = folder / "fullchain.pem", folder / "privkey.pem"
    command = [
        require_program("openssl"),
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
    ]
    subject = ["-nodes", "-days", "2", "-subj", f"/CN={SITE}", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*command, *subject], check=True, capture_output=True)
    return certificate, key


@dataclass
class SecureVisitor(Visitor):
    """A browser that speaks TLS."""

    def connect(self) -> http.client.HTTPConnection:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=self.timeout, context=context)


@dataclass
class Proxy:
    """A running proxy. port: of TLS; onion_port: of the other server of nginx; folder: all that it may write to."""

    port: int
    onion_port: int
    folder: Path
    process: subprocess.Popen[bytes]

    def wait_until_open(self) -> None:
        end = time.monotonic() + 20
        while time.monotonic() < end:
            assert self.process.poll() is None, (self.process.stderr or b"") and self.process.stderr.read()  # type: ignore[union-attr]
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.05)
        raise AssertionError("the proxy does not listen")


@contextmanager
def _run(command: list[str], proxy_ports: tuple[int, int], folder: Path) -> Iterator[Proxy]:
    with (folder / "proxy.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            stdout=log,
            stderr=log,
            cwd=folder,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(folder)},
        )
        try:
            proxy = Proxy(*proxy_ports, folder, process)
            proxy.wait_until_open()
            yield proxy
        finally:
            process.terminate()
            process.wait(20)


def rewrite_nginx(server_port: int, folder: Path) -> tuple[str, int, int]:
    """The file of docs/deploy with the ports and certificate of a test. Returns it, the port of TLS and Tor's port."""
    certificate, key = make_certificate(folder)
    port, onion_port = find_free_port(), find_free_port()
    text = (DEPLOY / "nginx.conf").read_text("utf-8")
    for old, new in (
        ("127.0.0.1:8080", f"127.0.0.1:{server_port}"),
        ("listen 443 ssl http2", f"listen {port} ssl http2"),
        ("listen 80;", f"listen 127.0.0.1:{find_free_port()};"),
        ("listen 127.0.0.1:8081", f"listen 127.0.0.1:{onion_port}"),
        (f"/etc/letsencrypt/live/{SITE}/fullchain.pem", str(certificate)),
        (f"/etc/letsencrypt/live/{SITE}/privkey.pem", str(key)),
        ("/var/log/nginx/ita-bot.error.log", str(folder / "ita-bot.error.log")),
        ("client_body_timeout 20s", "client_body_timeout 1s"),
    ):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text, port, onion_port


@contextmanager
def open_nginx(server_port: int, folder: Path) -> Iterator[Proxy]:
    """nginx, in whose own configuration logs are on, as Debian's has it."""
    site, port, onion_port = rewrite_nginx(server_port, folder)
    (folder / "site.conf").write_text(site)
    bodies = folder / "bodies"
    bodies.mkdir()
    paths = "".join(
        f"{name}_temp_path {bodies};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/nginx.pid; worker_processes 1; error_log {folder}/error.log;\n"
        f"events {{ worker_connections 512; }}\nhttp {{ access_log {folder}/access.log; {paths}\n"
        f"include {folder}/site.conf; }}\n"
    )
    command = [require_program("nginx"), "-p", str(folder), "-c", str(folder / "nginx.conf")]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    # nginx's worker is another user where it is started by root: it needs to reach its folder.
    for place in (folder, *folder.parents):
        with suppress(PermissionError):
            place.chmod(place.stat().st_mode | 0o111)
    bodies.chmod(0o777)
    with _run(command, (port, onion_port), folder) as proxy:
        yield proxy


@contextmanager
def open_caddy(server_port: int, folder: Path) -> Iterator[Proxy]:
    """Caddy, with a certificate of the test instead of one from Let's Encrypt."""
    certificate, key = make_certificate(folder)
    port = find_free_port()
    text = (DEPLOY / "Caddyfile").read_text("utf-8")
    text = text.replace(f"{SITE} {{", f"https://127.0.0.1:{port} {{\n\ttls {certificate} {key}", 1)
    text = text.replace("127.0.0.1:8080\n}", f"127.0.0.1:{server_port}\n}}")
    text = re.sub(
        r"^\{$", "{\n\tadmin off\n\tauto_https disable_redirects", text, count=1, flags=re.MULTILINE
    )
    (folder / "Caddyfile").write_text(text)
    command = [
        require_program("caddy"),
        "run",
        "--config",
        str(folder / "Caddyfile"),
        "--adapter",
        "caddyfile",
    ]
    with _run(command, (port, 0), folder) as proxy:
        yield proxy
