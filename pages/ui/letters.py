"""Letters to a customer that pays late, in its language: reminder or formal notice, with late interest and compensation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from forecasting.dates import business_day_from
from forecasting.latepayment import LateInterest
from forecasting.reminders import NOTICE_DAYS
from pages.ui.voice import Voice

Letter = Literal["reminder", "formal_notice"]
LETTERS: Final[tuple[Letter, ...]] = ("reminder", "formal_notice")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """An invoice of a letter with what it owes on top; `interest` None where no rate is known."""

    number: str
    issue: date | None
    due: date
    open_minor: int
    interest: LateInterest | None


def letter(kind: Letter, claims: Sequence[Claimed], *, customer: str, company: str, day: int, say: Voice) -> str:
    """The whole text of a letter on a day, ready to be edited: subject, invoices, interest by semester, total, what follows."""
    first = min(claim.due for claim in claims)
    parts = [
        say(f"collect.letter.{kind}.subject", count=len(claims), day=say.f.long_day(first)),
        f"{customer}\n{say.f.long_day(day)}",
        say(f"collect.letter.{kind}.opening", count=len(claims), day=say.f.long_day(day)),
        "\n".join(_line(claim, day, say) for claim in claims),
        _total(claims, say),
        _rates(claims, say),
        say(f"collect.letter.{kind}.closing", days=NOTICE_DAYS, day=say.f.long_day(business_day_from(day + NOTICE_DAYS))),
        say("collect.letter.greeting", company=company).strip(),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _line(claim: Claimed, day: int, say: Voice) -> str:
    words = say(
        "collect.letter.line",
        number=claim.number,
        issue=say.f.short_date(claim.issue),
        due=say.f.short_date(claim.due),
        open=say.f.cents(claim.open_minor),
    )
    if claim.interest is None or not claim.interest.interest_minor:
        return words
    return words + say(
        "collect.letter.on_top",
        count=claim.interest.days,
        interest=say.f.cents(claim.interest.interest_minor),
        fixed=say.f.cents(claim.interest.fixed_compensation_minor),
    )


def _total(claims: Sequence[Claimed], say: Voice) -> str:
    known = [claim.interest for claim in claims if claim.interest is not None]
    owed = sum(claim.open_minor for claim in claims)
    interest = sum(found.interest_minor for found in known)
    fixed = sum(found.fixed_compensation_minor for found in known)
    return say(
        "collect.letter.total",
        owed=say.f.cents(owed),
        interest=say.f.cents(interest),
        fixed=say.f.cents(fixed),
        total=say.f.cents(owed + interest + fixed),
    )


def _rates(claims: Sequence[Claimed], say: Voice) -> str:
    """The rates that were applied, semester by semester; "" where none was."""
    segments = {s.semester: s for claim in claims if claim.interest for s in claim.interest.segments}
    if not segments:
        return ""
    rates = say.list(
        [
            say(
                "collect.letter.rate",
                rate=say.f.percent(segments[semester].rate, digits=2),
                half=say(f"collect.letter.half.{1 if semester.month == 1 else 2}", year=semester.year),
            )
            for semester in sorted(segments)
        ]
    )
    return say("collect.letter.rates", rates=rates)
