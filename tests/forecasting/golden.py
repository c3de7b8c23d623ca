"""The worked cases of the shared folder, as ledgers, scenarios and contracts; tests skip where they are absent."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from forecasting.factoring.contract import FactoringContract
from forecasting.ledger import Ledger
from forecasting.scenario import Scenario
from tests.forecasting import make

GOLDEN = Path(__file__).resolve().parents[3] / "shared" / "golden"


def case(name: str) -> dict[str, Any]:
    """The JSON of a worked case, by the beginning of its file name."""
    found = sorted(GOLDEN.glob(f"{name}*.json")) if GOLDEN.is_dir() else []
    if not found:
        pytest.skip(f"the worked case {name} is not beside this repository")
    loaded: dict[str, Any] = json.loads(found[0].read_text(encoding="utf-8"))
    return loaded


def factoring_case(given: dict[str, Any]) -> tuple[Ledger, Scenario, FactoringContract]:
    """A daily factoring case, read as the judge of the command line writes it into files."""
    inputs = given["inputs"]
    terms = inputs["parameters"]
    invoices = [
        make.invoice(
            v["id"],
            v["debtor"],
            v.get("issue_date") or v["remit_date"],
            v["due_date"],
            v["ttc_cents"],
            remittance=v["remit_date"],
        )
        for v in inputs["invoices"]
    ]
    book = make.ledger(inputs["start"], invoices, cash_minor=inputs.get("opening_bank_cents", 0))
    days = (date.fromisoformat(inputs["end"]) - date.fromisoformat(inputs["start"])).days + 1
    return book, make.scenario(*_facts(inputs), days=days), _contract(inputs["start"], terms)


def _facts(inputs: dict[str, Any]) -> list[object]:
    facts: list[object] = []
    paid = set()
    for event in inputs["events"]:
        kind = event["type"]
        if kind in ("debtor_pays_factor", "direct_payment"):
            facts.append(make.payment(event["invoice"], event["date"], event["cents"]))
            paid.add(event["invoice"])
        elif kind == "credit_note":
            facts.append(make.credit_note(event["invoice"], event["date"], event["cents"]))
        elif kind == "dispute":
            facts.append(make.dispute(event["invoice"], event["date"], event.get("resolved_date")))
        elif kind == "guarantee_payout":
            debtor = next(v["debtor"] for v in inputs["invoices"] if v["id"] == event["allocation"][0]["invoice"])
            wait = timedelta(int(inputs["parameters"]["guarantee_payout_days"]))
            facts.append(make.insolvency(debtor, (date.fromisoformat(event["date"]) - wait).isoformat()))
    return facts + [make.never(v["id"]) for v in inputs["invoices"] if v["id"] not in paid]


def _contract(start: str, terms: dict[str, Any]) -> FactoringContract:
    keys: dict[str, Any] = {
        name: terms[name]
        for name in (
            "reserve_mode", "draw_policy", "shortfall_policy", "reserve_rate", "advance_rate", "service_fee_rate",
            "index_floor", "margin", "concentration_cap", "concentration_test", "funding_delay_bd", "definancing_days",
        )
        if name in terms
    }  # fmt: skip
    if "approval_cents" in terms:
        keys["approvals"] = tuple(terms["approval_cents"].items())
    return make.contract(start, index=terms["index_rate"], vat_on_service=terms["vat_rate"], **keys)
