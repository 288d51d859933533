#include "store/consent.h"

static const char *const steps[CONSENT_STEPS] = {
	[CONSENT_ASKED] = "asked",
	[CONSENT_CONFIRMED] = "confirmed",
};

const char *
consent_step_name(enum consent_step step)
{
	return steps[step];
}

int
consent_add(struct db *db, const struct consent *c, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"INSERT INTO consent (subscriber_id, at, step, words, address, via) "
		"VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
		e);

	if (!s)
		return -1;
	stmt_int(s, 1, c->subscriber);
	stmt_int(s, 2, c->at);
	stmt_textz(s, 3, steps[c->step]);
	stmt_text(s, 4, c->words.n ? c->words : STR(""));
	stmt_text(s, 5, c->address.n ? c->address : STR(""));
	stmt_text(s, 6, c->via);
	return stmt_run(s, e);
}

int
consent_each(struct db *db, int64_t subscriber, consent_fn *fn, void *context, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT at, step, words, address, via FROM consent WHERE subscriber_id = ?1 "
		"ORDER BY id",
		e);
	int status;

	if (!s)
		return -1;
	stmt_int(s, 1, subscriber);
	while ((status = stmt_step(s, e)) > 0) {
		struct consent c = { .subscriber = subscriber,
			.at = stmt_get_int(s, 0),
			.step = str_eqz(stmt_get_text(s, 1), steps[CONSENT_CONFIRMED])
					? CONSENT_CONFIRMED
					: CONSENT_ASKED,
			.words = stmt_get_text(s, 2),
			.address = stmt_get_text(s, 3),
			.via = stmt_get_text(s, 4) };

		if (fn(context, &c, e) < 0) {
			stmt_reset(s);
			return -1;
		}
	}
	return status;
}
