#include "store/person.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/buf.h"

/* The facts that tell that the file is to be swept, and when it was. */
#define SWEEP "sweep_due"
#define SWEPT "swept_at"

/* -- writing it out --------------------------------------------------------------------------- */

#define MOMENT(column) "strftime('%Y-%m-%dT%H:%M:%SZ', " column " / 1000000, 'unixepoch')"

/* Each answers with one value; what a new table has of a person is a new row here. */
/* clang-format off */
static const struct {
	const char *key, *sql;
} sections[] = {
	{ "person", "SELECT json_object("
		"'email', email, 'name', name, 'state', state, 'since', " MOMENT("state_at") ", 'why', state_why, "
		"'timezone', timezone, 'frequency', frequency, 'paused_until', paused_until, 'import', import_run, "
		"'created_at', " MOMENT("created_at") ", 'changed_at', " MOMENT("updated_at") ", 'id', id) "
		"FROM subscriber WHERE id = ?1" },
	{ "tags", "SELECT json_group_array(name) "
		"FROM (SELECT name FROM tag WHERE subscriber_id = ?1 ORDER BY name)" },
	{ "consent", "SELECT json_group_array(json_object("
		"'at', " MOMENT("at") ", 'step', step, 'words', words, 'address', address, 'via', via)) "
		"FROM (SELECT * FROM consent WHERE subscriber_id = ?1 ORDER BY id)" },
	{ "issues", "SELECT json_group_array(json_object("
		"'issue', day, 'state', state, 'at', " MOMENT("changed_at") ", 'attempts', attempts, "
		"'relay', relay, 'code', code, 'status', status, 'words', words)) "
		"FROM (SELECT i.day, d.* FROM issue i CROSS JOIN delivery d "
		"ON d.issue_id = i.id AND d.subscriber_id = ?1 ORDER BY i.day)" },
	{ "attempts", "SELECT json_group_array(json_object("
		"'issue', day, 'n', n, 'at', " MOMENT("at") ", 'state', state, "
		"'relay', relay, 'code', code, 'status', status, 'words', words)) "
		"FROM (SELECT i.day, t.* FROM attempt t JOIN issue i ON i.id = t.issue_id "
		"WHERE t.subscriber_id = ?1 ORDER BY i.day, t.n)" },
	{ "bounces", "SELECT json_group_array(json_object("
		"'issue', day, 'kind', kind, 'source', source, 'at', " MOMENT("at") ", "
		"'code', code, 'status', status, 'words', words)) "
		"FROM (SELECT i.day, b.* FROM bounce b LEFT JOIN issue i ON i.id = b.issue_id "
		"WHERE b.subscriber_id = ?1 ORDER BY b.id)" },
	{ "notes", "SELECT json_group_array(json_object("
		"'kind', kind, 'to', email, 'asked', json(detail), 'owed_at', " MOMENT("owed_at") ", "
		"'state', state, 'at', " MOMENT("changed_at") ", 'attempts', attempts, "
		"'relay', relay, 'code', code, 'status', status, 'words', words, 'done_at', " MOMENT("done_at") ")) "
		"FROM (SELECT * FROM owed WHERE subscriber_id = ?1 ORDER BY id)" },
	{ "returned", "SELECT json_group_array(json_object("
		"'at', " MOMENT("at") ", 'issue', day, 'kind', kind, 'by', source, 'code', code, 'status', status, 'words', words)) "
		"FROM (SELECT b.*, i.day FROM bounce b LEFT JOIN issue i ON i.id = b.issue_id "
		"WHERE b.subscriber_id = ?1 ORDER BY b.id)" },
	{ "imports", "SELECT json_group_array(json_object("
		"'import', run, 'file', file, 'at', " MOMENT("started_at") ", 'before', json(before))) "
		"FROM (SELECT c.run, c.before, r.file, r.started_at FROM import_change c "
		"JOIN import_run r ON r.id = c.run WHERE c.subscriber_id = ?1 ORDER BY c.run)" },
	{ "events", "SELECT json_group_array(json_object("
		"'at', " MOMENT("at") ", 'kind', kind, 'detail', json(detail))) "
		"FROM (SELECT at, kind, detail FROM event WHERE subscriber_id = ?1 ORDER BY id)" },
};
/* clang-format on */

static int
add_section(
	struct db *db, const char *key, const char *sql, int64_t id, struct buf *b, struct err *e)
{
	struct stmt *s = db_prepare(db, sql, e);
	int got;

