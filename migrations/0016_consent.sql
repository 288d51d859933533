-- The evidence of consent is held by the log as well.

PRAGMA user_version = 16;

-- The log has SHA-256 of this and of the row (store/consent.h), so that evidence can be neither changed nor put there later. It is
-- random, so that nothing can be guessed from the log once the row is erased.
ALTER TABLE consent ADD COLUMN nonce BLOB NOT NULL DEFAULT x'';
