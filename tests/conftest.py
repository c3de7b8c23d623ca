"""Compiled code of the tests is kept by its sources, so that no test ever runs an edit of yesterday."""

from __future__ import annotations

from data.kernel_cache import use_kernel_cache

use_kernel_cache()
