"""The sample is believable, the same for the same seed, agrees with itself, and makes a year worth watching."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from data import repository as repo
from data.access import FINANCE
from data.contract_files import read_factoring_file, read_insurance_file
from data.ledger_folder import read_ledger_folder
from data.repository import Store
from data.sample import SAMPLE_INVOICES, SampleCompany, sample_company, write_sample
from data.sample_store import clear_store, fill_store
from data.scenario_files import read_scenario_file
from forecasting.dates import is_business_day, to_date, to_day
from forecasting.errors import InputRejected
from forecasting.ledger import NO_DAY, Invoices, Ledger
from forecasting.simulation.facts import InvoiceEvents
from forecasting.simulation.operations import planned_days
from forecasting.vat import computed_returns
from tests.stores import new_store

AS_OF = date(2026, 11, 25)


@pytest.fixture(scope="module")
def sample() -> SampleCompany:
    return sample_company(AS_OF)


@pytest.fixture(scope="module")
def ledger(sample: SampleCompany) -> Ledger:
    return sample.ledger()


@pytest.fixture
def store(place: str) -> Iterator[Store]:
    with new_store(place) as opened:
        yield opened


def last_year(invoices: Invoices, as_of: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return (invoices.issue >= as_of - 365) & (invoices.issue < as_of)


def test_one_seed_is_one_company(sample: SampleCompany, ledger: Ledger) -> None:
    assert sample_company(AS_OF).ledger().fingerprint == ledger.fingerprint
    assert sample_company(AS_OF, seed=2).ledger().fingerprint != ledger.fingerprint
    assert len(ledger.customers) + len(ledger.suppliers) == pytest.approx(SAMPLE_INVOICES, rel=0.02)


def test_its_size_is_that_of_a_french_mid_cap(ledger: Ledger) -> None:
    customers, year = ledger.customers, last_year(ledger.customers, ledger.as_of)
    gross = customers.amount_minor[year]
    net = sum(int(a / (1 + r)) for a, r in zip(gross.tolist(), np.array(customers.vat_rate)[year], strict=True))
    assert 18_000_000_00 < net < 20_000_000_00
    shares = np.bincount(customers.partner[year], weights=gross) / gross.sum()
    assert 0.17 < shares.max() < 0.23, "one customer is about a fifth of sales"
    assert np.sort(shares)[-5:].sum() < 0.5
    segments = Counter(p.segment for p in ledger.partners if p.partner_id.startswith("C"))
    assert segments.total() == 60 and set(segments) == {"Grands comptes", "PME", "Export", "Secteur public"}
    assert {p.country for p in ledger.partners} == {"FR", "BE", "DE", "ES", "IT", "PL"}
    assert {p.domestic for p in ledger.partners if p.country == "FR"} == {True}
    assert sum(p.partner_id.startswith("S") for p in ledger.partners) == 40
    exports = [
        r for r, p in zip(customers.vat_rate, customers.partner.tolist(), strict=True) if not ledger.partners[p].domestic
    ]
    assert set(exports) == {Decimal(0)}


def test_thirty_six_months_of_history_and_a_year_of_expected_business(ledger: Ledger) -> None:
    for side in (ledger.customers, ledger.suppliers):
        assert side.issue.min() < ledger.as_of - 1_080 and side.issue.max() > ledger.as_of + 355
        expected = side.issue >= ledger.as_of
        assert 0.15 < expected.mean() < 0.35
        assert (side.paid[expected] == NO_DAY).all(), "nobody has paid what is not invoiced"
        assert (side.paid[side.paid != NO_DAY] < ledger.as_of).all()
        assert (side.due >= side.issue).all()


def test_customers_pay_as_french_customers_do(ledger: Ledger) -> None:
    """Altares 2023-2024 (domain 5): 12 to 14 days late on average, about 8 % more than 30 days; here a little better."""
    customers = ledger.customers
    paid = (customers.paid != NO_DAY) & (customers.amount_minor > 0)
    late = (customers.paid - customers.due)[paid]
    assert 8 < late.mean() < 14
    assert 0.05 < (late > 30).mean() < 0.13
    assert 0.3 < (late <= 0).mean() < 0.6
    means = {p: late[customers.partner[paid] == p].mean() for p in np.unique(customers.partner[paid]).tolist()}
    slow = {ledger.partners[p].name for p, mean in means.items() if mean > 25}
    assert slow == {"Boulangeries Mirepain", "Agencement Pellevoisin"}, "two pay weeks late"
    assert all(is_business_day(int(day)) for day in np.unique(customers.paid[paid]))
    runs = [to_date(int(day)).day for day in customers.paid[paid & (customers.partner == 0)]]
    assert {day for day in runs if not (10 <= day <= 14 or 25 <= day <= 29)} == set(), (
        "the largest pays in two runs a month"
    )


def test_today_s_open_items_hold_overdue_and_disputed_ones(ledger: Ledger) -> None:
    customers = ledger.customers
    due_now = (customers.paid == NO_DAY) & (customers.issue < ledger.as_of) & (customers.amount_minor > 0)
    overdue = due_now & (customers.due < ledger.as_of)
    assert 0.1 < customers.amount_minor[overdue].sum() / customers.amount_minor[due_now].sum() < 0.45
    assert 3 <= customers.disputed.sum() <= 6
    assert (customers.paid[customers.disputed] == NO_DAY).all()
    failing = next(k for k, p in enumerate(ledger.partners) if p.rating == "7")
    theirs = (customers.partner == failing) & (customers.paid != NO_DAY)
    assert customers.paid[theirs].max() < ledger.as_of - 60, "the one in trouble has fallen silent"
    assert 1 <= len(ledger.payments) <= 3
    assert (customers.due[[p.invoice for p in ledger.payments]] < ledger.as_of).all()


def test_credit_notes_reduce_invoices_of_their_own_partner(ledger: Ledger) -> None:
    for side in (ledger.customers, ledger.suppliers):
        notes = np.flatnonzero(side.credits >= 0)
        target = side.credits[notes]
        assert 0.008 < len(notes) / len(side) < 0.02
        assert (side.amount_minor[notes] < 0).all() and (side.amount_minor[target] > 0).all()
        assert (side.partner[notes] == side.partner[target]).all()
        paid = side.paid[target] != NO_DAY
        assert (side.paid_minor[target][paid] == (side.amount_minor[target] + side.amount_minor[notes])[paid]).all()


@pytest.mark.parametrize("as_of", [AS_OF, date(2026, 1, 1), date(2028, 2, 29), date(2026, 8, 24), date(2026, 5, 31)])
def test_planned_vat_is_the_vat_of_the_invoices(as_of: date) -> None:
    """A month's VAT by the core's own rule, less the rent's, is what the plan pays on the VAT day, credits carried over."""
    ledger = sample_company(as_of, invoices=1_500).ledger()
    planned = {f.day: -f.amount_minor for f in ledger.planned_flows if f.category == "vat"}
    rent = next(f for f in ledger.planned_flows if f.category == "rent")
    none = np.array([], dtype=np.int32)
    empty = InvoiceEvents(invoice=none, day=none, amount_minor=none.astype(np.int64))
    found = computed_returns(
        ledger, receipts=empty, payments=empty, credit_notes=notes_of(ledger), last_day=ledger.as_of + 364
    )
    carried, expected = 0, {}
    for vat in found:
        quarter = to_date(vat.day).month in (2, 5, 8, 11)
        due = vat.payable_minor + (rent.amount_minor // -6 if quarter else 0) * -1 + carried
        carried = min(due, 0)
        if due > 0:
            day = vat.day
            while not is_business_day(day):
                day += 1
            expected[day] = due
    assert planned == expected


def notes_of(ledger: Ledger) -> InvoiceEvents:
    side = ledger.customers
    rows = np.flatnonzero(side.credits >= 0)
    return InvoiceEvents(invoice=side.credits[rows], day=side.issue[rows], amount_minor=-side.amount_minor[rows])


@pytest.mark.parametrize("month", range(1, 13))
def test_the_year_comes_close_to_the_floor_and_delays_break_the_overdraft(month: int) -> None:
    """Everybody's usual lateness and no chance: near the floor once, below the overdraft with 15 more days."""
    as_of = date(2026, month, 10)
    ledger = sample_company(as_of).ledger()
    assert 0 <= low(ledger, 0) - ledger.cash_floor_minor < 600_000_00
    assert low(ledger, 15) < -ledger.overdraft_limit_minor < 0 < ledger.cash_floor_minor


def low(ledger: Ledger, later: int) -> int:
    """The lowest balance of the year when each partner is as late as its own history says on average."""
    flows = np.zeros(365, dtype=np.int64)
    for sign, side in ((1, ledger.customers), (-1, ledger.suppliers)):
        paid = (side.paid != NO_DAY) & (side.amount_minor > 0)
        late = (side.paid - side.due)[paid]
        sums = np.bincount(side.partner[paid], weights=late, minlength=len(ledger.partners))
        mean = np.rint(sums / np.maximum(np.bincount(side.partner[paid], minlength=len(ledger.partners)), 1))
        owed = side.amount_minor.copy()
        notes = side.credits >= 0
        np.add.at(owed, side.credits[notes], side.amount_minor[notes])
        silent = np.array([p.rating == "7" for p in ledger.partners])[side.partner]
        open_now = (side.paid == NO_DAY) & (side.amount_minor > 0) & ~silent
        mean_day = side.due + mean[side.partner] - ledger.as_of
        when = np.where(mean_day < 0, 7 * (sign > 0), mean_day).astype(np.int64) + later * (sign > 0)
        inside = open_now & (when < 365)
        np.add.at(flows, when[inside], sign * owed[inside])
    for flow in ledger.planned_flows:
        for day_number in planned_days(flow, ledger.as_of, ledger.as_of + 364):
            flows[day_number - ledger.as_of] += flow.amount_minor
    return int((ledger.opening_cash_minor + np.cumsum(flows)).min())


def test_regular_flows_start_on_or_after_the_first_day() -> None:
    for month in range(1, 13):
        for day in (1, 5, 15, 28):
            flows = sample_company(date(2026, month, day), invoices=500).planned_flows
            assert min(flow.day for flow in flows) >= to_day(date(2026, month, day))
            assert {"wages", "social_charges", "rent", "vat", "corporate_tax", "loan"} <= {f.category for f in flows}


def test_accounts_add_up_to_the_opening_cash(sample: SampleCompany) -> None:
    assert sum(account.balance_minor for account in sample.accounts) == sample.opening_cash_minor


def test_the_store_gives_the_same_ledger_back(store: Store, sample: SampleCompany, ledger: Ledger) -> None:
    fill_store(store, FINANCE, sample)
    assert repo.load_ledger(store, FINANCE).fingerprint == ledger.fingerprint
    assert repo.missing_settings(store, FINANCE) == ()
    assert len(repo.scenarios(store, FINANCE)) == 4
    assert [c.kind for c in repo.contracts(store, FINANCE) if c.chosen] == ["factoring", "insurance"]
    largest = {p.partner_id: p.name for p in ledger.partners}["C001"]
    ready = {r.code: r.content for r in repo.ready_scenarios(store, FINANCE)}
    assert (
        list(ready) == ["later_15", "largest_fails", "recession", "all_of_it"]
        and 'partner_id = "C001"' in ready["largest_fails"]
    )
    assert largest == "Hôtels Castelune"
    with pytest.raises(InputRejected):
        fill_store(store, FINANCE, sample)
    clear_store(store, FINANCE)
    assert not len(repo.load_ledger(store, FINANCE, AS_OF).customers)
    assert repo.audit_trail(store, FINANCE)[0].action == "store.clear"
    fill_store(store, FINANCE, sample)
    repo.undo_import(store, FINANCE, 1)
    assert not len(repo.load_ledger(store, FINANCE, AS_OF).customers)


def test_the_folder_gives_the_same_ledger_back(tmp_path: Path, sample: SampleCompany, ledger: Ledger) -> None:
    write_sample(sample, tmp_path)
    read = read_ledger_folder(tmp_path)
    assert read.ledger.fingerprint == ledger.fingerprint and not read.warnings
    factoring = read_factoring_file(tmp_path / "factoring.toml", ledger)
    policy = read_insurance_file(tmp_path / "insurance.toml", ledger)
    assert not factoring.warnings and not policy.warnings
    assert factoring.record.contract_type == "full_notified" and factoring.record.recourse
    assert factoring.record.draw_policy == "full" and policy.record.limits
    names = [read_scenario_file(path, ledger).record.name for path in sorted(tmp_path.glob("scenario_*.toml"))]
    assert sorted(names) == sorted(name for _, name, _ in sample.scenarios)


def test_a_larger_sample_has_more_customers() -> None:
    large = sample_company(AS_OF, invoices=40_000)
    assert len(set(large.customers.partner_id)) == 120
    assert len(set(large.customers.invoice_id)) == len(large.customers.invoice_id)
    large.ledger()


@pytest.mark.proof
def test_a_million_invoices(store: Store) -> None:
    sample = sample_company(AS_OF, invoices=1_000_000)
    fill_store(store, FINANCE, sample)
    assert repo.load_ledger(store, FINANCE).fingerprint == sample.ledger().fingerprint
