"""Scenarios as the TOML files of the file interface, read beside a ledger or alone, written back exactly."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, TypeVar, get_args

from data import toml_writing
from data.clauses import Checked, amount, check_partner
from data.contract_files import known_partners
from data.toml_values import TomlFile, TomlTable, amount_reader, read_toml
from data.values import BadValue
from forecasting.dates import to_date
from forecasting.errors import InputRejected
from forecasting.inheritance import inherited
from forecasting.ledger import NO_DAY, Ledger
from forecasting.money import Currency
from forecasting.scenario import (
    HORIZON_DAYS_MAX,
    PATH_COUNT_MAX,
    CollectionRequest,
    CreditNoteFact,
    Defaults,
    Delays,
    DisputeFact,
    Insolvency,
    Kind,
    PaymentFact,
    Procedure,
    Scenario,
    Shock,
)

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
PROCEDURES: Final[tuple[Procedure, ...]] = get_args(Procedure)
#: Shocks beyond these are slips of the hand.
DELAY_DAYS_MAX: Final = 3_650
SEED_MAX: Final = 2**63 - 1

_Fact = TypeVar("_Fact")


def read_scenario_file(path: Path, ledger: Ledger | None = None) -> Checked[Scenario]:
    """The scenario of a file; raises InputRejected with everything that is wrong.

    With a ledger, amounts are in its currency, and invoices or partners that it does not know are problems.
    """
    return scenario_from(read_toml(path), ledger)


def scenario_from_text(name: str, text: str, ledger: Ledger | None = None) -> Checked[Scenario]:
    """The scenario of a text under a file name."""
    return scenario_from(TomlFile(name, text), ledger)


def scenario_from(file: TomlFile, ledger: Ledger | None = None) -> Checked[Scenario]:
    """The scenario of an opened file."""
    top, reading = file.top, _Reading(ledger)
    kind: Kind = top.choice("kind", KINDS, "stochastic")
    absent = Scenario()
    found = Scenario(
        name=top.text("name"),
        kind=kind,
        horizon_days=top.read("horizon_days", within(1, HORIZON_DAYS_MAX), absent.horizon_days),
        path_count=top.read("path_count", within(1, PATH_COUNT_MAX), absent.path_count),
        seed=top.read("seed", within(0, SEED_MAX), absent.seed),
        business_days_only=top.flag("business_days_only", kind != "certain"),
        overdue_days=top.read("overdue_days", within(0, DELAY_DAYS_MAX), absent.overdue_days),
        delays=_delays(top.table("delays")),
        defaults=_defaults(top.table("defaults")),
        shocks=_each(top, "segment", reading.shock),
        payments=_each(top, "payment", reading.payment),
        insolvencies=_each(top, "insolvency", reading.insolvency),
        credit_notes=_each(top, "credit_note", reading.credit_note),
        disputes=_each(top, "dispute", reading.dispute),
        collection_requests=_each(top, "collection_request", reading.collection_request),
    )
    return Checked(record=found, warnings=file.finish())


def within(first: int, last: int) -> Callable[[Any], int]:
    """A reader of whole numbers between two bounds, both included."""

    def parse(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise BadValue("value.bad_number", str(value))
        if not first <= value <= last:
            raise BadValue("value.out_of_bounds", str(value), first=first, last=last)
        return value

    return parse


def _each(top: TomlTable, key: str, read: Callable[[TomlTable], _Fact | None]) -> tuple[_Fact, ...]:
    """The rows of [[key]] in an order of their content, so that their order in the file changes nothing."""
    found = [fact for row in top.tables(key) if (fact := read(row)) is not None]
    return tuple(sorted(found, key=repr))


def _delays(table: TomlTable | None) -> Delays:
    if table is None:
        return Delays()
    return Delays(
        add_days=table.read("add_days", within(-DELAY_DAYS_MAX, DELAY_DAYS_MAX), 0),
        multiply=table.positive_rate("multiply", Decimal(1)),
    )


def _defaults(table: TomlTable | None) -> Defaults:
    if table is None:
        return Defaults()
    return Defaults(
        multiply_probability=table.positive_rate("multiply_probability", Decimal(1)),
        recovery_rate=table.share("recovery_rate", None),
        recovery_delay_days=table.read("recovery_delay_days", within(0, 10 * DELAY_DAYS_MAX), None),
    )


class _Reading:
    """Facts read beside a ledger, whose ids they must name; a ledger of None knows nothing and asks nothing."""

    def __init__(self, ledger: Ledger | None) -> None:
        self.exponent = 2 if ledger is None else Currency(ledger.currency).exponent
        self.partners = known_partners(ledger)
        self.customers = None if ledger is None else frozenset(ledger.customers.invoice_id)
        self.suppliers = None if ledger is None else frozenset(ledger.suppliers.invoice_id)
        self.segments = None if ledger is None else {partner.segment for partner in ledger.partners}
        self.judged: set[str] = set()
        self.shocked: set[tuple[str, str]] = set()

    def shock(self, row: TomlTable) -> Shock | None:
        """A shock on one segment or one partner."""
        segment, partner_id = row.text("segment"), row.text("partner_id")
        if bool(segment) == bool(partner_id):
            row.wrong("segment", "scenario.segment_or_partner")
            row.everything()
            return None
        check_partner(row, "partner_id", partner_id, self.partners)
        if segment and self.segments is not None and segment not in self.segments:
            row.wrong("segment", "scenario.unknown_segment", segment=segment)
        if (segment, partner_id) in self.shocked:
            row.wrong("segment" if segment else "partner_id", "scenario.shocked_twice", name=segment or partner_id)
        self.shocked.add((segment, partner_id))
        return Shock(segment=segment, partner_id=partner_id, delays=_delays(row), defaults=_defaults(row))

    def payment(self, row: TomlTable) -> PaymentFact | None:
        """A payment of an invoice of either side, or none ever."""
        invoice_id = self._invoice(row, either=True)
        never = row.flag("never", False)
        paid = row.read("amount", amount_reader(self.exponent, signed=True), None)
        day = row.day("date", NO_DAY, required=not never)
        if never and (row.has("date") or row.has("amount")):
            row.wrong("never", "scenario.never_and_date")
            return None
        if paid == 0:
            row.wrong("amount", "value.not_above_zero", text="0")
        return PaymentFact(invoice_id=invoice_id, day=day, amount_minor=paid, never=never) if invoice_id else None

    def insolvency(self, row: TomlTable) -> Insolvency | None:
        """A debtor's judgment."""
        partner_id = self._partner(row)
        judgment = row.day("judgment_date", None, required=True)
        declared = row.day("declared_date", judgment)
        procedure: Procedure = row.choice("procedure", PROCEDURES, "liquidation")
        irrecoverable = row.day("irrecoverable_date", NO_DAY)
        rate = row.share("dividend", Decimal(0))
        paid = row.day("dividend_date", NO_DAY)
        if judgment is None or declared is None or not partner_id:
            return None
        if partner_id in self.judged:
            row.wrong("partner_id", "scenario.judged_twice", partner=partner_id)
        self.judged.add(partner_id)
        if rate and paid == NO_DAY:
            row.wrong("dividend_date", "scenario.dividend_without_date")
        for key, day in (("dividend_date", paid), ("irrecoverable_date", irrecoverable)):
            if day != NO_DAY and day < judgment:
                row.wrong(key, "scenario.before_judgment", date=to_date(day), judgment=to_date(judgment))
        return Insolvency(
            partner_id=partner_id,
            judgment=judgment,
            declared=declared,
            procedure=procedure,
            irrecoverable=irrecoverable,
            dividend_rate=rate,
            dividend_day=paid,
        )

    def credit_note(self, row: TomlTable) -> CreditNoteFact | None:
        """A credit note on a customer's invoice."""
        invoice_id = self._invoice(row)
        day = row.day("date", None, required=True)
        credited = row.read("amount", amount_reader(self.exponent), None, required=True)
        if day is None or credited is None or not invoice_id:
            return None
        return CreditNoteFact(invoice_id=invoice_id, day=day, amount_minor=credited)

    def dispute(self, row: TomlTable) -> DisputeFact | None:
        """A dispute of a customer's invoice."""
        invoice_id = self._invoice(row)
        day, resolved = row.day("date", None, required=True), row.day("resolved_date", NO_DAY)
        if day is None or not invoice_id:
            return None
        if resolved not in (NO_DAY, day) and resolved < day:
            row.wrong("resolved_date", "scenario.resolved_before", date=to_date(day))
        return DisputeFact(invoice_id=invoice_id, day=day, resolved=resolved)

    def collection_request(self, row: TomlTable) -> CollectionRequest | None:
        """A request for intervention to the insurer."""
        partner_id = self._partner(row)
        day = row.day("date", None, required=True)
        declared = row.day("declared_date", day)
        if day is None or declared is None or not partner_id:
            return None
        return CollectionRequest(partner_id=partner_id, day=day, declared=declared)

    def _partner(self, row: TomlTable) -> str:
        partner_id = row.text("partner_id", required=True)
        check_partner(row, "partner_id", partner_id, self.partners)
        return partner_id

    def _invoice(self, row: TomlTable, *, either: bool = False) -> str:
        invoice_id = row.text("invoice_id", required=True)
        if invoice_id and self.customers is not None and self.suppliers is not None:
            known = invoice_id in self.customers or (either and invoice_id in self.suppliers)
            if not known:
                row.wrong("invoice_id", "scenario.unknown_invoice", id=invoice_id)
        return invoice_id


