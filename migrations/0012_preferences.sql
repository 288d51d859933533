-- What readers do by their own link.

PRAGMA user_version = 12;

-- Why they leave, where they say so: how many said it, in all. No person, no day, for with a day and a short list it would be known
-- whose word it was.
CREATE TABLE reason (
	word TEXT PRIMARY KEY CHECK (word IN ('too_often', 'no_interest', 'never_asked', 'elsewhere', 'other')),
	n    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How often was this mailbox asked whether it wants somebody's paper? Few notes go to another address than their subscriber's.
CREATE INDEX owed_email ON owed (lower(email), owed_at) WHERE email IS NOT NULL;
