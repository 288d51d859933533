-- Wishes that a public-only host had spooled. Times are microseconds since 1970 UTC.

PRAGMA user_version = 13;

-- Each is granted once: a spool that is copied, restored or played again by who got hold of it does nothing. A wish that is older
-- than a month is not taken any more, and its row goes after two.
CREATE TABLE spooled (
	hash     BLOB PRIMARY KEY CHECK (length(hash) = 32), -- of the sealed bytes
	kind     TEXT NOT NULL,                  -- the wish's word: how many are taken in an hour is limited for some
	taken_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX spooled_taken ON spooled (taken_at, kind);
