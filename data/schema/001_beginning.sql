-- The store of one company. Amounts are whole minor units of the row's currency, rates are decimal, days are dates.
-- One rule per table says what may stand in it; what SQL cannot say is asserted where rows are written.

CREATE TABLE company (
    only_row BOOLEAN PRIMARY KEY DEFAULT true CHECK (only_row),
    name VARCHAR NOT NULL DEFAULT '',
    currency VARCHAR NOT NULL DEFAULT 'EUR' CHECK (length(currency) = 3),
    country VARCHAR NOT NULL DEFAULT 'FR',
    as_of_mode VARCHAR NOT NULL DEFAULT 'balance' CHECK (as_of_mode IN ('balance', 'today', 'fixed')),
    as_of DATE,
    opening_cash_minor BIGINT CHECK (abs(opening_cash_minor) <= 1000000000000),
    opening_date DATE,
    overdraft_limit_minor BIGINT CHECK (overdraft_limit_minor BETWEEN 0 AND 1000000000000),
    overdraft_rate DECIMAL(12, 6) NOT NULL DEFAULT 0 CHECK (overdraft_rate BETWEEN 0 AND 1),
    overdraft_fee_rate DECIMAL(12, 6) NOT NULL DEFAULT 0 CHECK (overdraft_fee_rate BETWEEN 0 AND 1),
    cash_floor_minor BIGINT CHECK (abs(cash_floor_minor) <= 1000000000000),
    vat_day INTEGER NOT NULL DEFAULT 24 CHECK (vat_day BETWEEN 1 AND 31),
    vat_returns VARCHAR NOT NULL DEFAULT 'planned' CHECK (vat_returns IN ('planned', 'computed')),
    customer_terms VARCHAR NOT NULL DEFAULT '',
    supplier_terms VARCHAR NOT NULL DEFAULT '',
    regular_payments_told BOOLEAN NOT NULL DEFAULT false,
    CHECK ((opening_cash_minor IS NULL) = (opening_date IS NULL)),
    CHECK (as_of_mode <> 'fixed' OR as_of IS NOT NULL)
);
INSERT INTO company (only_row) VALUES (true);

-- SIREN, SIRET, VAT numbers and IBANs by which the company recognises itself in a file.
CREATE TABLE own_identifier (identifier VARCHAR PRIMARY KEY CHECK (identifier <> ''));

CREATE TABLE setting (name VARCHAR PRIMARY KEY, value VARCHAR NOT NULL);

-- Counted up in the same transaction as every change: the key of every cache.
CREATE TABLE data_version (
    only_row BOOLEAN PRIMARY KEY DEFAULT true CHECK (only_row),
    store_id VARCHAR NOT NULL,
    any_write BIGINT NOT NULL DEFAULT 0,
    ledger_write BIGINT NOT NULL DEFAULT 0
);
INSERT INTO data_version (store_id) VALUES (CAST(uuid() AS VARCHAR));

CREATE TABLE import (
    import_id BIGINT PRIMARY KEY,
    file_name VARCHAR NOT NULL,
    sha256 VARCHAR NOT NULL,
    format VARCHAR NOT NULL,
    reading_key VARCHAR NOT NULL,
    imported_at TIMESTAMP NOT NULL,
    imported_by VARCHAR NOT NULL DEFAULT '',
    mapping VARCHAR NOT NULL DEFAULT '',
    stored INTEGER NOT NULL DEFAULT 0 CHECK (stored >= 0),
    replaced INTEGER NOT NULL DEFAULT 0 CHECK (replaced >= 0),
    duplicates INTEGER NOT NULL DEFAULT 0 CHECK (duplicates >= 0),
    rejected INTEGER NOT NULL DEFAULT 0 CHECK (rejected >= 0),
    undone_at TIMESTAMP,
    undone_by VARCHAR NOT NULL DEFAULT ''
);

CREATE TABLE import_total (
    import_id BIGINT NOT NULL,
    currency VARCHAR NOT NULL,
    total_minor BIGINT NOT NULL,
    PRIMARY KEY (import_id, currency)
);

CREATE TABLE import_problem (
    import_id BIGINT NOT NULL,
    position INTEGER NOT NULL,
    code VARCHAR NOT NULL,
    details VARCHAR NOT NULL,
    source_row INTEGER,
    source_column VARCHAR NOT NULL DEFAULT '',
    severity VARCHAR NOT NULL CHECK (severity IN ('error', 'warning')),
    PRIMARY KEY (import_id, position)
);

