"""The verb `payments`: learns how customers pay and forecasts the open invoices."""

from __future__ import annotations

from typing import Any

import numpy as np

from commands.console import Console
from commands.grammar import LEDGER, OUT, Argument, Values, Verb, date, within
from commands.inputs import read_question
from data.exporters.payment_files import learnt_of, write_behaviour, write_detail, write_payments, write_receipts
from data.holidays import calendars
from forecasting.behaviour import (
    failure_risk,
    forecast_open,
    history_of,
    learn,
    unpaid_probability,
)
from forecasting.dates import to_date, to_day
from forecasting.money import Currency, to_text
from forecasting.scenario import PATH_COUNT_MAX


def run(call: Values, console: Console) -> int:
    """Writes payments.csv, receipts.csv, behaviour.json and, where asked for, detail.npz."""
    question = read_question(call["ledger"])
    console.problems(question.warnings)
    ledger, folder = question.ledger, call["out"]
    as_of = ledger.as_of if call["as_of"] is None else to_day(call["as_of"])
    history = history_of(ledger, "customer", as_of)
    first = int(np.min(history.issue, initial=as_of))
    behaviour = learn(history, as_of, calendars(first, as_of))
    forecast = forecast_open(behaviour, history, as_of, call["paths"], call["seed"])
    risk = failure_risk(history, ledger.partners)
    unpaid = unpaid_probability(forecast.pmf, forecast.invoices, risk.probability)
    write_payments(forecast, unpaid, ledger.customers.invoice_id, folder)
    write_receipts(forecast, ledger.currency, folder)
    learnt = learnt_of(ledger, history, behaviour, risk)
    write_behaviour(learnt, folder)
    if call["detail"]:
        write_detail(forecast, ledger.customers.invoice_id, folder)
    open_minor = int(forecast.invoices.open_minor.sum())
    answer: dict[str, Any] = {
        "as_of": to_date(as_of).isoformat(),
        "paid_invoices": learnt["paid"],
        "open_invoices": len(forecast.invoices),
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
