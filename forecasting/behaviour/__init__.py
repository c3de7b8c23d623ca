"""How late and how surely each partner pays, learnt from history."""
