#include "store/reason.h"

#include <string.h>

static const char *const names[REASONS] = {
	[REASON_TOO_OFTEN] = "too_often",
	[REASON_NO_INTEREST] = "no_interest",
	[REASON_NEVER_ASKED] = "never_asked",
	[REASON_ELSEWHERE] = "elsewhere",
	[REASON_OTHER] = "other",
};

const char *
reason_name(enum reason r)
{
	return names[r];
}

bool
reason_parse(struct str word, enum reason *out)
{
	for (int i = 0; i < REASONS; i++)
		if (str_eqz(word, names[i])) {
			*out = (enum reason)i;
			return true;
		}
	return false;
}

int
reason_count(struct db *db, enum reason r, struct err *e)
{
	struct stmt *s = db_prepare(db,
		"INSERT INTO reason (word, n) VALUES (?1, 1) ON CONFLICT (word) DO UPDATE SET n = "
		"n "
		"+ 1",
		e);

	if (!s)
		return -1;
	stmt_textz(s, 1, names[r]);
	return stmt_run(s, e);
}

int
reason_counts(struct db *db, int64_t counts[static REASONS], struct err *e)
{
	struct stmt *s = db_prepare(db, "SELECT word, n FROM reason", e);
	enum reason r;
	int got;

	memset(counts, 0, REASONS * sizeof *counts);
	if (!s)
		return -1;
	while ((got = stmt_step(s, e)) == 1)
		if (reason_parse(stmt_get_text(s, 0), &r))
			counts[r] = stmt_get_int(s, 1);
	return got;
}
