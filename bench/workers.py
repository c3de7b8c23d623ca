"""The same whole answers from two workers on Ray and from two threads of one process, in tasks of half a second."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from bench.measure import busy_seconds, fastest
from data.cluster import Cluster, workers_on_ray
from data.cluster_worker import Asked, facts_id
from data.contract_files import read_factoring_file, read_insurance_file
from data.learning import learnt
from data.ledger_folder import read_ledger_folder
from forecasting.curve import Sums
from forecasting.factoring.contract import FactoringContract
from forecasting.insurance.policy import InsurancePolicy
from forecasting.scenario import Scenario
from forecasting.simulation.engine import Book, evaluate, simulate, sums_of
from forecasting.simulation.expectations import Expectations
from forecasting.simulation.flows import Variant
from forecasting.simulation.groundwork import Groundwork
from forecasting.simulation.shards import Shard, merged, shards_of

TASK_SECONDS: Final = 0.5
#: Tasks of an answer: four for each worker.
TASKS: Final = 8
ORDERS: Final = 3
#: Paths on which a path's time is measured.
_TRIED: Final = 512


@dataclass(frozen=True)
class Company:
    """A ledger folder with both contracts, and what its history teaches."""

    folder: Path

    @cached_property
    def ground(self) -> Groundwork:
        """The ledger, laid out once for all questions, as a worker does."""
        return Groundwork(ledger=read_ledger_folder(self.folder).ledger)

    @cached_property
    def facts(self) -> str:
        """The id of ledger and learning."""
        return facts_id(self.ground.ledger, self.known)

    @cached_property
    def known(self) -> Expectations:
        """What a year's projection draws from."""
        return learnt(self.ground.ledger, Scenario().horizon_days)

    @cached_property
    def contracts(self) -> tuple[FactoringContract | None, InsurancePolicy | None]:
        """Factoring, insurance."""
        ledger = self.ground.ledger
        return (
            read_factoring_file(self.folder / "factoring.toml", ledger).record,
            read_insurance_file(self.folder / "insurance.toml", ledger).record,
        )

    def book(self, scenario: Scenario) -> Book:
        """Its paths under a scenario."""
        return simulate(self.ground.ledger, scenario, learnt=self.known, ground=self.ground)

    def asked(self, scenario: Scenario) -> Asked:
        """The question as it travels."""
        factoring, insurance = self.contracts
        return Asked(folder=self.folder, facts=self.facts, scenario=scenario, factoring=factoring, insurance=insurance)


def measure(folder: Path, rounds: int) -> dict[str, Any]:
    """Seconds of either way, their ratio, and the digests of the sums; each answer has luck of its own."""
    company = Company(folder)
    each = round(TASK_SECONDS / path_seconds(company))
    begin = perf_counter()
    with workers_on_ray(2) as cluster:
        # The first answer waits for workers to start, open the ledger and learn.
        ways(company, cluster, each)["two"]()
        start = perf_counter() - begin
        seconds = fastest(ways(company, cluster, each), rounds)
        busy = fastest(ways(company, cluster, each), rounds, busy_seconds)
        alone, *shared = digests(company, cluster, each)
    return {
        "paths_a_task": each,
        "tasks": TASKS,
        "one_process_seconds": round(seconds["one"], 3),
        "two_workers_seconds": round(seconds["two"], 3),
        "overhead": round(seconds["two"] / seconds["one"] - 1, 3),
        "one_process_busy_seconds": round(busy["one"], 2),
        "two_workers_busy_seconds": round(busy["two"], 2),
        "busy_overhead": round(busy["two"] / busy["one"] - 1, 3),
        "first_answer_seconds": round(start, 1),
        "digest": alone,
        "digests_in_other_orders": shared,
    }


def path_seconds(company: Company) -> float:
    """Seconds that one thread takes for one path under both contracts."""
    seeds = count(1)

    def one_thread() -> object:
        book = company.book(Scenario(path_count=_TRIED, seed=next(seeds)))
        return sums_of(book, *company.contracts, Shard(first=0, stop=_TRIED), threads=1)

    return fastest({"one": one_thread}, 5)["one"] / _TRIED


def ways(company: Company, cluster: Cluster, each: int) -> Mapping[str, Callable[[], object]]:
    """From the scenario to all curves, on paths that nobody has drawn before."""
    ours, theirs = count(1), count(1)

    def question(seeds: count[int]) -> Book:
        return company.book(Scenario(path_count=TASKS * each, seed=next(seeds)))

    def one() -> object:
        return evaluate(question(ours), *company.contracts, threads=2)

    def two() -> object:
        return cluster.evaluate(
            question(theirs), company.known, company.folder, *company.contracts, shard_paths=each, threads=2
        )

    return {"one": one, "two": two}


def digests(company: Company, cluster: Cluster, each: int) -> list[str]:
    """Of all sums of one process, then of the workers in shuffled orders of their tasks."""
    scenario = Scenario(path_count=TASKS * each, seed=0)
    everything = Shard(first=0, stop=TASKS * each)
    found = [digest(sums_of(company.book(scenario), *company.contracts, everything))]
    for luck in range(ORDERS):
        shards = list(shards_of(TASKS * each, each))
        random.Random(luck).shuffle(shards)
        found.append(digest(merged(cluster.drawn(company.asked(scenario), shards), len(everything))))
    return found


def digest(sums: Mapping[Variant, Sums]) -> str:
    """A short name of every balance of every path, every sum of flows, losses and fees."""
    content = hashlib.sha256()
    for variant in sorted(sums):
        of_variant = sums[variant]
        content.update(of_variant.balance.tobytes() + of_variant.daily.tobytes())
        content.update(repr((variant, sorted(of_variant.loss.items()), sorted(of_variant.account.items()))).encode())
    return content.hexdigest()[:16]
