#include "store/answered.h"

#include "store/refused.h"

int
answered_count(struct db *db, int64_t issue, struct answered *out, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT count(*), count(*) FILTER (WHERE state = 'sent' OR state = 'failed'), "
		"count(*) FILTER (WHERE " REFUSED ") FROM delivery WHERE issue_id = ?1",
		e);
	int got;

	if (!s)
		return -1;
	stmt_int(s, 1, issue);
	got = stmt_step(s, e);
	if (got == 1) {
		out->all = stmt_get_int(s, 0);
		out->served = stmt_get_int(s, 1);
		out->refused = stmt_get_int(s, 2);
	}
	stmt_reset(s);
	return got < 0 ? -1 : 0;
}

/* One whom the relay refused may stand among the events as well: as one. */
int
answered_by_mail(struct db *db, int64_t issue, struct answered *out, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT count(DISTINCT CASE WHEN kind = 'bounced' AND NOT EXISTS (SELECT 1 FROM "
		"delivery d WHERE d.issue_id = ?1 AND d.subscriber_id = event.subscriber_id AND "
		"d.state = 'failed') THEN subscriber_id END), count(DISTINCT CASE kind WHEN "
		"'complained' THEN subscriber_id END) FROM event WHERE issue_id = ?1 AND kind IN "
		"('bounced', 'complained')",
		e);
	int got;

	if (!s)
		return -1;
	stmt_int(s, 1, issue);
	got = stmt_step(s, e);
	if (got == 1) {
		out->bounced = stmt_get_int(s, 0);
		out->complained = stmt_get_int(s, 1);
	}
	stmt_reset(s);
	return got < 0 ? -1 : 0;
}

int
answered_words(struct db *db, int64_t issue, struct arena *a, struct str *words, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT code || ' ' || coalesce(words, '') AS said FROM delivery WHERE issue_id = "
		"?1 AND " REFUSED " GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1",
		e);
	int got;

	if (!s)
		return -1;
	stmt_int(s, 1, issue);
	got = stmt_step(s, e);
	if (got == 1)
		*words = arena_str(a, stmt_get_text(s, 0));
	stmt_reset(s);
	return got;
}
