"""The plain clauses of a contract file: each key with its kind, read from TOML and written back.

A clause is named by its key; its field in the record is the key, with `_minor` after an amount and `_day` for `_date`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, Final, Generic, Literal, TypeVar, get_args, get_type_hints

from data import toml_writing
from data.toml_values import TomlTable, amount_reader
from data.values import BadValue
from forecasting.errors import Problem
from forecasting.factoring.contract import CoverSource, DatedLimit
from forecasting.money import to_text

Kind = Literal["share", "rate", "positive_rate", "amount", "signed_amount", "whole", "number", "day", "flag", "text"]
_Record = TypeVar("_Record")

COVER_SOURCES: Final[tuple[CoverSource, ...]] = get_args(CoverSource)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked(Generic[_Record]):
    """A record read from a file without errors, with what is worth a warning."""

    record: _Record
    warnings: tuple[Problem, ...] = ()


def field_of(key: str, kind: Kind) -> str:
    """The field that holds a clause.

    >>> field_of("setup_fee", "amount"), field_of("start_date", "day")
    ('setup_fee_minor', 'start_day')
    """
    if kind in ("amount", "signed_amount"):
        return f"{key}_minor"
    return f"{key.removesuffix('_date')}_day" if kind == "day" else key


def read_clauses(
    top: TomlTable, kinds: Mapping[str, Kind], record: type[Any], exponent: int, required: Sequence[str]
) -> dict[str, Any]:
    """The fields of the clauses that are present and right; texts must be among those that the record's type lists."""
    hints = get_type_hints(record)
    found: dict[str, Any] = {}
    for key, kind in kinds.items():
        field = field_of(key, kind)
        needed = key in required
        value: Any
        match kind:
            case "share":
                value = top.share(key, None, required=needed)
            case "rate":
                value = top.rate(key, None)
            case "positive_rate":
                value = top.positive_rate(key, None)
            case "amount" | "signed_amount":
                value = top.amount(key, None, exponent, signed=kind == "signed_amount")
            case "whole":
                value = top.whole(key, None)
            case "number":
                value = top.read(key, _number, None)
            case "day":
                value = top.day(key, None, required=needed)
            case "flag":
                value = top.flag(key, None, required=needed)
            case "text":
                choices = get_args(hints[field])
                value = top.choice(key, choices, None, required=needed) if choices else top.text(key) or None
        if value is not None:
            found[field] = value
    return found


def write_clauses(record: Any, kinds: Mapping[str, Kind], exponent: int) -> list[str]:
    """A line per clause that differs from its absence."""
    absent = {field.name: field.default for field in fields(record)}
    lines = []
    for key, kind in kinds.items():
        value = getattr(record, field_of(key, kind))
        if value is None or value == absent[field_of(key, kind)]:
            continue
        match kind:
            case "share" | "rate" | "positive_rate" | "number":
                text = toml_writing.rate(value)
            case "amount" | "signed_amount":
                text = amount(value, exponent)
            case "whole":
                text = str(value)
            case "day":
                text = toml_writing.day(value)
            case "flag":
                text = toml_writing.flag(value)
            case "text":
                text = toml_writing.quoted(value)
        lines.append(f"{key} = {text}")
    return lines


def amount(amount_minor: int, exponent: int) -> str:
    """An amount as quoted text."""
    return toml_writing.quoted(to_text(amount_minor, exponent))


def read_amounts(top: TomlTable, key: str, exponent: int, partners: frozenset[str] | None) -> Any:
    """[key] PARTNER = amount, sorted by partner; None where there is no such table."""
    table = top.table(key)
    if table is None:
        return None
    parse = amount_reader(exponent)
    found = []
    for partner_id in sorted(table.everything()):
        value = table.read(partner_id, parse, None)
        check_partner(table, partner_id, partner_id, partners)
        if value is not None:
            found.append((partner_id, value))
    return tuple(found)


def read_changes(top: TomlTable, key: str, exponent: int, partners: frozenset[str] | None) -> tuple[DatedLimit, ...]:
    """[[key]] partner_id, from, amount, sorted by partner and day."""
    found: dict[tuple[str, int], int] = {}
    for row in top.tables(key):
        partner_id = row.text("partner_id", required=True)
        day = row.day("from", None, required=True)
        limit = row.read("amount", amount_reader(exponent), None, required=True)
        check_partner(row, "partner_id", partner_id, partners)
        if day is None or limit is None:
            continue
        if (partner_id, day) in found:
            row.wrong("from", "contract.dated_twice")
        found[partner_id, day] = limit
    return tuple(DatedLimit(partner_id=p, day=d, amount_minor=found[p, d]) for p, d in sorted(found))


def read_cover_source(top: TomlTable, partners: frozenset[str] | None) -> tuple[tuple[str, CoverSource], ...]:
    """[cover_source] PARTNER = "none", "factor" or "own_policy"."""
    table = top.table("cover_source")
    if table is None:
        return ()
    found = []
    for partner_id in sorted(table.everything()):
        source = table.choice(partner_id, COVER_SOURCES, None)
        check_partner(table, partner_id, partner_id, partners)
        if source is not None:
            found.append((partner_id, source))
    return tuple(found)


def note_contradictions(top: TomlTable, found: Iterable[Problem]) -> None:
    """What contradicts itself in a record read from a file.

    Of a clause that could not be read nothing more is told, and one reason why a contract never pays is enough.
    """
    warned: set[str] = set()
    for contradiction in found:
        if top.file.told(contradiction.column) or contradiction.code in warned:
            continue
        values = dict(contradiction.values)
        if contradiction.severity == "warning":
            warned.add(contradiction.code)
            top.warn(contradiction.column, contradiction.code, **values)
        else:
            top.wrong(contradiction.column, contradiction.code, **values)


def check_partner(table: TomlTable, key: str, partner_id: str, partners: frozenset[str] | None) -> None:
    """A partner that a contract or scenario names must be in the ledger, where there is one."""
    if partners is not None and partner_id and partner_id not in partners:
        table.wrong(key, "contract.unknown_partner", partner=partner_id)


def write_amounts(key: str, amounts: Iterable[tuple[str, int]] | None, exponent: int) -> list[str]:
    """The lines of [key] PARTNER = amount; none where there is no table."""
    if amounts is None:
        return []
    rows = [f"{toml_writing.key(partner_id)} = {amount(value, exponent)}" for partner_id, value in amounts]
    return ["", f"[{key}]", *rows]


def write_changes(key: str, changes: Iterable[DatedLimit], exponent: int) -> list[str]:
    """The lines of [[key]] partner_id, from, amount."""
    lines = []
    for change in changes:
        lines += [
            "",
            f"[[{key}]]",
            f"partner_id = {toml_writing.quoted(change.partner_id)}",
            f"from = {toml_writing.day(change.day)}",
            f"amount = {amount(change.amount_minor, exponent)}",
        ]
    return lines


def write_cover_source(sources: Iterable[tuple[str, CoverSource]]) -> list[str]:
    """The lines of [cover_source]."""
    rows = [f"{toml_writing.key(partner_id)} = {toml_writing.quoted(source)}" for partner_id, source in sources]
    return ["", "[cover_source]", *rows] if rows else []


def _number(value: Any) -> Decimal:
    """A number of 0 or more; a float is welcome, since hours are no money."""
    try:
        number = Decimal(str(value))
    except ArithmeticError as error:
        raise BadValue("value.bad_number", str(value)) from error
    if isinstance(value, bool) or not number.is_finite() or number < 0:
        raise BadValue("value.bad_number", str(value))
    return number
