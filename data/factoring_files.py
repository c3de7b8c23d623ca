"""A factoring contract as a TOML file of the file interface.

A key that is absent means that the clause is absent. What contradicts itself is refused with the key named; what can
never pay is accepted with a warning.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from data import toml_writing
from data.clauses import (
    Checked,
    Kind,
    check_partner,
    note_contradictions,
    read_amounts,
    read_changes,
    read_clauses,
    read_cover_source,
    write_amounts,
    write_changes,
    write_clauses,
    write_cover_source,
)
from data.toml_values import TomlFile, TomlTable, day_of
from data.values import BadValue
from forecasting.dates import to_date
from forecasting.factoring.contract import DatedRate, FactoringContract
from forecasting.factoring.guards import contradictions
from forecasting.ledger import NO_DAY

FACTORING_CLAUSES: Final[dict[str, Kind]] = {
    "name": "text",
    "contract_type": "text",
    "recourse": "flag",
    "start_date": "day",
    "termination_date": "day",
    "index_floor": "rate",
    "margin": "positive_rate",
    "day_count": "whole",
    "interest_mode": "text",
    "advance_rate": "share",
    "reserve_mode": "text",
    "reserve_rate": "share",
    "fund_target": "amount",
    "reserve_extra": "amount",
    "funding_ceiling": "amount",
    "ceiling_basis": "text",
    "service_fee_rate": "share",
    "service_fee_min_invoice": "amount",
    "service_fee_min_year": "amount",
    "anniversary_date": "day",
    "commitment_fee_rate": "share",
    "flat_fee_rate": "share",
    "setup_fee": "amount",
    "annual_audit_fee": "amount",
    "line_fee": "amount",
    "vat_on_service": "share",
    "vat_on_financing": "share",
    "unpaid_guarantee_rate": "share",
    "guarantee_payout_days": "whole",
    "definancing_days": "whole",
    "max_invoice_age_days": "whole",
    "max_term_days": "whole",
    "concentration_cap": "share",
    "concentration_test": "text",
    "funding_delay_bd": "whole",
    "receipt_value_days": "whole",
    "remittance_schedule": "text",
    "draw_policy": "text",
    "bank_floor": "signed_amount",
    "shortfall_policy": "text",
    "discount_method": "text",
    "opening_utilisation": "signed_amount",
    "opening_fund": "amount",
    "vat_relief_on_guaranteed": "text",
    "admin_hours_per_remittance": "number",
}
_INELIGIBLE: Final = ("public", "foreign", "intra_group")


def read_factoring(
    file: TomlFile, *, exponent: int = 2, partners: frozenset[str] | None = None
) -> Checked[FactoringContract]:
    """A factoring contract; raises InputRejected with everything that is wrong.

    `exponent` is that of the ledger's currency; `partners` the ids that it knows, None where there is no ledger.
    """
    top = file.top
    found = read_clauses(top, FACTORING_CLAUSES, FactoringContract, exponent, ("contract_type", "recourse", "start_date"))
    found |= {
        "index": _index(top),
        "ineligible": _ineligible(top),
        "approvals": read_amounts(top, "approvals", exponent, partners),
        "approval_changes": read_changes(top, "approval_change", exponent, partners),
        "draw_windows": _windows(top),
        "cover_source": read_cover_source(top, partners),
        **_debtors(top, partners),
    }
    if found.get("day_count", 360) not in (360, 365):
        top.wrong("day_count", "value.bad_choice", text=found["day_count"], known="360, 365")
    needed: dict[str, Any] = {"contract_type": "full_notified", "recourse": True, "start_day": NO_DAY}
    contract = FactoringContract(**needed | found)
    # Partners that the ledger does not know were told with their own line.
    note_contradictions(top, contradictions(contract))
    return Checked(record=contract, warnings=file.finish())


def write_factoring(contract: FactoringContract, *, exponent: int = 2) -> str:
    """The file of a contract; reading it gives the same contract."""
    lines = [f"contract_type = {toml_writing.quoted(contract.contract_type)}"]
    lines += [f"recourse = {toml_writing.flag(contract.recourse)}", f"start_date = {toml_writing.day(contract.start_day)}"]
    first = ("contract_type", "recourse", "start_date")
    lines += write_clauses(contract, {k: v for k, v in FACTORING_CLAUSES.items() if k not in first}, exponent)
    if contract.ineligible:
        lines.append(f"ineligible = {toml_writing.listed(contract.ineligible)}")
    if contract.draw_windows:
        windows = ", ".join(f"[{toml_writing.day(a)}, {toml_writing.day(b)}]" for a, b in contract.draw_windows)
        lines.append(f"draw_windows = [{windows}]")
    for row in contract.index:
        if row.day == NO_DAY:
            lines.append(f"index_rate = {toml_writing.rate(row.rate)}")
    for row in contract.index:
        if row.day != NO_DAY:
            lines += ["", "[[index]]", f"from = {toml_writing.day(row.day)}", f"rate = {toml_writing.rate(row.rate)}"]
    for name, debtors in (("only", contract.debtors_only), ("except", contract.debtors_except)):
        if debtors is not None:
            lines += ["", "[debtors]", f"{name} = {toml_writing.listed(debtors)}"]
    lines += write_amounts("approvals", contract.approvals, exponent)
    lines += write_changes("approval_change", contract.approval_changes, exponent)
    return "\n".join(lines + write_cover_source(contract.cover_source)) + "\n"


def _index(top: TomlTable) -> tuple[DatedRate, ...]:
    """The index sorted by day: `index_rate` from NO_DAY on, dated rows after it."""
    constant = top.rate("index_rate", None)
    rows = top.tables("index")
    steps: dict[int, Decimal] = {} if constant is None else {NO_DAY: constant}
    for row in rows:
        day, rate = row.day("from", None, required=True), row.rate("rate", None, required=True)
        if day is None or rate is None:
            continue
        if day in steps:
            row.wrong("from", "factoring.index_overlap", date=to_date(day))
        steps[day] = rate
    return tuple(DatedRate(day=day, rate=steps[day]) for day in sorted(steps))


def _ineligible(top: TomlTable) -> tuple[str, ...]:
    names = top.names("ineligible") or ()
    for name in names:
        if name not in _INELIGIBLE:
            top.wrong("ineligible", "value.bad_choice", text=name, known=", ".join(_INELIGIBLE))
    return tuple(name for name in _INELIGIBLE if name in names)


def _debtors(top: TomlTable, partners: frozenset[str] | None) -> dict[str, tuple[str, ...] | None]:
    table = top.table("debtors")
    if table is None:
        return {}
    only, others = table.names("only"), table.names("except")
    for key, names in (("only", only), ("except", others)):
        for name in names or ():
            check_partner(table, key, name, partners)
    return {
        "debtors_only": None if only is None else tuple(sorted(set(only))),
        "debtors_except": None if others is None else tuple(sorted(set(others))),
    }


def _windows(top: TomlTable) -> tuple[tuple[int, int], ...]:
    def parse(value: Any) -> tuple[tuple[int, int], ...]:
        if not isinstance(value, list) or not all(isinstance(row, list) and len(row) == 2 for row in value):
            raise BadValue("factoring.bad_windows", str(value))
        return tuple(sorted((day_of(first), day_of(last)) for first, last in value))

    return top.read("draw_windows", parse, ())
