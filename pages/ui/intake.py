"""Dropped files on their way into the store: read under the user's words, shown, stored whole or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import streamlit as st

from data import repository
from data.change_text import note_change
from data.importers.isolated import look_isolated, prepare
from data.importers.preview import TablePreview
from data.importers.protocol import ColumnGuess, Reading, SourceFile, TableMapping
from data.loading import LoadRequest, read_options
from data.repository import ImportReceipt
from forecasting.errors import InputRejected, Problem
from pages.ui.cache import Bounded
from pages.ui.session import Desk

#: Nothing larger is taken from a browser, whatever the browser says (bytes).
UPLOAD_LIMIT: Final = 200 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """A file as it was dropped, with what it was read as: several readings where it is an archive or a workbook."""

    file: SourceFile
    digest: str
    readings: tuple[Reading, ...]
    tables: tuple[TablePreview, ...]

    @property
    def accepted(self) -> int:
        """Rows ready to be stored."""
        return sum(reading.accepted for reading in self.readings)

    @property
    def rejected(self) -> int:
        """Rows that need a correction."""
        return sum(reading.rejected for reading in self.readings)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that is wrong, each once, blocking ones first."""
        found = dict.fromkeys(p for reading in self.readings for p in reading.problems)
        return tuple(sorted(found, key=lambda p: (p.severity != "error", p.row or 0)))


@st.cache_resource(show_spinner=False)
def _memory() -> Bounded[Any, Dropped]:
    return Bounded(6)


def stand_by() -> None:
    """Get ready to read: a page on which files are dropped says so as soon as it is shown."""
    prepare()


def read(at: Desk, name: str, content: bytes) -> Dropped:
    """Read a file as the user has said so far (side, mapping); the same words give the same reading without work.

    It is read in a process of its own, within limits of time and memory: a hostile file ends that and not the server.
    """
    digest = hashlib.sha256(content).hexdigest()
    mapping = said_mapping(digest)
    request = LoadRequest(side=mapping.side if mapping else None, mapping=mapping)
    version = repository.data_version(at.store, at.principal)
    key = (digest, name, mapping, version.store_id, version.any_write)

    def work() -> Dropped:
        file, options = SourceFile(name=name, content=content), read_options(at.store, at.principal, request)
        (look,) = look_isolated((file,), options)
        return Dropped(file=file, digest=digest, readings=look.readings, tables=look.tables)

    return _memory().get(key, work)


def said_mapping(digest: str) -> TableMapping | None:
    """How the user wants this file's table to be read; None where nothing was changed."""
    found = st.session_state.get("mappings", {}).get(digest)
    assert found is None or isinstance(found, TableMapping)
    return found


def say_mapping(digest: str, mapping: TableMapping) -> None:
    """Remember for this session how the user wants this file's table to be read."""
    st.session_state["mappings"] = {**st.session_state.get("mappings", {}), digest: mapping}


def remapped(mapping: TableMapping, becomes: Sequence[str]) -> TableMapping:
    """A mapping with other meanings for its columns, in their order."""
    columns = tuple(
        ColumnGuess(name=column.name, becomes=field, examples=column.examples)
        for column, field in zip(mapping.columns, becomes, strict=True)
    )
    return replace(mapping, columns=columns)


def store(at: Desk, dropped: Sequence[Dropped]) -> tuple[list[ImportReceipt], tuple[Problem, ...]]:
    """Store the good rows of every file and remember how its table was read; what was refused as a whole comes back."""
    receipts: list[ImportReceipt] = []
    refused: list[Problem] = []
    before = repository.load_ledger(at.store, at.principal)
    for one in dropped:
        for reading in one.readings:
            if not (reading.invoices or reading.payments or reading.bank or reading.balances or reading.partners):
                continue
            try:
                receipts.append(repository.store_reading(at.store, at.principal, reading, one.file))
            except InputRejected as rejected:
                refused += rejected.problems
                continue
            for mapping in reading.mappings or ((reading.mapping,) if reading.mapping else ()):
                repository.save_mapping(at.store, at.principal, mapping)
    if len(before.customers) + len(before.suppliers):
        note_change(at.store, at.principal, before, repository.load_ledger(at.store, at.principal))
    return receipts, tuple(refused)
