"""In which clauses offers differ: the names of the fields, in the order of the contract."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Final

from forecasting.factoring.contract import FactoringContract
from forecasting.insurance.policy import InsurancePolicy

#: The name is no clause.
_NO_CLAUSE: Final = frozenset({"name"})


def differing(contracts: Sequence[FactoringContract] | Sequence[InsurancePolicy]) -> tuple[str, ...]:
    """The fields in which at least two of the contracts differ, in the order of the record."""
    if len(contracts) < 2:
        return ()
    names = [f.name for f in fields(contracts[0]) if f.name not in _NO_CLAUSE]
    return tuple(name for name in names if any(getattr(c, name) != getattr(contracts[0], name) for c in contracts[1:]))
