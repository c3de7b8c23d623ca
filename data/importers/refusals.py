"""A file that is not taken, with the reason."""

from __future__ import annotations

from data.importers.protocol import Reading
from forecasting.errors import problem


def refused(
    file: str, form: str, code: str, *, row: int | None = None, column: str = "", rejected: int = 0, **values: object
) -> Reading:
    """A reading of nothing, with the one problem that says why."""
    return Reading(
        file=file,
        format=form,
        problems=(problem(code, file=file, row=row, column=column, severity="error", **values),),
        rejected=rejected,
    )
