"""The store keeps what it acknowledged, whole, for one process, and refuses what it cannot trust."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.store import Store
from data.store_file import missing_blocks
from forecasting.errors import InputRejected, StoreBusy, StoreUnreadable

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "s.duckdb") as opened:
        yield opened


def one(store: Store, sql: str) -> object:
    with store.read() as cursor:
        return cursor.execute(sql).fetchall()[0][0]


def elsewhere(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The same code in another process."""
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )


OPEN = "import sys\nfrom data.store import Store\nfrom forecasting.errors import StoreBusy\n"
TRY = OPEN + "try: Store(sys.argv[1]); print('opened')\nexcept StoreBusy as busy: print('busy', busy.pid)"


def test_a_second_process_is_told_who_holds_the_store(store: Store) -> None:
    assert elsewhere(TRY, store.path).stdout.split() == ["busy", str(os.getpid())]


def test_opening_twice_here_does_not_let_go_of_the_lock(store: Store) -> None:
    """Closing any handle on a locked file drops a POSIX lock, so a second store here must not touch the file."""
    Store(store.path).close()
    assert elsewhere(TRY, store.path).stdout.split() == ["busy", str(os.getpid())]
    with pytest.raises(StoreBusy):
        raise StoreBusy(store.path, os.getpid())


def test_another_process_opens_it_once_it_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "s.duckdb"
    Store(path).close()
    assert elsewhere(TRY, str(path)).stdout.split() == ["opened"]


def test_files_carry_the_older_storage_version(store: Store) -> None:
    tags = one(store, "SELECT tags FROM duckdb_databases() WHERE path IS NOT NULL")
    assert dict(tags)["storage_version"].startswith("v1.5")  # type: ignore[call-overload]


def test_only_the_owner_reads_the_file(store: Store) -> None:
    assert Path(store.path).stat().st_mode & 0o777 == 0o600


def test_a_store_that_must_exist_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(StoreUnreadable) as refused:
        Store(tmp_path / "none.duckdb", must_exist=True)
    assert refused.value.reason == "missing" and not list(tmp_path.iterdir())


@pytest.mark.parametrize("kept", [0.999, 0.9, 0.5, 0.2, 0.01, 0.001, 0.0])
def test_a_truncated_store_is_refused(tmp_path: Path, kept: float) -> None:
    path = tmp_path / "s.duckdb"
    Store(path).close()
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])
    with pytest.raises(StoreUnreadable) as refused:
        Store(path)
    assert refused.value.reason == "truncated"


def test_a_store_with_a_flipped_byte_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "s.duckdb"
    with Store(path) as store:
        store.write(lambda c: c.execute("INSERT INTO setting SELECT 'k' || i, repeat('v', 50) FROM range(20000) t(i)"))
    content = bytearray(path.read_bytes())
    for place in range(3 * 4096 + 100, len(content), 4096):
        content[place] ^= 0xFF
    path.write_bytes(bytes(content))
    with pytest.raises(StoreUnreadable) as refused, Store(path) as store, store.read() as cursor:
        cursor.execute("SELECT sum(length(value)) FROM setting").fetchall()
    assert refused.value.reason == "damaged"


@pytest.mark.parametrize(
    "content", [b"Numero;Date\n1;2026-01-01\n" * 1000, b"\x89PNG\r\n\x1a\n" + bytes(50_000), b"SQLite format 3\x00" * 2000]
)
def test_other_files_are_no_store(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "s.duckdb"
    path.write_bytes(content)
    with pytest.raises(StoreUnreadable) as refused:
        Store(path)
    assert refused.value.reason == "not_a_store" and path.read_bytes() == content


def test_a_database_of_something_else_is_no_store(tmp_path: Path) -> None:
    path = tmp_path / "s.duckdb"
    made = elsewhere("import sys, duckdb; duckdb.connect(sys.argv[1]).execute('CREATE TABLE x (y INTEGER)')", str(path))
    assert made.returncode == 0
    with pytest.raises(StoreUnreadable) as refused:
        Store(path)
    assert refused.value.reason == "not_a_store"


FULL = """
import os, resource, signal, sys
from data import repository as repo
from data.access import FINANCE
from forecasting.errors import InputRejected
from tests.data.rows import invoice, reading
store = repo.create_store(sys.argv[1])
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
for k in range(5):
    rows = [invoice(f"F{k}-{n}", n + 1) for n in range(1_000)]
    try:
        repo.store_reading(store, FINANCE, *reading(*rows, name=f"{k}"))
        print("stored")
    except InputRejected as refused:
        print(refused.problems[0].code)
"""


def test_a_full_disk_is_said_and_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "s.duckdb"
    said = elsewhere(FULL, str(path)).stdout.split()
    assert said.count("store.disk_full") >= 1 and set(said) <= {"stored", "store.disk_full"} and len(said) == 5
    with Store(path) as store:
        assert one(store, "SELECT count(*) FROM import") == said.count("stored")
        assert one(store, "SELECT count(*) FROM invoice") == 1_000 * said.count("stored")


def test_a_place_that_may_not_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputRejected) as refused:
        Store(tmp_path / "file" / "s.duckdb")
    assert [p.code for p in refused.value.problems] == ["store.no_permission"]


def test_a_store_that_the_database_trimmed_is_whole(tmp_path: Path) -> None:
    """Free blocks at the end are cut off after the header has counted them; cutting what holds rows is damage."""
    path = tmp_path / "s.duckdb"
    fill = "INSERT INTO setting SELECT 'k' || i, repeat(md5(i::VARCHAR), 4) FROM range(50000) t(i)"
    with Store(path) as store:
        store.write(lambda c: c.execute(fill))
    with Store(path) as store:
        store.write(lambda c: c.execute("DELETE FROM setting WHERE name NOT LIKE 'k1____'"))
    for turn in range(9):
        if missing_blocks(str(path)):
            break
        with Store(path) as store:
            store.write(lambda c, turn=turn: c.execute("UPDATE setting SET value = ?", [str(turn)]))  # type: ignore[misc]
    assert missing_blocks(str(path))
    with Store(path) as store:
        assert one(store, "SELECT count(*) FROM setting") == 10_000
    path.write_bytes(path.read_bytes()[: 3 * 262_144])
    with pytest.raises(StoreUnreadable) as refused:
        Store(path)
    assert refused.value.reason == "truncated"
