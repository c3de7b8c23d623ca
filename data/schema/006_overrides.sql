-- What people know better than a partner's history: who said it, when, and who took it back. A row is ended, never changed.
CREATE TABLE behaviour_override (
    override_id BIGINT PRIMARY KEY,
    kind VARCHAR NOT NULL CHECK (kind IN ('expected', 'excluded', 'shift', 'trust')),
    partner_id VARCHAR NOT NULL DEFAULT '',
    segment VARCHAR NOT NULL DEFAULT '',
    ledger_id VARCHAR NOT NULL DEFAULT '',
    day DATE,
    days INTEGER CHECK (days BETWEEN -365 AND 365 AND days <> 0),
    level VARCHAR NOT NULL DEFAULT '' CHECK (level IN ('', 'low', 'high')),
    note VARCHAR NOT NULL DEFAULT '',
    recorded_at TIMESTAMP NOT NULL,
    recorded_by VARCHAR NOT NULL DEFAULT '',
    ended_at TIMESTAMP,
    ended_by VARCHAR NOT NULL DEFAULT '',
    CHECK ((kind IN ('expected', 'excluded')) = (ledger_id <> '')),
    CHECK ((kind = 'expected') = (day IS NOT NULL)),
    CHECK ((kind = 'shift') = (days IS NOT NULL)),
    CHECK ((kind = 'trust') = (level <> '')),
    CHECK ((partner_id <> '') <> (kind = 'shift' AND segment <> ''))
);

-- Receipts week by week as a forecast announced them, of the customer invoices that were open on its morning; `due_minor` is
-- what their due dates alone would have said.
CREATE TABLE forecast_week (
    forecast_id BIGINT NOT NULL,
    first_day DATE NOT NULL,
    mean_minor BIGINT NOT NULL,
    p10_minor BIGINT NOT NULL,
    p50_minor BIGINT NOT NULL,
    p90_minor BIGINT NOT NULL,
    due_minor BIGINT NOT NULL,
    PRIMARY KEY (forecast_id, first_day),
    CHECK (p10_minor <= p50_minor AND p50_minor <= p90_minor)
);
