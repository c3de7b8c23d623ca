"""The verb `choose`: a grid of contracts on the same paths, the efficient set, the cheapest within a level of risk."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from commands.console import Console
from commands.entities import asked
from commands.grammar import LEDGER, OUT, Argument, Values, Verb, amount, file, rate, within
from forecasting.errors import InputRejected, problem
from forecasting.money import Currency, to_text
from forecasting.scenario import HORIZON_DAYS_MAX, PATH_COUNT_MAX

if TYPE_CHECKING:
    from commands.inputs import Question
    from forecasting.choice.figures import Figures
    from forecasting.choice.offers import Candidates
    from forecasting.group.views import View
    from forecasting.simulation.engine import Book


def run(call: Values, console: Console) -> int:
    """Writes choices.csv and, where asked, worth.csv; answers with the efficient set and the cheapest offer."""
    try:
        question, view = asked(call["ledger"], call["scenario"], call["factoring"], call["insurance"])
        return _answered(call, question, view, console)
    except InputRejected as rejected:
        return console.problems(rejected.problems)


def _answered(call: Values, question: Question, view: View | None, console: Console) -> int:
    if question.scenario.kind == "certain":
        return console.problems((problem("choice.needs_chance", file=str(call["scenario"]), column="kind"),))
    console.problems(question.warnings)
    given = {"horizon_days": call["horizon"], "path_count": call["paths"], "seed": call["seed"]}
    scenario = replace(question.scenario, **{name: value for name, value in given.items() if value is not None})
    return _search(call, replace(question, scenario=scenario), view, console)


def _search(call: Values, question: Question, view: View | None, console: Console) -> int:
    from data.kernel_cache import use_kernel_cache

    use_kernel_cache()
    # Imported after the cache has its place, which the compiler asks for when the kernel is imported.
    from data.exporters.choice_files import write_choices
    from data.grid_files import Given, read_grid_file
    from data.learning import learnt, learnt_in
    from forecasting.choice.frontier import Level, cheapest, verdicts
    from forecasting.choice.offers import candidates
    from forecasting.choice.search import weigh
    from forecasting.simulation.engine import simulate

    given = Given(factoring=question.factoring, insurance=question.insurance)
    found = candidates(read_grid_file(call["grid"], question.ledger, given))
    days = question.scenario.horizon_days
    known = learnt(question.ledger, days) if view is None else learnt_in(view, days)
    book = simulate(question.ledger, question.scenario, learnt=known)
    figures = weigh(
        book, found.offers, progress=lambda done, whole: console.progress(done / whole), threads=os.cpu_count() or 1
    )
    console.progress_done()
    measure = call["measure"]
    said = verdicts(figures, measure)
    level = Level(lowest_minor=call["lowest"], probability=None if call["risk"] is None else float(call["risk"]))
    chosen = cheapest(figures, level, measure)
    write_choices(call["out"], found.offers, figures, said, chosen, question.ledger.currency)
    if call["worth"] and chosen is not None:
        _worth(call, book, found, figures, chosen, console)
    return _answer(question, found, figures, [place for place, v in enumerate(said) if v.efficient], chosen, console)


def _worth(
    call: Values, book: Book, found: Candidates, figures: tuple[Figures, ...], chosen: int, console: Console
) -> None:
    from data.exporters.choice_files import write_worth
    from forecasting.choice.offers import largest_debtors
    from forecasting.choice.search import weigh
    from forecasting.choice.worth import requests, worth

    ledger = book.ledger
    debtors = largest_debtors(ledger, call["worth"])
    asked = requests(found.offers[chosen], debtors, Currency(ledger.currency).exponent)
    after = weigh(
        book,
        [request.offer for request in asked],
        progress=lambda done, whole: console.progress(done / whole),
        threads=os.cpu_count() or 1,
    )
    console.progress_done()
    sheet = [worth(request, figures[chosen], then) for request, then in zip(asked, after, strict=True)]
    write_worth(call["out"], sheet, ledger.currency)


def _answer(
    question: Question,
    found: Candidates,
    figures: tuple[Figures, ...],
    efficient: list[int],
    chosen: int | None,
    console: Console,
) -> int:
    answer: dict[str, Any] = {
        "offers": len(found.offers),
        "refused": [{"values": dict(one.values), "code": one.reason.code} for one in found.refused],
        "efficient": efficient,
        "cheapest": chosen,
        "seed": question.scenario.seed,
        "path_count": question.scenario.path_count,
        "ledger_fingerprint": question.ledger.fingerprint,
    }
    if console.as_json:
        return console.answer(answer)
    words, lines = console.words, []
    lines.append(words("cli.choose.searched", offers=len(found.offers), efficient=len(efficient)))
    if found.refused:
        lines.append(words("cli.choose.refused", count=len(found.refused)))
    if chosen is None:
        return console.answer(answer, *lines, words("cli.choose.none"))
    exponent = Currency(question.ledger.currency).exponent
    picked = figures[chosen]
    texts = {"cost": to_text(picked.cost_minor, exponent), "lowest": to_text(picked.minimum_p05_minor, exponent)}
    values = ", ".join(f"{axis} = {text}" for axis, text in found.offers[chosen].values)
    lines.append(words("cli.choose.cheapest", offer=chosen, currency=question.ledger.currency, **texts))
    return console.answer(answer, *lines, *([values] if values else []))


VERB = Verb(
    name="choose",
    arguments=(
        LEDGER,
        Argument(name="--grid", metavar="FILE.toml", parse=file, required=True),
        OUT,
        Argument(name="--scenario", metavar="FILE.toml", parse=file),
        Argument(name="--factoring", metavar="FILE.toml", parse=file),
        Argument(name="--insurance", metavar="FILE.toml", parse=file),
        Argument(name="--measure", choices=("lowest", "floor"), default="lowest"),
        Argument(name="--lowest", metavar="AMOUNT", parse=amount),
        Argument(name="--risk", metavar="RATE", parse=rate),
        Argument(name="--worth", metavar="DEBTORS", parse=within(1, 1_000)),
        Argument(name="--paths", metavar="N", parse=within(1, PATH_COUNT_MAX)),
        Argument(name="--seed", metavar="K", parse=within(0, 2**63 - 1)),
        Argument(name="--horizon", metavar="DAYS", parse=within(1, HORIZON_DAYS_MAX)),
    ),
    run=run,
)
