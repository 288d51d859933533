-- Notes: mail that is owed to one person outside the issues. Times are microseconds since 1970 UTC.

PRAGMA user_version = 8;

-- The kinds of notes are the kinds of tokens that they carry (DESIGN, "Tokens and keys"), and "left" and "changed", which carry the
-- member's. "changed" says that somebody's paper comes rarer, or pauses, by the page of their preferences: the link to that page stands
-- in every issue, and issues are forwarded; nobody is to lose theirs without a word.
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

-- Nothing wrote into the old one.
DROP TABLE owed;

-- One row a note that is owed; its states are the ledger's, and so are its commit points.
CREATE TABLE owed (
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

CREATE INDEX owed_open ON owed (id) WHERE state NOT IN ('sent', 'failed', 'skipped');
CREATE INDEX owed_subscriber ON owed (subscriber_id, kind, owed_at); -- how many has this person had lately?

-- What somebody agreed to, when and from where: the evidence of a double opt-in. Apart from `event`, so that it goes with the
-- person when they are erased, and the record of events stays.
CREATE TABLE consent (
	id            INTEGER PRIMARY KEY AUTOINCREMENT,
	subscriber_id INTEGER NOT NULL REFERENCES subscriber (id) ON DELETE CASCADE,
	at            INTEGER NOT NULL,
	step          TEXT NOT NULL CHECK (step IN ('asked', 'confirmed')),
	words         TEXT NOT NULL,             -- the sentence that stood beside the button
	address       TEXT NOT NULL DEFAULT '',  -- the visitor's network address; empty: not known
	via           TEXT NOT NULL,             -- "page", "spool", "form of another site"
	-- The log has SHA-256 of this and of the row (store/consent.h), so that evidence can be neither changed nor put there later. It
	-- is random, so that nothing can be guessed from the log once the row is erased.
	nonce         BLOB NOT NULL DEFAULT x''
) STRICT;

CREATE INDEX consent_subscriber ON consent (subscriber_id);
