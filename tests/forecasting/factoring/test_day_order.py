"""The day order of domain 1.4, step by step, on amounts that a reader can follow by hand."""

from __future__ import annotations

from typing import Any

import pytest

from forecasting.factoring.contract import FactoringContract
from forecasting.ledger import Partner, PlannedFlow
from forecasting.scenario import Scenario
from forecasting.simulation.path import PathResult
from tests.forecasting import make

#: A Thursday.
START = "2026-01-01"


def contract(**clauses: Any) -> FactoringContract:
    return make.contract(START, **{"index": "0.02", "margin": "0.016", "funding_delay_bd": 1, **clauses})


def run(invoices: list[Any], what: Scenario, terms: FactoringContract, **keys: Any) -> PathResult:
    return make.project(make.ledger(START, invoices, **keys), what, terms)


def one(amount: int = 1_000_000, **keys: Any) -> Any:
    return make.invoice("A1", "ALPHA", "2026-01-06", "2026-03-07", amount, **keys)


def at(result: PathResult, day: str, name: str) -> int:
    return int(getattr(result, f"{name}_minor")[make.day(day) - result.first_day])


def codes(result: PathResult, day: str) -> list[str]:
    return [e.code for e in result.events if e.day == make.day(day)]


# Step 0


def test_annual_minimum_counts_the_fees_up_to_the_eve() -> None:
    """1 000.00 minimum, 80.00 of fees posted, the second purchase falls on the anniversary and opens the new year."""
    invoices = [one(), make.invoice("A2", "ALPHA", "2026-02-10", "2026-04-10", 500_000)]
    terms = contract(
        service_fee_rate="0.008", vat_on_service="0.20", service_fee_min_year_minor=100_000, anniversary_day="2026-02-11"
    )
    result = run(invoices, make.scenario(days=500), terms)
    minimum = [(make.iso(e.day), e.amount_minor, e.values) for e in result.events if e.code == "annual_minimum"]
    assert minimum == [
        ("2026-02-11", 92_000, (("vat_minor", 18_400),)),
        ("2027-02-11", 96_000, (("vat_minor", 19_200),)),
    ]


def test_set_up_audit_and_line_fees_leave_the_bank_with_vat() -> None:
    terms = contract(
        setup_fee_minor=35_000, line_fee_minor=2_001, annual_audit_fee_minor=10_000, anniversary_day="2026-12-31",
        vat_on_service="0.20",
    )  # fmt: skip
    invoices = [one(), make.invoice("A2", "ALPHA", "2026-02-10", "2026-04-10", 500_000)]
    result = run(invoices, make.scenario(), terms)
    assert make.cash(result, "factor_fee") == {"2026-01-01": -42_000, "2026-01-07": -2_401, "2026-12-31": -12_000}


# Step 2


def test_what_is_paid_before_f_is_the_companys_and_lowers_what_is_bought() -> None:
    what = make.scenario(make.payment("A1", "2026-01-06", 400_000), make.payment("A1", "2026-02-02"))
    result = run([one()], what, contract(service_fee_rate="0.01"))
    assert make.cash(result, "debtor_receipt") == {"2026-01-06": 400_000}
    assert next(e for e in result.events if e.code == "service_fee").amount_minor == 6_000
    assert at(result, "2026-01-07", "assigned") == 600_000


def test_a_payment_dated_f_comes_after_the_purchase() -> None:
    result = run([one()], make.scenario(make.payment("A1", "2026-01-07")), contract(service_fee_rate="0.01"))
    assert make.cash(result, "debtor_receipt") == {}
    # V was 990 000 before the payment and is after it: nothing is pending.
    assert make.cash(result, "factor_transfer") == {"2026-01-07": 990_000}


def test_nothing_open_on_f_is_not_bought() -> None:
    result = run([one()], make.scenario(make.payment("A1", "2026-01-06")), contract(service_fee_rate="0.01"))
    assert result.utilisation_minor.tolist() == [0] * 365
    assert codes(result, "2026-01-07") == ["refused.nothing_open"]


@pytest.mark.parametrize(("judgment", "bought"), [("2026-01-06", False), ("2026-01-07", True)])
def test_a_judgment_before_f_stops_the_purchase(judgment: str, bought: bool) -> None:
    result = run([one()], make.scenario(make.insolvency("ALPHA", judgment)), contract(definancing_days=30))
    assert (at(result, "2026-01-07", "assigned") > 0) is bought


