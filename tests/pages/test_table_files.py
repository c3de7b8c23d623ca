"""Every table can be taken as a file that tells what the screen tells, and every figure has its numbers beside it."""

from __future__ import annotations

import ast
import csv
import io
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forecasting.scenario import Scenario
from forecasting.simulation import engine
from pages.ui import figure_tables, frame
from pages.ui.charts.drivers import Bridge
from pages.ui.frame import Table, plain
from pages.ui.i18n import Language
from pages.ui.table_files import bare, table_csv
from pages.ui.voice import voice_of
from tests.pages.fixtures.company import small_sample
from tests.pages.test_pages import company, opened

__all__ = ["company"]

PAGES = Path(__file__).parents[2] / "pages"
#: A figure whose numbers stand in a folded list that says more than a table of its points would.
ELSEWHERE = {"frontier": "decide_all"}
#: Tables without a file of their own, and why: the function that draws them.
BARE = {
    "listing": "draws the button beneath it",
    "folded_table": "the page brings its own files",
    "table": "every offer has its file in the list below",
    "_differences": "the gap has its file, day by day",
    "calendar": "the calendar has its file",
    "trail": "the trail has its file, whole",
    "_problems": "the problems have their file, in the bar",
    "_first_rows": "a look at the reader's own file",
    "between": "the sums of each pair of companies, of which the list below has the invoices",
    "curve": "the key of the figure on a phone",
}


def rows_of(content: Table, language: Language, currency: str = "EUR") -> list[list[str]]:
    """The file read back, as a spreadsheet of the language would."""
    raw = table_csv(content, voice_of(language, currency))
    assert raw.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig")), delimiter=";" if language == "fr" else ","))


def written(language: Language, currency: str = "EUR") -> Table:
    say = voice_of(language, currency)
    return Table(
        columns={
            "Who": [plain("=Acier (SA) *x*"), ":red[:material/error: late \\: 3]", "—"],
            "exact": [123_456_789, -5, None],
            "units": [1_975_049, 0, 50],
            "thousands": [1284, -3, 0],
            "share": [0.07, 0.0034, 1.0],
            "days": [12.345, np.float64(1234.5), float("nan")],
            "words": [3, -1, 0],
            "count": [1, 2, 3],
        },
        writers={
            "exact": lambda v: say.f.cents(int(v), signed=True, symbol=False),
            "units": lambda v: say.f.units(int(v)),
            "thousands": lambda v: say.f.whole(int(v), signed=True),
            "share": lambda v: say.f.chance(float(v)),
            "days": lambda v: say.f.decimal(Decimal(f"{v:.1f}"), digits=1),
            "words": lambda v: "none" if v < 0 else f"{v} d",
        },
    )


def test_numbers_are_numbers_in_the_reader_s_marks() -> None:
    head, first, second, third = rows_of(written("fr"), "fr")
    assert head == ["Who", "exact", "units", "thousands", "share", "days", "words", "count"]
    assert first == ["'=Acier (SA) *x*", "1234567,89", "19750,49", "1284", "0,0700", "12,3", "3 d", "1"]
    assert second == ["late : 3", "-0,05", "0,00", "-3", "0,0034", "1234,5", "none", "2"]
    assert third == ["—", "", "0,50", "0", "1,0000", "", "0 d", "3"]
    assert rows_of(written("en"), "en")[1][1:6] == ["1234567.89", "19750.49", "1284", "0.0700", "12.3"]


@pytest.mark.parametrize(("currency", "told"), [("TND", ["123456.789", "1975.049"]), ("XOF", ["123456789", "1975049"])])
def test_the_currency_s_own_digits_count(currency: str, told: list[str]) -> None:
    assert rows_of(written("en", currency), "en", currency)[1][1:3] == told


def test_what_somebody_typed_comes_back_and_runs_nowhere() -> None:
    for typed in ("*a* [b](c) :red[d] `e` $f$ \\g", "-1+1", "@x", "+33 1", "a | b", "<b>"):
        assert bare(plain(typed)) == typed
        told = rows_of(Table(columns={plain(typed): [plain(typed)]}), "en")
        assert told == [[f"'{typed}" if typed[0] in "=+-@" else typed]] * 2


def test_a_phone_s_file_keeps_the_columns_that_its_screen_leaves_out() -> None:
    narrow = written("en").only(["Who", "exact"]).only(["Who"])
    assert list(narrow.columns) == ["Who"] and rows_of(narrow, "en") == rows_of(written("en"), "en")


