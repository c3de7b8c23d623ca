"""What the accuracy page says: the sentence, the headline numbers, the story of a miss."""

from __future__ import annotations

from decimal import Decimal

from forecasting.backtest import Backtest, Miss
from forecasting.ledger import NO_DAY
from pages.ui.frame import Headline
from pages.ui.voice import Voice

#: A miss of an invoice that was later than this at the forecast is told as one that was late already.
_LATE_DAYS = 5


def sentence(past: Backtest, say: Voice) -> str:
    """How many of the last weeks fell in the band, and the error against everybody paying on the due date."""
    weekly = dict(past.weekly_error)
    return f"{in_band(past, say)} " + say(
        "accuracy.say.error",
        ours=say.f.percent(weekly["ours"]),
        due=say.f.percent(weekly["due_date"]),
    )


def in_band(past: Backtest, say: Voice) -> str:
    """In the last twelve forecasts, so many of the weeks that followed fell in the 80 % band."""
    weeks = past.next_weeks()
    inside = sum(week.inside_80 for week in weeks)
    return say("accuracy.say.band", number=len(weeks), count=inside)


def beside(past: Backtest, say: Voice) -> str:
    """The same in one short line beside a forecast."""
    weekly = dict(past.weekly_error)
    return say(
        "accuracy.beside",
        band=in_band(past, say).replace("**", ""),
        ours=say.f.percent(weekly["ours"]),
        due=say.f.percent(weekly["due_date"]),
    )


def headlines(past: Backtest, say: Voice) -> list[Headline]:
    """Error of weeks and of single invoices, coverage of the band, its width."""
    weekly, days = dict(past.weekly_error), dict(past.mean_absolute_error_days)
    inside = sum(week.inside_80 for week in past.weeks)
    return [
        Headline(
            label=say("accuracy.kpi.weekly"),
            value=say.f.percent(weekly["ours"], digits=1),
            second=say("accuracy.second.due", value=say.f.percent(weekly["due_date"], digits=1)),
            help=say("accuracy.definition.weekly"),
        ),
        Headline(
            label=say("accuracy.kpi.days"),
            value=_days(days["ours"], say),
            second=say("accuracy.second.due", value=_days(days["due_date"], say)),
            help=say("accuracy.definition.days"),
        ),
        Headline(
            label=say("accuracy.kpi.coverage"),
            value=say("accuracy.of", count=inside, number=len(past.weeks)),
            second=say("accuracy.second.coverage", share=say.f.percent(past.coverage_80)),
            help=say("accuracy.definition.coverage"),
        ),
        Headline(
            label=say("accuracy.kpi.width"),
            value=say.f.percent(past.band_width),
            second=say("accuracy.second.width"),
            help=say("accuracy.definition.width"),
        ),
        Headline(
            label=say("accuracy.kpi.invoices"),
            value=say.f.whole(past.invoices),
            second=say("accuracy.second.origins", count=len(past.origins)),
            help=say("accuracy.definition.invoices"),
        ),
    ]


def _days(days: float, say: Voice) -> str:
    return say("accuracy.days", days=say.f.decimal(Decimal(f"{days:.1f}"), digits=1))


def story(miss: Miss, say: Voice) -> str:
    """What was known, what was said, what happened: the miss in a sentence or two."""
    if miss.late_days > _LATE_DAYS:
        known = say("accuracy.story.late", count=miss.late_days, day=say.f.spoken_day(miss.origin))
    else:
        known = say("accuracy.story.on", day=say.f.spoken_day(miss.origin))
    said = say("accuracy.story.said", day=say.f.spoken_day(miss.forecast))
    if miss.paid == NO_DAY:
        return f"{known} {said} {say('accuracy.story.open')}"
    kind = "later" if miss.error_days < 0 else "earlier"
    return f"{known} {said} {say(f'accuracy.story.{kind}', count=abs(miss.error_days), day=say.f.spoken_day(miss.paid))}"
