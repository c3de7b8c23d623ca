-- What a person decided of a bank line: the invoice that it paid (one row each), or that it pays none (`number` empty).
CREATE TABLE bank_match (
    line_key VARCHAR NOT NULL CHECK (line_key <> ''),
    side VARCHAR NOT NULL CHECK (side IN ('customer', 'supplier')),
    partner_id VARCHAR NOT NULL DEFAULT '',
    number VARCHAR NOT NULL DEFAULT '',
    part_minor BIGINT NOT NULL DEFAULT 0,
    occurrence INTEGER NOT NULL DEFAULT 1,
    import_id BIGINT NOT NULL,
    decided_at TIMESTAMP NOT NULL,
    decided_by VARCHAR NOT NULL DEFAULT '',
    PRIMARY KEY (line_key, partner_id, number)
);
