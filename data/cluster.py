"""Paths drawn by several workers on Ray: a projection in shards, each worker opening the ledger itself.

    with workers_on_ray(2) as cluster:
        projection = cluster.evaluate(book, learnt, folder, factoring, insurance)      as the engine's, bit for bit

The only importer of ray, which is an optional package (requirements-ray.txt).
"""

from __future__ import annotations

import os
import secrets
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from data import kernel_warmup
from data.cluster_worker import Asked, Part, Worker, facts_id
from forecasting.curve import Projection, Sums
from forecasting.errors import InputRejected, problem
from forecasting.factoring.contract import FactoringContract
from forecasting.insurance.policy import InsurancePolicy
from forecasting.simulation.engine import Book, Cancelled, Clock, Progress, Watch, projection_of
from forecasting.simulation.expectations import Expectations
from forecasting.simulation.flows import Variant
from forecasting.simulation.shards import Shard, merged, shards_of

_ROOT: Final = Path(__file__).resolve().parent.parent
#: Blocks of paths that make a task of half a second or so under both contracts: handing a task over costs milliseconds.
_SHARD_BLOCKS: Final = 16
#: How often a task is tried again on a new worker before its loss is told: some tasks end any worker, for want of memory.
_TRIES: Final = 3
#: How long a cancellation may go unheard.
_LISTEN_SECONDS: Final = 0.1
#: Room for results on their way; each is copied and let go as it comes.
_ROOM_BYTES: Final = 1_000_000_000


class Cluster:
    """Workers that stay from question to question, with the ledgers that they have opened."""

    def __init__(self, ray: Any, workers: Sequence[Any]) -> None:
        self._ray, self._workers = ray, workers

    def evaluate(
        self,
        book: Book,
        learnt: Expectations,
        folder: Path,
        factoring: FactoringContract | None = None,
        insurance: InsurancePolicy | None = None,
        *,
        shard_paths: int | None = None,
        progress: Progress | None = None,
        cancelled: Callable[[], bool] | None = None,
        threads: int = 2,
        check_paths: int = 0,
        clock: Clock | None = None,
        entity: str = "",
    ) -> Projection:
        """The projection of a book whose paths the workers draw.

        learnt: what the book was simulated with. folder: where every worker finds the book's ledger. shard_paths: how
        many paths make a task; no result depends on it. entity: which of a group's companies the book is of. The others
        as for the engine's `evaluate`.
        """
        count = book.scenario.path_count
        watch = Watch(clock)
        asked = Asked(
            folder=folder.resolve(),
            facts=facts_id(book.ledger, learnt),
            scenario=book.scenario,
            factoring=factoring,
            insurance=insurance,
            entity=entity,
        )
        shards = shards_of(count, shard_paths or _even(count, _SHARD_BLOCKS * book.block_paths, len(self._workers)))
        sums = merged(self.drawn(asked, shards, progress=progress, cancelled=cancelled), count)
        watch.lap("paths")
        return projection_of(book, sums, factoring, insurance, threads=threads, check_paths=check_paths, watch=watch)

    def drawn(
        self,
        asked: Asked,
        shards: Sequence[Shard],
        *,
        progress: Progress | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Iterator[tuple[Shard, Mapping[Variant, Sums]]]:
        """Every shard's sums as they come; raises Cancelled when asked to, InputRejected where a worker cannot go on."""
        waiting, busy = deque(shards), dict[Any, tuple[Shard, Any]]()
        done, count = 0, sum(map(len, shards))

        def employ(worker: Any) -> None:
            if waiting:
                shard = waiting.popleft()
                busy[worker.sums.remote(asked, shard)] = shard, worker

        for worker in self._workers:
            employ(worker)
        while busy:
            ready, _ = self._ray.wait(list(busy), timeout=_LISTEN_SECONDS)
            if cancelled and cancelled():
                raise Cancelled
            for task in ready:
                shard, worker = busy.pop(task)
                # The next shard first, so that no worker waits for this one to be put in its place.
                employ(worker)
                part = self._result(task)
                if part.facts != asked.facts:
                    raise InputRejected((problem("cluster.other_facts", file=str(asked.folder)),))
                yield shard, part.sums
                done += len(shard)
                if progress:
                    progress(done, count)

    def _result(self, task: Any) -> Part:
        try:
            part: Part = self._ray.get(task)
        except self._ray.exceptions.RayTaskError as error:
            raise error.cause from None
        except self._ray.exceptions.RayError as error:
            raise InputRejected((problem("cluster.lost", tries=_TRIES, kind=type(error).__name__),)) from None
        return part


@contextmanager
def workers_on_ray(count: int) -> Iterator[Cluster]:
    """So many workers, on the cluster that RAY_ADDRESS names or on this machine; they end with the block.

    Raises InputRejected where Ray is not installed or does not answer, or where the cluster is too small. A worker that
    dies is replaced.
    """
    # What Ray notes down and cannot hold in memory goes where nobody else may look, and with the block.
    with tempfile.TemporaryDirectory(prefix="ray-", ignore_cleanup_errors=True) as room:
        ray = _started(count, room)
        try:
            _enough(ray, count)
            # Compiled once, before every worker would do it for itself.
            kernel_warmup.wait(kernel_warmup.start())
            kind = ray.remote(num_cpus=1, max_restarts=-1, max_task_retries=_TRIES)(Worker)
            yield Cluster(ray, [kind.remote() for _ in range(count)])
        finally:
            ray.shutdown()


def _enough(ray: Any, count: int) -> None:
    available = int(ray.cluster_resources().get("CPU", 0))
    if available < count:
        raise InputRejected((problem("cluster.too_small", file="RAY_ADDRESS", asked=count, available=available),))


def _started(count: int, room: str) -> Any:
    # Ray would tell its makers how it is used.
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    address = os.environ.get("RAY_ADDRESS")
    if not address:
        # Whoever reaches its ports could run code here: they ask for a secret, which Ray reads once in a process.
        os.environ.setdefault("RAY_AUTH_MODE", "token")
        os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))
    try:
        import ray
    except ImportError:
        raise InputRejected((problem("cluster.not_installed", file="requirements-ray.txt"),)) from None
    quiet = {"log_to_driver": False, "logging_level": "ERROR", "runtime_env": {"env_vars": {"PYTHONPATH": str(_ROOT)}}}
    alone = {
        "num_cpus": count,
        "include_dashboard": False,
        "object_store_memory": _ROOM_BYTES,
        "_node_ip_address": "127.0.0.1",
        "_temp_dir": room,
    }
    try:
        ray.init(address or "local", **quiet, **({} if address else alone))
    except (OSError, RuntimeError, ValueError) as error:
        reason = type(error).__name__
        raise InputRejected((problem("cluster.not_started", file=address or "RAY_ADDRESS", kind=reason),)) from None
    return ray


def _even(count: int, most: int, workers: int) -> int:
    """How many paths at a time, at most so many, so that all workers end together."""
    rounds = -(-count // (most * workers))
    return -(-count // (rounds * workers))
