"""Work for a store that another process holds: handed to it through an inbox, answered through an outbox, beside the store.

Both sides see whole things only: a job is written under a hidden name and renamed; the holder claims it by renaming it
into the outbox, and renames it once more when its answer is written. Only the owner of the store may enter either folder.
"""

from __future__ import annotations

import json
import logging
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal

from data.access import FINANCE, Principal
from data.importers import isolated
from data.importers.protocol import SourceFile
from data.ledger_writing import write_ledger_folder
from data.loading import (
    FileOutcome,
    LoadRequest,
    load_files,
    outcome_as_json,
    outcome_from_json,
    problem_as_json,
    problem_from_json,
)
from data.places import store_at
from data.repository_ledger import load_ledger
from data.repository_sources import mapping_of, mapping_text
from data.store import Store
from data.whole_ledger import whole_ledger
from forecasting.errors import EncaisseError, InputRejected, Problem, StoreBusy, problem
from forecasting.ledger import Ledger

#: How long a job may lie unclaimed, and how long its work may take, before the asker gives up.
CLAIM_SECONDS: Final = 15.0
WORK_SECONDS: Final = 900.0
#: Answers that nobody fetched are thrown away after this time.
KEPT_SECONDS: Final = 86_400.0
_POLL_SECONDS: Final = 0.1
#: A pause after a failure of the folders themselves.
_REST_SECONDS: Final = 1.0
_LOG: Final = logging.getLogger(__name__)

Verb = Literal["import", "export-ledger"]


