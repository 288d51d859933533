-- The data desk: what the sources answered, as it came; views that read rows out of it; the rows themselves, made of the views when
-- an answer is kept; and what past issues showed. Days are UTC and ISO 8601 text.
--
-- A source's view names the columns that its rows have. Charts: name, stable, value, score, downloads, forks, created, task,
-- quantized, description, language, library, fork, archived, tracked. Links: key, title, url, note, source, published, weight. What
-- is not there, or of another type than it should be, is NULL. A new source is a view here and a row in store/row.c.

PRAGMA user_version = 2;

-- One row a source and day that it was asked.
CREATE TABLE snapshot (
	id       INTEGER PRIMARY KEY,
	source   TEXT NOT NULL,
	day      TEXT NOT NULL,
	taken    TEXT NOT NULL,                  -- day it was taken in: recorded ones are older than that
	rows     INTEGER NOT NULL DEFAULT 0,     -- good ones; 0: a day without a snapshot, kept for its evidence
	rejected INTEGER NOT NULL DEFAULT 0,
	partial  INTEGER NOT NULL DEFAULT 0 CHECK (partial IN (0, 1)), -- nothing may be said to have dropped out
	why      TEXT NOT NULL DEFAULT '',       -- partial, or without rows: the reason
	UNIQUE (source, day)
) STRICT;

CREATE INDEX snapshot_day ON snapshot (day);

-- The answers of a snapshot, as they came. Bodies are packed (gzip) where that saves something, and thinned with age.
CREATE TABLE answer (
	id          INTEGER PRIMARY KEY,
	snapshot_id INTEGER NOT NULL REFERENCES snapshot (id) ON DELETE CASCADE,
	n           INTEGER NOT NULL,            -- 0, 1, ... in the order they were asked for
	url         TEXT NOT NULL,               -- as asked; without credentials
	status      INTEGER NOT NULL,
	etag        TEXT NOT NULL DEFAULT '',
	type        TEXT NOT NULL DEFAULT '',
	at          INTEGER NOT NULL,
	size        INTEGER NOT NULL,            -- of the body, unpacked
	partial     INTEGER NOT NULL DEFAULT 0,
	tracked     INTEGER NOT NULL DEFAULT 0,  -- asked for because it is tracked, not for a chart
	why         TEXT NOT NULL DEFAULT '',    -- it is no good: the reason; no rows are made of it
	rows_at     TEXT NOT NULL DEFAULT '',    -- where its rows stand: a JSON path; 'one': it is a row itself; '': none
	items       BLOB,                        -- rows read from a body that is no JSON: a JSON array, as body
	body        BLOB,                        -- NULL: thinned
	UNIQUE (snapshot_id, n)
) STRICT;

CREATE INDEX answer_url ON answer (url, at);

-- Every element that stands where rows stand; `row` is NULL when it is no object. unpacked() is the program's own (store/db.c): the
-- text of a body, unpacked, without a byte order mark, and with U+FFFD for escaped NULs and halves of surrogate pairs.
CREATE VIEW element AS
SELECT a.snapshot_id, s.source, a.n, a.tracked, j.key AS place, CASE j.type WHEN 'object' THEN j.value END AS row
FROM answer AS a
JOIN snapshot AS s ON s.id = a.snapshot_id
JOIN json_each(
	CASE a.rows_at WHEN '' THEN NULL WHEN 'one' THEN '[' || unpacked(a.body) || ']' ELSE unpacked(coalesce(a.items, a.body)) END,
	CASE a.rows_at WHEN 'one' THEN '$' ELSE a.rows_at END) AS j;

-- A member is read by its key from json_each, which gives its type as well. (json_extract and ->> would be shorter, but SQLite 3.40
-- does not have them in views of a schema that is not trusted.)
CREATE VIEW github_row AS
SELECT snapshot_id, n, tracked, place,
	(SELECT atom FROM json_each(row) WHERE key = 'full_name' AND type = 'text') AS name,
	(SELECT atom FROM json_each(row) WHERE key = 'id' AND type IN ('integer', 'real')) AS stable,
	(SELECT atom FROM json_each(row) WHERE key = 'stargazers_count' AND type IN ('integer', 'real')) AS value,
	NULL AS score,
	NULL AS downloads,
	(SELECT atom FROM json_each(row) WHERE key = 'forks_count' AND type IN ('integer', 'real')) AS forks,
	(SELECT atom FROM json_each(row) WHERE key = 'created_at' AND type = 'text') AS created,
	NULL AS task,
	NULL AS quantized,
	(SELECT atom FROM json_each(row) WHERE key = 'description' AND type = 'text') AS description,
	(SELECT atom FROM json_each(row) WHERE key = 'language' AND type = 'text') AS language,
	NULL AS library,
	EXISTS (SELECT 1 FROM json_each(row) WHERE key = 'fork' AND type = 'true') AS fork,
	EXISTS (SELECT 1 FROM json_each(row) WHERE key = 'archived' AND type = 'true') AS archived
