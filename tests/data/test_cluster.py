"""Workers on Ray: the figures of one process in any order of tasks, a worker that dies is replaced, stopping is heard.

Left out, saying so, where Ray is not installed.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

import cli
from data import cluster
from data.cluster import Cluster, workers_on_ray
from data.cluster_worker import Asked, Part, Worker
from forecasting.errors import InputRejected
from forecasting.simulation.engine import Cancelled
from forecasting.simulation.shards import Shard, merged, shards_of
from tests.data.cluster_case import PATHS, QUESTION, Case, sample_case
from tests.forecasting.simulation.test_engine import same

pytestmark = [
    pytest.mark.proof,
    pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed: pip install -r requirements-ray.txt"),
]
#: How a worker of these tests is told what to do: it is another process, and shares nothing but the environment.
MARK, SLOW = "ENCAISSE_TEST_MARK", "ENCAISSE_TEST_SLOW"


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return sample_case(tmp_path_factory.mktemp("company"))


class Fragile(Worker):
    """Dies in the middle of the first task that finds its mark absent, the first time only."""

    def sums(self, asked: Asked, shard: Shard) -> Part:
        part = super().sums(asked, shard)
        if os.environ.get(SLOW):
            time.sleep(float(os.environ[SLOW]))
        mark = Path(os.environ[MARK])
        try:
            mark.touch(exist_ok=False)
        except FileExistsError:
            return part
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("not reached")


class Doomed(Worker):
    """Dies whatever it is asked."""

    def sums(self, asked: Asked, shard: Shard) -> Part:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("not reached")


@pytest.fixture
def mark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The mark that a fragile worker leaves when it dies."""
    monkeypatch.setenv(MARK, str(tmp_path / "died"))
    yield tmp_path / "died"


def test_two_workers_give_the_figures_of_one_process_in_any_order(case: Case) -> None:
    with workers_on_ray(2) as workers:
        told: list[tuple[int, int]] = []
        for seed in (1, 2):
            scenario = replace(QUESTION, seed=seed)
            told.clear()
            found = case.on(workers, scenario, shard_paths=17, progress=lambda *so_far: told.append(so_far), check_paths=3)
            assert same(found, case.alone(scenario))
            assert (found.check_paths, found.check_differences) == (3, 0)
            assert told[-1] == (PATHS, PATHS) and [d for d, _ in told] == sorted({d for d, _ in told})
        shards = list(shards_of(PATHS, 17))
        for luck in range(3):
            random.Random(luck).shuffle(shards)
            assert_same_sums(case, workers, shards)
        # A question that is stopped leaves the workers ready for the next one.
        with pytest.raises(Cancelled):
            case.on(workers, shard_paths=5, cancelled=lambda: True)
        assert same(case.on(workers), case.alone())
        # A worker that finds another ledger is not believed, and one that finds none says so.
        with pytest.raises(InputRejected, match=r"cluster\.other_facts"):
            list(workers.drawn(replace(case.asked(), facts="another"), shards))
        with pytest.raises(InputRejected, match=r"file\.missing"):
            list(workers.drawn(replace(case.asked(), folder=case.folder / "nowhere"), shards))


def assert_same_sums(case: Case, workers: Cluster, shards: list[Shard]) -> None:
    whole, one = (
        merged(workers.drawn(case.asked(), shards), PATHS),
        Worker().sums(case.asked(), Shard(first=0, stop=PATHS)).sums,
    )
    assert whole.keys() == one.keys()
    for variant, sums in one.items():
        assert whole[variant].balance.tobytes() == sums.balance.tobytes()
        assert whole[variant].daily.tobytes() == sums.daily.tobytes()
        assert (whole[variant].loss, whole[variant].account) == (sums.loss, sums.account)


def test_a_worker_killed_in_the_middle_is_replaced(case: Case, mark: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "Worker", Fragile)
    with workers_on_ray(2) as workers:
        found = case.on(workers, shard_paths=17)
    assert mark.exists(), "it was killed"
    assert same(found, case.alone())


def test_a_task_that_ends_every_worker_is_given_up(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "Worker", Doomed)
    with pytest.raises(InputRejected, match=r"cluster\.lost"), workers_on_ray(1) as workers:
        case.on(workers)


def test_a_stop_is_heard_in_the_middle_of_a_task(case: Case, mark: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "Worker", Fragile)
    monkeypatch.setenv(SLOW, "20")
    mark.touch()
    begun: list[float] = []

    def stop() -> bool:
        begun.append(time.monotonic())
        return begun[-1] - begun[0] > 1

    with workers_on_ray(1) as workers:
        with pytest.raises(Cancelled):
            case.on(workers, cancelled=stop)
        assert time.monotonic() - begun[0] < 10


def test_the_command_line_writes_the_same_files(case: Case, tmp_path: Path) -> None:
    contracts = ("--factoring", str(case.folder / "factoring.toml"), "--insurance", str(case.folder / "insurance.toml"))
    for out, more in (("alone", ()), ("shared", ("--workers", "2"))):
        words = ("project", str(case.folder), "--out", str(tmp_path / out), *contracts, "--paths", "150", *more)
        assert cli.guarded(words) == 0
    for name in ("curve.csv", "components.csv"):
        assert (tmp_path / "alone" / name).read_bytes() == (tmp_path / "shared" / name).read_bytes()