CREATE TABLE column_mapping (
    signature VARCHAR PRIMARY KEY,
    mapping VARCHAR NOT NULL,
    saved_at TIMESTAMP NOT NULL
);

-- import_id is empty once a person has edited the partner: no file overrules what was typed.
CREATE TABLE partner (
    partner_id VARCHAR PRIMARY KEY CHECK (partner_id <> ''),
    name VARCHAR NOT NULL DEFAULT '',
    segment VARCHAR NOT NULL DEFAULT '',
    sector VARCHAR NOT NULL DEFAULT '',
    country VARCHAR NOT NULL DEFAULT '',
    default_probability DOUBLE CHECK (default_probability BETWEEN 0 AND 1),
    rating VARCHAR NOT NULL DEFAULT '',
    domestic BOOLEAN NOT NULL DEFAULT true,
    public_body BOOLEAN NOT NULL DEFAULT false,
    intra_group BOOLEAN NOT NULL DEFAULT false,
    terms VARCHAR NOT NULL DEFAULT '',
    credit_limit_minor BIGINT CHECK (credit_limit_minor BETWEEN 0 AND 1000000000000),
    owner VARCHAR NOT NULL DEFAULT '',
    vat_number VARCHAR NOT NULL DEFAULT '',
    import_id BIGINT
);

CREATE TABLE partner_replaced AS SELECT *, CAST(0 AS BIGINT) AS replaced_by FROM partner LIMIT 0;

-- A row is one invoice or credit note of one partner. `era` tells apart invoices of one number (numbering begins anew each
-- year, a list of payments numbers its lines); `part` counts lines of a file that repeat a number (instalments).
-- ledger_id is the number, made unique within the side: it keys the luck of an invoice and never changes. `identity` names
-- the invoice in the world whatever file it came in; `assumed`: a rule and not a file says what settled it.
CREATE TABLE invoice (
    side VARCHAR NOT NULL CHECK (side IN ('customer', 'supplier')),
    partner_id VARCHAR NOT NULL CHECK (partner_id <> ''),
    number VARCHAR NOT NULL CHECK (number <> ''),
    era VARCHAR NOT NULL DEFAULT '',
    part INTEGER NOT NULL DEFAULT 1 CHECK (part >= 1),
    ledger_id VARCHAR NOT NULL CHECK (ledger_id <> ''),
    issue DATE,
    due DATE,
    amount_minor BIGINT NOT NULL CHECK (abs(amount_minor) <= 1000000000000),
    currency VARCHAR NOT NULL CHECK (length(currency) = 3),
    vat_rate DECIMAL(12, 6) CHECK (vat_rate BETWEEN 0 AND 1),
    net_minor BIGINT CHECK (abs(net_minor) <= 1000000000000),
    open_minor BIGINT CHECK (abs(open_minor) <= 1000000000000),
    paid DATE,
    paid_minor BIGINT CHECK (abs(paid_minor) <= 1000000000000),
    disputed BOOLEAN NOT NULL DEFAULT false,
    on_receipt BOOLEAN NOT NULL DEFAULT false,
    credits VARCHAR NOT NULL DEFAULT '',
    remittance DATE,
    assigned DATE,
    delivery DATE,
    terms VARCHAR NOT NULL DEFAULT '',
    entity VARCHAR NOT NULL DEFAULT '',
    identity VARCHAR NOT NULL DEFAULT '',
    assumed BOOLEAN NOT NULL DEFAULT false,
    extra VARCHAR NOT NULL DEFAULT '',
    import_id BIGINT NOT NULL,
    source_sheet VARCHAR NOT NULL DEFAULT '',
    source_row INTEGER NOT NULL CHECK (source_row >= 0),
    PRIMARY KEY (side, partner_id, number, era, part),
    CHECK (issue IS NOT NULL OR due IS NOT NULL OR paid IS NOT NULL)
);

CREATE TABLE invoice_replaced AS SELECT *, CAST(0 AS BIGINT) AS replaced_by FROM invoice LIMIT 0;