class JobUnanswered(EncaisseError):
    """The process that holds the store did not take the job or did not finish it in time; nothing is half done.

    `claimed`: it has taken it and may still finish.
    """

    def __init__(self, path: str, pid: int | None, seconds: float, *, claimed: bool) -> None:
        super().__init__(f"{path}: process {pid} gave no answer within {seconds:.0f} s")
        self.path, self.pid, self.seconds, self.claimed = path, pid, seconds, claimed

    @property
    def problem(self) -> Problem:
        """What happened and what to do, to be worded."""
        if self.claimed:
            return problem("jobs.unfinished", file=self.path, pid=self.pid or "?", seconds=round(self.seconds))
        return problem("jobs.unanswered", file=self.path, pid=self.pid or "?", seconds=round(self.seconds))


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long to wait for a claim and for the answer."""

    claim_seconds: float = CLAIM_SECONDS
    work_seconds: float = WORK_SECONDS


def import_into(
    path: str | Path, files: Sequence[SourceFile], request: LoadRequest, limits: Limits | None = None
) -> tuple[FileOutcome, ...]:
    """Load files into a store, through the running app where one holds it. A store that is not there is made."""
    isolated.prepare()
    try:
        with store_at(path) as store:
            return load_files(store, FINANCE, files, request)
    except StoreBusy as busy:
        mapping = None if request.mapping is None else mapping_text(request.mapping)
        as_of = None if request.as_of is None else request.as_of.isoformat()
        details = {"side": request.side, "mapping": mapping, "as_of": as_of}
        answer, folder = _ask(busy, "import", details, files, limits or Limits())
    shutil.rmtree(folder, ignore_errors=True)
    return tuple(outcome_from_json(values) for values in answer["outcomes"])


def export_from(
    path: str | Path, out: Path, as_of: date | None = None, limits: Limits | None = None, *, expected: bool = False
) -> None:
    """Write a store's ledger as a folder, through the running app where one holds it.

    expected: with the business to come, as the screens count it.
    """
    try:
        with store_at(path, must_exist=True) as store:
            write_ledger_folder(_ledger(store, FINANCE, as_of, expected=expected), out)
            return
    except StoreBusy as busy:
        details = {"as_of": None if as_of is None else as_of.isoformat(), "expected": expected}
        _, folder = _ask(busy, "export-ledger", details, (), limits or Limits())
    # The app writes beside its store only; the asker puts the files where they were wanted.
    shutil.copytree(folder / "ledger", out, dirs_exist_ok=True)
    shutil.rmtree(folder, ignore_errors=True)


def _ask(
    busy: StoreBusy, verb: Verb, details: dict[str, Any], files: Sequence[SourceFile], limits: Limits
) -> tuple[dict[str, Any], Path]:
    """Hand over a job and wait for its answer."""
    inbox, outbox = _boxes(busy.path)
    name = f"{time.time_ns():020d}-{secrets.token_hex(4)}"
    hidden = inbox / f".{name}"
    hidden.mkdir(mode=0o700)
    for k, file in enumerate(files):
        (hidden / f"{k}").write_bytes(file.content)
    job = {"verb": verb, "details": details, "files": [file.name for file in files]}
    (hidden / "job.json").write_text(json.dumps(job), encoding="utf-8")
    hidden.rename(inbox / name)
    started, done = time.monotonic(), outbox / f"{name}.done"
    while not done.exists():
        waited = time.monotonic() - started
        if waited > limits.claim_seconds and _withdraw(inbox / name):
            raise JobUnanswered(busy.path, busy.pid, limits.claim_seconds, claimed=False)
        if waited > limits.work_seconds:
            raise JobUnanswered(busy.path, busy.pid, limits.work_seconds, claimed=True)
        time.sleep(_POLL_SECONDS)
    answer = json.loads((done / "answer.json").read_text(encoding="utf-8"))
    if "problems" in answer:
        shutil.rmtree(done, ignore_errors=True)
        raise InputRejected(tuple(problem_from_json(values) for values in answer["problems"]))
    return answer, done


def _withdraw(job: Path) -> bool:
    """Take back a job that nobody has claimed; False where somebody just did."""
    gone = job.with_name(f".{job.name}.withdrawn")
    try:
        job.rename(gone)
    except FileNotFoundError:
        return False
    shutil.rmtree(gone, ignore_errors=True)
    return True


def _boxes(path: str) -> tuple[Path, Path]:
    boxes = Path(f"{path}.inbox"), Path(f"{path}.outbox")
    for box in boxes:
        box.mkdir(mode=0o700, exist_ok=True)
    return boxes


def serve_inbox(store: Store, stop: threading.Event | None = None, principal: Principal = FINANCE) -> None:
    """Answer the jobs that lie in a store's inbox until `stop` is set: the app's side, to be run in a thread of its own."""
    ended = stop or threading.Event()
    inbox, outbox = _boxes(store.path)
    _tidy(inbox, outbox)
    while not ended.wait(_POLL_SECONDS):
        try:
            for job in _waiting(inbox):
                if ended.is_set():
                    break
                _serve(store, principal, job, outbox / f"{job.name}.working")
        except OSError:
            # Somebody tidied the folders away, or the disk is full: the next asker makes them anew, or we do.
            _LOG.exception("the inbox cannot be served now")
            with suppress(OSError):
                _boxes(store.path)
            ended.wait(_REST_SECONDS)


def _waiting(inbox: Path) -> list[Path]:
    return sorted(path for path in inbox.iterdir() if not path.name.startswith("."))


def _serve(store: Store, principal: Principal, job: Path, claimed: Path) -> None:
    """Claim a job and answer it; one that its asker has just withdrawn is gone."""
    with suppress(FileNotFoundError):
        job.rename(claimed)
    if claimed.exists():
        _answer(store, principal, claimed)


def start_serving(store: Store) -> Callable[[], None]:
    """Serve the inbox in a thread; call what is returned to end it."""
    stop = threading.Event()
    thread = threading.Thread(target=serve_inbox, args=(store, stop), name="inbox", daemon=True)
    thread.start()

    def end() -> None:
        stop.set()
        thread.join()

    return end


def _answer(store: Store, principal: Principal, folder: Path) -> None:
    """Do one job and leave its answer; what goes wrong is an answer too."""
    try:
        answer = _work(store, principal, folder)
    except InputRejected as rejected:
        answer = {"problems": [problem_as_json(found) for found in rejected.problems]}
    except Exception:
        _LOG.exception("a job from the inbox failed")
        answer = {"problems": [{"code": "jobs.failed", "values": {}}]}
    _finish(folder, answer)


def _finish(folder: Path, answer: dict[str, Any]) -> None:
    (folder / "answer.json").write_text(json.dumps(answer), encoding="utf-8")
    folder.rename(folder.with_name(folder.name.removesuffix(".working") + ".done"))


def _work(store: Store, principal: Principal, folder: Path) -> dict[str, Any]:
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    details = job["details"]
    as_of = date.fromisoformat(details["as_of"]) if details["as_of"] else None
    if job["verb"] == "export-ledger":
        ledger = _ledger(store, principal, as_of, expected=bool(details.get("expected")))
        write_ledger_folder(ledger, folder / "ledger")
        return {}
    assert job["verb"] == "import", job["verb"]
    files = [SourceFile(name=name, content=(folder / f"{k}").read_bytes()) for k, name in enumerate(job["files"])]
    mapping = mapping_of(details["mapping"]) if details["mapping"] else None
    request = LoadRequest(side=details["side"], mapping=mapping, as_of=as_of)
    return {"outcomes": [outcome_as_json(outcome) for outcome in load_files(store, principal, files, request)]}


def _ledger(store: Store, principal: Principal, as_of: date | None, *, expected: bool) -> Ledger:
    return whole_ledger(store, principal, as_of) if expected else load_ledger(store, principal, as_of)


def _tidy(inbox: Path, outbox: Path) -> None:
    """After a crash: what was being worked on has no answer, what nobody fetched for a day is thrown away."""
    for folder in outbox.glob("*.working"):
        _finish(folder, {"problems": [{"code": "jobs.interrupted", "values": {}}]})
    for folder in (*inbox.glob(".*"), *outbox.glob("*.done")):
        with suppress(FileNotFoundError):
            if time.time() - folder.stat().st_mtime > KEPT_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)
