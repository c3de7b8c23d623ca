-- How sure a planned flow is to come; a flow without a row is sure. A table of its own: a column added to a checked table
-- cannot be read back after a crash.
CREATE TABLE planned_certainty (
    position INTEGER PRIMARY KEY,
    certainty VARCHAR NOT NULL CHECK (certainty IN ('likely', 'possible'))
);
