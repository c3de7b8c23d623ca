"""The pack as a document for paper: A4 across, PDF/A-2a, fonts embedded, figures as vectors.

Typst sets the page. Its template is a file of ours; what the reader's data say reaches it as JSON and is never run.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Final

import typst

from pages.ui.reports import drawn, palette
from pages.ui.reports.pack import Pack, with_total, written
from pages.ui.reports.words import clean, printable

_HERE: Final = Path(__file__).parent
#: A4 across less its margins, in points.
WIDTH: Final = 762.0
#: Invoices that a printed pack lists.
PRINTED_INVOICES: Final = 40
STANDARD: Final = "a-2a"


@lru_cache(maxsize=1)
def fonts() -> typst.Fonts:
    """The fonts that documents are set in, and no others."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(_HERE / "fonts")])


@lru_cache(maxsize=1)
def _template() -> bytes:
    return (_HERE / "report.typ").read_bytes()


def pdf(pack: Pack) -> bytes:
    """The document; the same pack gives the same bytes, since its date is the data's."""
    compiler = typst.Compiler(_template(), font_paths=fonts(), ignore_system_fonts=True)
    made = compiler.compile(
        sys_inputs={"pack": json.dumps(_printable(content(pack)), ensure_ascii=False)},
        format="pdf",
        pdf_standards=[STANDARD],
        timestamp=pack.view.outlook.ledger.as_of * 86_400,
    )
    assert isinstance(made, bytes)
    return made


def _printable(told: object) -> object:
    """The same data with every word in letters that the fonts have."""
    if isinstance(told, str):
        return printable(told)
    if isinstance(told, dict):
        return {name: _printable(value) for name, value in told.items()}
    return [_printable(value) for value in told] if isinstance(told, list) else told


def content(pack: Pack) -> dict[str, object]:
    """What the template prints: words, drawings and tables, all as data."""
    view, say = pack.view, pack.say
    shown = say(f"app.variant.{view.shown}")
    return {
        "lang": say.t.language,
        "brand": palette.BRAND,
        "ink": palette.TEXT,
        "quiet": palette.LABEL,
        "hairline": palette.HAIRLINE,
        "wash": palette.WASH,
        "danger": palette.DANGER,
        "title": pack.title,
        "subtitle": pack.subtitle,
        "footer": pack.footer,
        "sentence": [{"words": words, "bold": bold} for words, bold in pack.sentence],
        "numbers": [
            {
                "label": clean(n.label),
                "value": clean(n.value),
                "second": clean(n.second),
                "tone": n.tone,
                "aside": clean(n.aside),
            }
            for n in pack.numbers
        ],
        "comment": clean(view.comment),
        "curve": {
            "title": say("cash.curve_title", unit=say.f.unit),
            "note": f"{say('cash.bands')} · {shown}",
            "drawing": drawn.curve(view, say, 540, 300).data(),
        },
        "causes": {
            "title": say("cash.causes_title"),
            "note": shown,
            "drawing": drawn.causes(view, say, 190, 290).data(),
        },
        "weeks": {
            "title": say("cash.weeks_title", unit=say.f.unit),
            "note": shown,
            "drawing": drawn.weeks(view, say, WIDTH, 190).data(),
        },
        "tables": _tables(pack),
        "facts": [{"name": clean(name), "value": clean(value)} for name, value in pack.facts],
        "facts_title": say("pack.sheet.basis"),
        "assumptions_title": say("pack.assumption.names"),
        "assumptions": [clean(words) for words in pack.assumptions],
    }


def _tables(pack: Pack) -> dict[str, object]:
    """The printed tables: offers where they were weighed, weeks, variants, costs, a balance every second week, the largest invoices."""
    say, balance = pack.say, pack.sheet("balance")
    ends = sorted({*range(13, len(balance.rows), 14), len(balance.rows) - 1})
    unit, shown = say.f.unit, say("pack.of_shown", variant=say(f"app.variant.{pack.view.shown}"))
    listed = min(PRINTED_INVOICES, len(pack.sheet("invoices").rows))
    offers: dict[str, object] = (
        {"offers": _table(pack, "offers", say("decide.table_title", unit=unit), note=pack.advice)}
        if pack.has("offers")
        else {}
    )
    return offers | {
        "weeks": _table(pack, "weeks", ""),
        "variants": _table(pack, "variants", say("pack.table.variants", unit=unit)),
        "costs": _table(pack, "costs", say("pack.table.costs", unit=unit), total=True),
        "balance": _table(pack, "balance", say("pack.table.balance", unit=unit), rows=ends, note=shown),
        "invoices": _table(pack, "invoices", say("pack.table.invoices", count=listed, unit=unit), rows=range(listed)),
    }


def _table(
    pack: Pack, code: str, title: str, *, rows: range | list[int] | None = None, total: bool = False, note: str = ""
) -> dict[str, object]:
    say = pack.say
    sheet = with_total(pack.sheet(code), say) if total else pack.sheet(code)
    head, body = written(sheet, say, None if rows is None else list(rows))
    numeric = [column.kind in ("amount", "chance", "count") for column in sheet.columns]
    return {
        "title": clean(title),
        "note": clean(note),
        "head": head,
        "rows": body,
        "numeric": numeric,
        "strong_last": total,
    }
