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
from forecasting.errors import InputRejected, Problem, problem
from forecasting.factoring.contract import FactoringContract
from forecasting.insurance.policy import InsurancePolicy
from forecasting.insurance.premium import premium_basis
from forecasting.ledger import Ledger
from forecasting.money import Currency, to_text
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
    if ledger is not None and insurance is not None and found_insurance is not None:
        problems += _said_of_the_premium(found_insurance, ledger, insurance)
    if ledger is None or any(found.severity == "error" for found in problems):
        raise InputRejected(tuple(problems))
    return Question(
        ledger=ledger,
        scenario=found_scenario or Scenario(),
        factoring=found_factoring,
        insurance=found_insurance,
        warnings=tuple(problems),
    )


def _said_of_the_premium(policy: InsurancePolicy, ledger: Ledger, path: Path) -> list[Problem]:
    """A premium on a turnover that the policy does not name is billed on the ledger's own, and that is said."""
    if policy.planned_turnover_minor is not None or policy.premium_min_minor is not None or not policy.premium_rate:
        return []
    planned = to_text(premium_basis(policy, ledger).planned_minor, Currency(ledger.currency).exponent)
    amount = f"{planned} {ledger.currency}"
    column, file = "planned_turnover", str(path)
    return [problem("insurance.turnover_from_ledger", file=file, column=column, severity="warning", amount=amount)]


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
