"""Offers by what they cost and what risk they leave: the worst case of 20, or the floor's breach; the efficient on a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import plotly.graph_objects as go

from forecasting.choice.frontier import Measure
from forecasting.money import Currency
from forecasting.simulation.flows import Variant
from pages.ui import tokens
from pages.ui.charts import base
from pages.ui.voice import Voice

_FRAME: Final = base.Frame(height=400, left=62, right=24, top=34, bottom=58)
#: Up to so many offers, each dot says in words what beats it.
_TOLD_MAX: Final = 150
#: A letter takes so much of the plot's width.
_LETTER_WIDE: Final = 0.025
_PHONE: Final = base.Frame(height=330, left=52, right=12, top=30, bottom=56)
#: Shape and colour say what an offer is made of, so that neither is needed alone.
_MARKS: Final[dict[Variant, tuple[str, str]]] = {
    "baseline": ("circle-open", tokens.BASELINE),
    "factoring": ("square", tokens.FACTORING),
    "insurance": ("diamond", tokens.INSURANCE),
    "both": ("circle", tokens.BOTH),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One offer: its letter ("" where it is dominated), what it is made of, cost, both measures of its risk, words on it.

    lowest_minor: lowest balance (5 %); below_floor: probability of at least one day below the floor.
    """

    letter: str
    variant: Variant
    cost_minor: int
    lowest_minor: int
    below_floor: float
    words: str
    chosen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Frontier:
    """The offers with the limits that matter; efficient ones have a letter or are the company without protection.

    measure: what stands upwards; level: the probability that the reader accepts.
    """

    points: Sequence[Point]
    efficient: Sequence[int]
    cash_floor_minor: int
    overdraft_limit_minor: int
    level: float
    measure: Measure = "lowest"
    phone: bool = False


def frontier(picture: Frontier, say: Voice) -> go.Figure:
    """Cost to the right, safety upwards: the line joins what nothing beats at its cost."""
    canvas = base.Canvas(_PHONE if picture.phone else _FRAME)
    unit = 1000 * 10 ** Currency(say.f.currency).exponent
    x = [p.cost_minor / unit for p in picture.points]
    left, right = _span([*x, 0.0], 0.08)
    if picture.measure == "lowest":
        y = [p.lowest_minor / unit for p in picture.points]
        low, high = _balances(canvas, picture, say, y, unit)
    else:
        y = [100 * p.below_floor for p in picture.points]
        low, high = _chances(canvas, picture, say, y)
    line = sorted(picture.efficient, key=lambda k: picture.points[k].cost_minor)
    canvas.scatter(
        x=[x[k] for k in line],
        y=[y[k] for k in line],
        mode="lines",
        line={"color": tokens.LABEL, "width": 1.25},
        hoverinfo="skip",
    )
    _dots(canvas, picture, x, y)
    near = 0.35 if picture.phone else 0.12  # how far the words of the chosen offer reach to either side
    for k in line:
        others = [x[j] - x[k] for j in line if j != k and abs(y[j] - y[k]) < 0.12 * abs(high - low)]
        beside = [distance for distance in others if abs(distance) < near * (right - left)]
        _letter(canvas, picture.points[k], x[k], y[k], say, beside, right - left)
    values, texts = base.amount_ticks(left, right, say.f, most=4 if picture.phone else 7)
    canvas.x(
        range=[left, right], tickmode="array", tickvals=values, ticktext=texts, ticks="outside", ticklen=6,
        tickcolor=tokens.LABEL, title={"text": say("decide.axis", unit=say.f.unit), "standoff": 10},
    )  # fmt: skip
    canvas.y(range=[low, high], showgrid=True)
    canvas.layout(hovermode="closest")
    return canvas.figure()


def _balances(
    canvas: base.Canvas, picture: Frontier, say: Voice, heights: Sequence[float], unit: int
) -> tuple[float, float]:
    """An axis of balances, in thousands, with floor, zero and overdraft limit; its ends."""
    limit, floor = -picture.overdraft_limit_minor / unit, picture.cash_floor_minor / unit
    low, high = _span([*heights, limit, floor, 0.0], 0.1)
    canvas.tint(low, limit, tokens.DANGER, 0.05)
    canvas.level(0.0, {"color": tokens.LABEL, "width": 1})
    canvas.level(limit, {"color": tokens.DANGER, "width": 1})
    canvas.level(floor, {"color": tokens.FLOOR, "width": 1.25, "dash": "4px,4px"})
    _names_of_levels(canvas, picture, say, (floor, limit))
    base.style_axes(canvas, amounts=base.amount_ticks(low, high, say.f, most=7))
    return low, high


