"""Which of a group's companies a verb looks at: the whole without what they owe each other, or one by name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from commands.inputs import Question, read_question
from forecasting.errors import InputRejected, Problem, problem
from forecasting.group.members import ENTITIES_MIN, entities

if TYPE_CHECKING:
    from forecasting.group.views import View


def asked(
    folder: Path,
    scenario: Path | None = None,
    factoring: Path | None = None,
    insurance: Path | None = None,
    *,
    entity: str | None = None,
) -> tuple[Question, View | None]:
    """What a verb asks of a ledger, of a group without what its companies owe each other: for every verb that forecasts.

    Raises InputRejected with the problems of all files, or where no invoice and no account names the entity.
    """
    return _seen(read_question(folder, scenario, factoring, insurance), entity, folder)


def _seen(question: Question, entity: str | None, folder: Path) -> tuple[Question, View | None]:
    """The question about the whole, or about one entity, with warnings of its own; no view for a company by itself.

    Raises InputRejected where no invoice and no account names the entity.
    """
    known = entities(question.ledger)
    if entity is not None and (entity not in known or len(known) < ENTITIES_MIN):
        raise InputRejected((_unknown(entity, known, folder),))
    if len(known) < ENTITIES_MIN:
        return question, None
    # Imported here: a company by itself waits for none of it.
    from forecasting.group.question import asked_in
    from forecasting.group.views import view_of

    view = view_of(question.ledger, entity or "")
    assert view.group is not None
    scenario, lost = asked_in(view, question.scenario)
    file = str(folder / "accounts.csv")
    warnings = [
        problem("group.no_rate", file=file, severity="warning", account=a.account_id, currency=a.currency, entity=a.entity)
        for a in view.group.unrated
    ]
    if lost:
        warnings.append(problem("group.facts_left_out", file=str(folder), severity="warning", ids=", ".join(lost)))
    return replace(question, ledger=view.ledger, scenario=scenario, warnings=(*question.warnings, *warnings)), view


def _unknown(entity: str, known: tuple[str, ...], folder: Path) -> Problem:
    if len(known) < ENTITIES_MIN:
        return problem("group.no_entities", file=str(folder), column="entity", entity=entity)
    return problem("group.unknown_entity", file=str(folder), column="entity", entity=entity, known=", ".join(known))
