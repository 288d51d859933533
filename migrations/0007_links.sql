-- What the links of an issue answered to `check --links`. Times are microseconds since 1970 UTC.

PRAGMA user_version = 7;

-- So that nobody is asked twice a day; it may be emptied at any time.
CREATE TABLE asked_link (
	url     TEXT PRIMARY KEY,
	verdict TEXT NOT NULL CHECK (verdict IN ('ok', 'moved', 'gone', 'unreachable', 'slow')),
	status  INTEGER NOT NULL,                -- the last one of HTTP; 0: there was no answer
	target  TEXT NOT NULL,                   -- where it has moved to; empty: it has not
	why     TEXT NOT NULL,                   -- in words, escaped
	at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX asked_link_at ON asked_link (at);