def inherited_text(before: str, after: str, child: str, ledger: Ledger) -> str:
    """The text of a scenario whose parent's text has changed; its own where one of the three cannot be read any more."""
    try:
        old, new, own = (scenario_from_text("", text, ledger).record for text in (before, after, child))
    except InputRejected:
        return child
    follows = inherited(old, new, own)
    return child if follows == own else write_scenario(follows, exponent=Currency(ledger.currency).exponent)


def write_scenario_file(scenario: Scenario, path: Path, currency: str = "EUR") -> None:
    """Writes a scenario; reading the file gives the same scenario."""
    path.write_text(write_scenario(scenario, exponent=Currency(currency).exponent), encoding="utf-8")


def write_scenario(scenario: Scenario, *, exponent: int = 2) -> str:
    """The file of a scenario; reading it gives the same scenario."""
    lines = [
        f"name = {toml_writing.quoted(scenario.name)}",
        f"kind = {toml_writing.quoted(scenario.kind)}",
        f"horizon_days = {scenario.horizon_days}",
        f"path_count = {scenario.path_count}",
        f"seed = {scenario.seed}",
        f"business_days_only = {toml_writing.flag(scenario.business_days_only)}",
        f"overdue_days = {scenario.overdue_days}",
    ]
    lines += _titled("[delays]", _delay_lines(scenario.delays))
    lines += _titled("[defaults]", _default_lines(scenario.defaults))
    for shock in scenario.shocks:
        name = f"segment = {toml_writing.quoted(shock.segment)}"
        if shock.partner_id:
            name = f"partner_id = {toml_writing.quoted(shock.partner_id)}"
        lines += _titled("[[segment]]", [name, *_delay_lines(shock.delays), *_default_lines(shock.defaults)])
    for fact in scenario.payments:
        lines += _titled("[[payment]]", _payment_lines(fact, exponent))
    for insolvency in scenario.insolvencies:
        lines += _titled("[[insolvency]]", _insolvency_lines(insolvency))
    for note in scenario.credit_notes:
        rows = [
            _invoice_line(note.invoice_id),
            _day_line("date", note.day),
            f"amount = {amount(note.amount_minor, exponent)}",
        ]
        lines += _titled("[[credit_note]]", rows)
    for dispute in scenario.disputes:
        end = [] if dispute.resolved == NO_DAY else [_day_line("resolved_date", dispute.resolved)]
        lines += _titled("[[dispute]]", [_invoice_line(dispute.invoice_id), _day_line("date", dispute.day), *end])
    for request in scenario.collection_requests:
        rows = [f"partner_id = {toml_writing.quoted(request.partner_id)}", _day_line("date", request.day)]
        lines += _titled("[[collection_request]]", [*rows, _day_line("declared_date", request.declared)])
    return "\n".join(lines) + "\n"


