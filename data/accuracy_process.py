"""The process in which past forecasts are judged: a ledger comes in, progress and the answer go out."""

from __future__ import annotations

import pickle
import sys

from data.accuracy import accuracy_of, send, stand_back
from forecasting.ledger import Ledger


def serve() -> None:
    """Takes a ledger from standard input and writes messages to standard output; no ledger, no answer."""
    stand_back()
    try:
        # From the process that started this one, and nobody else.
        ledger = pickle.load(sys.stdin.buffer)
    except EOFError:
        return
    assert isinstance(ledger, Ledger)
    out = sys.stdout.buffer
    send(out, "done", accuracy_of(ledger, lambda share: send(out, "progress", share)))


if __name__ == "__main__":
    serve()
