#include "store/relay.h"

#define COLUMNS                                                                                    \
	"SELECT name, tokens, tokens_at, ceiling, slow, coalesce(sick_until, 0), coalesce(rest, "  \
	"0), coalesce(refused_at, 0), coalesce(words, '') "

static void
read_row(struct stmt *s, struct arena *a, struct peer *out)
{
	*out = (struct peer){ .name = arena_str(a, stmt_get_text(s, 0)),
		.tokens = stmt_get_real(s, 1),
		.tokens_at = stmt_get_int(s, 2),
		.ceiling = stmt_get_real(s, 3),
		.slow = stmt_get_real(s, 4),
		.sick_until = stmt_get_int(s, 5),
		.rest = stmt_get_int(s, 6),
		.refused_at = stmt_get_int(s, 7),
		.words = arena_str(a, stmt_get_text(s, 8)) };
}

int
peer_all(struct db *db, enum peer_kind kind, size_t most, struct arena *a, struct peer **out,
	size_t *n, struct err *e)
{
	struct stmt *s =
		kind == PEER_RELAY
			? db_prepare(db, COLUMNS "FROM relay ORDER BY sick_until DESC LIMIT ?1", e)
			: db_prepare(
				  db, COLUMNS "FROM domain ORDER BY sick_until DESC LIMIT ?1", e);
	int got = 0;

	*n = 0;
	if (!s)
		return -1;
	*out = arena_many(a, most, struct peer);
	stmt_int(s, 1, (int64_t)most);
	while (*n < most && (got = stmt_step(s, e)) == 1)
		read_row(s, a, &(*out)[(*n)++]);
	stmt_reset(s);
	return got < 0 ? -1 : 0;
}

int
peer_find(struct db *db, enum peer_kind kind, struct str name, struct arena *a, struct peer *out,
	struct err *e)
{
	struct stmt *s = kind == PEER_RELAY
				 ? db_prepare(db, COLUMNS "FROM relay WHERE name = ?1", e)
				 : db_prepare(db, COLUMNS "FROM domain WHERE name = ?1", e);
	int got;

	if (!s)
		return -1;
	stmt_text(s, 1, name);
	got = stmt_step(s, e);
	if (got == 1)
		read_row(s, a, out);
	stmt_reset(s);
	return got;
}

#define SAVE(table)                                                                                \
	"INSERT INTO " table                                                                       \
	" (name, tokens, tokens_at, ceiling, slow, sick_until, rest, refused_at, words) "          \
	"VALUES (?1, ?2, ?3, ?4, ?5, nullif(?6, 0), nullif(?7, 0), nullif(?8, 0), nullif(?9, "     \
	"'')) ON CONFLICT (name) DO UPDATE SET tokens = ?2, tokens_at = ?3, ceiling = ?4, slow = " \
	"?5, sick_until = nullif(?6, 0), rest = nullif(?7, 0), refused_at = nullif(?8, 0), words " \
	"= nullif(?9, '')"

int
peer_save(struct db *db, enum peer_kind kind, const struct peer *p, struct err *e)
{
	struct stmt *s = kind == PEER_RELAY ? db_prepare(db, SAVE("relay"), e)
					    : db_prepare(db, SAVE("domain"), e);

	if (!s)
		return -1;
	stmt_text(s, 1, p->name);
	stmt_real(s, 2, p->tokens);
	stmt_int(s, 3, p->tokens_at);
	stmt_real(s, 4, p->ceiling);
	stmt_real(s, 5, p->slow);
	stmt_int(s, 6, p->sick_until);
	stmt_int(s, 7, p->rest);
	stmt_int(s, 8, p->refused_at);
	stmt_text(s, 9, p->words);
	return stmt_run(s, e);
}

int
peer_forget(struct db *db, enum peer_kind kind, struct str name, struct err *e)
{
	struct stmt *s = kind == PEER_RELAY
				 ? db_prepare(db, "DELETE FROM relay WHERE name = ?1", e)
				 : db_prepare(db, "DELETE FROM domain WHERE name = ?1", e);

	if (!s)
		return -1;
	stmt_text(s, 1, name);
	return stmt_run(s, e);
}
