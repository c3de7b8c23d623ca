"""Exposure, refusals, what more limit is worth, orders that a limit blocks, three years, the waterfall: by hand."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from forecasting.insurance.policy import BonusMalus
from forecasting.ledger import Partner
from forecasting.offers.limits import blocked_orders, deadlines, exposures, limit_worth
from forecasting.offers.refused import by_clause, total_minor, uncovered_on
from forecasting.offers.waterfall import waterfall_of
from forecasting.offers.years import three_years, total_cost_3y
from tests.forecasting import make

TODAY = "2026-06-01"


def book(**keys: object):  # type: ignore[no-untyped-def]
    return make.ledger(
        TODAY,
        [
            make.invoice("A1", "A", "2026-05-01", "2026-07-01", 12_000_00),
            make.invoice("A2", "A", "2026-06-10", "2026-08-10", 6_000_00),
            make.invoice("P1", "P", "2026-05-10", "2026-07-01", 2_400_00),
            make.invoice("O1", "O", "2025-12-01", "2026-01-01", 1_200_00),
            make.invoice("O2", "O", "2026-05-20", "2026-07-20", 600_00),
            make.invoice("D1", "D", "2026-05-02", "2026-07-02", 360_00, disputed=True),
            make.invoice("L1", "L", "2026-05-03", "2026-12-03", 120_00),
        ],
        partners=[Partner(partner_id="P", public_body=True), Partner(partner_id="A", rating="3+")],
    )


POLICY = make.policy(
    "2026-01-01",
    limits=(("A", 12_000_00), ("O", 50_000_00), ("D", 1_000_00), ("L", 1_000_00)),
    max_credit_days=120,
    declaration_days=30,
)


def test_exposure_and_what_stays_with_the_company() -> None:
    found = {e.partner_id: e for e in exposures(POLICY, book(), make.day("2026-06-15"))}
    assert "P" not in found, "a public body is no buyer of the policy"
    buyer = found["A"]
    assert (buyer.owed_minor, buyer.within_minor, buyer.beyond_minor) == (15_000_00, 12_000_00, 3_000_00)
    assert buyer.kept_minor == 3_000_00 + 1_200_00 and buyer.rating == "3+"


def test_every_refusal_has_its_clause_amount_and_date() -> None:
    found = {(r.clause, r.partner_id): r for r in uncovered_on(POLICY, book(), make.day("2026-06-15"))}
    assert found["over_credit_limit", "A"].amount_minor == 3_000_00
    assert found["over_credit_limit", "A"].since == make.day("2026-06-10"), "the delivery that passes the limit"
    assert found["public_body", "P"].amount_minor == 2_000_00
    assert found["disputed", "D"].amount_minor == 300_00
    assert found["credit_too_long", "L"].invoice_id == "L1"
    stop, deadline = make.day("2025-12-01") + 120, make.day("2025-12-01") + 150
    assert found["delivered_after_stop", "O"].amount_minor == 500_00 and make.day("2026-05-20") > stop
    assert [d.deadline for d in deadlines(POLICY, book())] == [deadline]
    missed = {r.clause: r for r in uncovered_on(POLICY, book(), make.day(TODAY)) if r.partner_id == "O"}
    assert missed["notice_missed"].amount_minor == 1_000_00 and missed["notice_missed"].since == deadline + 1
    groups = by_clause(found.values())
    assert total_minor(groups) == sum(r.amount_minor for r in found.values())
    assert [g.amount_minor for g in groups] == sorted((g.amount_minor for g in groups), reverse=True)


def test_more_limit_is_worth_its_covered_part_times_the_probability() -> None:
    one_day = limit_worth(POLICY, book(), 1_000_00, {"A": 0.02}, 1)
    assert one_day == (), "today nobody is beyond a limit"
    week = limit_worth(POLICY, book(), 1_000_00, {"A": 0.02}, 22)
    (worth,) = week
    # four samples, 1, 8, 15 and 22 June: the limit is passed from the 10th on
    assert (worth.partner_id, worth.used_minor, worth.covered_minor) == ("A", 500_00, 450_00)
    assert worth.yearly_minor == 9_00


def test_orders_that_a_limit_blocks() -> None:
    (blocked,) = blocked_orders(POLICY, book(), 60)
    assert (blocked.partner_id, blocked.orders, blocked.amount_minor) == ("A", 1, 3_000_00)
    assert blocked.first_day == make.day("2026-06-10")
    assert blocked_orders(POLICY, book(), 5) == ()


def test_three_years_with_malus() -> None:
    """Domain 2.4: indemnities 21 000, premium 20 000: ratio 1.05, +25 %, next year 25 000."""
    policy = make.policy(
        "2026-01-01",
        premium_min_minor=20_000_00,
        tca_rate="0.09",
        domestic_share="1",
        bonus_malus=(
            BonusMalus(loss_ratio_up_to=Decimal("0.30"), change=Decimal("-0.10")),
            BonusMalus(loss_ratio_up_to=Decimal("1.50"), change=Decimal("0.25")),
        ),
    )
    years = three_years(policy, book(), {0: 21_000_00})
    assert [y.premium_minor for y in years] == [20_000_00, 25_000_00, 18_000_00]
    assert years[0].ratio == Fraction(105, 100)
    assert [y.change for y in years] == [Decimal("0.25"), Decimal("-0.10"), None]
    assert [y.tax_and_fees_minor for y in years] == [1_800_00, 2_250_00, 1_620_00]
    assert total_cost_3y(years) == 68_670_00 - 21_000_00


def test_the_waterfall_adds_up() -> None:
    ledger = make.ledger(TODAY, [make.invoice("A1", "A", "2026-05-01", "2026-07-01", 54_000_00)])
    policy = make.policy("2026-01-01", limits=(("A", 40_000_00),), deductible_claim_minor=1_000_00)
    what = make.scenario(make.insolvency("A", "2026-06-15"), days=120)
    (claim,) = make.project(ledger, what, None, policy).claims
    found = waterfall_of(claim, policy)
    assert found.steps == (("limit", -5_000_00), ("kept", -4_000_00), ("deductible", -1_000_00))
    assert found.owed_minor + sum(amount for _, amount in found.steps) == found.paid_minor == 35_000_00
