"""What every figure shares: a bare canvas in the design's type, axes with our own words, text that never hides text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from forecasting.dates import to_date, to_day
from pages.ui import tokens
from pages.ui.charts.drawn import Drawn
from pages.ui.formats import Formats

#: What plotly may do on a screen: nothing but answer to the pointer.
CONFIG = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False, "showTips": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The pixels of a figure: its height and its margins (left, right, top, bottom)."""

    height: int
    left: int
    right: int
    top: int
    bottom: int

    @property
    def plot_height(self) -> int:
        """Pixels between the top and bottom margins."""
        return self.height - self.top - self.bottom


#: Days become milliseconds at midnight UTC on plotly's date axis.
DAY_MS = 86_400_000


def stamp(day: int) -> int:
    """The place of a day on the date axis."""
    return int(day) * DAY_MS


class Canvas:
    """A figure in the making: traces, words and shapes are gathered, then sent as they are (`Drawn`)."""

    def __init__(self, frame: Frame) -> None:
        self._traces: list[dict[str, Any]] = []
        self._words: list[dict[str, Any]] = []
        self._shapes: list[dict[str, Any]] = []
        self._axes: dict[str, dict[str, Any]] = {"xaxis": {}, "yaxis": {}}
        self._layout: dict[str, Any] = {
            "height": frame.height,
            "margin": {"l": frame.left, "r": frame.right, "t": frame.top, "b": frame.bottom, "pad": 0},
            "showlegend": False,
            "dragmode": False,
            "hoverlabel": {"font": {"size": tokens.FONT_PX, "color": tokens.BASELINE}},
            "font": {"size": tokens.FONT_PX, "color": tokens.LABEL},
        }

    def scatter(self, **trace: Any) -> None:
        """A line, points, or a filled outline."""
        self._traces.append({"type": "scatter", **trace})

    def bar(self, **trace: Any) -> None:
        """Bars."""
        self._traces.append({"type": "bar", **trace})

    def shape(self, **shape: Any) -> None:
        """A line or a rectangle over the traces."""
        self._shapes.append(shape)

    def tint(self, low: float, high: float, color: str, opacity: float) -> None:
        """A horizontal band of colour across the plot, under everything."""
        across = {"xref": "x domain", "x0": 0, "x1": 1, "y0": low, "y1": high}
        self._shapes.append(
            {"type": "rect", **across, "fillcolor": color, "opacity": opacity, "line": {"width": 0}, "layer": "below"}
        )

    def level(self, height: float, style: Mapping[str, Any]) -> None:
        """A horizontal line across the plot, over everything."""
        across = {"xref": "x domain", "x0": 0, "x1": 1, "y0": height, "y1": height}
        self._shapes.append({"type": "line", **across, "line": dict(style)})

    def text(self, words: str, *, color: str = tokens.LABEL, size: int = tokens.FONT_PX, **place: Any) -> None:
        """Words at a place of the figure, without arrow."""
        self._words.append({"text": words, "showarrow": False, "font": {"size": size, "color": color}, **place})

    def arrow(self, **arrow: Any) -> None:
        """An arrow from (ax, ay) to (x, y)."""
        self._words.append({"text": "", "showarrow": True, **arrow})

    def x(self, **axis: Any) -> None:
        """Properties of the horizontal axis."""
        self._axes["xaxis"] |= axis

    def y(self, **axis: Any) -> None:
        """Properties of the vertical axis."""
        self._axes["yaxis"] |= axis

    def layout(self, **layout: Any) -> None:
        """Properties of the whole figure."""
        self._layout |= layout

    def figure(self) -> Drawn:
        """The finished figure."""
        layout = {**self._layout, **self._axes, "annotations": self._words or None, "shapes": self._shapes or None}
        return Drawn(self._traces, layout)


