"""Many people at once: sessions that speak the browser's protocol, each asking "what if" and thinking, while files come in.

`python -m bench.load --sessions 50 --think 10 --minutes 10` starts the app on the sample company and prints one JSON
object: the median of a what-if on the idle server, median and 95th percentile under load, their ratio, errors, and the
imports that were acknowledged and are there at the end. A what-if ends when its answer has been sent: curves, numbers,
causes, weeks. Where many ask, that is one over the first draws, and the whole one follows by itself: for it the sessions
ask again and again, as a browser does, and it is measured too.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

ROOT: Final = Path(__file__).parents[1]
IDLE_MOVES: Final = 20
#: A what-if that takes longer than this counts as an error.
PATIENCE: Final = 120.0
_DONE: Final = {
    ForwardMsg.ScriptFinishedStatus.FINISHED_SUCCESSFULLY,
    ForwardMsg.ScriptFinishedStatus.FINISHED_FRAGMENT_RUN_SUCCESSFULLY,
}
_ROW: Final = "Facture;Client;Date;Échéance;Montant TTC\nFA-{n};Client {n};01/11/2026;01/12/2026;{n},00\n"


@dataclass(slots=True)
class Tally:
    """What all sessions have seen."""

    seconds: list[float] = field(default_factory=list)
    #: From the question to the whole answer, where first draws were shown before it.
    late: list[float] = field(default_factory=list)
    #: Questions that were left before their whole answer was there.
    left: int = 0
    errors: list[str] = field(default_factory=list)


class Person:
    """One session: opens the cockpit, moves the two sliders of the panel, waits for the whole answer."""

    def __init__(self, port: int, luck: random.Random) -> None:
        self._url, self._luck = f"ws://localhost:{port}/_stcore/stream", luck
        self._port = port
        self._sliders: dict[str, list[str]] = {}
        self._chosen: dict[str, str] = {}
        self._asked_at = 0.0
        self._fragment = ""
        #: The fragment that asks whether the whole answer is there, and every how many seconds.
        self._again: tuple[str, float] | None = None
        self._coarse = False

    @contextmanager
    def _noted(self, tally: Tally) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            tally.errors.append(f"{type(error).__name__}: {error}"[:200])

    async def work(self, tally: Tally, think: float, until: float) -> None:
        """What-ifs with thinking between them, until a moment of the clock."""
        with self._noted(tally):
            async with connect(self._url, origin=f"http://localhost:{self._port}", max_size=None) as wire:  # type: ignore[arg-type]
                await self._open(wire)
                while time.monotonic() < until:
                    await self._think(wire, tally, time.monotonic() + self._luck.uniform(0.5, 1.5) * think)
                    with self._noted(tally):
                        self._asked_at = time.monotonic()
                        tally.seconds.append(await self._ask(wire))

    async def _think(self, wire: ClientConnection, tally: Tally, until: float) -> None:
        """Look at the answer; where it is one over the first draws, ask for the whole one as a browser does."""
        while self._again:
            fragment, every = self._again
            if time.monotonic() + every > until:
                tally.left += 1
                self._again = None
                break
            await asyncio.sleep(every)
            with self._noted(tally):
                if await self._send(wire, fragment):
                    tally.late.append(time.monotonic() - self._asked_at)
        await asyncio.sleep(max(0.0, until - time.monotonic()))

    async def _open(self, wire: ClientConnection) -> None:
        message = BackMsg()
        message.rerun_script.query_string = ""
        message.rerun_script.context_info.locale = "fr-FR"
        message.rerun_script.context_info.url = f"http://localhost:{self._port}/"
        await wire.send(message.SerializeToString())
        await self._finished(wire)
        assert len(self._sliders) >= 2 and self._fragment, "the panel did not come"

    async def _ask(self, wire: ClientConnection) -> float:
        self._chosen = {name: self._luck.choice(options) for name, options in self._sliders.items()}
        self._again = None
        begin = time.monotonic()
        await self._send(wire, self._fragment)
        return time.monotonic() - begin

    async def _send(self, wire: ClientConnection, fragment: str) -> bool:
        """One run of a fragment with the sliders where they stand; whether the answer is a whole one then."""
        message = BackMsg()
        message.rerun_script.fragment_id = fragment
        for name, value in self._chosen.items():
            state = message.rerun_script.widget_states.widgets.add()
            state.id = name
            state.string_array_value.data.append(value)
        await wire.send(message.SerializeToString())
        await self._finished(wire)
        return self._again is None

    async def _finished(self, wire: ClientConnection) -> None:
        """Read until the last run is over; a run that asks for another one is followed by it at once."""
        async with asyncio.timeout(PATIENCE):
            done = False
            while True:
                try:
                    data = await asyncio.wait_for(wire.recv(), 0.05 if done else None)
                except TimeoutError:
                    return
                message = ForwardMsg()
                message.ParseFromString(data if isinstance(data, bytes) else data.encode())
                kind = message.WhichOneof("type")
                if kind == "script_finished":
                    done = message.script_finished in _DONE
                elif kind == "new_session":
                    done = False
                elif kind == "auto_rerun" and self._coarse and not self._again:
                    self._again = message.auto_rerun.fragment_id, message.auto_rerun.interval
                elif kind == "delta":
                    self._note(message)

    def _note(self, message: ForwardMsg) -> None:
        if message.delta.WhichOneof("type") == "add_block":
            key = message.delta.add_block.id.rpartition("-")[2]
            if key in ("coarse", "whole"):
                self._coarse, self._again = key == "coarse", None
            return
        element = message.delta.new_element
        assert element.WhichOneof("type") != "exception", element.exception.message
        if element.WhichOneof("type") == "slider" and len(self._sliders) < 2:
            self._sliders[element.slider.id] = list(element.slider.options)
            self._fragment = message.delta.fragment_id or self._fragment


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def wait_until_served(port: int) -> None:
    """Return once a server answers; what asks next says so where none ever does."""
    for _ in range(240):
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1):
            return
        time.sleep(0.25)


@contextmanager
def served(store: Path) -> Iterator[int]:
    """The app on a store at a free port."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port), "--server.headless", "true"]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "ENCAISSE_STORE": str(store)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until_served(port)
        yield port
    finally:
        process.terminate()
        process.wait(30)


