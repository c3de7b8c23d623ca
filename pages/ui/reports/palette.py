"""The colours of paper: those of the light theme, read where screens have them."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Final

from forecasting.simulation.flows import Variant
from pages.ui import tokens

_LIGHT: Final = tomllib.loads((Path(__file__).parents[3] / ".streamlit" / "config.toml").read_text(encoding="utf-8"))[
    "theme"
]["light"]
_SLOTS: Final[dict[str, str]] = dict(zip(tokens.SLOTS, _LIGHT["chartCategoricalColors"], strict=True))

TEXT: Final[str] = _LIGHT["textColor"]
BRAND: Final[str] = _LIGHT["primaryColor"]
HAIRLINE: Final[str] = _LIGHT["borderColor"]
WASH: Final[str] = _LIGHT["secondaryBackgroundColor"]


def ink(slot: str) -> str:
    """The printed colour of a chart's slot."""
    return _SLOTS[slot]


#: Each variant in its own colour.
VARIANT: Final[dict[Variant, str]] = {variant: ink(slot) for variant, slot in tokens.HUE.items()}
LABEL: Final = ink(tokens.LABEL)
DANGER: Final = ink(tokens.DANGER)
FLOOR: Final = ink(tokens.FLOOR)
CASH_IN: Final = ink(tokens.CASH_IN)
CASH_OUT: Final = ink(tokens.CASH_OUT)
