"""The service files of docs/deploy are what systemd, tor and a fresh machine make of them."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.deploy.proxies import DEPLOY, require_program
from tests.house.source_tree import ROOT

pytestmark = pytest.mark.full("service files of an office")


@pytest.mark.parametrize("name", ["ita-bot.service", "ita-bot@.service", "ita-bot-office@.service"])
def test_systemd_takes_the_unit(name: str, tmp_path: Path) -> None:
    program = tmp_path / "ita-bot"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    text = (DEPLOY / name).read_text("utf-8")
    assert re.search("/srv/ita-bot/app/.venv/bin/ita-bot (--office %i )?run", text)
    (tmp_path / name).write_text(
        text.replace("/srv/ita-bot/app/.venv/bin/ita-bot", str(program)).replace("User=ita-bot", "User=root")
    )
    command = [require_program("systemd-analyze"), "verify", "--man=no", str(tmp_path / name)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", ["ita-bot.service", "ita-bot@.service", "ita-bot-office@.service"])
def test_the_unit_lets_the_program_do_little(name: str) -> None:
    command = [
        require_program("systemd-analyze"),
        "security",
        "--offline=yes",
        "--threshold=25",
        str(DEPLOY / name),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]


def test_tor_takes_the_onion_service(tmp_path: Path) -> None:
    text = (DEPLOY / "torrc").read_text("utf-8").replace("/var/lib/tor/ita-bot/", f"{tmp_path}/service/")
    (tmp_path / "torrc").write_text(text)
    command = [require_program("tor"), "--verify-config", "-f", str(tmp_path / "torrc")]
    done = subprocess.run(
        [*command, "--DataDirectory", str(tmp_path / "data")], capture_output=True, text=True, check=False
    )
    assert "Configuration was valid" in done.stdout
    port = re.search(r"HiddenServicePort 80 127\.0\.0\.1:(\d+)", text)
    assert port is not None
    assert f"listen 127.0.0.1:{port[1]};" in (DEPLOY / "nginx.conf").read_text("utf-8")


def list_instructions() -> list[tuple[str, str]]:
    lines = (DEPLOY / "Containerfile").read_text("utf-8").splitlines()
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines) if word.isupper()]


def test_the_container_is_built_in_a_fresh_environment(tmp_path: Path) -> None:
    """What needs a root of its own (packages, users) is looked at, the rest is carried out as it stands."""
    app = tmp_path / "app"
    app.mkdir()
    kept = {
        name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_", "HTTP", "http"))
    }
    environment = {
        **kept,
        "PATH": f"{Path(sys.executable).resolve().parent}:/usr/bin:/bin",
        "HOME": str(Path.home()),
    }
    carried_out = 0
    for word, rest in list_instructions():
        if word == "COPY":
            *sources, target = rest.split()
            for source in sources:
                place = app / target.removeprefix("./") if (ROOT / source).is_dir() else app / source
                copy = shutil.copytree if (ROOT / source).is_dir() else shutil.copy
                copy(ROOT / source, place)
        elif word == "RUN" and not rest.startswith(("apt-get", "useradd")):
            done = subprocess.run(
                ["sh", "-ec", rest], cwd=app, env=environment, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stderr[-2000:]
            carried_out += 1
    assert carried_out == 2
    served = subprocess.run(
        [app / ".venv/bin/ita-bot", "doctor", "--offline", "--json"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert served.returncode == 1
    assert '"check": "data"' in served.stdout


def test_the_packages_of_the_container_are_debians() -> None:
    apt = require_program("apt-cache")
    (line,) = [rest for word, rest in list_instructions() if word == "RUN" and rest.startswith("apt-get")]
    names = line.split("--no-install-recommends")[1].split("&&")[0].split()
    assert "python3" in names
    for name in names:
        assert subprocess.run([apt, "show", name], capture_output=True, check=False).returncode == 0, name
