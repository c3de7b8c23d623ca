"""Writes requirements-lock.txt: every package that requirements.txt brings, with the hash of its archive.

For Linux on x86-64 with Python 3.11, which the image runs; `make lock` calls it after a change of requirements.txt.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements-lock.txt"
_HEAD = "# Written by `make lock`; installed by the image with --require-hashes. Linux, x86-64, Python 3.11.\n"


def locked(report: dict[str, Any]) -> str:
    """The file's text from pip's report: one package a line, by name."""
    rows = []
    for item in report["install"]:
        name, version = item["metadata"]["name"].lower().replace("_", "-"), item["metadata"]["version"]
        rows.append(f"{name}=={version} --hash=sha256:{item['download_info']['archive_info']['hashes']['sha256']}\n")
    return _HEAD + "".join(sorted(rows))


def main() -> None:
    """Ask pip what it would install, and write that down."""
    pip = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet", "--report", "-"]
    done = subprocess.run([*pip, "-r", str(ROOT / "requirements.txt")], capture_output=True, text=True, check=True)
    LOCK.write_text(locked(json.loads(done.stdout)), encoding="utf-8")


if __name__ == "__main__":
    main()
