-- How many of a snapshot's rows a chart gave. The others were asked for by name: they come though the chart is empty, and say
-- nothing about whether it is whole.

PRAGMA user_version = 6;

ALTER TABLE snapshot ADD COLUMN charted INTEGER NOT NULL DEFAULT 0;

-- Until now nobody counted them apart.
UPDATE snapshot SET charted = rows;
