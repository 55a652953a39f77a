CREATE TABLE after_work (
    call_sid   TEXT PRIMARY KEY REFERENCES calls (call_sid) ON DELETE CASCADE,
    state      TEXT NOT NULL,
    attempts   INTEGER NOT NULL,
    step       TEXT NOT NULL,
    error      TEXT NOT NULL,
    updated_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX after_work_by_state ON after_work (state);

-- No reference to recordings: a recording's row is replaced when its stream is stored again, its analysis stays until it is stale.
CREATE TABLE analyses (
    subject    TEXT PRIMARY KEY,
    call_sid   TEXT NOT NULL REFERENCES calls (call_sid) ON DELETE CASCADE,
    analyzer   TEXT NOT NULL,
    verdict    TEXT NOT NULL,
    findings   INTEGER NOT NULL,
    worst      TEXT NOT NULL,
    report     TEXT NOT NULL,
    made_at    TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX analyses_by_call ON analyses (call_sid);

CREATE TABLE measures (
    subject TEXT NOT NULL REFERENCES analyses (subject) ON DELETE CASCADE,
    track   TEXT NOT NULL,
    name    TEXT NOT NULL,
    value   REAL NOT NULL,
    PRIMARY KEY (name, subject, track)
) WITHOUT ROWID;
CREATE INDEX measures_by_subject ON measures (subject);

-- What was recorded before this step has not been analysed either.
INSERT INTO after_work (call_sid, state, attempts, step, error, updated_at)
SELECT call_sid, 'pending', 0, '', '', COALESCE(ended_at, started_at) FROM calls WHERE state IN ('complete', 'recovered');
