"""A figure as it goes to the browser: the parts that were drawn, which plotly looks at only where a test asks it to."""

from __future__ import annotations

import base64
from functools import cache, cached_property
from typing import Any, Final

import numpy as np
import plotly.graph_objects as go
import plotly.io

#: How plotly's program in the browser names the bytes of a trace's numbers.
_BYTES: Final = {"float32": "f4", "float64": "f8"}


class Drawn(go.Figure):  # type: ignore[misc]
    """A figure that is sent as it was drawn.

    Plotly makes an object of each trace, word and axis and checks every property of it, on every run of every reader:
    more than half of what a page costs. All our figures are drawn by our own code, so that tests check them once and for
    all (tests/conftest.py: what is sent is what plotly would have sent).
    """

    def __init__(self, traces: list[dict[str, Any]], layout: dict[str, Any]) -> None:
        # Plotly's own beginning is what is left out here; `checked` makes up for it where its objects are asked for.
        self.__dict__["_traces"] = traces
        self.__dict__["_drawn_layout"] = layout

    @cached_property
    def checked(self) -> go.Figure:
        """The same figure as plotly's own objects; raises ValueError where a part is none of its properties."""
        return go.Figure(data=self.__dict__["_traces"], layout=self.__dict__["_drawn_layout"])

    @property
    def data(self) -> Any:
        """Plotly's objects of the traces."""
        return self.checked.data

    @property
    def layout(self) -> Any:
        """Plotly's object of everything around them."""
        return self.checked.layout

    def to_dict(self) -> dict[str, Any]:
        """What the browser is sent: numbers of a trace as bytes, and the app's look."""
        look = _look(plotly.io.templates.default)
        layout = _sent(self.__dict__["_drawn_layout"])
        return {"data": _sent(self.__dict__["_traces"]), "layout": {**layout, "template": look} if look else layout}


@cache
def _look(name: str | None) -> dict[str, Any] | None:
    """The colours and type that Streamlit lays under every figure; it names them before the first one is shown."""
    return _sent(plotly.io.templates[name].to_plotly_json()) if name else None


def _sent(part: Any) -> Any:
    """A part with its arrays as the bytes that plotly's program in the browser reads, without what is None."""
    if isinstance(part, dict):
        return {name: _sent(value) for name, value in part.items() if value is not None}
    if isinstance(part, list | tuple):
        return [_sent(value) if isinstance(value, dict | list | tuple) else value for value in part]
    if not isinstance(part, np.ndarray):
        return part
    return (
        {"dtype": _BYTES[str(part.dtype)], "bdata": base64.b64encode(part.tobytes()).decode("ascii")} if part.size else part
    )
