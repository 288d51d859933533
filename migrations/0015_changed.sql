-- One more kind of note: that somebody's paper comes rarer, or pauses, by the page of their preferences. The link to that page stands
-- in every issue, and issues are forwarded; nobody is to lose theirs without a word. Times are microseconds since 1970 UTC.

PRAGMA user_version = 15;

CREATE TABLE edition_new (
	id      INTEGER PRIMARY KEY,
	hash    TEXT NOT NULL UNIQUE CHECK (length(hash) = 64), -- of bytes: mail/letter.h
	kind    TEXT NOT NULL CHECK (kind IN ('issue', 'confirm', 'left', 'export', 'erase', 'address', 'changed')),
	day     TEXT,                            -- the issue's; NULL for notes
	subject TEXT NOT NULL,
	bytes   BLOB NOT NULL,                   -- the letter with its marks
	made_at INTEGER NOT NULL,
	CHECK ((kind = 'issue') = (day IS NOT NULL))
) STRICT;

INSERT INTO edition_new (id, hash, kind, day, subject, bytes, made_at)
SELECT id, hash, kind, day, subject, bytes, made_at FROM edition;
DROP TABLE edition;
ALTER TABLE edition_new RENAME TO edition;

CREATE TABLE owed_new (
	id            INTEGER PRIMARY KEY AUTOINCREMENT, -- stands in the Message-ID
	subscriber_id INTEGER NOT NULL REFERENCES subscriber (id) ON DELETE CASCADE,
	kind          TEXT NOT NULL CHECK (kind IN ('confirm', 'left', 'export', 'erase', 'address', 'changed')),
	email         TEXT,                      -- where it goes, when not to the subscriber's address: a new one that is to be confirmed
	detail        TEXT NOT NULL DEFAULT '{}' CHECK (detail GLOB '{*}'), -- what was asked for, done when the note's link is followed
	edition_id    INTEGER REFERENCES edition (id), -- set when it is first taken in hand
	state         TEXT NOT NULL DEFAULT 'queued'
	              CHECK (state IN ('queued', 'sending', 'sent', 'deferred', 'failed', 'in_doubt', 'skipped')),
	owed_at       INTEGER NOT NULL,
	attempts      INTEGER NOT NULL DEFAULT 0,
	doubts        INTEGER NOT NULL DEFAULT 0,
	next_at       INTEGER,                   -- deferred: not before
	changed_at    INTEGER,
	relay         TEXT,                      -- the last one that had it in hand
	code          INTEGER,
	status        TEXT,
	words         TEXT,
	done_at       INTEGER,                   -- what was asked for has been done: the link works once
	CHECK ((state = 'deferred') = (next_at IS NOT NULL))
) STRICT;

INSERT INTO owed_new (id, subscriber_id, kind, email, detail, edition_id, state, owed_at, attempts, doubts, next_at, changed_at, relay,
	code, status, words, done_at)
SELECT id, subscriber_id, kind, email, detail, edition_id, state, owed_at, attempts, doubts, next_at, changed_at, relay,
	code, status, words, done_at FROM owed;
-- Numbers that were given once are not given again, though their rows are gone.
INSERT OR IGNORE INTO sqlite_sequence (name, seq) SELECT 'owed_new', seq FROM sqlite_sequence WHERE name = 'owed'
	AND NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'owed_new');
UPDATE sqlite_sequence SET seq = (SELECT seq FROM sqlite_sequence WHERE name = 'owed')
WHERE name = 'owed_new' AND EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'owed');
DROP TABLE owed;
ALTER TABLE owed_new RENAME TO owed;

CREATE INDEX owed_open ON owed (id) WHERE state NOT IN ('sent', 'failed', 'skipped');
CREATE INDEX owed_subscriber ON owed (subscriber_id, kind, owed_at); -- how many has this person had lately?
CREATE INDEX owed_email ON owed (lower(email), owed_at) WHERE email IS NOT NULL; -- how often was this mailbox asked?
