-- Which company of the group a partner is, where a person has said it; files and their undoing leave it alone.
CREATE TABLE group_member (
    partner_id VARCHAR PRIMARY KEY CHECK (partner_id <> ''),
    entity VARCHAR NOT NULL CHECK (entity <> '')
);
