"""A group of three companies in two currencies, worked by hand to the cent: the whole, each entity, what differs."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import cli
from data.ledger_folder import read_ledger_folder
from data.ledger_writing import write_ledger_folder
from forecasting.group.views import view_of
from forecasting.money import to_minor

GROUP = Path(__file__).parent / "data" / "group"

CERTAIN = 'kind = "certain"\nhorizon_days = 60\n'
#: What moves on which day, by hand. 1 USD is worth 0.92 EUR on the first day (the rate of three days later does not count).
WHOLE = {"2026-03-10": 8_400_00, "2026-03-12": -4_800_00, "2026-03-20": 12_000_00, "2026-03-31": 9_200_00}
BY_HAND = {
    # Two customers, a supplier; M1 and M4 from its sisters; M3 paid to Export when Nord's own books say so.
    "Nord": {
        "2026-03-10": 6_000_00,
        "2026-03-12": -4_800_00,
        "2026-03-16": 3_600_00,
        "2026-03-18": 800_00,
        "2026-03-20": 12_000_00,
        "2026-04-15": -4_600_00,
    },
    "Sud": {"2026-03-10": 2_400_00, "2026-03-16": -3_600_00, "2026-03-25": 1_200_00},
    "Export": {"2026-03-25": -1_000_00, "2026-03-31": 9_200_00, "2026-04-10": 4_600_00},
}
#: Balances on the eve: 20,000 USD are 18,400.00 EUR; 600.00 EUR of the group's cash stand on no entity's account.
OPENING = {"Nord": 60_000_00, "Sud": 25_000_00, "Export": 18_400_00}
CLOSING = {"Nord": 73_000_00, "Sud": 25_000_00, "Export": 31_200_00}


def project(out: Path, *words: object, scenario: str = CERTAIN) -> dict[str, Any]:
    file = out / "s.toml"
    out.mkdir(exist_ok=True)
    file.write_text(scenario, encoding="utf-8")
    assert cli.guarded(["project", str(GROUP), "--out", str(out), "--scenario", str(file), *map(str, words)]) == 0
    summary: dict[str, Any] = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    return summary


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def moved(out: Path) -> dict[str, int]:
    total: Counter[str] = Counter()
    for row in rows(out / "flows.csv"):
        total[row["date"]] += to_minor(row["amount"], 2)
    return dict(total)


def balances(out: Path) -> list[int]:
    return [to_minor(row["balance"], 2) for row in rows(out / "balances.csv")]


def test_the_group_without_what_its_companies_owe_each_other(tmp_path: Path) -> None:
    summary = project(tmp_path)
    assert moved(tmp_path) == WHOLE
    assert (balances(tmp_path)[0], balances(tmp_path)[-1]) == (104_000_00, 128_800_00)
    assert summary["group"]["entity"] is None
    assert summary["group"]["entities"] == ["Export", "Nord", "Sud"]
    assert [list(b.values()) for b in summary["group"]["between"]] == [
        ["Export", "Nord", 1, 4_600_00, 4_600_00],
        ["Nord", "Export", 1, 800_00, 0],
        ["Nord", "Sud", 1, 3_600_00, 3_600_00],
        ["Sud", "Export", 1, 1_200_00, 1_000_00],
    ]


@pytest.mark.parametrize("name", BY_HAND)
def test_each_entity_by_its_own_books(name: str, tmp_path: Path) -> None:
    summary = project(tmp_path, "--entity", name)
    assert moved(tmp_path) == BY_HAND[name]
    assert balances(tmp_path)[0] == OPENING[name]
    assert balances(tmp_path)[-1] == CLOSING[name]
    assert summary["group"]["entity"] == name


def test_what_the_entities_have_more_than_the_group_is_what_differs(tmp_path: Path) -> None:
    summary = project(tmp_path)
    assert sum(CLOSING.values()) + 600_00 - 128_800_00 == summary["group"]["gap_minor"] == 1_000_00
    found = rows(tmp_path / "differences.csv")
    assert [(r["seller"], r["buyer"], r["number"], r["difference"], r["gap"]) for r in found] == [
        ("Export", "Nord", "M3", "due", "0.00"),
        ("Nord", "Export", "M4", "missing_at_buyer", "800.00"),
        ("Sud", "Export", "M2", "amount", "200.00"),
    ]
    assert (found[0]["seller_due_date"], found[0]["buyer_due_date"]) == ("2026-04-10", "2026-04-15")
    assert (found[1]["seller_open"], found[1]["buyer_open"], found[1]["buyer_due_date"]) == ("800.00", "", "")
    assert (found[2]["seller_amount"], found[2]["buyer_amount"]) == ("1200.00", "1000.00")


def test_a_debtor_under_two_ids_is_judged_once(tmp_path: Path) -> None:
    judged = CERTAIN + '[[insolvency]]\npartner_id = "ALPHA"\njudgment_date = 2026-03-15\n'
    project(tmp_path / "group", scenario=judged)
    # Neither N1 nor E1 is paid; the VAT of N1 (12,000.00 at 20 %) comes back on the VAT day of the month after.
    left = {day: WHOLE[day] for day in ("2026-03-10", "2026-03-12")}
    assert moved(tmp_path / "group") == {**left, "2026-04-24": 2_000_00}
    project(tmp_path / "export", "--entity", "Export", scenario=judged)
    assert moved(tmp_path / "export") == {"2026-03-25": -1_000_00, "2026-04-10": 4_600_00}


def test_a_payment_between_companies_is_a_fact_for_both(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paid = CERTAIN + '[[payment]]\ninvoice_id = "M2"\ndate = 2026-04-01\namount = "1100.00"\n'
    project(tmp_path / "sud", "--entity", "Sud", scenario=paid)
    project(tmp_path / "export", "--entity", "Export", scenario=paid)
    assert capsys.readouterr().err == ""
    assert moved(tmp_path / "sud")["2026-04-01"] == 1_100_00
    assert moved(tmp_path / "export")["2026-04-01"] == -1_000_00
    project(tmp_path / "group", "--lang", "en", scenario=paid)
    assert "M2. Its facts about them are left out. [group.facts_left_out]" in capsys.readouterr().err
    assert moved(tmp_path / "group") == WHOLE


def test_drawn_paths_of_entities_share_their_debtors(tmp_path: Path) -> None:
    drawn = 'horizon_days = 90\npath_count = 400\n[defaults]\nmultiply_probability = "10"\n'
    means: Counter[tuple[str, str]] = Counter()
    for name in BY_HAND:
        project(tmp_path / name, "--entity", name, scenario=drawn)
        for row in rows(tmp_path / name / "components.csv"):
            if row["category"] in ("debtor_receipt", "supplier_payment"):
                means[row["date"], "moved"] += to_minor(row["mean"], 2)
    summary = project(tmp_path / "group", scenario=drawn)
    assert summary["engine_check"] == {"paths": 20, "differences": 0}
    for row in rows(tmp_path / "group" / "components.csv"):
        if row["category"] in ("debtor_receipt", "supplier_payment"):
            means[row["date"], "moved"] -= to_minor(row["mean"], 2)
    # What is left is the difference of the books; a mean is rounded once for each heading and curve.
    left = {day: amount for (day, _), amount in means.items() if abs(amount) > 4}
    expected = {"2026-03-18": 800_00, "2026-03-25": 200_00, "2026-04-10": 4_600_00, "2026-04-15": -4_600_00}
    assert left.keys() == expected.keys()
    assert all(abs(left[day] - expected[day]) <= 4 for day in expected)


@pytest.mark.parametrize("verb", ["payments", "backtest", "choose"])
def test_every_verb_that_forecasts_leaves_out_what_companies_owe_each_other(verb: str, tmp_path: Path) -> None:
    """Its files are those that it writes of a folder in which nothing is between companies, to the last byte."""
    group = read_ledger_folder(GROUP).ledger
    without = view_of(group).ledger
    write_ledger_folder(without, tmp_path / "without")
    assert read_ledger_folder(tmp_path / "without").ledger.fingerprint == without.fingerprint != group.fingerprint
    (tmp_path / "grid.toml").write_text("", encoding="utf-8")
    more = {"payments": ["--paths", "50"], "choose": ["--paths", "50", "--grid", str(tmp_path / "grid.toml")]}.get(verb, [])
    for name, folder in (("group", GROUP), ("plain", tmp_path / "without")):
        assert cli.guarded([verb, str(folder), "--out", str(tmp_path / name), *more]) == 0
    written = {path.name: path.read_bytes() for path in (tmp_path / "group").iterdir()}
    assert written and written == {path.name: path.read_bytes() for path in (tmp_path / "plain").iterdir()}


def test_payments_of_a_group_are_those_of_its_customers_outside(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.guarded(["payments", str(GROUP), "--out", str(tmp_path), "--paths", "50", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert {row["invoice_id"] for row in rows(tmp_path / "payments.csv")} == {"N1", "N2", "S1", "E1"}
    assert answer["open_minor"] == 12_000_00 + 6_000_00 + 2_400_00 + 9_200_00


@pytest.mark.parametrize(
    ("entity", "code", "said"),
    [
        ("Ouest", "group.unknown_entity", "The group has Export, Nord, Sud."),
        ("", "group.unknown_entity", "The group has Export, Nord, Sud."),
    ],
)
def test_an_entity_that_nobody_names(
    entity: str, code: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.guarded(["project", str(GROUP), "--out", str(tmp_path), f"--entity={entity}", "--lang", "en"]) == 1
    told = capsys.readouterr().err
    assert f"[{code}]" in told
    assert said in told


def test_a_company_by_itself_has_no_entity(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.guarded(["sample", "--out", str(tmp_path / "one"), "--invoices", "500", "--as-of", "2026-01-05"]) == 0
    asked = ["project", str(tmp_path / "one"), "--out", str(tmp_path / "out")]
    assert cli.guarded([*asked, "--entity", "Nord"]) == 1
    assert "[group.no_entities]" in capsys.readouterr().err
    (tmp_path / "s.toml").write_text(CERTAIN, encoding="utf-8")
    assert cli.guarded([*asked, "--scenario", str(tmp_path / "s.toml")]) == 0
    assert "group" not in json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert not (tmp_path / "out" / "differences.csv").exists()


def test_an_account_without_a_rate_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_ledger_folder(read_ledger_folder(GROUP).ledger, tmp_path / "one")
    (tmp_path / "one" / "exchange_rates.csv").unlink()
    (tmp_path / "s.toml").write_text(CERTAIN, encoding="utf-8")
    asked = ["project", str(tmp_path / "one"), "--out", str(tmp_path / "out"), "--scenario", str(tmp_path / "s.toml")]
    assert cli.guarded([*asked, "--entity", "Export", "--lang", "en"]) == 0
    assert "The account 3 of Export is in USD" in capsys.readouterr().err
    assert balances(tmp_path / "out")[0] == 0


def test_a_group_is_written_and_read_back_whole(tmp_path: Path) -> None:
    ledger = read_ledger_folder(GROUP).ledger
    write_ledger_folder(ledger, tmp_path)
    again = read_ledger_folder(tmp_path).ledger
    assert again == ledger
    assert again.accounts == ledger.accounts
    assert again.partners == ledger.partners
