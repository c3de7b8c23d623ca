"""A factoring contract on one path: tells the account what happens each day and the bank what comes of it.

The methods of `Factored` follow the day order of domain 1.4; what the account does in a step stands in
`forecasting.factoring.account`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from forecasting.dates import add_business_days
from forecasting.factoring.account import FactorAccount, Guarantee, is_anniversary
from forecasting.factoring.base import Assigned
from forecasting.factoring.contract import FactoringContract
from forecasting.factoring.eligibility import SWEPT, Assignment, assignments
from forecasting.factoring.sold import SOLD_OUTRIGHT, DiscountedSale
from forecasting.factoring.spot import SpotAccount
from forecasting.ledger import NO_DAY, Ledger
from forecasting.money import apply_rate, round_ratio
from forecasting.simulation.bank import Bank
from forecasting.simulation.claims import claim_id
from forecasting.simulation.cover import Cover
from forecasting.simulation.facts import Failure, PathFacts
from forecasting.simulation.failures import dividend_minor, open_at_judgment
from forecasting.simulation.flows import Category, Flow
from forecasting.simulation.receivables import CREDIT, Receivables

Agenda = dict[int, list[Flow]]


class Factored:
    """The factor's side of a path; `agenda` holds the bank flows still to come, by day."""

    def __init__(
        self,
        ledger: Ledger,
        facts: PathFacts,
        contract: FactoringContract,
        receivables: Receivables,
        cover: Cover,
        agenda: Agenda,
        *,
        last_day: int,
    ) -> None:
        self.contract = contract
        self.account = account_of(contract, ledger.as_of)
        self.remittances: set[int] = set()
        self._ledger, self._facts, self._receivables = ledger, facts, receivables
        self._cover, self._agenda, self._last_day = cover, agenda, last_day
        self._open = {r.index: r.open_at_end(ledger.as_of - 1) for r in receivables}
        self._credits = receivables.steps_by_day(CREDIT)
        self._judgments = {f.partner: f.judgment for f in facts.failures}
        self._active_disputes: dict[int, int] = defaultdict(int)
        self._dispute_steps: dict[int, list[tuple[int, int]]] = defaultdict(list)
        self._purchases: dict[int, list[Assignment]] = defaultdict(list)
        self._hand_backs: dict[int, list[int]] = defaultdict(list)
        self._sweeps: dict[int, list[tuple[int, int]]] = defaultdict(list)
        self._indemnities: dict[int, list[tuple[str, int]]] = defaultdict(list)
        self._payouts: dict[int, list[Failure]] = defaultdict(list)
        self._paid_out: dict[int, Guarantee] = {}
        self._released: set[int] = set()
        self._plan_disputes()
        self._plan_payouts()
        self._plan_purchases()

    @property
    def has_account(self) -> bool:
        """Whether an account is kept that an indemnity may be delegated to: not where claims are sold outright."""
        return self.contract.contract_type not in SOLD_OUTRIGHT

    def delegate(self, day: int, partner_id: str, amount_minor: int) -> None:
        """An indemnity of the company's policy that the factor will receive on a day."""
        self._indemnities[day].append((partner_id, amount_minor))

    # One day

    def open_day(self, day: int, bank: Bank) -> None:
        """Step 0: annual minimum, end of the pooled fund; set-up fee on start_date, audit fee on each anniversary."""
        self.account.open_day(day)
        if day == self.contract.start_day:
            self._bill(day, "setup_fee", self.contract.setup_fee_minor, bank)
        if is_anniversary(self.contract, day):
            self._bill(day, "audit_fee", self.contract.annual_audit_fee_minor, bank)

    def change_base(self, day: int, bank: Bank) -> None:
        """Steps 2 to 6: purchases, interest, credit notes and disputes, sweeps, definancing, guarantee payouts."""
        self._purchase(day, bank)
        self.account.post_interest(day)
        for invoice, amount in self._credits.get(day, ()):
            self._open[invoice] -= amount
            if self.account.holds(invoice):
                self.account.credit(day, invoice, amount)
        self._dispute(day)
        for invoice, amount in self._sweeps.pop(day, ()):
            self.account.sweep(day, invoice, amount)
        for invoice in self._hand_backs.pop(day, ()):
            if self._open[invoice] > 0 and self.account.holds(invoice):
                self.account.hand_back(day, invoice)
                self._released.add(invoice)
        self.account.before_receipts(day)
        for failure in self._payouts.pop(day, ()):
            self._pay_guarantee(day, failure, bank)

    def receive(self, day: int, invoice: int, amount_minor: int, bank: Bank) -> None:
        """Step 7: a debtor pays, to the factor what the factor owns, to the company the rest."""
        self._open[invoice] -= amount_minor
        receivable = self._receivables[invoice]
        partner_id = self._ledger.partners[receivable.partner].partner_id
        if self.account.holds(invoice):
            if self.contract.contract_type in SWEPT:
                self._sweeps[add_business_days(day, 1)].append((invoice, amount_minor))
                self.account.await_sweep(day, invoice, amount_minor)
            else:
                self.account.receive(day, invoice, amount_minor)
            return
        category: Category = "direct_receipt" if invoice in self._released else "debtor_receipt"
        bank.post(day, category, amount_minor, partner_id, receivable.invoice_id)
        payout = self._paid_out.get(receivable.partner)
        if payout and invoice in payout.invoices and payout.paid_minor:
            share = round_ratio(amount_minor * payout.paid_minor, payout.assigned_minor)
            bank.post(day, "insurer_share", -share, partner_id, self._claim_id(receivable.partner))

    def settle(self, day: int, bank: Bank) -> None:
        """Steps 7 to 10: delegated indemnities are receipts; cash call or transfer; the day accrues."""
        for partner_id, amount in self._indemnities.pop(day, ()):
            self.account.receive_indemnity(day, partner_id, amount)
        settlement = self.account.settle(day, bank.balance)
        bank.post(day, "cash_call", -settlement.cash_call_minor)
        bank.post(day, "factor_transfer", settlement.transfer_minor)
        self.account.accrue(day)
        self.account.explain_base(day)

    def state(self, day: int) -> tuple[int, int, int, int, int]:
        """U, E, G, V, R at the end of a day."""
        account = self.account
        return (
            account.utilisation,
            account.base.eligible,
            account.reserve(day),
            account.availability(day),
            account.base.outstanding,
        )

    def unrelieved(self, partner: int) -> Mapping[int, int]:
        """After a judgment, the parts of a debtor's invoices that the factor guarantees and whose VAT is not relieved.

        Empty where the factor bears nothing, or where `vat_relief_on_guaranteed` leaves the relief to the seller. A
        guarantee paid on the judgment day itself is known; another one is what the factor would pay now.
        """
        partner_id = self._ledger.partners[partner].partner_id
        bears = self.contract.guarantee_payout_days is not None and self._cover.by_factor(partner_id)
        if not bears or self.contract.vat_relief_on_guaranteed == "seller":
            return {}
        payout = self._paid_out.get(partner)
        return payout.shares if payout else self.account.guaranteed_shares(partner_id)

    # Steps

    def _bill(self, day: int, code: str, amount_minor: int, bank: Bank, partner_id: str = "") -> None:
        """A fee with its VAT that the factor takes straight from the bank."""
        if amount_minor:
            vat = apply_rate(amount_minor, self.contract.vat_on_service)
            bank.post(day, "factor_fee", -(amount_minor + vat), partner_id)
            self.account.tell(day, code, amount_minor, None, vat_minor=vat)

    def _purchase(self, day: int, bank: Bank) -> None:
        """Step 2: what is remitted and has something open, from a debtor not judged before f, before termination."""
        bought: list[Assigned] = []
        for assignment in self._purchases.pop(day, ()):
            receivable = self._receivables[assignment.invoice]
            refusal = self._refused_on(day, receivable.partner, assignment.invoice)
            invoice = self._as_assigned(assignment)
            if refusal or not self.account.accepts(invoice, bought):
                self.account.tell(day, f"refused.{refusal or 'unapproved'}", invoice.open_minor, invoice)
                continue
            bought.append(invoice)
            self.remittances.add(assignment.remitted)
            self._plan_hand_back(invoice)
        for partner_id in self.account.purchase(day, bought) if bought else ():
            self._bill(day, "line_fee", self.contract.line_fee_minor, bank, partner_id)

    def _refused_on(self, day: int, partner: int, invoice: int) -> str:
        """Why an invoice is not bought on its day f, "" where it is."""
        if self.contract.termination_day is not None and day >= self.contract.termination_day:
            return "terminated"
        if partner in self._judgments and self._judgments[partner] < day:
            return "judgment"
        return "" if self._open[invoice] > 0 else "nothing_open"

    def _dispute(self, day: int) -> None:
        """Step 4: disputes begin and end."""
        for invoice, change in self._dispute_steps.pop(day, ()):
            self._active_disputes[invoice] += change
            if self.account.holds(invoice):
                self.account.dispute(day, invoice, self._active_disputes[invoice] > 0)

    def _pay_guarantee(self, day: int, failure: Failure, bank: Bank) -> None:
        """Step 6 on p; the guaranteed part of a dividend that came before p goes to the factor on p."""
        partner_id = self._ledger.partners[failure.partner].partner_id
        if not self.account.owned(partner_id):
            return
        payout = self.account.pay_guarantee(day, partner_id, covered=self._cover.by_factor(partner_id))
        self._paid_out[failure.partner] = payout
        self._released.update(payout.invoices)
        debts = self._receivables.of_partner(failure.partner)
        dividend = dividend_minor(failure, debts)
        if dividend and payout.paid_minor:
            share = round_ratio(dividend * payout.paid_minor, sum(open_at_judgment(failure, debts).values()))
            due = max(failure.dividend_day, day)
            flow = Flow(
                day=due,
                category="insurer_share",
                amount_minor=-share,
                partner_id=partner_id,
                source_id=self._claim_id(failure.partner),
            )
            if due == day:
                bank.move(flow)
            else:
                self._agenda[due].append(flow)

    # What is known before the first day

    def _plan_disputes(self) -> None:
        first = self._ledger.as_of
        for dispute in self._facts.disputes:
            if dispute.resolved != NO_DAY and dispute.resolved < first:
                continue
            if dispute.day < first:
                self._active_disputes[dispute.invoice] += 1
            else:
                self._dispute_steps[dispute.day].append((dispute.invoice, 1))
            if dispute.resolved != NO_DAY:
                self._dispute_steps[dispute.resolved].append((dispute.invoice, -1))

    def _plan_payouts(self) -> None:
        wait = self.contract.guarantee_payout_days
        if self.contract.recourse or wait is None or self.contract.contract_type in SOLD_OUTRIGHT:
            return
        for failure in self._facts.failures:
            self._payouts[max(failure.judgment + wait, self._ledger.as_of)].append(failure)

    def _plan_purchases(self) -> None:
        """Sorts every invoice into its day f; those already with the factor go there before the first day."""
        already: list[Assigned] = []
        for assignment in assignments(self._ledger, self.contract, (r.index for r in self._receivables)):
            if assignment.already:
                if self._open[assignment.invoice] > 0:
                    already.append(self._as_assigned(assignment))
            elif not assignment.refusal:
                self._purchases[assignment.funded].append(assignment)
            elif self._open[assignment.invoice] > 0:
                invoice = self._as_assigned(assignment)
                day = max(assignment.remitted, self._ledger.as_of)
                self.account.tell(day, f"refused.{assignment.refusal}", invoice.open_minor, invoice)
        already.sort(key=lambda invoice: invoice.funded)
        self.account.take_over(already)
        for invoice in already:
            self._plan_hand_back(invoice)

    def _plan_hand_back(self, invoice: Assigned) -> None:
        """Step 5: due_i + definancing_days, on f (or the first day) where that is later; under recourse only."""
        wait = self.contract.definancing_days
        if self.contract.recourse and wait is not None and self.contract.contract_type not in SOLD_OUTRIGHT:
            day = max(invoice.due + wait, invoice.funded, self._ledger.as_of)
            self._hand_backs[day].append(invoice.invoice)

    def _as_assigned(self, assignment: Assignment) -> Assigned:
        receivable = self._receivables[assignment.invoice]
        return Assigned(
            invoice=receivable.index,
            invoice_id=receivable.invoice_id,
            partner_id=self._ledger.partners[receivable.partner].partner_id,
            issue=receivable.issue,
            due=receivable.due,
            funded=assignment.funded,
            open_minor=self._open[receivable.index],
            disputed=self._active_disputes[receivable.index] > 0,
        )

    def _claim_id(self, partner: int) -> str:
        return claim_id(self._ledger.partners[partner].partner_id, self._judgments[partner])


def account_of(contract: FactoringContract, first_day: int) -> FactorAccount:
    """The account that keeps a contract of its type."""
    if contract.contract_type == "spot":
        return SpotAccount(contract, first_day=first_day)
    if contract.contract_type in SOLD_OUTRIGHT:
        return DiscountedSale(contract, first_day=first_day)
    return FactorAccount(contract, first_day=first_day)
