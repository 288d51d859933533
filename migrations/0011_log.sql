-- The record of events becomes a chain: a row that is changed, taken out, put in or moved is found (store/chain.h).
-- Times are microseconds since 1970 UTC.

PRAGMA user_version = 11;

DROP INDEX event_subscriber;
ALTER TABLE event RENAME TO event_unchained;

-- What happened, in order: consent, leaving, sends begun and ended, --force used. Rows are only added, by store/event.c, and stay
-- when a person is erased: so nothing of a person is in them but a number.
CREATE TABLE event (
	id            INTEGER PRIMARY KEY,       -- 1, 2, 3, ... without a gap: chosen by store/event.c
	at            INTEGER NOT NULL,
	kind          TEXT NOT NULL,             -- "subscribed", "unsubscribed", "send-began", "forced", …
	subscriber_id INTEGER,                   -- no foreign key: the record outlives an erased person
	issue_id      INTEGER,
	detail        TEXT NOT NULL DEFAULT '{}' CHECK (detail GLOB '{*}'),
	hash          BLOB NOT NULL CHECK (length(hash) = 32) -- of the hash before it and of this row
) STRICT;

CREATE INDEX event_subscriber ON event (subscriber_id) WHERE subscriber_id IS NOT NULL;

CREATE TRIGGER event_is_not_changed BEFORE UPDATE ON event
BEGIN
	SELECT RAISE(ABORT, 'the log of events is only added to');
END;

CREATE TRIGGER event_is_kept BEFORE DELETE ON event
BEGIN
	SELECT RAISE(ABORT, 'the log of events is only added to');
END;

-- The newest row of it, so that it is missed when it is gone.
CREATE TABLE log_head (
	one      INTEGER PRIMARY KEY CHECK (one = 1),
	event_id INTEGER NOT NULL,               -- 0: nothing has happened yet
	hash     BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

INSERT INTO log_head (one, event_id, hash) VALUES (1, 0, zeroblob(32));

-- The rows of event_unchained are moved by chain_begin (store/migrate.c calls it), which then drops that table.
