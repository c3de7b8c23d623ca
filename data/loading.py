"""Files into a store: recognised, read, stored, with one outcome per file; the same for screens and the command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from data.access import Principal, require
from data.importers.isolated import look_isolated
from data.importers.protocol import Reading, ReadOptions, SourceFile, TableMapping
from data.repository_company import company, save_company
from data.repository_imports import ImportReceipt, store_reading
from data.repository_sources import mappings
from data.store import Store
from forecasting.errors import Problem
from forecasting.ledger import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadRequest:
    """What the user says besides the files: whose invoices they are, how a table is read, the day they were known on."""

    side: Side | None = None
    mapping: TableMapping | None = None
    as_of: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOutcome:
    """What became of one file; `total_minor` is the signed sum of the accepted rows per currency.

    `accepted` counts rows that were good, `duplicates` among them and beside them what was known already, `stored` and
    `replaced` what the store changed by. `import_id` is 0 where nothing of the file is in the store.
    """

    file: str
    format: str
    accepted: int
    rejected: int
    duplicates: int
    stored: int
    replaced: int
    import_id: int
    unchanged: bool
    total_minor: Mapping[str, int]
    problems: tuple[Problem, ...]


def load_files(
    store: Store, principal: Principal, files: Iterable[SourceFile], request: LoadRequest
) -> tuple[FileOutcome, ...]:
    """Read files apart from this process and store their good rows, file by file; what is wrong stands in the outcomes."""
    require(principal, "change_data")
    options = read_options(store, principal, request)
    files = tuple(files)
    looks = look_isolated(files, options, tables=False)
    outcomes = tuple(
        _outcome(store, principal, reading, file)
        for file, look in zip(files, looks, strict=True)
        for reading in look.readings
    )
    if request.as_of is not None:
        _set_day(store, principal, request.as_of)
    return outcomes


def read_options(store: Store, principal: Principal, request: LoadRequest) -> ReadOptions:
    """What the importers are told: the user's words, the remembered mappings, the company's own identifiers."""
    told = company(store, principal)
    return ReadOptions(
        side=request.side,
        mapping=request.mapping,
        mappings=mappings(store, principal),
        as_of=request.as_of,
        own_ids=told.own_ids,
        currency=told.currency,
    )


def _outcome(store: Store, principal: Principal, reading: Reading, file: SourceFile) -> FileOutcome:
    if not (reading.invoices or reading.payments or reading.bank or reading.balances or reading.partners):
        return _nothing(reading)
    receipt = store_reading(store, principal, reading, file)
    return FileOutcome(
        file=reading.file,
        format=reading.format,
        accepted=reading.accepted - _refused(reading, receipt),
        rejected=receipt.rejected,
        duplicates=receipt.duplicates,
        stored=receipt.stored,
        replaced=receipt.replaced,
        import_id=receipt.import_id,
        unchanged=receipt.unchanged,
        total_minor=receipt.total_minor or reading.total_minor,
        problems=receipt.problems,
    )


def _refused(reading: Reading, receipt: ImportReceipt) -> int:
    return receipt.rejected - reading.rejected


def _nothing(reading: Reading) -> FileOutcome:
    return FileOutcome(
        file=reading.file,
        format=reading.format,
        accepted=0,
        rejected=reading.rejected,
        duplicates=reading.duplicates,
        stored=0,
        replaced=0,
        import_id=0,
        unchanged=True,
        total_minor={},
        problems=reading.problems,
    )


def _set_day(store: Store, principal: Principal, as_of: date) -> None:
    """The day that open items were known on becomes the first projected day, where no opening balance sets one."""
    told = company(store, principal)
    if told.opening_date is None:
        save_company(store, principal, replace(told, as_of_mode="fixed", as_of=as_of))


def outcome_as_json(outcome: FileOutcome) -> dict[str, Any]:
    """An outcome as plain values, its problems as codes with their values."""
    return {
        **{name: getattr(outcome, name) for name in FileOutcome.__dataclass_fields__},
        "total_minor": dict(outcome.total_minor),
        "problems": [problem_as_json(p) for p in outcome.problems],
    }


def outcome_from_json(values: Mapping[str, Any]) -> FileOutcome:
    """The outcome again."""
    return FileOutcome(**{**values, "problems": tuple(problem_from_json(p) for p in values["problems"])})


def problem_as_json(found: Problem) -> dict[str, Any]:
    """A problem as plain values."""
    values = {name: getattr(found, name) for name in Problem.__dataclass_fields__}
    return {**values, "values": dict(found.values)}


def problem_from_json(values: Mapping[str, Any]) -> Problem:
    """The problem again."""
    return Problem(**{**values, "values": tuple(values["values"].items())})