FROM element WHERE source = 'github';

-- The charts of HuggingFace answer alike.
CREATE VIEW huggingface_row AS
SELECT snapshot_id, source, n, tracked, place,
	(SELECT atom FROM json_each(row) WHERE key = 'id' AND type = 'text') AS name,
	(SELECT atom FROM json_each(row) WHERE key = '_id' AND type = 'text') AS stable,
	(SELECT atom FROM json_each(row) WHERE key = 'likes' AND type IN ('integer', 'real')) AS value,
	(SELECT atom FROM json_each(row) WHERE key = 'trendingScore' AND type IN ('integer', 'real')) AS score,
	(SELECT atom FROM json_each(row) WHERE key = 'downloads' AND type IN ('integer', 'real')) AS downloads,
	NULL AS forks,
	(SELECT atom FROM json_each(row) WHERE key = 'createdAt' AND type = 'text') AS created,
	(SELECT atom FROM json_each(row) WHERE key = 'pipeline_tag' AND type = 'text') AS task,
	(SELECT substr(atom, 22) FROM json_each(row, '$.tags') WHERE type = 'text' AND atom GLOB 'base_model:quantized:*' LIMIT 1) AS quantized,
	coalesce((SELECT atom FROM json_each(row, '$.cardData') WHERE key = 'short_description' AND type = 'text'),
		(SELECT atom FROM json_each(row) WHERE key = 'description' AND type = 'text')) AS description,
	NULL AS language,
	(SELECT atom FROM json_each(row) WHERE key = 'library_name' AND type = 'text') AS library,
	0 AS fork,
	0 AS archived
FROM element;

CREATE VIEW hf_models_row AS SELECT * FROM huggingface_row WHERE source = 'hf_models';
CREATE VIEW hf_models_pool_row AS SELECT * FROM huggingface_row WHERE source = 'hf_models_pool';
CREATE VIEW hf_datasets_row AS SELECT * FROM huggingface_row WHERE source = 'hf_datasets';
CREATE VIEW hf_spaces_row AS SELECT * FROM huggingface_row WHERE source = 'hf_spaces';

-- All values are strings, '' is none; stars are those gained in the period that was asked for.
CREATE VIEW ossinsight_row AS
SELECT snapshot_id, n, tracked, place,
	(SELECT atom FROM json_each(row) WHERE key = 'repo_name' AND type = 'text') AS name,
	(SELECT CAST(atom AS INTEGER) FROM json_each(row) WHERE key = 'repo_id' AND atom GLOB '[1-9]*') AS stable,
	(SELECT CAST(atom AS REAL) FROM json_each(row) WHERE key = 'stars' AND atom GLOB '[0-9]*') AS value,
	NULL AS score,
	NULL AS downloads,
	(SELECT CAST(atom AS REAL) FROM json_each(row) WHERE key = 'forks' AND atom GLOB '[0-9]*') AS forks,
	NULL AS created,
	NULL AS task,
	NULL AS quantized,
	(SELECT atom FROM json_each(row) WHERE key = 'description' AND type = 'text') AS description,
	(SELECT atom FROM json_each(row) WHERE key = 'primary_language' AND type = 'text') AS language,
	NULL AS library,
	0 AS fork,
	0 AS archived
FROM element WHERE source = 'ossinsight';

-- The daily papers; the link is built from the id, which is arXiv's.
CREATE VIEW hf_papers_row AS
SELECT snapshot_id, n, place,
	id AS key,
	coalesce((SELECT atom FROM json_each(row, '$.paper') WHERE key = 'title' AND type = 'text'),
		(SELECT atom FROM json_each(row) WHERE key = 'title' AND type = 'text')) AS title,
	'https://arxiv.org/abs/' || id AS url,
	coalesce((SELECT atom FROM json_each(row, '$.paper') WHERE key = 'ai_summary' AND type = 'text'),
		(SELECT atom FROM json_each(row, '$.paper') WHERE key = 'summary' AND type = 'text')) AS note,
	'Hugging Face papers' AS source,
	(SELECT atom FROM json_each(row, '$.paper') WHERE key = 'publishedAt' AND type = 'text') AS published,
	(SELECT atom FROM json_each(row, '$.paper') WHERE key = 'upvotes' AND type IN ('integer', 'real')) AS weight
FROM (
	SELECT snapshot_id, n, place, row,
		(SELECT atom FROM json_each(row, '$.paper') WHERE key = 'id' AND type = 'text'
			AND atom GLOB '[0-9][0-9][0-9][0-9].[0-9][0-9][0-9][0-9]*' AND atom NOT GLOB '*[^0-9.]*') AS id
	FROM element WHERE source = 'hf_papers');