def test_a_saturday_plus_one_is_monday() -> None:
    invoice = make.invoice("A1", "ALPHA", "2026-01-10", "2026-03-07", 1_000_000)
    assert make.cash(run([invoice], make.scenario(days=30), contract())) == {"2026-01-12": 1_000_000}
    zero = contract(funding_delay_bd=0)
    assert make.cash(run([invoice], make.scenario(days=30), zero)) == {"2026-01-12": 1_000_000}


def test_nothing_is_bought_from_the_termination_on() -> None:
    result = run([one()], make.scenario(days=30), contract(termination_day="2026-01-07"))
    assert codes(result, "2026-01-07") == ["refused.terminated"]


def test_invoices_from_before_the_start_go_on_the_start() -> None:
    old = make.invoice("O1", "ALPHA", "2025-12-10", "2026-03-07", 1_000_000)
    late = make.invoice("O2", "ALPHA", "2025-12-10", "2026-03-07", 1_000_000, remittance="2026-01-13")
    result = run([old, late], make.scenario(days=30), contract())
    assert make.cash(result) == {"2026-01-02": 1_000_000, "2026-01-14": 1_000_000}


@pytest.mark.parametrize(
    ("keys", "refusal"),
    [
        ({"ineligible": ("public",)}, "excluded_type"),
        ({"debtors_except": ("ALPHA",)}, "excluded_debtor"),
        ({"max_invoice_age_days": 4}, "too_old"),
        ({"max_term_days": 59}, "term_too_long"),
        ({}, "overdue_at_remittance"),
    ],
)
def test_never_assigned_means_no_fee_and_paid_to_the_company(keys: dict[str, Any], refusal: str) -> None:
    remitted = "2026-03-08" if refusal == "overdue_at_remittance" else "2026-01-11"
    partners = [Partner(partner_id="ALPHA", public_body=True)]
    what = make.scenario(make.payment("A1", "2026-03-20"))
    result = run([one(remittance=remitted)], what, contract(service_fee_rate="0.01", **keys), partners=partners)
    assert make.cash(result) == {"2026-03-20": 1_000_000}
    assert [e.code for e in result.events] == [f"refused.{refusal}"]


def test_disputed_and_unapproved_invoices_pay_the_fee_and_are_not_financed() -> None:
    terms = contract(service_fee_rate="0.01", approvals=(("BETA", 1),))
    result = run([one()], make.scenario(days=60), terms)
    assert (at(result, "2026-01-07", "assigned"), at(result, "2026-01-07", "eligible")) == (1_000_000, 0)
    assert make.cash(result) == {"2026-01-07": -10_000}
    disputed = run([one(disputed=True)], make.scenario(days=60), contract(service_fee_rate="0.01"))
    assert make.cash(disputed) == {"2026-01-07": -10_000}


def test_the_pooled_fund_fills_with_every_purchase_financed_or_not() -> None:
    terms = contract(
        reserve_mode="pooled", reserve_rate="0.10", fund_target_minor=130_000, approvals=(("BETA", 5_000_000),)
    )
    invoices = [one(), make.invoice("B1", "BETA", "2026-01-07", "2026-03-09", 2_000_000)]
    result = run(invoices, make.scenario(days=120), terms)
    assert [at(result, d, "reserve") for d in ("2026-01-06", "2026-01-07", "2026-01-08", "2026-04-01")] == [
        0,
        100_000,
        130_000,
        130_000,
    ]


def test_the_pooled_fund_is_free_on_the_morning_of_termination() -> None:
    terms = contract(reserve_mode="pooled", reserve_rate="0.10", fund_target_minor=130_000, termination_day="2026-02-02")
    result = run([one()], make.scenario(days=60), terms)
    assert at(result, "2026-02-01", "reserve") == 100_000
    assert at(result, "2026-02-02", "reserve") == 0
    # 100 000 less the interest of January: 900 000 * 25 d * 3.6 % / 360 = 2 250.
    assert make.cash(result)["2026-02-02"] == 97_750


