"""What drives the lowest point: a bridge told as a list, a bar under each cause."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import plotly.graph_objects as go

from pages.ui import tokens
from pages.ui.charts import base
from pages.ui.voice import Voice

_FRAME_LEFT, _FRAME_TOP, _FRAME_BOTTOM = 2, 6, 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge:
    """A start, causes that lower or raise it, and the result; in whole thousands, so that the rows add up as read."""

    start: tuple[str, int]
    causes: tuple[tuple[str, int], ...]
    result: tuple[str, int]

    def __post_init__(self) -> None:
        assert self.start[1] + sum(amount for _, amount in self.causes) == self.result[1], "the rows must add up"


def drivers(
    bridge: Bridge, say: Voice, write: Callable[[int], str] | None = None, *, more_is_bad: bool = False
) -> go.Figure:
    """The list as a figure: label left, amount right, a bar as long as the cause is large; red lowers, slate raises.

    `write` writes the amounts where they are no thousands of the currency; with `more_is_bad` red raises (days of delay).
    """
    written = write or (lambda amount: say.f.of_thousands(amount, signed=True))
    rows = len(bridge.causes) + 2
    height = rows * tokens.DRIVER_ROW_PX + _FRAME_TOP + _FRAME_BOTTOM
    canvas = base.Canvas(base.Frame(height=height, left=_FRAME_LEFT, right=2, top=_FRAME_TOP, bottom=_FRAME_BOTTOM))
    largest = max((abs(amount) for _, amount in bridge.causes), default=1) or 1
    _row(canvas, written, 0, bridge.start, strong=False, strong_label=False)
    _rule(canvas, 0.36)
    for place, (label, amount) in enumerate(bridge.causes, start=1):
        _row(canvas, written, place, (label, amount), strong=True, strong_label=False)
        bad = amount > 0 if more_is_bad else amount < 0
        _bar(canvas, place, abs(amount) / largest * 0.88, tokens.DANGER if bad else tokens.CASH_IN)
    _rule(canvas, rows - 1.36)
    _row(canvas, written, rows - 1, bridge.result, strong=True, strong_label=True)
    canvas.x(visible=False, range=[0, 1], fixedrange=True)
    canvas.y(visible=False, range=[rows - 0.5, -0.5], fixedrange=True)
    canvas.layout(hovermode=False, bargap=0)
    return canvas.figure()


def _row(
    canvas: base.Canvas,
    written: Callable[[int], str],
    place: float,
    entry: tuple[str, int],
    *,
    strong: bool,
    strong_label: bool,
) -> None:
    label, amount = entry[0], written(entry[1])
    for words, bold, x, anchor in ((label, strong_label, 0, "left"), (amount, strong, 1, "right")):
        canvas.text(
            f"<b>{words}</b>" if bold else words,
            color=tokens.BASELINE,
            size=tokens.FONT_PX,
            x=x,
            xanchor=anchor,
            y=place,
            yanchor="middle",
        )


def _bar(canvas: base.Canvas, place: float, length: float, color: str) -> None:
    canvas.shape(type="rect", x0=0, x1=length, y0=place + 0.26, y1=place + 0.41, fillcolor=color, line={"width": 0})


def _rule(canvas: base.Canvas, place: float) -> None:
    canvas.shape(type="line", x0=0, x1=1, y0=place, y1=place, line={"color": tokens.LABEL, "width": 1})
