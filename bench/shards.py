"""A projection shared out to two workers on Ray, against two threads of one process.

`python -m bench.shards` (packages of requirements-ray.txt) prints `overhead`, wanted at 0.15 or less with two processors
to itself, and digests that must all be alike. Both ways take turns and the fastest of each counts. `busy_overhead` is the
same in processor seconds, for a machine that others use too.
"""

from __future__ import annotations

import json
import tempfile
from datetime import date
from pathlib import Path
from typing import Final

from data.kernel_cache import use_kernel_cache
from data.sample import sample_company, write_sample

INVOICES: Final = 10_000
ROUNDS: Final = 5


def main() -> None:
    """Measure and print."""
    use_kernel_cache()
    # Imported after the cache has its place, which the compiler asks for when the kernel is imported.
    from bench.workers import measure

    with tempfile.TemporaryDirectory() as folder:
        write_sample(sample_company(date(2026, 1, 5), seed=1, invoices=INVOICES), Path(folder))
        print(json.dumps(measure(Path(folder).resolve(), ROUNDS), indent=1))


if __name__ == "__main__":
    main()
