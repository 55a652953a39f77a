-- No reference to recordings, as with analyses: a recording's row is replaced when its stream is stored again, its words stay.
CREATE TABLE transcripts (
    recording_id TEXT NOT NULL,
    kind         TEXT NOT NULL, -- 'final' or 'live'
    call_sid     TEXT NOT NULL REFERENCES calls (call_sid) ON DELETE CASCADE,
    transcriber  TEXT NOT NULL,
    engine       TEXT NOT NULL,
    model        TEXT NOT NULL,
    language     TEXT NOT NULL,
    state        TEXT NOT NULL,
    reason       TEXT NOT NULL,
    document     TEXT NOT NULL,
    made_at      TEXT NOT NULL,
    PRIMARY KEY (recording_id, kind)
) WITHOUT ROWID;
CREATE INDEX transcripts_by_call ON transcripts (call_sid);

-- What is believed to have been said, for the search.
CREATE TABLE transcript_segments (
    id           INTEGER PRIMARY KEY,
    recording_id TEXT NOT NULL,
    kind         TEXT NOT NULL,
    call_sid     TEXT NOT NULL,
    text         TEXT NOT NULL,
    FOREIGN KEY (recording_id, kind) REFERENCES transcripts (recording_id, kind) ON DELETE CASCADE
);
CREATE INDEX transcript_segments_by_recording ON transcript_segments (recording_id, kind);

CREATE VIRTUAL TABLE transcript_words USING fts5 (text, content = 'transcript_segments', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2');
-- What is deleted leaves the index at once, not at the next merge.
INSERT INTO transcript_words (transcript_words, rank) VALUES ('secure-delete', 1);

CREATE TRIGGER transcript_segments_added AFTER INSERT ON transcript_segments BEGIN
    INSERT INTO transcript_words (rowid, text) VALUES (new.id, new.text);
END;
CREATE TRIGGER transcript_segments_gone AFTER DELETE ON transcript_segments BEGIN
    INSERT INTO transcript_words (transcript_words, rowid, text) VALUES ('delete', old.id, old.text);
END;