def _chances(canvas: base.Canvas, picture: Frontier, say: Voice, heights: Sequence[float]) -> tuple[float, float]:
    """An axis of probabilities in percent that falls upwards, with the accepted one; its ends, the lower one first."""
    accepted = 100 * picture.level
    best, worst = _span([*heights, accepted, 0.0], 0.1)
    canvas.level(accepted, {"color": tokens.FLOOR, "width": 1.25, "dash": "4px,4px"})
    words = say("decide.accepted", share=say.f.percent(picture.level))
    canvas.text(words, color=tokens.FLOOR, x=0.99, y=accepted, xref="x domain", xanchor="right", yanchor="top", yshift=-1)
    values = [v for v in range(0, int(worst) + 1, base.nice_step(worst - best, 7)) if v <= 100]
    base.style_axes(canvas, amounts=(values, [say.f.percent(v / 100) for v in values]))
    return worst, best


def _span(values: Sequence[float], margin: float) -> tuple[float, float]:
    low, high = min(values), max(values)
    room = max(high - low, 1.0) * margin
    return low - room, high + room


def _names_of_levels(canvas: base.Canvas, picture: Frontier, say: Voice, heights: tuple[float, float]) -> None:
    floor, limit = heights
    place: dict[str, Any] = {"xref": "x domain", "yanchor": "bottom", "yshift": 1}
    if picture.cash_floor_minor:
        words = say("decide.floor", amount=say.f.amount(picture.cash_floor_minor))
        canvas.text(words, color=tokens.FLOOR, x=0.01, y=floor, xanchor="left", **place)
    words = say("decide.limit", amount=say.f.amount(-picture.overdraft_limit_minor))
    canvas.text(words, color=tokens.DANGER, x=0.99, y=limit, xanchor="right", **{**place, "yanchor": "top", "yshift": -1})


def _dots(canvas: base.Canvas, picture: Frontier, x: Sequence[float], y: Sequence[float]) -> None:
    """Dominated offers first, small and open, so that the others lie over them.

    Where they are many their words are left to the table: thousands of sentences would weigh more than the page.
    """
    efficient = set(picture.efficient)
    told = len(picture.points) <= _TOLD_MAX
    for variant, (symbol, _) in _MARKS.items():
        rest = [k for k, point in enumerate(picture.points) if k not in efficient and point.variant == variant]
        if rest:
            canvas.scatter(
                x=np.asarray([x[k] for k in rest], dtype=np.float32),
                y=np.asarray([y[k] for k in rest], dtype=np.float32),
                mode="markers",
                marker={
                    "symbol": f"{symbol.removesuffix('-open')}-open",
                    "color": tokens.DOMINATED,
                    "size": 8,
                    "line": {"width": 1.5, "color": tokens.DOMINATED},
                },
                **({"text": [picture.points[k].words for k in rest]} if told else {}),
                hovertemplate=f"{'%{text}' if told else '%{x:.0f} · %{y:.0f}'}<extra></extra>",
            )
    known = sorted(efficient, key=lambda k: picture.points[k].chosen)
    marks = [_MARKS[picture.points[k].variant] for k in known]
    colors = [color for _, color in marks]
    canvas.scatter(
        x=[x[k] for k in known],
        y=[y[k] for k in known],
        mode="markers",
        marker={
            "symbol": [symbol for symbol, _ in marks],
            "color": colors,
            "size": [19 if picture.points[k].chosen else 13 for k in known],
            "line": {"width": 1.5, "color": colors},
            "opacity": 1,
        },
        text=[picture.points[k].words for k in known],
        hovertemplate="%{text}<extra></extra>",
    )


def _letter(
    canvas: base.Canvas, point: Point, x: float, y: float, say: Voice, beside: Sequence[float], wide: float
) -> None:
    """The letter of an offer over its dot; the chosen one has words, which turn away from the letters `beside` it.

    beside: distances to the others that are near; wide: of the whole axis, in the same unit.
    """
    _, color = _MARKS[point.variant]
    words = say("decide.unprotected") if point.variant == "baseline" else point.letter
    if point.chosen and point.letter:
        words = f"<b>{say('decide.picked', letter=point.letter)}</b>"
    # Without protection is the cheapest: its words stand below, where no letter of a dearer offer does.
    below = point.variant == "baseline"
    anchor, aside = "left" if below else "center", 0
    closest = min(beside, key=abs, default=wide)
    if abs(closest) < _LETTER_WIDE * wide and all(distance * closest > 0 for distance in beside):
        anchor, aside = ("right", -1) if closest > 0 else ("left", 1)
    if point.chosen and beside:
        anchor, aside = ("right", 8) if min(beside, key=abs) > 0 else ("left", -8)
    canvas.text(words, color=color, x=x, y=y, yshift=-18 if below else 18, xanchor=anchor, xshift=aside)
