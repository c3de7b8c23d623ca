"""The verb `project`: the treasury curve of a ledger, for each variant that the given contracts allow."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

from commands.console import Console
from commands.entities import asked
from commands.grammar import LEDGER, OUT, Argument, Values, Verb, file, within
from commands.inputs import Question
from forecasting.errors import InputRejected
from forecasting.ledger import NO_DAY, Ledger
from forecasting.money import Currency, to_text
from forecasting.scenario import HORIZON_DAYS_MAX, PATH_COUNT_MAX, Scenario

if TYPE_CHECKING:
    from data.cluster import Cluster
    from data.exporters.projection_files import Summary
    from forecasting.curve import Projection
    from forecasting.group.views import View
    from pages.ui.i18n import Translator

#: Invoices times paths that the reference computes again to vouch for the engine: some seconds.
_CHECKED_INVOICES: Final = 40_000
#: Up to so many, uncompiled code has the answer before the compiled one is loaded.
_PLAIN_INVOICES: Final = 5_000
_WORKERS_MAX: Final = 256


@dataclass(slots=True)
class _Clock:
    """How long each stage took, in seconds."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        begin = perf_counter()
        yield
        self.seconds[name] = perf_counter() - begin


def run(call: Values, console: Console) -> int:
    """Writes the projection's files and summary; answers with the summary."""
    clock = _Clock()
    with clock.stage("read"):
        files = (call["ledger"], call["scenario"], call["factoring"], call["insurance"])
        question, view = asked(*files, entity=call["entity"])
    console.problems(question.warnings)
    question = replace(question, scenario=_asked(question.scenario, call))
    answer = _certain if question.scenario.kind == "certain" else _drawn
    try:
        summary = answer(question, view, call, clock, console)
    except InputRejected as rejected:
        return console.problems(rejected.problems, file=str(call["scenario"] or call["ledger"]))
    if console.as_json:
        return console.answer(summary)
    said = _of_the_group(summary, question.ledger.currency, console.words)
    return console.answer(summary, *_sentences(summary, question.ledger.currency, console.words), *said)


def _asked(scenario: Scenario, call: Values) -> Scenario:
    """The scenario with what the call itself asks for."""
    asked: dict[str, Any] = {"horizon_days": call["horizon"], "path_count": call["paths"], "seed": call["seed"]}
    return replace(scenario, **{name: value for name, value in asked.items() if value is not None})


def _certain(question: Question, view: View | None, call: Values, clock: _Clock, _: Console) -> Summary:
    from data.exporters.projection_files import certain_summary, write_certain
    from forecasting.simulation.variants import project_certain

    with clock.stage("project"):
        projection = project_certain(question.ledger, question.scenario, question.factoring, question.insurance)
    with clock.stage("write"):
        write_certain(projection, question.ledger.currency, call["out"])
    return _written(certain_summary(projection, question.ledger, question.scenario.seed, clock.seconds), view, call["out"])


def _written(summary: Summary, view: View | None, folder: Path) -> Summary:
    """The summary in its folder, of a group with what its companies owe each other."""
    from data.exporters.projection_files import write_summary

    if view is not None and view.group is not None:
        from data.exporters.group_files import group_summary, write_group

        write_group(view.group, folder)
        summary = {**summary, "group": group_summary(view)}
    write_summary(summary, folder)
    return summary


def _drawn(question: Question, view: View | None, call: Values, clock: _Clock, console: Console) -> Summary:
    from data.exporters.projection_files import drawn_summary, write_drawn
    from data.kernel_cache import use_kernel_cache

    use_kernel_cache()
    projection = _projected(question, view, call, clock, console)
    console.progress_done()
    with clock.stage("write"):
        write_drawn(projection, question.ledger.currency, call["out"])
    return _written(drawn_summary(projection, clock.seconds), view, call["out"])


def _projected(question: Question, view: View | None, call: Values, clock: _Clock, console: Console) -> Projection:
    # Imported after the cache has its place, which the compiler asks for when the kernel is imported.
    from data.learning import learnt, learnt_in
    from forecasting.simulation.engine import CHECK_PATHS, evaluate, simulate

    ledger, scenario, invoices = question.ledger, question.scenario, max(_open_invoices(question.ledger), 1)
    how: dict[str, Any] = {
        "progress": lambda done, paths: console.progress(done / paths),
        "threads": os.cpu_count() or 1,
        "check_paths": min(CHECK_PATHS, _CHECKED_INVOICES // invoices),
        "clock": perf_counter,
    }
    with _workers(call["workers"]) as cluster:
        with clock.stage("learn"):
            known = learnt(ledger, scenario.horizon_days) if view is None else learnt_in(view, scenario.horizon_days)
        with clock.stage("project"):
            book = simulate(ledger, scenario, learnt=known)
            if cluster is not None:
                how["entity"] = "" if view is None else view.name
                return cluster.evaluate(book, known, call["ledger"], question.factoring, question.insurance, **how)
            plain = scenario.path_count * invoices <= _PLAIN_INVOICES
            return evaluate(book, question.factoring, question.insurance, plain=plain, **how)


def _workers(count: int | None) -> AbstractContextManager[Cluster | None]:
    """So many workers, or none: then Ray is not even looked for."""
    if count is None:
        return nullcontext()
    from data.cluster import workers_on_ray

    return workers_on_ray(count)


def _open_invoices(ledger: Ledger) -> int:
    """How many invoices a path has to pay."""
    sides = (ledger.customers, ledger.suppliers)
    return int(sum(((side.paid == NO_DAY) | (side.paid >= ledger.as_of)).sum() for side in sides))


def _sentences(summary: Summary, currency: str, words: Translator) -> list[str]:
    exponent = Currency(currency).exponent
    lines = []
    for name, variant in summary["variants"].items():
        lowest = f"{to_text(variant['lowest_minor'], exponent)} {currency}"
        variant_name = words(f"cli.variant.{name}")
        lines.append(words("cli.project.lowest", variant=variant_name, lowest=lowest, date=variant["lowest_date"]))
    if summary["overdue_moved"]:
        lines.append(words("cli.project.overdue_moved", count=summary["overdue_moved"]))
    return lines


def _of_the_group(summary: Summary, currency: str, words: Translator) -> list[str]:
    """What is said of a group beside its curve: who it is, what was between its companies, what does not agree."""
    group = summary.get("group")
    if group is None:
        return []
    exponent, names = Currency(currency).exponent, ", ".join(group["entities"])
    if group["entity"]:
        lines = [words("cli.project.entity_of", entity=group["entity"], names=names)]
    else:
        invoices = sum(pair["invoices"] for pair in group["between"])
        lines = [words("cli.project.group_of", count=invoices, names=names)]
    if group["differences"]:
        gap = f"{to_text(group['gap_minor'], exponent)} {currency}"
        lines.append(words("cli.project.differences", count=group["differences"], gap=gap))
    return lines


VERB = Verb(
    name="project",
    arguments=(
        LEDGER,
        OUT,
        Argument(name="--scenario", metavar="FILE.toml", parse=file),
        Argument(name="--factoring", metavar="FILE.toml", parse=file),
        Argument(name="--insurance", metavar="FILE.toml", parse=file),
        Argument(name="--entity", metavar="NAME"),
        Argument(name="--paths", metavar="N", parse=within(1, PATH_COUNT_MAX)),
        Argument(name="--seed", metavar="K", parse=within(0, 2**63 - 1)),
        Argument(name="--horizon", metavar="DAYS", parse=within(1, HORIZON_DAYS_MAX)),
        Argument(name="--workers", metavar="N", parse=within(1, _WORKERS_MAX)),
    ),
    run=run,
)
