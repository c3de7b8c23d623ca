"""Two or more medians on one plot, on the same luck: scenarios or offers beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import plotly.graph_objects as go

from forecasting.curve import Curve
from forecasting.money import Currency
from pages.ui import tokens
from pages.ui.charts import base
from pages.ui.voice import Voice

_FRAME: Final = base.Frame(height=320, left=58, right=170, top=14, bottom=48)
_PHONE: Final = base.Frame(height=280, left=48, right=8, top=10, bottom=46)
#: First solid ink, then the other hues, each with its dash.
_STYLES: Final = (
    (tokens.BASELINE, "solid"),
    (tokens.FACTORING, "8px,3px"),
    (tokens.INSURANCE, "2px,3px"),
    (tokens.BOTH, "solid"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Named curves (at most four) with the limits that matter to all of them."""

    curves: Sequence[tuple[str, Curve]]
    overdraft_limit_minor: int
    cash_floor_minor: int
    phone: bool = False


def compare(picture: Compared, say: Voice) -> go.Figure:
    """The medians, each with its name at the end and a dot on its lowest point."""
    frame = _PHONE if picture.phone else _FRAME
    canvas = base.Canvas(frame)
    unit = 1000 * 10 ** Currency(say.f.currency).exponent
    first = min(curve.first_day for _, curve in picture.curves)
    last = max(curve.first_day + len(curve.p50_minor) - 1 for _, curve in picture.curves)
    values = [0, -picture.overdraft_limit_minor, picture.cash_floor_minor]
    for _, curve in picture.curves:
        values += [int(curve.p50_minor.min()), int(curve.p50_minor.max())]
    low, high = min(values) / unit, max(values) / unit
    low, high = low - 0.05 * (high - low), high + 0.05 * (high - low)
    _levels(canvas, picture, unit, (first, last), low)
    _names_of_levels(canvas, picture, say, unit)
    for (name, curve), (color, dash) in zip(picture.curves, _STYLES, strict=False):
        canvas.scatter(
            x0=base.stamp(curve.first_day),
            dx=base.DAY_MS,
            y=np.asarray(curve.p50_minor / unit, dtype=np.float32),
            mode="lines",
            name=name,
            line={"color": color, "width": 2, "dash": dash},
            text=say.f.amounts(curve.p50_minor.tolist()),
            hovertemplate="%{text}",
        )
        canvas.scatter(
            x=[base.stamp(curve.lowest.day)],
            y=[curve.lowest.median_minor / unit],
            mode="markers",
            marker={"color": color, "size": 9},
            hoverinfo="skip",
        )
    if not picture.phone:
        _names(canvas, picture, say, (low, high), frame.plot_height, unit)
    base.style_axes(
        canvas,
        days=base.month_ticks(first, last, say.f, every=3 if picture.phone else 1 if last - first < 430 else 2),
        amounts=base.amount_ticks(low, high, say.f, most=6),
    )
    canvas.x(range=[base.stamp(first), base.stamp(last)], unifiedhovertitle={"text": "<b>%{x|%d/%m/%Y}</b>"})
    canvas.y(range=[low, high])
    canvas.layout(hovermode="x unified")
    return canvas.figure()


def _names_of_levels(canvas: base.Canvas, picture: Compared, say: Voice, unit: int) -> None:
    """What the two lines are, at the left, away from the lines of the figure's own words."""
    place: dict[str, Any] = {"xref": "x domain", "x": 0.01, "xanchor": "left"}
    if picture.cash_floor_minor:
        words = say("cash.limit_floor", amount=say.f.amount(picture.cash_floor_minor))
        canvas.text(words, color=tokens.FLOOR, y=picture.cash_floor_minor / unit, yanchor="bottom", **place)
    if picture.overdraft_limit_minor:
        words = say("cash.limit_overdraft", amount=say.f.amount(-picture.overdraft_limit_minor))
        canvas.text(words, color=tokens.DANGER, y=-picture.overdraft_limit_minor / unit, yanchor="top", **place)


def _levels(canvas: base.Canvas, picture: Compared, unit: int, ends: tuple[int, int], low: float) -> None:
    limit = -picture.overdraft_limit_minor / unit
    canvas.tint(low, limit, tokens.DANGER, 0.05)
    for height, style in (
        (0.0, {"color": tokens.LABEL, "width": 1}),
        (limit, {"color": tokens.DANGER, "width": 1.5}),
        (picture.cash_floor_minor / unit, {"color": tokens.FLOOR, "width": 1.25, "dash": "4px,4px"}),
    ):
        places = [base.stamp(end) for end in ends]
        canvas.scatter(x=places, y=[height, height], mode="lines", line=style, hoverinfo="skip")


def _names(canvas: base.Canvas, picture: Compared, say: Voice, bounds: tuple[float, float], pixels: int, unit: int) -> None:
    low, high = bounds
    ends = sorted(
        ((curve.p50_minor[-1] / unit - low) / (high - low) * pixels, k) for k, (_, curve) in enumerate(picture.curves)
    )
    places = base.spread([end for end, _ in ends], 40, 14, pixels - 14)
    for (_, k), place in zip(ends, places, strict=True):
        name, curve = picture.curves[k]
        amount = say.f.amount(curve.lowest.median_minor, signed=True)
        second = f'<span style="font-size:{tokens.FONT_SMALL_PX}px">{say("cash.low_of", amount=amount)}</span>'
        canvas.text(
            f"{base.shortened(name, 24)}<br>{second}",
            color=_STYLES[k][0],
            align="left",
            xref="paper",
            x=1.0,
            xshift=8,
            xanchor="left",
            yref="paper",
            y=place / pixels,
            yanchor="middle",
        )
