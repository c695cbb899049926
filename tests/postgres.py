"""A real PostgreSQL server, started from whatever binaries this machine has and gone when the tests end."""

import itertools
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

OLDEST = 15
_PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)

# Durability costs time and a test's database is thrown away.
_HASTY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "shared_buffers": "64MB",
    "max_connections": "60",
    "min_wal_size": "32MB",
    "max_wal_size": "128MB",
}
_PLAIN = ("--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions")


def found_binaries() -> Path | None:
    """The folder of the newest PostgreSQL on this machine that is new enough."""
    on_path = shutil.which("initdb")
    places = [Path(on_path).resolve().parent] if on_path else []
    places += [folder for pattern in _PLACES for folder in Path("/").glob(pattern.removeprefix("/"))]
    newest = max(((_version(folder), folder) for folder in places), default=None)
    return newest[1] if newest and newest[0] >= OLDEST else None


def _version(folder: Path) -> int:
    if not ((folder / "initdb").exists() and (folder / "postgres").exists()):
        return 0
    said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False).stdout
    number = re.search(r"\) (\d+)", said)
    return int(number[1]) if number else 0


def _unprivileged() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: whose process it is then, as arguments of `subprocess`."""
    if os.geteuid() != 0:
        return {}
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    user = known.get("postgres") or known["nobody"]
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _place() -> str:
    """Memory where there is enough: a new database is 300 files, seen to take 13 ms there and 250 ms on a disk.

    Otherwise /tmp, not the user's own TMPDIR: a socket's path has room for about a hundred characters, and others must
    get in.
    """
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2**30
    return str(memory) if roomy else "/tmp"


@dataclass(frozen=True)
class Server:
    """A running server, reached through a socket in a folder of its own, so that no port is taken."""

    folder: Path
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    @classmethod
    @contextmanager
    def started(cls, binaries: Path) -> Iterator["Server"]:
        """Start a server and stop it afterwards."""
        whose = _unprivileged()
        folder = Path(tempfile.mkdtemp(prefix="readyroom-postgres-", dir=_place()))
        if whose:
            os.chown(folder, whose["user"], whose["group"])
        whose |= {"cwd": folder, "env": {"PATH": os.environ["PATH"], "LC_ALL": "C", "TZ": "UTC"}}
        try:
            initdb: list[str | Path] = [
                binaries / "initdb",
                "--pgdata=data",
                "--username=postgres",
                "--auth=trust",
                *_PLAIN,
            ]
            subprocess.run(initdb, **whose, check=True, stdout=subprocess.DEVNULL)
            options = [f"--{name.replace('_', '-')}={value}" for name, value in _HASTY.items()]
            options += ["--listen-addresses=", f"--unix-socket-directories={folder}"]
            with (folder / "log").open("w") as log:
                process = subprocess.Popen(
                    [binaries / "postgres", "-D", "data", *options],
                    **whose,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            try:
                server = cls(folder)
                server._wait(process)
                yield server
            finally:
                process.send_signal(signal.SIGQUIT)  # at once: nothing here needs to be kept
                process.wait(timeout=30)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _wait(self, process: "subprocess.Popen[bytes]") -> None:
        until = time.monotonic() + 30
        while True:
            try:
                self._connect().close()
            except psycopg.OperationalError:
                if process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(f"PostgreSQL did not start:\n{(self.folder / 'log').read_text()}") from None
                time.sleep(0.02)
            else:
                return

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(host=str(self.folder), user="postgres", dbname="postgres", autocommit=True)

    def url(self, database: str) -> str:
        """The URL that SQLAlchemy takes for a database of this server."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    @contextmanager
    def database(self, like: str = "template0") -> Iterator[str]:
        """The URL of a fresh database, a copy of the database `like`; it is dropped afterwards."""
        name = f"test_{next(self._numbers)}"
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
            sql.Identifier(name), sql.Identifier(like)
        )
        with self._connect() as connection:
            connection.execute(create)
            try:
                yield self.url(name)
            finally:
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
