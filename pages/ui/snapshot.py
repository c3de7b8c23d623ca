"""A view of the cash page frozen as text: figures, words in both languages, what it was made of; names hidden unless wanted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from forecasting.curve import Curve, LowestPoint
from forecasting.ledger import Ledger
from forecasting.simulation.flows import Variant
from pages.ui.cash_words import Outlook, headlines, sentence
from pages.ui.frame import Headline
from pages.ui.i18n import LANGUAGES, Language
from pages.ui.question import Question
from pages.ui.voice import voice_of

_BANDS: Final = ("p05_minor", "p25_minor", "p50_minor", "p75_minor", "p95_minor")
_LOWEST: Final = (
    "day",
    "median_minor",
    "p05_minor",
    "p95_minor",
    "minimum_p05_minor",
    "minimum_p50_minor",
    "minimum_p95_minor",
)
_NOTHING: Final[Mapping[Any, Any]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A frozen view: its curves, limits and words, with seed, paths, model version and the data's fingerprint."""

    as_of: int
    currency: str
    company: str
    overdraft_limit_minor: int
    cash_floor_minor: int
    seed: int
    paths: int
    model_version: str
    fingerprint: str
    curves: Mapping[Variant, Curve]
    words: Mapping[Language, tuple[str, tuple[Headline, ...]]]


def frozen(outlook: Outlook, *, company: str, names: bool) -> str:
    """The view as text; without `names` every partner, segment and the company stand under a number."""
    told = outlook if names else _nameless(outlook)
    projection, ledger = outlook.projection, outlook.ledger
    words = {}
    for language in LANGUAGES:
        say = voice_of(language, ledger.currency)
        words[language] = {
            "sentence": sentence(told, say),
            "headlines": [
                {"label": h.label, "value": h.value, "second": h.second, "tone": h.tone, "aside": h.aside, "help": h.help}
                for h in headlines(told, say, phone=False)
            ],
        }
    return json.dumps(
        {
            "as_of": ledger.as_of,
            "currency": ledger.currency,
            "company": company if names else "",
            "overdraft_limit_minor": ledger.overdraft_limit_minor,
            "cash_floor_minor": ledger.cash_floor_minor,
            "seed": projection.seed,
            "paths": projection.path_count,
            "model_version": projection.model_version,
            "fingerprint": projection.ledger_fingerprint,
            "curves": {variant: _curve(curve) for variant, curve in projection.curves.items()},
            "words": words,
        }
    )


def _curve(curve: Curve) -> dict[str, object]:
    return {
        "first_day": curve.first_day,
        **{band: [int(v) for v in getattr(curve, band)] for band in _BANDS},
        "lowest": {name: int(getattr(curve.lowest, name)) for name in _LOWEST},
        "floor": curve.probability_below_floor_ever,
        "overdraft": curve.probability_below_overdraft_ever,
    }


def _nameless(outlook: Outlook) -> Outlook:
    partners = tuple(replace(p, name=f"N° {k}", segment="") for k, p in enumerate(outlook.ledger.partners, start=1))
    hidden: Ledger = replace(outlook.ledger, partners=partners)
    question: Question = outlook.question
    if question.who.startswith("segment:"):
        question = replace(question, who="segment:1")
    return replace(outlook, ledger=hidden, question=question)


def thawed(text: str) -> Snapshot:
    """The view of such a text."""
    told = json.loads(text)
    return Snapshot(
        **{
            name: told[name]
            for name in (
                "as_of", "currency", "company", "overdraft_limit_minor", "cash_floor_minor", "seed", "paths",
                "model_version", "fingerprint",
            )
        },
        curves={variant: _thawed_curve(variant, curve) for variant, curve in told["curves"].items()},
        words={
            language: (words["sentence"], tuple(Headline(**h) for h in words["headlines"]))
            for language, words in told["words"].items()
        },
    )  # fmt: skip


def _thawed_curve(variant: Variant, told: Mapping[str, Any]) -> Curve:
    bands = {band: np.array(told[band], dtype=np.int64) for band in _BANDS}
    nowhere = np.zeros(len(bands["p50_minor"]))
    return Curve(
        variant=variant,
        first_day=told["first_day"],
        mean_minor=bands["p50_minor"],
        p05_minor=bands["p05_minor"],
        p25_minor=bands["p25_minor"],
        p50_minor=bands["p50_minor"],
        p75_minor=bands["p75_minor"],
        p95_minor=bands["p95_minor"],
        probability_below_floor=nowhere,
        probability_below_overdraft=nowhere,
        probability_below_floor_ever=told["floor"],
        probability_below_overdraft_ever=told["overdraft"],
        standard_error_floor=0.0,
        standard_error_overdraft=0.0,
        lowest=LowestPoint(**told["lowest"]),
        components_minor=_NOTHING,
        cost_minor=_NOTHING,
        loss_minor=_NOTHING,
    )
