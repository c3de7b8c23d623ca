"""Exposure against limit, buyer by buyer: what the insurer covers, what it does not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import plotly.graph_objects as go

from forecasting.money import Currency
from forecasting.offers.limits import Exposure
from pages.ui import tokens
from pages.ui.charts import base
from pages.ui.voice import Voice

_ROW_PX: Final = 34
_SHOWN: Final = 12


def gauge(exposures: Sequence[Exposure], say: Voice, *, phone: bool = False) -> go.Figure:
    """A bar per buyer, the part within its limit in slate, the part beyond in red, the limit as a mark; largest first."""
    shown = list(exposures[:_SHOWN])
    frame = base.Frame(
        height=len(shown) * _ROW_PX + 52, left=120 if phone else 210, right=12 if phone else 138, top=8, bottom=44
    )
    canvas = base.Canvas(frame)
    unit = 1000 * 10 ** Currency(say.f.currency).exponent
    places = list(range(len(shown)))
    beyond = np.array([e.beyond_minor / unit for e in shown], dtype=np.float32)
    within = np.array([e.owed_minor / unit for e in shown], dtype=np.float32) - beyond
    texts = [say("insurance.gauge.hover", owed=say.f.amount(e.owed_minor), limit=_limit(e, say)) for e in shown]
    for lengths, color, name in ((within, tokens.CASH_IN, "within"), (beyond, tokens.DANGER, "beyond_column")):
        canvas.bar(
            x=lengths,
            y=places,
            orientation="h",
            marker={"color": color},
            name=say(f"insurance.gauge.{name}"),
            text=texts,
            textposition="none",
            hovertemplate="%{text}<extra></extra>",
        )
    limits = [(k, e.limit_minor / unit) for k, e in enumerate(shown) if e.limit_minor is not None]
    canvas.scatter(
        x=[limit for _, limit in limits],
        y=[k for k, _ in limits],
        mode="markers",
        marker={"symbol": "line-ns", "size": 18, "line": {"width": 2, "color": tokens.INSURANCE}},
        hoverinfo="skip",
        name=say("insurance.gauge.limit"),
    )
    high = max([1.0, *(e.owed_minor / unit for e in shown), *(limit for _, limit in limits)]) * 1.04
    names = [base.shortened(e.name, 16 if phone else 28) for e in shown]
    base.style_axes(canvas)
    values, labels = base.amount_ticks(0, high, say.f, most=4 if phone else 6)
    canvas.x(range=[0, high], tickmode="array", tickvals=values, ticktext=labels, showgrid=True)
    canvas.y(
        tickmode="array", tickvals=places, ticktext=names, range=[len(shown) - 0.5, -0.5], ticks="", ticklabelstandoff=8
    )
    canvas.layout(barmode="stack", bargap=0.45, hovermode="closest")
    if not phone:
        canvas.layout(
            showlegend=True,
            legend={"x": 1.01, "y": 1, "itemclick": False, "itemdoubleclick": False, "font": {"color": tokens.LABEL}},
        )
    return canvas.figure()


def _limit(exposure: Exposure, say: Voice) -> str:
    return say("insurance.gauge.none") if exposure.limit_minor is None else say.f.amount(exposure.limit_minor)
