"""Drawings for paper: lines, areas, bars and words at places in points, which the page's template puts down as they are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

Mark = dict[str, object]
Anchor = Literal["left", "center", "right"]


class Drawing:
    """A picture in the making, `width` by `height` points, (0, 0) at the top left."""

    def __init__(self, width: float, height: float, alt: str) -> None:
        self.width, self.height, self.alt = width, height, alt
        self._marks: list[Mark] = []

    def line(self, points: Iterable[tuple[float, float]], color: str, width: float, dash: str = "solid") -> None:
        """A line through points; `dash` is solid, dashed or dotted."""
        self._marks.append({"kind": "line", "points": _rounded(points), "color": color, "width": width, "dash": dash})

    def area(self, points: Iterable[tuple[float, float]], color: str, opacity: float) -> None:
        """A filled outline; `opacity` is in percent of the colour over white, since paper formats dislike transparency."""
        self._marks.append({"kind": "area", "points": _rounded(points), "color": _over_white(color, opacity)})

    def bar(self, x: float, y: float, width: float, height: float, color: str, pattern: str = "") -> None:
        """A filled rectangle; `pattern` hatches it instead."""
        place = {"x": round(x, 2), "y": round(y, 2), "w": round(max(width, 0), 2), "h": round(max(height, 0), 2)}
        self._marks.append({"kind": "bar", **place, "color": color, "pattern": pattern})

    def dot(self, x: float, y: float, radius: float, color: str) -> None:
        """A filled disc."""
        self._marks.append({"kind": "dot", "x": round(x, 2), "y": round(y, 2), "r": radius, "color": color})

    def text(
        self, words: str, x: float, y: float, *, color: str, size: float = 8, bold: bool = False, anchor: Anchor = "left"
    ) -> None:
        """Words whose middle height is at y."""
        place = {"x": round(x, 2), "y": round(y, 2), "anchor": anchor, "size": size}
        self._marks.append({"kind": "text", "words": words, **place, "color": color, "bold": bold})

    def data(self) -> dict[str, object]:
        """The drawing as the template reads it."""
        return {"w": self.width, "h": self.height, "alt": self.alt, "marks": self._marks}


def _rounded(points: Iterable[tuple[float, float]]) -> list[list[float]]:
    return [[round(float(x), 2), round(float(y), 2)] for x, y in points]


def _over_white(color: str, share: float) -> str:
    parts = (int(color[k : k + 2], 16) for k in (1, 3, 5))
    return "#" + "".join(f"{round(255 - (255 - p) * share):02X}" for p in parts)
