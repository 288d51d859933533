/* What we keep as JSON, SQLite can read, and finds it to be of the same kind. */
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "input.h"

static sqlite3_stmt *
question(void)
{
	static sqlite3 *db;
	static sqlite3_stmt *ask;

	if (!ask) {
		assert(sqlite3_open(":memory:", &db) == SQLITE_OK);
		assert(sqlite3_prepare_v2(db, "SELECT json_valid(?1), json_type(?1)", -1, &ask,
			       NULL) == SQLITE_OK);
	}
	sqlite3_reset(ask);
	return ask;
}

static void
check(struct str text, enum json_kind kind)
{
	sqlite3_stmt *ask = question();
	struct str type;

	assert(text_is_utf8(text) && str_find(text, '\0') < 0);
	sqlite3_bind_text(ask, 1, text.p, (int)text.n, SQLITE_STATIC);
	assert(sqlite3_step(ask) == SQLITE_ROW && sqlite3_column_int(ask, 0) == 1);
	type = str_of((const char *)sqlite3_column_text(ask, 1));
	assert((kind == JSON_ARRAY) == str_eqz(type, "array"));
	assert((kind == JSON_OBJECT) == str_eqz(type, "object"));
}

/* Mended, it is as long and as good, and mending it again changes nothing. */
static void
check_mended(struct str text)
{
	char *once = malloc(text.n + 1), *twice = malloc(text.n + 1);
	struct str s = { .p = once, .n = text.n };
	enum json_kind kind;
	struct err e;

	assert(once && twice);
	memcpy(once, text.p, text.n);
	json_mend(once, text.n);
	memcpy(twice, once, text.n);
	json_mend(twice, text.n);
	assert(memcmp(once, twice, text.n) == 0);
	assert(json_check(&s, &kind, &e) == 0 && s.n == text.n);
	free(once);
	free(twice);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = input_of(data, size), text = in;
	enum json_kind kind;
	struct err e = { 0 };

	if (json_check(&text, &kind, &e) == 0) {
		assert(text.n == in.n || text.n + 3 == in.n);
		check(text, kind);
		check_mended(text);
	} else {
		assert(e.code == ERR_DATA && e.text[0]);
	}
	return 0;
}
