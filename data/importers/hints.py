"""Columns whose names no list holds ("AP Amount (£)", "CustomerKey"), taken for what some of their words and all their values say.

Only what a table still lacks is looked for, so that a header that is known never loses to one that is only alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from data.importers.guess import Columns, fits, sample
from data.importers.phrases import AMOUNT_FIELDS, DAY_FIELDS
from data.importers.table import Table, filled
from data.importers.vocabulary import CUSTOMER_WORDS, SUPPLIER_WORDS, normalise


def _words(words: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{words})\b")


_PARTNER: Final = _words(
    "tiers|partners?|partenaires?|buyers?|sellers?|acheteurs?|vendeurs?|payers?|compan(?:y|ies)|societe"
)
_IDENTIFIER: Final = _words("ids?|keys?|codes?|cle|num(?:ero|ber)?|no|n|nr|ref(?:erence)?|accounts?|compte|identifiant")
_DOCUMENT: Final = _words("invoices?|factures?|bills?|pieces?|documents?|vouchers?|transactions?|orders?|commandes?")
#: Words of columns that describe a partner or a document and do not name it.
_ASIDE: Final = _words(
    "address(?:es)?|adresse|post ?code|code postal|zip|city|ville|town|e ?mail|mail|phone|tel(?:ephone)?|fax|countr(?:y|ies)|pays|"
    "region|types?|categor(?:y|ies|ie)|groups?|groupe|siret|siren|vat|tva|tax|url|uri|web|segment|count|rank|score|limits?|"
    "plafond|status|statut|class|contact|lines?|lignes?|days?|jours|year|annee|month|mois|registration|description|paid|payment"
)
_DAY: Final = _words("dates?|dt|day|jour|le|on|at")
_DUE: Final = _words("due|echeances?|ech|maturity|exigible|limite")
_PAID: Final = _words(
    "paid|payments?|clear(?:ed|ing|ance)?|settle(?:d|ment)|closed|reglements?|reglee?|paiements?|payee?|encaissements?|encaissee?"
)
_OTHER_DAY: Final = _words(
    "deliver(?:y|ed)|livraisons?|orders?|commandes?|birth|naissance|start|begin|debut|end|fin|updated?|modified|modification|"
    "period|periode|export|print|impression|relance|reminder|value|valeur|created?|creation"
)
_MONEY: Final = _words(
    "amounts?|amt|montants?|totals?|totaux|ttc|value|valeur|sum|somme|gross|brut|spend|cost|cout|prix|price"
)
_NO_MONEY: Final = _words(
    "percent|taux|rate|quantit(?:y|e)|qty|qte|count|nombre|days?|jours|unit|unitaire|discounts?|remises?|limits?|plafond|year|annee|"
    "month|mois|codes?|ids?|currency|devise|types?"
)
_NET: Final = _words("ht|net|excl(?:uding|usive)?|ex|exc|untaxed|hors")
_WITH_VAT: Final = _words("ttc|incl(?:uding|usive)?|gross|toutes taxes")
_VAT: Final = _words("tva|vat|tax(?:es)?")
_OPEN: Final = _words("restante?|reste|soldes?|open|outstanding|balance|remaining|unpaid|impayee?|du|due")
_WHERE: Final = 0.5


def _partner(words: str) -> bool:
    named = _PARTNER.search(words) or CUSTOMER_WORDS.search(words) or SUPPLIER_WORDS.search(words)
    return bool(named) and not _ASIDE.search(words)


def _amount(words: str) -> bool:
    vat_alone = _VAT.search(words) and not (_NET.search(words) or _WITH_VAT.search(words))
    return bool(_MONEY.search(words)) and not (_NO_MONEY.search(words) or vat_alone or _PAID.search(words))


#: What is looked for, in this order: the field, the fields that make it needless, the test of a header's words.
_LOOKED_FOR: Final[tuple[tuple[str, tuple[str, ...], Callable[[str], bool]], ...]] = (
    ("partner_id", ("partner_id", "partner_name"), lambda w: _partner(w) and bool(_IDENTIFIER.search(w))),
    ("partner_name", ("partner_name",), lambda w: _partner(w) and not (_IDENTIFIER.search(w) or _MONEY.search(w))),
    ("due", ("due",), lambda w: bool(_DUE.search(w)) and not _OTHER_DAY.search(w)),
    ("paid", ("paid",), lambda w: bool(_PAID.search(w) and _DAY.search(w)) and not _OTHER_DAY.search(w)),
    (
        "issue",
        ("issue",),
        lambda w: bool(_DAY.search(w)) and not (_OTHER_DAY.search(w) or _DUE.search(w) or _PAID.search(w)),
    ),
    (
        "number",
        ("number",),
        lambda w: bool(_DOCUMENT.search(w) and _IDENTIFIER.search(w)) and not (_ASIDE.search(w) or _partner(w)),
    ),
    (
        "amount",
        ("amount", "net", "debit", "credit", "line_total", "unit_price"),
        lambda w: _amount(w) and not (_NET.search(w) or _OPEN.search(w)),
    ),
    ("net", ("amount", "net", "open", "debit", "credit", "line_total"), lambda w: _amount(w) and bool(_NET.search(w))),
    ("open", ("amount", "net", "open", "debit", "credit"), lambda w: _amount(w) and bool(_OPEN.search(w))),
)


def _holds(field: str, table: Table, name: str) -> bool:
    """Whether a column is filled and holds what the field is made of."""
    column = table.column(name)
    if not len(column) or (filled(column).mean() < _WHERE and field not in {"paid"}):
        return False
    values = sample(column)
    if field in DAY_FIELDS or field in AMOUNT_FIELDS or field == "partner_id":
        return bool(values) and fits(field, values)
    return not fits("amount", values) if field == "partner_name" else bool(values)


def add_hinted(table: Table, columns: Columns) -> Columns:
    """The columns with what the table lacked, where a header's words and its column's values speak for it."""
    by_field: dict[str, str] = dict(columns.by_field)
    for field, needless, speaks in _LOOKED_FOR:
        if any(f in by_field for f in needless):
            continue
        used = set(by_field.values()) | set(columns.bands)
        free = (name for name in table.header if name not in used and not name.startswith("#"))
        found = next((n for n in free if speaks(normalise(n)) and _holds(field, table, n)), None)
        if found is not None:
            by_field[field] = found
    same: Mapping[str, str] = columns.by_field
    return columns if by_field == same else replace(columns, by_field=by_field)
