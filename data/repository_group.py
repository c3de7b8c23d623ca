"""Which company of the group a partner is, as a person has said it."""

from __future__ import annotations

from data.access import Principal, require
from data.repository_audit import append_audit
from data.store import Cursor, Store
from forecasting.errors import InputRejected, problem


def save_group_entity(store: Store, principal: Principal, partner_id: str, entity: str) -> None:
    """Say which company of the group a partner is, "" to take it back; the group is cut accordingly from then on.

    The entity is one that an invoice or an account names. What is said stands whatever files tell of the partner, or take
    back. Saying it twice changes nothing. InputRejected for a partner or an entity that nobody knows.
    """
    require(principal, "change_data")
    name = entity.strip()

    def change(cursor: Cursor) -> None:
        _refuse(cursor, partner_id, name)
        asked = "SELECT entity FROM group_member WHERE partner_id = ?"
        if [known for (known,) in cursor.execute(asked, [partner_id]).fetchall()] == ([name] if name else []):
            return
        cursor.execute("DELETE FROM group_member WHERE partner_id = ?", [partner_id])
        if name:
            # Invoices may name a partner of which no file has told more.
            cursor.execute("INSERT INTO partner (partner_id) VALUES (?) ON CONFLICT DO NOTHING", [partner_id])
            cursor.execute("INSERT INTO group_member VALUES (?, ?)", [partner_id, name])
        append_audit(cursor, principal, "group.entity", partner_id, entity=name)

    store.write(change)


def _refuse(cursor: Cursor, partner_id: str, entity: str) -> None:
    asked = "SELECT 1 FROM partner WHERE partner_id = $id UNION SELECT 1 FROM invoice WHERE partner_id = $id"
    if not cursor.execute(asked, {"id": partner_id}).fetchall():
        raise InputRejected((problem("store.unknown_partner", partner=partner_id),))
    rows = cursor.execute(
        "SELECT entity FROM invoice WHERE entity <> '' UNION SELECT entity FROM account WHERE entity <> '' ORDER BY 1"
    ).fetchall()
    known = [str(name) for (name,) in rows]
    if not entity or entity in known:
        return
    if not known:
        raise InputRejected((problem("group.no_entities", column="entity", entity=entity),))
    raise InputRejected((problem("group.unknown_entity", column="entity", entity=entity, known=", ".join(known)),))
