"""Compiled code of the tests is kept by its sources, so that no test ever runs an edit of yesterday."""

from __future__ import annotations

import pytest
from hypothesis import settings

from data.kernel_cache import use_kernel_cache

use_kernel_cache()
# The same examples on every machine, and no stopwatch: a first call may compile.
settings.register_profile("encaisse", deadline=None, derandomize=True)
settings.load_profile("encaisse")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The screens first: they take longest, and a worker that is left alone with them at the end would be waited for."""
    items.sort(key=lambda item: "browser" not in item.keywords)
