"""What the Decide page says of offers: letters, contents, the sentence, the reasons, the verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from forecasting.choice.figures import Figures
from forecasting.choice.frontier import Level, Measure, Verdict, by_cost, cheapest, risk_of, verdicts
from forecasting.choice.menu import AS_IT_STANDS
from forecasting.choice.offers import Offer
from forecasting.choice.worth import Request
from forecasting.factoring.contract import FactoringContract
from forecasting.insurance.policy import InsurancePolicy
from forecasting.ledger import Ledger
from pages.ui.cash_words import name_of
from pages.ui.frame import plain
from pages.ui.voice import Voice


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """Every offer with its figures and verdict; `chosen` the cheapest within the level, else the safest; letters by place.

    The first offer is the company without protection. `measure`: the risk by which offers are efficient or beaten.
    """

    offers: Sequence[Offer]
    figures: Sequence[Figures]
    verdicts: Sequence[Verdict]
    letters: dict[int, str]
    level: float
    chosen: int
    within: bool
    measure: Measure = "lowest"

    @property
    def efficient(self) -> list[int]:
        """Places of the efficient offers, the cheapest first."""
        return [place for place in by_cost(self.figures, self.measure) if self.verdicts[place].efficient]


def weighed(offers: Sequence[Offer], figures: Sequence[Figures], level: float, measure: Measure = "lowest") -> Weighed:
    """The efficient set, the offer that the level of risk asks for, a letter for each efficient offer and for it."""
    said = verdicts(figures, measure)
    found = cheapest(figures, Level(probability=level), measure)
    safest = min(range(len(figures)), key=lambda k: (risk_of(figures[k], "floor"), figures[k].cost_minor, k))
    chosen = safest if found is None else found
    named = [k for k in by_cost(figures, measure) if k and (said[k].efficient or k == chosen)]
    letters = {place: _letter(count) for count, place in enumerate(named)}
    return Weighed(
        offers=offers,
        figures=figures,
        verdicts=said,
        letters=letters,
        level=level,
        chosen=chosen,
        within=found is not None,
        measure=measure,
    )


def _letter(count: int) -> str:
    """A to Z, then AA, AB and so on.

    >>> _letter(0), _letter(25), _letter(26)
    ('A', 'Z', 'AA')
    """
    return ("" if count < 26 else _letter(count // 26 - 1)) + chr(ord("A") + count % 26)


def content(offer: Offer, say: Voice) -> str:
    """What an offer is made of: the names of its contracts, then how it differs from them."""
    names = [plain(c.name or say(f"app.variant.{v}")) for v, c in _contracts(offer) if c is not None]
    if not names:
        return say("decide.unprotected")
    parts = [words for axis, text in offer.values if (words := _part(axis, text, offer, say))]
    return " + ".join(names) + (f" · {', '.join(parts)}" if parts else "")


def _contracts(offer: Offer) -> tuple[tuple[str, FactoringContract | InsurancePolicy | None], ...]:
    return ("factoring", offer.factoring), ("insurance", offer.insurance)


def _part(axis: str, text: str, offer: Offer, say: Voice) -> str:
    if axis == "factoring.draw_policy":
        return say(f"decide.part.draw_{text}")
    if text == AS_IT_STANDS:
        return ""
    return say(f"decide.part.{axis}", count=text)


def sentence(found: Weighed, say: Voice) -> str:
    """Which offer to take and what more money would add."""
    figures, free = found.figures[found.chosen], found.figures[0]
    level, letter = say("decide.level_value", share=say.f.percent(found.level)), found.letters.get(found.chosen, "")
    cost, chance = say.f.amount(figures.cost_minor), say.f.chance(figures.probability_below_floor)
    if found.chosen == 0:
        key = "decide.say.none_needed" if found.within else "decide.say.none_helps"
        return say(key, chance=say.f.chance(free.probability_below_floor), level=level)
    if not found.within:
        return say("decide.say.none_enough", level=level, letter=letter, chance=chance, cost=cost)
    words = say("decide.say.best", letter=letter, lowest=say.f.amount(figures.minimum_p05_minor, signed=True), cost=cost)
    dearer = [k for k in found.efficient if found.figures[k].cost_minor > figures.cost_minor]
    if dearer and found.measure == "floor":
        left = say.f.chance(found.figures[dearer[0]].probability_below_floor)
        if left != chance:  # less than can be read is no news
            words += " " + say("decide.say.more_floor", letter=found.letters[dearer[0]], chance=left)
    elif dearer:
        gain = found.figures[dearer[0]].minimum_p05_minor - figures.minimum_p05_minor
        words += " " + say("decide.say.more", letter=found.letters[dearer[0]], gain=say.f.amount(gain))
    return words


def reasons(found: Weighed, ledger: Ledger, say: Voice) -> list[str]:
    """Why the chosen offer: where its lowest point lies, what it adds to the next cheaper one, which risks it leaves."""
    figures, free = found.figures[found.chosen], found.figures[0]
    side = "above" if figures.minimum_p05_minor >= ledger.cash_floor_minor else "below"
    told = [say(f"decide.reason.{side}", amount=say.f.amount(figures.minimum_p05_minor, signed=True))]
    if found.chosen == 0:
        return told
    cheaper = [k for k in found.efficient if found.figures[k].cost_minor < figures.cost_minor]
    # What it adds to no protection is said of the floor anyway.
    if cheaper and (found.measure == "lowest" or cheaper[-1]):
        before = found.figures[cheaper[-1]]
        told.append(
            say(
                "decide.reason.against" if found.measure == "lowest" else "decide.reason.against_floor",
                gain=say.f.amount(figures.minimum_p05_minor - before.minimum_p05_minor, signed=True),
                before=say.f.chance(before.probability_below_floor),
                after=say.f.chance(figures.probability_below_floor),
                other=found.letters.get(cheaper[-1], say("decide.unprotected").lower()),
                cost=say.f.amount(figures.cost_minor - before.cost_minor),
            )
        )
    for key, name in (("chance", "probability_below_floor"), ("overdraft", "probability_below_overdraft")):
        before_share, after_share = getattr(free, name), getattr(figures, name)
        told.append(say(f"decide.reason.{key}", before=say.f.chance(before_share), after=say.f.chance(after_share)))
    told.append(say("decide.reason.retained", amount=say.f.amount(figures.retained_minor)))
    return told


def warnings(offer: Offer, paths: int, say: Voice) -> list[str]:
    """What to watch before signing."""
    told = []
    if offer.factoring is not None:
        told.append(say("decide.warn.notice"))
        if offer.factoring.recourse:
            told.append(say("decide.warn.recourse"))
        if offer.factoring.draw_policy == "on_demand" and offer.factoring.funding_delay_bd:
            told.append(say("decide.warn.on_demand", count=offer.factoring.funding_delay_bd))
    if offer.insurance is not None:
        told.append(say("decide.warn.insured", share=say.f.percent(1 - offer.insurance.insured_pct)))
        if offer.insurance.premium_min_minor:
            told.append(say("decide.warn.minimum"))
    return [*told, say("decide.warn.few", paths=say.f.whole(paths)), say("decide.warn.assumed")]


def verdict(found: Weighed, place: int, say: Voice) -> str:
    """Why an offer is taken, kept in view, or left."""
    if place == found.chosen:
        return say("decide.verdict.chosen")
    said = found.verdicts[place]
    if said.by is None:
        return say("decide.verdict.efficient")
    by = found.letters.get(said.by, say("decide.unprotected").lower())
    riskier = said.lower_minor > 0 if found.measure == "lowest" else said.likelier > 0
    key = {(True, True): "both", (True, False): "dearer", (False, True): "lower"}.get(
        (said.dearer_minor > 0, riskier), "same"
    )
    if found.measure == "floor" and riskier:
        key += "_floor"
    return say(
        f"decide.verdict.{key}",
        by=by,
        dearer=say.f.amount(said.dearer_minor),
        lower=say.f.amount(said.lower_minor),
        chance=say.f.chance(found.figures[place].probability_below_floor),
        better=say.f.chance(found.figures[said.by].probability_below_floor),
    )


def request_words(request: Request, ledger: Ledger, now: str, then: str, say: Voice) -> str:
    """What is asked of the factor or the insurer."""
    if request.ask == "limit":
        return say("decide.ask.limit", name=plain(name_of(ledger, request.partner_id)), now=now, then=then)
    return say(f"decide.ask.{request.ask}", now=now, then=then)


def clause_name(request: Request, say: Voice) -> str:
    """The clause as its form names it."""
    return say(f"{request.kind}.clause.{request.field}")


def value_words(request: Request, value: object, say: Voice) -> str:
    """A clause's value in the reader's language."""
    if value is None:
        return "—"
    if isinstance(value, Decimal):
        return say.f.percent(value, digits=2) if value <= 1 else say.f.decimal(value)
    if isinstance(value, tuple):
        return say.f.whole(len(value))
    if request.field.endswith("_minor") or request.ask == "limit":
        return say.f.units(int(str(value)))
    return str(value)
