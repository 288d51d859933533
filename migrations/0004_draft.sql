-- What `draft` wrote, and what an issue is without its data. Days are ISO 8601 text.

PRAGMA user_version = 4;

-- An issue is unedited while its file has one of these hashes. A day can have several: a draft that was deleted and written again.
CREATE TABLE draft (
	day     TEXT NOT NULL,
	hash    TEXT NOT NULL CHECK (length(hash) = 64), -- BLAKE2b of the file's bytes
	made_at INTEGER NOT NULL,
	PRIMARY KEY (day, hash)
) STRICT, WITHOUT ROWID;

-- The hash that its letter has without the day's figures: tells an issue that was edited since its sending began from one whose
-- figures came in late. '': begun before this was kept.
ALTER TABLE issue ADD COLUMN bare_hash TEXT NOT NULL DEFAULT '';
