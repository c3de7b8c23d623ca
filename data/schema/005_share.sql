-- Frozen views that were shared by a link. Only a hash of the link's secret is kept: who has the store has no link.
CREATE TABLE shared_view (
    share_id BIGINT PRIMARY KEY,
    secret_sha256 VARCHAR NOT NULL UNIQUE,
    title VARCHAR NOT NULL DEFAULT '',
    note VARCHAR NOT NULL DEFAULT '',
    content VARCHAR NOT NULL,
    password_hash VARCHAR NOT NULL DEFAULT '',
    ledger_write BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    created_by VARCHAR NOT NULL DEFAULT '',
    expires_at TIMESTAMP NOT NULL,
    revoked_at TIMESTAMP
);
CREATE TABLE shared_view_opened (
    share_id BIGINT NOT NULL,
    opened_at TIMESTAMP NOT NULL,
    outcome VARCHAR NOT NULL CHECK (outcome IN ('shown', 'wrong_password'))
);
