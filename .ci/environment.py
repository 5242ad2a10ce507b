"""Make a virtual environment with pip, also on a Python that comes without ensurepip (as Debian's does).

Usage: python .ci/environment.py FOLDER
"""

import configparser
import hashlib
import importlib.util
import os
import re
import ssl
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
import venv
from pathlib import Path

PIP = "pip-26.3-py3-none-any.whl"
PIP_SHA256 = "f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13"
CONFIGURATIONS = ("/etc/pip.conf", "~/.pip/pip.conf", "~/.config/pip/pip.conf")


def index() -> str:
    """The package index that pip would ask, from its variable or its configuration files."""
    found = configparser.ConfigParser(interpolation=None)
    own = os.environ.get("PIP_CONFIG_FILE")
    found.read(Path(name).expanduser() for name in (*CONFIGURATIONS, *([own] if own else [])))
    configured = found.get("global", "index-url", fallback="https://pypi.org/simple")
    return os.environ.get("PIP_INDEX_URL") or configured


def fetched(address: str) -> bytes:
    """What an address of the index holds."""
    context = ssl.create_default_context(cafile=os.environ.get("PIP_CERT"))
    with urllib.request.urlopen(address, timeout=60, context=context) as answer:  # noqa: S310 - pip's own index
        body: bytes = answer.read()
    return body


def pip_wheel() -> bytes:
    """The wheel of pip that the hash above names; raises SystemExit where the index has none."""
    page = f"{index().rstrip('/')}/pip/"
    link = re.search(rf'href="([^"]*/{re.escape(PIP)})[#"]', fetched(page).decode())
    if link is None:
        raise SystemExit(
            f"{page} has no {PIP}. On Debian or Ubuntu: apt install python3-venv, then try again."
        )
    wheel = fetched(urllib.parse.urljoin(page, link[1]))
    if hashlib.sha256(wheel).hexdigest() != PIP_SHA256:
        raise SystemExit(f"{PIP} of {page} is not the file it should be: nothing was installed from it.")
    return wheel


def main(folder: Path) -> None:
    """Make the environment; where ensurepip is missing, pip comes from the index, by its hash."""
    with_pip = importlib.util.find_spec("ensurepip") is not None
    venv.EnvBuilder(with_pip=with_pip, symlinks=os.name != "nt").create(folder)
    if with_pip:
        return
    with tempfile.TemporaryDirectory() as place:
        wheel = Path(place) / PIP
        wheel.write_bytes(pip_wheel())
        install = ["install", "--quiet", "--no-index", "--no-deps", str(wheel)]
        command = [str(folder / "bin" / "python"), str(wheel / "pip"), *install]
        subprocess.run(command, check=True)  # noqa: S603 - our own interpreter and the wheel just verified


if __name__ == "__main__":
    main(Path(sys.argv[1]))
