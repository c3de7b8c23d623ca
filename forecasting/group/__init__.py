"""Several companies as one: who belongs to the group, what they owe each other, the group's curve and each entity's."""
