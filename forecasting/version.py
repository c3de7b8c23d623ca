"""The version of the model: a change of any golden result raises it and says why in CHANGELOG."""

from __future__ import annotations

from typing import Final

MODEL_VERSION: Final = "3"