async def imports(store: Path, folder: Path, until: float, every: float, done: list[str], errors: list[str]) -> None:
    """One file after another goes in through the running app; those that were acknowledged are noted."""
    number = 0
    while time.monotonic() < until:
        number += 1
        file = folder / f"load-{number}.csv"
        file.write_text(_ROW.format(n=1_000_000 + number), encoding="utf-8")
        call = [sys.executable, "cli.py", "import", "--store", str(store), "--kind", "customer", str(file)]
        process = await asyncio.create_subprocess_exec(
            *call, cwd=ROOT, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
        )
        _, said = await process.communicate()
        if process.returncode == 0:
            done.append(file.name)
        else:
            errors.append(said.decode()[:200])
        await asyncio.sleep(every)


async def measured(
    port: int, store: Path, folder: Path, sessions: int, think: float, minutes: float, every: float
) -> dict[str, Any]:
    """The whole measurement."""
    luck, idle, busy, done = random.Random(1), Tally(), Tally(), list[str]()
    warm = Person(port, random.Random(0))
    await warm.work(Tally(), 0.2, time.monotonic() + 15)
    alone = Person(port, luck)
    await alone.work(idle, 1.0, time.monotonic() + IDLE_MOVES * 1.3)
    until = time.monotonic() + 60 * minutes
    people = [Person(port, random.Random(100 + k)) for k in range(sessions)]

    async def arrive(person: Person, after: float) -> None:
        await asyncio.sleep(after)
        await person.work(busy, think, until)

    arrivals = (arrive(p, k * think / sessions * 2) for k, p in enumerate(people))
    await asyncio.gather(*arrivals, imports(store, folder, until, every, done, busy.errors))
    assert idle.seconds and busy.seconds, f"nothing was answered: {idle.errors + busy.errors}"
    ranked = sorted(busy.seconds)
    return {
        "sessions": sessions,
        "think_seconds": think,
        "minutes": minutes,
        "import_every_seconds": every,
        "what_ifs": len(ranked),
        "idle_median_ms": round(1e3 * statistics.median(idle.seconds)),
        "busy_median_ms": round(1e3 * statistics.median(ranked)),
        "busy_p95_ms": round(1e3 * ranked[int(0.95 * len(ranked))]),
        "p95_vs_idle_median": round(ranked[int(0.95 * len(ranked))] / statistics.median(idle.seconds), 2),
        "first_draws_first": len(busy.late) + busy.left,
        "whole_median_ms": round(1e3 * statistics.median(busy.late)) if busy.late else None,
        "whole_p95_ms": round(1e3 * sorted(busy.late)[int(0.95 * len(busy.late))]) if busy.late else None,
        "left_before_whole": busy.left,
        "errors": len(idle.errors) + len(busy.errors),
        "first_errors": (idle.errors + busy.errors)[:3],
        "imports_acknowledged": done,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=50)
    parser.add_argument("--think", type=float, default=10.0)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--every", type=float, default=30.0, help="seconds between two imports")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "load.duckdb"
        with served(store) as port:
            found = asyncio.run(
                measured(port, store, Path(folder), asked.sessions, asked.think, asked.minutes, asked.every)
            )
        from data import repository
        from data.access import FINANCE

        with repository.open_store(store) as opened:
            there = {record.file for record in repository.list_imports(opened, FINANCE) if record.undone_at is None}
        told = found.pop("imports_acknowledged")
        found |= {"imports_acknowledged": len(told), "imports_lost": len(set(told) - there)}
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
