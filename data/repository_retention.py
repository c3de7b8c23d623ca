"""How long is kept who partners are: after years without a movement they are erased, and old frozen views go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from data.access import Principal, require
from data.repository_audit import append_audit
from data.repository_company import first_day, read_company
from data.repository_erase import erase
from data.repository_invoices import InvoiceFilter, list_invoices
from data.store import Cursor, Store
from forecasting.errors import InputRejected, problem

#: The setting that says after how many years; "" keeps everything.
RETENTION: Final = "retention_years"
#: Years that may be asked for: accounts must be kept for ten (article L123-22 of the commercial code), and are: amounts stay.
YEARS: Final = (1, 30)
#: Partners erased in one write, so that nobody waits long behind it.
_AT_A_TIME: Final = 20

#: The last day on which anything happened with a partner.
_OLD: Final = """
    SELECT partner_id FROM (
        SELECT partner_id, greatest(issue, due, paid, delivery) AS day FROM invoice
        UNION ALL SELECT partner_id, day FROM payment
        UNION ALL SELECT partner_id, day FROM solvency_fact
        UNION ALL SELECT partner_id, greatest(day, promise_day) FROM collection_action
    )
    WHERE partner_id NOT IN (SELECT partner_id FROM erased_partner)
      AND partner_id NOT IN (SELECT partner_id FROM listed WHERE open_minor <> 0)
    GROUP BY partner_id HAVING max(day) < ? ORDER BY partner_id
"""
#: A link that is over by itself or was taken back.
_ENDED: Final = "least(expires_at, coalesce(revoked_at, expires_at)) < ?"
#: What a file's problems quote.
_QUOTING: Final = "import_id IN (SELECT import_id FROM import WHERE imported_at < ?)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outdated:
    """What is older than the chosen years: partners by id, and how many frozen views and problems of imports."""

    before: date
    partners: tuple[str, ...] = ()
    views: int = 0
    problems: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing is old enough to go."""
        return not (self.partners or self.views or self.problems)


def retention_years(store: Store, principal: Principal) -> int | None:
    """After how many years without a movement partners are erased; None where everything is kept."""
    require(principal, "administer")
    with store.read() as cursor:
        return _years(cursor)


def set_retention(store: Store, principal: Principal, years: int | None) -> None:
    """Choose the years, or None to keep everything; nothing goes before `retain` is called. InputRejected beyond `YEARS`."""
    require(principal, "administer")
    if years is not None and not YEARS[0] <= years <= YEARS[1]:
        raise InputRejected((problem("store.retention_years", years=years, least=YEARS[0], most=YEARS[1]),))

    def change(cursor: Cursor) -> None:
        told = "" if years is None else str(years)
        cursor.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", [RETENTION, told])
        append_audit(cursor, principal, "retention.set", told)

    store.write(change, ledger=False)


def outdated(store: Store, principal: Principal, today: date, years: int | None = None) -> Outdated | None:
    """What would go today after so many years (those that were chosen where absent); None where everything is kept.

    A partner goes whose last movement (invoice, due day, payment, fact, reminder) is older and who owes and is owed
    nothing; a frozen view that expired or was taken back before; problems of imports of before, which quote their rows.
    """
    require(principal, "administer")
    with store.read() as cursor:
        wanted = years or _years(cursor)
        return None if wanted is None else _outdated(cursor, principal, _years_before(today, wanted))


def retain(store: Store, principal: Principal, today: date) -> Outdated | None:
    """Let go what is older than the chosen years: partners erased as `erase_partner` does, old views and problems deleted.

    No amount, no day and no curve changes. Written in several transactions, each whole, each noted in the trail.
    """
    require(principal, "administer")
    found = outdated(store, principal, today)
    if found is None or found.is_empty:
        return found
    for k in range(0, len(found.partners), _AT_A_TIME):
        store.write(_erasing(principal, found.partners[k : k + _AT_A_TIME]))
    if found.views or found.problems:
        store.write(lambda cursor: _delete(cursor, principal, found), ledger=False)
    return found


def _years(cursor: Cursor) -> int | None:
    rows = cursor.execute("SELECT value FROM setting WHERE name = ? AND value <> ''", [RETENTION]).fetchall()
    return int(rows[0][0]) if rows else None


def _years_before(day: date, years: int) -> date:
    """The same day so many years ago; 28 February for the day that year lacks."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def _outdated(cursor: Cursor, principal: Principal, before: date) -> Outdated:
    told = read_company(cursor)
    list_invoices(cursor, principal, InvoiceFilter(), told, first_day(told))
    partners = [str(name) for (name,) in cursor.execute(_OLD, [before]).fetchall()]
    views = cursor.execute(f"SELECT count(*) FROM shared_view WHERE {_ENDED}", [before]).fetchall()[0][0]
    problems = cursor.execute(f"SELECT count(*) FROM import_problem WHERE {_QUOTING}", [before]).fetchall()[0][0]
    return Outdated(before=before, partners=tuple(partners), views=views, problems=problems)


def _erasing(principal: Principal, partners: tuple[str, ...]) -> Callable[[Cursor], None]:
    def change(cursor: Cursor) -> None:
        for partner_id in partners:
            erase(cursor, principal, partner_id)

    return change


def _delete(cursor: Cursor, principal: Principal, found: Outdated) -> None:
    views = f"share_id IN (SELECT share_id FROM shared_view WHERE {_ENDED})"
    for table, old in (("shared_view_opened", views), ("shared_view", _ENDED), ("import_problem", _QUOTING)):
        cursor.execute(f"DELETE FROM {table} WHERE {old}", [found.before])
    append_audit(cursor, principal, "retention.delete", "", views=found.views, problems=found.problems)
