"""The process in which files are read apart from the server: one message in, one message out."""

from __future__ import annotations

import sys

from data.importers.isolated import Limits, answer, from_message, restrain, to_message


def serve(limits: Limits) -> None:
    """Takes a task, files and options from standard input, writes the answer to standard output, within limits."""
    message = sys.stdin.buffer.read()
    restrain(limits)
    task, files, options = from_message(message)
    sys.stdout.buffer.write(to_message(answer(task, files, options)))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    serve(Limits(seconds=float(sys.argv[1]), memory=int(sys.argv[2])))
