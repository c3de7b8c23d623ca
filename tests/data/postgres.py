"""A PostgreSQL server of the tests' own, from Debian's packages, in a temporary folder and on a socket in it."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

PACKAGES = ("psycopg", "adbc_driver_postgresql")


def missing() -> str:
    """Why no test can use PostgreSQL here, "" where all can."""
    if not _binaries():
        return "PostgreSQL is not installed: apt-get install postgresql"
    if any(importlib.util.find_spec(name) is None for name in PACKAGES):
        return "its packages are not installed: pip install -r requirements-postgres.txt"
    return ""


def _binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


class Server:
    """A server that runs until `stop`; each `database` is empty."""

    def __init__(self) -> None:
        binaries = _binaries()
        assert binaries is not None
        self.folder = Path(tempfile.mkdtemp(prefix="encaisse-pg-"))
        # PostgreSQL refuses to run as root; Debian's package brings a user for it.
        self._as = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
        if self._as:
            shutil.chown(self.folder, "postgres", "postgres")
        data, quiet = self.folder / "data", {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": self.folder}
        made = [binaries / "initdb", "-D", data, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-U", "app"]
        subprocess.run(made, check=True, **quiet, **self._as)  # type: ignore[call-overload]
        command = [binaries / "postgres", "-D", data, "-k", self.folder, "-c", "listen_addresses="]
        self._command, self._quiet, self.count = command, quiet, 0
        self.start()

    def start(self) -> None:
        """Run, and wait until it answers: after a halt it reads its log of a hundred databases again, a minute on a slow disk."""
        self.process = subprocess.Popen(self._command, **self._quiet, **self._as)  # type: ignore[call-overload]
        for _ in range(1_800):
            if self._answers():
                return
            time.sleep(0.1)
        raise RuntimeError("PostgreSQL did not start")

    def database(self) -> str:
        """The URL of a new, empty database."""
        self.count += 1
        self.sql(f"CREATE DATABASE d{self.count}")
        return self.url(f"d{self.count}")

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://app@/{database}?host={self.folder}"

    def sql(self, text: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """Run SQL, and what it answers."""
        import psycopg

        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(text.encode())
            return cursor.fetchall() if cursor.description else []

    def halt(self) -> None:
        """End it without a word to anybody: whoever is connected is cut off, and the next start recovers from the log."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(60)

    def stop(self) -> None:
        """End it and throw its data away."""
        self.halt()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _answers(self) -> bool:
        import psycopg

        try:
            self.sql("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True
