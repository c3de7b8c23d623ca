"""Products that settle invoice by invoice: spot (worked case F5), reverse factoring, forfaiting (domain 1.6)."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from forecasting.factoring.contract import FactoringContract
from forecasting.ledger import Ledger
from forecasting.money import round_ratio
from forecasting.scenario import Scenario
from tests.forecasting import golden, make


def spot(**clauses: Any) -> FactoringContract:
    keys: dict[str, Any] = {
        "advance_rate": "0.90",
        "flat_fee_rate": "0.03",
        "vat_on_service": "0.20",
        "funding_delay_bd": 2,
    }
    return make.contract("2026-06-01", contract_type="spot", index=(), **{**keys, **clauses})


def book() -> Ledger:
    return make.ledger("2026-06-01", [make.invoice("S1", "SIGMA", "2026-06-10", "2026-07-31", 850_000)])


def test_f5() -> None:
    """Source: the worked case F5."""
    expected = golden.case("factoring_F5")["expected"]
    result = make.project(book(), make.scenario(make.payment("S1", "2026-08-05")), spot())
    assert make.cash(result) == expected["treasury_flows_by_date"]
    fee = next(e for e in result.events if e.code == "service_fee")
    assert (fee.amount_minor, dict(fee.values)["vat_minor"]) == (expected["fee_ht_cents"], expected["fee_vat_cents"])
    assert int(result.utilisation_minor[-1]) == 0


def test_spot_settles_each_invoice_by_itself() -> None:
    """One unpaid invoice holds nothing back of another: both are financed, the rest of the paid one arrives."""
    ledger = make.ledger(
        "2026-06-01",
        [make.invoice(i, "SIGMA", "2026-06-10", "2026-07-31", a) for i, a in (("S1", 850_000), ("S2", 333_333))],
    )
    result = make.project(ledger, make.scenario(make.payment("S1", "2026-08-05"), make.never("S2")), spot())
    assert make.cash(result)["2026-08-06"] == 85_000


def test_spot_part_payments_cover_the_advance_first() -> None:
    facts = make.scenario(make.payment("S1", "2026-08-03", 800_000), make.payment("S1", "2026-08-10", 50_000))
    flows = make.cash(make.project(book(), facts, spot()))
    assert flows == {"2026-06-12": 734_400, "2026-08-04": 35_000, "2026-08-11": 50_000}


def test_spot_with_recourse_takes_back_what_is_not_covered() -> None:
    """Advance 7 650.00, 5 000.00 paid: the day of hand-back is a Saturday, the call comes on Monday."""
    facts = make.scenario(make.payment("S1", "2026-08-03", 500_000), make.payment("S1", "2026-10-01", 350_000))
    result = make.project(book(), facts, spot(definancing_days=15))
    assert make.cash(result, "cash_call") == {"2026-08-17": -265_000}
    assert make.cash(result, "direct_receipt") == {"2026-10-01": 350_000}
    assert int(result.utilisation_minor[-1]) == 0


def test_spot_without_recourse_pays_the_guarantee() -> None:
    facts = make.scenario(make.insolvency("SIGMA", "2026-07-01"))
    result = make.project(book(), facts, spot(recourse=False, guarantee_payout_days=30))
    assert make.cash(result, "factor_transfer") == {"2026-06-12": 734_400, "2026-08-03": 85_000}
    capped = make.project(book(), facts, spot(recourse=False, guarantee_payout_days=30, unpaid_guarantee_rate="0.5"))
    assert make.cash(capped, "cash_call") == {"2026-07-31": -(765_000 - 425_000)}


def sale(kind: str, **clauses: Any) -> FactoringContract:
    keys: dict[str, Any] = {
        "contract_type": kind,
        "recourse": False,
        "index": "0.02",
        "margin": "0.01",
        "service_fee_rate": "0.001",
    }
    return make.contract("2026-06-01", **{**keys, "vat_on_service": "0.20", "funding_delay_bd": 1, **clauses})


PAID_LATE: Scenario = make.scenario(make.payment("S1", "2026-09-15"))


def test_reverse_is_paid_once() -> None:
    """ttc - round(ttc * rate * (due - f) / 360) - fee * (1 + vat) on f, nothing later."""
    days = make.day("2026-07-31") - make.day("2026-06-11")
    discount = round_ratio(850_000 * 3 * days, 100 * 360)
    result = make.project(book(), PAID_LATE, sale("reverse"))
    assert make.cash(result) == {"2026-06-11": 850_000 - discount - 850 - 170}
    assert int(result.utilisation_minor[-1]) == 0


@pytest.mark.parametrize("method", ["straight", "true_yield"])
def test_forfaiting(method: str) -> None:
    """nominal * (1 - rate * days / 360), or nominal / (1 + rate * days / 360)."""
    days = make.day("2026-07-31") - make.day("2026-06-11")
    rate = Fraction(3, 100) * days / 360
    exact = 850_000 / (1 + rate) if method == "true_yield" else 850_000 * (1 - rate)
    proceeds = round_ratio(exact.numerator, exact.denominator)
    contract = sale("forfaiting", discount_method=method, service_fee_rate="0")
    assert make.cash(make.project(book(), PAID_LATE, contract)) == {"2026-06-11": proceeds}


def test_a_claim_beyond_the_approval_is_not_sold() -> None:
    contract = sale("reverse", approvals=(("SIGMA", 849_999),))
    result = make.project(book(), PAID_LATE, contract)
    assert make.cash(result) == {"2026-09-15": 850_000}
    assert [e.code for e in result.events] == ["refused.unapproved"]


def test_failure_after_a_sale_is_the_buyer_of_the_claim() -> None:
    result = make.project(
        book(), make.scenario(make.insolvency("SIGMA", "2026-07-01")), sale("reverse", guarantee_payout_days=30)
    )
    assert make.total(result, "cash_call") == 0
    assert make.total(result, "factor_transfer") > 840_000
