"""Words of tables made plain and looked up: headers, sides, sums, document types and statuses, in the languages of our neighbours too."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from data.importers.phrases import PHRASES, SHORT
from data.importers.phrases_europe import EUROPEAN_PHRASES

#: A phrase that ends or begins with one of these keeps its meaning without it.
_TRAILERS: Final = re.compile(r"\b(?:en )?(?:euros?|eur|gbp|usd|chf|signe|signed|iso|de la ligne)$")

_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_MOJIBAKE: Final = re.compile("[ÃÂâ][\u0080-\u00bf\u2018-\u2122€‚ƒ„…†‡ˆ‰Š‹ŒŽšœžŸ]")

#: What the words above a column or a table say of the side.
CUSTOMER_WORDS: Final = re.compile(
    r"\b(?:clients?|customers?|cust|debtors?|debiteurs?|receivables?|ventes?|sales|encaissements?|411\w*|a r|ar ageing|ar aging|creances|"
    r"kunden?\w*|debitor(?:en)?\w*|forderungen|verkauf\w*|clientes|cliente|ventas|cobros|clienti|vendite|klant(?:en)?|debiteur(?:en)?\w+|verkoop\w*)\b"
)
SUPPLIER_WORDS: Final = re.compile(
    r"\b(?:fournisseurs?|suppliers?|vendors?|payees?|payables?|achats?|purchases?|(?<!invoice )bills?|decaissements?|401\w*|creanciers?|"
    r"creditors?|merchants?|beneficiar(?:y|ies)|beneficiaires?|a p|ap ageing|ap aging|dettes|"
    r"lieferant(?:en)?\w*|kreditor(?:en)?\w*|verbindlichkeiten|einkauf\w*|proveedor(?:es)?|acreedor(?:es)?|compras|fornitor[ei]|acquisti|"
    r"leverancier(?:s)?\w*|crediteur(?:en)?\w*|inkoop\w*)\b"
)

#: A first word that makes a row a sum of others.
TOTAL_WORDS: Final = re.compile(
    r"^(?:(?:sous|sub|grand|total|general)[\s-]*)?tota(?:l|ux|le|li|les|al|len)\b|^sous[\s-]totaux|^somme\b|^(?:zwischen|end|gesamt)?summen?\b|^gesamt(?:betrag)?\b|^suma\b|^solde (?:general|total|final|cumule|net)\b|"
    r"^(?:report|a reporter)\b|^cumul\b|^sum\b|^balance (?:total|totale)\b|^net total\b|^subtota(?:l|le|les|al)\b|"
    r"^ubertrag\b|^saldo (?:total|totale|totaal|final|finale)\b|^percentage of total\b|^pourcentage\b"
)

#: What a document type says: what it is by its words.
CREDIT_NOTE_WORDS: Final = re.compile(
    r"\bavoirs?\b|\bav\b|\bcredit ?(?:note|memo|invoice)s?\b|\bcreditnote\b|\bcn\b|\bcm\b|\bnotes? de credit\b|\brefund\b|"
    r"\bout_refund\b|\bin_refund\b|\b381\b|\bgutschrift\b|\baccreccredit\b|\baccpaycredit\b|\bvendor credit\b|\bfacture d avoir\b|"
    r"\brechnungskorrektur\b|\bstornorechnung\b|\bnota (?:de |di )?credito\b|\bfactura rectificativa\b|\brectificativa\b|\babono\b|"
    r"\bcreditnota\b|\bcredit ?factuur\b"
)
PAYMENT_WORDS: Final = re.compile(
    r"\breglements?\b|\bpaiements?\b|\bpayments?\b|\brglt\b|\breglt\b|\bencaissements?\b|\bvirements?\b|\bcheques?\b|\breceipts?\b|"
    r"\bacomptes?\b|\bprepayment\b|\boverpayment\b|\bbill payment\b|\bdeposit\b|\bremise\b|"
    r"\bzahlung(?:seingang)?\b|\buberweisung\b|\bpago\b|\bcobro\b|\btransferencia\b|\bpagamento\b|\bincasso\b|\bbonifico\b|\bbetaling\b"
)
VOID_WORDS: Final = re.compile(
    r"\bannule(?:e|es|s)?\b|\bvoid(?:ed)?\b|\bcancel(?:l?ed)?\b|\bdeleted\b|\bsupprime(?:e|es|s)?\b|"
    r"\bstorniert\b|\banulad[ao]s?\b|\bannullat[ao]\b|\bgeannuleerd\b"
)
#: What the status of a bank line says where no money moved.
IDLE_WORDS: Final = re.compile(
    r"\bpending\b|\breverted\b|\breversed\b|\bdeclined\b|\bfailed\b|\brefused\b|\brejected\b|\bcancel(?:l?ed)?\b|\ben attente\b|\ba venir\b|"
    r"\brefusee?s?\b|\brejetee?s?\b|\bannulee?s?\b|\bechouee?s?\b|\bechec\b"
)
DRAFT_WORDS: Final = re.compile(
    r"\bbrouillons?\b|\bdraft\b|\bproforma\b|\bpro forma\b|\bdevis\b|\bquote\b|\bestimate\b|"
    r"\bentwurf\b|\bangebot\b|\bborrador\b|\bpresupuesto\b|\bbozza\b|\bpreventivo\b|\bconcept\b|\bofferte\b"
)
PAID_WORDS: Final = re.compile(
    r"^(?:payee?s?|paid|reglee?s?|soldee?s?|settled|closed|encaissee?s?|acquittee?s?|fully paid|posted paid|"
    r"bezahlt|beglichen|ausgeglichen|pagad[ao]s?|cobrad[ao]s?|pagat[ao]|saldat[ao]|incassat[ao]|betaald|voldaan)$"
)


def without_accents(text: str) -> str:
    """Lower case without accents, ligatures opened."""
    text = text.replace("œ", "oe").replace("Œ", "oe").replace("æ", "ae")
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).casefold()


def repair(text: str) -> str:
    """UTF-8 that was once read as page 1252 ("PiÃ¨ce") put right where that is what happened."""
    if _MOJIBAKE.search(text):
        try:
            return text.encode("cp1252").decode("utf-8")
        except UnicodeError:
            return text
    return text


@lru_cache(maxsize=8192)
def normalise(text: str) -> str:
    """A header or word as its plain lower-case words: "*InvoiceNumber" and "N° de facture" lose what varies.

    >>> normalise("InvoiceNumber"), normalise("N° Facture"), normalise("Invoice #")
    ('invoice number', 'n facture', 'invoice')
    """
    spaced = _CAMEL.sub(" ", repair(text)) if not text.isupper() else repair(text)
    plain = without_accents(spaced.replace("%", " percent ").replace("°", " ").replace("º", " "))
    return " ".join(re.sub(r"[^a-z0-9]+", " ", plain).split())


def says_payment(label: str) -> bool:
    """Whether a label speaks of a payment and not of a credit note."""
    words = normalise(label)
    return bool(PAYMENT_WORDS.search(words)) and not CREDIT_NOTE_WORDS.search(words)


def _build() -> dict[str, tuple[tuple[str, int], ...]]:
    found: dict[str, list[tuple[str, int]]] = {}
    for words in (PHRASES, EUROPEAN_PHRASES):
        known = set(found)
        for name, phrases in words.items():
            for rank, phrase in enumerate(phrases.split("|")):
                if phrase not in known:
                    found.setdefault(phrase, []).append((name, rank))
    return {phrase: tuple(fields) for phrase, fields in found.items()}


_BY_PHRASE: Final = _build()


@lru_cache(maxsize=8192)
def fields_of(header: str) -> tuple[tuple[str, int], ...]:
    """The fields that a header may mean, each with its rank (0 is surest); empty where the word is unknown."""
    phrase = normalise(header)
    if found := _BY_PHRASE.get(phrase):
        return found
    inside = re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", header)
    whole = " ".join(SHORT.get(word, word) for word in phrase.split())
    for shorter in (
        whole,
        normalise(inside),
        _TRAILERS.sub("", phrase).strip(),
        phrase.removeprefix("our ").removeprefix("the "),
    ):
        if shorter != phrase and (found := _BY_PHRASE.get(shorter)):
            return found
    return ()
