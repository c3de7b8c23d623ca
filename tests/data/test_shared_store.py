"""A store on PostgreSQL: several processes at once, the same figures to the last bit, and what is said when it is away."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data import migrations as steps
from data import record
from data import repository as repo
from data.access import FINANCE
from data.backups import back_up
from data.jobs import import_into
from data.ledger_writing import write_ledger_folder
from data.loading import LoadRequest
from data.migrations import Migration
from data.moving import copy_store
from data.places import holds_secret, is_url, shown, store_at
from data.sample import sample_company
from data.sample_store import fill_store
from data.store import Store
from forecasting.errors import InputRejected, StoreUnreadable
from forecasting.scenario import Scenario
from forecasting.simulation.engine import project
from tests.data.conftest import content
from tests.data.postgres import Server
from tests.data.rows import invoice, reading

ROOT = Path(__file__).resolve().parents[2]
AS_OF = date(2026, 11, 27)
AWAY = "postgresql://app@127.0.0.1:1/none"

#: One app process: two writers that count on one row, load files and sign the trail, and say what was acknowledged.
APP = """
import sys, threading
from data import repository as repo
from data.access import Principal
from tests.data.rows import invoice, reading
store, name, turns = repo.open_store(sys.argv[1]), sys.argv[2], int(sys.argv[3])
failures = []
def work(writer):
    who = Principal(name=f"{name}{writer}")
    try:
        for k in range(turns):
            store.write(lambda c: c.execute("UPDATE setting SET value = CAST(value AS BIGINT) + 1 WHERE name = 'hot'"))
            file = f"{name}{writer}-{k}"
            repo.store_reading(store, who, *reading(invoice(file, 100 + k), invoice(file + "b", 5), name=file))
            repo.record_audit(store, who, "told", file)
            assert repo.list_imports(store, who)[0].import_id
            print("done", file, flush=True)
    except BaseException as error:
        failures.append(repr(error))
threads = [threading.Thread(target=work, args=(w,)) for w in "xy"]
for t in threads: t.start()
for t in threads: t.join()
print(*(f"failed {f}" for f in failures), sep="\\n", flush=True)
"""


def put(store: Store, name: str) -> None:
    store.write(lambda c: c.execute("INSERT INTO setting VALUES (?, '1')", [name]))


def names(store: Store) -> list[str]:
    with store.read() as cursor:
        return [name for (name,) in cursor.execute("SELECT name FROM setting ORDER BY name").fetchall()]


def raced(url: str, turns: int) -> list[str]:
    """What eight writers in four processes say when all have ended."""
    command = [sys.executable, "-c", APP, url]
    apps = [
        subprocess.Popen(
            [*command, name, str(turns)], cwd=ROOT, stdout=subprocess.PIPE, text=True, stderr=subprocess.STDOUT
        )
        for name in "abcd"
    ]
    return [line for app in apps for line in app.communicate(timeout=3_000)[0].splitlines() if line]


def nothing_lost(url: str, turns: int) -> None:
    with store_at(url) as store:
        store.write(lambda c: c.execute("INSERT INTO setting VALUES ('hot', '0')"))
        said = raced(url, turns)
        assert [line for line in said if not line.startswith("done ")] == []
        assert len(set(said)) == len(said) == 8 * turns
        # The process that was open all along reads what the others have written.
        with store.read() as cursor:
            hot = cursor.execute("SELECT CAST(value AS BIGINT) FROM setting WHERE name = 'hot'").fetchall()[0][0]
            numbers = {name for (name,) in cursor.execute("SELECT number FROM invoice").fetchall()}
            counted = cursor.execute("SELECT any_write FROM data_version").fetchall()[0][0]
        assert hot == 8 * turns
        files = {line.removeprefix("done ") for line in said}
        assert numbers == files | {f"{file}b" for file in files}
        assert counted == 1 + 3 * 8 * turns
        assert len(repo.list_imports(store, FINANCE)) == 8 * turns
        assert repo.first_broken_seal(store, FINANCE) is None
        with store_at(url) as again:
            assert content(again) == content(store)


def test_eight_writers_in_four_processes_lose_nothing(server: Server) -> None:
    nothing_lost(server.database(), 3)


@pytest.mark.proof
def test_eight_writers_in_four_processes_lose_nothing_for_long(server: Server) -> None:
    nothing_lost(server.database(), 60)


def bits(value: Any) -> Any:
    """A result down to the bytes of its arrays, to be compared with `==`."""
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tobytes()
    if isinstance(value, Mapping):
        return {key: bits(one) for key, one in value.items()}
    if is_dataclass(value):
        return {told.name: bits(getattr(value, told.name)) for told in fields(value)}
    return value


def test_the_same_ledger_gives_the_same_curves_to_the_bit(server: Server, tmp_path: Path) -> None:
    with repo.create_store(tmp_path / "s.duckdb") as file, repo.create_store(server.database()) as moved:
        fill_store(file, FINANCE, sample_company(AS_OF, invoices=1_000))
        copy_store(file, moved)
        # Read by a process that has written nothing of it, through PostgreSQL.
        with repo.open_store(server.url(f"d{server.count}")) as far:
            here, there = repo.load_ledger(file, FINANCE), repo.load_ledger(far, FINANCE)
            assert content(file) == content(far)
    assert here.fingerprint == there.fingerprint
    mine, theirs = (bits(project(ledger, Scenario(path_count=100, horizon_days=60)).curves) for ledger in (here, there))
    assert mine["baseline"]["p05_minor"][2] and mine == theirs


def test_awkward_texts_and_keys_come_back_as_they_were(server: Server) -> None:
    """COPY's own signs, a line that ends a COPY in CSV, nothing beside null, and a key longer than an index takes."""
    texts = ["\\", "\\N", "\\.", "a\n\\.\nb", "\t\r\n", "", " ", "é€\U0001f600", "'\"", "x" * 10_000, "\\t"]
    url = server.database()
    with store_at(url) as store:
        store.write(
            lambda c: c.executemany("INSERT INTO setting VALUES (?, ?)", [[f"{t}!{k}", t] for k, t in enumerate(texts)])
        )
        with store_at(url) as again, again.read() as cursor:
            found = cursor.execute("SELECT name, value FROM setting").fetchall()
    assert sorted(found) == sorted((f"{t}!{k}", t) for k, t in enumerate(texts))


