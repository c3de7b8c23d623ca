"""Whatever stands in a file, reading it gives a record or a list of problems, never anything else."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from data.contract_files import read_factoring_file, read_insurance_file
from data.ledger_folder import read_ledger_folder
from data.mapping_files import read_mapping_file
from data.scenario_files import read_scenario_file
from forecasting.errors import InputRejected
from pages.ui.i18n import Translator
from tests.data.test_ledger_folder import FULL, folder_of
from tests.data.test_scenario_files import FULL as SCENARIO

#: What people and programs put where it does not belong.
SCRAPS = [
    b"", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\r", b"\n\n", b'"', b'""', b"'", b",", b",,,,,,", b";", b"[", b"]", b"[[", b"{", b"}",
    b"=", b"=1+1", b"@x", b"-", b"--1", b"1e99", b"nan", b"inf", b"99999999999999999999", b"0.0000000001", b"1,5", b"\xc2\xa01",
    b"2026-02-30", b"9999-12-31", b"0001-01-01", b"2026-01-01T00:00:00", b"true", b"null", b"\xe2\x80\xae", b"{count}", b"%s",
    b"a" * 200_000, b"[x]\n", b"[[x]]\n", b"x = 1\n", b"# ",
]  # fmt: skip


def spoiled(content: bytes, luck: random.Random) -> bytes:
    """A few cuts, insertions and swaps."""
    for _ in range(luck.randint(1, 4)):
        at = luck.randint(0, len(content))
        until = min(len(content), at + luck.choice([0, 0, 1, 5, 40]))
        content = content[:at] + luck.choice(SCRAPS) + content[until:]
    return content


def told(read: Callable[[], object]) -> None:
    """Reads, and words what is wrong in both languages."""
    try:
        read()
    except InputRejected as rejected:
        for found in rejected.problems:
            assert Translator("fr").problem(found) and Translator("en").problem(found)


def spoil_ledgers(where: Path, seeds: range) -> None:
    for seed in seeds:
        luck = random.Random(seed)
        files: dict[str, str | bytes] = dict(FULL)
        for name in luck.sample(sorted(files), 2):
            files[name] = spoiled(FULL[name].encode(), luck)
        folder_of(where, files)
        told(lambda: read_ledger_folder(where))


FACTORING = b"""contract_type = "full_notified"
recourse = false
start_date = 2026-01-01
guarantee_payout_days = 30
draw_windows = [[2026-03-01, 2026-03-31]]
ineligible = ["public"]
[debtors]
only = ["A"]
[approvals]
A = "5000.00"
[cover_source]
A = "factor"
[[index]]
from = 2026-01-01
rate = "0.02"
[[approval_change]]
partner_id = "A"
from = 2026-02-01
amount = "1.00"
"""
INSURANCE = b"""insured_pct = "0.9"
start_date = 2026-01-01
instalments = [{date = 2026-01-15, share = "0.25"}, {date = 2026-04-15, share = "0.75"}]
[limits]
A = "5000.00"
[[limit_change]]
partner_id = "A"
from = 2026-02-01
amount = "1.00"
[[bonus_malus]]
loss_ratio_up_to = "0.3"
change = "-0.1"
"""
MAPPING = b"""side = "customer"
date_order = "dmy"
decimal = ","
header_row = 1
[columns]
"N\xc2\xb0 facture" = "number"
"""


def spoil_toml(where: Path, seeds: range) -> None:
    readers: list[tuple[bytes, Callable[[Path], object]]] = [
        (FACTORING, read_factoring_file),
        (INSURANCE, read_insurance_file),
        (SCENARIO.encode(), read_scenario_file),
        (MAPPING, read_mapping_file),
    ]
    path = where / "x.toml"
    for seed in seeds:
        luck = random.Random(seed)
        for content, read in readers:
            path.write_bytes(spoiled(content, luck))
            told(lambda read=read: read(path))  # type: ignore[misc]


def test_spoiled_ledgers(tmp_path: Path) -> None:
    spoil_ledgers(tmp_path, range(150))


def test_spoiled_toml_files(tmp_path: Path) -> None:
    spoil_toml(tmp_path, range(150))


@pytest.mark.proof
def test_thousands_of_spoiled_files(tmp_path: Path) -> None:
    spoil_ledgers(tmp_path, range(150, 4_000))
    spoil_toml(tmp_path, range(150, 4_000))


def test_an_endless_number_is_cut_short(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "customer_invoices.csv": f"invoice_id,partner_id,issue_date,due_date,amount\nF1,A,2025-12-01,2026-01-30,{'9' * 100_000}\n"
    }
    with pytest.raises(InputRejected) as rejected:
        read_ledger_folder(folder_of(tmp_path, files))
    assert [(p.code, len(dict(p.values)["text"])) for p in rejected.value.problems] == [("value.amount_too_large", 40)]
