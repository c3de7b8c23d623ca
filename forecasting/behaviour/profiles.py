"""How late each partner pays an invoice that does not exist yet, as few curves that many partners share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from forecasting.behaviour.clock import Clock
from forecasting.behaviour.history import PaymentHistory
from forecasting.behaviour.learning import Behaviour
from forecasting.behaviour.library import FIRST, LAST, library_hazards
from forecasting.behaviour.overrides import shift_days
from forecasting.behaviour.runs import payment_chances
from forecasting.behaviour.terms import NUMERIC, ZONES, log_odds
from forecasting.overrides import NONE, Overrides

Floats = npt.NDArray[np.float64]

#: First calendar-day offset from the due date that a profile knows, and the number of its bins.
FIRST_OFFSET: Final = -60
OFFSETS: Final = 256
#: Most curves that partners share; half of them at most are kept for shifts that the user states.
PROFILES_MAX: Final = 256
#: Paid invoices from which a partner has a profile of its own.
OWN_PROFILE_INVOICES: Final = 8
#: Clock steps from issue to due date where no invoice shows any.
_TERM: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class DelayProfiles:
    """Delay curves for future business, and which partner of the ledger follows which.

    pmf float64 (k, 256): probability of being paid `FIRST_OFFSET + j` calendar days after the due date, the last bin
    holds later or never; rows sum to 1. profile int32 (partners,): row of each partner of `Ledger.partners`.
    assumed bool (k,): the row is the library's default curve, to be labelled "assumption".
    """

    pmf: npt.NDArray[np.float64]
    profile: npt.NDArray[np.int32]
    assumed: npt.NDArray[np.bool_]


def delay_profiles(
    behaviour: Behaviour, history: PaymentHistory, max_profiles: int = PROFILES_MAX, overrides: Overrides = NONE
) -> DelayProfiles:
    """The delay curve of every partner for invoices still to be issued, at most `max_profiles` of them.

    Row 0 is everybody's curve (the library's where nothing was ever paid: assumed). Partners with at least 8 paid
    invoices have their own, those with most invoices first; the others follow their segment, or everybody. A curve runs
    from the usual term before the due date on, in clock steps, and is turned into calendar days as an average over the
    seven weekdays of the due date. `history` gives terms and segments; its partners are those of the ledger. A shift that
    the user states moves the curve of whom it concerns by so many calendar days.
    """
    shift = shift_days(history, overrides)
    shifted = np.flatnonzero(shift)
    max_profiles -= min(len(shifted), max_profiles // 2)
    curves = behaviour.curves
    number = curves.counts.number
    known = bool(number.sum() > 0)
    own = np.flatnonzero(number >= OWN_PROFILE_INVOICES)
    segments = np.unique(curves.segment_of[np.flatnonzero(number)]) if known else np.zeros(0, dtype=np.int32)
    segments = segments[: max(0, (max_profiles - 1) // 2)] if len(segments) > 1 else segments[:0]
    own = own[np.lexsort((own, -number[own]))][: max_profiles - 1 - len(segments)]
    common = curves.common if known else library_hazards(5 / 7 if behaviour.clock.business else 1.0)
    hazard = np.concatenate([common[None, :], curves.segment[segments], partner_hazards(behaviour, own)])
    profile = np.zeros(history.partners, dtype=np.int32)
    for row, segment in enumerate(segments.tolist(), start=1):
        profile[curves.segment_of == segment] = row
    profile[own] = 1 + len(segments) + np.arange(len(own))
    term = _usual_term(behaviour, history)
    terms = np.concatenate([np.full(1 + len(segments), int(np.median(term)) if len(term) else _TERM), term[own]])
    pmf = _calendar_curve(hazard, terms, behaviour.clock)
    assumed = np.zeros(len(pmf), dtype=np.bool_)
    assumed[0] = not known
    return _shifted(DelayProfiles(pmf=pmf, profile=profile, assumed=assumed), shift, shifted[: PROFILES_MAX // 2])


def _shifted(profiles: DelayProfiles, shift: npt.NDArray[np.int64], partners: npt.NDArray[np.intp]) -> DelayProfiles:
    """The profiles with a row more for each (row, shift) of the given partners; what leaves an end stays in its bin."""
    if not len(partners):
        return profiles
    pairs, place = np.unique(np.stack([profiles.profile[partners], shift[partners]]), axis=1, return_inverse=True)
    moved = np.zeros((pairs.shape[1], OFFSETS))
    for k, (row, days) in enumerate(pairs.T.tolist()):
        # The last bin is "later or never": it receives and never gives.
        target = np.clip(np.arange(OFFSETS) + days, 0, OFFSETS - 1)
        target[-1] = OFFSETS - 1
        np.add.at(moved[k], target, profiles.pmf[row])
    profile = profiles.profile.copy()
    profile[partners] = len(profiles.pmf) + place.ravel()
    return DelayProfiles(
        pmf=np.concatenate([profiles.pmf, moved]),
        profile=profile,
        assumed=np.concatenate([profiles.assumed, profiles.assumed[pairs[0]]]),
    )


def partner_hazards(behaviour: Behaviour, partners: npt.NDArray[np.intp]) -> Floats:
    """A partner's curve as the odds layer reads it on an ordinary day; float64 (k, 191)."""
    curves, weights = behaviour.curves, behaviour.coefficients
    curve = log_odds(curves.partner[partners])
    smooth = log_odds(curves.location.hazard[partners]) - log_odds(curves.smooth[partners])
    zone = np.digitize(np.arange(FIRST, LAST + 1), ZONES)
    together = np.clip(np.log2((curves.counts.number + 1) / (curves.counts.runs + 1)) / 4, 0.0, 1.0)[partners, None]
    usual = log_odds(np.clip(curves.settlement.usual[partners, None] * curves.run[partners], 1e-5, 0.99)) - curve
    by_name = {name: weights[i] for i, (name, *_) in enumerate(NUMERIC)}
    coded = weights[len(NUMERIC) :]
    zones = len(ZONES) + 1
    odds = by_name["one"] + by_name["curve"] * curve + by_name["smooth_against_counted"] * smooth
    odds += (by_name["run"] + by_name["run_in_runs"] * together) * usual + by_name["in_runs"] * together
    odds += coded[:zones][zone] + coded[-zones:][zone] * curve
    hazard: Floats = expit(odds)
    return hazard


