"""Random groups of three companies that invoice each other, outsiders, and debtors that two of them know."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal
from typing import Any

from forecasting.ledger import Account, Ledger, Partner, PlannedFlow
from forecasting.ledger_build import InvoiceRecord, build_ledger, columns_of
from tests.forecasting import make

NAMES = ("Export", "Nord", "Sud")
FIRST = make.day("2026-03-02")
VAT_NUMBER = "FR40303265045"


def partners() -> list[Partner]:
    """The three companies as each other's partners, one debtor under two ids, a few more."""
    inside = [Partner(partner_id=f"G-{name}", name=f"{name} SA", group_entity=name, intra_group=True) for name in NAMES]
    twins = [
        Partner(partner_id="D0", vat_number=VAT_NUMBER, sector="wood", segment="big", default_probability=0.3),
        Partner(partner_id="D1", vat_number="fr 40303265045", sector="iron", segment="small", default_probability=0.6),
    ]
    return [*inside, *twins, Partner(partner_id="D2", default_probability=0.5), Partner(partner_id="D3")]


def group(seed: int, *, agree: bool = False, **keys: Any) -> Ledger:
    """The group of a number; where its books agree, every invoice between two companies stands the same in both."""
    luck = random.Random(seed)
    customers, suppliers = [], []
    for k in range(14):
        row = _row(luck, f"C{k:02d}", luck.choice(("D0", "D1", "D2", "D3")))
        customers.append(replace(row, entity=luck.choice((*NAMES, ""))))
    suppliers += [replace(_row(luck, f"S{k}", f"V{k % 2}"), entity=luck.choice((*NAMES, ""))) for k in range(6)]
    for k in range(8):
        seller, buyer = luck.sample(NAMES, 2)
        row = _row(luck, f"M{k}", f"G-{buyer}")
        sold, bought = replace(row, entity=seller), replace(row, partner_id=f"G-{seller}", entity=buyer)
        if not agree:
            sold, bought = _estranged(luck, sold, bought)
        customers += [sold] if sold else []
        suppliers += [bought] if bought else []
        if sold and luck.random() < 0.3:
            note = replace(sold, invoice_id=f"N{k}", amount_minor=-sold.amount_minor // 3, credits=sold.invoice_id)
            customers.append(note)
            if bought:
                suppliers.append(replace(bought, invoice_id=f"N{k}", amount_minor=note.amount_minor, credits=f"M{k}"))
    return build_ledger(
        as_of=FIRST,
        currency="EUR",
        opening_cash_minor=luck.randrange(10**7),
        customers=columns_of(customers),
        suppliers=columns_of(suppliers),
        planned_flows=[PlannedFlow(day=FIRST + 10, amount_minor=-70_000, every="month")],
        partners=partners(),
        accounts=[
            Account(account_id=name, entity=name, currency="EUR", balance_minor=luck.randrange(10**6), day=FIRST)
            for name in NAMES
        ],
        vat_returns=luck.choice(("planned", "computed")),
        **keys,
    )


def _row(luck: random.Random, invoice_id: str, partner_id: str) -> InvoiceRecord:
    issue = FIRST + luck.randrange(-70, 60)
    history = issue < FIRST - 30 and luck.random() < 0.3
    return make.invoice(
        invoice_id,
        partner_id,
        issue,
        issue + luck.choice((0, 30, 60)),
        luck.randrange(3, 4_000_000),
        vat=luck.choice(("0.20", "0.10", "0")),
        paid=FIRST - luck.randrange(1, 9) if history else None,
        on_receipt=luck.random() < 0.3,
    )


def _estranged(
    luck: random.Random, sold: InvoiceRecord, bought: InvoiceRecord
) -> tuple[InvoiceRecord | None, InvoiceRecord | None]:
    """Both halves of an invoice as two companies that do not compare them may have them."""
    fate = luck.random()
    if fate < 0.15:
        return sold, None
    if fate < 0.3:
        return None, bought
    if fate < 0.45:
        return sold, replace(bought, amount_minor=bought.amount_minor + luck.randrange(1, 500))
    if fate < 0.6:
        return sold, replace(bought, due=bought.due + luck.randrange(1, 20), vat_rate=Decimal("0.055"))
    return sold, bought
