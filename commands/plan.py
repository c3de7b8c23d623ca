"""The verb `plan`: an instalment plan with what it can be expected to bring."""

from __future__ import annotations

from decimal import Decimal

from commands.console import Console
from commands.grammar import Argument, Values, Verb, count, positive_amount
from commands.numbers import euros
from data.values import BadValue, parse_share
from forecasting.collection import InstalmentPlan, instalment_plan
from forecasting.errors import InputRejected


def _probability(text: str) -> Decimal:
    probability = parse_share(text)
    if probability == 1:
        raise BadValue("call.probability_below_one", text)
    return probability


def _debt(text: str) -> int:
    debt = positive_amount(text)
    if debt == 0:
        raise BadValue("value.not_above_zero", text)
    return debt


def run(call: Values, console: Console) -> int:
    """Answers with `schedule`, `expected_minor`, `average_day`."""
    try:
        plan = instalment_plan(
            debt_minor=call["amount"],
            days=call["days"],
            every=call["every"],
            default_probability=float(call["pd"]),
        )
    except InputRejected as rejected:
        return console.problems(rejected.problems, file=VERB.name, column="--days")
    return _answer(plan, console)


def _answer(plan: InstalmentPlan, console: Console) -> int:
    answer = {
        "schedule": [{"day": part.day, "amount_minor": part.amount_minor} for part in plan.schedule],
        "expected_minor": plan.expected_minor,
        "average_day": round(plan.average_day, 2),
    }
    if console.as_json:
        return console.answer(answer)
    words = console.words
    lines = [words("cli.plan.instalment", day=part.day, amount=euros(part.amount_minor)) for part in plan.schedule]
    total = words("cli.plan.expected", amount=euros(plan.expected_minor), day=answer["average_day"])
    return console.answer(answer, *lines, total)


VERB = Verb(
    name="plan",
    arguments=(
        Argument(name="--amount", metavar="AMOUNT", parse=_debt, required=True),
        Argument(name="--days", metavar="N", parse=count, required=True),
        Argument(name="--every", metavar="PERIOD", choices=("week", "month"), required=True),
        Argument(name="--pd", metavar="P", parse=_probability, default=Decimal(0)),
    ),
    run=run,
)