-- What each file told of a payment; `occurrence` tells apart equal payments of one invoice on one day. What is known is what
-- any file told: two files that tell of one payment tell of one payment.
CREATE TABLE payment (
    side VARCHAR NOT NULL CHECK (side IN ('customer', 'supplier')),
    partner_id VARCHAR NOT NULL CHECK (partner_id <> ''),
    number VARCHAR NOT NULL CHECK (number <> ''),
    day DATE NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (abs(amount_minor) <= 1000000000000),
    occurrence INTEGER NOT NULL CHECK (occurrence >= 1),
    currency VARCHAR NOT NULL CHECK (length(currency) = 3),
    assumed BOOLEAN NOT NULL DEFAULT false,
    import_id BIGINT NOT NULL,
    source_row INTEGER NOT NULL CHECK (source_row >= 0),
    PRIMARY KEY (side, partner_id, number, day, amount_minor, occurrence, import_id)
);
CREATE VIEW payment_known AS
SELECT side, partner_id, number, day, amount_minor, occurrence, min(currency) AS currency, bool_and(assumed) AS assumed,
       min(import_id) AS import_id, arg_min(source_row, import_id) AS source_row
FROM payment GROUP BY side, partner_id, number, day, amount_minor, occurrence;

-- The invoice that a payment is about: of several of one number the latest that was there on its day.
CREATE VIEW payment_placed AS
SELECT y.side, y.partner_id, y.number, y.day, y.amount_minor, y.occurrence, y.currency,
       arg_max(i.ledger_id, CASE WHEN coalesce(i.issue, i.due, i.paid) <= y.day THEN '1' ELSE '0' END || i.era) AS ledger_id
FROM payment_known y
JOIN invoice i ON i.side = y.side AND i.partner_id = y.partner_id AND i.number = y.number AND i.part = 1
GROUP BY y.side, y.partner_id, y.number, y.day, y.amount_minor, y.occurrence, y.currency;

-- The invoice that a credit note reduces, chosen the same way.
CREATE VIEW credit_placed AS
SELECT n.side, n.ledger_id, n.issue, n.amount_minor, n.currency,
       arg_max(c.ledger_id, CASE WHEN coalesce(c.issue, c.due, c.paid) <= n.issue THEN '1' ELSE '0' END || c.era) AS credited_id
FROM invoice n
JOIN invoice c ON c.side = n.side AND c.partner_id = n.partner_id AND c.number = n.credits AND c.part = 1
WHERE n.credits <> '' AND n.amount_minor < 0 AND c.amount_minor > 0
GROUP BY n.side, n.ledger_id, n.issue, n.amount_minor, n.currency;

CREATE TABLE exchange_rate (
    currency VARCHAR NOT NULL CHECK (length(currency) = 3),
    day DATE NOT NULL,
    rate DECIMAL(18, 9) NOT NULL CHECK (rate > 0),
    PRIMARY KEY (currency, day)
);

CREATE TABLE account (
    account_id VARCHAR PRIMARY KEY CHECK (account_id <> ''),
    entity VARCHAR NOT NULL DEFAULT '',
    currency VARCHAR NOT NULL CHECK (length(currency) = 3),
    label VARCHAR NOT NULL DEFAULT '',
    overdraft_limit_minor BIGINT NOT NULL DEFAULT 0 CHECK (overdraft_limit_minor BETWEEN 0 AND 1000000000000),
    overdraft_rate DECIMAL(12, 6) NOT NULL DEFAULT 0 CHECK (overdraft_rate BETWEEN 0 AND 1),
    import_id BIGINT
);

-- What each file told of a line. The bank's own number of a line tells it apart wherever it stands, else its words do.
CREATE TABLE bank_line (
    account_id VARCHAR NOT NULL CHECK (account_id <> ''),
    day DATE NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (abs(amount_minor) <= 1000000000000),
    currency VARCHAR NOT NULL CHECK (length(currency) = 3),
    value_day DATE,
    label VARCHAR NOT NULL DEFAULT '',
    reference VARCHAR NOT NULL DEFAULT '',
    counterparty VARCHAR NOT NULL DEFAULT '',
    counterparty_account VARCHAR NOT NULL DEFAULT '',
    bank_reference VARCHAR NOT NULL DEFAULT '',
    occurrence INTEGER NOT NULL CHECK (occurrence >= 1),
    import_id BIGINT NOT NULL,
    source_row INTEGER NOT NULL CHECK (source_row >= 0),
    PRIMARY KEY (account_id, day, amount_minor, label, reference, counterparty, bank_reference, occurrence, import_id)
);
CREATE VIEW bank_line_known AS
SELECT account_id, day, amount_minor, occurrence,
       CASE bank_reference WHEN '' THEN label || chr(31) || reference || chr(31) || counterparty ELSE bank_reference END AS mark,
       min(import_id) AS import_id,
       arg_min(currency, import_id) AS currency, arg_min(value_day, import_id) AS value_day,
       arg_min(label, import_id) AS label, arg_min(reference, import_id) AS reference,
       arg_min(counterparty, import_id) AS counterparty, arg_min(counterparty_account, import_id) AS counterparty_account,
       arg_min(bank_reference, import_id) AS bank_reference, arg_min(source_row, import_id) AS source_row
