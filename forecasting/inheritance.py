"""A scenario that was made from another: what it says differently is its own, the rest follows the other's changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any, Final

from forecasting.scenario import Scenario

#: Fields that hold records: what is said of one invoice, partner or segment is inherited together.
_RECORDS: Final = ("shocks", "payments", "insolvencies", "credit_notes", "disputes", "collection_requests")
#: Fields that hold several values, each inherited by itself.
_PARTS: Final = ("delays", "defaults")


def inherited(before: Scenario, after: Scenario, child: Scenario) -> Scenario:
    """A child once its parent has changed from `before` to `after`: what it had in common with `before` is now `after`'s.

    Value by value (horizon, draws, seed, each key of delays and defaults), and for shocks and facts by the invoice,
    partner or segment that they speak of. The name stays the child's. With an unchanged parent the child is unchanged.
    """
    changes: dict[str, Any] = {}
    for name in (f.name for f in fields(Scenario) if f.name != "name"):
        old, new, own = (getattr(of, name) for of in (before, after, child))
        if name in _RECORDS:
            changes[name] = _records(old, new, own)
        elif name in _PARTS:
            changes[name] = replace(own, **{f.name: _value(old, new, own, f.name) for f in fields(own)})
        else:
            changes[name] = new if own == old else own
    return replace(child, **changes)


def own_fields(parent: Scenario, child: Scenario) -> tuple[str, ...]:
    """The names of the fields in which a child says something of its own."""
    return tuple(f.name for f in fields(Scenario) if f.name != "name" and getattr(parent, f.name) != getattr(child, f.name))


def _value(old: object, new: object, own: object, name: str) -> object:
    return getattr(new if getattr(own, name) == getattr(old, name) else own, name)


def _records(old: Sequence[Any], new: Sequence[Any], own: Sequence[Any]) -> tuple[Any, ...]:
    told_old, told_new, told_own = _by_subject(old), _by_subject(new), _by_subject(own)
    found: list[Any] = []
    for subject in dict.fromkeys((*told_new, *told_own)):
        same = told_own.get(subject, ()) == told_old.get(subject, ())
        found += (told_new if same else told_own).get(subject, ())
    return tuple(found)


def _by_subject(records: Sequence[Any]) -> dict[tuple[str, ...], tuple[Any, ...]]:
    """Records by the segment, partner and invoice that they speak of, in their order."""
    found: dict[tuple[str, ...], tuple[Any, ...]] = {}
    for record in records:
        subject = tuple(str(getattr(record, name, "")) for name in ("segment", "partner_id", "invoice_id"))
        found[subject] = (*found.get(subject, ()), record)
    return found
