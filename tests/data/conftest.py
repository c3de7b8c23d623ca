"""Where a store under test is: a DuckDB file, or a database of the tests' own PostgreSQL server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from data.moving import Content, contents
from data.places import store_at
from data.shared_store import SharedStore
from data.store import Store
from forecasting.errors import StoreUnreadable
from tests.data.postgres import Server, missing


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A running PostgreSQL; a test that asks for it is skipped where there is none, saying why."""
    reason = missing()
    if reason:
        pytest.skip(reason)
    running = Server()
    yield running
    running.stop()


@pytest.fixture(params=["duckdb", "postgresql"])
def any_place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A place for a new store, on each of the two."""
    yield from _place(request, tmp_path, monkeypatch)


@pytest.fixture(params=["duckdb", pytest.param("postgresql", marks=pytest.mark.proof)])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A place for a new store, on PostgreSQL in `make proof` only: for the many tests of what is asked of a store."""
    yield from _place(request, tmp_path, monkeypatch)


def _place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    if request.param == "duckdb":
        yield str(tmp_path / "s.duckdb")
        return
    url = request.getfixturevalue("server").database()
    held: list[Content] = []

    def close(store: SharedStore, really: object = SharedStore.close) -> None:
        if not store._closed and store._known:
            held.append(content(store))
        really(store)  # type: ignore[operator]

    with monkeypatch.context() as patch:
        patch.setattr(SharedStore, "close", close)
        yield url
    # What the process that wrote has in its cache is what PostgreSQL has: no statement that writes went unseen.
    if held:
        try:
            with store_at(url) as again:
                assert content(again) == held[-1]
        except StoreUnreadable as refused:
            # The law under test was that a store of a newer program is refused.
            assert refused.reason == "newer"


def content(store: Store) -> Content:
    """What every table of a store holds, in two numbers."""
    with store.read() as cursor:
        return contents(cursor)
