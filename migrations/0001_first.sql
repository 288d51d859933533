-- The list, the editions and the ledger. Times are microseconds since 1970 UTC; days are ISO 8601 text.
-- Every column says what it is; states are CHECKed, and CONTRACT's words are the stored words.
-- Each migration ends the transaction's work by setting user_version to its own number; this first one also says whose file it is.

PRAGMA application_id = 1297118068; -- "MPst": asked before anything else is
PRAGMA user_version = 1;

-- Everybody who was ever on the list. Rows are never deleted but by `subscriber erase`: leaving is a state.
CREATE TABLE subscriber (
	id              INTEGER PRIMARY KEY AUTOINCREMENT, -- stands in tokens; never used for somebody else
	email           TEXT NOT NULL,           -- envelope form: local part as given, domain as A-labels
	email_key       TEXT NOT NULL UNIQUE,    -- lower-cased: one key, one person
	domain          TEXT NOT NULL,           -- A-labels, lower case: pacing and statistics go by it
	smtputf8        INTEGER NOT NULL DEFAULT 0 CHECK (smtputf8 IN (0, 1)), -- only a relay with SMTPUTF8 can take it
	name            TEXT NOT NULL DEFAULT '',
	state           TEXT NOT NULL CHECK (state IN ('pending', 'active', 'unsubscribed', 'bounced', 'complained')),
	state_at        INTEGER NOT NULL,        -- since when
	state_why       TEXT NOT NULL DEFAULT '', -- "one-click", "page", "operator", "import 7", the bounce's words
	timezone        TEXT,                    -- theirs, where they said so
	frequency       TEXT NOT NULL DEFAULT 'daily' CHECK (frequency IN ('daily', 'saturday')),
	paused_until    TEXT,                    -- day: no issue before it
	epoch           INTEGER NOT NULL DEFAULT 0 CHECK (epoch >= 0), -- raised to revoke every link of theirs
	token_key       INTEGER,                 -- id of the key that made token_signature
	token_signature BLOB CHECK (token_signature IS NULL OR length(token_signature) = 64), -- member token of this epoch; made at first use
	import_run      INTEGER REFERENCES import_run (id), -- the import that added them, if one did
	created_at      INTEGER NOT NULL,
	updated_at      INTEGER NOT NULL,
	CHECK ((token_key IS NULL) = (token_signature IS NULL))
) STRICT;

CREATE INDEX subscriber_state ON subscriber (state);

CREATE TABLE tag (
	subscriber_id INTEGER NOT NULL REFERENCES subscriber (id) ON DELETE CASCADE,
	name          TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 64),
	PRIMARY KEY (subscriber_id, name)
) STRICT, WITHOUT ROWID;

CREATE INDEX tag_name ON tag (name);

-- One row a run of `subscriber import`, so that it can be undone and told.
CREATE TABLE import_run (
	id         INTEGER PRIMARY KEY,
	file       TEXT NOT NULL,
	started_at INTEGER NOT NULL,
	ended_at   INTEGER,                     -- NULL: it was cut off
	undone_at  INTEGER,
	added      INTEGER NOT NULL DEFAULT 0,
	updated    INTEGER NOT NULL DEFAULT 0,
	unchanged  INTEGER NOT NULL DEFAULT 0,
	rejected   INTEGER NOT NULL DEFAULT 0
) STRICT;

-- What an import changed in a row that was there before: enough to put it back.
CREATE TABLE import_change (
	run           INTEGER NOT NULL REFERENCES import_run (id),
	subscriber_id INTEGER NOT NULL REFERENCES subscriber (id) ON DELETE CASCADE,
	before        TEXT NOT NULL CHECK (before GLOB '{*}'), -- JSON: {"name","timezone","state","tags",…} as it was
	PRIMARY KEY (subscriber_id, run)
) STRICT, WITHOUT ROWID;

