"""Contracts on disk: the two kinds of contract file, read beside a ledger or alone, written back exactly."""

from __future__ import annotations

from pathlib import Path

from data.clauses import Checked
from data.factoring_files import read_factoring, write_factoring
from data.insurance_files import read_insurance, write_insurance
from data.toml_values import TomlFile, read_toml
from forecasting.factoring.contract import FactoringContract
from forecasting.insurance.policy import InsurancePolicy
from forecasting.ledger import Ledger
from forecasting.money import Currency


def read_factoring_file(path: Path, ledger: Ledger | None = None) -> Checked[FactoringContract]:
    """The factoring contract of a file; raises InputRejected with everything that is wrong.

    With a ledger, amounts are in its currency and debtors that it does not know are problems.
    """
    return factoring_from(read_toml(path), ledger)


def factoring_from_text(name: str, text: str, ledger: Ledger | None = None) -> Checked[FactoringContract]:
    """The factoring contract of a text under a file name."""
    return factoring_from(TomlFile(name, text), ledger)


def factoring_from(file: TomlFile, ledger: Ledger | None = None) -> Checked[FactoringContract]:
    """The factoring contract of an opened file."""
    return read_factoring(file, exponent=_exponent(ledger), partners=known_partners(ledger))


def read_insurance_file(
    path: Path, ledger: Ledger | None = None, *, for_projection: bool = True
) -> Checked[InsurancePolicy]:
    """The insurance policy of a file; raises InputRejected with everything that is wrong.

    A projection needs the policy's `start_date`; the verb `indemnity` does not.
    """
    return insurance_from(read_toml(path), ledger, for_projection=for_projection)


def insurance_from_text(name: str, text: str, ledger: Ledger | None = None) -> Checked[InsurancePolicy]:
    """The insurance policy of a text under a file name."""
    return insurance_from(TomlFile(name, text), ledger)


def insurance_from(
    file: TomlFile, ledger: Ledger | None = None, *, for_projection: bool = True
) -> Checked[InsurancePolicy]:
    """The insurance policy of an opened file."""
    return read_insurance(file, exponent=_exponent(ledger), partners=known_partners(ledger), for_projection=for_projection)


def write_factoring_file(contract: FactoringContract, path: Path, currency: str = "EUR") -> None:
    """Writes a contract; reading the file gives the same contract."""
    path.write_text(write_factoring(contract, exponent=Currency(currency).exponent), encoding="utf-8")


def write_insurance_file(policy: InsurancePolicy, path: Path, currency: str = "EUR") -> None:
    """Writes a policy; reading the file gives the same policy."""
    path.write_text(write_insurance(policy, exponent=Currency(currency).exponent), encoding="utf-8")


def known_partners(ledger: Ledger | None) -> frozenset[str] | None:
    """The ids that a file may name; None where there is no ledger to know them."""
    return None if ledger is None else frozenset(partner.partner_id for partner in ledger.partners)


def _exponent(ledger: Ledger | None) -> int:
    return 2 if ledger is None else Currency(ledger.currency).exponent
