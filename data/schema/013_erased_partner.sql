-- Partners that were erased on request: a file that names one of them does not bring the name back.
CREATE TABLE erased_partner (
    partner_id VARCHAR PRIMARY KEY CHECK (partner_id <> ''),
    erased_at TIMESTAMP NOT NULL
);
