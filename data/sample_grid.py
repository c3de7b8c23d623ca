"""The grid that the sample comes with: what one would try first on its two offers."""

from __future__ import annotations

from typing import Final

SAMPLE_GRID: Final = """factoring = ["factoring.toml", "none"]
insurance = ["insurance.toml", "none"]

[factoring_clauses]
draw_policy = ["full", "on_demand"]
reserve_rate = ["0.05", "0.10"]

[insurance_clauses]
insured_pct = ["0.80", "0.90"]

[[assigned]]
name = "as the contract says"

[[assigned]]
name = "ten largest"
largest = 10
"""
