"""Ageing bands above the columns of aged balances: how many days late their amounts are."""

from __future__ import annotations

import re
from typing import Final

from data.importers.vocabulary import normalise

#: Ageing bands: the header of a column, and how many days late its youngest and oldest open amount is.
_NOT_DUE: Final = re.compile(
    r"non echus?|non echue?s?|not (?:yet )?due|current|a echoir|echoir|pas echu|en cours|at date|a la date|0 day|courant|not overdue|"
    r"(?:noch )?nicht fallig|(?:noch )?nicht faellig|no vencid[ao]s?|sin vencer|por vencer|al corriente|non scadut[oaie]|a scadere|in scadenza|"
    r"(?:nog )?niet vervallen|lopend|corrente"
)
_FROM_TO: Final = re.compile(
    r"(?:de |from )?(?:j |d )?(\d{1,3}) ?(?:jours?|days?|j|d)? ?(?:a|to|et|and|-|–)? ?(?:j |d )?(\d{1,3}) ?(?:jours?|days?|j|d)?(?: .*)?"
)
_OVER: Final = re.compile(
    r"(?:plus de |over |superieur a |sup |au dela de |more than |de plus de |greater than )(\d{1,3}) ?(?:jours?|days?|j|d)?(?: .*)?|(\d{1,3}) ?(?:jours?|days?)? ?(?:et plus|and over|or more|plus)(?: .*)?"
)
_UNDER: Final = re.compile(r"(?:moins de |less than |inferieur a |inf |under )(\d{1,3}) ?(?:jours?|days?|j|d)?(?: .*)?")
#: Words of other languages put into those that the patterns know.
_SAME: Final = (
    (re.compile(r"\b(?:tagen?|dias|giorni|gg|dagen|dgn)\b"), "jours"),
    (
        re.compile(r"\b(?:uber|ueber|mehr als|mas de|oltre|piu di|meer dan|ouder dan|alter als|boven)(?: (?:i|los|de))?\b"),
        "plus de",
    ),
    (re.compile(r"^(?:bis(?: zu)?|hasta|fino a|tot|entro) "), "moins de "),
    (re.compile(r"\b(?:bis|hasta|al|tot|t m)\b"), "a"),
    (re.compile(r"^(?:von|desde|da|dal|van) "), "de "),
)
_MONTHS: Final = {
    "1 month": (31, 60),
    "2 months": (61, 90),
    "3 months": (91, 120),
    "1 mois": (31, 60),
    "2 mois": (61, 90),
    "3 mois": (91, 120),
}


def ageing_band(header: str) -> tuple[int, int | None] | None:
    """How many days late the amounts of an ageing column are, from and to (None: and more); None where it is none.

    Not yet due is (0, 0). Signs < and > are read before words are normalised.

    >>> ageing_band("31 - 60 jours"), ageing_band("> 90"), ageing_band("Non échu"), ageing_band("Montant TTC")
    ((31, 60), (90, None), (0, 0), None)
    """
    signs = header.strip().replace(">", " plus de ").replace("<", " moins de ")
    phrase = normalise(re.sub(r"^\+(?: ?de\b)?", " plus de ", re.sub(r"\+$", " et plus", signs)))
    for other, known in _SAME:
        phrase = other.sub(known, phrase)
    phrase = re.sub(
        r"^(?:echue?s?|overdue|past due|en retard|uberfallig|vencid[ao]s?|scadut[oaie]|vervallen) (?=\w)(?:de )?",
        "",
        phrase,
    )
    if phrase in {"older", "anterieur", "plus ancien", "au dela", "alter", "ouder", "anterior", "precedenti"}:
        return (121, None)
    if phrase in {"moins de 1 month", "moins de 1 mois"}:
        return (1, 30)
    if phrase in _MONTHS:
        return _MONTHS[phrase]
    if _NOT_DUE.fullmatch(phrase):
        return (0, 0)
    if found := _OVER.fullmatch(phrase):
        return (int(found.group(1) or found.group(2)), None)
    if found := _UNDER.fullmatch(phrase):
        return (1, int(found.group(1)))
    if (found := _FROM_TO.fullmatch(phrase)) and int(found.group(1)) < int(found.group(2)):
        return (int(found.group(1)), int(found.group(2)))
    return None
