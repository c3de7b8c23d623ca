"""A store goes into PostgreSQL and back by a verb, whole, into an empty place, and without a password in the call."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from cli import guarded
from data import repository as repo
from data.access import FINANCE
from data.places import store_at
from data.sample import sample_company
from data.sample_store import fill_store
from tests.data.conftest import content, server
from tests.data.postgres import Server

__all__ = ["server"]


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    path = tmp_path / "s.duckdb"
    with repo.create_store(path) as store:
        fill_store(store, FINANCE, sample_company(date(2026, 11, 27), invoices=1_000))
    return path


def moved(capsys: pytest.CaptureFixture[str], source: object, target: object) -> dict[str, int]:
    assert guarded(["move-store", "--from", str(source), "--to", str(target), "--json"]) == 0
    rows: dict[str, int] = json.loads(capsys.readouterr().out)["rows"]
    return rows


def test_there_and_back_nothing_is_lost(
    filled: Path, tmp_path: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    url, back = server.database(), tmp_path / "back.duckdb"
    rows = moved(capsys, filled, url)
    assert rows == moved(capsys, url, back) and rows["invoice"] >= 1_000
    with store_at(filled) as first, store_at(url) as there, store_at(back) as last:
        assert content(first) == content(there) == content(last)
        assert repo.data_version(first, FINANCE) == repo.data_version(last, FINANCE)
        ledgers = [repo.load_ledger(store, FINANCE).fingerprint for store in (first, there, last)]
        assert len(set(ledgers)) == 1
        assert repo.first_broken_seal(last, FINANCE) is None


def test_from_file_to_file(filled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    moved(capsys, filled, tmp_path / "other.duckdb")
    with store_at(filled) as first, store_at(tmp_path / "other.duckdb") as last:
        assert content(first) == content(last)


def test_a_place_that_is_not_empty_is_left_as_it_is(
    filled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.duckdb"
    with repo.create_store(other) as store:
        repo.save_company(store, FINANCE, repo.Company(name="Here"))
    assert guarded(["move-store", "--from", str(filled), "--to", str(other)]) == 1
    assert "[store.not_empty]" in capsys.readouterr().err
    with repo.open_store(other) as store:
        assert repo.company(store, FINANCE).name == "Here"


def test_a_source_that_is_not_there_makes_no_target(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert guarded(["move-store", "--from", str(tmp_path / "none"), "--to", str(tmp_path / "new.duckdb")]) == 1
    assert "[stored.missing]" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["move-store", "--from", "postgresql://app:s3cret@127.0.0.1:1/x", "--to", "y"], "call.password_in_url"),
        (["import", "a.csv", "--store", "postgresql://app@127.0.0.1:1/x?password=s3cret"], "call.password_in_url"),
        (["restore", "--store", "postgresql://app@127.0.0.1:1/x", "--backup", __file__], "call.not_a_store_file"),
    ],
)
def test_what_a_call_may_not_say(words: list[str], code: str, lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert guarded([*words, "--lang", lang]) == 2
    told = capsys.readouterr().err
    assert f"[{code}]" in told and "s3cret" not in told


def test_a_server_that_does_not_answer_is_said(filled: Path, server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    assert guarded(["move-store", "--from", str(filled), "--to", "postgresql://app@127.0.0.1:1/x"]) == 1
    assert "[stored.unreachable]" in capsys.readouterr().err