def test_concentration_at_purchase_goes_by_invoice_id_and_is_never_tested_again() -> None:
    """cap 50 % of R = 3 000 000: ALPHA gets 1 500 000 for A1 then A2, and keeps it when BETA has paid."""
    terms = contract(concentration_cap="0.5", concentration_test="at_purchase")
    invoices = [
        one(), make.invoice("A2", "ALPHA", "2026-01-06", "2026-03-07", 1_000_000),
        make.invoice("B1", "BETA", "2026-01-06", "2026-02-02", 1_000_000),
    ]  # fmt: skip
    result = run(invoices, make.scenario(days=70), terms)
    assert at(result, "2026-01-07", "eligible") == 2_500_000
    assert at(result, "2026-02-03", "eligible") == 1_500_000
    dynamic = run(invoices, make.scenario(days=70), make.with_clause(terms, concentration_test="dynamic"))
    assert at(dynamic, "2026-02-03", "eligible") == 1_000_000


def test_an_approval_change_acts_on_later_purchases() -> None:
    invoices = [one(), make.invoice("A2", "ALPHA", "2026-02-10", "2026-04-10", 500_000)]
    terms = contract(
        approvals=(("ALPHA", 1_200_000),), approval_changes=(make.limit_change("ALPHA", "2026-01-20", 300_000),)
    )
    result = run(invoices, make.scenario(days=60), terms)
    assert at(result, "2026-01-20", "eligible") == 1_000_000
    assert at(result, "2026-02-11", "eligible") == 1_000_000


# Steps 3 to 7


def test_interest_counts_the_days_before_the_first_business_day() -> None:
    """February 2026: 28 days on 1 000 000 plus the January interest, 3.6 %."""
    result = run([one()], make.scenario(make.never("A1"), days=70), contract(shortfall_policy="netting"))
    interest = {make.iso(e.day): e.amount_minor for e in result.events if e.code == "interest"}
    # January: 25 days of 1 000 000 = 2 500. 1 February is a Sunday: 1 002 500 from the 2nd on.
    assert interest == {"2026-02-02": 2_500, "2026-03-02": round((1_000_000 + 27 * 1_002_500) * 0.036 / 360)}


def test_a_dispute_leaves_e_on_its_date_and_comes_back_on_its_resolved_date() -> None:
    what = make.scenario(make.dispute("A1", "2026-01-14", "2026-01-28"), make.payment("A1", "2026-03-07"), days=60)
    result = run([one()], what, contract(shortfall_policy="cash_call"))
    eligible = [at(result, d, "eligible") for d in ("2026-01-13", "2026-01-14", "2026-01-27", "2026-01-28")]
    assert eligible == [1_000_000, 0, 0, 1_000_000]
    # What the dispute frees is transferable the same day.
    assert make.cash(result, "cash_call", "factor_transfer")["2026-01-14"] == -1_000_000
    assert make.cash(result, "cash_call", "factor_transfer")["2026-01-28"] == 1_000_000


def test_definancing_hands_back_part_paid_and_disputed_invoices() -> None:
    what = make.scenario(
        make.payment("A1", "2026-02-02", 300_000), make.dispute("A1", "2026-02-10"), make.payment("A1", "2026-04-06")
    )
    result = run([one()], what, contract(definancing_days=30))
    assert at(result, "2026-04-05", "assigned") == 700_000
    assert at(result, "2026-04-06", "assigned") == 0
    # The day of hand-back included, the debtor pays the company.
    assert make.cash(result, "direct_receipt") == {"2026-04-06": 700_000}


def test_definancing_waits_for_f() -> None:
    old = make.invoice("A1", "ALPHA", "2025-11-10", "2026-01-14", 1_000_000, remittance="2026-01-13")
    terms = contract(definancing_days=0, funding_delay_bd=3)
    result = run([old], make.scenario(make.never("A1"), days=60), terms)
    assert codes(result, "2026-01-16")[:2] == ["purchased", "handed_back"]


