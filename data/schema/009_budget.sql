-- What months are to bring before VAT, in place of the run rate: of all, of a segment, of a partner, of customers to be won.
CREATE TABLE budget (
    side VARCHAR NOT NULL CHECK (side IN ('customer', 'supplier')),
    month DATE NOT NULL CHECK (day(month) = 1),
    scope VARCHAR NOT NULL CHECK (scope IN ('all', 'segment', 'partner', 'new')),
    name VARCHAR NOT NULL DEFAULT '' CHECK ((name = '') = (scope IN ('all', 'new'))),
    net_minor BIGINT NOT NULL CHECK (net_minor BETWEEN 0 AND 1000000000000),
    PRIMARY KEY (side, month, scope, name)
);
