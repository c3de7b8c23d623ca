"""One whole path of one variant on one bank account: the reference, in the day order of domain 1.4.

What happens (who pays, who fails) stands in `PathFacts` before any contract is looked at; a contract only changes who
receives a payment and adds flows of its own. The kernel computes the same for ten thousand paths and must agree to the
cent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from forecasting.dates import add_months, month_end, to_date, to_day
from forecasting.factoring.contract import FactoringContract
from forecasting.insurance.claim import insurance_year
from forecasting.insurance.policy import InsurancePolicy
from forecasting.insurance.premium import charges, premium_basis
from forecasting.ledger import Amounts, Ledger
from forecasting.simulation.bank import Bank
from forecasting.simulation.claims import Claim, claims_of_path, insurance_flows
from forecasting.simulation.coming import ledger_on
from forecasting.simulation.cover import Cover
from forecasting.simulation.factored import Agenda, Factored
from forecasting.simulation.facts import Failure, PathFacts
from forecasting.simulation.failures import dividend_flow, relief_flows
from forecasting.simulation.flows import Category, Event, Flow, Variant
from forecasting.simulation.losses import losses_of_path
from forecasting.simulation.operations import operating_flows
from forecasting.simulation.receivables import PAYMENT, Receivables
from forecasting.simulation.story import claim_events


@dataclass(frozen=True, slots=True, kw_only=True)
class PathResult:
    """One variant of one path: its flows and, at the end of each of the H days from `first_day`, its balances.

    Flows are sorted by (day, category, source_id) and never 0. Balances int64 (H,), minor units: the bank, then the
    factor's account of domain 1.3 (0 without a factor): U, E, G, V, R. `losses` says what debtors never pay and who
    bears it. `events` explain the figures in the order in which they came about; `remittances` counts the days on which
    invoices went to the factor, `admin_hours` what that took.
    """

    variant: Variant
    first_day: int
    flows: tuple[Flow, ...]
    balance_minor: Amounts
    utilisation_minor: Amounts
    eligible_minor: Amounts
    reserve_minor: Amounts
    availability_minor: Amounts
    assigned_minor: Amounts
    claims: tuple[Claim, ...]
    losses: Mapping[str, int]
    events: tuple[Event, ...]
    remittances: int
    admin_hours: Decimal


def project_path(
    ledger: Ledger,
    facts: PathFacts,
    horizon_days: int,
    factoring: FactoringContract | None = None,
    insurance: InsurancePolicy | None = None,
) -> PathResult:
    """What one path does to the bank account, day by day, with the contracts given: one variant of the four.

    The days are `as_of` to `as_of + horizon_days - 1`; nothing is posted after the last.
    """
    return _Path(ledger, facts, horizon_days, factoring, insurance).run()


class _Path:
    """The run of one variant: the agenda of bank flows known before, then day after day."""

    def __init__(
        self,
        ledger: Ledger,
        facts: PathFacts,
        horizon_days: int,
        factoring: FactoringContract | None,
        insurance: InsurancePolicy | None,
    ) -> None:
        # What a policy takes from the ledger is what was planned, whatever the path brings.
        self._planned, self._facts = ledger, facts
        self._ledger = ledger = ledger_on(ledger, facts.business)
        self._first, self._last = ledger.as_of, ledger.as_of + horizon_days - 1
        self._insurance = insurance
        self._variant: Variant = _variant(factoring, insurance)
        self._receivables = Receivables(ledger, facts)
        self._receipts = self._receivables.steps_by_day(PAYMENT)
        self._bank = Bank(ledger)
        self._agenda: Agenda = defaultdict(list)
        self._states: list[tuple[int, int, int, int, int]] = []
        self._claims: tuple[Claim, ...] = ()
        cover = Cover(factoring, insurance)
        self._schedule(operating_flows(ledger, facts, self._last))
        self._factored: Factored | None = None
        if factoring is not None:
            self._factored = Factored(ledger, facts, factoring, self._receivables, cover, self._agenda, last_day=self._last)
        if insurance is not None:
            self._insure(insurance, cover)

    def run(self) -> PathResult:
        """Every day from the first to the last."""
        failing: dict[int, list[Failure]] = defaultdict(list)
        for failure in self._facts.failures:
            debts = self._receivables.of_partner(failure.partner)
            self._schedule((dividend_flow(self._ledger, failure, debts),))
            failing[max(failure.judgment, self._first - 1)].append(failure)
        self._fail(failing.get(self._first - 1, ()))
        for day in range(self._first, self._last + 1):
            self._day(day)
            self._fail(failing.get(day, ()))
        return self._result()

    def _day(self, day: int) -> None:
        """The steps of domain 1.4 in their order."""
        factored, bank = self._factored, self._bank
        if factored:
            factored.open_day(day, bank)
        bank.post_interest(day)
        for flow in self._agenda.pop(day, ()):
            bank.move(flow)
        if factored:
            factored.change_base(day, bank)
        for invoice, amount in self._receipts.get(day, ()):
            if factored:
                factored.receive(day, invoice, amount, bank)
            else:
                receivable = self._receivables[invoice]
                partner_id = self._ledger.partners[receivable.partner].partner_id
                bank.post(day, "debtor_receipt", amount, partner_id, receivable.invoice_id)
        if factored:
            factored.settle(day, bank)
        bank.close_day(day)
        self._states.append(factored.state(day) if factored else (0, 0, 0, 0, 0))

    def _fail(self, failures: Iterable[Failure]) -> None:
        """After a judgment day: the VAT that the failure moves later, known now that a factor's part is known."""
        for failure in failures:
            guaranteed = self._factored.unrelieved(failure.partner) if self._factored else {}
            debts = self._receivables.of_partner(failure.partner)
            self._schedule(relief_flows(self._ledger, failure, debts, guaranteed))

    def _insure(self, policy: InsurancePolicy, cover: Cover) -> None:
        """The claims of the path with what they move, then what the policy costs, with its malus."""
        self._claims = claims_of_path(policy, self._ledger, self._facts, self._receivables, cover, self._last)
        by_year: dict[int, int] = defaultdict(int)
        for claim in self._claims:
            by_year[insurance_year(policy, claim.dates.loss)] += claim.indemnity.indemnity_minor
            for flow in insurance_flows(policy, self._facts, self._receivables, claim):
                if (
                    flow.category == "indemnity"
                    and policy.delegated_to_factor
                    and self._factored
                    and self._factored.has_account
                ):
                    self._factored.delegate(flow.day, flow.partner_id, flow.amount_minor)
                else:
                    self._schedule((flow,))
        basis = premium_basis(policy, self._planned, self._outstanding(policy))
        for charge in charges(policy, basis, by_year, self._last):
            category: Category = "insurance_fee" if charge.kind == "yearly_fee" else "premium"
            amount = -(charge.amount_minor + charge.tax_minor)
            self._schedule((Flow(day=charge.day, category=category, amount_minor=amount, source_id="policy"),))

    def _outstanding(self, policy: InsurancePolicy) -> int | None:
        """The sum of the month-end outstanding before VAT of the first insurance year, where the premium is on it."""
        if policy.premium_base != "outstanding" or policy.start_day is None:
            return None
        start = to_date(policy.start_day)
        ends = [to_day(month_end(add_months(start, k))) for k in range(12)]
        insurable = [
            receivable
            for index, partner in enumerate(self._ledger.partners)
            if not partner.public_body and not partner.intra_group
            for receivable in self._receivables.of_partner(index)
        ]
        return sum(r.net_of(r.open_at_end(day)) for day in ends for r in insurable if r.issue <= day)

    def _schedule(self, flows: Iterable[Flow]) -> None:
        for flow in flows:
            if self._first <= flow.day <= self._last and flow.amount_minor:
                self._agenda[flow.day].append(flow)

    def _result(self) -> PathResult:
        factored = self._factored
        utilisation, eligible, reserve, availability, assigned = zip(*self._states, strict=True)
        events = list(factored.account.events) if factored else []
        events += [event for claim in self._claims for event in claim_events(claim)]
        hours = factored.contract.admin_hours_per_remittance if factored else Decimal(0)
        remittances = len(factored.remittances) if factored else 0
        return PathResult(
            variant=self._variant,
            first_day=self._first,
            flows=tuple(sorted(self._bank.flows, key=lambda f: (f.day, f.category, f.source_id))),
            balance_minor=_column(self._bank.balances),
            utilisation_minor=_column(utilisation),
            eligible_minor=_column(eligible),
            reserve_minor=_column(reserve),
            availability_minor=_column(availability),
            assigned_minor=_column(assigned),
            claims=self._claims,
            losses=losses_of_path(self._facts, self._receivables, self._bank.flows, events, self._last),
            events=tuple(sorted(events, key=lambda e: e.day)),
            remittances=remittances,
            admin_hours=remittances * hours,
        )


def _variant(factoring: FactoringContract | None, insurance: InsurancePolicy | None) -> Variant:
    if factoring is not None:
        return "factoring" if insurance is None else "both"
    return "baseline" if insurance is None else "insurance"


def _column(values: Iterable[int]) -> Amounts:
    column = np.array(list(values), dtype=np.int64)
    column.setflags(write=False)
    return column
