"""Sellers and buyers of electronic invoices: their identifiers, and whether one of them is the company itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from data.importers.vocabulary import without_accents


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A seller or buyer: its name and every identifier that it gives, normalised; `vat` and `siren` where known."""

    name: str = ""
    identifiers: tuple[str, ...] = ()
    vat: str = ""
    siren: str = ""
    country: str = ""

    @property
    def key(self) -> str:
        """The identifier by which the party is known in every syntax: SIREN, VAT number, another one, else its name."""
        return self.siren or self.vat or (self.identifiers[0] if self.identifiers else " ".join(self.name.split()))


def normal_id(text: str) -> str:
    """An identifier without spaces, points and case."""
    return re.sub(r"[^0-9A-Z]", "", text.upper())


def siren_of(identifier: str) -> str:
    """The SIREN inside a SIREN, a SIRET or a French VAT number; "" where there is none."""
    if re.fullmatch(r"\d{9}|\d{14}", identifier):
        return identifier[:9]
    return identifier[4:] if re.fullmatch(r"FR[0-9A-Z]{2}\d{9}", identifier) else ""


def party(name: str, identifiers: Sequence[str], vat: str, french: Sequence[str], country: str) -> Party:
    """A party from what a document gives; `french` are the identifiers said to be SIREN or SIRET."""
    known = tuple(dict.fromkeys(i for i in map(normal_id, identifiers) if i))
    tax = normal_id(vat)
    siren = next((s for i in (*map(normal_id, french), tax) if (s := siren_of(i))), "")
    return Party(name=" ".join(name.split()), identifiers=known, vat=tax, siren=siren, country=country.strip().upper())


def is_party(own: str, party: Party) -> bool:
    """Whether one of the company's own identifiers, or its name, is the party's."""
    identifier = normal_id(own)
    if identifier and (identifier in party.identifiers or identifier == party.vat):
        return True
    siren = siren_of(identifier)
    if siren and siren == party.siren:
        return True
    return not any(c.isdigit() for c in own) and bool(own.strip()) and _plain_name(own) == _plain_name(party.name)


def _plain_name(name: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9]+", " ", without_accents(name)).split())
