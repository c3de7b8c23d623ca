"""The house holds: arrows point down, rooms import only what their floor allows, and every page stays a page."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

#: Floors from the top; a module may import its own floor or one below, with the exceptions that follow.
FLOORS = ("app", "cli", "commands", "pages", "pages.ui", "data", "forecasting")

#: Rooms of the core in the order of their imports: a room may import those before it.
ROOMS = (
    "version",
    "errors",
    "money",
    "dates",
    "overrides",
    "ledger",
    "ledger_build",
    "ledger_edit",
    "reference_rates",
    "latepayment",
    "dso",
    "ageing",
    "actual",
    "scenario",
    "inheritance",
    "simulation.luck",
    "behaviour",
    "activity",
    "plan",
    "vat",
    "factoring",
    "insurance",
    "simulation",
    "curve",
    "simulation.shards",
    "simulation.engine",
    "group",
    "paid",
    "drivers",
    "day",
    "choice",
    "collection",
    "reminders",
    "worklist",
    "solvency",
    "order",
    "offers",
    "matching",
    "changes",
    "backtest",
)
#: The small records that a path is written in stand below the contracts that read them.
RECORDS = {"simulation.facts": "scenario", "simulation.flows": "errors"}

#: Which package may be imported from where; everything else in its row is a breach.
FORBIDDEN = {
    "forecasting": {"streamlit", "duckdb", "pandas", "plotly", "matplotlib", "altair", "data", "pages", "requests"},
    "data": {"streamlit", "plotly", "pages"},
    "pages.ui": set(),
}


def modules() -> dict[str, Path]:
    """Every module of the product by its dotted name."""
    found = {p.stem: p for p in (ROOT / "app.py", ROOT / "cli.py") if p.exists()}
    for top in ("commands", "pages", "data", "forecasting"):
        for path in (ROOT / top).rglob("*.py"):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            found[name.removesuffix(".__init__")] = path
    return found


def imports(path: Path) -> set[str]:
    """Dotted names that a module imports, wherever the import stands."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import hides its floor"
            assert node.module
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def under(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


def floor(name: str) -> int | None:
    """How far down a module stands; the longest matching floor counts."""
    match = [f for f in FLOORS if under(name, f)]
    return FLOORS.index(max(match, key=len)) if match else None


def room(name: str) -> int | None:
    """The place of a core module in the order of imports."""
    inner = name.removeprefix("forecasting.")
    for record, stands_with in RECORDS.items():
        if under(inner, record):
            return ROOMS.index(stands_with)
    match = [r for r in ROOMS if under(inner, r)]
    return ROOMS.index(max(match, key=len)) if match else None


@pytest.mark.parametrize("name", sorted(modules()))
def test_arrows_point_down(name: str) -> None:
    mine = floor(name)
    assert mine is not None
    for target in imports(modules()[name]):
        theirs = floor(target)
        assert theirs is None or theirs >= mine, f"{name} imports {target}, which stands above it"


@pytest.mark.parametrize("name", sorted(n for n in modules() if under(n, "forecasting") and n != "forecasting"))
def test_rooms_of_the_core_import_in_order(name: str) -> None:
    mine = room(name)
    assert mine is not None, f"{name} is not in the order of rooms: give it its place in ROOMS"
    for target in imports(modules()[name]):
        if under(target, "forecasting") and target != "forecasting":
            theirs = room(target)
            assert theirs is None or theirs <= mine, f"{name} imports {target}, a later room"


@pytest.mark.parametrize("name", sorted(modules()))
def test_packages_stay_in_their_rooms(name: str) -> None:
    found = imports(modules()[name])
    tops = {f.split(".")[0] for f in found}
    for package, forbidden in FORBIDDEN.items():
        if under(name, package):
            assert not tops & forbidden, f"{name} imports {tops & forbidden}"
    if "duckdb" in tops:
        assert name == "data.store", f"{name} imports duckdb; only data/store.py may"
    if "numba" in tops:
        assert name.startswith("forecasting.simulation.kernel") or name == "data.kernel_cache", f"{name} imports numba"


@pytest.mark.parametrize("name", sorted(n for n in modules() if n.startswith("pages.") and not under(n, "pages.ui")))
def test_pages_do_not_import_each_other(name: str) -> None:
    others = {t for t in imports(modules()[name]) if t.startswith("pages.") and not under(t, "pages.ui")}
    assert not others, f"{name} imports its sibling {others}"


@pytest.mark.parametrize("banned", ["datetime.now", "date.today", "time.time", "os.environ", "open(", "random.", "locale."])
def test_the_core_has_no_clock_file_or_hidden_luck(banned: str) -> None:
    for name, path in modules().items():
        if not under(name, "forecasting"):
            continue
        code = "\n".join(ast.unparse(n) for n in ast.parse(path.read_text(encoding="utf-8")).body if not _is_docstring(n))
        assert f" {banned}" not in code and f"({banned}" not in code, f"{name} uses {banned}"


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def test_core_and_cellar_import_without_streamlit() -> None:
    names = [n for n in modules() if under(n, "forecasting") or under(n, "data")]
    code = f"import importlib, sys\nfor n in {names!r}: importlib.import_module(n)\nassert 'streamlit' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_every_module_says_its_purpose() -> None:
    for name, path in modules().items():
        doc = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
        assert doc, f"{name} has no docstring"
