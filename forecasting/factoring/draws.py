"""How much of what is available the company asks for (domain 1.5)."""

from __future__ import annotations

from forecasting.factoring.contract import FactoringContract


def drawn(contract: FactoringContract, day: int, *, available_minor: int, bank_minor: int) -> int:
    """The transfer of a business day out of an available amount above 0 (V less what is pending).

    `full` takes it whole, every policy does from `termination_date` on; `on_demand` what lifts the bank to the floor,
    after the day's operating flows, direct receipts and cash call; `windows` is full on listed days (both ends
    included) and nothing outside. Under `none` what is available is a credit balance, which leaves whole.
    """
    terminated = contract.termination_day is not None and day >= contract.termination_day
    if terminated or contract.draw_policy in ("full", "none"):
        return available_minor
    if contract.draw_policy == "on_demand":
        return min(available_minor, max(0, contract.bank_floor_minor - bank_minor))
    return available_minor if any(first <= day <= last for first, last in contract.draw_windows) else 0
