#include "store/consent.h"

#include <stdio.h>

#include "base/buf.h"
#include "store/event.h"

static const char *const steps[CONSENT_STEPS] = {
	[CONSENT_ASKED] = "asked",
	[CONSENT_CONFIRMED] = "confirmed",
};

const char *
consent_step_name(enum consent_step step)
{
	return steps[step];
}

/* -- the seal --------------------------------------------------------------------------------- */

static void
put_number(struct buf *b, uint64_t n, int bytes)
{
	while (bytes-- > 0)
		buf_addc(b, (char)(n >> 8 * bytes & 0xff));
}

static void
put_text(struct buf *b, struct str s)
{
	put_number(b, s.n, 4);
	buf_add(b, s);
}

static void
seal(const struct consent *c, char out[static SIGN_HEX])
{
	uint8_t digest[SIGN_SHA256];
	struct buf b;

	buf_init(&b, 1 << 20);
	buf_addz(&b, "morningpost/consent/v1\n");
	buf_add(&b, c->nonce);
	put_number(&b, (uint64_t)c->subscriber, 8);
	put_number(&b, (uint64_t)c->at, 8);
	put_text(&b, str_of(steps[c->step]));
	put_text(&b, c->words);
	put_text(&b, c->address);
	put_text(&b, c->via);
	sign_sha256(buf_str(&b), digest);
	buf_clear(&b);
	sign_hex((struct str){ (const char *)digest, sizeof digest }, &b);
	snprintf(out, SIGN_HEX, "%.*s", STR_ARG(buf_str(&b)));
	buf_free(&b);
}

static int
note(struct db *db, const struct consent *c, struct err *e)
{
	char detail[SIGN_HEX + 64];
	int n = snprintf(detail, sizeof detail, "{\"step\":\"%s\",\"seal\":\"%s\"}", steps[c->step],
		c->seal);

	return event_add(
		db, c->at, "consented", c->subscriber, 0, (struct str){ detail, (size_t)n }, e);
}

/* -- the table --------------------------------------------------------------------------------- */

static int
insert(struct db *db, const struct consent *c, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"INSERT INTO consent (subscriber_id, at, step, words, address, via, nonce) "
		"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
		e);

	if (!s)
		return -1;
	stmt_int(s, 1, c->subscriber);
	stmt_int(s, 2, c->at);
	stmt_textz(s, 3, steps[c->step]);
	stmt_text(s, 4, c->words.n ? c->words : STR(""));
	stmt_text(s, 5, c->address.n ? c->address : STR(""));
	stmt_text(s, 6, c->via);
	stmt_blob(s, 7, c->nonce);
	return stmt_run(s, e);
}

int
consent_add(struct db *db, const struct consent *c, struct err *e)
{
	char nonce[CONSENT_NONCE];
	struct consent whole = *c;

	sign_random(nonce, sizeof nonce);
	whole.nonce = (struct str){ nonce, sizeof nonce };
	seal(&whole, whole.seal);
	return insert(db, &whole, e) < 0 ? -1 : note(db, &whole, e);
}

/* A row of "subscriber_id, at, step, words, address, via, nonce". */
static struct consent
read_row(struct stmt *s)
{
	struct consent c = { .subscriber = stmt_get_int(s, 0),
		.at = stmt_get_int(s, 1),
		.step = str_eqz(stmt_get_text(s, 2), steps[CONSENT_CONFIRMED]) ? CONSENT_CONFIRMED
									       : CONSENT_ASKED,
		.words = stmt_get_text(s, 3),
		.address = stmt_get_text(s, 4),
		.via = stmt_get_text(s, 5),
		.nonce = stmt_get_blob(s, 6) };

	seal(&c, c.seal);
	return c;
}

int
consent_each(struct db *db, int64_t subscriber, consent_fn *fn, void *context, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT subscriber_id, at, step, words, address, via, nonce FROM consent "
		"WHERE subscriber_id = ?1 ORDER BY id",
		e);
	int status;

	if (!s)
		return -1;
	stmt_int(s, 1, subscriber);
	while ((status = stmt_step(s, e)) > 0) {
		const struct consent c = read_row(s);

		if (fn(context, &c, e) < 0) {
			stmt_reset(s);
			return -1;
		}
	}
	return status;
}

/* -- against the log --------------------------------------------------------------------------- */

/* Does the log have the seal? 1 yes, 0 no. */
static int
is_noted(struct db *db, const struct consent *c, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT 1 FROM event WHERE subscriber_id = ?1 AND kind = 'consented' "
		"AND detail ->> '$.seal' = ?2",
		e);

	if (!s)
		return -1;
	stmt_int(s, 1, c->subscriber);
	stmt_textz(s, 2, c->seal);
	return stmt_ask(s, e);
}

/* Rows that the log does not know. */
static int
find_strangers(struct db *db, consent_fault_fn *fn, void *context, bool *whole, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT subscriber_id, at, step, words, address, via, nonce FROM consent "
		"ORDER BY id",
		e);
	int status, noted;

	if (!s)
		return -1;
	while ((status = stmt_step(s, e)) > 0) {
		const struct consent c = read_row(s);

		noted = is_noted(db, &c, e);
		if (noted < 0) {
			stmt_reset(s);
			return -1;
		}
		if (noted == 0) {
			*whole = false;
			fn(context, c.subscriber);
		}
	}
	return status;
}

/* Those of people who are still there and of whom the log knows more than there is. */
static int
find_missing(struct db *db, consent_fault_fn *fn, void *context, bool *whole, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"SELECT subscriber_id FROM event WHERE kind = 'consented' "
		"AND subscriber_id IN (SELECT id FROM subscriber) GROUP BY subscriber_id "
		"HAVING count(*) > (SELECT count(*) FROM consent c "
		"WHERE c.subscriber_id = event.subscriber_id)",
		e);
	int status;

	if (!s)
		return -1;
	while ((status = stmt_step(s, e)) > 0) {
		*whole = false;
		fn(context, stmt_get_int(s, 0));
	}
	return status;
}

int
consent_verify(struct db *db, consent_fault_fn *fn, void *context, struct err *e)
{
	bool whole = true;
	int status;

	if (db_begin_read(db, e) < 0)
		return -1;
	status = find_strangers(db, fn, context, &whole, e);
	if (status == 0)
		status = find_missing(db, fn, context, &whole, e);
	db_rollback(db);
	return status < 0 ? -1 : whole;
}
