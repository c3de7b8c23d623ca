"""The next thirteen weeks: what comes in above zero and what goes out below, heading by heading, with the net."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import plotly.graph_objects as go

from forecasting.ledger import Amounts
from forecasting.money import Currency
from pages.ui import tokens
from pages.ui.charts import base
from pages.ui.voice import Voice

Heading = Literal["customers", "suppliers", "wages", "tax", "rent", "financing", "protection", "other"]
HEADINGS: Final[tuple[Heading, ...]] = (
    "customers",
    "suppliers",
    "wages",
    "tax",
    "rent",
    "financing",
    "other",
    "protection",
)
#: Slate tones told apart by texture, so that the headings survive grey print; protection keeps its own hue.
_FILL: Final[dict[Heading, tuple[str, str]]] = {
    "customers": (tokens.CASH_IN, ""),
    "suppliers": (tokens.CASH_OUT, ""),
    "wages": (tokens.CASH_OUT, "/"),
    "tax": (tokens.CASH_OUT, "x"),
    "rent": (tokens.CASH_OUT, "."),
    "financing": (tokens.CASH_OUT, "-"),
    "other": (tokens.CASH_OUT, "|"),
    "protection": (tokens.BOTH, ""),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Weeks:
    """The first day of each week, and per heading the flow of each week (signed minor units)."""

    first_days: tuple[int, ...]
    flows_minor: Mapping[Heading, Amounts]
    chosen: int | None = None
    phone: bool = False

    @property
    def net_minor(self) -> list[int]:
        """The net flow of each week."""
        return [sum(int(flow[k]) for flow in self.flows_minor.values()) for k in range(len(self.first_days))]


def weeks(picture: Weeks, say: Voice) -> go.Figure:
    """Bars per week; a click on one gives its week. A phone shows one date in four and no net line."""
    phone = picture.phone
    frame = base.Frame(height=tokens.WEEKS_PX, left=48, right=8 if phone else 138, top=8, bottom=44)
    canvas = base.Canvas(frame)
    unit = 1000 * 10 ** Currency(say.f.currency).exponent
    places = list(range(len(picture.first_days)))
    for heading in HEADINGS:
        flow = picture.flows_minor.get(heading)
        if flow is None or not np.any(flow):
            continue
        color, texture = _FILL[heading]
        pattern = {"shape": texture, "size": 5, "solidity": 0.42, "fillmode": "replace", "fgcolor": color}
        canvas.bar(
            x=places,
            y=np.asarray(flow / unit, dtype=np.float32),
            name=say(f"cash.heading.{heading}"),
            marker={"color": color, "pattern": pattern if texture else None, "line": {"color": tokens.PAGE, "width": 1}},
            text=[say.f.amount(int(a), signed=True) for a in flow],
            textposition="none",
            hovertemplate="%{text}",
            unselected={"marker": {"opacity": 0.4}},
            selectedpoints=None if picture.chosen is None else [picture.chosen],
        )
    canvas.level(0, {"color": tokens.LABEL, "width": 1})
    _axes(canvas, picture, say, unit)
    canvas.layout(barmode="relative", bargap=0.62 if not phone else 0.4, hovermode="x unified", clickmode="event+select")
    if not phone:
        _key(canvas, say)
    return canvas.figure()


def _axes(canvas: base.Canvas, picture: Weeks, say: Voice, unit: int) -> None:
    above = sum(np.maximum(f, 0) for f in picture.flows_minor.values())
    below = sum(np.minimum(f, 0) for f in picture.flows_minor.values())
    high, low = float(np.max(above)) / unit, float(np.min(below)) / unit
    span = max(high - low, 1.0)
    low, high = low - 0.04 * span, high + 0.04 * span
    base.style_axes(canvas, amounts=base.amount_ticks(low, high, say.f, most=5))
    shown = [k for k in range(len(picture.first_days)) if not picture.phone or k % 4 == 0]
    labels = []
    for k in shown:
        net = say.f.whole(say.f.thousands(picture.net_minor[k]), signed=True)
        day = say.f.day(picture.first_days[k], markup=True)
        labels.append(day if picture.phone else f"{day}<br><b>{net}</b>")
    canvas.x(
        tickmode="array",
        tickvals=shown,
        ticktext=labels,
        range=[-0.6, len(picture.first_days) - 0.4],
        unifiedhovertitle={"text": " "},
    )
    canvas.y(range=[low, high])


def _key(canvas: base.Canvas, say: Voice) -> None:
    """The names of the headings at the right with their texture, and the word for the bold line below."""
    canvas.layout(
        showlegend=True,
        legend={
            "x": 1.005,
            "y": 1,
            "xanchor": "left",
            "yanchor": "top",
            "traceorder": "normal",
            "itemclick": False,
            "itemdoubleclick": False,
            "font": {"size": tokens.FONT_PX, "color": tokens.LABEL},
            "tracegroupgap": 0,
        },
    )
    canvas.text(
        f"<b>{say('cash.net')}</b>",
        color=tokens.LABEL,
        xref="paper",
        x=1,
        xshift=12,
        xanchor="left",
        yref="paper",
        y=0,
        yshift=-24,
        yanchor="top",
    )
