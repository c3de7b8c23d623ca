-- A payment whose day a rule set says so wherever it is read: nobody learns a delay from it.
CREATE OR REPLACE VIEW payment_placed AS
SELECT y.side, y.partner_id, y.number, y.day, y.amount_minor, y.occurrence, y.currency, y.assumed,
       arg_max(i.ledger_id, CASE WHEN coalesce(i.issue, i.due, i.paid) <= y.day THEN '1' ELSE '0' END || i.era) AS ledger_id
FROM payment_known y
JOIN invoice i ON i.side = y.side AND i.partner_id = y.partner_id AND i.number = y.number AND i.part = 1
GROUP BY y.side, y.partner_id, y.number, y.day, y.amount_minor, y.occurrence, y.currency, y.assumed;
