"""Contracts as TOML files: every clause is read, written back exactly, and refused where it contradicts itself."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.clauses import Kind, field_of
from data.contract_files import factoring_from_text, insurance_from, insurance_from_text
from data.factoring_files import FACTORING_CLAUSES, write_factoring
from data.insurance_files import INSURANCE_CLAUSES, write_insurance
from data.toml_values import TomlFile
from forecasting.dates import to_day
from forecasting.errors import InputRejected
from forecasting.factoring.contract import DatedLimit, DatedRate, FactoringContract
from forecasting.insurance.policy import BonusMalus, Instalment, InsurancePolicy
from forecasting.ledger import NO_DAY
from tests.forecasting import make

FACTORING = 'contract_type = "full_notified"\nrecourse = true\nstart_date = 2026-01-01\nindex_rate = "0.02"\n'
INSURANCE = 'insured_pct = "0.9"\nstart_date = 2026-01-01\n'
LEDGER = make.ledger("2026-01-01", [make.invoice("F1", "A", "2025-12-01", "2026-01-31", 100_00)])


def factoring(text: str = "") -> FactoringContract:
    return factoring_from_text("f.toml", FACTORING + text, LEDGER).record


def insurance(text: str = "") -> InsurancePolicy:
    return insurance_from_text("i.toml", INSURANCE + text, LEDGER).record


def wrong(read: Any, text: str) -> list[tuple[int | None, str, str]]:
    with pytest.raises(InputRejected) as rejected:
        read("x.toml", text, LEDGER)
    return [(p.row, p.column, p.code) for p in rejected.value.problems]


def test_absent_keys_are_absent_clauses() -> None:
    contract = factoring()
    expected = FactoringContract(
        contract_type="full_notified",
        recourse=True,
        start_day=to_day(date(2026, 1, 1)),
        index=(DatedRate(day=NO_DAY, rate=Decimal("0.02")),),
    )
    assert contract == expected
    assert insurance() == InsurancePolicy(insured_pct=Decimal("0.9"), start_day=to_day(date(2026, 1, 1)))


def test_every_field_of_the_records_has_its_key() -> None:
    """A clause that no file can say would be a clause that no user can have."""
    apart = {
        "index",
        "ineligible",
        "debtors_only",
        "debtors_except",
        "approvals",
        "approval_changes",
        "draw_windows",
        "cover_source",
    }
    said = {field_of(key, kind) for key, kind in FACTORING_CLAUSES.items()}
    assert said | apart == {f.name for f in fields(FactoringContract)}
    apart = {"instalments", "bonus_malus", "limits", "limit_changes", "cover_source"}
    said = {field_of(key, kind) for key, kind in INSURANCE_CLAUSES.items()}
    assert said | apart == {f.name for f in fields(InsurancePolicy)}


def sample_value(kind: Kind, field: str, record: type) -> tuple[str, Any]:
    """A value of a clause that differs from its absence, as TOML text and as the field holds it."""
    choices = get_args(get_type_hints(record)[field])
    match kind:
        case "share" | "rate" | "positive_rate":
            return '"0.0625"', Decimal("0.0625")
        case "amount" | "signed_amount":
            return '"1234.56"', 1234_56
        case "whole":
            return ("365", 365) if field == "day_count" else ("7", 7)
        case "number":
            return "1.5", Decimal("1.5")
        case "day":
            return "2027-02-28", to_day(date(2027, 2, 28))
        case "flag":
            return "true", True
        case "text":
            text = choices[-1] if choices else "Offer 1"
            return f'"{text}"', text
    raise AssertionError(kind)


@pytest.mark.parametrize("key", [k for k in FACTORING_CLAUSES if k not in ("contract_type", "recourse", "start_date")])
def test_each_factoring_clause_is_read(key: str) -> None:
    field = field_of(key, FACTORING_CLAUSES[key])
    text, value = sample_value(FACTORING_CLAUSES[key], field, FactoringContract)
    needs = 'fund_target = "9999"\n' if key == "reserve_mode" else ""
    assert getattr(factoring(f"{key} = {text}\n{needs}"), field) == value
    assert getattr(factoring(), field) != value


@pytest.mark.parametrize("key", [k for k in INSURANCE_CLAUSES if k not in ("insured_pct", "start_date")])
def test_each_insurance_clause_is_read(key: str) -> None:
    field = field_of(key, INSURANCE_CLAUSES[key])
    text, value = sample_value(INSURANCE_CLAUSES[key], field, InsurancePolicy)
    assert getattr(insurance(f"{key} = {text}\n"), field) == value
    assert getattr(insurance(), field) != value


def test_tables_of_a_factoring_contract() -> None:
    contract = factoring_from_text(
        "f.toml",
        FACTORING.replace('index_rate = "0.02"\n', "")
        + 'ineligible = ["intra_group", "public"]\ndraw_windows = [[2026-06-01, 2026-06-30], [2026-03-01, 2026-03-31]]\n'
        + '[debtors]\nexcept = ["B", "A"]\n[approvals]\n"B" = "0"\nA = "5000.00"\n[cover_source]\nA = "factor"\n'
        + '[[index]]\nfrom = 2026-07-01\nrate = "-0.005"\n[[index]]\nfrom = 2026-01-01\nrate = "0.02"\n'
        + '[[approval_change]]\npartner_id = "A"\nfrom = 2026-02-01\namount = "1.00"\n',
    ).record
    first, second = to_day(date(2026, 1, 1)), to_day(date(2026, 7, 1))
    assert contract.index == (DatedRate(day=first, rate=Decimal("0.02")), DatedRate(day=second, rate=Decimal("-0.005")))
    assert contract.ineligible == ("public", "intra_group")
    assert [tuple(map(make.iso, window)) for window in contract.draw_windows] == [
        ("2026-03-01", "2026-03-31"),
        ("2026-06-01", "2026-06-30"),
    ]
    assert (contract.debtors_only, contract.debtors_except) == (None, ("A", "B"))
    assert contract.approvals == (("A", 5_000_00), ("B", 0))
    assert contract.approval_changes == (DatedLimit(partner_id="A", day=make.day("2026-02-01"), amount_minor=1_00),)
    assert contract.cover_source == (("A", "factor"),)
    assert factoring("[approvals]\n").approvals == ()


def test_tables_of_a_policy() -> None:
    policy = insurance(
        'instalments = [{date = 2026-07-01, share = "0.5"}, {date = 2026-01-01, share = "0.5"}]\n'
        '[limits]\nA = "1.00"\n[[bonus_malus]]\nchange = "0.5"\n[[bonus_malus]]\nloss_ratio_up_to = "0.7"\nchange = "-0.1"\n'
    )
    assert policy.instalments == (
        Instalment(day=make.day("2026-01-01"), share=Decimal("0.5")),
        Instalment(day=make.day("2026-07-01"), share=Decimal("0.5")),
    )
    assert policy.limits == (("A", 1_00),)
    assert policy.bonus_malus == (
        BonusMalus(loss_ratio_up_to=Decimal("0.7"), change=Decimal("-0.1")),
        BonusMalus(loss_ratio_up_to=None, change=Decimal("0.5")),
    )


def test_the_claims_verb_needs_no_start() -> None:
    text = 'insured_pct = "0.9"\n'
    assert insurance_from(TomlFile("i.toml", text), for_projection=False).record.start_day is None
    assert wrong(insurance_from_text, text) == [(None, "start_date", "toml.key_missing")]


@pytest.mark.parametrize(
    ("text", "column", "code"),
    [
        ('advance_rate = "1.2"', "advance_rate", "value.share_out_of_range"),
        ("advance_rate = 0.9", "advance_rate", "toml.not_text"),
        ('margin = "-0.01"', "margin", "value.negative"),
        ('margin = "0.0123456789"', "margin", "value.rate_too_fine"),
        ('setup_fee = "-1"', "setup_fee", "value.negative"),
        ('setup_fee = "1.001"', "setup_fee", "value.fraction_of_cent"),
        ("definancing_days = -1", "definancing_days", "value.negative"),
        ('draw_policy = "never"', "draw_policy", "value.bad_choice"),
        ('contract_tpye = "x"', "contract_tpye", "toml.unknown_key"),
        ("day_count = 366", "day_count", "value.bad_choice"),
        ('reserve_mode = "pooled"', "fund_target", "factoring.fund_target_missing"),
        (
            'reserve_mode = "pooled"\nfund_target = "10.00"\nfunding_ceiling = "9.99"',
            "funding_ceiling",
            "factoring.ceiling_below_fund",
        ),
        (
            'reserve_mode = "pooled"\nfund_target = "10.00"\nopening_fund = "11.00"',
            "opening_fund",
            "factoring.opening_fund_above_target",
        ),
        ("termination_date = 2025-12-31", "termination_date", "contract.ends_before_start"),
        ("draw_windows = [[2026-02-01, 2026-01-01]]", "draw_windows", "factoring.window_backwards"),
        ("draw_windows = [2026-02-01]", "draw_windows", "factoring.bad_windows"),
        ('ineligible = ["foreigner"]', "ineligible", "value.bad_choice"),
        ('[debtors]\nonly = ["A"]\nexcept = ["A"]', "debtors", "factoring.only_and_except"),
        ('[debtors]\nonly = ["Z"]', "debtors.only", "contract.unknown_partner"),
        ('[approvals]\nZ = "1.00"', "approvals.Z", "contract.unknown_partner"),
        ('[cover_source]\nZ = "factor"', "cover_source.Z", "contract.unknown_partner"),
        (
            '[[approval_change]]\npartner_id = "A"\nfrom = 2026-01-01\namount = "1"\n'
            '[[approval_change]]\npartner_id = "A"\nfrom = 2026-01-01\namount = "2"',
            "approval_change[2].from",
            "contract.dated_twice",
        ),
    ],
)
def test_factoring_contradictions_are_refused_with_the_key_named(text: str, column: str, code: str) -> None:
    assert [(c, k) for _, c, k in wrong(factoring_from_text, FACTORING + text + "\n")] == [(column, code)]


def test_index_rows_that_overlap_are_refused() -> None:
    row = '[[index]]\nfrom = 2026-01-01\nrate = "0.02"\n'
    text = FACTORING.replace('index_rate = "0.02"\n', "") + row + row
    assert wrong(factoring_from_text, text) == [(8, "index[2].from", "factoring.index_overlap")]


def test_what_a_factoring_contract_needs() -> None:
    found = wrong(factoring_from_text, "recourse = false\n")
    assert found == [
        (None, "contract_type", "toml.key_missing"),
        (None, "guarantee_payout_days", "factoring.payout_days_missing"),
        (None, "index_rate", "factoring.index_missing"),
        (None, "start_date", "toml.key_missing"),
    ]
    spot = 'contract_type = "spot"\nrecourse = true\nstart_date = 2026-01-01\n'
    assert factoring_from_text("s.toml", spot).record.index == ()
    none = spot.replace("spot", "full_notified") + 'draw_policy = "none"\n'
    assert factoring_from_text("n.toml", none).record.index == ()


@pytest.mark.parametrize(
    ("text", "column", "code"),
    [
        ("waiting_months = -1", "waiting_months", "value.negative"),
        ('insurance_year_basis = "risk_attaching"', "insurance_year_basis", "insurance.risk_attaching"),
        ("end_date = 2025-12-31", "end_date", "contract.ends_before_start"),
        ("adjustment_date = 2025-12-31", "adjustment_date", "insurance.adjusted_before_start"),
        ('[limits]\nZ = "1.00"', "limits.Z", "contract.unknown_partner"),
        ('[limits]\nA = "-1.00"', "limits.A", "value.negative"),
        (
            'instalments = [{date = 2026-01-01, share = "0.8"}, {date = 2026-02-01, share = "0.8"}, '
            '{date = 2026-03-01, share = "0"}]',
            "instalments",
            "insurance.shares_above_one",
        ),
        ("instalments = 4", "instalments", "toml.not_tables"),
        (
            '[[bonus_malus]]\nloss_ratio_up_to = "1"\nchange = "0"\n[[bonus_malus]]\nloss_ratio_up_to = "1"\nchange = "1"',
            "bonus_malus[2].loss_ratio_up_to",
            "insurance.bound_twice",
        ),
        ('[[bonus_malus]]\nchange = "-1.5"', "bonus_malus", "insurance.change_below_minus_one"),
        ("limits = 3", "limits", "toml.not_a_table"),
    ],
)
def test_insurance_contradictions_are_refused_with_the_key_named(text: str, column: str, code: str) -> None:
    assert [(c, k) for _, c, k in wrong(insurance_from_text, INSURANCE + text + "\n")] == [(column, code)]


@pytest.mark.parametrize(
    "text",
    [
        'advance_rate = "0"',
        'reserve_rate = "1"',
        'funding_ceiling = "0"',
        'concentration_cap = "0"',
        '[approvals]\nA = "0"',
        'draw_policy = "windows"',
    ],
)
def test_a_factoring_contract_that_never_pays_says_so(text: str) -> None:
    warnings = factoring_from_text("f.toml", FACTORING + text + "\n", LEDGER).warnings
    assert [(w.code, w.severity) for w in warnings] == [("contract.never_pays", "warning")]


@pytest.mark.parametrize("text", ['max_liability = "0"', '[limits]\nA = "0"', "[limits]\n"])
def test_a_policy_that_never_pays_says_so(text: str) -> None:
    warnings = insurance_from_text("i.toml", INSURANCE + text + "\n", LEDGER).warnings
    assert [(w.code, w.severity) for w in warnings] == [("contract.never_pays", "warning")]


RATE = st.integers(0, 10**6).map(lambda n: Decimal(n).scaleb(-6))
AMOUNT = st.integers(0, 10**9)
DAY = st.integers(to_day(date(2026, 1, 1)), to_day(date(2028, 12, 31)))
VALUES: dict[Kind, st.SearchStrategy[Any]] = {
    "share": RATE,
    "rate": RATE.map(lambda rate: rate - Decimal("0.5")),
    "positive_rate": RATE,
    "amount": AMOUNT,
    "signed_amount": AMOUNT.map(lambda amount: amount - 10**8),
    "whole": st.integers(0, 400),
    "number": RATE,
    "day": DAY,
    "flag": st.booleans(),
}


def some_clauses(data: st.DataObject, kinds: dict[str, Kind], record: type) -> dict[str, Any]:
    """A few clauses of each kind with values, by field."""
    hints = get_type_hints(record)
    found: dict[str, Any] = {}
    for key in data.draw(st.lists(st.sampled_from(sorted(kinds)), unique=True)):
        field = field_of(key, kinds[key])
        choices = get_args(hints[field])
        texts = st.sampled_from(choices) if choices else st.just('Offre "1"')
        found[field] = data.draw(VALUES.get(kinds[key], texts))
    return found


@given(st.data())
@settings(max_examples=80, derandomize=True, deadline=None)
def test_a_factoring_contract_is_written_back_exactly(data: st.DataObject) -> None:
    found = some_clauses(data, FACTORING_CLAUSES, FactoringContract)
    contract = FactoringContract(
        **found
        | {
            "contract_type": "confidential",
            "recourse": data.draw(st.booleans()),
            "start_day": to_day(date(2026, 1, 1)),
            "day_count": data.draw(st.sampled_from([360, 365])),
            "guarantee_payout_days": 30,
            "fund_target_minor": 10**10,
            "funding_ceiling_minor": None,
            "index": data.draw(
                st.sampled_from(
                    [
                        (DatedRate(day=NO_DAY, rate=Decimal("-0.001")),),
                        (DatedRate(day=NO_DAY, rate=Decimal("0.02")), DatedRate(day=20_600, rate=Decimal("0.03"))),
                        (DatedRate(day=20_500, rate=Decimal("0.02")), DatedRate(day=20_600, rate=Decimal("0.03"))),
                    ]
                )
            ),
            "approvals": data.draw(st.sampled_from([None, (), (("A b.c", 5_00), ('é"', 0))])),
            "approval_changes": data.draw(st.sampled_from([(), (DatedLimit(partner_id="A", day=20_500, amount_minor=7),)])),
            "ineligible": data.draw(st.sampled_from([(), ("public", "intra_group")])),
            "debtors_only": data.draw(st.sampled_from([None, ("A", "B")])),
            "draw_windows": data.draw(st.sampled_from([(), ((20_500, 20_520),)])),
            "cover_source": data.draw(st.sampled_from([(), (("A", "none"), ("B", "own_policy"))])),
        }
    )
    assert factoring_from_text("f.toml", write_factoring(contract)).record == contract


@given(st.data())
@settings(max_examples=80, derandomize=True, deadline=None)
def test_a_policy_is_written_back_exactly(data: st.DataObject) -> None:
    found = some_clauses(data, INSURANCE_CLAUSES, InsurancePolicy)
    policy = InsurancePolicy(
        **found
        | {
            "insured_pct": data.draw(RATE),
            "start_day": to_day(date(2026, 1, 1)),
            "instalments": data.draw(
                st.sampled_from([(), tuple(Instalment(day=20_500 + k, share=Decimal("0.25")) for k in range(4))])
            ),
            "bonus_malus": data.draw(
                st.sampled_from(
                    [
                        (),
                        (
                            BonusMalus(loss_ratio_up_to=Decimal("0.3"), change=Decimal("-0.1")),
                            BonusMalus(loss_ratio_up_to=None, change=Decimal("0.5")),
                        ),
                    ]
                )
            ),
            "limits": data.draw(st.sampled_from([None, (), (("A", 5_00),)])),
            "limit_changes": data.draw(st.sampled_from([(), (DatedLimit(partner_id="A", day=20_500, amount_minor=7),)])),
            "cover_source": data.draw(st.sampled_from([(), (("A", "factor"),)])),
        }
    )
    assert insurance_from_text("i.toml", write_insurance(policy)).record == policy
