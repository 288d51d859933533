#include "store/proof.h"

int
proof_deliveries(
	struct db *db, int64_t subscriber, proof_delivery_fn *fn, void *context, struct err *e)
{
	/* CROSS JOIN: the ledger is found by issue and person, so a look for each issue. */
	struct stmt *s = db_prepare(db,
		"SELECT i.day, d.state, i.id, coalesce(d.changed_at, 0), d.attempts FROM issue i "
		"CROSS JOIN delivery d ON d.issue_id = i.id AND d.subscriber_id = ?1 ORDER BY "
		"i.day",
		e);
	int got;

	if (!s)
		return -1;
	stmt_int(s, 1, subscriber);
	while ((got = stmt_step(s, e)) == 1) {
		const struct proof_delivery d = { .day = stmt_get_text(s, 0),
			.state = stmt_get_text(s, 1),
			.issue = stmt_get_int(s, 2),
			.changed_at = stmt_get_int(s, 3),
			.attempts = stmt_get_int(s, 4) };

		if (fn(context, &d, e) < 0) {
			stmt_reset(s);
			return -1;
		}
	}
	return got;
}