def _titled(header: str, rows: list[str]) -> list[str]:
    return ["", header, *rows] if rows else []


def _day_line(key: str, day: int) -> str:
    return f"{key} = {toml_writing.day(day)}"


def _invoice_line(invoice_id: str) -> str:
    return f"invoice_id = {toml_writing.quoted(invoice_id)}"


def _delay_lines(delays: Delays) -> list[str]:
    lines = [f"add_days = {delays.add_days}"] if delays.add_days else []
    return lines + ([f"multiply = {toml_writing.rate(delays.multiply)}"] if delays.multiply != 1 else [])


def _default_lines(defaults: Defaults) -> list[str]:
    lines = []
    if defaults.multiply_probability != 1:
        lines.append(f"multiply_probability = {toml_writing.rate(defaults.multiply_probability)}")
    if defaults.recovery_rate is not None:
        lines.append(f"recovery_rate = {toml_writing.rate(defaults.recovery_rate)}")
    if defaults.recovery_delay_days is not None:
        lines.append(f"recovery_delay_days = {defaults.recovery_delay_days}")
    return lines


def _payment_lines(fact: PaymentFact, exponent: int) -> list[str]:
    lines = [_invoice_line(fact.invoice_id)]
    if fact.never:
        return [*lines, "never = true"]
    lines.append(_day_line("date", fact.day))
    return lines if fact.amount_minor is None else [*lines, f"amount = {amount(fact.amount_minor, exponent)}"]


def _insolvency_lines(insolvency: Insolvency) -> list[str]:
    lines = [
        f"partner_id = {toml_writing.quoted(insolvency.partner_id)}",
        _day_line("judgment_date", insolvency.judgment),
        _day_line("declared_date", insolvency.declared),
        f"procedure = {toml_writing.quoted(insolvency.procedure)}",
    ]
    if insolvency.irrecoverable != NO_DAY:
        lines.append(_day_line("irrecoverable_date", insolvency.irrecoverable))
    if insolvency.dividend_rate:
        lines.append(f"dividend = {toml_writing.rate(insolvency.dividend_rate)}")
    if insolvency.dividend_day != NO_DAY:
        lines.append(_day_line("dividend_date", insolvency.dividend_day))
    return lines
