"""What the repository keeps: nothing half, nothing twice, corrections in place, and everything that can be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data import repository as repo
from data.access import FINANCE
from data.importers.protocol import (
    BalanceRow,
    BankRow,
    ColumnGuess,
    InvoiceRow,
    PartnerRow,
    PaymentRow,
    Reading,
    SourceFile,
    TableMapping,
)
from data.repository import Company, InvoiceFilter, Store
from forecasting.dates import to_day
from forecasting.errors import InputRejected
from forecasting.ledger import NO_AMOUNT, NO_DAY, Account, Ledger, Partner, PlannedFlow
from tests.data.rows import invoice, reading
from tests.stores import new_store

AS_OF = date(2026, 1, 15)


@pytest.fixture
def store(place: str) -> Iterator[Store]:
    with new_store(place) as opened:
        repo.save_company(opened, FINANCE, Company(name="Essai", opening_cash_minor=1_000_00, opening_date=AS_OF))
        yield opened


def amounts(ledger: Ledger) -> dict[str, int]:
    return dict(zip(ledger.customers.invoice_id, ledger.customers.amount_minor.tolist(), strict=True))


def stored(store: Store, file: tuple[Reading, SourceFile]) -> repo.ImportReceipt:
    return repo.store_reading(store, FINANCE, *file)


def load(store: Store) -> Ledger:
    return repo.load_ledger(store, FINANCE)


def test_a_row_knows_its_file_and_row(store: Store) -> None:
    stored(store, reading(invoice("F1", 120_00, source_row=7, source_sheet="Ventes"), name="ventes.xlsx", kind="xlsx"))
    row = repo.invoices(store, FINANCE).rows[0]
    assert (row.file, row.source_sheet, row.source_row, row.import_id) == ("ventes.xlsx", "Ventes", 7, 1)


def test_the_same_file_twice_changes_nothing(store: Store) -> None:
    file = reading(invoice("F1", 120_00), invoice("F2", 60_00))
    first = stored(store, file)
    before, version = load(store).fingerprint, repo.data_version(store, FINANCE)
    again = stored(store, file)
    assert (first.stored, again.stored, again.replaced, again.duplicates) == (2, 0, 0, 2)
    assert again.unchanged and again.import_id == first.import_id
    assert load(store).fingerprint == before
    assert repo.data_version(store, FINANCE) == version


def test_an_older_file_loaded_again_does_not_undo_a_correction(store: Store) -> None:
    old = reading(invoice("F1", 120_00))
    stored(store, old)
    stored(store, reading(invoice("F1", 150_00), name="b.csv"))
    assert stored(store, old).unchanged
    assert amounts(load(store)) == {"F1": 150_00}


def test_a_correction_takes_the_old_rows_place_and_can_be_undone(store: Store) -> None:
    stored(store, reading(invoice("F1", 120_00), invoice("F2", 60_00)))
    before = load(store).fingerprint
    correction = stored(store, reading(invoice("F1", 150_00), name="b.csv"))
    assert (correction.stored, correction.replaced) == (0, 1)
    assert amounts(load(store)) == {"F1": 150_00, "F2": 60_00}
    repo.undo_import(store, FINANCE, correction.import_id)
    assert load(store).fingerprint == before
    with pytest.raises(InputRejected):
        repo.undo_import(store, FINANCE, correction.import_id)


def test_an_undone_file_can_be_loaded_again(store: Store) -> None:
    file = reading(invoice("F1", 120_00))
    repo.undo_import(store, FINANCE, stored(store, file).import_id)
    assert amounts(load(store)) == {}
    assert stored(store, file).stored == 1


def test_undoing_a_file_leaves_what_another_told_too(store: Store) -> None:
    first = stored(store, reading(invoice("F1", 120_00)))
    second = stored(store, reading(invoice("F1", 120_00), invoice("F2", 60_00), name="b.csv"))
    assert (second.stored, second.duplicates) == (1, 1)
    repo.undo_import(store, FINANCE, first.import_id)
    assert amounts(load(store)) == {"F1": 120_00, "F2": 60_00}


FILES = st.lists(
    st.one_of(
        st.dictionaries(st.sampled_from(["F1", "F2", "F3"]), st.integers(1, 3), min_size=1, max_size=3),
        st.integers(0, 5),
    ),
    max_size=8,
)


def check_history(path: Path, history: list[dict[str, int] | int]) -> None:
    """Whatever was loaded and taken back in whatever order, the store holds what the files that count say, newest last."""
    with repo.create_store(path) as store:
        loaded: list[tuple[int, dict[str, int]]] = []
        for step, act in enumerate(history):
            if isinstance(act, int):
                if act < len(loaded):
                    import_id, _ = loaded.pop(act)
                    repo.undo_import(store, FINANCE, import_id)
            else:
                rows = [invoice(number, size * 100) for number, size in act.items()]
                loaded.append((stored(store, reading(*rows, name=f"{step}.csv")).import_id, act))
            expected: dict[str, int] = {}
            for _, rows_of in loaded:
                expected |= {number: size * 100 for number, size in rows_of.items()}
            assert amounts(repo.load_ledger(store, FINANCE, AS_OF)) == expected


@settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=FILES)
def test_any_history_of_imports_and_undos(
    history: list[dict[str, int] | int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    check_history(tmp_path_factory.mktemp("history") / "s.duckdb", history)


@pytest.mark.proof
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=FILES)
def test_any_history_of_imports_and_undos_at_length(
    history: list[dict[str, int] | int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    check_history(tmp_path_factory.mktemp("history") / "s.duckdb", history)


def test_one_number_of_two_partners_is_two_invoices(store: Store) -> None:
    stored(store, reading(invoice("1", 10_00, partner="C1"), invoice("1", 20_00, partner="C2")))
    assert amounts(load(store)) == {"1": 10_00, "1 @C2": 20_00}
    stored(store, reading(invoice("1", 30_00, partner="C1"), name="b.csv"))
    assert amounts(load(store)) == {"1": 30_00, "1 @C2": 20_00}


def test_hostile_numbers_still_get_ids_of_their_own(store: Store) -> None:
    rows = [("1", "C1"), ("1 @C2", "C3"), ("1", "C2"), ("1#2", "C4"), ("1", "C1"), ("1#2 @C5", "C6"), ("1#2", "C5")]
    stored(store, reading(*(invoice(number, k + 1, partner=p) for k, (number, p) in enumerate(rows))))
    assert sorted(amounts(load(store)).values()) == list(range(1, 8))


def test_a_number_repeated_in_a_file_keeps_every_amount(store: Store) -> None:
    """An invoice in two instalments is two lines with two due dates: no cent of it may vanish."""
    file = reading(invoice("F1", 60_00, due=date(2026, 1, 31)), invoice("F1", 40_00, due=date(2026, 2, 28), source_row=3))
    stored(store, file)
    assert amounts(load(store)) == {"F1": 60_00, "F1#2": 40_00}


def test_numbering_that_begins_anew_each_year_makes_new_invoices(store: Store) -> None:
    old = invoice("1", 10_00, issue=date(2025, 1, 10), due=date(2025, 2, 10))
    stored(store, reading(old))
    stored(store, reading(invoice("1", 20_00, issue=date(2026, 1, 9), due=date(2026, 2, 9)), name="b.csv"))
    assert amounts(load(store)) == {"1": 10_00, "1 @C1": 20_00}
    correction = invoice("1", 25_00, issue=date(2025, 12, 30), due=date(2026, 2, 9))
    assert stored(store, reading(correction, name="c.csv")).replaced == 1
    assert amounts(load(store)) == {"1": 10_00, "1 @C1": 25_00}
    assert stored(store, reading(old, name="d.csv")).duplicates == 1
    note = invoice("A", -5_00, credits="1", issue=date(2026, 1, 20), due=date(2026, 1, 20))
    payment = PaymentRow(
        side="customer", number="1", partner_id="C1", day=date(2025, 3, 1), amount_minor=4_00, source_row=9
    )
    stored(store, reading(note, name="e.csv", payments=(payment,)))
    ledger = load(store)
    names = ledger.customers.invoice_id
    assert [names[k] for k in ledger.customers.credits.tolist() if k >= 0] == ["1 @C1"]
    assert [names[p.invoice] for p in ledger.payments] == ["1"]


def test_lists_of_payments_that_number_their_lines_lose_nothing(store: Store) -> None:
    """Public bodies publish a file a month whose lines are numbered from 1: the same number is another payment."""

    def paid(day: date, amount: int, number: str = "1") -> InvoiceRow:
        return invoice(number, amount, side="supplier", partner="S", issue=None, due=None, paid=day)

    stored(store, reading(paid(date(2025, 9, 3), 10_00), paid(date(2025, 9, 3), 11_00), name="09.csv"))
    october = reading(paid(date(2025, 10, 2), 20_00), paid(date(2025, 10, 2), 5_00, "2"), name="10.csv")
    assert stored(store, october).replaced == 0
    assert sum(load(store).suppliers.amount_minor.tolist()) == 46_00
    again = stored(store, reading(paid(date(2025, 9, 3), 10_00), paid(date(2025, 9, 3), 11_00), name="09 bis.csv"))
    assert (again.stored, again.duplicates) == (0, 2)


def test_one_invoice_of_two_formats_is_one(store: Store) -> None:
    stored(store, reading(invoice("F1", 120_00, partner="Élan", paid=date(2026, 1, 10))))
    plain = invoice("F1", 120_00, partner="Élan", paid=date(2026, 1, 10), identity="FR12/F1/2025")
    stored(store, reading(plain, name="b.csv"))
    electronic = invoice("f-1", 120_00, partner="FR12345", identity="FR12/F1/2025")
    receipt = stored(store, reading(electronic, name="f1.xml", kind="ubl"))
    assert (receipt.stored, receipt.replaced, receipt.duplicates) == (0, 0, 1)
    ledger = load(store)
    assert len(ledger.customers) == 1
    assert ledger.customers.paid.tolist() == [to_day(date(2026, 1, 10))], "an e-invoice cannot say that it was paid"


def test_a_table_without_a_paid_column_does_not_reopen_invoices(store: Store) -> None:
    stored(store, reading(invoice("F1", 120_00, paid=date(2026, 1, 10))))
    columns = tuple(ColumnGuess(name=c, becomes=c) for c in ("number", "partner_id", "issue", "due", "amount"))
    silent = TableMapping(signature="x", side="customer", columns=columns)
    stored(store, reading(invoice("F1", 150_00), name="b.csv", mapping=silent))
    ledger = load(store)
    assert amounts(ledger) == {"F1": 150_00} and ledger.customers.paid[0] != NO_DAY
    telling = replace(silent, columns=(*columns, ColumnGuess(name="paid", becomes="paid")))
    stored(store, reading(invoice("F1", 150_00), name="c.csv", mapping=telling))
    assert load(store).customers.paid[0] == NO_DAY


def test_credit_notes_and_part_payments_reach_the_ledger(store: Store) -> None:
    payment = PaymentRow(
        side="customer", number="F1", partner_id="C1", day=date(2026, 1, 5), amount_minor=30_00, source_row=9
    )
    note = invoice("A1", -20_00, credits="F1", source_row=3)
    loose = invoice("A2", -5_00, credits="unknown", source_row=4)
    stored(store, reading(invoice("F1", 120_00), note, loose, payments=(payment, payment)))
    ledger = load(store)
    assert ledger.customers.credits.tolist() == [2, -1, -1]
    assert [(p.invoice, p.amount_minor) for p in ledger.payments] == [(2, 30_00), (2, 30_00)]
    rows = {row.number: row for row in repo.invoices(store, FINANCE).rows}
    assert rows["F1"].open_minor == 40_00


def test_payments_that_two_files_tell_of_are_counted_once(store: Store) -> None:
    payment = PaymentRow(
        side="customer", number="F1", partner_id="C1", day=date(2026, 1, 5), amount_minor=30_00, source_row=9
    )
    first = stored(store, reading(invoice("F1", 120_00), payments=(payment,)))
    second = stored(store, reading(payments=(payment, payment), name="b.csv"))
    assert (second.stored, second.duplicates) == (1, 1)
    assert sum(p.amount_minor for p in load(store).payments) == 60_00
    repo.undo_import(store, FINANCE, second.import_id)
    assert sum(p.amount_minor for p in load(store).payments) == 30_00
    assert first.import_id == 1


def test_no_payment_goes_beyond_its_invoice(store: Store) -> None:
    def paid(day: int, amount: int) -> PaymentRow:
        return PaymentRow(
            side="customer", number="F1", partner_id="C1", day=date(2026, 1, day), amount_minor=amount, source_row=day
        )

    stored(store, reading(invoice("F1", 100_00), payments=(paid(2, 70_00), paid(3, 70_00), paid(4, -70_00))))
    assert [(p.day, p.amount_minor) for p in load(store).payments] == [(to_day(date(2026, 1, 3)), 70_00)]


def test_a_stated_balance_becomes_a_payment_of_unknown_day(store: Store) -> None:
    stored(store, reading(invoice("F1", 100_00, open_minor=40_00)))
    assert [(p.day, p.amount_minor) for p in load(store).payments] == [(to_day(AS_OF) - 1, 60_00)]
    assert repo.invoices(store, FINANCE).rows[0].open_minor == 40_00


def test_a_settlement_that_a_rule_assumed_teaches_nothing(store: Store) -> None:
    stored(store, reading(invoice("F1", 100_00, paid=date(2026, 1, 4), assumed=True)))
    ledger = load(store)
    assert ledger.customers.paid.tolist() == [NO_DAY] and ledger.customers.paid_minor.tolist() == [NO_AMOUNT]
    assert [p.amount_minor for p in ledger.payments] == [100_00]


def test_payments_without_any_due_date_are_history_that_teaches_no_delay(store: Store) -> None:
    stored(store, reading(invoice("F1", 100_00, side="supplier", issue=None, due=None, paid=date(2026, 1, 4))))
    suppliers = load(store).suppliers
    assert suppliers.paid.tolist() == [NO_DAY]
    assert suppliers.issue.tolist() == suppliers.due.tolist() == [to_day(date(2026, 1, 4))]


@pytest.mark.parametrize(
    ("row_terms", "partner_terms", "company_terms", "due"),
    [
        ("60 jours", "45 jours fin de mois", "30 jours", date(2026, 1, 30)),
        ("", "45 jours fin de mois", "30 jours", date(2026, 1, 31)),
        ("", "", "10 jours", date(2025, 12, 11)),
        ("selon accord", "", "", date(2025, 12, 31)),
    ],
)
def test_a_due_date_follows_from_the_nearest_terms(
    store: Store, row_terms: str, partner_terms: str, company_terms: str, due: date
) -> None:
    repo.save_company(store, FINANCE, replace(repo.company(store, FINANCE), customer_terms=company_terms))
    repo.save_partner(store, FINANCE, Partner(partner_id="C1", terms=partner_terms))
    receipt = stored(store, reading(invoice("F1", 100_00, due=None, terms=row_terms)))
    assert receipt.without_due == 1
    assert load(store).customers.due.tolist() == [to_day(due)]
    row = repo.invoices(store, FINANCE).rows[0]
    assert (row.due, row.due_by_terms) == (due, True)


def test_other_currencies_need_a_rate(store: Store) -> None:
    file = reading(invoice("F1", 100_00), invoice("F2", 100_00, currency="USD", source_row=3))
    receipt = stored(store, file)
    assert (receipt.stored, receipt.rejected) == (1, 1)
    assert [(p.code, p.row) for p in receipt.problems] == [("store.no_rate", 3)]
    repo.save_exchange_rates(store, FINANCE, [("USD", date(2026, 1, 10), Decimal("0.9255"))])
    assert stored(store, file).stored == 1, "the same file, once the rate is known, brings the row that was refused"
    assert amounts(load(store)) == {"F1": 100_00, "F2": 92_55}
    repo.save_exchange_rates(store, FINANCE, [("JPY", date(2026, 1, 10), Decimal("0.0061"))])
    stored(store, reading(invoice("F3", 1_000, currency="JPY"), name="b.csv"))
    assert amounts(load(store))["F3"] == 6_10, "a yen has no cents"


def test_an_empty_store_takes_the_currency_of_its_first_file(place: str) -> None:
    with new_store(place) as store:
        stored(store, reading(invoice("F1", 100_00, currency="USD"), invoice("F2", 5_00, currency="USD")))
        assert repo.company(store, FINANCE).currency == "USD"
        assert sum(amounts(repo.load_ledger(store, FINANCE, AS_OF)).values()) == 105_00


def test_bank_lines_of_overlapping_statements_are_counted_once(store: Store) -> None:
    def line(day: int, amount: int, label: str, **more: str) -> BankRow:
        return BankRow(
            account_id="FR76",
            day=date(2026, 1, day),
            amount_minor=amount,
            label=label,
            source_row=day,
            **more,  # type: ignore[arg-type]
        )

    card = line(3, -12_00, "CARTE")
    numbered = line(4, 50_00, "VIR ELAN", bank_reference="B77")
    first = stored(store, reading(bank=(card, card, numbered)))
    second = stored(
        store,
        reading(
            bank=(card, card, card, line(4, 50_00, "Virement Élan", bank_reference="B77"), line(5, 1_00, "X")), name="b"
        ),
    )
    assert (first.stored, second.stored, second.duplicates) == (3, 2, 3)
    lines = repo.bank_lines(store, FINANCE, first=date(2026, 1, 1), last=date(2026, 1, 31))
    assert sum(found.amount_minor for found in lines) == 3 * -12_00 + 50_00 + 1_00
    repo.undo_import(store, FINANCE, first.import_id)
    assert len(repo.bank_lines(store, FINANCE, first=date(2026, 1, 1), last=date(2026, 1, 31))) == 5


def test_a_statement_gives_the_opening_balance_where_nobody_typed_one(place: str) -> None:
    with new_store(place) as store:
        balances = (
            BalanceRow(account_id="A", day=date(2026, 1, 13), balance_minor=5_00, kind="closing", source_row=1),
            BalanceRow(account_id="A", day=date(2026, 1, 14), balance_minor=7_00, kind="closing", source_row=2),
            BalanceRow(account_id="B", day=date(2026, 1, 15), balance_minor=2_00, kind="opening", source_row=3),
            BalanceRow(account_id="B", day=date(2026, 1, 15), balance_minor=9_00, kind="closing", source_row=4),
        )
        stored(store, reading(balances=balances))
        ledger = repo.load_ledger(store, FINANCE, AS_OF)
        assert ledger.opening_cash_minor == 9_00
        assert [(a.account_id, a.balance_minor) for a in ledger.accounts] == [("A", 7_00), ("B", 2_00)]


def test_the_group_s_cash_is_what_the_banks_tell(store: Store) -> None:
    def line(account: str, day: int, amount: int, currency: str = "EUR") -> BankRow:
        return BankRow(
            account_id=account, day=date(2026, 1, day), amount_minor=amount, source_row=day, label="x", currency=currency
        )

    balances = (
        BalanceRow(account_id="A", day=date(2026, 1, 9), balance_minor=50_00, kind="closing", source_row=1),
        BalanceRow(
            account_id="B", day=date(2026, 1, 12), balance_minor=20_00, kind="closing", source_row=2, currency="USD"
        ),
        BalanceRow(account_id="C", day=date(2026, 1, 12), balance_minor=1_00, kind="closing", source_row=3, currency="CHF"),
    )
    lines = (
        line("A", 9, -3_00),
        line("A", 10, 7_00),
        line("A", 14, -1_00),
        line("A", 20, 9_00),
        line("B", 13, 2_00, "USD"),
    )
    stored(store, reading(balances=balances, bank=lines))
    repo.save_exchange_rates(store, FINANCE, [("USD", date(2026, 1, 1), Decimal("0.5"))])
    repo.save_account(
        store, FINANCE, Account(account_id="B", entity="Inc.", currency="USD", balance_minor=0, day=0), "Dollars"
    )
    mine, theirs = repo.bank_positions(store, FINANCE, AS_OF)
    assert [(p.account.account_id, p.balance_minor, p.home_minor, p.known_until.day) for p in mine.accounts] == [
        ("A", 56_00, 56_00, 15),
        ("C", 1_00, None, 13),
    ]
    assert (theirs.entity, theirs.home_minor, theirs.accounts[0].label) == ("Inc.", 11_00, "Dollars")


def test_without_a_typed_balance_the_banks_common_day_counts(place: str) -> None:
    with new_store(place) as store:
        balances = (
            BalanceRow(account_id="A", day=date(2026, 1, 9), balance_minor=50_00, kind="closing", source_row=1),
            BalanceRow(account_id="B", day=date(2026, 1, 9), balance_minor=20_00, kind="closing", source_row=2),
        )
        later = BankRow(account_id="A", day=date(2026, 1, 13), amount_minor=5_00, source_row=3, label="VIR F1")
        paid = invoice("F1", 5_00, paid=date(2026, 1, 13))
        stored(store, reading(paid, balances=balances, bank=(later,)))
        found = repo.opening_cash(store, FINANCE, AS_OF)
        # B tells nothing beyond the 9th; the payment of the 13th is carried once, not twice.
        assert (found.stated_on, found.stated_minor, found.carried_minor) == (date(2026, 1, 10), 70_00, 5_00)


def test_positions_of_customers_add_up(store: Store) -> None:
    stored(
        store,
        reading(
            invoice("F1", 100_00, due=date(2026, 1, 10), partner_name="Élan"),
            invoice("F2", 200_00, disputed=True, due=date(2026, 1, 5)),
            invoice("F3", 300_00, paid=date(2026, 1, 7), due=date(2026, 1, 1)),
            invoice("F4", 400_00, issue=date(2026, 2, 1), due=date(2026, 3, 1)),
            invoice("A1", -50_00, source_row=3),
            invoice("G1", 70_00, partner="C2"),
            invoice("S1", 70_00, side="supplier", partner="S1"),
        ),
    )
    first, second = repo.customer_positions(store, FINANCE)
    assert (first.partner.name, first.owed_minor, first.overdue_minor, first.disputed_minor) == (
        "Élan",
        300_00,
        300_00,
        200_00,
    )
    assert (first.credit_minor, first.invoiced_year_minor, first.oldest_due) == (-50_00, 550_00, date(2026, 1, 5))
    assert (first.payments_seen, first.mean_late_days, first.habit) == (1, 6.0, 1.0)
    assert (second.partner.partner_id, second.owed_minor, second.payments_seen, second.habit) == ("C2", 70_00, 0, None)


def test_the_opening_balance_is_carried_to_the_day_asked_for(store: Store) -> None:
    paid = invoice("F1", 100_00, paid=date(2026, 1, 20))
    part = PaymentRow(
        side="customer", number="F2", partner_id="C1", day=date(2026, 1, 16), amount_minor=10_00, source_row=9
    )
    ours = invoice("S1", 30_00, side="supplier", partner="S", paid=date(2026, 1, 15), paid_minor=25_00)
    stored(store, reading(paid, invoice("F2", 50_00), ours, payments=(part,)))
    wages = PlannedFlow(day=to_day(date(2025, 1, 18)), amount_minor=-7_00, category="wages", every="month")
    repo.replace_planned_flows(store, FINANCE, [wages])

    def opening(as_of: date) -> int:
        return repo.opening_cash(store, FINANCE, as_of).amount_minor

    assert opening(date(2026, 1, 15)) == 1_000_00
    assert opening(date(2026, 1, 16)) == 1_000_00 - 25_00
    assert opening(date(2026, 1, 19)) == 1_000_00 - 25_00 + 10_00 - 7_00
    assert opening(date(2026, 1, 21)) == 1_000_00 - 25_00 + 10_00 - 7_00 + 100_00
    assert opening(date(2026, 1, 10)) == 1_000_00
    assert repo.load_ledger(store, FINANCE, date(2026, 1, 21)).opening_cash_minor == opening(date(2026, 1, 21))


def test_files_fill_partners_but_do_not_overrule_people(store: Store) -> None:
    def told(name: str, file: str, **more: str) -> repo.ImportReceipt:
        partner = PartnerRow(partner_id="C1", name=name, **more)  # type: ignore[arg-type]
        return stored(store, reading(invoice("F1", 100_00), name=file, partners=(partner,)))

    def partner() -> Partner:
        return next(p for p in repo.partners(store, FINANCE) if p.partner_id == "C1")

    told("Elan", "a.csv")
    later = told("Élan", "b.csv", country="BE")
    assert (partner().name, partner().domestic) == ("Élan", False)
    repo.undo_import(store, FINANCE, later.import_id)
    assert (partner().name, partner().country, partner().domestic) == ("Elan", "", True)
    repo.save_partner(store, FINANCE, replace(partner(), name="Élan SAS"))
    told("ELAN", "c.csv", terms="60 jours")
    assert (partner().name, partner().terms) == ("Élan SAS", "60 jours")


def test_a_mapping_is_remembered_by_its_source(store: Store) -> None:
    guess = ColumnGuess(name="Montant TTC", becomes="amount", examples=("1 234,56", "0,99", "-5,00"))
    mapping = TableMapping(signature="abc", side="supplier", columns=(guess,), decimal=",", sheet="Achats")
    repo.save_mapping(store, FINANCE, mapping)
    assert repo.mapping_for(store, FINANCE, "abc") == mapping
    assert repo.mapping_for(store, FINANCE, "other") is None
    repo.save_mapping(store, FINANCE, replace(mapping, date_order="mdy"))
    assert repo.mappings(store, FINANCE) == (replace(mapping, date_order="mdy"),)


def test_settings_are_asked_for_until_they_are_there(place: str) -> None:
    with new_store(place) as store:
        missing = [
            "opening_balance",
            "overdraft",
            "cash_floor",
            "regular_payments",
            "customer_invoices",
            "supplier_invoices",
        ]
        assert list(repo.missing_settings(store, FINANCE)) == missing
        told = Company(opening_cash_minor=0, opening_date=AS_OF, overdraft_limit_minor=0, cash_floor_minor=0)
        repo.save_company(store, FINANCE, told)
        repo.replace_planned_flows(store, FINANCE, [])
        stored(store, reading(invoice("F1", 1_00)))
        assert repo.missing_settings(store, FINANCE) == ("supplier_invoices",)


def test_company_settings_come_back_as_they_were_saved(store: Store) -> None:
    told = Company(
        name="Élan & Fils",
        currency="XOF",
        country="SN",
        as_of_mode="fixed",
        as_of=date(2026, 3, 1),
        opening_cash_minor=-5,
        opening_date=AS_OF,
        overdraft_limit_minor=100,
        overdraft_rate=Decimal("0.0625"),
        overdraft_fee_rate=Decimal("0.0005"),
        cash_floor_minor=-7,
        vat_day=19,
        vat_returns="computed",
        customer_terms="30 jours",
        supplier_terms="60 jours",
        regular_payments_told=True,
        own_ids=("123456789", "FR00123456789"),
    )
    repo.save_company(store, FINANCE, told)
    assert repo.company(store, FINANCE) == told
    ledger = load(store)
    assert (ledger.as_of, ledger.vat_day, ledger.overdraft_rate) == (to_day(date(2026, 3, 1)), 19, Decimal("0.0625"))


def test_planned_flows_come_back_in_order(store: Store) -> None:
    ready = repo.ready_planned_flows(date(2026, 1, 20))
    assert [flow.category for flow in ready] == ["wages", "social_charges", "vat", "rent", "loan"]
    assert all(flow.day >= to_day(date(2026, 1, 20)) and flow.amount_minor == 0 for flow in ready)
    flows = tuple(replace(flow, amount_minor=-100 * k) for k, flow in enumerate(ready, start=1))
    repo.replace_planned_flows(store, FINANCE, flows)
    assert repo.planned_flows(store, FINANCE) == flows
    repo.replace_planned_flows(store, FINANCE, flows[:1])
    assert repo.planned_flows(store, FINANCE) == flows[:1] == load(store).planned_flows


def test_scenarios_are_named_copied_renamed_and_deleted(store: Store) -> None:
    first = repo.save_scenario(store, FINANCE, name=" Avril  noir ", content="x = 1")
    copy = repo.duplicate_scenario(store, FINANCE, first, "Mai")
    repo.rename_scenario(store, FINANCE, first, "avril")
    found = repo.scenarios(store, FINANCE)
    assert [(s.name, s.content, s.parent_id) for s in found] == [("avril", "x = 1", ""), ("Mai", "x = 1", first)]
    for name, code in (("MAI", "library.name_taken"), (" ", "library.name_missing"), ("x" * 121, "library.name_too_long")):
        with pytest.raises(InputRejected) as refused:
            repo.rename_scenario(store, FINANCE, first, name)
        assert [p.code for p in refused.value.problems] == [code]
    repo.delete_scenario(store, FINANCE, copy)
    repo.delete_scenario(store, FINANCE, copy)
    assert repo.scenario(store, FINANCE, copy) is None
    with pytest.raises(InputRejected):
        repo.duplicate_scenario(store, FINANCE, copy, "Juin")


def test_contracts_of_one_kind_are_chosen_one_at_a_time(store: Store) -> None:
    one = repo.save_contract(store, FINANCE, kind="factoring", name="A", content="a = 1")
    two = repo.duplicate_contract(store, FINANCE, one, "B")
    policy = repo.save_contract(store, FINANCE, kind="insurance", name="A", content="p = 1")
    for chosen in (one, two):
        repo.choose_contract(store, FINANCE, "factoring", chosen)
        found = repo.chosen_contract(store, FINANCE, "factoring")
        assert found is not None and found.contract_id == chosen
    assert repo.chosen_contract(store, FINANCE, "insurance") is None
    repo.choose_contract(store, FINANCE, "factoring", None)
    assert repo.chosen_contract(store, FINANCE, "factoring") is None
    assert [c.contract_id for c in repo.contracts(store, FINANCE, "insurance")] == [policy]


def test_lists_narrow_page_and_add_up(store: Store) -> None:
    stored(
        store,
        reading(
            invoice("F1", 100_00, due=date(2026, 1, 10)),
            invoice("F2", 200_00, partner="C2", partner_name="Noël & Cie", disputed=True),
            invoice("F3", 300_00, paid=date(2026, 1, 10)),
            invoice("F4", 400_00, issue=date(2026, 2, 1), due=date(2026, 3, 1)),
            invoice("A1", -50_00, source_row=3),
            invoice("S1", 70_00, side="supplier", partner="S1"),
        ),
    )

    def numbers(**wanted: object) -> list[str]:
        return [row.number for row in repo.invoices(store, FINANCE, InvoiceFilter(**wanted)).rows]  # type: ignore[arg-type]

    assert sorted(numbers(side="customer", status="open")) == ["F1", "F2"]
    assert numbers(status="overdue") == ["F1"]
    assert numbers(status="paid") == ["F3"]
    assert numbers(status="disputed") == ["F2"] == numbers(text="noël")
    assert numbers(status="expected") == ["F4"]
    assert numbers(status="credit_note") == ["A1"]
    assert sorted(numbers(invoice_ids=("F1", "S1"))) == ["F1", "S1"]
    assert numbers(invoice_ids=()) == []
    assert numbers(order="amount", limit=2, offset=1) == ["F3", "F2"]
    page = repo.invoices(store, FINANCE, InvoiceFilter(side="customer", limit=1))
    assert (page.count, page.sums) == (5, (("EUR", 950_00, 650_00),))
    assert numbers(text="'; DROP TABLE invoice; --") == []


def test_every_change_moves_the_version_that_caches_hang_on(store: Store) -> None:
    before = repo.data_version(store, FINANCE)
    repo.save_scenario(store, FINANCE, name="S", content="")
    between = repo.data_version(store, FINANCE)
    assert between.ledger_key == before.ledger_key and between != before
    stored(store, reading(invoice("F1", 1_00)))
    assert repo.data_version(store, FINANCE).ledger_key != before.ledger_key


def test_one_cent_among_sixty_thousand_invoices_changes_key_and_fingerprint(store: Store) -> None:
    """Caches that hash a sample of large frames miss such an edit; ours hang on the version and the whole content."""
    rows = tuple(invoice(f"F{k:05}", 100 + k) for k in range(60_000))
    stored(store, reading(*rows))
    key, fingerprint = repo.data_version(store, FINANCE).ledger_key, load(store).fingerprint
    stored(store, reading(invoice("F31234", 100 + 31_234 + 1), name="b.csv"))
    assert repo.data_version(store, FINANCE).ledger_key != key
    assert load(store).fingerprint != fingerprint


def test_the_audit_trail_shows_any_tampering(store: Store) -> None:
    stored(store, reading(invoice("F1", 1_00)))
    repo.record_audit(store, FINANCE, "session.open", "finance", address="127.0.0.1")
    trail = repo.audit_trail(store, FINANCE)
    assert [entry.action for entry in trail] == ["session.open", "import.store", "company.save"]
    assert repo.first_broken_seal(store, FINANCE) is None
    store.transaction(lambda c: c.execute("UPDATE audit SET actor = 'nobody' WHERE sequence = 2"))
    assert repo.first_broken_seal(store, FINANCE) == 2
    store.transaction(lambda c: c.execute("DELETE FROM audit WHERE sequence = 2"))
    assert repo.first_broken_seal(store, FINANCE) == 2


def test_problems_of_an_import_are_kept_with_it(store: Store) -> None:
    told, file = reading(invoice("F1", 100_00), invoice("F2", 1_00, currency="CHF", source_row=5))
    receipt = repo.store_reading(store, FINANCE, told, file)
    assert repo.import_problems(store, FINANCE, receipt.import_id) == receipt.problems
    record = repo.list_imports(store, FINANCE)[0]
    assert (record.rejected, record.total_minor, record.undone_at) == (1, {"EUR": 100_00}, None)
