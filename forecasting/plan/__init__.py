"""What is planned and what might change: flows with their certainty, loans, growth what-ifs and the cash they tie up."""

from forecasting.plan.capital import Effect, WorkingCapital, explained, working_capital
from forecasting.plan.certainty import CERTAINTIES, PROBABILITY, counted_flows, happens, weighted_flows
from forecasting.plan.loan import Instalment, Loan, loan_flows, schedule
from forecasting.plan.whatif import AddedOrder, Who, rows_to_come, scaled, shifted_terms, with_order, without

__all__ = [
    "CERTAINTIES",
    "PROBABILITY",
    "AddedOrder",
    "Effect",
    "Instalment",
    "Loan",
    "Who",
    "WorkingCapital",
    "counted_flows",
    "explained",
    "happens",
    "loan_flows",
    "rows_to_come",
    "scaled",
    "schedule",
    "shifted_terms",
    "weighted_flows",
    "with_order",
    "without",
    "working_capital",
]
