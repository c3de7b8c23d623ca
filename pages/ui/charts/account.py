"""The factor's account day by day: what is assigned, what is eligible, the drawing ceiling, what is used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import plotly.graph_objects as go

from forecasting.ledger import Amounts
from forecasting.money import Currency
from pages.ui import tokens
from pages.ui.charts import base
from pages.ui.voice import Voice

_FRAME: Final = base.Frame(height=tokens.ACCOUNT_PX, left=58, right=138, top=14, bottom=48)
_PHONE: Final = base.Frame(height=320, left=48, right=8, top=10, bottom=46)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Balances at the end of each of the H days from `first_day`, int64 (H,) minor units; the ceiling is use + availability."""

    first_day: int
    assigned_minor: Amounts
    eligible_minor: Amounts
    ceiling_minor: Amounts
    used_minor: Amounts
    phone: bool = False

    @property
    def peak(self) -> tuple[int, float] | None:
        """The place of the day of the highest use, and its share of that day's ceiling; None where nothing is used."""
        k = int(self.used_minor.argmax())
        if self.used_minor[k] <= 0:
            return None
        return k, int(self.used_minor[k]) / max(int(self.ceiling_minor[k]), 1)


def account(picture: Account, say: Voice) -> go.Figure:
    """Four lines, the used one over its own tint, the gap to the ceiling named, a dot on the highest use.

    The words of that dot belong under the figure: no place beside a line that steps every day is free of it.
    """
    frame = _PHONE if picture.phone else _FRAME
    canvas = base.Canvas(frame)
    unit = 1000 * 10 ** Currency(say.f.currency).exponent
    last = picture.first_day + len(picture.used_minor) - 1
    used = np.asarray(np.maximum(picture.used_minor, 0) / unit, dtype=np.float32)
    days = (picture.first_day + np.arange(len(used))) * base.DAY_MS
    canvas.scatter(
        x=np.append(days, days[[-1, 0]]).astype(np.float32),
        y=np.append(used, np.zeros(2, dtype=np.float32)),
        mode="lines",
        line={"width": 0, "color": tokens.FACTORING},
        fill="toself",
        fillcolor=tokens.FACTORING,
        opacity=0.16,
        hoverinfo="skip",
    )
    ends: list[tuple[float, str, str, bool]] = []
    for name, amounts, style in _lines(picture, say):
        heights = np.asarray(amounts / unit, dtype=np.float32)
        canvas.scatter(
            x0=base.stamp(picture.first_day),
            dx=base.DAY_MS,
            y=heights,
            mode="lines",
            name=name,
            line=style,
            text=say.f.amounts(amounts.tolist()),
            hovertemplate="%{text}",
        )
        ends.append((float(heights[-1]), name, str(style["color"]), style["width"] == 2.5))
    high = max(float(np.max(picture.assigned_minor)), float(np.max(picture.ceiling_minor)), 1.0) / unit * 1.06
    low = min(0.0, float(picture.used_minor.min()) / unit * 1.1)
    _remarks(canvas, picture, say, unit)
    if not picture.phone:
        _names(canvas, ends, (low, high), frame.plot_height)
    span = last - picture.first_day
    base.style_axes(
        canvas,
        days=base.month_ticks(picture.first_day, last, say.f, every=3 if picture.phone else 1 if span < 430 else 2),
        amounts=base.amount_ticks(low, high, say.f, most=5),
    )
    canvas.x(range=[base.stamp(picture.first_day), base.stamp(last)], unifiedhovertitle={"text": "<b>%{x|%d/%m/%Y}</b>"})
    canvas.y(range=[low, high])
    canvas.level(0, {"color": tokens.LABEL, "width": 1})
    canvas.layout(hovermode="x unified")
    return canvas.figure()


def _lines(picture: Account, say: Voice) -> list[tuple[str, Amounts, dict[str, object]]]:
    return [
        (say("factoring.account.assigned"), picture.assigned_minor, {"color": tokens.BASELINE, "width": 1.5}),
        (
            say("factoring.account.eligible"),
            picture.eligible_minor,
            {"color": tokens.LABEL, "width": 1.5, "dash": "6px,4px"},
        ),
        (say("factoring.account.ceiling"), picture.ceiling_minor, {"color": tokens.FACTORING, "width": 2}),
        (say("factoring.account.used"), picture.used_minor, {"color": tokens.FACTORING, "width": 2.5}),
    ]


def _remarks(canvas: base.Canvas, picture: Account, say: Voice, unit: int) -> None:
    """A dot on the highest use, and the gap to the ceiling named where it is widest, for which a phone has no room."""
    gap = picture.ceiling_minor - picture.used_minor
    if gap.max() > 0 and not picture.phone:
        k = int(gap.argmax())
        middle = (int(picture.ceiling_minor[k]) + int(picture.used_minor[k])) / 2 / unit
        day = base.stamp(picture.first_day + k)
        ends = [picture.used_minor[k] / unit, picture.ceiling_minor[k] / unit]
        canvas.scatter(x=[day, day], y=ends, mode="lines", line={"color": tokens.LABEL, "width": 1}, hoverinfo="skip")
        left = k > len(gap) / 2
        canvas.text(
            say("factoring.account.available"),
            x=day,
            xanchor="right" if left else "left",
            xshift=-8 if left else 8,
            y=middle,
            yanchor="middle",
        )
    if picture.peak:
        k, _ = picture.peak
        canvas.scatter(
            x=[base.stamp(picture.first_day + k)],
            y=[picture.used_minor[k] / unit],
            mode="markers",
            marker={"color": tokens.FACTORING, "size": 10, "symbol": "circle"},
            hoverinfo="skip",
        )


def _names(canvas: base.Canvas, ends: list[tuple[float, str, str, bool]], bounds: tuple[float, float], pixels: int) -> None:
    low, high = bounds
    ordered = sorted(ends)
    places = base.spread([(end[0] - low) / (high - low) * pixels for end in ordered], 20, 8, pixels - 8)
    for (_, name, color, strong), place in zip(ordered, places, strict=True):
        canvas.text(
            f"<b>{name}</b>" if strong else name,
            color=color,
            align="left",
            xref="paper",
            x=1.0,
            xshift=8,
            xanchor="left",
            yref="paper",
            y=place / pixels,
            yanchor="middle",
        )
