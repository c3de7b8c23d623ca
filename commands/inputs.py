"""What a verb asks of a ledger: the folder with scenario and contracts, all read, all problems at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from data.clauses import Checked
from data.contract_files import read_factoring_file, read_insurance_file
from data.ledger_folder import read_ledger_folder
from data.scenario_files import read_scenario_file
from forecasting.errors import InputRejected, Problem
from forecasting.factoring.contract import FactoringContract
from forecasting.insurance.policy import InsurancePolicy
from forecasting.ledger import Ledger
from forecasting.scenario import Scenario

_Record = TypeVar("_Record")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Facts, scenario and contracts, with the warnings of their files."""

    ledger: Ledger
    scenario: Scenario
    factoring: FactoringContract | None
    insurance: InsurancePolicy | None
    warnings: tuple[Problem, ...] = ()


def read_question(
    folder: Path, scenario: Path | None = None, factoring: Path | None = None, insurance: Path | None = None
) -> Question:
    """Reads every file before it complains: raises InputRejected with the problems of all of them."""
    problems: list[Problem] = []
    ledger: Ledger | None = None
    try:
        reading = read_ledger_folder(folder)
        ledger = reading.ledger
        problems += reading.warnings
    except InputRejected as rejected:
        problems += rejected.problems
    read_beside = _Beside(ledger, problems)
    found_scenario = read_beside(scenario, read_scenario_file)
    found_factoring = read_beside(factoring, read_factoring_file)
    found_insurance = read_beside(insurance, read_insurance_file)
    if ledger is None or any(problem.severity == "error" for problem in problems):
        raise InputRejected(tuple(problems))
    return Question(
        ledger=ledger,
        scenario=found_scenario or Scenario(),
        factoring=found_factoring,
        insurance=found_insurance,
        warnings=tuple(problems),
    )


@dataclass(frozen=True, slots=True)
class _Beside:
    """Reads a file beside the ledger (or alone, where the ledger could not be read) and keeps its problems."""

    ledger: Ledger | None
    problems: list[Problem]

    def __call__(self, path: Path | None, read: Callable[[Path, Ledger | None], Checked[_Record]]) -> _Record | None:
        if path is None:
            return None
        try:
            checked = read(path, self.ledger)
        except InputRejected as rejected:
            self.problems.extend(rejected.problems)
            return None
        self.problems.extend(checked.warnings)
        return checked.record
