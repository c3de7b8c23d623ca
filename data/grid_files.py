"""The grid of a search as a TOML file: which offers, which values of which clauses, which debtors, which limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any, Final

from data.clauses import Kind, check_partner, field_of, read_clauses
from data.contract_files import known_partners, read_factoring_file, read_insurance_file
from data.factoring_files import FACTORING_CLAUSES
from data.insurance_files import INSURANCE_CLAUSES
from data.toml_values import TomlTable, amount_reader, read_toml
from data.values import BadValue
from forecasting.choice.offers import Axis, Clause, Grid, Insured, Option, Raise, Step, largest_debtors
from forecasting.choice.offers import Kind as ContractKind
from forecasting.errors import InputRejected, Problem
from forecasting.factoring.contract import FactoringContract
from forecasting.insurance.policy import InsurancePolicy
from forecasting.ledger import Ledger
from forecasting.money import Currency

#: In place of a file or of a value: without a contract of this kind, or without the clause.
NONE: Final = "none"
_KINDS: Final[tuple[tuple[ContractKind, dict[str, Kind], type[Any]], ...]] = (
    ("factoring", FACTORING_CLAUSES, FactoringContract),
    ("insurance", INSURANCE_CLAUSES, InsurancePolicy),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Contracts that the caller brings; they stand beside those that the grid names."""

    factoring: FactoringContract | None = None
    insurance: InsurancePolicy | None = None


def read_grid_file(path: Path, ledger: Ledger, given: Given | None = None) -> Grid:
    """The grid of a file; offers that it names lie beside it. Raises InputRejected with everything that is wrong."""
    file = read_toml(path)
    top, exponent = file.top, Currency(ledger.currency).exponent
    brought = given or Given()
    problems: list[Problem] = []
    reader = _Offers(top, path.parent, ledger, problems)
    factoring = reader.read("factoring", brought.factoring, read_factoring_file)
    insurance = reader.read("insurance", brought.insurance, read_insurance_file)
    axes: list[Axis] = []
    for kind, kinds, record in _KINDS:
        table = top.table(f"{kind}_clauses")
        if table is not None:
            axes += _clauses(table, kind, kinds, record, exponent)
    axes += _debtors(top, ledger)
    axes += _limits(top, ledger, exponent)
    try:
        file.finish()
    except InputRejected as rejected:
        problems[:0] = rejected.problems
    if problems:
        raise InputRejected(tuple(problems))
    return Grid(factoring=factoring, insurance=insurance, axes=tuple(axes))


class _Offers:
    """Reads the lists of offers, keeping what is wrong with any of their files."""

    def __init__(self, top: TomlTable, folder: Path, ledger: Ledger, problems: list[Problem]) -> None:
        self.top, self.folder, self.ledger, self.problems = top, folder, ledger, problems

    def read(self, kind: ContractKind, brought: Any, read: Any) -> tuple[Any, ...]:
        """Each offer once, the one brought first; no contract of the kind where nothing names one."""
        found: list[Any] = [] if brought is None else [brought]
        for name in self.top.names(kind) or ():
            if name == NONE:
                found.append(None)
                continue
            try:
                found.append(read(self.folder / name, self.ledger).record)
            except InputRejected as rejected:
                self.problems += rejected.problems
        return tuple(dict.fromkeys(found)) or (None,)


def _clauses(table: TomlTable, kind: ContractKind, kinds: dict[str, Kind], record: type[Any], exponent: int) -> list[Axis]:
    """One axis for each clause that is given a list of values."""
    absent = {f.name: f.default for f in fields(record)}
    axes = []
    for key in table.values:
        if key not in kinds or key in ("name", "contract_type"):
            continue  # an unknown key is told as such
        field = field_of(key, kinds[key])
        options = []
        for value in table.read(key, _list, []):
            if value == NONE and key != "draw_policy" and key != "vat_relief_on_guaranteed":
                if absent[field] is MISSING:
                    table.wrong(key, "toml.key_missing", name=key)
                    continue
                set_to = absent[field]
            else:
                # One value at a time through the reader of contract files, so that a fault reads the same.
                one = TomlTable(table.file, {key: value}, table.path)
                set_to = read_clauses(one, {key: kinds[key]}, record, exponent, ()).get(field)
                if set_to is None:
                    continue
            options.append(Option(text=_text(value), steps=(Clause(kind=kind, field=field, value=set_to),)))
        if options:
            axes.append(Axis(name=f"{kind}.{key}", kind=kind, options=tuple(options)))
    return axes


def _debtors(top: TomlTable, ledger: Ledger) -> list[Axis]:
    """[[assigned]] and [[insured]]: sets of debtors, each with a name; `all` is the contract as it stands."""
    partners = known_partners(ledger)
    everybody = largest_debtors(ledger, len(ledger.partners))
    axes = []
    for key, kind in (("assigned", "factoring"), ("insured", "insurance")):
        options = []
        for row in top.tables(key):
            name = row.text("name", required=True)
            only, largest = row.names("only"), row.whole("largest", None)
            for partner_id in only or ():
                check_partner(row, "only", partner_id, partners)
            if only is None and largest is None:
                options.append(Option(text=name))
                continue
            chosen = tuple(sorted(set(only if only is not None else everybody[:largest])))
            options.append(Option(text=name, steps=(_covering(key, chosen, everybody),)))
        if options:
            axes.append(Axis(name=key, kind="factoring" if kind == "factoring" else "insurance", options=tuple(options)))
    return axes


def _covering(key: str, chosen: tuple[str, ...], everybody: tuple[str, ...]) -> Step:
    if key == "assigned":
        return Clause(kind="factoring", field="debtors_only", value=chosen)
    return Insured(only=chosen, debtors=everybody)


def _limits(top: TomlTable, ledger: Ledger, exponent: int) -> list[Axis]:
    """[[limit]]: what may be added to one debtor's limit or approval."""
    axes = []
    for row in top.tables("limit"):
        kind = row.choice("contract", ("factoring", "insurance"), "insurance")
        partner_id = row.text("partner_id", required=True)
        check_partner(row, "partner_id", partner_id, known_partners(ledger))
        nothing: list[tuple[str, int]] = []
        amounts = row.read("add", _amounts(exponent), nothing, required=True)
        options = tuple(
            Option(text=text, steps=(Raise(kind=kind, partner_id=partner_id, add_minor=minor),) if minor else ())
            for text, minor in amounts
        )
        if options:
            axes.append(Axis(name=f"limit.{kind}.{partner_id}", kind=kind, options=options))
    return axes


def _amounts(exponent: int) -> Any:
    parse = amount_reader(exponent)

    def read(value: Any) -> list[tuple[str, int]]:
        return [(_text(entry), parse(entry)) for entry in _list(value)]

    return read


def _list(value: Any) -> Sequence[Any]:
    if not isinstance(value, list) or not value:
        raise BadValue("choice.not_values", str(value))
    return value


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
