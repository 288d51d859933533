-- What came back: refusals at SMTP time, delivery reports, complaints. Times are microseconds since 1970 UTC.

PRAGMA user_version = 14;

-- One row for each report about one person that was proved to be about mail of ours. What follows from it is people/standing's.
CREATE TABLE bounce (
	id            INTEGER PRIMARY KEY AUTOINCREMENT,
	subscriber_id INTEGER NOT NULL REFERENCES subscriber (id) ON DELETE CASCADE,
	issue_id      INTEGER REFERENCES issue (id), -- NULL: a note, or not known
	kind          TEXT NOT NULL CHECK (kind IN ('soft', 'hard', 'complaint')),
	source        TEXT NOT NULL CHECK (source IN ('smtp', 'mail', 'webhook')),
	report        TEXT NOT NULL,             -- names it, so that it counts once however often it is read
	at            INTEGER NOT NULL,          -- taken in
	code          INTEGER,                   -- SMTP reply code
	status        TEXT,                      -- enhanced status, "5.1.1"
	words         TEXT,                      -- the server's, escaped, at most 1,000 bytes
	judged_at     INTEGER,                   -- what follows from it has been done
	UNIQUE (subscriber_id, report)
) STRICT;

CREATE INDEX bounce_issue ON bounce (issue_id);
CREATE INDEX bounce_open ON bounce (id) WHERE judged_at IS NULL;

-- Messages of a mailbox that were looked at and left there for a person: not fetched again every time.
CREATE TABLE mailbox_seen (
	mailbox TEXT NOT NULL,                   -- its url and user
	id      TEXT NOT NULL,                   -- UIDL, or UIDVALIDITY.UID
	at      INTEGER NOT NULL,
	PRIMARY KEY (mailbox, id)
) STRICT, WITHOUT ROWID;