def shortened(words: str, most: int) -> str:
    """Words cut to at most so many characters, with an ellipsis where something is cut; safe inside a figure's markup."""
    cut = words if len(words) <= most else words[: most - 1].rstrip() + "…"
    return cut.replace("&", "&amp;").replace("<", "&lt;")


def nice_step(span: float, most: int) -> int:
    """The round step (1, 2 or 5 times a power of ten) that cuts a span into at most `most` intervals.

    >>> nice_step(2600, 6), nice_step(90, 6)
    (500, 20)
    """
    power = 1
    while True:
        for lead in (1, 2, 5):
            if lead * power * most >= span:
                return lead * power
        power *= 10


def amount_ticks(low: float, high: float, formats: Formats, most: int = 7) -> tuple[list[int], list[str]]:
    """Round values between two bounds with their text, thousands already taken."""
    step = nice_step(high - low, most)
    first = -(-int(low) // step) * step
    values = [v for v in range(first, int(high) + 1, step) if low <= v <= high]
    return values, [formats.whole(v) for v in values]


def month_ticks(first: int, last: int, formats: Formats, *, every: int = 1) -> tuple[list[int], list[str]]:
    """The first day of each month between two days; the year stands under the first and under each January."""
    start = to_date(first)
    values: list[int] = []
    texts: list[str] = []
    year, month = start.year, start.month
    while (day := to_day(date(year, month, 1))) <= last:
        if day >= first and (month - 1) % every == 0:
            with_year = not values or month == 1
            values.append(day)
            texts.append(formats.month(day) + (f"<br>{year}" if with_year else ""))
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return values, texts


def style_axes(
    canvas: Canvas,
    *,
    days: tuple[list[int], list[str]] | None = None,
    amounts: tuple[list[int], list[str]] | None = None,
) -> None:
    """Gives both axes our ticks: outside marks for days, horizontal grid alone, text that passes AA in both themes."""
    plain = {
        "zeroline": False,
        "showline": False,
        "fixedrange": True,
        "tickfont": {"size": tokens.FONT_PX, "color": tokens.LABEL},
        "automargin": False,
    }
    canvas.x(showgrid=False, **plain)
    canvas.y(**plain)
    if days:
        canvas.x(type="date", tickmode="array", tickvals=[stamp(day) for day in days[0]], ticktext=days[1])
        canvas.x(ticks="outside", ticklen=6, tickcolor=tokens.LABEL)
    if amounts:
        canvas.y(tickmode="array", tickvals=amounts[0], ticktext=amounts[1], ticks="", ticklabelstandoff=8)


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Positions as near as may be to the wanted ones, at least `gap` apart, in the same order, between two bounds.

    `wanted` must ascend. Where the room is too small for all the gaps, they shrink alike.

    >>> spread([10, 12, 100], 40, 0, 200)
    [0.0, 40.0, 100.0]
    """
    if len(wanted) > 1:
        gap = min(gap, (high - low) / (len(wanted) - 1))
    groups: list[list[float]] = []  # each: [sum of (wanted - offset), count]
    for position in wanted:
        groups.append([float(position), 1.0])
        while len(groups) > 1 and _top(groups[-2], gap) + gap > _foot(groups[-1], gap):
            total, count = groups.pop()
            groups[-1][0] += total
            groups[-1][1] += count
    placed: list[float] = []
    for group in groups:
        foot = _foot(group, gap)
        placed += [foot + gap * k for k in range(int(group[1]))]
    return _inside(placed, gap, low, high)


def _foot(group: list[float], gap: float) -> float:
    return group[0] / group[1] - gap * (group[1] - 1) / 2


def _top(group: list[float], gap: float) -> float:
    return _foot(group, gap) + gap * (group[1] - 1)


def _inside(placed: list[float], gap: float, low: float, high: float) -> list[float]:
    for k, position in enumerate(placed):
        placed[k] = max(position, low + gap * k)
    for k in range(len(placed) - 1, -1, -1):
        placed[k] = min(placed[k], high - gap * (len(placed) - 1 - k))
    return placed