def test_without_recourse_nothing_moves_on_the_judgment_and_the_guarantee_comes_on_p() -> None:
    what = make.scenario(make.insolvency("ALPHA", "2026-01-20"), days=120)
    terms = contract(
        recourse=False,
        guarantee_payout_days=30,
        approvals=(("ALPHA", 800_000),),
        unpaid_guarantee_rate="0.9",
        definancing_days=1,
    )
    result = run([one()], what, terms)
    assert at(result, "2026-01-20", "assigned") == at(result, "2026-02-18", "assigned") == 1_000_000
    assert at(result, "2026-02-19", "assigned") == 0
    payout = next(e for e in result.events if e.code == "guarantee_paid")
    assert (make.iso(payout.day), payout.amount_minor, payout.values) == ("2026-02-19", 720_000, (("loss_minor", 280_000),))
    # U was 800 000 (January's interest was called): 80 000 is missing on p and called on that Thursday.
    assert make.cash(result, "cash_call")["2026-02-19"] == -80_000


def test_disputed_invoices_are_not_guaranteed() -> None:
    invoices = [one(), make.invoice("A2", "ALPHA", "2026-01-07", "2026-03-08", 500_000)]
    what = make.scenario(make.insolvency("ALPHA", "2026-01-20"), make.dispute("A1", "2026-01-21"), days=90)
    result = run(invoices, what, contract(recourse=False, guarantee_payout_days=30))
    assert {e.invoice_id: e.amount_minor for e in result.events if e.code == "guarantee_paid"} == {"A1": 0, "A2": 500_000}


def test_receipts_of_a_week_end_are_part_of_monday() -> None:
    what = make.scenario(make.payment("A1", "2026-01-17"), days=40)
    result = run([one()], what, contract(reserve_rate="0.10"))
    assert at(result, "2026-01-17", "utilisation") == -100_000
    assert make.cash(result) == {"2026-01-07": 900_000, "2026-01-19": 100_000, "2026-02-02": -900}


def test_what_a_receipt_frees_waits_for_the_next_business_day() -> None:
    invoices = [one(), make.invoice("B1", "BETA", "2026-01-14", "2026-03-07", 400_000)]
    what = make.scenario(make.payment("A1", "2026-01-15"), days=40)
    result = run(invoices, what, contract(reserve_rate="0.10"))
    # Thursday 15 January: B1 is bought (360 000 at once), A1 paid (100 000 pending until Friday).
    assert make.cash(result) == {
        "2026-01-07": 900_000, "2026-01-15": 360_000, "2026-01-16": 100_000, "2026-02-02": -1_322,
    }  # fmt: skip


# Steps 8 and 9


def test_netting_sends_nothing_until_v_is_above_zero() -> None:
    invoices = [one(), make.invoice("B1", "BETA", "2026-01-27", "2026-03-27", 400_000)]
    what = make.scenario(make.credit_note("A1", "2026-01-13", 300_000), make.never("A1"), make.never("B1"), days=31)
    result = run(invoices, what, contract(shortfall_policy="netting"))
    assert make.cash(result) == {"2026-01-07": 1_000_000, "2026-01-28": 100_000}
    called = run(invoices, what, contract(shortfall_policy="cash_call"))
    assert make.cash(called) == {"2026-01-07": 1_000_000, "2026-01-13": -300_000, "2026-01-28": 400_000}


def test_on_demand_lifts_the_bank_to_its_floor_after_the_operating_flows() -> None:
    planned = [PlannedFlow(day=make.day("2026-01-08"), amount_minor=-250_000, label="rent")]
    terms = contract(draw_policy="on_demand", bank_floor_minor=100_000)
    result = run([one()], make.scenario(days=20), terms, planned=planned, cash_minor=120_000)
    assert make.cash(result, "factor_transfer") == {"2026-01-08": 230_000}
    assert at(result, "2026-01-08", "balance") == 100_000


def test_windows_draw_inside_both_ends_included() -> None:
    window = (make.day("2026-01-13"), make.day("2026-01-13"))
    result = run([one()], make.scenario(days=20), contract(draw_policy="windows", draw_windows=(window,)))
    assert make.cash(result) == {"2026-01-13": 1_000_000}


def test_every_policy_draws_in_full_from_the_termination_on() -> None:
    for policy in ("on_demand", "windows"):
        terms = contract(draw_policy=policy, termination_day="2026-01-20")
        assert make.cash(run([one()], make.scenario(days=25), terms)) == {"2026-01-20": 1_000_000}


def test_without_draws_the_factor_protects_and_collects() -> None:
    terms = contract(draw_policy="none", service_fee_rate="0.01", reserve_rate="0.10")
    result = run([one()], make.scenario(make.payment("A1", "2026-02-03"), days=60), terms)
    assert make.cash(result) == {"2026-01-07": -10_000, "2026-02-04": 1_000_000}
    assert set(result.reserve_minor.tolist()) == {0}


