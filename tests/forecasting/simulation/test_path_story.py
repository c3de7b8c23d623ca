"""The story of an invoice, what is refused, what lies ahead: codes with days and amounts."""

from __future__ import annotations

from forecasting.simulation.certain import certain_facts
from forecasting.simulation.notices import declaration_deadlines, hand_backs
from forecasting.simulation.story import Refused, refused_on, story
from tests.forecasting import make

START = "2026-01-01"


def told(events: object) -> list[tuple[str, str, int]]:
    return [(make.iso(e.day), e.code, e.amount_minor) for e in events]  # type: ignore[attr-defined]


def test_the_story_of_a_financed_invoice() -> None:
    ledger = make.ledger(START, [make.invoice("A1", "ALPHA", "2026-01-06", "2026-02-06", 1_000_000)])
    contract = make.contract(START, service_fee_rate="0.01", vat_on_service="0.20", funding_delay_bd=1, definancing_days=10)
    facts = [
        make.credit_note("A1", "2026-01-12", 100_000),
        make.dispute("A1", "2026-01-14", "2026-01-20"),
        make.payment("A1", "2026-03-02"),
    ]
    result = make.project(ledger, make.scenario(*facts), contract)
    assert told(story(result, ledger, "A1", make.day("2026-12-31"))) == [
        ("2026-01-07", "purchased", 1_000_000),
        ("2026-01-07", "service_fee", 10_000),
        ("2026-01-12", "credit_note", 100_000),
        ("2026-01-14", "disputed", 900_000),
        ("2026-01-14", "unfinanced.disputed", 900_000),
        ("2026-01-20", "dispute_resolved", 900_000),
        ("2026-01-20", "unfinanced.disputed", 0),
        ("2026-02-16", "handed_back", 900_000),
        ("2026-03-02", "flow.direct_receipt", 900_000),
    ]
    assert told(story(result, ledger, "A1", make.day("2026-01-13"))) == [
        ("2026-01-07", "purchased", 1_000_000), ("2026-01-07", "service_fee", 10_000), ("2026-01-12", "credit_note", 100_000),
    ]  # fmt: skip


def test_what_is_refused_in_euros_with_its_date() -> None:
    invoices = [
        make.invoice("A1", "ALPHA", "2026-01-06", "2026-03-06", 1_000_000),
        make.invoice("B1", "BETA", "2026-01-07", "2026-03-06", 700_000),
        make.invoice("B2", "BETA", "2026-01-08", "2026-03-06", 400_000),
        make.invoice("C1", "GAMMA", "2026-01-08", "2026-05-06", 300_000),
        make.invoice("D1", "DELTA", "2026-01-08", "2026-03-06", 50_000),
    ]
    ledger = make.ledger(START, invoices)
    contract = make.contract(
        START,
        max_term_days=90,
        approvals=(("ALPHA", 900_000), ("BETA", 9_000_000), ("GAMMA", 9_000_000)),
        concentration_cap="0.5",
    )
    result = make.project(ledger, make.scenario(), contract)
    day = make.day("2026-01-09")
    found = {(r.partner_id, r.invoice_id, r.clause): (r.amount_minor, make.iso(r.since)) for r in refused_on(result, day)}
    assert found == {
        # Cap: half of 2 150 000.
        ("BETA", "", "over_concentration"): (25_000, "2026-01-08"),
        ("ALPHA", "", "over_limit"): (100_000, "2026-01-06"),
        ("GAMMA", "C1", "term_too_long"): (300_000, "2026-01-08"),
        ("DELTA", "", "unapproved"): (50_000, "2026-01-08"),
    }
    # Everything is paid in March, C1 in May.
    assert [r.invoice_id for r in refused_on(result, make.day("2026-04-01"))] == ["C1"]
    assert refused_on(result, make.day("2026-05-06")) == ()
    assert isinstance(refused_on(result, day)[0], Refused)


def test_a_missed_notice_is_told_with_what_it_costs() -> None:
    ledger = make.ledger(START, [make.invoice("A1", "ALPHA", "2026-01-06", "2026-05-06", 1_200_000)])
    what = make.scenario(make.insolvency("ALPHA", "2026-02-02", declared="2026-04-01"))
    result = make.project(ledger, what, None, make.policy(START, declaration_days=30))
    assert [(r.clause, r.amount_minor) for r in refused_on(result, make.day("2026-02-02"))] == [
        ("declared_late", 1_000_000)
    ]
    late = next(e for e in result.events if e.code == "uncovered.declared_late")
    assert dict(late.values)["deadline_day"] == make.day("2026-03-04")


def test_the_waterfall_is_told_step_by_step() -> None:
    ledger = make.ledger(START, [make.invoice("A1", "ALPHA", "2026-01-06", "2026-05-06", 1_200_000)])
    terms = make.policy(START, limits=(("ALPHA", 800_000),), deductible_claim_minor=20_000, afl_minor=100_000)
    result = make.project(ledger, make.scenario(make.insolvency("ALPHA", "2026-02-02")), None, terms)
    assert [(e.code, e.amount_minor) for e in result.events] == [
        ("claim.insolvency", 1_000_000), ("claim.debt", 1_000_000), ("uncovered.over_credit_limit", 200_000),
        ("claim.percentage", 720_000), ("claim.deductible", 700_000), ("claim.annual_first_loss", 100_000),
        ("claim.indemnity", 600_000),
    ]  # fmt: skip


def test_deadlines_ahead_with_their_warning() -> None:
    invoices = [
        make.invoice("A1", "ALPHA", "2025-10-01", "2025-12-01", 1_000_000),
        make.invoice("B1", "BETA", "2025-11-01", "2025-12-31", 20_000),
        make.invoice("C1", "GAMMA", "2025-12-01", "2026-01-31", 500_000, assigned="2025-12-05"),
    ]
    ledger = make.ledger(START, invoices)
    facts = certain_facts(ledger, make.scenario(make.never("A1"), make.never("B1"), make.never("C1")))
    policy = make.policy(START, max_credit_days=90, declaration_days=30, declaration_threshold_minor=30_000)
    found = [
        (d.partner_id, make.iso(d.stop), make.iso(d.deadline), make.iso(d.warning))
        for d in declaration_deadlines(policy, ledger, facts, ledger.as_of)
    ]
    assert found == [
        ("ALPHA", "2025-12-30", "2026-01-29", "2026-01-14"),
        ("GAMMA", "2026-03-01", "2026-03-31", "2026-03-16"),
    ]
    (back,) = hand_backs(make.contract(START, definancing_days=30), ledger, facts, ledger.as_of)
    assert (back.invoice_id, make.iso(back.day), back.open_minor) == ("C1", "2026-03-02", 500_000)
    assert hand_backs(make.contract(START), ledger, facts, ledger.as_of) == ()


def test_remittances_and_the_hours_they_take() -> None:
    invoices = [make.invoice(f"A{k}", "ALPHA", f"2026-01-{6 + k:02d}", "2026-03-06", 1_000) for k in range(3)]
    contract = make.contract(START, remittance_schedule="weekly", admin_hours_per_remittance="1.5")
    result = make.project(make.ledger(START, invoices), make.scenario(), contract)
    assert (result.remittances, str(result.admin_hours)) == (1, "1.5")
