"""Forecasts against what happened: bands of weeks with what came in, and how often each tenth came true."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import plotly.graph_objects as go

from forecasting.money import Currency
from pages.ui import tokens
from pages.ui.charts import base
from pages.ui.voice import Voice

_WEEKS_PX: Final = 320
_TENTHS_PX: Final = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One week: its first day, the 80 % band and the median that were announced, what came in, what due dates said."""

    first_day: int
    low_minor: int
    middle_minor: int
    high_minor: int
    actual_minor: int
    due_minor: int

    @property
    def inside(self) -> bool:
        """Whether what came in fell in the band."""
        return self.low_minor <= self.actual_minor <= self.high_minor


def held_weeks(weeks: Sequence[Held], say: Voice, *, phone: bool = False) -> go.Figure:
    """A bar per week from the low to the high end of its band, a dash at the median, a dot for what came in.

    A dot outside its band is hollow and red; a small cross shows what due dates alone had said.
    """
    frame = base.Frame(height=_WEEKS_PX, left=48, right=8 if phone else 138, top=10, bottom=44)
    canvas = base.Canvas(frame)
    unit = 1000 * 10 ** Currency(say.f.currency).exponent
    places = list(range(len(weeks)))
    canvas.bar(
        x=places,
        base=[w.low_minor / unit for w in weeks],
        y=[(w.high_minor - w.low_minor) / unit for w in weeks],
        marker={"color": tokens.BOTH},
        opacity=0.22,
        name=say("accuracy.chart.band"),
        hoverinfo="skip",
    )
    canvas.scatter(
        x=places,
        y=[w.middle_minor / unit for w in weeks],
        mode="markers",
        marker={"symbol": "line-ew", "size": 18, "line": {"width": 2, "color": tokens.BOTH}},
        name=say("accuracy.chart.median"),
        hoverinfo="skip",
    )
    canvas.scatter(
        x=places,
        y=[w.due_minor / unit for w in weeks],
        mode="markers",
        marker={"symbol": "x-thin", "size": 8, "line": {"width": 1.5, "color": tokens.LABEL}},
        name=say("accuracy.chart.due_date"),
        hoverinfo="skip",
    )
    for inside in (True, False):
        shown = [k for k in places if weeks[k].inside == inside]
        if not shown:
            continue
        canvas.scatter(
            x=shown,
            y=[weeks[k].actual_minor / unit for k in shown],
            mode="markers",
            marker={
                "symbol": "circle" if inside else "diamond-open",
                "size": 10 if inside else 11,
                "color": tokens.BASELINE if inside else tokens.DANGER,
                "line": {"width": 0 if inside else 2, "color": tokens.DANGER},
            },
            name=say("accuracy.chart.inside" if inside else "accuracy.chart.outside"),
            text=[_hover(weeks[k], say) for k in shown],
            hovertemplate="%{text}<extra></extra>",
        )
    _week_axes(canvas, weeks, say, unit, phone=phone)
    return canvas.figure()


def _hover(week: Held, say: Voice) -> str:
    return say(
        "accuracy.chart.hover",
        day=say.f.day_year(week.first_day),
        actual=say.f.amount(week.actual_minor),
        low=say.f.amount(week.low_minor),
        high=say.f.amount(week.high_minor),
        due=say.f.amount(week.due_minor),
    )


def _week_axes(canvas: base.Canvas, weeks: Sequence[Held], say: Voice, unit: int, *, phone: bool) -> None:
    high = max([1, *(max(w.high_minor, w.actual_minor, w.due_minor) for w in weeks)]) / unit * 1.06
    base.style_axes(canvas, amounts=base.amount_ticks(0, high, say.f, most=5))
    every = -(-len(weeks) // (4 if phone else 13)) or 1
    shown = [k for k in range(len(weeks)) if k % every == 0]
    labels, year = [], ""
    for k in shown:
        before, year = year, say.f.day_year(weeks[k].first_day)[-4:]
        labels.append(say.f.day(weeks[k].first_day, markup=True) + (f"<br>{year}" if year != before else ""))
    canvas.x(tickmode="array", tickvals=shown, ticktext=labels, range=[-0.6, len(weeks) - 0.4])
    canvas.y(range=[-0.03 * high, high])
    canvas.level(0, {"color": tokens.LABEL, "width": 1})
    canvas.layout(bargap=0.45, hovermode="closest")
    if not phone:
        canvas.layout(
            showlegend=True,
            legend={
                "x": 1.01,
                "y": 1,
                "itemclick": False,
                "itemdoubleclick": False,
                "font": {"size": tokens.FONT_PX, "color": tokens.LABEL},
            },
        )


def tenths(shares: Sequence[float], say: Voice, *, phone: bool = False) -> go.Figure:
    """Share of payments in each tenth of what was forecast; every bar reaches the line where chances are right."""
    frame = base.Frame(height=_TENTHS_PX, left=48, right=8, top=10, bottom=44)
    canvas = base.Canvas(frame)
    places = list(range(len(shares)))
    canvas.bar(
        x=places,
        y=list(shares),
        marker={"color": tokens.CASH_IN},
        text=[
            say("accuracy.chart.tenth", tenth=k + 1, share=say.f.percent(share, digits=1)) for k, share in enumerate(shares)
        ],
        textposition="none",
        hovertemplate="%{text}<extra></extra>",
    )
    even = 1 / max(1, len(shares))
    high = max([2 * even, *shares]) * 1.08
    base.style_axes(canvas)
    ticks = [k * 0.05 for k in range(int(high / 0.05) + 1)]
    canvas.y(tickmode="array", tickvals=ticks, ticktext=[say.f.percent(t) for t in ticks], range=[0, high], showgrid=True)
    canvas.y(ticks="", ticklabelstandoff=8)
    canvas.level(even, {"color": tokens.BOTH, "width": 2})
    ends = [0, len(shares) - 1]
    words = [say("accuracy.chart.earliest"), say("accuracy.chart.latest")]
    canvas.x(tickmode="array", tickvals=ends, ticktext=["", ""], range=[-0.6, len(shares) - 0.4])
    for place, text, anchor in zip((-0.5, len(shares) - 0.5), words, ("left", "right"), strict=True):
        canvas.text(text, x=place, xanchor=anchor, yref="paper", y=0, yshift=-8, yanchor="top")
    canvas.text(
        say("accuracy.chart.even"),
        color=tokens.BOTH,
        x=len(shares) - 0.5,
        xanchor="right",
        y=even,
        yanchor="bottom",
        yshift=2,
        bgcolor=tokens.PAGE,
    )
    canvas.level(0, {"color": tokens.LABEL, "width": 1})
    canvas.layout(bargap=0.3, hovermode="closest")
    return canvas.figure()
