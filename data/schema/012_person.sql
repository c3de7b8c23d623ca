-- Who may sign in where the app is hosted: one role per address of e-mail.
CREATE TABLE person (
    email VARCHAR PRIMARY KEY CHECK (email = lower(email) AND email LIKE '%_@_%'),
    name VARCHAR NOT NULL DEFAULT '',
    role VARCHAR NOT NULL CHECK (role IN ('finance', 'sales', 'viewer', 'administrator')),
    owner VARCHAR NOT NULL DEFAULT '',
    changed_at TIMESTAMP NOT NULL,
    changed_by VARCHAR NOT NULL DEFAULT ''
);