def test_steps_and_curves_are_told_as_drawn() -> None:
    say = voice_of("en")
    told = figure_tables.steps(Bridge(start=("a", 5), causes=(("b_c", -7),), result=("d", -2)), say)
    assert rows_of(told, "en") == [["Step", "Amount, €k"], ["a", "5"], ["b_c", "-7"], ["d", "-2"]]
    of = small_sample().ledger()
    short, long = (engine.project(of, Scenario(horizon_days=days, path_count=20)).curves["baseline"] for days in (30, 60))
    table = rows_of(figure_tables.curves([("1 · x", short), ("2 · x", long)], say), "en")
    assert table[0][1:] == ["1 · x", "2 · x"] and len(table) == 1 + -(-60 // 7)
    assert table[-1][1] == "" and int(table[-1][2]) == say.f.thousands(int(long.p50_minor[-1]))
    assert int(table[1][1]) == say.f.thousands(int(short.p50_minor[6])) == int(table[1][2])


# ── laws ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def calls(of: ast.AST, *names: str) -> Iterator[tuple[str, str]]:
    """Name and key of the calls of such names, wherever they stand."""
    for node in ast.walk(of):
        if isinstance(node, ast.Call):
            whole = ast.unparse(node.func)
            name = whole.rpartition(".")[2]
            if name in names or whole in names:
                keys = [k.value for k in node.keywords if k.arg == "key" and isinstance(k.value, ast.Constant)]
                yield name, str(keys[0].value) if keys else ""


def functions() -> Iterator[tuple[str, ast.FunctionDef, str]]:
    """Every function of the screens with its module and its module's text."""
    for path in sorted(PAGES.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                yield path.relative_to(PAGES).as_posix(), node, text


def figures_without_a_table(found: Iterator[tuple[str, ast.FunctionDef, str]]) -> tuple[int, list[str]]:
    """How many figures are drawn, and those beside which no folded table is named after them."""
    count, alone = 0, []
    for module, function, text in found:
        if module == "ui/frame.py":
            continue
        tables = {key for _, key in calls(function, "folded_table")}
        for name, key in calls(function, "figure", "plotly_chart"):
            if module.startswith("ui/charts/") and name == "figure":
                continue
            count += 1
            beside = ELSEWHERE.get(key)
            if not (key and (f"{key}_table" in tables or (beside and f'key="{beside}"' in text))) or name != "figure":
                alone.append(f"{module}: {function.name} {key}")
    return count, alone


def test_every_figure_has_its_numbers_beside_it() -> None:
    count, alone = figures_without_a_table(functions())
    assert count >= 14 and not alone, alone


def test_the_law_would_see_a_figure_alone() -> None:
    text = 'def f():\n    frame.figure(x, key="a", alt="")\n    frame.folded_table(say, y, key="b_table")\n'
    function = ast.parse(text).body[0]
    assert isinstance(function, ast.FunctionDef)
    assert figures_without_a_table(iter([("ui/x.py", function, text)])) == (1, ["ui/x.py: f a"])


def test_every_table_has_a_file() -> None:
    """A table is drawn with its file, but for those that are listed with a reason; a key stands once."""
    bare_ones, keys = set(), []
    for module, function, _ in functions():
        if not module.startswith(("ui/reports/", "ui/charts/")):
            bare_ones |= {function.name for _ in calls(function, "frame.table")}
            bare_ones |= {function.name for _ in calls(function, "table") if module == "ui/frame.py"}
            keys += [key for _, key in calls(function, "listing")] if module != "ui/frame.py" else []
    assert bare_ones == set(BARE)
    assert len(keys) > 35 and len(keys) == len(set(keys)) and all(keys)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_files_of_the_pages_can_be_made(company: Path, monkeypatch: pytest.MonkeyPatch, language: Language) -> None:
    """Each page's tables as files: as many columns as told, every row as wide, numbers where the screen has numbers."""
    made: dict[str, bytes] = {}
    drawn = frame.listing

    def watched(say: Any, content: Table, *, key: str, alt: str, whole: Callable[[], Table] | None = None) -> None:
        made[key] = table_csv(whole or content, say)
        drawn(say, content, key=key, alt=alt, whole=whole)

    monkeypatch.setattr(frame, "listing", watched)
    pages = {"invoices": "invoices", "customers": "exposure", "collect": "worklist", "factoring": "factoring_cost"}
    for page, key in pages.items():
        app = opened(page, language)
        assert any(b.label == "CSV" for b in app.get("download_button")), page
        rows = list(csv.reader(io.StringIO(made[key].decode("utf-8-sig")), delimiter=";" if language == "fr" else ","))
        assert len(rows) > 3 and len({len(row) for row in rows}) == 1
        number = rows[1][1 if key == "factoring_cost" else -1]
        assert number
    every = list(csv.reader(io.StringIO(made["invoices"].decode("utf-8-sig")), delimiter=";" if language == "fr" else ","))
    assert all(Decimal(row[-1].replace(",", ".")) for row in every[1:]), "open invoices with what is open on them"
