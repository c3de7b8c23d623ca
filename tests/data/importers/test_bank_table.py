"""Lines of a bank account as tables: what stands above, beside and between them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from data import repository as repo
from data.access import FINANCE
from data.importers.protocol import ReadOptions
from tests.data.importers.shared_files import codes, read_text


@pytest.mark.parametrize(
    ("text", "account", "balance"),
    [
        (
            "Compte : FR76 3000 6000 0112 3456 7890 189;;;\nSolde au 31/03/2026;1 230,50 EUR;;\n;;;\n"
            "Date comptable;Libellé opération;Montant;Devise\n02/03/2026;VIR DUPONT;250,50;EUR\n03/03/2026;FRAIS;-20,00;EUR\n",
            "FR7630006000011234567890189",
            123050,
        ),
        (
            "Solde précédent au 28/02/2026 : 900,00 €\nSolde au 31/03/2026 : -1 230,50 €\n\n"
            "Date;Libellé;Débit;Crédit\n02/03/2026;VIR DUPONT;;250,50\n03/03/2026;FRAIS;20,00;\n",
            "main",
            -123050,
        ),
    ],
)
def test_the_balance_above_the_lines_is_what_the_account_held(text: str, account: str, balance: int) -> None:
    reading = read_text(text)
    assert (reading.accepted, reading.total_minor, codes(reading)) == (2, {"EUR": 23050}, [])
    (closing,) = reading.balances
    assert (closing.account_id, closing.day, closing.balance_minor, closing.kind) == (
        account,
        date(2026, 3, 31),
        balance,
        "closing",
    )


def test_the_account_that_was_said_counts_for_this_file_and_is_not_remembered(tmp_path: Path) -> None:
    text = "Date;Libellé;Débit;Crédit;Solde\n02/03/2026;VIR DUPONT;;250,50;1 250,50\n03/03/2026;FRAIS;20,00;;1 230,50\n"
    silent = read_text(text)
    assert silent.mapping is not None and {row.account_id for row in silent.bank} == {"main"}
    said = read_text(text, ReadOptions(mapping=replace(silent.mapping, account="FR76")))
    assert {row.account_id for row in (*said.bank, *said.balances)} == {"FR76"}
    asked = [note.code for note in silent.notes if note not in said.notes]
    assert asked == ["import.question.account"]
    with repo.create_store(tmp_path / "s.duckdb") as store:
        assert said.mapping is not None
        repo.save_mapping(store, FINANCE, said.mapping)
        found = repo.mapping_for(store, FINANCE, said.mapping.signature)
    assert found == silent.mapping


def test_a_balance_older_than_the_lines_is_none() -> None:
    reading = read_text("Solde au 01/03/2026 : 900,00\n\nDate;Libellé;Montant\n02/03/2026;A;250,50\n15/03/2026;B;-20,00\n")
    assert not reading.balances and reading.accepted == 2


def test_fees_beside_the_amounts_and_lines_that_were_not_booked() -> None:
    reading = read_text(
        "Type,Product,Started Date,Completed Date,Description,Amount,Fee,Currency,State,Balance\n"
        "TOPUP,Current,2026-03-02 10:00:00,2026-03-02 10:00:01,DUPONT,250.50,0.50,EUR,COMPLETED,1250.00\n"
        "CARD_PAYMENT,Current,2026-03-03 10:00:00,2026-03-04 10:00:01,SHOP,-20.00,1.00,EUR,COMPLETED,1229.00\n"
        "CARD_PAYMENT,Current,2026-03-03 10:00:00,,SHOP,-20.00,0.00,EUR,PENDING,\n"
    )
    assert [row.amount_minor for row in reading.bank] == [25000, -2100]
    assert [(b.kind, b.balance_minor) for b in reading.balances] == [("opening", 100000), ("closing", 122900)]
    assert codes(reading) == ["import.not_booked"] and reading.rejected == 0


def test_the_other_party_of_each_line() -> None:
    reading = read_text(
        "Date de l'opération (UTC),Nom de la contrepartie,Montant total (TTC),Devise,Référence,Statut,Méthode de paiement\n"
        "2026-03-02 10:00,DUPONT,250.50,EUR,F-1,Exécuté,Virement\n2026-03-03 10:00,SHOP,-20.00,EUR,,Exécuté,Carte\n"
    )
    assert [(row.counterparty, row.reference, row.amount_minor) for row in reading.bank] == [
        ("DUPONT", "F-1", 25050),
        ("SHOP", "", -2000),
    ]


def test_a_balance_that_does_not_follow_refuses_the_statement() -> None:
    reading = read_text("Date;Libellé;Montant;Solde\n02/03/2026;A;10,00;110,00\n03/03/2026;B;10,00;125,00\n")
    assert codes(reading) == ["import.balance_step"] and not reading.bank
