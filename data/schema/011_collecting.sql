-- Instalment plans that a customer agreed to: which part of which invoice is paid on which day; ended when broken or replaced.
CREATE TABLE agreed_plan (
    plan_id BIGINT PRIMARY KEY,
    partner_id VARCHAR NOT NULL CHECK (partner_id <> ''),
    every VARCHAR NOT NULL CHECK (every IN ('week', 'month')),
    agreed_on DATE NOT NULL,
    recorded_at TIMESTAMP NOT NULL,
    recorded_by VARCHAR NOT NULL DEFAULT '',
    ended_at TIMESTAMP
);
CREATE TABLE agreed_instalment (
    plan_id BIGINT NOT NULL,
    ledger_id VARCHAR NOT NULL CHECK (ledger_id <> ''),
    day DATE NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    PRIMARY KEY (plan_id, ledger_id, day)
);

-- Whom one talks to at a customer.
CREATE TABLE contact (
    partner_id VARCHAR NOT NULL CHECK (partner_id <> ''),
    position INTEGER NOT NULL CHECK (position >= 1),
    role VARCHAR NOT NULL CHECK (role IN ('accounts', 'buyer', 'management', 'other')),
    name VARCHAR NOT NULL DEFAULT '',
    phone VARCHAR NOT NULL DEFAULT '',
    email VARCHAR NOT NULL DEFAULT '',
    PRIMARY KEY (partner_id, position)
);

-- From which day deliveries to a customer are stopped: the last stop that was announced, until the case is settled.
CREATE VIEW stop_standing AS
SELECT partner_id, day FROM (
    SELECT partner_id, day, step, outcome FROM collection_action
    WHERE step = 'stop_delivery' OR outcome = 'settled'
    QUALIFY row_number() OVER (PARTITION BY partner_id ORDER BY action_id DESC) = 1
) WHERE step = 'stop_delivery' AND outcome <> 'settled';
