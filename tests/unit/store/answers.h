/* answers.h: answers of sources that were never asked, for the tests of what is kept of them. */
#ifndef UNIT_ANSWERS_H
#define UNIT_ANSWERS_H

#include "base/buf.h"
#include "store/snapshot.h"

#include "scratch.h"

#define NOON (12 * 3600 * CLOCK_SECOND)

static inline struct day
answers_day(const char *text)
{
	struct day day;

	assert_true(clock_parse_day(str_of(text), &day));
	return day;
}

/* Keep one body as the day's answer of the source, taken at noon of that day. */
static inline struct snapshot_result
answers_keep(struct scratch *s, const char *source, const char *day, struct str body)
{
	struct answer answer = { .source = source,
		.url = STR("https://api.example/rows"),
		.status = 200,
		.etag = STR("\"e1\""),
		.at = clock_day_number(answers_day(day)) * CLOCK_DAY + NOON,
		.body = body };
	struct snapshot_result result;

	assert_done(s, snapshot_keep(s->db, source, answers_day(day), &answer, 1, &result, &s->e));
	return result;
}

/* The same of a text without NULs. */
static inline struct snapshot_result
answers_keepz(struct scratch *s, const char *source, const char *day, const char *body)
{
	return answers_keep(s, source, day, str_of(body));
}

/* n models, "org/m0" and on, with 10, 11, ... likes. */
static inline struct str
answers_models(struct scratch *s, int n)
{
	struct buf b;
	struct str out;

	buf_init(&b, 1 << 20);
	buf_addc(&b, '[');
	for (int i = 0; i < n; i++)
		buf_printf(&b, "%s{\"id\":\"org/m%d\",\"likes\":%d}", i ? "," : "", i, 10 + i);
	buf_addc(&b, ']');
	out = arena_str(&s->a, buf_str(&b));
	buf_free(&b);
	return out;
}

/* One text from the database. */
static inline struct str
answers_text(struct scratch *s, const char *sql)
{
	struct stmt *st = db_prepare(s->db, sql, &s->e);
	struct str out;

	if (!st)
		fail_msg("%s", s->e.text);
	assert_int_equal(stmt_step(st, &s->e), 1);
	out = arena_str(&s->a, stmt_get_text(st, 0));
	stmt_reset(st);
	return out;
}

#endif
