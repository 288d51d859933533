-- Hacker News: a body is one story. Titles are HTML: what it escapes is written out. A story without a link is its own page.

PRAGMA user_version = 3;

CREATE VIEW hackernews_row AS
SELECT snapshot_id, n, place,
	id AS key,
	replace(replace(replace(replace(replace((SELECT atom FROM json_each(row, '$.title') WHERE type = 'text' AND fullkey = '$.title'),
		'&lt;', '<'), '&gt;', '>'), '&quot;', '"'), '&#x27;', ''''), '&amp;', '&') AS title,
	coalesce((SELECT atom FROM json_each(row, '$.url') WHERE type = 'text' AND fullkey = '$.url'),
		'https://news.ycombinator.com/item?id=' || id) AS url,
	NULL AS note,
	'Hacker News' AS source,
	strftime('%Y-%m-%dT%H:%M:%SZ', (SELECT atom FROM json_each(row, '$.time') WHERE type = 'integer' AND fullkey = '$.time'), 'unixepoch') AS published,
	(SELECT atom FROM json_each(row, '$.score') WHERE type = 'integer' AND fullkey = '$.score') AS weight
FROM (
	SELECT snapshot_id, n, place, row,
		(SELECT atom FROM json_each(row, '$.id') WHERE type = 'integer' AND fullkey = '$.id') AS id
	FROM element WHERE source = 'hackernews' AND EXISTS (SELECT 1 FROM json_each(row, '$.type') WHERE atom = 'story'));
