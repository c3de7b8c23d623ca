"""Cover of debts, their dates and what comes of a claim (domain 2.2 to 2.4), on cases that can be followed by hand."""

from __future__ import annotations

from typing import Any

import pytest

from forecasting.insurance.policy import InsurancePolicy
from forecasting.ledger import Partner
from forecasting.scenario import Scenario
from forecasting.simulation.claims import Claim
from forecasting.simulation.path import PathResult
from tests.forecasting import make

START = "2026-01-01"


def policy(**clauses: Any) -> InsurancePolicy:
    return make.policy(START, **clauses)


def run(invoices: list[Any], what: Scenario, terms: InsurancePolicy, **keys: Any) -> PathResult:
    return make.project(make.ledger(START, invoices, **keys), what, None, terms)


def claim(invoices: list[Any], what: Scenario, terms: InsurancePolicy, **keys: Any) -> Claim:
    (found,) = run(invoices, what, terms, **keys).claims
    return found


def bill(name: str, issue: str, due: str, net: int, **keys: Any) -> Any:
    """An invoice of a net amount at 20 %."""
    return make.invoice(name, "BETA", issue, due, net * 12 // 10, **keys)


TWO = [bill("B1", "2026-02-02", "2026-06-01", 1_000_000), bill("B2", "2026-03-02", "2026-06-01", 2_000_000)]
FAILED = make.scenario(make.insolvency("BETA", "2026-05-04"), days=700)


# Step 2: payments poured again from the oldest


def test_payments_are_poured_over_the_oldest_whatever_their_label() -> None:
    """B2 was paid 12 000.00: it settles B1, and 20 000.00 of B2 stay, under the limit of its own day."""
    what = make.scenario(make.payment("B2", "2026-04-01", 1_200_000), make.insolvency("BETA", "2026-05-04"), days=700)
    found = claim(TWO, what, policy())
    assert [(d.invoice_id, d.net_minor) for d in found.debts] == [("B2", 2_000_000)]


def test_history_and_prepayments_are_poured_too() -> None:
    old = make.invoice("B0", "BETA", "2025-06-02", "2025-07-02", 600_000, paid="2025-07-02")
    later = bill("B9", "2026-06-01", "2026-07-01", 500_000)
    facts = make.payment("B9", "2026-04-01", 120_000), make.insolvency("BETA", "2026-05-04")
    found = claim([*TWO, old, later], make.scenario(*facts, days=700), policy())
    assert [(d.invoice_id, d.open_minor) for d in found.debts] == [("B1", 1_080_000), ("B2", 2_400_000)]


def test_credit_notes_up_to_the_loss_lower_the_debt() -> None:
    facts = make.credit_note("B1", "2026-05-04", 240_000), make.insolvency("BETA", "2026-05-04")
    found = claim(TWO, make.scenario(*facts, days=700), policy())
    assert found.total_debt_net_minor == 2_800_000


# 2.2: what is covered


@pytest.mark.parametrize(
    ("clauses", "partner", "reasons"),
    [
        ({}, Partner(partner_id="BETA", public_body=True), ["public_body", "public_body"]),
        ({}, Partner(partner_id="BETA", intra_group=True), ["intra_group", "intra_group"]),
        ({"max_credit_days": 91}, Partner(partner_id="BETA"), ["credit_too_long", ""]),
        ({"max_credit_days": 91, "max_credit_days_export": 119}, Partner(partner_id="BETA", domestic=False), ["", ""]),
        ({"max_credit_days": 27}, Partner(partner_id="BETA"), ["credit_too_long", "delivered_after_stop"]),
    ],
)
def test_why_a_debt_is_not_covered(clauses: dict[str, Any], partner: Partner, reasons: list[str]) -> None:
    found = claim(TWO, FAILED, policy(**clauses), partners=[partner])
    assert [d.reason for d in found.debts] == reasons


def test_a_delivery_on_the_stop_date_is_covered() -> None:
    """2 February + 28 days is 2 March, the issue date of B2; its delivery a day later is not."""
    short = [bill("B1", "2026-02-02", "2026-03-02", 1_000_000), bill("B2", "2026-03-02", "2026-03-30", 2_000_000)]
    what = make.scenario(make.never("B1"), make.never("B2"), make.insolvency("BETA", "2026-05-04"), days=700)
    assert [d.reason for d in claim(short, what, policy(max_credit_days=28)).debts] == ["", ""]
    late = [short[0], bill("B2", "2026-03-02", "2026-03-30", 2_000_000, delivery="2026-03-03")]
    assert [d.reason for d in claim(late, what, policy(max_credit_days=28)).debts] == ["", "delivered_after_stop"]


def test_a_dispute_on_the_date_of_loss_suspends_cover() -> None:
    for resolved, reason in ((None, "disputed"), ("2026-05-05", "disputed"), ("2026-05-04", "")):
        what = make.scenario(make.dispute("B1", "2026-04-01", resolved), make.insolvency("BETA", "2026-05-04"), days=700)
        assert [d.reason for d in claim(TWO, what, policy()).debts] == [reason, ""]


# Step 5: limits


def test_a_cut_leaves_older_deliveries_their_limit() -> None:
    limits = {"limits": (("BETA", 2_500_000),)}
    assert claim(TWO, FAILED, policy(**limits)).indemnity.loss_minor == 2_500_000
    for when, loss in (("2026-03-03", 2_500_000), ("2026-03-02", 1_000_000)):
        cut = policy(**limits, limit_changes=(make.limit_change("BETA", when, 500_000),))
        assert claim(TWO, FAILED, cut).indemnity.loss_minor == loss


def test_a_limit_with_vat_cuts_the_net_in_proportion() -> None:
    """3 600 000 with VAT against 3 000 001: half_up(3 000 000 * 3 000 001 / 3 600 000) = 2 500 001."""
    terms = policy(limits=(("BETA", 3_000_001),), limit_basis="TTC")
    assert claim(TWO, FAILED, terms).indemnity.loss_minor == 2_500_001


def test_named_undeclared_and_refused_buyers() -> None:
    undeclared = {"undeclared_limit_minor": 1_000_000, "undeclared_pct": "0.60"}
    assert claim(TWO, FAILED, policy(limits=(), **undeclared)).indemnity.indemnity_minor == 600_000
    assert claim(TWO, FAILED, policy(limits=())).indemnity.indemnity_minor == 0
    assert claim(TWO, FAILED, policy(limits=(("BETA", 0),), **undeclared)).indemnity.indemnity_minor == 0
    assert claim(TWO, FAILED, policy()).indemnity.indemnity_minor == 2_700_000


# 2.4: dates


def test_insolvency_dates() -> None:
    what = make.scenario(make.insolvency("BETA", "2026-05-04", declared="2026-06-03"), days=700)
    dates = claim(TWO, what, policy(declaration_days=30, payment_days=45, max_credit_days=60)).dates
    assert [make.iso(d) for d in (dates.loss, dates.deadline or 0, dates.pay, dates.stop or 0)] == [
        "2026-05-04", "2026-06-03", "2026-07-18", "2026-04-03",
    ]  # fmt: skip
    assert not dates.late


def test_declared_a_day_late_is_forfeited() -> None:
    what = make.scenario(make.insolvency("BETA", "2026-05-04", declared="2026-06-04"), days=700)
    found = claim(TWO, what, policy(declaration_days=30, afl_minor=1))
    assert (found.dates.late, found.indemnity.indemnity_minor, found.indemnity.afl_left_minor) == (True, 0, 1)
    assert found.indemnity.loss_minor == 3_000_000
    no_duty = claim(TWO, what, policy(declaration_days=30, declaration_threshold_minor=3_600_001))
    assert no_duty.indemnity.indemnity_minor == 2_700_000


def default(declared: str, **facts: Any) -> Scenario:
    return make.scenario(
        make.never("B1"), make.never("B2"), make.request("BETA", "2026-07-31", declared), *facts.values(), days=700
    )


def test_protracted_default_dates() -> None:
    """Oldest unpaid issued 2 February: stop 2 June, deadline 2 July; 31 July + 7 months is 28 February."""
    dates = claim(
        TWO, default("2026-07-02"), policy(max_credit_days=120, declaration_days=30, waiting_months=7, payment_days=30)
    ).dates
    assert [make.iso(d) for d in (dates.stop or 0, dates.deadline or 0, dates.loss, dates.pay)] == [
        "2026-06-02", "2026-07-02", "2027-02-28", "2027-03-30",
    ]  # fmt: skip
    assert not dates.late
    assert claim(TWO, default("2026-07-03"), policy(max_credit_days=120, declaration_days=30)).dates.late


def test_the_stop_of_an_extension_counts_from_the_due_date() -> None:
    terms = policy(stop_rule="extension", extension_days=60, declaration_days=30)
    dates = claim(TWO, default("2026-07-02"), terms).dates
    assert make.iso(dates.stop or 0) == "2026-07-31"


def test_without_a_maximum_credit_there_is_neither_stop_nor_deadline() -> None:
    dates = claim(TWO, default("2026-07-31"), policy(declaration_days=30)).dates
    assert (dates.stop, dates.deadline, dates.late) == (None, None, False)


def test_a_judgment_inside_the_waiting_period_makes_an_insolvency() -> None:
    failed = make.insolvency("BETA", "2026-10-01", declared="2026-10-15")
    found = claim(TWO, default("2026-06-15", failed=failed), policy(waiting_months=5, payment_days=30))
    assert (found.dates.cause, make.iso(found.dates.pay)) == ("insolvency", "2026-11-14")
    later = make.insolvency("BETA", "2027-01-01")
    assert claim(TWO, default("2026-06-15", failed=later), policy(waiting_months=5)).dates.cause == "protracted_default"


# Indemnities and recoveries


def test_recoveries_are_shared_on_the_net_and_cost_their_uncovered_part() -> None:
    """Debt 30 000.00 net, limit 20 000.00, 90 %: indemnity 18 000.00. Of 3 600.00 received 3 000.00 are net, the
    insurer takes 18/30; collection 4.5 % of 3 600.00 is 162.00, a third of it uncovered, with VAT 64.80."""
    later = make.payment("B1", "2027-03-02", 360_000)
    what = make.scenario(make.never("B2"), make.request("BETA", "2026-07-01"), later, days=700)
    terms = policy(
        limits=(("BETA", 2_000_000),), waiting_months=5, payment_days=30, collection_fee="0.045", vat_on_fees="0.20"
    )
    result = run(TWO, what, terms)
    assert make.cash(result, "indemnity") == {"2026-12-31": 1_800_000}
    assert make.cash(result, "insurer_share") == {"2027-03-02": -180_000}
    assert make.cash(result, "insurance_fee") == {"2027-03-02": -6_480}
    assert {f.source_id for f in result.flows if f.category == "insurer_share"} == {"BETA@2026-12-01"}


def test_a_recovery_over_two_rates_is_shared_by_what_was_open() -> None:
    """12 000.00 at 20 % and 6 000.00 at 0 %: of 900.00 the 0 % part is 300.00, net 500.00 + 300.00 = 800.00."""
    invoices = [
        bill("B1", "2026-02-02", "2026-06-01", 1_000_000),
        make.invoice("B2", "BETA", "2026-02-02", "2026-06-01", 600_000, vat="0"),
    ]
    what = make.scenario(make.insolvency("BETA", "2026-05-04", dividend="0.05", dividend_date="2027-01-04"), days=700)
    result = run(invoices, what, policy(pct="1"))
    assert make.cash(result, "recovery") == {"2027-01-04": 90_000}
    assert make.cash(result, "insurer_share") == {"2027-01-04": -80_000}
    # VAT relief on B1 alone, 100.00 of it given back.
    assert make.cash(result, "vat_relief") == {"2026-06-24": 200_000}
    assert make.cash(result, "vat_relief_reversal") == {"2027-02-24": -10_000}


def test_vat_on_receipts_and_reorganisations() -> None:
    services = [bill("B1", "2026-02-02", "2026-06-01", 1_000_000, on_receipt=True)]
    assert make.cash(run(services, FAILED, policy()), "vat_relief") == {}
    waiting = make.insolvency("BETA", "2026-05-04", procedure="reorganisation")
    assert make.cash(run(TWO, make.scenario(waiting, days=700), policy()), "vat_relief") == {}
    lost = make.insolvency("BETA", "2026-05-04", procedure="reorganisation", irrecoverable="2027-01-31")
    assert make.cash(run(TWO, make.scenario(lost, days=700), policy()), "vat_relief") == {"2027-02-24": 600_000}


def test_insurance_years_make_caps_whole_again() -> None:
    invoices = [
        make.invoice("B1", "BETA", "2026-02-02", "2026-07-01", 1_200_000),
        make.invoice("C1", "GAMMA", "2027-02-02", "2027-07-01", 1_200_000),
    ]
    what = make.scenario(
        make.insolvency("BETA", "2026-12-31"), make.insolvency("GAMMA", "2027-04-01"), make.never("B1"), days=700
    )
    terms = policy(pct="1", afl_minor=600_000, max_liability_minor=300_000)
    assert [c.indemnity.indemnity_minor for c in run(invoices, what, terms).claims] == [300_000, 300_000]
    ended = policy(pct="1", end_day="2026-12-31")
    assert [c.indemnity.indemnity_minor for c in run(invoices, what, ended).claims] == [1_000_000, 0]


# Both contracts


def test_the_policy_covers_what_it_limits_and_the_factor_the_rest() -> None:
    invoices = [make.invoice(f"{p}1", p, "2026-02-02", "2026-06-01", 1_200_000) for p in ("BETA", "GAMMA", "DELTA")]
    facts = [make.insolvency(p, "2026-05-04") for p in ("BETA", "GAMMA", "DELTA")]
    factor = make.contract(START, recourse=False, guarantee_payout_days=30, cover_source=(("DELTA", "none"),))
    own = policy(pct="1", limits=(("BETA", 5_000_000),), undeclared_limit_minor=5_000_000)
    result = make.project(make.ledger(START, invoices), make.scenario(*facts, days=400), factor, own)
    assert {c.partner_id: c.indemnity.indemnity_minor for c in result.claims} == {"BETA": 1_000_000}
    guaranteed = {e.partner_id: e.amount_minor for e in result.events if e.code == "guarantee_paid"}
    assert guaranteed == {"BETA": 0, "GAMMA": 1_200_000, "DELTA": 0}
    # What the factor does not bear comes back on p and is called that day.
    assert make.cash(result, "cash_call")["2026-06-03"] == -2_400_000
