-- The counters of a snapshot once more, as two values: whoever compares 40 days wants all of each and none by itself, and a day is read
-- so in a hundredth of the time that its rows take. They say the same; nothing changes a row once it is kept. The form is
-- store/packed.h's; what was kept before is packed behind this, by store/observation.c.

PRAGMA user_version = 15;

CREATE TABLE packed (
	snapshot_id INTEGER PRIMARY KEY REFERENCES snapshot (id) ON DELETE CASCADE,
	counters    BLOB NOT NULL,               -- entity, value, score: of every day
	details     BLOB NOT NULL                -- downloads, forks: asked for on the newest day only, so they stand behind
) STRICT;