def _usual_term(behaviour: Behaviour, history: PaymentHistory) -> npt.NDArray[np.int64]:
    """Each partner's median number of clock steps from issue to due date, everybody's where it has no invoice; (C,)."""
    steps = behaviour.clock.at(history.due).astype(np.int64) - behaviour.clock.at(history.issue)
    everybody = int(np.median(steps)) if len(steps) else _TERM
    term = np.full(history.partners, everybody, dtype=np.int64)
    order = np.lexsort((steps, history.partner))
    partner = history.partner[order]
    first = np.searchsorted(partner, np.arange(history.partners))
    size = np.searchsorted(partner, np.arange(history.partners), side="right") - first
    have = size > 0
    term[have] = steps[order][(first + size // 2)[have]]
    return np.clip(term, 0, -FIRST)


def _calendar_curve(hazard: Floats, terms: npt.NDArray[np.int64], clock: Clock) -> Floats:
    """Hazards by clock step as chances by calendar day around the due date, later or never last; float64 (k, 256)."""
    step = np.arange(FIRST, LAST + 1)
    chance = payment_chances(np.where(step[None, :] >= -terms[:, None], hazard, 0.0))
    pmf = np.zeros((len(hazard), OFFSETS))
    weekdays = range(7) if clock.business else range(1)
    for weekday in weekdays:
        offset = _calendar_offset(step, weekday) if clock.business else step
        column = np.clip(offset - FIRST_OFFSET, 0, OFFSETS - 1)
        for cell, at in enumerate(column.tolist()):
            pmf[:, at] += chance[:, cell] / len(weekdays)
    pmf[:, -1] += np.maximum(1.0 - pmf.sum(axis=1), 0.0)
    scaled: Floats = pmf / pmf.sum(axis=1, keepdims=True)
    return scaled


def _calendar_offset(step: npt.NDArray[np.int64], weekday: int) -> npt.NDArray[np.int64]:
    """Calendar days from a due date on `weekday` to the business day `step` steps from it (from the next Monday where it
    falls on a week-end); holidays apart."""
    wait = (7 - weekday) if weekday >= 5 else 0
    start = 0 if weekday >= 5 else weekday
    week, day = np.divmod(start + step, 5)
    offset: npt.NDArray[np.int64] = wait + 7 * week + day - start
    return offset


__all__ = ["FIRST_OFFSET", "OFFSETS", "DelayProfiles", "delay_profiles"]
