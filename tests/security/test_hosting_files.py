"""The files for hosting: the examples are refused, the lock says what is installed, known holes are asked for."""

from __future__ import annotations

import importlib.metadata
import platform
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from hosting import audit
from hosting.check import OIDC, main
from hosting.lock import LOCK, locked

ROOT = Path(__file__).parents[2]
EXAMPLE = dict(
    line.split("=", 1) for line in (ROOT / "hosting" / "example.env").read_text().splitlines() if line and line[0] != "#"
)
SECRET = "tq7Zp3uWkV9xLr2mYc8sNd5fHb4jGa6eRw1oKi0"


def test_the_example_is_refused_with_every_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(EXAMPLE, tmp_path / "secrets.toml") == 2
    said = capsys.readouterr().err
    for name in ("ENCAISSE_ADMINISTRATORS", "cookie_secret", "client_secret", "client_id", "server_metadata_url"):
        assert name in said, name


def test_the_example_filled_in_starts_and_hides_its_secrets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    filled = EXAMPLE | {
        "ENCAISSE_ADMINISTRATORS": "chef@orvalise.fr",
        "ENCAISSE_OIDC_COOKIE_SECRET": SECRET,
        "ENCAISSE_OIDC_CLIENT_ID": "encaisse",
        "ENCAISSE_OIDC_CLIENT_SECRET": "9fK2-x7Qw_Lm4Zt",
        "ENCAISSE_OIDC_METADATA_URL": "https://login.orvalise.fr/.well-known/openid-configuration",
    }
    assert set(OIDC) <= set(filled)
    path = tmp_path / "run" / "secrets.toml"
    assert main(filled, path) == 0
    assert path.stat().st_mode & 0o777 == 0o600
    out = capsys.readouterr()
    assert "oidc" in out.out and SECRET not in out.out + out.err


def test_the_proxy_takes_claims_out_and_logs_no_address() -> None:
    text = (ROOT / "hosting" / "Caddyfile").read_text()
    assert "header_up -X-Encaisse-Proxy" in text and "header_up -X-Forwarded-Email" in text
    assert not re.search(r"^\s*log\b", text, re.MULTILINE)


def test_the_image_runs_without_rights_and_takes_every_folder() -> None:
    text = (ROOT / "hosting" / "Containerfile").read_text()
    assert "USER encaisse" in text and "--require-hashes" in text
    copied = set(re.findall(r"^COPY (\w+) \w+$", text, re.MULTILINE))
    assert copied == {"commands", "data", "forecasting", "hosting", "pages", "static"}


def test_the_lock_holds_what_is_asked_for_and_installed() -> None:
    held = dict(audit.packages(LOCK.read_text()))
    for line in (ROOT / "requirements.txt").read_text().splitlines():
        name, version = line.split("==")
        assert held.get(name.lower().replace("_", "-")) == version, f"{name}: call `make lock`"
    for name, version in held.items():
        assert importlib.metadata.version(name) == version, name


def test_a_report_of_pip_becomes_a_lock() -> None:
    item = {"metadata": {"name": "Mt_940", "version": "1"}, "download_info": {"archive_info": {"hashes": {"sha256": "ab"}}}}
    assert locked({"install": [item]}).endswith("mt-940==1 --hash=sha256:ab\n")


def test_known_holes_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    def one_hole(body: dict[str, object]) -> dict[str, object]:
        queries = body["queries"]
        assert isinstance(queries, list)
        return {"results": [{"vulns": [{"id": "PYSEC-1"}]}, *({} for _ in queries[1:])]}

    assert audit.main(one_hole) == 1
    assert "PYSEC-1" in capsys.readouterr().out


def test_a_service_out_of_reach_is_no_clean_bill(capsys: pytest.CaptureFixture[str]) -> None:
    def nobody(body: dict[str, object]) -> dict[str, object]:
        raise httpx.ConnectError("no route")

    assert audit.main(nobody) == 3
    assert "nothing was checked" in capsys.readouterr().err


@pytest.mark.proof
@pytest.mark.skipif(
    sys.version_info[:2] != (3, 11) or platform.machine() != "x86_64" or sys.platform != "linux",
    reason="the lock is for Linux on x86-64 with Python 3.11",
)
def test_the_index_serves_what_the_lock_holds() -> None:
    pip = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--no-deps", "--quiet"]
    done = subprocess.run([*pip, "--require-hashes", "-r", str(LOCK)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
