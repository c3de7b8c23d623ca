"""The verb `sample`: the sample company as a ledger folder, with its offers and scenarios."""

from __future__ import annotations

import datetime

from commands.console import Console
from commands.grammar import OUT, Argument, Values, Verb, date, within
from data.sample import SAMPLE_INVOICES, SAMPLE_INVOICES_MAX, SAMPLE_INVOICES_MIN, sample_company, write_sample
from forecasting.ledger_build import InvoiceColumns


def run(call: Values, console: Console) -> int:
    """Writes the folder; answers with what it holds."""
    as_of: datetime.date = call["as_of"] or datetime.date.today()
    company = sample_company(as_of, seed=call["seed"], invoices=call["invoices"])
    write_sample(company, call["out"])
    answer = {
        "folder": str(call["out"]),
        "as_of": as_of.isoformat(),
        "seed": call["seed"],
        "customer_invoices": _count(company.customers),
        "supplier_invoices": _count(company.suppliers),
    }
    if console.as_json:
        return console.answer(answer)
    return console.answer(answer, console.words("cli.sample.written", **answer))


def _count(columns: InvoiceColumns) -> int:
    return len(columns.invoice_id)


VERB = Verb(
    name="sample",
    arguments=(
        OUT,
        Argument(
            name="--invoices",
            metavar="N",
            parse=within(SAMPLE_INVOICES_MIN, SAMPLE_INVOICES_MAX),
            default=SAMPLE_INVOICES,
        ),
        Argument(name="--as-of", metavar="DATE", parse=date),
        Argument(name="--seed", metavar="K", parse=within(0, 2**63 - 1), default=1),
    ),
    run=run,
)
