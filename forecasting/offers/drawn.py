"""One drawn path of a question as the reference tells it, so that any of the thousand can be read line by line."""

from __future__ import annotations

from forecasting.factoring.contract import FactoringContract
from forecasting.insurance.policy import InsurancePolicy
from forecasting.simulation.check import with_past_notes
from forecasting.simulation.draw_block import draw_block
from forecasting.simulation.engine import Book
from forecasting.simulation.facts import PathFacts
from forecasting.simulation.kernel_facts import path_facts
from forecasting.simulation.path import PathResult, project_path


def drawn_facts(book: Book, number: int) -> PathFacts:
    """What happens on one path of a book, contracts apart; `number` counts from 0."""
    return with_past_notes(book.ledger, path_facts(draw_block(book.plan, number, 1), 0))


def told(
    book: Book, number: int, factoring: FactoringContract | None = None, insurance: InsurancePolicy | None = None
) -> PathResult:
    """One path of a book under the contracts given, computed by the reference with its explanation."""
    return project_path(book.ledger, drawn_facts(book, number), book.scenario.horizon_days, factoring, insurance)
