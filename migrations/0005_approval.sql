-- Who let which edition go out. Days are ISO 8601 text; times microseconds since 1970 UTC.

PRAGMA user_version = 5;

-- Rows are only added; the newest of a day counts, so that an approval can be taken over by another.
CREATE TABLE approval (
	id         INTEGER PRIMARY KEY,
	day        TEXT NOT NULL,
	edition_id INTEGER NOT NULL REFERENCES edition (id), -- its bytes are kept: they are what goes out
	bare_hash  TEXT NOT NULL CHECK (length(bare_hash) = 64), -- of its words and the letter without the day's figures
	by         TEXT NOT NULL,                -- the system user
	at         INTEGER NOT NULL
) STRICT;

CREATE INDEX approval_day ON approval (day);
