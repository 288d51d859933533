/* ledger.h: an issue and its rows, for the tests of what is counted in them. */
#ifndef UNIT_LEDGER_H
#define UNIT_LEDGER_H

#include "store/delivery.h"

#include "scratch.h"

/* People 1 to n of d0.example to d4.example, all queued for issue 1, which began at 1000. */
static inline void
ledger_fill(struct scratch *s, int n, struct issue *issue)
{
	struct stmt *st;

	assert_done(s, db_begin(s->db, &s->e));
	assert_done(
		s, db_exec(s->db,
			   "INSERT INTO edition (id, hash, kind, day, subject, bytes, made_at) "
			   "VALUES (1, printf('%064d', 1), 'issue', '2026-02-14', 's', x'62', 1); "
			   "INSERT INTO issue (id, day, edition_id, state, dated_at, last_moment, "
			   "started_at) VALUES (1, '2026-02-14', 1, 'sending', 1, 9, 1000);",
			   &s->e));
	st = db_prepare(s->db,
		"WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) "
		"INSERT INTO subscriber (id, email, email_key, domain, state, state_at, "
		"created_at, "
		"updated_at) SELECT i, 'r' || i || '@d' || (i % 5) || '.example', 'r' || i || '@d' "
		"|| (i % 5) || '.example', 'd' || (i % 5) || '.example', 'active', 1, 1, 1 FROM n",
		&s->e);
	assert_non_null(st);
	stmt_int(st, 1, n);
	assert_done(s, stmt_run(st, &s->e));
	assert_done(
		s, db_exec(s->db,
			   "INSERT INTO delivery (issue_id, subscriber_id, edition_id) SELECT 1, "
			   "id, 1 FROM subscriber;",
			   &s->e));
	assert_done(s, db_commit(s->db, &s->e));
	*issue = (struct issue){
		.id = 1, .edition_id = 1, .state = ISSUE_SENDING, .started_at = 1000
	};
}

static inline void
ledger_record(struct scratch *s, int64_t who, enum delivery_state to, int code, const char *words,
	int64_t now)
{
	const struct delivery_outcome o = { .to = to,
		.next_at = to == DELIVERY_DEFERRED ? now + 100 : 0,
		.relay = "smtp://relay.example:25",
		.code = code,
		.words = str_of(words) };

	assert_done(s, delivery_record(s->db, 1, who, &o, now, &s->e));
}

#endif
