-- What was done to be paid: calls, letters, promises, disputes, on some of a customer's invoices. Append-only.
CREATE TABLE collection_action (
    action_id BIGINT PRIMARY KEY,
    partner_id VARCHAR NOT NULL CHECK (partner_id <> ''),
    day DATE NOT NULL,
    step VARCHAR NOT NULL CHECK (step <> ''),
    outcome VARCHAR NOT NULL CHECK (outcome <> ''),
    reason VARCHAR NOT NULL DEFAULT 'unknown',
    promise_day DATE,
    owner VARCHAR NOT NULL DEFAULT '',
    note VARCHAR NOT NULL DEFAULT '',
    recorded_at TIMESTAMP NOT NULL,
    recorded_by VARCHAR NOT NULL DEFAULT '',
    CHECK ((outcome = 'promised') = (promise_day IS NOT NULL)),
    CHECK (outcome <> 'disputed' OR owner <> '')
);

CREATE TABLE collection_action_invoice (
    action_id BIGINT NOT NULL,
    ledger_id VARCHAR NOT NULL CHECK (ledger_id <> ''),
    PRIMARY KEY (action_id, ledger_id)
);

-- The promise in force of each customer invoice: a later dispute or refusal ends it.
CREATE VIEW promise_standing AS
SELECT ledger_id, promise_day FROM (
    SELECT i.ledger_id, a.outcome, a.promise_day
    FROM collection_action_invoice i JOIN collection_action a ON a.action_id = i.action_id
    WHERE a.outcome IN ('promised', 'disputed', 'settled', 'refused')
    QUALIFY row_number() OVER (PARTITION BY i.ledger_id ORDER BY a.action_id DESC) = 1
) WHERE outcome = 'promised';

-- Customer invoices in dispute by what was logged: ended when settled, or when payment is promised.
CREATE VIEW dispute_standing AS
SELECT ledger_id FROM (
    SELECT i.ledger_id, a.outcome
    FROM collection_action_invoice i JOIN collection_action a ON a.action_id = i.action_id
    WHERE a.outcome IN ('promised', 'disputed', 'settled')
    QUALIFY row_number() OVER (PARTITION BY i.ledger_id ORDER BY a.action_id DESC) = 1
) WHERE outcome = 'disputed';

CREATE TABLE solvency_fact (
    fact_id BIGINT PRIMARY KEY,
    partner_id VARCHAR NOT NULL CHECK (partner_id <> ''),
    day DATE NOT NULL,
    kind VARCHAR NOT NULL CHECK (kind IN ('rating', 'incident', 'insolvency')),
    value VARCHAR NOT NULL DEFAULT '',
    source VARCHAR NOT NULL DEFAULT '',
    recorded_at TIMESTAMP NOT NULL,
    recorded_by VARCHAR NOT NULL DEFAULT ''
);
