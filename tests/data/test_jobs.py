"""Work handed to the process that holds a store: done once, answered, or refused in a sentence within a time limit."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from data import jobs
from data import repository as repo
from data.access import FINANCE
from data.importers.protocol import SourceFile
from data.jobs import JobUnanswered, Limits, export_from, import_into, serve_inbox
from data.ledger_folder import read_ledger_folder
from data.loading import FileOutcome, LoadRequest, load_files, outcome_as_json, outcome_from_json, problem_from_json
from data.sample import sample_company
from data.sample_store import fill_store
from forecasting.errors import InputRejected, Problem, StoreUnreadable

ROOT = Path(__file__).resolve().parents[2]
AS_OF = date(2026, 11, 25)
CSV = SourceFile(
    name="ventes.csv",
    content="Numéro;Client;Date facture;Échéance;Montant TTC\nF1;Élan;01/10/2026;30/11/2026;1 234,56\n"
    "F2;Élan;31/02/2026;30/11/2026;10,00\n".encode("cp1252"),
)
APP = """
import sys
from data.jobs import start_serving
from data.store import Store
store = Store(sys.argv[1]); end = start_serving(store) if sys.argv[2] == "serve" else (lambda: None)
print("ready", flush=True); sys.stdin.readline(); end(); store.close()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with repo.create_store(tmp_path / "s.duckdb") as store:
        fill_store(store, FINANCE, sample_company(AS_OF, invoices=600))
    return tmp_path / "s.duckdb"


