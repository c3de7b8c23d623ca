"""The screen and the command line say the same, to the cent: the page's own files against `export-ledger` and `project`."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page

from data.sample import sample_company
from tests.e2e.conftest import ROOT, Reader, Server, serve

pytestmark = pytest.mark.browser


def download(page: Page, name: str, into: Path) -> Path:
    with page.expect_download() as waiting:
        page.get_by_role("button", name=name).click()
    target = into / waiting.value.suggested_filename
    waiting.value.save_as(target)
    return target


def cli(*arguments: object) -> None:
    done = subprocess.run(
        [sys.executable, "cli.py", *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stderr


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A sample company of its own, whose contracts nobody has changed."""
    yield from serve(tmp_path_factory.mktemp("same") / "encaisse.duckdb")


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param("?delay=10&defaults=2&months=6", id="later", marks=pytest.mark.proof),
        pytest.param("", id="as it opens", marks=pytest.mark.proof),
        pytest.param("?delay=5&who=segment:PME", id="one segment", marks=pytest.mark.proof),
    ],
)
def test_the_command_line_gives_the_curves_of_the_screen(
    reader: Reader, server: Server, tmp_path: Path, asked: str
) -> None:
    page = reader.open(f"/{asked}")
    page.get_by_text("Voir les chiffres").first.click()
    page.get_by_role("button", name="Question posée").wait_for()
    reader.settle()
    screen = rows(download(page, "Courbes au centime", tmp_path))
    question = download(page, "Question posée", tmp_path)
    sample = sample_company(date.today())
    for name, (_, text) in (("factoring", sample.factoring), ("insurance", sample.insurance)):
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    cli("export-ledger", "--store", server.store, "--out", tmp_path / "ledger", "--expected")
    contracts = [w for name in ("factoring", "insurance") for w in (f"--{name}", tmp_path / f"{name}.toml")]
    cli("project", tmp_path / "ledger", "--out", tmp_path / "out", "--scenario", question, *contracts)
    assert {row["variant"] for row in screen} == {"baseline", "factoring", "insurance", "both"}
    assert len(screen) > 4 * 90
    assert rows(tmp_path / "out" / "curve.csv") == screen
