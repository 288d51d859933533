-- What the public archive says of an issue. Times are microseconds since 1970 UTC.

PRAGMA user_version = 10;

-- Of an edition that was chosen to be sent: its front matter, which in the frozen bytes is only to be guessed at. Apart from
-- `edition`, whose rows are as long as messages: the archive reads all of these at once.
CREATE TABLE headline (
	edition_id INTEGER PRIMARY KEY REFERENCES edition (id),
	title      TEXT NOT NULL,
	summary    TEXT NOT NULL,
	author     TEXT NOT NULL DEFAULT '',
	number     TEXT NOT NULL DEFAULT '',
	chosen_at  INTEGER NOT NULL
) STRICT;