	if (!s)
		return -1;
	stmt_int(s, 1, id);
	got = stmt_step(s, e);
	if (got == 1) {
		buf_printf(b, "%s\"%s\":", b->n ? ",\n" : "{", key);
		buf_add(b, stmt_get_text(s, 0));
		stmt_reset(s);
	}
	return got;
}

static int
add_sections(struct db *db, int64_t id, struct buf *b, struct err *e)
{
	int got = 1;

	for (size_t i = 0; got == 1 && i < sizeof sections / sizeof sections[0]; i++)
		got = add_section(db, sections[i].key, sections[i].sql, id, b, e);
	return got;
}

int
person_json(struct db *db, int64_t id, struct arena *a, struct str *out, struct err *e)
{
	bool began = !db_in_transaction(db);
	struct buf b;
	int got;

	if (began && db_begin_read(db, e) < 0)
		return -1;
	buf_init(&b, 64 << 20);
	got = add_sections(db, id, &b, e);
	if (began)
		db_rollback(db);
	buf_addz(&b, "}\n");
	if (got == 1)
		*out = buf_keep(&b, a);
	buf_free(&b);
	return got;
}

/* -- away with it ----------------------------------------------------------------------------- */

/* Does a text name the person's address, as it was given or in lower case? */
#define NAMED(column)                                                                              \
	"EXISTS (SELECT 1 FROM subscriber WHERE id = ?1 AND (instr(" column                        \
	", email) OR instr(lower(" column "), email_key)))"

/*
 * In this order: the person last, for the others ask for the address. All that references
 * subscriber with ON DELETE CASCADE goes with it. A relay's words often repeat the address, and the
 * newest ones are kept with the relay, the domain and the issue that was held by them. A domain
 * that was this person's alone is their name as well.
 */
static const char *const erasing[] = {
	"DELETE FROM delivery WHERE subscriber_id = ?1 AND issue_id IN (SELECT id FROM issue)",
	"UPDATE relay SET words = NULL WHERE " NAMED("words"),
	"UPDATE domain SET words = NULL WHERE " NAMED("words"),
	"UPDATE issue SET held_why = '' WHERE " NAMED("held_why"),
	"DELETE FROM fact WHERE " NAMED("value"),
	"DELETE FROM owed WHERE subscriber_id <> ?1 AND (" NAMED("owed.email") " OR " NAMED(
		"detail") ")",
	("DELETE FROM domain WHERE name = (SELECT domain FROM subscriber WHERE id = ?1) "
	 "AND NOT EXISTS (SELECT 1 FROM subscriber s WHERE s.domain = domain.name AND s.id <> ?1)"),
	"DELETE FROM subscriber WHERE id = ?1",
};

int
person_erase(struct db *db, int64_t id, struct err *e)
{
	for (size_t i = 0; i < sizeof erasing / sizeof erasing[0]; i++) {
		struct stmt *s = db_prepare(db, erasing[i], e);

		if (!s)
			return -1;
		stmt_int(s, 1, id);
		if (stmt_run(s, e) < 0)
			return -1;
	}
	return db_set_fact(db, SWEEP, STR("1"), e);
}

int
person_sweep_due(struct db *db, struct err *e)
{
	struct arena a = { 0 };
	struct str value;
	int got = db_fact(db, SWEEP, &a, &value, e);

	if (got > 0)
		got = str_eqz(value, "1");
	arena_free(&a);
	return got;
}

int
person_swept_at(struct db *db, int64_t *at, struct err *e)
{
	struct arena a = { 0 };
	struct str value;
	uint64_t n = 0;
	int got = db_fact(db, SWEPT, &a, &value, e);

	if (got > 0)
		(void)str_u64(value, INT64_MAX, &n);
	*at = (int64_t)n;
	arena_free(&a);
	return got < 0 ? -1 : 0;
}

int
person_sweep(struct db *db, int64_t now, struct err *e)
{
	int status = db_sweep(db, e);
	char at[24];

	/* Tried is as good as done where the next time is counted from. */
	snprintf(at, sizeof at, "%" PRId64, now);
	if (status < 0 || db_set_fact(db, SWEPT, str_of(at), e) < 0 ||
		(status > 0 && db_set_fact(db, SWEEP, STR("0"), e) < 0))
		return -1;
	return status;
}
