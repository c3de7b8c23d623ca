"""The management pack in words: what every page, slide and sheet says, taken from the functions that the screen uses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from pages.ui import decide_words
from pages.ui.cash_words import headlines, sentence
from pages.ui.frame import Headline
from pages.ui.reports.sheets import Cell, Sheet, assumed, facts, scenario_told, sheets
from pages.ui.reports.view import View
from pages.ui.reports.words import clean, runs
from pages.ui.voice import Voice


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A view with its words: title, the sentence in parts, headline numbers, tables, what the figures rest on.

    `advice` is the sentence of the Decide page, "" where no offer was weighed.
    """

    view: View
    say: Voice
    title: str
    subtitle: str
    sentence: tuple[tuple[str, bool], ...]
    numbers: tuple[Headline, ...]
    sheets: tuple[Sheet, ...]
    facts: tuple[tuple[str, str], ...]
    advice: str
    assumptions: tuple[str, ...]

    def has(self, code: str) -> bool:
        """Whether there is such a table."""
        return any(s.code == code for s in self.sheets)

    def sheet(self, code: str) -> Sheet:
        """One of the tables."""
        return next(s for s in self.sheets if s.code == code)

    @property
    def spoken(self) -> str:
        """The sentence without its bold parts told apart."""
        return "".join(words for words, _ in self.sentence)

    @property
    def footer(self) -> str:
        """What stands at the foot of everything: company, day, scenario, luck, model, and that it promises nothing."""
        say, view = self.say, self.view
        day = say("app.as_of", day=say.f.long_day(view.outlook.ledger.as_of))
        projection = view.outlook.projection
        luck = say("pack.footer_luck", seed=projection.seed, model=projection.model_version)
        parts = (view.company, day, scenario_told(view, say), luck, say("app.promise"))
        return clean(" · ".join(part for part in parts if part))


def pack_of(view: View, say: Voice) -> Pack:
    """The pack of a view in a language."""
    day = say("app.as_of", day=say.f.long_day(view.outlook.ledger.as_of))
    return Pack(
        view=view,
        say=say,
        title=say("cash.title"),
        subtitle=clean(" · ".join(part for part in (view.company, day) if part)),
        sentence=tuple(runs(sentence(view.outlook, say))),
        numbers=tuple(headlines(view.outlook, say, phone=False)),
        sheets=sheets(view, say),
        facts=facts(view, say),
        advice="" if view.weighed is None else "".join(w for w, _ in runs(decide_words.sentence(view.weighed, say))),
        assumptions=tuple(words for _, words in assumed(view, say)),
    )


def written(sheet: Sheet, say: Voice, rows: Sequence[int] | None = None) -> tuple[list[str], list[list[str]]]:
    """A table in the reader's language, amounts in whole thousands as on the screen: head and rows of text."""
    writers = [_writer(column.kind, say) for column in sheet.columns]
    chosen = sheet.rows if rows is None else [sheet.rows[k] for k in rows]
    return (
        [clean(column.title) for column in sheet.columns],
        [[write(cell) for write, cell in zip(writers, row, strict=True)] for row in chosen],
    )


def with_total(sheet: Sheet, say: Voice) -> Sheet:
    """A table of amounts with the sum of each column as its last row, summed before anything is rounded."""
    if not sheet.rows:
        return sheet
    sums: list[Cell] = [say("pack.total.name")]
    sums += [sum(cell for row in sheet.rows if isinstance(cell := row[k], int)) for k in range(1, len(sheet.columns))]
    return replace(sheet, rows=(*sheet.rows, tuple(sums)))


def month_format(say: Voice, pattern: str = "mmm yy") -> str:
    """How office programs write months on an axis: in the pack's language, whatever the reader's machine speaks."""
    return f"[$-{'40C' if say.t.language == 'fr' else '809'}]{pattern}"


def _writer(kind: str, say: Voice) -> Callable[[object], str]:
    def write(cell: object) -> str:
        if cell is None:
            return "—"
        if kind == "amount":
            assert isinstance(cell, int)
            return clean(say.f.whole(say.f.thousands(cell), signed=True))
        if kind == "day":
            assert isinstance(cell, int)
            return say.f.day_year(cell)
        if kind == "chance":
            assert isinstance(cell, float)
            return clean(say.f.chance(cell))
        return clean(str(cell))

    return write