-- Frozen messages. A row is never changed: other bytes are another edition.
CREATE TABLE edition (
	id      INTEGER PRIMARY KEY,
	hash    TEXT NOT NULL UNIQUE CHECK (length(hash) = 64), -- of bytes: mail/letter.h
	kind    TEXT NOT NULL CHECK (kind IN ('issue', 'confirm', 'left')),
	day     TEXT,                            -- the issue's; NULL for notes
	subject TEXT NOT NULL,
	bytes   BLOB NOT NULL,                   -- the letter with its marks
	made_at INTEGER NOT NULL,
	CHECK ((kind = 'issue') = (day IS NOT NULL))
) STRICT;

-- One row an issue that was ever begun to be sent.
CREATE TABLE issue (
	id           INTEGER PRIMARY KEY,
	day          TEXT NOT NULL UNIQUE,
	edition_id   INTEGER NOT NULL REFERENCES edition (id), -- what those not yet planned will get
	state        TEXT NOT NULL CHECK (state IN ('planning', 'sending', 'sent', 'held', 'stale')),
	held_why     TEXT NOT NULL DEFAULT '',
	dated_at     INTEGER NOT NULL,           -- the Date header of every copy
	last_moment  INTEGER NOT NULL,           -- not sent after it without --force
	planned_to   INTEGER NOT NULL DEFAULT 0, -- subscriber id: planned up to here while state is planning
	started_at   INTEGER NOT NULL,
	finished_at  INTEGER,
	canary_passed_at INTEGER                 -- the rest may go since then; NULL: not yet, or there is no canary
) STRICT;

