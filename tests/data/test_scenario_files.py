"""Scenarios as TOML files: every key is read, written back exactly, and refused where it cannot be."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.scenario_files import scenario_from_text, write_scenario
from forecasting.errors import InputRejected
from forecasting.ledger import NO_DAY, Partner
from forecasting.ledger_build import build_ledger, columns_of
from forecasting.scenario import (
    CollectionRequest,
    CreditNoteFact,
    Defaults,
    Delays,
    DisputeFact,
    Insolvency,
    PaymentFact,
    Scenario,
    Shock,
)
from tests.forecasting import make
from tests.forecasting.make import day

LEDGER = build_ledger(
    as_of=day("2026-01-01"),
    currency="EUR",
    opening_cash_minor=0,
    customers=columns_of([make.invoice("F1", "A", "2025-12-01", "2026-01-31", 100_00)]),
    suppliers=columns_of([make.invoice("S1", "B", "2025-12-01", "2026-01-31", 100_00)]),
    partners=[Partner(partner_id="A", segment="export")],
)

FULL = """
name = "Biggest customer fails in April"
kind = "stochastic"
horizon_days = 300
path_count = 10000
seed = 7
business_days_only = false
overdue_days = 20
[delays]
add_days = 10
multiply = "1.3"
[defaults]
multiply_probability = "2"
recovery_rate = "0.10"
recovery_delay_days = 400
[[segment]]
segment = "export"
add_days = 15
[[segment]]
partner_id = "A"
multiply_probability = "3"
[[payment]]
invoice_id = "F1"
date = 2026-05-11
amount = "12000.00"
[[payment]]
invoice_id = "S1"
never = true
[[insolvency]]
partner_id = "A"
judgment_date = 2026-04-15
declared_date = 2026-04-21
procedure = "safeguard"
irrecoverable_date = 2028-01-31
dividend = "0.05"
dividend_date = 2027-11-15
[[credit_note]]
invoice_id = "F1"
date = 2026-02-12
amount = "2000.00"
[[dispute]]
invoice_id = "F1"
date = 2026-02-20
resolved_date = 2026-03-20
[[collection_request]]
partner_id = "A"
date = 2026-06-01
declared_date = 2026-05-20
"""
EXPECTED = Scenario(
    name="Biggest customer fails in April",
    kind="stochastic",
    horizon_days=300,
    path_count=10_000,
    seed=7,
    business_days_only=False,
    overdue_days=20,
    delays=Delays(add_days=10, multiply=Decimal("1.3")),
    defaults=Defaults(multiply_probability=Decimal(2), recovery_rate=Decimal("0.10"), recovery_delay_days=400),
    shocks=(
        Shock(segment="", partner_id="A", defaults=Defaults(multiply_probability=Decimal(3))),
        Shock(segment="export", delays=Delays(add_days=15)),
    ),
    payments=(
        PaymentFact(invoice_id="F1", day=day("2026-05-11"), amount_minor=12_000_00),
        PaymentFact(invoice_id="S1", never=True),
    ),
    insolvencies=(
        Insolvency(
            partner_id="A",
            judgment=day("2026-04-15"),
            declared=day("2026-04-21"),
            procedure="safeguard",
            irrecoverable=day("2028-01-31"),
            dividend_rate=Decimal("0.05"),
            dividend_day=day("2027-11-15"),
        ),
    ),
    credit_notes=(CreditNoteFact(invoice_id="F1", day=day("2026-02-12"), amount_minor=2_000_00),),
    disputes=(DisputeFact(invoice_id="F1", day=day("2026-02-20"), resolved=day("2026-03-20")),),
    collection_requests=(CollectionRequest(partner_id="A", day=day("2026-06-01"), declared=day("2026-05-20")),),
)


def read(text: str) -> Scenario:
    return scenario_from_text("s.toml", text, LEDGER).record


def wrong(text: str) -> list[tuple[str, str]]:
    with pytest.raises(InputRejected) as rejected:
        read(text)
    return [(p.column, p.code) for p in rejected.value.problems]


def test_every_key_has_its_place() -> None:
    assert read(FULL) == EXPECTED


def test_what_is_absent() -> None:
    assert read("") == Scenario()
    certain = read('kind = "certain"\n')
    assert (certain.business_days_only, certain.overdue_days) == (False, 15)
    assert read('[[insolvency]]\npartner_id = "A"\njudgment_date = 2026-04-15\n').insolvencies[0] == Insolvency(
        partner_id="A", judgment=day("2026-04-15"), declared=day("2026-04-15")
    )
    request = read('[[collection_request]]\npartner_id = "A"\ndate = 2025-06-01\n').collection_requests[0]
    assert request.declared == request.day == day("2025-06-01")
    assert read('[[dispute]]\ninvoice_id = "F1"\ndate = 2026-04-15\n').disputes[0].resolved == NO_DAY


def test_order_of_rows_changes_nothing() -> None:
    first, second = (f'[[payment]]\ninvoice_id = "F1"\ndate = 2026-05-1{k}\namount = "1.00"\n' for k in (1, 2))
    assert read(first + second) == read(second + first)


@pytest.mark.parametrize(
    ("text", "column", "code"),
    [
        ('kind = "sure"', "kind", "value.bad_choice"),
        ("horizon_days = 0", "horizon_days", "value.out_of_bounds"),
        ("horizon_days = 5000", "horizon_days", "value.out_of_bounds"),
        ("path_count = 1000000", "path_count", "value.out_of_bounds"),
        ("seed = -1", "seed", "value.out_of_bounds"),
        ("seed = true", "seed", "value.bad_number"),
        ("horizon = 30", "horizon", "toml.unknown_key"),
        ("[delays]\nadd_days = 9999", "delays.add_days", "value.out_of_bounds"),
        ('[delays]\nmultiply = "-1"', "delays.multiply", "value.negative"),
        ('[defaults]\nrecovery_rate = "10"', "defaults.recovery_rate", "value.share_out_of_range"),
        ("[[segment]]\nadd_days = 3", "segment[1].segment", "scenario.segment_or_partner"),
        ('[[segment]]\nsegment = "export"\npartner_id = "A"', "segment[1].segment", "scenario.segment_or_partner"),
        ('[[segment]]\nsegment = "space"\nadd_days = 3', "segment[1].segment", "scenario.unknown_segment"),
        ('[[segment]]\nsegment = "export"\n[[segment]]\nsegment = "export"', "segment[2].segment", "scenario.shocked_twice"),
        ('[[payment]]\ninvoice_id = "F1"', "payment[1].date", "toml.key_missing"),
        ('[[payment]]\ninvoice_id = "Z"\nnever = true', "payment[1].invoice_id", "scenario.unknown_invoice"),
        ('[[payment]]\ninvoice_id = "F1"\ndate = 2026-01-01\nnever = true', "payment[1].never", "scenario.never_and_date"),
        ('[[payment]]\ninvoice_id = "F1"\ndate = 2026-01-01\namount = "0"', "payment[1].amount", "value.not_above_zero"),
        ('[[payment]]\ninvoice_id = "F1"\ndate = "31/12/2026"', "payment[1].date", "value.bad_date"),
        ('[[payment]]\ninvoice_id = "F1"\ndate = 2026-01-01T10:00:00', "payment[1].date", "value.bad_date"),
        ('[[credit_note]]\ninvoice_id = "S1"\ndate = 2026-01-01\namount = "1"', "credit_note[1].invoice_id", "scenario.unknown_invoice"),
        ('[[credit_note]]\ninvoice_id = "F1"\ndate = 2026-01-01\namount = "-1"', "credit_note[1].amount", "value.negative"),
        ('[[insolvency]]\npartner_id = "Z"\njudgment_date = 2026-01-01', "insolvency[1].partner_id", "contract.unknown_partner"),
        ('[[insolvency]]\npartner_id = "A"', "insolvency[1].judgment_date", "toml.key_missing"),
        (
            '[[insolvency]]\npartner_id = "A"\njudgment_date = 2026-01-01\ndividend = "0.1"',
            "insolvency[1].dividend_date",
            "scenario.dividend_without_date",
        ),
        (
            '[[insolvency]]\npartner_id = "A"\njudgment_date = 2026-02-01\ndividend = "0.1"\ndividend_date = 2026-01-01',
            "insolvency[1].dividend_date",
            "scenario.before_judgment",
        ),
        (
            '[[insolvency]]\npartner_id = "A"\njudgment_date = 2026-01-01\n[[insolvency]]\npartner_id = "A"\njudgment_date = 2026-02-01',
            "insolvency[2].partner_id",
            "scenario.judged_twice",
        ),
        (
            '[[dispute]]\ninvoice_id = "F1"\ndate = 2026-02-01\nresolved_date = 2026-01-01',
            "dispute[1].resolved_date",
            "scenario.resolved_before",
        ),
        ('payment = "F1"', "payment", "toml.not_tables"),
    ],
)  # fmt: skip
def test_what_is_refused(text: str, column: str, code: str) -> None:
    assert wrong(text + "\n") == [(column, code)]


def test_without_a_ledger_nothing_is_unknown() -> None:
    assert scenario_from_text("s.toml", '[[payment]]\ninvoice_id = "Z"\nnever = true\n').record.payments


DAY = st.integers(20_000, 22_000)
RATE = st.integers(0, 10**6).map(lambda n: Decimal(n).scaleb(-6))


@given(st.data())
@settings(max_examples=80, derandomize=True, deadline=None)
def test_a_scenario_is_written_back_exactly(data: st.DataObject) -> None:
    draw = data.draw
    optional_amount = st.one_of(st.none(), st.integers(1, 10**9))
    paid = [
        PaymentFact(invoice_id=f'F"{k}', day=draw(DAY), amount_minor=draw(optional_amount))
        for k in range(draw(st.integers(0, 3)))
    ]
    judgment = draw(DAY)
    scenario = replace(
        EXPECTED,
        name=draw(st.text(max_size=20)).strip(),
        kind=draw(st.sampled_from(["certain", "stochastic"])),
        business_days_only=draw(st.booleans()),
        delays=Delays(add_days=draw(st.integers(-30, 30)), multiply=draw(RATE)),
        defaults=draw(st.sampled_from([Defaults(), EXPECTED.defaults])),
        payments=tuple(paid),
        insolvencies=(
            replace(EXPECTED.insolvencies[0], judgment=judgment, irrecoverable=NO_DAY, dividend_day=judgment + 9),
        ),
    )
    again = scenario_from_text("s.toml", write_scenario(scenario)).record
    assert replace(again, payments=()) == replace(scenario, payments=())
    assert set(again.payments) == set(scenario.payments)
