"""A real WordPress from the system's packages with a database of its own, in a temporary folder."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path("/usr/share/wordpress")
USER = "editor"
CONFIG = """<?php
define('DB_NAME', 'wordpress'); define('DB_USER', 'root'); define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:%(socket)s'); define('DB_CHARSET', 'utf8mb4'); define('DB_COLLATE', '');
define('WP_HOME', '%(origin)s'); define('WP_SITEURL', '%(origin)s');
define('WP_ENVIRONMENT_TYPE', 'local');
define('WP_HTTP_BLOCK_EXTERNAL', true); define('DISABLE_WP_CRON', true); define('AUTOMATIC_UPDATER_DISABLED', true);
define('WP_DEBUG', false);
$table_prefix = 'wp_';
if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
"""
INSTALL = """<?php
define('WP_INSTALLING', true);
$_SERVER['HTTP_HOST'] = '127.0.0.1'; $_SERVER['REQUEST_METHOD'] = 'GET'; $_SERVER['REQUEST_URI'] = '/';
function wp_mail() { return true; }
require 'wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install('สำนักงาน', 'chief', 'chief@example.com', true, '', 'a password of the chief');
$id = wp_insert_user(['user_login' => 'editor', 'user_pass' => 'never used', 'role' => 'editor',
  'user_email' => 'editor@example.com']);
switch_theme('plain');
[$password] = WP_Application_Passwords::create_new_application_password($id, ['name' => 'ita-bot']);
fwrite(STDERR, "\\npassword=$password\\n");
"""
THEME = (
    "<?php while (have_posts()) { the_post(); echo '<main>'; the_title('<h1>', '</h1>'); the_content(); } ?>"
)


@dataclass
class WordPress:
    """A running website."""

    origin: str
    password: str
    root: Path


def explain_missing_package() -> str:
    """The package that is missing here; empty if nothing is."""
    for name in ("php", "mariadbd", "mariadb-install-db", "mariadb"):
        if shutil.which(name) is None and not Path("/usr/sbin", name).exists():
            return f"{name} is not installed"
    if not (PACKAGE / "wp-settings.php").exists():
        return "the package wordpress is not installed"
    modules = subprocess.run(["php", "-m"], capture_output=True, text=True, timeout=20).stdout.split()
    return "" if "mysqli" in modules else "the package php-mysql is not installed"


@contextmanager
def _run_process(command: list[str], **more: object) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more)  # type: ignore[call-overload]
    try:
        yield process
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        if process.poll() is None:
            process.kill()
            process.wait(10)


def _wait_for_socket(address: "os.PathLike[str] | int") -> None:
    """Wait until a socket accepts connections. is_there: a path or a port."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with suppress(OSError):
            if isinstance(address, int):
                socket.create_connection(("127.0.0.1", address), 1).close()
            else:
                with socket.socket(socket.AF_UNIX) as one:
                    one.connect(str(address))
            return
        time.sleep(0.05)
    raise AssertionError(f"nothing answers at {address}")


def _start_database(folder: Path, stack: ExitStack) -> Path:
    data, socket_path = folder / "data", folder / "db.sock"
    user = ["--user=root"] if os.geteuid() == 0 else []
    install = ["mariadb-install-db", "--no-defaults", f"--datadir={data}", "--skip-test-db"]
    subprocess.run(
        [*install, "--auth-root-authentication-method=normal", *user],
        check=True,
        capture_output=True,
        timeout=60,
    )
    server = shutil.which("mariadbd") or "/usr/sbin/mariadbd"
    fast = ["--skip-networking", "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=32M"]
    files = [f"--datadir={data}", f"--socket={socket_path}", f"--pid-file={folder}/db.pid"]
    stack.enter_context(_run_process([server, "--no-defaults", *files, *fast, *user]))
    _wait_for_socket(socket_path)
    create_database = [
        "mariadb",
        "--no-defaults",
        f"--socket={socket_path}",
        "-uroot",
        "-e",
        "CREATE DATABASE wordpress",
    ]
    subprocess.run(create_database, check=True, capture_output=True, timeout=20)
    return socket_path


@contextmanager
def open_wordpress(folder: Path) -> Iterator[WordPress]:
    """A fresh website with an editor who has an application password.

    folder: a short path, because the database socket is in it.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    root, origin = folder / "site", f"http://127.0.0.1:{port}"
    shutil.copytree(PACKAGE, root, symlinks=True, ignore=shutil.ignore_patterns("wp-config.php", "uploads"))
    (root / "wp-content" / "uploads").mkdir(parents=True, exist_ok=True)
    theme = root / "wp-content" / "themes" / "plain"
    theme.mkdir(parents=True)
    (theme / "style.css").write_text("/* Theme Name: Plain */")
    (theme / "index.php").write_text(THEME)
    with ExitStack() as stack:
        socket_path = _start_database(folder, stack)
        (root / "wp-config.php").write_text(CONFIG % {"socket": socket_path, "origin": origin})
        (root / "install.php").write_text(INSTALL)
        done = subprocess.run(
            ["php", "install.php"], cwd=root, capture_output=True, text=True, timeout=60, check=True
        )
        (root / "install.php").unlink()
        password = done.stderr.rpartition("password=")[2].strip()
        assert password, done.stderr + done.stdout
        serve_command = ["php", "-d", "upload_max_filesize=8M", "-S", f"127.0.0.1:{port}", "-t", str(root)]
        stack.enter_context(_run_process(serve_command))
        _wait_for_socket(port)
        yield WordPress(origin, password, root)
