"""The design tokens that figures and styles share: colour slots, line shapes, sizes in pixels.

A figure never holds a colour. It holds a slot that Streamlit replaces with the colour of the live theme
(`chartCategoricalColors` 1 to 10 in `.streamlit/config.toml`), so that one figure serves light and dark.
"""

from __future__ import annotations

from typing import Final

from forecasting.simulation.flows import Variant

BASELINE: Final = "#000001"
FACTORING: Final = "#000002"
INSURANCE: Final = "#000003"
BOTH: Final = "#000004"
CASH_IN: Final = "#000005"
CASH_OUT: Final = "#000006"
DANGER: Final = "#000007"
LABEL: Final = "#000008"
FLOOR: Final = "#000009"
DOMINATED: Final = "#000010"
#: The page's background, for the gap between touching marks and for hollow ones.
PAGE: Final = "#000038"
SLOTS: Final = (BASELINE, FACTORING, INSURANCE, BOTH, CASH_IN, CASH_OUT, DANGER, LABEL, FLOOR, DOMINATED)

#: Hue, dash and marker go together, so that no variant is told by its colour alone.
HUE: Final[dict[Variant, str]] = {
    "baseline": BASELINE,
    "factoring": FACTORING,
    "insurance": INSURANCE,
    "both": BOTH,
}
DASH: Final[dict[Variant, str]] = {
    "baseline": "solid",
    "factoring": "8px,3px",
    "insurance": "2px,3px",
    "both": "solid",
}
#: The same dash drawn with characters, where a table is the key of a chart.
DASH_TEXT: Final[dict[Variant, str]] = {
    "baseline": "━━",
    "factoring": "╍╍",
    "insurance": "┅┅",
    "both": "━━",
}
#: The colour names of Markdown that stand for the same hues.
MARKDOWN_HUE: Final[dict[Variant, str]] = {
    "baseline": "",
    "factoring": "blue",
    "insurance": "orange",
    "both": "green",
}

FONT_PX: Final = 13
FONT_SMALL_PX: Final = 12
HERO_PX: Final = 390
HERO_PHONE_PX: Final = 340
WEEKS_PX: Final = 250
DRIVER_ROW_PX: Final = 48
ACCOUNT_PX: Final = 360
#: No figure may weigh more as JSON.
PAYLOAD_LIMIT: Final = 150_000
