"""Dated facts about a customer's solvency: what each does to the probability that it fails within a year."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, get_args

from forecasting.behaviour.failure import BY_RATING, DEFAULT_MAX, HABIT_FACTOR, UNKNOWN

FactKind = Literal["rating", "incident", "insolvency"]
FACT_KINDS: Final[tuple[FactKind, ...]] = get_args(FactKind)
#: Ratings that a fact may name, from the best.
RATINGS: Final = tuple(BY_RATING)
#: A payment incident weighs for a year.
INCIDENT_DAYS: Final = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class SolvencyFact:
    """What was learnt of a customer on a day; `value` is the rating, or the kind of procedure."""

    partner_id: str
    day: int
    kind: FactKind
    value: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One fact with the probability before and after it."""

    fact: SolvencyFact
    before: float
    after: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Solvency:
    """The one-year default probability that the facts make, with what each of them did to it."""

    probability: float
    effects: tuple[Effect, ...]


def solvency(facts: Iterable[SolvencyFact], as_of: int, given: float | None = None) -> Solvency:
    """The chance that a customer fails within a year, by the facts known on a morning, oldest first.

    It starts from the `given` probability, else 1.5 %. A rating puts its bucket's in the place of what was before (and ends
    the incidents before it). A payment incident of the last year multiplies by 6, once, at most 40 %: payers beyond 30 days
    fail six times more often (Altares; domain 5, an assumption). A notice of insolvency makes it certain, whatever follows.
    """
    start = UNKNOWN if given is None else given
    value, effects = start, []
    incident = failed = False
    for fact in sorted(facts, key=lambda f: (f.day, FACT_KINDS.index(f.kind), f.value)):
        if fact.day > as_of:
            continue
        before = value
        if fact.kind == "insolvency":
            failed = True
        elif fact.kind == "rating":
            start, incident = BY_RATING.get(fact.value, start), False
        elif fact.day > as_of - INCIDENT_DAYS:
            incident = True
        value = 1.0 if failed else max(start, min(DEFAULT_MAX, start * HABIT_FACTOR)) if incident else start
        effects.append(Effect(fact=fact, before=before, after=value))
    return Solvency(probability=value, effects=tuple(effects))
