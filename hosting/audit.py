"""Asks a public service which of the locked packages have known holes (`make audit`).

Exit code 0: none is known. 1: some are, each named with its number. 3: the service cannot be reached from here, which
says nothing about the packages.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from typing import Any

import httpx

from hosting.lock import LOCK

SERVICE = "https://api.osv.dev/v1/querybatch"

Ask = Callable[[dict[str, Any]], dict[str, Any]]


def packages(lock: str) -> list[tuple[str, str]]:
    """Names and versions of a lock file."""
    return re.findall(r"^([a-z0-9.-]+)==(\S+)", lock, re.MULTILINE)


def holes(found: Sequence[tuple[str, str]], ask: Ask) -> list[str]:
    """What the service knows of these packages: `name version: number, number`."""
    queries = [{"package": {"name": name, "ecosystem": "PyPI"}, "version": version} for name, version in found]
    answers = ask({"queries": queries})["results"]
    return [
        f"{name} {version}: {', '.join(hole['id'] for hole in answer['vulns'])}"
        for (name, version), answer in zip(found, answers, strict=True)
        if answer.get("vulns")
    ]


def _ask(body: dict[str, Any]) -> dict[str, Any]:
    answer = httpx.post(SERVICE, json=body, timeout=20)
    answer.raise_for_status()
    told: dict[str, Any] = answer.json()
    return told


def main(ask: Ask = _ask) -> int:
    """Say what is known; the exit code."""
    found = packages(LOCK.read_text(encoding="utf-8"))
    try:
        known = holes(found, ask)
    except httpx.HTTPError as error:
        sys.stderr.write(f"{SERVICE} cannot be reached from here ({type(error).__name__}): nothing was checked.\n")
        return 3
    for line in known:
        sys.stdout.write(f"{line}\n")
    sys.stdout.write(f"{len(found)} packages asked about, {len(known)} with known holes.\n")
    return 1 if known else 0


if __name__ == "__main__":
    sys.exit(main())
