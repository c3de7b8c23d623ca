"""A table of customers or suppliers with their terms, countries and VAT numbers."""

from __future__ import annotations

import numpy as np

from data.importers.findings import Findings
from data.importers.guess import Columns
from data.importers.lines import repeats, sort_lines
from data.importers.numbers import is_blank
from data.importers.protocol import PartnerRow, Reading, TableMapping
from data.importers.table import Table


def read_partner_table(table: Table, columns: Columns, mapping: TableMapping, file: str, form: str) -> Reading:
    """The partners of a table; a code or a name is needed, the rest may be silent."""
    findings = Findings(file, table)
    live = sort_lines(table, columns).data
    by = columns.by_field

    def said(field: str, place: int) -> str:
        text = table.column(by[field])[place].as_py() if field in by else ""
        return "" if is_blank(text) else text

    again = repeats(table.columns, live)
    rows = []
    for place in np.flatnonzero(live & ~again):
        code, name = said("partner_id", int(place)), said("partner_name", int(place))
        if not (code or name):
            findings.at([int(place)], "import.missing_partner", column=by.get("partner_id", by.get("partner_name", "")))
            continue
        rows.append(
            PartnerRow(
                partner_id=code or name,
                name=name or code,
                segment=said("segment", int(place)),
                country=said("country", int(place)),
                terms=said("terms", int(place)),
                vat_number=said("vat_number", int(place)),
            )
        )
    return Reading(
        file=file,
        format=form,
        partners=tuple(rows),
        problems=findings.problems(),
        accepted=len(rows),
        rejected=int(live.sum()) - len(rows) - int(again.sum()),
        duplicates=int(again.sum()),
        mapping=mapping,
    )
