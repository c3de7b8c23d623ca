"""The pack as a workbook: exact values, formulas that follow them, native charts, the invoices behind the curve.

Every formula carries the value that it has, so that a reader without a calculator sees the same figures. Text never
becomes a formula or a link, whatever it begins with.
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any, Final

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from forecasting.money import Currency
from pages.ui.reports import palette
from pages.ui.reports.pack import Pack, month_format
from pages.ui.reports.sheets import Cell, Sheet
from pages.ui.reports.words import clean

_HEAD: Final = 3  # rows above the first value: title, what it is, column heads
#: 1 January 1970 as spreadsheets count days.
_FIRST_DAY: Final = 25_569
_OPTIONS: Final = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_BODY: Final = {"font_name": "Arial", "font_size": 10, "font_color": palette.TEXT}


def workbook(pack: Pack) -> bytes:
    """The workbook's bytes."""
    target = BytesIO()
    with xlsxwriter.Workbook(target, dict(_OPTIONS)) as book:
        _Book(book, pack).write()
    return target.getvalue()


class _Book:
    """One workbook in the making."""

    def __init__(self, book: Any, pack: Pack) -> None:
        self.book, self.pack, self.say = book, pack, pack.say
        self.exponent = Currency(pack.say.f.currency).exponent
        self.made: dict[tuple[tuple[str, object], ...], Any] = {}
        self.names = {sheet.code: clean(sheet.title)[:31] for sheet in pack.sheets}
        book.set_properties({"title": f"{pack.title} · {pack.subtitle}", "author": "Encaisse", "comments": pack.footer})
        book.set_calc_mode("auto")

    def style(self, **wanted: object) -> Any:
        """A cell format, each made once."""
        key = tuple(sorted({**_BODY, **wanted}.items()))
        if key not in self.made:
            self.made[key] = self.book.add_format(dict(key))
        return self.made[key]

    def number(self, kind: str, cell: Cell = None) -> dict[str, object]:
        """How cells of a kind are written: amounts to the cent, days in the reader's order, chances as on the screen."""
        cents = "." + "0" * self.exponent if self.exponent else ""
        day = "dd/mm/yyyy" if self.say.t.language == "fr" else "dd mmm yyyy"
        formats = {"amount": f"#,##0{cents};[Red]\u2212#,##0{cents};0", "day": day, "count": "0"}
        formats["chance"] = self._chance(cell if isinstance(cell, float) else 0)
        return {"num_format": formats[kind]} if kind in formats else {}

    def value(self, cell: Cell, kind: str) -> Any:
        """A cell's value as the workbook holds it."""
        if cell is None:
            return None
        if kind == "amount":
            assert isinstance(cell, int)
            return cell / 10**self.exponent if self.exponent else cell
        if kind == "day":
            assert isinstance(cell, int)
            return cell + _FIRST_DAY
        return clean(cell) if isinstance(cell, str) else cell

    # ── sheets ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def write(self) -> None:
        """Summary first, then every table."""
        summary = self.book.add_worksheet(clean(self.say("pack.sheet.summary"))[:31])
        formulas: dict[str, Callable[[Sheet, int, int], str]] = {
            "flows": self._net,
            "weeks": self._weekly,
            "causes": self._result,
            "variants": self._of_variant,
        }
        for sheet in self.pack.sheets:
            self._table(sheet, formulas.get(sheet.code))
        self._summary(summary)

    def _table(self, sheet: Sheet, formula: Callable[[Sheet, int, int], str] | None) -> None:
        page = self.book.add_worksheet(self.names[sheet.code])
        self._dress(page, sheet.title)
        for k, column in enumerate(sheet.columns):
            right = column.kind in ("amount", "chance", "count")
            head = self.style(bold=True, bottom=2, text_wrap=True, valign="bottom", align="right" if right else "left")
            page.write_string(_HEAD - 1, k, clean(column.title), head)
            page.set_column(k, k, {"text": 26, "day": 13, "amount": 16, "chance": 11, "count": 8}[column.kind])
        for r, row in enumerate(sheet.rows):
            for k, (cell, column) in enumerate(zip(row, sheet.columns, strict=True)):
                style = self.style(bottom=4, bottom_color=palette.HAIRLINE, **self.number(column.kind, cell))
                value = self.value(cell, column.kind)
                live = formula(sheet, r, k) if formula and value is not None else ""
                if live:
                    page.write_formula(_HEAD + r, k, live, style, value)
                elif value is None:
                    page.write_blank(_HEAD + r, k, None, style)
                elif column.kind == "text":
                    page.write_string(_HEAD + r, k, str(value), style)
                else:
                    page.write_number(_HEAD + r, k, value, style)
        self._totals(page, sheet)
        page.freeze_panes(_HEAD, 1)
        if sheet.code == "invoices" and sheet.rows:
            page.autofilter(_HEAD - 1, 0, _HEAD + len(sheet.rows) - 1, len(sheet.columns) - 1)

    def _dress(self, page: Any, title: str) -> None:
        """Title, foot and paper of a sheet."""
        page.hide_gridlines(2)
        page.set_row(0, 26)
        page.write_string(0, 0, clean(title), self.style(font_name="Georgia", font_size=17))
        page.write_string(1, 0, self.pack.footer, self.style(font_color=palette.LABEL, font_size=9))
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.repeat_rows(_HEAD - 1)
        page.set_footer("&L&8" + self.pack.footer.replace("&", "&&")[:200] + "&R&8&P / &N")

    def _totals(self, page: Any, sheet: Sheet) -> None:
        """A last row of sums where sums mean something."""
        if sheet.code not in ("costs", "invoices", "weeks") or not sheet.rows:
            return
        if sheet.code == "invoices" and len({row[sheet.column("currency")] for row in sheet.rows}) > 1:
            return
        last = _HEAD + len(sheet.rows)
        page.write_string(last, 0, clean(self.say("pack.total.name")), self.style(bold=True, top=1))
        function = "SUBTOTAL(109," if sheet.code == "invoices" else "SUM("
        for k, column in enumerate(sheet.columns):
            if column.kind == "amount":
                total = sum(int(row[k] or 0) for row in sheet.rows)
                style = self.style(bold=True, top=1, **self.number("amount"))
                area = f"{xl_col_to_name(k)}{_HEAD + 1}:{xl_col_to_name(k)}{last}"
                page.write_formula(last, k, f"={function}{area})", style, self.value(total, "amount"))

    # ── formulas ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def area(self, code: str, column: int) -> str:
        """A column of a table as a formula names it."""
        name, last = self.names[code].replace("'", "''"), _HEAD + len(self.pack.sheet(code).rows)
        letter = xl_col_to_name(column)
        return f"'{name}'!${letter}${_HEAD + 1}:${letter}${last}"

    def cell(self, code: str, row: int, column: int) -> str:
        """One cell of a table as a formula names it."""
        name = self.names[code].replace("'", "''")
        return f"'{name}'!${xl_col_to_name(column)}${_HEAD + 1 + row}"

    def _net(self, sheet: Sheet, row: int, column: int) -> str:
        """The net of a day or week: the sum of its headings."""
        if column != len(sheet.columns) - 1:
            return ""
        line = _HEAD + 1 + row
        return f"=SUM(B{line}:{xl_col_to_name(column - 1)}{line})"

    def _weekly(self, sheet: Sheet, row: int, column: int) -> str:
        """A week's flow: the days of it, from the table of days."""
        if column == 0:
            return ""
        if column == len(sheet.columns) - 1:
            return self._net(sheet, row, column)
        flows, line = self.pack.sheet("flows"), _HEAD + 1 + row
        code = sheet.columns[column].code
        if code not in [c.code for c in flows.columns]:
            return ""
        until = f"A{line + 1}" if row + 1 < len(sheet.rows) else f"(A{line}+7)"
        days = self.area("flows", 0)
        return f'=SUMIFS({self.area("flows", flows.column(code))},{days},">="&A{line},{days},"<"&{until})'

    def _result(self, sheet: Sheet, row: int, column: int) -> str:
        """The lowest point: cash today with every cause added."""
        return f"=SUM(B{_HEAD + 1}:B{_HEAD + row})" if column == 1 and row == len(sheet.rows) - 1 else ""

    def _of_variant(self, sheet: Sheet, row: int, column: int) -> str:
        """A variant's lowest point and day from the table of balances, its cost from the table of costs."""
        code, balance, costs = sheet.columns[column].code, self.pack.sheet("balance"), self.pack.sheet("costs")
        median = self.area("balance", 1 + row)
        if code == "lowest":
            return f"=MIN({median})"
        if code == "day":
            place = sheet.column("lowest")
            return f"=INDEX({self.area('balance', balance.column('day'))},MATCH({xl_col_to_name(place)}{_HEAD + 1 + row},{median},0))"
        if code == "cost" and row > 0 and costs.rows:
            return f"=SUM({self.area('costs', row)})"
        return ""

    # ── summary ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _summary(self, page: Any) -> None:
        """Sentence, headline numbers as formulas, charts."""
        page.activate()
        self._dress(page, self.pack.title + " · " + self.pack.subtitle)
        page.set_portrait()
        page.fit_to_pages(1, 1)
        page.set_column(0, 4, 25)
        page.set_row(2, 44)
        page.merge_range(2, 0, 2, 4, "", self.style())
        bold, plain = (
            self.style(font_name="Georgia", font_size=13, bold=True),
            self.style(font_name="Georgia", font_size=13),
        )
        parts = [part for words, strong in self.pack.sentence for part in (bold if strong else plain, words)]
        wrap = self.style(text_wrap=True, valign="vcenter")
        if len(self.pack.sentence) > 1:
            page.write_rich_string(2, 0, *parts, wrap)
        else:
            page.write_string(2, 0, self.pack.spoken, self.style(font_name="Georgia", font_size=13, text_wrap=True))
        for k, (number, live) in enumerate(zip(self.pack.numbers, self._headlines(), strict=True)):
            page.write_string(4, k, clean(number.label), self.style(top=5, font_size=9))
            formula, kind, value = live
            big = self.style(font_size=20, bold=True, align="left", num_format=self._big(kind, value))
            if formula:
                page.write_formula(5, k, formula, big, value)
            else:
                page.write_string(5, k, clean(number.value), big)
            red = palette.DANGER if number.tone == "red" else palette.LABEL
            page.write_string(6, k, clean(number.second), self.style(font_color=red, font_size=9))
            page.write_string(7, k, clean(number.aside), self.style(font_color=palette.LABEL, font_size=9))
        page.set_row(5, 30)
        page.insert_chart(9, 0, self._curve(), {"object_position": 2})
        page.insert_chart(32, 0, self._bars(), {"object_position": 2})

    def _chance(self, probability: float) -> str:
        """The format of a chance: what the screen says in words where whole percents would claim certainty."""
        words = clean(self.say.f.chance(probability))
        return "0%" if words[0].isdigit() else f'"{words}"'

    def _big(self, kind: str, value: float) -> str:
        unit = self.say.f.unit if self.say.t.language == "fr" else ""
        if kind == "chance":
            return self._chance(value)
        plus = "+" if kind == "gain" else ""
        if self.say.t.language == "fr":
            return f'{plus}#,##0"\u00a0{unit}";\u2212#,##0"\u00a0{unit}"'
        symbol = self.say.f.symbol
        return f'{plus}"{symbol}"#,##0"k";\u2212"{symbol}"#,##0"k"'

    def _headlines(self) -> list[tuple[str, str, float]]:
        """Formula, kind and value of the five headline numbers, in whole thousands as on the screen."""
        outlook, f = self.pack.view.outlook, self.say.f
        table, best = self.pack.sheet("variants"), outlook.best
        variants = list(outlook.projection.curves)
        low, cost = table.column("lowest"), table.column("cost")
        thousand = 1000
        today = outlook.ledger.opening_cash_minor
        found: list[tuple[str, str, float]] = [
            (f"=ROUND({self.cell('causes', 0, 1)}/{thousand},0)", "amount", f.thousands(today)),
            (
                f"=ROUND({self.cell('variants', 0, low)}/{thousand},0)",
                "amount",
                f.thousands(outlook.baseline.lowest.median_minor),
            ),
            (f"={self.cell('variants', 0, table.column('risk'))}", "chance", outlook.baseline.probability_below_floor_ever),
        ]
        if best is None:
            return [*found, ("", "amount", 0), ("", "gain", 0)]
        row = variants.index(best)
        protected = f.thousands(outlook.projection.curves[best].lowest.median_minor)
        gain = (
            f"=ROUND({self.cell('variants', row, low)}/{thousand},0)-ROUND({self.cell('variants', 0, low)}/{thousand},0)",
            "gain",
            protected - f.thousands(outlook.baseline.lowest.median_minor),
        )
        spent = f"=ROUND({self.cell('variants', row, cost)}/{thousand},0)"
        return [*found, (spent, "amount", f.thousands(outlook.cost_minor(best))), gain]

    # ── charts ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def _curve(self) -> Any:
        """The balance per day as lines that the reader can edit."""
        chart, balance, view = self.book.add_chart({"type": "line"}), self.pack.sheet("balance"), self.pack.view
        days = "=" + self.area("balance", 0)
        color = palette.VARIANT[view.shown]
        for code in ("p05", "p95"):
            line = {"color": color, "width": 0.75, "dash_type": "square_dot", "transparency": 35}
            self._series(chart, balance, balance.column(code), days, line)
        dashes = {"baseline": "solid", "factoring": "dash", "insurance": "round_dot", "both": "solid"}
        for k, variant in enumerate(view.outlook.projection.curves):
            width = 2.5 if variant == view.shown else 1.5
            line = {"color": palette.VARIANT[variant], "width": width, "dash_type": dashes[variant]}
            self._series(chart, balance, 1 + k, days, line)
        title = self.say("cash.curve_title", unit=self.say.f.unit)
        month = {"date_axis": True, "num_format": month_format(self.say), "major_unit": 1, "major_unit_type": "months"}
        self._finish(chart, title, month, (960, 440))
        return chart

    def _bars(self) -> Any:
        """Thirteen weeks by heading, stacked."""
        chart, weeks = self.book.add_chart({"type": "column", "subtype": "stacked"}), self.pack.sheet("weeks")
        for k, column in enumerate(weeks.columns[1:-1], start=1):
            color = palette.CASH_IN if column.code == "customers" else palette.CASH_OUT
            fill = {"fill": {"color": palette.VARIANT["both"] if column.code == "protection" else color}}
            patterns = {"wages": "wide_upward_diagonal", "tax": "small_grid", "rent": "percent_20"}
            patterns |= {"financing": "light_horizontal", "other": "light_vertical"}
            if column.code in patterns:
                fill = {"pattern": {"pattern": patterns[column.code], "fg_color": color, "bg_color": "#FFFFFF"}}
            name = f"='{self.names['weeks']}'!${xl_col_to_name(k)}${_HEAD}"
            categories, values = "=" + self.area("weeks", 0), "=" + self.area("weeks", k)
            chart.add_series({"name": name, "categories": categories, "values": values, "gap": 70, "overlap": 100, **fill})
        title = self.say("cash.weeks_title", unit=self.say.f.unit)
        self._finish(chart, title, {"text_axis": True, "num_format": month_format(self.say, "d mmm")}, (960, 340))
        return chart

    def _series(self, chart: Any, sheet: Sheet, column: int, days: str, line: dict[str, object]) -> None:
        name = f"='{self.names[sheet.code]}'!${xl_col_to_name(column)}${_HEAD}"
        chart.add_series({"name": name, "categories": days, "values": "=" + self.area(sheet.code, column), "line": line})

    def _finish(self, chart: Any, title: str, axis: dict[str, object], size: tuple[int, int]) -> None:
        small = {"name": "Arial", "size": 9, "color": palette.LABEL}
        chart.set_title(
            {"name": clean(title), "name_font": {"name": "Georgia", "size": 13, "bold": False}, "overlay": False}
        )
        chart.set_x_axis({**axis, "num_font": small, "label_position": "low", "line": {"color": palette.LABEL}})
        grid = {"visible": True, "line": {"color": palette.HAIRLINE, "width": 0.5}}
        # Thousands alone: the comma at the end divides.
        chart.set_y_axis(
            {"num_format": "#,##0,;\u2212#,##0,", "num_font": small, "major_gridlines": grid, "line": {"none": True}}
        )
        chart.set_legend({"position": "bottom", "font": small})
        chart.set_chartarea({"border": {"none": True}})
        chart.set_size({"width": size[0], "height": size[1]})
