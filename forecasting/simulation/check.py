"""Some paths computed twice: what the kernel says, held against the reference, to the cent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import product

import numpy as np
import numpy.typing as npt

from forecasting.factoring.contract import FactoringContract
from forecasting.insurance.policy import InsurancePolicy
from forecasting.ledger import Ledger
from forecasting.simulation.facts import InvoiceEvents, PathFacts
from forecasting.simulation.flows import Variant
from forecasting.simulation.kernel_facts import FactsBlock, path_facts
from forecasting.simulation.path import project_path


def compare(
    ledger: Ledger,
    block: FactsBlock,
    balances: Mapping[Variant, npt.NDArray[np.int64]],
    factoring: FactoringContract | None,
    insurance: InsurancePolicy | None,
) -> int:
    """How many end-of-day balances of the paths of a block differ from the reference's, over all variants.

    balances int64 (B, H) per variant, as the kernel found them.
    """
    contracts: dict[Variant, tuple[FactoringContract | None, InsurancePolicy | None]] = {
        "baseline": (None, None),
        "factoring": (factoring, None),
        "insurance": (None, insurance),
        "both": (factoring, insurance),
    }
    differences = 0
    for path, variant in product(range(len(block)), balances):
        facts = with_past_notes(ledger, path_facts(block, path))
        reference = project_path(ledger, facts, block.horizon_days, *contracts[variant])
        differences += int((reference.balance_minor != balances[variant][path]).sum())
    return differences


def with_past_notes(ledger: Ledger, facts: PathFacts) -> PathFacts:
    """A path of a block with the ledger's credit notes of before `as_of`, which blocks leave out."""
    customers = ledger.customers
    past = np.flatnonzero((customers.amount_minor < 0) & (customers.credits >= 0) & (customers.issue < ledger.as_of))
    if not len(past):
        return facts
    notes = facts.credit_notes
    invoice = np.concatenate([customers.credits[past], notes.invoice])
    day = np.concatenate([customers.issue[past], notes.day])
    amount = np.concatenate([-customers.amount_minor[past], notes.amount_minor])
    order = np.lexsort((invoice, day))
    return replace(facts, credit_notes=InvoiceEvents(invoice=invoice[order], day=day[order], amount_minor=amount[order]))
