#include "store/drafted.h"

#include "base/sign.h"

int
drafted_keep(struct db *db, struct day day, struct str text, int64_t now, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"INSERT INTO draft (day, hash, made_at) VALUES (?1, ?2, ?3) "
		"ON CONFLICT (day, hash) DO NOTHING",
		e);
	char date[11], hash[SIGN_HEX];

	if (!s)
		return -1;
	clock_print_day(day, date);
	sign_hash_hex(text, hash);
	stmt_textz(s, 1, date);
	stmt_textz(s, 2, hash);
	stmt_int(s, 3, now);
	return stmt_run(s, e);
}

int
drafted_has(struct db *db, struct day day, struct str text, struct err *e)
{
	struct stmt *s = db_prepare(db, "SELECT 1 FROM draft WHERE day = ?1 AND hash = ?2", e);
	char date[11], hash[SIGN_HEX];

	if (!s)
		return -1;
	clock_print_day(day, date);
	sign_hash_hex(text, hash);
	stmt_textz(s, 1, date);
	stmt_textz(s, 2, hash);
	return stmt_ask(s, e);
}
