CREATE TABLE calls (
    call_sid         TEXT PRIMARY KEY,
    account_sid      TEXT NOT NULL,
    from_number      TEXT NOT NULL,
    to_number        TEXT NOT NULL,
    direction        TEXT NOT NULL,
    state            TEXT NOT NULL,
    started_at       TEXT NOT NULL,
    ended_at         TEXT,
    duration_seconds REAL NOT NULL,
    end_reason       TEXT NOT NULL,
    stages           TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX calls_by_start ON calls (started_at DESC, call_sid);

CREATE TABLE streams (
    stem            TEXT PRIMARY KEY,
    stream_sid      TEXT NOT NULL,
    call_sid        TEXT NOT NULL REFERENCES calls (call_sid) ON DELETE CASCADE,
    state           TEXT NOT NULL,
    started_at      TEXT NOT NULL,
    ended_at        TEXT,
    end_reason      TEXT NOT NULL,
    recording       TEXT NOT NULL,
    policy          TEXT NOT NULL,
    encoding        TEXT NOT NULL,
    sample_rate_hz  INTEGER NOT NULL,
    messages        INTEGER NOT NULL,
    malformed       INTEGER NOT NULL,
    journal_missing INTEGER NOT NULL,
    parameters      TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX streams_by_call ON streams (call_sid);

CREATE TABLE recordings (
    id               TEXT PRIMARY KEY,
    stream_stem      TEXT NOT NULL REFERENCES streams (stem) ON DELETE CASCADE,
    call_sid         TEXT NOT NULL,
    track            TEXT NOT NULL,
    speaker          TEXT NOT NULL,
    state            TEXT NOT NULL,
    started_at       TEXT NOT NULL,
    start_offset_ms  REAL NOT NULL,
    duration_seconds REAL NOT NULL,
    frames           INTEGER NOT NULL,
    lost_ms          REAL NOT NULL,
    stalls           INTEGER NOT NULL,
    duplicates       INTEGER NOT NULL,
    reordered        INTEGER NOT NULL,
    late             INTEGER NOT NULL,
    drift_ms         REAL NOT NULL,
    unwritten_ms     REAL NOT NULL,
    rms              REAL NOT NULL,
    rms_dbfs         REAL,
    peak_dbfs        REAL,
    end_reason       TEXT NOT NULL,
    wav_sha256       TEXT,
    mulaw_sha256     TEXT,
    bytes            INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX recordings_by_call ON recordings (call_sid);
CREATE INDEX recordings_by_stream ON recordings (stream_stem);
CREATE INDEX recordings_by_start ON recordings (started_at);

CREATE TABLE segments (
    recording_id TEXT NOT NULL REFERENCES recordings (id) ON DELETE CASCADE,
    number       INTEGER NOT NULL,
    file         TEXT NOT NULL,
    start_sample INTEGER NOT NULL,
    samples      INTEGER NOT NULL,
    sha256       TEXT,
    PRIMARY KEY (recording_id, number)
) WITHOUT ROWID;

CREATE TABLE events (
    id          INTEGER PRIMARY KEY,
    call_sid    TEXT NOT NULL REFERENCES calls (call_sid) ON DELETE CASCADE,
    stream_stem TEXT,
    track       TEXT,
    kind        TEXT NOT NULL,
    at_ms       REAL NOT NULL,
    duration_ms REAL NOT NULL,
    detail      TEXT NOT NULL
);
CREATE INDEX events_by_call ON events (call_sid, at_ms);
