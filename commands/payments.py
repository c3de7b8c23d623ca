"""The verb `payments`: learns how customers pay and forecasts the open invoices."""

from __future__ import annotations

from typing import Any

from commands.console import Console
from commands.entities import asked
from commands.grammar import LEDGER, OUT, Argument, Values, Verb, date, within
from data.exporters.payments_files import forecast_payments, write_payments
from forecasting.dates import to_date, to_day
from forecasting.ledger import NO_DAY
from forecasting.money import Currency, to_text
from forecasting.scenario import PATH_COUNT_MAX


def run(call: Values, console: Console) -> int:
    """Writes payments.csv, receipts.csv, behaviour.json and, where asked for, detail.npz."""
    question, _ = asked(call["ledger"])
    console.problems(question.warnings)
    ledger = question.ledger
    as_of = ledger.as_of if call["as_of"] is None else to_day(call["as_of"])
    result = forecast_payments(ledger, as_of, call["paths"], call["seed"])
    write_payments(result, call["out"], call["detail"])
    open_minor = int(result.forecast.invoices.open_minor.sum())
    answer: dict[str, Any] = {
        "as_of": to_date(as_of).isoformat(),
        "paid_invoices": int((result.history.paid != NO_DAY).sum()),
        "open_invoices": len(result.forecast.invoices),
        "open_minor": open_minor,
        "paths": call["paths"],
        "seed": call["seed"],
    }
    if console.as_json:
        return console.answer(answer)
    amount = f"{to_text(open_minor, Currency(ledger.currency).exponent)} {ledger.currency}"
    words = console.words
    return console.answer(
        answer,
        words("cli.payments.learnt", count=answer["paid_invoices"]),
        words("cli.payments.forecast", count=answer["open_invoices"], amount=amount),
    )


VERB = Verb(
    name="payments",
    arguments=(
        LEDGER,
        OUT,
        Argument(name="--as-of", metavar="DATE", parse=date),
        Argument(name="--paths", metavar="N", parse=within(1, PATH_COUNT_MAX), default=1_000),
        Argument(name="--seed", metavar="K", parse=within(0, 2**63 - 1), default=1),
        Argument(name="--detail", flag=True),
    ),
    run=run,
)
