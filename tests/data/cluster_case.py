"""A small sample company in a folder, as the tests of workers share it."""

from __future__ import annotations

from pathlib import Path

import cli
from data.cluster import Cluster
from data.cluster_worker import Asked, facts_id
from data.contract_files import read_factoring_file, read_insurance_file
from data.learning import learnt
from data.ledger_folder import read_ledger_folder
from forecasting.curve import Projection
from forecasting.scenario import Scenario
from forecasting.simulation.engine import Book, evaluate, simulate

PATHS = 120
QUESTION = Scenario(path_count=PATHS, horizon_days=90)


def sample_case(folder: Path) -> Case:
    """The sample company, written by its verb and read back."""
    assert cli.guarded(["sample", "--out", str(folder), "--invoices", "500", "--as-of", "2026-01-05"]) == 0
    return Case(folder)


class Case:
    """A ledger in its folder, what it teaches, its contracts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ledger = read_ledger_folder(folder).ledger
        self.known = learnt(self.ledger, QUESTION.horizon_days)
        self.factoring = read_factoring_file(folder / "factoring.toml", self.ledger).record
        self.insurance = read_insurance_file(folder / "insurance.toml", self.ledger).record

    def book(self, scenario: Scenario = QUESTION) -> Book:
        """The paths of a question, drawn by nobody yet."""
        return simulate(self.ledger, scenario, learnt=self.known)

    def alone(self, scenario: Scenario = QUESTION) -> Projection:
        """What one process answers."""
        return evaluate(self.book(scenario), self.factoring, self.insurance)

    def on(self, workers: Cluster, scenario: Scenario = QUESTION, **how: object) -> Projection:
        """What workers answer."""
        given = (self.book(scenario), self.known, self.folder, self.factoring, self.insurance)
        return workers.evaluate(*given, **how)  # type: ignore[arg-type]

    def asked(self, scenario: Scenario = QUESTION) -> Asked:
        """The question as it travels."""
        return Asked(
            folder=self.folder,
            facts=facts_id(self.ledger, self.known),
            scenario=scenario,
            factoring=self.factoring,
            insurance=self.insurance,
        )
