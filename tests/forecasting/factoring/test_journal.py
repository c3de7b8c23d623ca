"""The entries of domain 1.7: the printed example line by line, then laws on random accounts."""

from __future__ import annotations

from collections import defaultdict

from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.factoring.journal import FEC_COLUMNS, Chart, JournalLine, fec_rows, journal
from tests.forecasting import cases, make

CHART = Chart()


def f1() -> tuple[JournalLine, ...]:
    book = make.ledger(
        "2026-03-01", [make.invoice("F1-001", "ALPHA", "2026-03-02", "2026-04-30", 1_200_000, remittance="2026-03-03")]
    )
    contract = make.contract(
        "2026-03-01", index_floor="0", margin="0.018", reserve_rate="0.10", service_fee_rate="0.008",
        vat_on_service="0.20", funding_delay_bd=1,
    )  # fmt: skip
    result = make.project(book, make.scenario(make.payment("F1-001", "2026-05-11"), days=97), contract)
    return journal(result.events, CHART)


def entry(lines: tuple[JournalLine, ...], day: str, label: str) -> dict[str, int]:
    """An entry by account, debit above 0."""
    return {x.account: x.debit_minor - x.credit_minor for x in lines if x.day == make.day(day) and x.label == label}


def test_the_printed_example() -> None:
    """Domain 1.7: 12 000.00 with VAT, fee 0.8 %, reserve 10 % (the worked case F1)."""
    lines = f1()
    assert entry(lines, "2026-03-04", "purchased") == {
        "467100": 1_068_480, "467200": 120_000, "622500": 9_600, "445660": 1_920, "411000": -1_200_000,
    }  # fmt: skip
    assert entry(lines, "2026-03-04", "transfer") == {"512000": 1_068_480, "467100": -1_068_480}
    assert entry(lines, "2026-04-01", "interest") == {"668000": 3_209, "467100": -3_209}
    assert entry(lines, "2026-04-01", "cash_call") == {"467100": 3_209, "512000": -3_209}
    assert entry(lines, "2026-05-11", "retention") == {"467200": -120_000, "467100": 120_000}
    assert entry(lines, "2026-05-12", "transfer") == {"512000": 120_000, "467100": -120_000}


def test_an_invoice_handed_back_is_a_customer_again() -> None:
    book = make.ledger("2026-01-01", [make.invoice("B1", "BETA", "2026-01-05", "2026-02-15", 2_400_000)])
    contract = make.contract("2026-01-01", definancing_days=30)
    lines = journal(make.project(book, make.scenario(make.never("B1")), contract).events, CHART)
    assert entry(lines, "2026-03-17", "handed_back") == {"411000": 2_400_000, "467100": -2_400_000}
    assert [x.piece for x in lines if x.account == "411000"] == ["B1", "B1"]


def check_accounts(seed: int) -> None:
    """Every entry balances; 467x and 467y end at R - U - G and G as the factor account does."""
    case = cases.random_case(seed)
    result = make.project(case.ledger, case.scenario, case.factoring, case.insurance)
    sums: dict[int, int] = defaultdict(int)
    accounts: dict[str, int] = defaultdict(int)
    for line in journal(result.events, CHART):
        assert (line.debit_minor > 0) != (line.credit_minor > 0)
        sums[line.entry] += line.debit_minor - line.credit_minor
        accounts[line.account] += line.debit_minor - line.credit_minor
    assert set(sums.values()) <= {0}
    start = _opening(case)
    assigned, used, held = (int(x[-1]) for x in (result.assigned_minor, result.utilisation_minor, result.reserve_minor))
    assert accounts[CHART.retention] == held - start[1]
    assert accounts[CHART.current] == assigned - used - held - start[0]


def _opening(case: cases.Case) -> tuple[int, int]:
    """(R - U - G, G) on the first morning, before anything is booked."""
    from forecasting.simulation.certain import certain_facts
    from forecasting.simulation.cover import Cover
    from forecasting.simulation.factored import Factored
    from forecasting.simulation.receivables import Receivables

    facts = certain_facts(case.ledger, case.scenario)
    factored = Factored(
        case.ledger, facts, case.factoring, Receivables(case.ledger, facts), Cover(case.factoring, None),
        defaultdict(list), last_day=case.ledger.as_of,
    )  # fmt: skip
    account, first = factored.account, case.ledger.as_of
    held = account.reserve(first)
    return account.base.outstanding - account.utilisation - held, held


@settings(max_examples=40, derandomize=True, deadline=None)
@given(st.integers(min_value=0, max_value=2**32))
def test_accounts(seed: int) -> None:
    check_accounts(seed)


def test_rows_have_the_eighteen_columns() -> None:
    rows = list(
        fec_rows(
            f1(), CHART, account_names={"411000": "Clients", "AFF": "Affacturage"}, labels={"purchased": "Cession"},
            partner_names={"ALPHA": "Alpha SAS"},
        )
    )  # fmt: skip
    assert len(FEC_COLUMNS) == 18
    assert {len(row) for row in rows} == {18}
    customer = next(row for row in rows if row[4] == "411000")
    assert customer == (
        "AFF", "Affacturage", "1", "20260304", "411000", "Clients", "ALPHA", "Alpha SAS", "F1-001", "20260304",
        "Cession", "0,00", "12000,00", "", "", "", "", "",
    )  # fmt: skip
