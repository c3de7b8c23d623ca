"""A saved scenario passes its changes on to those made from it, all or nothing."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from data import repository
from data.access import FINANCE
from data.scenario_files import inherited_text, scenario_from_text, write_scenario
from forecasting.scenario import Defaults, Delays, Scenario
from tests.forecasting.make import invoice, ledger


def test_a_changed_parent_reaches_its_descendants_in_one_write(tmp_path: Path) -> None:
    told = ledger("2026-11-23", [invoice("F-1", "NOR", "2026-11-02", "2026-12-02", 100_00)])
    with repository.create_store(tmp_path / "store.duckdb") as store:

        def save(name: str, asked: Scenario, parent: str = "", known_as: str = "") -> str:
            return repository.save_scenario(
                store,
                FINANCE,
                name=name,
                content=write_scenario(replace(asked, name=name)),
                scenario_id=known_as,
                parent_id=parent,
                heir=lambda before, after, child: inherited_text(before, after, child, told),
            )

        def kept(key: str) -> Scenario:
            found = repository.scenario(store, FINANCE, key)
            assert found is not None
            return scenario_from_text("", found.content, told).record

        late = Scenario(delays=Delays(add_days=10))
        parent = save("Late", late)
        child = save("Late and failing", replace(late, defaults=Defaults(multiply_probability=Decimal(3))), parent)
        grandchild = save("And short", replace(kept(child), horizon_days=90), child)
        stranger = save("Stranger", late)
        save("Late", replace(late, delays=Delays(add_days=25)), known_as=parent)
        assert [kept(k).delays.add_days for k in (parent, child, grandchild, stranger)] == [25, 25, 25, 10]
        assert kept(child).defaults.multiply_probability == 3 and kept(grandchild).horizon_days == 90
        assert kept(grandchild).name == "And short"
        before = kept(grandchild)
        store.write(lambda cursor: cursor.execute("UPDATE scenario SET content = 'broken' WHERE scenario_id = ?", [child]))
        save("Late", replace(late, delays=Delays(add_days=5)), known_as=parent)
        assert kept(grandchild) == before, "a text that cannot be read passes nothing on and is left alone"


def test_a_circle_of_parents_ends(tmp_path: Path) -> None:
    with repository.create_store(tmp_path / "store.duckdb") as store:
        first = repository.save_scenario(store, FINANCE, name="A", content="0")
        second = repository.save_scenario(store, FINANCE, name="B", content="0", parent_id=first)
        store.write(
            lambda cursor: cursor.execute("UPDATE scenario SET parent_id = ? WHERE scenario_id = ?", [second, first])
        )
        repository.save_scenario(
            store, FINANCE, name="A", content="1", scenario_id=first, heir=lambda before, after, child: child + after
        )
        contents = {found.name: found.content for found in repository.scenarios(store, FINANCE)}
        assert contents == {"A": "1", "B": "01"}