-- Who goes first and holds the rest (send.canary). How that ended is in the ledger; no row: everybody may go.
CREATE TABLE canary (
	issue_id      INTEGER NOT NULL REFERENCES issue (id),
	subscriber_id INTEGER NOT NULL REFERENCES subscriber (id) ON DELETE CASCADE,
	PRIMARY KEY (issue_id, subscriber_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX canary_subscriber ON canary (subscriber_id);

-- The ledger: who gets which issue, and how far that is. The states are DESIGN's; nothing else decides what happens next.
CREATE TABLE delivery (
	issue_id      INTEGER NOT NULL REFERENCES issue (id),
	-- Of subscriber, without a foreign key: that would need an index by subscriber, which every issue would change on every page,
	-- and twenty more issues in the ledger made a send half as fast. Who is erased is taken out issue by issue.
	subscriber_id INTEGER NOT NULL,
	edition_id    INTEGER NOT NULL REFERENCES edition (id),
	-- IN (...) would build a table of its seven words at every change, which costs as much as the change.
	state         TEXT NOT NULL DEFAULT 'queued'
	              CHECK (state = 'sent' OR state = 'sending' OR state = 'queued' OR state = 'deferred' OR state = 'failed' OR
	                     state = 'in_doubt' OR state = 'skipped'),
	attempts      INTEGER NOT NULL DEFAULT 0, -- times that `sending` was marked, or that a refusal came before it
	doubts        INTEGER NOT NULL DEFAULT 0, -- times that it was in doubt: each may have been a copy
	next_at       INTEGER,                   -- deferred: not before
	deferred_at   INTEGER,                   -- first deferral: retry_for counts from here
	changed_at    INTEGER,
	relay         TEXT,                      -- the last one that had it in hand: url without user
	code          INTEGER,                   -- its last reply: the SMTP code
	status        TEXT,                      -- and enhanced status, "5.1.1"
	words         TEXT,                      -- and text, escaped, at most 1,000 bytes; or our reason ("expired")
	PRIMARY KEY (issue_id, subscriber_id),
	CHECK ((state = 'deferred') = (next_at IS NOT NULL))
) STRICT, WITHOUT ROWID;

-- Only the few that wait are indexed, so that the common road, queued to sent, touches one tree. What was in the air when a run
-- ended is looked for once, by the next one: a tenth of a second in a million rows.
CREATE INDEX delivery_deferred ON delivery (issue_id, next_at) WHERE state = 'deferred';

-- Every attempt that did not go straight from queued to sent: `why` tells the chain from them. The common road writes none.
CREATE TABLE attempt (
	subscriber_id INTEGER NOT NULL REFERENCES subscriber (id) ON DELETE CASCADE,
	issue_id      INTEGER NOT NULL REFERENCES issue (id),
	n             INTEGER NOT NULL,          -- 1, 2, ... in order
	at            INTEGER NOT NULL,
	state         TEXT NOT NULL CHECK (state IN ('deferred', 'failed', 'in_doubt')), -- what it led to
	relay         TEXT,
	code          INTEGER,
	status        TEXT,
	words         TEXT,
	PRIMARY KEY (subscriber_id, issue_id, n)
) STRICT, WITHOUT ROWID;

-- What relays may still take, kept across runs (token bucket), and how they have been.
CREATE TABLE relay (
	name        TEXT PRIMARY KEY,            -- its url without user
	tokens      REAL NOT NULL,               -- in the bucket,
	tokens_at   INTEGER NOT NULL,            -- at that moment
	ceiling     REAL NOT NULL DEFAULT 0,     -- messages a second, measured when it asked for less and no rate was set; 0: none
	slow        REAL NOT NULL DEFAULT 1,     -- the share of its rate that is used since it asked for less
	sick_until  INTEGER,                     -- left alone until then
	rest        INTEGER,                     -- for so long, microseconds: the next time it is twice that
	refused_at  INTEGER,                     -- when it took nothing in a run: not used again in that one
	words       TEXT                         -- why
) STRICT, WITHOUT ROWID;

-- The same of recipient domains: those of the settings, and those in trouble.
CREATE TABLE domain (
	name        TEXT PRIMARY KEY,
	tokens      REAL NOT NULL,
	tokens_at   INTEGER NOT NULL,
	ceiling     REAL NOT NULL DEFAULT 0,
	slow        REAL NOT NULL DEFAULT 1,
	sick_until  INTEGER,
	rest        INTEGER,
	refused_at  INTEGER,
	words       TEXT
) STRICT, WITHOUT ROWID;

-- What happened, in order: consent, leaving, sends begun and ended, --force used. Rows are only added.
CREATE TABLE event (
	id            INTEGER PRIMARY KEY AUTOINCREMENT,
	at            INTEGER NOT NULL,
	kind          TEXT NOT NULL,             -- "subscribed", "unsubscribed", "send-began", "forced", …
	subscriber_id INTEGER,                   -- no foreign key: the record outlives an erased person
	issue_id      INTEGER,
	detail        TEXT NOT NULL DEFAULT '{}' CHECK (detail GLOB '{*}')
) STRICT;

CREATE INDEX event_subscriber ON event (subscriber_id) WHERE subscriber_id IS NOT NULL;

-- Mail that is owed to one person outside the issues: "please confirm", "you have left". Delivered by `notes`.
CREATE TABLE owed (
	id            INTEGER PRIMARY KEY AUTOINCREMENT,
	subscriber_id INTEGER NOT NULL REFERENCES subscriber (id) ON DELETE CASCADE,
	kind          TEXT NOT NULL CHECK (kind IN ('confirm', 'left')),
	edition_id    INTEGER REFERENCES edition (id), -- set when it is first taken in hand
	state         TEXT NOT NULL DEFAULT 'queued'
	              CHECK (state IN ('queued', 'sending', 'sent', 'deferred', 'failed', 'in_doubt', 'skipped')),
	owed_at       INTEGER NOT NULL,
	attempts      INTEGER NOT NULL DEFAULT 0,
	next_at       INTEGER,
	changed_at    INTEGER,
	code          INTEGER,
	status        TEXT,
	words         TEXT
) STRICT;

CREATE INDEX owed_open ON owed (id) WHERE state NOT IN ('sent', 'failed', 'skipped');
CREATE INDEX owed_subscriber ON owed (subscriber_id, owed_at); -- how many has this person had lately?

-- Single facts about this database: "send_serial" (compared with var/mark to notice a restored backup).
CREATE TABLE fact (
	name  TEXT PRIMARY KEY,
	value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
