"""What the bench of workers says: a digest names every figure that they hand back, processor seconds are everybody's."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

from bench.company import expectations
from bench.measure import busy_seconds
from bench.workers import digest
from forecasting.scenario import Scenario
from forecasting.simulation.engine import simulate, sums_of
from forecasting.simulation.shards import Shard, merged, shards_of
from tests.forecasting.simulation.questions import FACTORING, INSURANCE, small


def test_the_digest_is_of_the_figures_and_not_of_the_way() -> None:
    ledger = small()
    book = simulate(ledger, Scenario(horizon_days=60), learnt=expectations(ledger))
    whole = sums_of(book, FACTORING, INSURANCE, Shard(first=0, stop=30), threads=2)
    parts = [(shard, sums_of(book, FACTORING, INSURANCE, shard, threads=1)) for shard in shards_of(30, 7)]
    assert digest(merged(reversed(parts), 30)) == digest(whole)
    both = whole["both"]
    one_cent_more = both.balance.copy()
    one_cent_more[3, 5] += 1
    flows = both.daily.copy()
    flows[1, 5] += 1
    others = (
        replace(both, balance=one_cent_more),
        replace(both, daily=flows),
        replace(both, loss={**both.loss, "unpaid": both.loss["unpaid"] + 1}),
        replace(both, account={}),
    )
    assert len({digest(whole), *(digest({**whole, "both": other}) for other in others)}) == 1 + len(others)


def test_processor_seconds_are_those_of_what_was_started_too() -> None:
    code = "import time\nwhile time.process_time() < 0.4: pass\nprint(flush=True)\ntime.sleep(60)"
    before = busy_seconds()
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stdout.readline()
        spent = busy_seconds() - before
        process.kill()
    assert 0.3 < spent < 5
