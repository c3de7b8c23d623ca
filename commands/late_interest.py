"""The verb `late-interest`: statutory interest by semester, with the fixed compensation."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from commands import grammar
from commands.console import CALL_WRONG, Console
from commands.grammar import Argument, Values, Verb, positive_amount
from commands.numbers import euros, rate_text
from data.values import BadValue, parse_date, parse_positive_rate
from forecasting.errors import InputRejected, Problem, problem
from forecasting.latepayment import LateInterest, late_interest


def _points(text: str) -> Decimal:
    return parse_positive_rate(text) / 100


def _payment(text: str) -> tuple[date, int]:
    day, equals, paid = text.partition("=")
    if not equals:
        raise BadValue("call.bad_payment", text)
    return parse_date(day), positive_amount(paid)


def run(call: Values, console: Console) -> int:
    """Answers with the interest, the compensation, the days and the segments."""
    if call["rate"] is not None and call["add_points"] is not None:
        console.problems((problem("call.one_or_the_other", file=VERB.name, column="--rate", other="--add-points"),))
        return CALL_WRONG
    wrong = _contradictions(call)
    if wrong:
        return console.problems(wrong)
    try:
        owed = late_interest(
            amount_minor=call["amount"],
            due=call["due"],
            paid=call["paid"],
            country=call["country"],
            margin=call["add_points"],
            contract_rate=call["rate"],
            part_payments=call["payment"],
        )
    except InputRejected as rejected:
        return console.problems(rejected.problems, file=VERB.name, column="--country")
    return _answer(owed, console)


def _contradictions(call: Values) -> list[Problem]:
    wrong = []
    if sum(paid for _, paid in call["payment"]) > call["amount"]:
        wrong.append(problem("latepayment.overpaid", file=VERB.name, column="--payment", amount=euros(call["amount"])))
    wrong += [
        problem("latepayment.paid_after_the_end", file=VERB.name, column="--payment", date=day, paid=call["paid"])
        for day, _ in call["payment"]
        if day > call["paid"]
    ]
    return wrong


def _answer(owed: LateInterest, console: Console) -> int:
    segments = [
        {
            "semester": segment.semester.isoformat(),
            "from": segment.first.isoformat(),
            "to": segment.last.isoformat(),
            "rate": rate_text(segment.rate),
            "principal_minor": segment.principal_minor,
            "days": segment.days,
        }
        for segment in owed.segments
    ]
    answer = {
        "interest_minor": owed.interest_minor,
        "fixed_compensation_minor": owed.fixed_compensation_minor,
        "days": owed.days,
        "segments": segments,
        "provisional": owed.provisional,
    }
    if console.as_json:
        return console.answer(answer)
    return console.answer(answer, *_sentences(owed, console))


def _sentences(owed: LateInterest, console: Console) -> list[str]:
    words = console.words
    if not owed.days:
        return [words("cli.late_interest.nothing")]
    lines = [
        words(
            "cli.late_interest.segment",
            first=segment.first,
            last=segment.last,
            days=segment.days,
            rate=rate_text(segment.rate * 100),
            principal=euros(segment.principal_minor),
        )
        for segment in owed.segments
    ]
    lines.append(words("cli.late_interest.interest", count=owed.days, amount=euros(owed.interest_minor)))
    lines.append(words("cli.late_interest.compensation", amount=euros(owed.fixed_compensation_minor)))
    if owed.provisional:
        lines.append(words("cli.late_interest.provisional"))
    return lines


VERB = Verb(
    name="late-interest",
    arguments=(
        Argument(name="--amount", metavar="AMOUNT", parse=positive_amount, required=True),
        Argument(name="--due", metavar="DATE", parse=grammar.date, required=True),
        Argument(name="--paid", metavar="DATE", parse=grammar.date, required=True),
        Argument(name="--country", metavar="COUNTRY", default="FR"),
        Argument(name="--add-points", metavar="POINTS", parse=_points),
        Argument(name="--rate", metavar="RATE", parse=parse_positive_rate),
        Argument(name="--payment", metavar="DATE=AMOUNT", parse=_payment, many=True),
    ),
    run=run,
)
