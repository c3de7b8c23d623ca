"""Who may see and change what: every read and write of the store names the person it is done for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from forecasting.errors import AccessDenied

Role = Literal["finance", "sales", "viewer", "administrator"]
ROLES: Final[tuple[Role, ...]] = ("finance", "sales", "viewer", "administrator")

Right = Literal[
    "read_treasury",  # balances, suppliers, planned flows, contracts, the whole ledger
    "read_customers",  # customers and their invoices: all of them, or one's own for sales
    "read_imports",  # files loaded, problems, mappings
    "read_audit",  # who did what
    "change_data",  # imports, company settings, planned flows, partners
    "change_library",  # scenarios and contracts
    "change_collection",  # promises, disputes, actions on one's own customers
    "administer",  # people, roles, backups, erasure
]

_RIGHTS: Final[dict[Role, frozenset[Right]]] = {
    "viewer": frozenset({"read_treasury", "read_customers"}),
    "sales": frozenset({"read_customers", "change_collection"}),
    "finance": frozenset(
        {
            "read_treasury",
            "read_customers",
            "read_imports",
            "read_audit",
            "change_data",
            "change_library",
            "change_collection",
        }
    ),
    "administrator": frozenset(
        {
            "read_treasury",
            "read_customers",
            "read_imports",
            "read_audit",
            "change_data",
            "change_library",
            "change_collection",
            "administer",
        }
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """The person a read or a change is done for; finance where nobody signs in (local mode).

    `owner` is the salesperson's mark on partners: a sales principal sees the customers that carry it and no others, and
    none at all where it is empty. `name` goes into the audit trail.
    """

    role: Role = "finance"
    owner: str = ""
    name: str = ""

    def __post_init__(self) -> None:
        assert self.role in ROLES, f"{self.role} is no role"

    @property
    def own_customers_only(self) -> bool:
        """Whether reads are narrowed to the customers of `owner`."""
        return self.role == "sales"


#: Local mode: whoever opens the app on this machine.
FINANCE: Final = Principal()


def may(principal: Principal, right: Right) -> bool:
    """Whether a person has a right."""
    return right in _RIGHTS[principal.role]


def require(principal: Principal, right: Right) -> None:
    """AccessDenied unless the person has the right."""
    if not may(principal, right):
        raise AccessDenied(f"{principal.role} has no right to {right}", is_change=right.startswith("change"))
