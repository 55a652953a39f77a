-- No reference to calls: an alert stays when its call is deleted or the catalog is built again.
CREATE TABLE alerts (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    rule        TEXT NOT NULL,
    severity    TEXT NOT NULL,
    state       TEXT NOT NULL,
    call_sid    TEXT NOT NULL,
    message     TEXT NOT NULL,
    link        TEXT NOT NULL,
    count       INTEGER NOT NULL,
    opened_at   TEXT NOT NULL,
    fired_at    TEXT NOT NULL,
    resolved_at TEXT,
    resolution  TEXT NOT NULL,
    told        TEXT NOT NULL,
    told_at     TEXT
);
CREATE INDEX alerts_by_rule ON alerts (rule, id);

-- What a rule thought of a call: a rate counts them, and a call is told once.
CREATE TABLE alert_looks (
    rule      TEXT NOT NULL,
    condition TEXT NOT NULL,
    subject   TEXT NOT NULL,
    call_sid  TEXT NOT NULL,
    at        TEXT NOT NULL,
    matched   INTEGER NOT NULL,
    message   TEXT NOT NULL,
    link      TEXT NOT NULL,
    PRIMARY KEY (rule, condition, subject)
) WITHOUT ROWID;
CREATE INDEX alert_looks_by_time ON alert_looks (rule, at);

CREATE TABLE alert_deliveries (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    alert_id   INTEGER NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
    delivery   TEXT NOT NULL,
    notice     TEXT NOT NULL,
    state      TEXT NOT NULL,
    attempts   INTEGER NOT NULL,
    next_at    TEXT NOT NULL,
    error      TEXT NOT NULL,
    created_at TEXT NOT NULL,
    sent_at    TEXT
);
CREATE INDEX alert_deliveries_due ON alert_deliveries (state, next_at);
CREATE INDEX alert_deliveries_by_alert ON alert_deliveries (alert_id);
