#include "store/drafted.h"

#include "base/sign.h"

enum { HASH = 32 };

static struct str
hash_of(struct str text, struct arena *a)
{
	uint8_t hash[HASH];
	struct buf b;

	sign_hash(text, hash, sizeof hash);
	buf_init(&b, HASH * 2 + 1);
	sign_hex((struct str){ (const char *)hash, sizeof hash }, &b);
	return buf_keep(&b, a);
}

int
drafted_keep(struct db *db, struct day day, struct str text, int64_t now, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"INSERT INTO draft (day, hash, made_at) VALUES (?1, ?2, ?3) "
		"ON CONFLICT (day, hash) DO NOTHING",
		e);
	struct arena a = { 0 };
	char date[11];
	int status;

	if (!s)
		return -1;
	clock_print_day(day, date);
	stmt_textz(s, 1, date);
	stmt_text(s, 2, hash_of(text, &a));
	stmt_int(s, 3, now);
	status = stmt_run(s, e);
	arena_free(&a);
	return status;
}

int
drafted_has(struct db *db, struct day day, struct str text, struct err *e)
{
	struct stmt *s = db_prepare(db, "SELECT 1 FROM draft WHERE day = ?1 AND hash = ?2", e);
	struct arena a = { 0 };
	char date[11];
	int status;

	if (!s)
		return -1;
	clock_print_day(day, date);
	stmt_textz(s, 1, date);
	stmt_text(s, 2, hash_of(text, &a));
	status = stmt_step(s, e);
	if (status > 0)
		stmt_reset(s);
	arena_free(&a);
	return status;
}