def test_a_character_that_postgresql_cannot_keep_is_said(server: Server) -> None:
    with store_at(server.database()) as store:
        with pytest.raises(InputRejected) as refused:
            store.write(lambda c: c.execute("INSERT INTO setting VALUES ('zero', 'a' || chr(0))"))
        assert [p.code for p in refused.value.problems] == ["store.unwritable_character"]
        put(store, "after")
        assert names(store) == ["after"]


def test_a_cache_that_missed_its_commit_reads_it_from_the_record(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL has a write and the process fails before its cache does: the next read has it."""
    with store_at(server.database()) as store:
        commit = record.Record.commit

        def committed_then_lost(self: record.Record) -> None:
            commit(self)
            raise MemoryError

        monkeypatch.setattr(record.Record, "commit", committed_then_lost)
        with pytest.raises(MemoryError):
            put(store, "kept")
        monkeypatch.undo()
        assert names(store) == ["kept"]


def test_an_open_process_follows_a_new_shape_or_says_that_it_cannot(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = server.database()
    with store_at(url) as one, store_at(url) as other, store_at(url) as old:
        version = max(step.version for step in steps.migrations()) + 1
        sql = "CREATE TABLE later (x INTEGER PRIMARY KEY); INSERT INTO later VALUES (7); ALTER TABLE setting ADD COLUMN y DATE;"
        known, more = steps.migrations(), Migration(version=version, name="later", sql=sql)
        put(one, "before")
        with monkeypatch.context() as newer:
            newer.setattr(steps, "migrations", lambda: (*known, more))
            assert steps.migrate(one) == 1
            with other.read() as cursor:
                assert cursor.execute("SELECT x FROM later").fetchall() == [(7,)]
                assert cursor.execute("SELECT name, y FROM setting").fetchall() == [("before", None)]
            assert content(one) == content(other)
        with pytest.raises(StoreUnreadable) as refused:
            names(old)
    assert refused.value.reason == "newer"


def test_a_restart_between_two_clicks_goes_unnoticed(server: Server) -> None:
    url = server.database()
    with store_at(url) as one, store_at(url) as other:
        put(one, "a")
        assert names(other) == ["a"]
        server.halt()
        server.start()
        put(one, "b")
        assert names(other) == ["a", "b"]


def test_a_server_that_is_away_is_said_and_found_again(server: Server) -> None:
    with store_at(server.database()) as store:
        server.halt()
        try:
            with pytest.raises(StoreUnreadable) as unread:
                names(store)
            with pytest.raises(StoreUnreadable) as unwritten:
                put(store, "lost")
        finally:
            server.start()
        assert (unread.value.reason, unwritten.value.reason) == ("unreachable", "unreachable")
        put(store, "kept")
        assert names(store) == ["kept"]


def test_jobs_backups_and_folders_need_no_holder(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    url = server.database()
    with store_at(url) as store:
        source = reading(invoice("F1", 100))[1]
        assert import_into(url, [source], LoadRequest(side="customer"))
        repo.store_reading(store, FINANCE, *reading(invoice("F1", 100)))
        made = back_up(store, FINANCE)
        write_ledger_folder(repo.load_ledger(store, FINANCE, AS_OF), tmp_path / "ledger")
    with store_at(made.path) as copy, copy.read() as cursor:
        assert cursor.execute("SELECT number FROM invoice").fetchall() == [("F1",)]


def test_another_schema_of_that_name_is_no_store(server: Server) -> None:
    url = server.database()
    server.sql("CREATE SCHEMA encaisse; CREATE TABLE encaisse.x (y integer)", f"d{server.count}")
    with pytest.raises(StoreUnreadable) as refused:
        store_at(url)
    assert refused.value.reason == "not_a_store"


def test_a_store_that_must_exist_is_not_made(server: Server) -> None:
    with pytest.raises(StoreUnreadable) as refused:
        repo.open_store(server.database())
    assert refused.value.reason == "missing"
    assert server.sql("SELECT count(*) FROM pg_namespace WHERE nspname = 'encaisse'", f"d{server.count}") == [(0,)]


def test_a_server_that_does_not_answer_is_said(server: Server) -> None:
    with pytest.raises(StoreUnreadable) as refused:
        store_at(AWAY.replace("app@", "app:hidden@"))
    assert refused.value.reason == "unreachable" and "hidden" not in str(refused.value)


def test_missing_packages_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreUnreadable) as refused:
        store_at(AWAY)
    assert refused.value.reason == "no_driver"


def test_a_password_is_never_shown() -> None:
    url = "postgresql://app:s3cret@db.example:5433/treasury?password=s3cret&sslmode=require"
    assert shown(url) == "postgresql://app@db.example:5433/treasury?sslmode=require"
    assert holds_secret(url) and not holds_secret(shown(url))
    assert not is_url("var/encaisse.duckdb") and shown(Path("a") / "b") == str(Path("a") / "b")
