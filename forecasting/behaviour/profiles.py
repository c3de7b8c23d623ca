"""How late each partner pays an invoice that does not exist yet, as few curves that many partners share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

#: First calendar-day offset from the due date that a profile knows, and the number of its bins.
FIRST_OFFSET: Final = -60
OFFSETS: Final = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class DelayProfiles:
    """Delay curves for future business, and which partner of the ledger follows which.

    pmf float64 (k, 256): probability of being paid `FIRST_OFFSET + j` calendar days after the due date, the last bin
    holds later or never; rows sum to 1. profile int32 (partners,): row of each partner of `Ledger.partners`.
    assumed bool (k,): the row is the library's default curve, to be labelled "assumption".
    """

    pmf: npt.NDArray[np.float64]
    profile: npt.NDArray[np.int32]
    assumed: npt.NDArray[np.bool_]
