"""Partners that were erased: who they are stays unknown when a file names them again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from data.importers.protocol import PartnerRow
from data.repository_audit import utc_now
from data.store import Cursor
from forecasting.errors import Problem, problem


def note_erased(cursor: Cursor, partner_id: str) -> None:
    """Remember that a partner was erased."""
    cursor.execute("INSERT OR REPLACE INTO erased_partner VALUES (?, ?)", [partner_id, utc_now()])


def is_known_again(cursor: Cursor, partner_id: str) -> None:
    """A person has typed who the partner is: files may tell it again too."""
    cursor.execute("DELETE FROM erased_partner WHERE partner_id = ?", [partner_id])


def without_erased(
    cursor: Cursor, file: str, told: Sequence[PartnerRow], invoices: pa.Table
) -> tuple[list[PartnerRow], pa.Table, tuple[Problem, ...]]:
    """What a file tells, without what it says of who erased partners are; a warning for each that it names.

    Amounts and days of their invoices are kept; names, VAT numbers and unread columns are not.
    """
    erased = {partner_id for (partner_id,) in cursor.execute("SELECT partner_id FROM erased_partner").fetchall()}
    if not erased:
        return [*told], invoices, ()
    named = {row.partner_id for row in told if row.partner_id in erased and (row.name or row.vat_number)}
    kept = [replace(row, name="", vat_number="") if row.partner_id in erased else row for row in told]
    if invoices.num_rows:
        theirs = pc.is_in(invoices["partner_id"], value_set=pa.array(sorted(erased)))
        unread = pc.if_else(theirs, "", invoices["extra"])
        invoices = invoices.set_column(invoices.schema.get_field_index("extra"), invoices.schema.field("extra"), unread)
    warnings = tuple(
        problem("store.erased_partner", file=file, severity="warning", partner=partner_id) for partner_id in sorted(named)
    )
    return kept, invoices, warnings