-- Feeds and arXiv: their items, as collect/feed.c reads them.
CREATE VIEW item_row AS
SELECT snapshot_id, source AS asked, n, place,
	(SELECT atom FROM json_each(row) WHERE key = 'id' AND type = 'text') AS key,
	(SELECT atom FROM json_each(row) WHERE key = 'title' AND type = 'text') AS title,
	(SELECT atom FROM json_each(row) WHERE key = 'url' AND type = 'text') AS url,
	(SELECT atom FROM json_each(row) WHERE key = 'note' AND type = 'text') AS note,
	(SELECT atom FROM json_each(row) WHERE key = 'source' AND type = 'text') AS source,
	(SELECT atom FROM json_each(row) WHERE key = 'at' AND type = 'text') AS published,
	NULL AS weight
FROM element;

CREATE VIEW feed_row AS SELECT * FROM item_row WHERE asked = 'feed';
CREATE VIEW arxiv_row AS SELECT * FROM item_row WHERE asked = 'arxiv';

-- A repository, model, dataset or space as it described itself: a row for each description it had. Those of one id are one, whatever
-- their names; what was observed points here.
CREATE TABLE entity (
	id          INTEGER PRIMARY KEY,
	chart       TEXT NOT NULL,               -- "github", "hf_models", ...
	name        TEXT NOT NULL,               -- checked: a link may be built from it
	stable      TEXT NOT NULL DEFAULT '',    -- GitHub's number, HuggingFace's _id: no rename changes it. '': not said
	digest      INTEGER NOT NULL,            -- of all that follows up to `archived`
	created     TEXT,                        -- day
	task        TEXT NOT NULL DEFAULT '',    -- pipeline_tag
	quantized   TEXT NOT NULL DEFAULT '',    -- the model it says it is a quantized copy of
	description TEXT NOT NULL DEFAULT '',    -- cleaned, and cut
	language    TEXT NOT NULL DEFAULT '',
	library     TEXT NOT NULL DEFAULT '',
	fork        INTEGER NOT NULL DEFAULT 0,
	archived    INTEGER NOT NULL DEFAULT 0,
	first_seen  TEXT NOT NULL,               -- days: observations of it are within these two
	last_seen   TEXT NOT NULL,
	charted     TEXT,                        -- last day that a chart had it; NULL: never, it is tracked
	value       INTEGER NOT NULL,            -- its counter on the last day
	UNIQUE (chart, name, stable, digest)
) STRICT;

-- Typed rows of the charts, in the order they were read. The integers of a day lie together: 40 days are one walk.
CREATE TABLE observation (
	snapshot_id INTEGER NOT NULL REFERENCES snapshot (id) ON DELETE CASCADE,
	n           INTEGER NOT NULL,            -- 0, 1, ... the first of a day wins
	entity_id   INTEGER NOT NULL,            -- no foreign key: it would want an index to look for orphans; store/thin.c does
	value       INTEGER NOT NULL,            -- the counter: stars, likes; of ossinsight the stars gained
	score       REAL,                        -- trendingScore
	downloads   INTEGER,                     -- of the last 30 days
	forks       INTEGER,
	PRIMARY KEY (snapshot_id, n)
) STRICT, WITHOUT ROWID;

-- Typed rows of what is worth reading.
CREATE TABLE link (
	snapshot_id INTEGER NOT NULL REFERENCES snapshot (id) ON DELETE CASCADE,
	n           INTEGER NOT NULL,
	key         TEXT NOT NULL,               -- the source's own id
	title       TEXT NOT NULL,               -- cleaned, and cut
	url         TEXT NOT NULL,               -- http or https
	note        TEXT NOT NULL DEFAULT '',
	source      TEXT NOT NULL DEFAULT '',    -- whose it is: the feed's name
	published   TEXT,                        -- day
	weight      REAL,                        -- upvotes, points
	PRIMARY KEY (snapshot_id, n)
) STRICT, WITHOUT ROWID;

-- What is tracked and was not there (404, 451): three times in a row, and it is not asked for again.
CREATE TABLE absent (
	chart TEXT NOT NULL,
	name  TEXT NOT NULL,
	day   TEXT NOT NULL,                     -- the last one
	times INTEGER NOT NULL,
	PRIMARY KEY (chart, name)
) STRICT, WITHOUT ROWID;

-- What an issue showed: the editing rules across issues read it (store/shown.h).
CREATE TABLE shown (
	day      TEXT NOT NULL,
	n        INTEGER NOT NULL,
	place    TEXT NOT NULL,
	source   TEXT NOT NULL DEFAULT '',
	key      TEXT NOT NULL,
	name     TEXT NOT NULL,
	value    REAL NOT NULL DEFAULT 0,
	momentum REAL NOT NULL DEFAULT 0,
	rank     INTEGER NOT NULL DEFAULT 0,     -- 0: none
	PRIMARY KEY (day, n)
) STRICT, WITHOUT ROWID;
