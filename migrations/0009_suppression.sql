-- Addresses that never get mail, whoever brings them in. Times are microseconds since 1970 UTC.

PRAGMA user_version = 9;

-- The hash is keyed (settings/keys.h), so that who has only this table cannot try addresses against it. It outlives the person:
-- `subscriber erase` leaves nothing else.
CREATE TABLE suppression (
	hash  BLOB PRIMARY KEY CHECK (length(hash) = 32), -- of email_key
	email TEXT,                              -- envelope form, where the operator gave it so; NULL: only its hash is known
	why   TEXT NOT NULL,                     -- a word or two of ours: "operator", "erased", "import of others.txt"
	at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
