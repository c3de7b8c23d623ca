"""What every store promises, wherever it is: nothing lost, nothing half, one state at a time, no way round its fence."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from data import migrations as steps
from data.migrations import Migration
from data.places import store_at
from data.store import Cursor, Store
from forecasting.errors import StoreUnreadable


@pytest.fixture
def store(any_place: str) -> Iterator[Store]:
    with store_at(any_place) as opened:
        yield opened


def one(store: Store, sql: str) -> object:
    with store.read() as cursor:
        return cursor.execute(sql).fetchall()[0][0]


def test_a_new_store_says_so_once(any_place: str) -> None:
    with store_at(any_place) as store:
        assert store.is_new
    with store_at(any_place) as store:
        assert not store.is_new


def test_eight_threads_lose_nothing_on_one_hot_row(store: Store) -> None:
    failures: list[BaseException] = []

    def put(name: str) -> None:
        store.write(lambda c: c.execute("INSERT INTO setting VALUES (?, '0')", [name]))

    def work(name: str) -> None:
        try:
            for k in range(25):
                put(f"{name}-{k}")
                with store.read() as cursor:
                    rows = cursor.execute("SELECT count(*) FROM setting WHERE name LIKE ?", [f"{name}-%"]).fetchall()
                assert rows == [(k + 1,)]
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(f"t{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert one(store, "SELECT count(*) FROM setting") == 200
    assert one(store, "SELECT any_write FROM data_version") == 200


def test_a_failed_change_leaves_nothing(store: Store) -> None:
    def change(cursor: Cursor) -> None:
        cursor.execute("INSERT INTO setting VALUES ('half', '1')")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        store.write(change)
    assert one(store, "SELECT count(*) FROM setting") == 0
    assert one(store, "SELECT any_write FROM data_version") == 0


def test_a_read_sees_one_state_while_others_write(store: Store) -> None:
    with store.read() as cursor:
        before = cursor.execute("SELECT count(*) FROM setting").fetchall()
        store.write(lambda c: c.execute("INSERT INTO setting VALUES ('new', '1')"))
        assert cursor.execute("SELECT count(*) FROM setting").fetchall() == before == [(0,)]
    assert one(store, "SELECT count(*) FROM setting") == 1


def test_amounts_beyond_the_limit_are_refused_by_sql(store: Store) -> None:
    with pytest.raises(Exception, match="CHECK"):
        store.write(lambda c: c.execute("UPDATE company SET overdraft_limit_minor = 1000000000001"))


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/hostname')",
        "COPY setting TO 'stolen.csv'",
        "ATTACH 'other.duckdb' AS other",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "EXPORT DATABASE 'stolen'",
    ],
)
def test_sql_reaches_no_file_and_no_setting(store: Store, sql: str) -> None:
    with pytest.raises(Exception, match=r"disabled|locked|Permission|permission|configuration"), store.read() as cursor:
        cursor.execute(sql)


def test_migrations_run_once_and_are_remembered(store: Store) -> None:
    assert one(store, "SELECT max(version) FROM migration") == max(m.version for m in steps.migrations())
    assert one(store, "SELECT count(*) FROM migration") == len(steps.migrations())
    assert steps.migrate(store) == 0


def test_an_interrupted_migration_leaves_no_trace(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    version = max(m.version for m in steps.migrations()) + 1
    broken = Migration(version=version, name="broken", sql="CREATE TABLE half (x INTEGER); SELECT no_such_function();")
    known = steps.migrations()
    monkeypatch.setattr(steps, "migrations", lambda: (*known, broken))
    with pytest.raises(Exception, match="no_such_function"):
        steps.migrate(store)
    assert one(store, "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'half'") == 0
    whole = Migration(version=version, name="whole", sql="CREATE TABLE half (x INTEGER);")
    monkeypatch.setattr(steps, "migrations", lambda: (*known, whole))
    assert steps.migrate(store) == 1
    assert one(store, "SELECT max(version) FROM migration") == version


def test_a_store_of_a_newer_program_is_refused(any_place: str) -> None:
    with store_at(any_place) as store:
        store.transaction(lambda c: c.execute("INSERT INTO migration (version, name, sha256) VALUES (999, 'later', '')"))
    with pytest.raises(StoreUnreadable) as refused:
        store_at(any_place)
    assert refused.value.reason == "newer"
