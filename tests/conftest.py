"""Compiled code of the tests is kept by its sources, so that no test ever runs an edit of yesterday."""

from __future__ import annotations

from hypothesis import settings

from data.kernel_cache import use_kernel_cache

use_kernel_cache()
# The same examples on every machine, and no stopwatch: a first call may compile.
settings.register_profile("encaisse", deadline=None, derandomize=True)
settings.load_profile("encaisse")