class App:
    """The running app in another process, which serves the inbox or not."""

    def __init__(self, path: Path, mode: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", APP, str(path), mode], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.communicate("\n", timeout=30)


@pytest.fixture
def app(path: Path) -> Iterator[App]:
    running = App(path, "serve")
    yield running
    running.end()


def test_an_import_goes_through_the_running_app(path: Path, app: App) -> None:
    outcome = import_into(path, [CSV], LoadRequest(side="customer"))[0]
    assert (outcome.accepted, outcome.rejected, outcome.total_minor) == (1, 1, {"EUR": 1_234_56})
    assert [(p.code, p.row) for p in outcome.problems] == [("import.impossible_date", 3)]
    assert import_into(path, [CSV], LoadRequest(side="customer"))[0].unchanged
    assert not list(Path(f"{path}.inbox").iterdir()) and not list(Path(f"{path}.outbox").iterdir())


def test_an_export_goes_through_the_running_app(path: Path, app: App, tmp_path: Path) -> None:
    export_from(path, tmp_path / "through")
    app.end()
    export_from(path, tmp_path / "direct")
    through, direct = (read_ledger_folder(tmp_path / name).ledger for name in ("through", "direct"))
    with repo.open_store(path) as store:
        assert through == direct == repo.load_ledger(store, FINANCE)


def test_the_inbox_may_be_removed_under_a_running_app(path: Path, app: App) -> None:
    import_into(path, [CSV], LoadRequest(side="customer"))
    for box in (Path(f"{path}.inbox"), Path(f"{path}.outbox")):
        shutil.rmtree(box)
    outcome = import_into(path, [CSV], LoadRequest(side="customer"))[0]
    assert outcome.unchanged and outcome.accepted == 1


def test_without_an_app_the_same_is_done_here(tmp_path: Path) -> None:
    path = tmp_path / "new.duckdb"
    outcome = import_into(path, [CSV], LoadRequest(side="customer", as_of=AS_OF))[0]
    assert outcome.stored == 1
    with repo.open_store(path) as store:
        assert repo.company(store, FINANCE).as_of == AS_OF
    with pytest.raises(StoreUnreadable):
        export_from(tmp_path / "none.duckdb", tmp_path / "out")


def test_no_file_is_read_in_the_process_that_holds_the_store(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("a file was read here")

    monkeypatch.setattr("data.importers.isolated.read_files", never)
    with repo.open_store(path) as store:
        outcome = load_files(store, FINANCE, [CSV], LoadRequest(side="customer"))[0]
    assert (outcome.accepted, outcome.rejected) == (1, 1)


def test_a_holder_that_does_not_answer_is_named_and_nothing_stays_behind(path: Path) -> None:
    silent = App(path, "hold")
    try:
        started = time.monotonic()
        with pytest.raises(JobUnanswered) as refused:
            import_into(path, [CSV], LoadRequest(side="customer"), Limits(claim_seconds=0.4))
        assert time.monotonic() - started < 5
        assert refused.value.pid == silent.process.pid and not refused.value.claimed
        assert refused.value.problem.code == "jobs.unanswered"
        assert not list(Path(f"{path}.inbox").iterdir())
    finally:
        silent.end()


def test_a_job_that_is_taken_but_not_finished_says_so(path: Path) -> None:
    silent = App(path, "hold")
    try:
        inbox, outbox = Path(f"{path}.inbox"), Path(f"{path}.outbox")

        def claim() -> None:
            while not (found := [p for p in inbox.glob("*") if not p.name.startswith(".")]):
                time.sleep(0.01)
            found[0].rename(outbox / f"{found[0].name}.working")

        inbox.mkdir()
        outbox.mkdir()
        thief = threading.Thread(target=claim)
        thief.start()
        with pytest.raises(JobUnanswered) as refused:
            import_into(path, [CSV], LoadRequest(side="customer"), Limits(claim_seconds=0.3, work_seconds=0.9))
        thief.join()
        assert refused.value.claimed and refused.value.problem.code == "jobs.unfinished"
    finally:
        silent.end()


def served(path: Path, seconds: float = 1.5) -> None:
    """Let an app serve for a moment."""
    stop = threading.Event()
    with repo.open_store(path) as store:
        thread = threading.Thread(target=serve_inbox, args=(store, stop))
        thread.start()
        time.sleep(seconds)
        stop.set()
        thread.join()


def put(path: Path, name: str, job: object) -> None:
    folder = Path(f"{path}.inbox") / name
    folder.mkdir(parents=True)
    (folder / "job.json").write_text(job if isinstance(job, str) else json.dumps(job), encoding="utf-8")


def test_broken_jobs_are_answered_and_the_next_one_is_done(path: Path) -> None:
    put(path, "1", "not json")
    put(path, "2", {"verb": "erase", "details": {"as_of": None}, "files": []})
    put(path, "3", {"verb": "export-ledger", "details": {"as_of": None}, "files": []})
    served(path)
    outbox = Path(f"{path}.outbox")
    codes = [json.loads((outbox / f"{n}.done" / "answer.json").read_text()).get("problems") for n in (1, 2, 3)]
    assert [c and c[0]["code"] for c in codes] == ["jobs.failed", "jobs.failed", None]
    assert (outbox / "3.done" / "ledger" / "ledger.toml").exists()


def test_what_a_crash_interrupted_is_answered_at_the_next_start(path: Path) -> None:
    outbox = Path(f"{path}.outbox")
    (outbox / "7.working").mkdir(parents=True)
    (outbox / "8.done").mkdir()
    os.utime(outbox / "8.done", (0, 0))
    served(path, 0.3)
    assert json.loads((outbox / "7.done" / "answer.json").read_text())["problems"][0]["code"] == "jobs.interrupted"
    assert not (outbox / "8.done").exists()


def test_only_the_owner_enters_the_boxes(path: Path) -> None:
    served(path, 0.1)
    assert all(Path(f"{path}{box}").stat().st_mode & 0o077 == 0 for box in (".inbox", ".outbox"))


def test_rejections_cross_the_boxes(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = Problem(code="store.not_empty", values=(("a", "1"),), file="x.csv", row=3, column="c", severity="warning")
    monkeypatch.setattr(jobs, "_work", lambda *_: (_ for _ in ()).throw(InputRejected((found,))))
    put(path, "1", {})
    served(path, 0.5)
    answer = json.loads((Path(f"{path}.outbox") / "1.done" / "answer.json").read_text())
    assert [problem_from_json(values) for values in answer["problems"]] == [found]


def test_outcomes_survive_the_way_through_json() -> None:
    outcome = FileOutcome(
        file="é.csv",
        format="csv",
        accepted=1,
        rejected=2,
        duplicates=3,
        stored=4,
        replaced=5,
        import_id=6,
        unchanged=False,
        total_minor={"EUR": -7},
        problems=(Problem(code="a.b", values=(("x", "y"),), file="é.csv", row=1, column="c"),),
    )
    assert outcome_from_json(json.loads(json.dumps(outcome_as_json(outcome)))) == outcome