FROM bank_line GROUP BY account_id, day, amount_minor, occurrence, mark;

CREATE TABLE bank_balance (
    account_id VARCHAR NOT NULL CHECK (account_id <> ''),
    day DATE NOT NULL,
    kind VARCHAR NOT NULL CHECK (kind IN ('opening', 'closing')),
    balance_minor BIGINT NOT NULL CHECK (abs(balance_minor) <= 1000000000000),
    currency VARCHAR NOT NULL CHECK (length(currency) = 3),
    import_id BIGINT NOT NULL,
    source_row INTEGER NOT NULL CHECK (source_row >= 0),
    PRIMARY KEY (account_id, day, kind, import_id)
);

CREATE TABLE planned_flow (
    position INTEGER PRIMARY KEY,
    day DATE NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (abs(amount_minor) <= 1000000000000),
    category VARCHAR NOT NULL DEFAULT '',
    label VARCHAR NOT NULL DEFAULT '',
    every VARCHAR NOT NULL DEFAULT '' CHECK (every IN ('', 'week', 'month', 'quarter', 'year')),
    until DATE
);

CREATE TABLE scenario (
    scenario_id VARCHAR PRIMARY KEY,
    name VARCHAR NOT NULL UNIQUE CHECK (name <> ''),
    content VARCHAR NOT NULL,
    parent_id VARCHAR NOT NULL DEFAULT '',
    changed_at TIMESTAMP NOT NULL,
    changed_by VARCHAR NOT NULL DEFAULT ''
);

CREATE TABLE contract (
    contract_id VARCHAR PRIMARY KEY,
    kind VARCHAR NOT NULL CHECK (kind IN ('factoring', 'insurance')),
    name VARCHAR NOT NULL CHECK (name <> ''),
    content VARCHAR NOT NULL,
    chosen BOOLEAN NOT NULL DEFAULT false,
    changed_at TIMESTAMP NOT NULL,
    changed_by VARCHAR NOT NULL DEFAULT '',
    UNIQUE (kind, name)
);

-- What was foretold and when, to be held against what happened.
CREATE TABLE forecast (
    forecast_id BIGINT PRIMARY KEY,
    made_at TIMESTAMP NOT NULL,
    as_of DATE NOT NULL,
    ledger_fingerprint VARCHAR NOT NULL,
    model_version VARCHAR NOT NULL,
    scenario VARCHAR NOT NULL DEFAULT '',
    seed BIGINT NOT NULL,
    path_count INTEGER NOT NULL CHECK (path_count > 0)
);

CREATE TABLE forecast_day (
    forecast_id BIGINT NOT NULL,
    variant VARCHAR NOT NULL,
    day DATE NOT NULL,
    mean_minor BIGINT NOT NULL,
    p05_minor BIGINT NOT NULL,
    p25_minor BIGINT NOT NULL,
    p50_minor BIGINT NOT NULL,
    p75_minor BIGINT NOT NULL,
    p95_minor BIGINT NOT NULL,
    PRIMARY KEY (forecast_id, variant, day),
    CHECK (p05_minor <= p25_minor AND p25_minor <= p50_minor AND p50_minor <= p75_minor AND p75_minor <= p95_minor)
);

-- Append-only: each row's seal covers the row before it, so that a row changed or taken out shows.
CREATE TABLE audit (
    sequence BIGINT PRIMARY KEY,
    recorded_at TIMESTAMP NOT NULL,
    actor VARCHAR NOT NULL,
    role VARCHAR NOT NULL,
    action VARCHAR NOT NULL,
    subject VARCHAR NOT NULL DEFAULT '',
    details VARCHAR NOT NULL DEFAULT '',
    seal VARCHAR NOT NULL
);
