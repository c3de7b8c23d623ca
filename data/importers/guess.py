"""What the columns of a table are, what kind of table it is, whose side it is on: proposed, never imposed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pyarrow as pa

from data.importers.ageing import ageing_band
from data.importers.datestyles import is_no_date, looks_like_date
from data.importers.numbers import AmountError, is_blank, read_amount
from data.importers.phrases import AMOUNT_FIELDS, DAY_FIELDS
from data.importers.protocol import TableMapping
from data.importers.table import Table
from data.importers.vocabulary import CUSTOMER_WORDS, SUPPLIER_WORDS, TOTAL_WORDS, fields_of, normalise
from forecasting.ledger import Side

#: invoices · aged (open amounts by ageing band, without invoices) · payments (of named invoices) · bank · journal (entries) ·
#: subledger (entries of partner accounts with matching codes) · partners.
TableKind = Literal["invoices", "aged", "payments", "bank", "journal", "subledger", "partners", "unknown"]

#: Headers that name the code of a partner or of something else.
_ANY_CODE: Final = frozenset({"account", "account number", "account no", "account code", "code", "compte"})
#: Different values of a column that are looked at, taken from its beginning and its middle.
_SAMPLE: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """A table with what its columns become: `by_field` field → column name, `bands` ageing column → days late."""

    by_field: Mapping[str, str]
    bands: Mapping[str, tuple[int, int | None]]

    def has(self, *fields: str) -> bool:
        """Whether any of the fields has a column."""
        return any(f in self.by_field for f in fields)


def sample(column: pa.Array) -> list[str]:
    """Different non-blank values of a column, from its beginning and its middle."""
    if len(column) > 6_000:
        middle = len(column) // 2
        column = pa.concat_arrays([column.slice(0, 3_000), column.slice(middle, 3_000)])
    different = (t for t in column.unique().to_pylist() if not is_blank(t))
    return [t for _, t in zip(range(_SAMPLE), different, strict=False)]


def _is_amount(text: str) -> bool:
    try:
        read_amount(text, ",")
    except AmountError:
        return False
    return True


def _share(values: list[str], test: object) -> float:
    assert callable(test)
    return sum(bool(test(v)) for v in values) / len(values) if values else 0.0


def fits(field: str, values: list[str]) -> bool:
    """Whether what a column holds can be the field; an empty column can be anything."""
    if not values:
        return True
    if field in DAY_FIELDS:
        return _share(values, lambda v: looks_like_date(v) or is_no_date(v)) >= 0.5
    if field in AMOUNT_FIELDS:
        return _share(values, _is_amount) >= 0.5 and _share(values, lambda v: looks_like_date(v) and "/" in v) < 0.5
    if field == "partner_id":
        return _share(values, lambda v: bool(re.fullmatch(r"[\w./-]{1,20}", v))) >= 0.9
    if field == "account":
        return _share(values, lambda v: bool(re.match(r"[1-9]\d{1,2}", v))) >= 0.8
    if field == "status":
        return _share(values, _is_amount) < 0.5 and len(values) <= 30
    if field in {"method", "type", "direction"}:
        return len(values) <= 60
    return True


def guess_fields(table: Table) -> Columns:
    """The field of each column by its header, and by what it holds where a word has several meanings."""
    values = {name: sample(column) for name, column in zip(table.header, table.columns, strict=True)}
    taken: dict[str, tuple[int, str]] = {}
    unsure: list[tuple[str, list[tuple[str, int]]]] = []
    bands: dict[str, tuple[int, int | None]] = {}
    for name in table.header:
        if (band := ageing_band(name)) is not None and _share(values[name], _is_amount) >= (0.5 if values[name] else 0):
            bands[name] = band
            continue
        meanings = list(fields_of(name))
        if len(meanings) == 1:
            field, rank = meanings[0]
            if field not in taken or rank < taken[field][0]:
                taken[field] = (rank, name)
        elif meanings:
            unsure.append((name, meanings))
    for name, meanings in unsure:
        fitting = [(f, r) for f, r in meanings if fits(f, values[name])]
        free = [(f, r) for f, r in fitting if f not in taken or r < taken[f][0]]
        if free:
            field, rank = min(free, key=lambda m: m[1])
            taken[field] = (rank, name)
    by_field = {f: name for f, (_, name) in taken.items()}
    if "account" in by_field and "partner_id" not in by_field and _are_partners(values[by_field["account"]]):
        by_field["partner_id"] = by_field.pop("account")
        if "partner_name" not in by_field and "account_name" in by_field:
            by_field["partner_name"] = by_field.pop("account_name")
    if "partner_id" in by_field and not _is_code_of(table, by_field):
        del by_field["partner_id"]
    if len(bands) >= 2:
        by_field = _aged_fields(table.header, by_field, values)
    return Columns(by_field=by_field, bands=bands if len(bands) >= 2 else {})


def _aged_fields(header: tuple[str, ...], by_field: dict[str, str], values: Mapping[str, list[str]]) -> dict[str, str]:
    """The fields of a table with ageing bands: days that no line states are none, a first column without a name is the partner.

    QuickBooks and Odoo leave the cell over their customers blank; Odoo keeps its column of dates where it folds the invoices away.
    """
    kept = {f: name for f, name in by_field.items() if f not in DAY_FIELDS or values[name]}
    if {"partner_id", "partner_name", "number", *DAY_FIELDS} & kept.keys() or header[0] != "#1":
        return kept
    words = _share(values["#1"], lambda v: not _is_amount(v) and not looks_like_date(v))
    return kept | {"partner_name": "#1"} if words >= 0.5 else kept


def _is_code_of(table: Table, by_field: Mapping[str, str]) -> bool:
    """Whether a column that is only called "account" or "code" has another code for each name beside it."""
    name = by_field["partner_id"]
    if normalise(name) not in _ANY_CODE or "partner_name" not in by_field:
        return True
    codes, names = (table.column(by_field[f]).slice(0, 3_000) for f in ("partner_id", "partner_name"))
    pairs = {(c, n) for c, n in zip(codes.to_pylist(), names.to_pylist(), strict=True) if not (is_blank(c) or is_blank(n))}
    different = {c for c, _ in pairs}
    return len(pairs) <= 1.2 * len(different) and 2 * len(different) > len({n for _, n in pairs})


def _are_partners(accounts: list[str]) -> bool:
    """Whether accounts are those of single customers or suppliers ("411DUPONT") and not general ones."""
    single = [a for a in accounts if not TOTAL_WORDS.match(normalise(a))]
    return len(single) > 1 and all(re.match(r"4[01]\w{2,}", a) for a in single)


def columns_of_mapping(table: Table, mapping: TableMapping) -> Columns:
    """The columns as a mapping says, where the table has them."""
    said = {guess.name: guess.becomes for guess in mapping.columns}
    by_field = {field: name for name, field in said.items() if field and field != "ageing" and name in table.header}
    bands = {
        name: band for name, f in said.items() if f == "ageing" and name in table.header and (band := ageing_band(name))
    }
    return Columns(by_field=by_field, bands=bands)


def _accounts(table: Table, columns: Columns) -> list[str]:
    name = columns.by_field.get("account") or columns.by_field.get("partner_id")
    return [a for a in sample(table.column(name)) if not TOTAL_WORDS.match(normalise(a))] if name else []


def _is_journal(table: Table, columns: Columns) -> bool:
    """Whether the table is a list of entries: general accounts with debit and credit, not partner accounts alone.

    Debit and credit with a journal or lettering but without any partner are entries whose account column is missing.
    """
    sided = columns.has("debit") and columns.has("credit")
    sided = sided or (columns.has("amount") and columns.has("direction"))
    if not (sided and columns.has("issue") and columns.has("journal", "lettering", "account", "direction")):
        return False
    accounts = _accounts(table, columns)
    if not accounts:
        partner = columns.by_field.get("partner_name")
        named = (partner and sample(table.column(partner))) or _has_headings(table)
        return columns.has("journal", "lettering") and not named
    return any(re.match(r"[1-9]\d", a) and not re.match(r"4[01]", a) for a in accounts)


def _has_headings(table: Table) -> bool:
    """Whether lines with a single cell stand between the others, as the names of partners over their entries."""
    filled_cells = np.zeros(min(len(table), 400), np.int32)
    for column in table.columns:
        filled_cells += np.array([not is_blank(t) for t in column.slice(0, 400).to_pylist()], np.int32)
    return bool((filled_cells == 1).any())


def _is_subledger(table: Table, columns: Columns) -> bool:
    """Whether the table lists the entries of partner accounts with their matching codes: payments stand beside invoices."""
    name = columns.by_field.get("lettering")
    sided = (columns.has("debit") and columns.has("credit")) or (columns.has("amount") and columns.has("direction"))
    return bool(name and sided and columns.has("issue") and sample(table.column(name)))


def _says_payments(table: Table, columns: Columns) -> bool:
    """Whether headers or title speak of payments: then the amounts are payments and not invoices."""
    title = normalise(" ".join((*table.above[-3:], table.sheet)))
    if re.search(r"\bpayments?\b|\breglements?\b|\bpaiements?\b|\bencaissements?\b", title):
        return True
    words = " ".join(normalise(h) for h in table.header)
    return (columns.has("method") and not columns.has("status")) or bool(
        re.search(r"payment number|n paiement|payment mode|payment amount|payment id", words)
    )


def _is_own_account(table: Table, columns: Columns) -> bool:
    """Whether every line names the same bank account by its IBAN: then the lines are that account's, whoever else they name."""
    has = columns.has
    if not (has("account") and has("issue") and has("amount", "debit", "credit") and has("label")) or has(
        "due", "quantity"
    ):
        return False
    named = sample(table.column(columns.by_field["account"]))
    return len(named) == 1 and all(re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{10,30}", "".join(n.split())) for n in named)


def kind_of(table: Table, columns: Columns) -> TableKind:
    """What kind of table it is, by the fields that it has."""
    has = columns.has
    partner = has("partner_id", "partner_name")
    amount = has("amount", "net", "line_total", "open", "debit", "credit") or (has("unit_price") and has("quantity"))
    if _is_journal(table, columns):
        return "journal"
    if _is_subledger(table, columns):
        return "subledger"
    if columns.bands and partner and not has("issue", "due", "number"):
        return "aged"
    if _is_own_account(table, columns):
        return "bank"
    if not amount and not columns.bands:
        return "partners" if partner and has("terms", "vat_number", "country", "segment") else "unknown"
    if (
        has("issue")
        and not partner
        and not has("due", "quantity")
        # A bank's own product ("Current") is no item where a balance stands beside.
        and (not has("item") or has("open"))
        and (has("label", "value_day", "counterparty") or (has("debit") and has("credit")))
    ):
        account_only = not has("number") or has("label", "counterparty")
        if account_only and (has("amount", "debit", "credit")):
            return "bank"
    if (
        partner
        and amount
        and has("issue", "paid")
        and not has("due", "net", "item", "quantity")
        and _says_payments(table, columns)
    ):
        return "payments"
    grouped = has("number") and has("issue", "due")
    return "invoices" if partner or grouped or columns.bands else "unknown"


def side_evidence(table: Table, columns: Columns) -> tuple[Side | None, str]:
    """Whose invoices they are by the words of the table, and the word that says so ("" where only accounts do).

    Headers count before titles, titles before the accounts of the partners.
    """
    named = [columns.by_field[f] for f in ("partner_id", "partner_name", "number", "amount", "issue") if columns.has(f)]
    for name in (*named, *table.header):
        side = side_of_words(normalise(name))
        if side:
            return side, name
    if types := columns.by_field.get("type"):
        kinds = {side_of_words(normalise(text)) for text in sample(table.column(types))} - {None}
        if len(kinds) == 1:
            return kinds.pop(), types
    for title in (table.sheet, *reversed(table.above)):
        side = side_of_words(normalise(title))
        if side:
            return side, title
    headings = [t.lower().removeprefix("compte").strip(" :") for t in sample(table.columns[0])] if table.columns else []
    accounts = [a for a in _accounts(table, columns) if " " not in a] or [
        t for t in headings if re.match(r"4[01]\w{2,}", t)
    ]
    customers, suppliers = (sum(a.startswith(p) for a in accounts) for p in ("41", "40"))
    if accounts and max(customers, suppliers) > 0.8 * len(accounts):
        return ("customer" if customers > suppliers else "supplier"), ""
    return None, ""


def side_of_words(words: str) -> Side | None:
    """The side that some normalised words speak of, None where they speak of none or of both."""
    customer, supplier = CUSTOMER_WORDS.search(words), SUPPLIER_WORDS.search(words)
    if bool(customer) == bool(supplier):
        return None
    return "customer" if customer else "supplier"


def signature_of(header: tuple[str, ...]) -> str:
    """A short name of the source of a table: the hash of its column names, whatever their case and order."""
    names = sorted(normalise(name) for name in header)
    return hashlib.sha256("|".join(names).encode()).hexdigest()[:16]