def test_the_ceiling_comes_before_or_after_the_reserve() -> None:
    before = contract(reserve_rate="0.10", funding_ceiling_minor=950_000)
    assert make.cash(run([one()], make.scenario(days=20), before)) == {"2026-01-07": 850_000}
    after = make.with_clause(before, ceiling_basis="funds_in_use")
    assert make.cash(run([one()], make.scenario(days=20), after)) == {"2026-01-07": 900_000}


# An account that was open before


def test_an_account_that_runs_already() -> None:
    invoices = [
        make.invoice("A1", "ALPHA", "2025-12-06", "2026-01-07", 1_000_000, assigned="2025-12-09"),
        make.invoice("A2", "ALPHA", "2025-12-06", "2026-01-07", 400_000),
    ]
    terms = make.with_clause(
        make.contract("2025-06-02", margin="0.016", index="0.02", reserve_rate="0.10", service_fee_rate="0.01"),
        opening_utilisation_minor=850_000,
    )
    what = make.scenario(make.payment("A1", "2026-01-07"), make.payment("A2", "2026-01-07"), days=31)
    result = run(invoices, what, terms)
    assert at(result, "2026-01-01", "assigned") == 1_000_000
    # 1 January is a holiday: the room of 50 000 is drawn on the 2nd. A2 was never handed over.
    assert make.cash(result) == {"2026-01-02": 50_000, "2026-01-07": 400_000, "2026-01-08": 100_000}


# Confidential


def test_a_sweep_reaches_the_factor_the_next_business_day_and_frees_the_same_day() -> None:
    what = make.scenario(make.payment("A1", "2026-01-16"), days=31)
    result = run([one()], what, contract(contract_type="confidential", reserve_rate="0.10"))
    assert at(result, "2026-01-18", "assigned") == 1_000_000
    assert at(result, "2026-01-19", "assigned") == 0
    assert make.cash(result) == {"2026-01-07": 900_000, "2026-01-19": 100_000}


def test_value_days_cost_interest_and_move_nothing_else() -> None:
    what = make.scenario(make.payment("A1", "2026-01-15"), days=60)
    plain, valued = (run([one()], what, contract(receipt_value_days=v)) for v in (0, 2))
    interest = [sum(e.amount_minor for e in r.events if e.code == "interest") for r in (plain, valued)]
    # 1 000 000 * 8 days, then 10 days, at 3.6 % / 360.
    assert interest == [800, 1_000]


def test_interest_in_advance_is_trued_up_at_payment() -> None:
    """60 days on 1 000 000 from the 6th would be 6 000; drawn on the 7th, expected on 7 March: 59 days, 5 900."""
    late = make.scenario(make.payment("A1", "2026-03-17"), days=120)
    result = run([one()], late, contract(interest_mode="advance"))
    assert make.cash(result) == {"2026-01-07": 994_100, "2026-03-17": -1_000}
    early = make.scenario(make.payment("A1", "2026-02-25"), days=120)
    assert make.cash(run([one()], early, contract(interest_mode="advance"))) == {"2026-01-07": 994_100, "2026-02-26": 1_000}


def test_unused_funds_cost_a_commitment_fee() -> None:
    terms = contract(draw_policy="on_demand", commitment_fee_rate="0.0036", vat_on_service="0.20")
    result = run([one()], make.scenario(days=40), terms)
    fee = next(e for e in result.events if e.code == "commitment_fee")
    # 1 000 000 unused for the 25 days of January from the 7th on.
    assert (make.iso(fee.day), fee.amount_minor, fee.values) == ("2026-02-02", 250, (("vat_minor", 50),))


def test_the_part_of_a_dividend_that_was_guaranteed_goes_to_the_factor() -> None:
    what = make.scenario(make.insolvency("ALPHA", "2026-01-20", dividend="0.10", dividend_date="2026-06-01"), days=200)
    terms = contract(recourse=False, guarantee_payout_days=30, approvals=(("ALPHA", 800_000),))
    result = run([one()], what, terms)
    assert make.cash(result, "recovery") == {"2026-06-01": 100_000}
    assert make.cash(result, "insurer_share") == {"2026-06-01": -80_000}
