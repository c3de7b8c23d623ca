"""A worker of a cluster, without any cluster: it keeps what it has opened, and says what its sums rest on."""

from __future__ import annotations

import pickle
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

import cli
from data import cluster
from data.cluster_worker import Worker, facts_id
from data.learning import learnt
from data.ledger_folder import read_ledger_folder
from forecasting.errors import InputRejected, problem
from forecasting.scenario import Delays
from forecasting.simulation.engine import Watch, projection_of
from forecasting.simulation.shards import Shard, merged, shards_of
from tests.data.cluster_case import PATHS, QUESTION, Case, sample_case
from tests.forecasting.simulation.test_engine import same


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return sample_case(tmp_path_factory.mktemp("company"))


def test_a_worker_draws_what_it_is_asked(case: Case) -> None:
    worker = Worker()
    parts = [(shard, worker.sums(case.asked(), shard)) for shard in shards_of(PATHS, 50)]
    assert {part.facts for _, part in parts} == {case.asked().facts}
    sums = merged(((shard, part.sums) for shard, part in parts), PATHS)
    watch = Watch(None)
    found = projection_of(case.book(), sums, case.factoring, case.insurance, threads=1, check_paths=0, watch=watch)
    assert same(found, case.alone())


def test_a_worker_keeps_its_ledger_until_the_facts_change(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Path] = []

    def reading(folder: Path) -> object:
        read.append(folder)
        return read_ledger_folder(folder)

    monkeypatch.setattr("data.ledger_folder.read_ledger_folder", reading)
    worker, shard = Worker(), Shard(first=0, stop=2)
    for asked in (case.asked(), case.asked(), case.asked(replace(QUESTION, delays=Delays(add_days=9)))):
        assert worker.sums(asked, shard).facts == case.asked().facts
    assert len(read) == 1
    # The folder is not what the asker has read: the worker looks again, and says what it found.
    assert worker.sums(replace(case.asked(), facts="another"), shard).facts == case.asked().facts
    assert len(read) == 2


def test_the_id_of_facts_is_that_of_ledger_and_learning(case: Case) -> None:
    known = case.known
    ids = {
        facts_id(case.ledger, known),
        facts_id(replace(case.ledger, fingerprint="other"), known),
        facts_id(case.ledger, replace(known, default_probability=known.default_probability * (1 + 1e-15))),
        facts_id(case.ledger, replace(known, runs=None)),
    }
    assert len(ids) == 4
    assert facts_id(case.ledger, learnt(case.ledger, QUESTION.horizon_days)) in ids


@pytest.mark.parametrize(("count", "most", "workers"), [(10_000, 1024, 2), (1, 1024, 2), (7, 2, 3), (1000, 1024, 2)])
def test_all_workers_get_as_many_shards(count: int, most: int, workers: int) -> None:
    shards = shards_of(count, cluster._even(count, most, workers))
    assert max(map(len, shards)) <= most
    assert len(shards) <= -(-count // (most * workers)) * workers


def test_without_ray_the_call_says_what_to_do(
    case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    words = ["project", str(case.folder), "--out", str(tmp_path), "--paths", "20", "--lang", "en"]
    assert cli.guarded([*words, "--workers", "2"]) == 1
    assert "pip install -r requirements-ray.txt" in capsys.readouterr().err
    assert cli.guarded(words) == 0, "without the flag nobody asks for it"


def silent(*_: object, **__: object) -> None:
    raise ConnectionError


def ended() -> None:
    """A cluster that is left."""


@pytest.mark.parametrize(
    ("ray", "code"),
    [
        (SimpleNamespace(init=silent), "not_started"),
        (SimpleNamespace(init=lambda *_, **__: None, cluster_resources=lambda: {"CPU": 1.0}, shutdown=ended), "too_small"),
    ],
)
def test_a_cluster_that_is_of_no_use_is_told(ray: object, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", ray)  # type: ignore[arg-type]
    monkeypatch.setenv("RAY_ADDRESS", "cluster:6379")
    with pytest.raises(InputRejected, match=rf"cluster\.{code}"), cluster.workers_on_ray(2):
        pytest.fail("there are no workers")


def test_problems_survive_the_way_between_processes() -> None:
    found = InputRejected((problem("file.missing", file="x"),))
    assert pickle.loads(pickle.dumps(found)).problems == found.problems
