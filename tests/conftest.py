"""Compiled code of the tests is kept by its sources, so that no test ever runs an edit of yesterday."""

from __future__ import annotations

import json
from typing import Any

import plotly.io
import pytest
from hypothesis import settings

from data.kernel_cache import use_kernel_cache
from pages.ui.charts.drawn import Drawn

use_kernel_cache()
# The same examples on every machine, and no stopwatch: a first call may compile.
settings.register_profile("encaisse", deadline=None, derandomize=True)
settings.load_profile("encaisse")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The screens first: they take longest, and a worker that is left alone with them at the end would be waited for."""
    items.sort(key=lambda item: "browser" not in item.keywords)


@pytest.fixture(autouse=True)
def _every_figure_is_plotlys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every figure that a test draws is checked by plotly, and sent as plotly would have sent it."""
    send = Drawn.to_dict

    def checked(figure: Drawn) -> dict[str, Any]:
        sent = send(figure)
        assert json.loads(plotly.io.to_json(sent, validate=False)) == json.loads(figure.checked.to_json())
        return sent

    monkeypatch.setattr(Drawn, "to_dict", checked)
