"""The process in which files are read apart from the server: one message in, one message out."""

from __future__ import annotations

import os
import sys

from data.importers.isolated import Limits, answer, from_message, restrain, to_message


def serve() -> None:
    """Takes limits, files and options from standard input, writes the answer to standard output; no message, no answer."""
    message = sys.stdin.buffer.read()
    if not message:
        return
    seconds, memory, tables, files, options = from_message(message)
    restrain(Limits(seconds=seconds, memory=memory))
    sys.stdout.buffer.write(to_message(answer(files, options, tables=tables)))
    sys.stdout.buffer.flush()
    os._exit(0)  # what is left to tidy in a process that ends takes longer than a small file


if __name__ == "__main__":
    serve()
