"""Which protection to choose: many pairs of contracts weighed on the same paths, cost against risk removed."""
