#include "people/import.h"

#include "people/known.h"
#include "people/subscribe.h"
#include "people/suppress.h"
#include "scratch.h"

static int64_t now = INT64_C(1771045200000000);

/* The rejected rows as "LINE:REASON/". */
struct told {
	struct buf rejected;
	int chunks;
};

static void
on_rejected(void *context, size_t line, const char *reason)
{
	struct told *told = context;

	buf_printf(&told->rejected, "%zu:%s/", line, reason);
}

static void
on_progress(void *context, int64_t rows)
{
	struct told *told = context;

	assert_true(rows > 0);
	told->chunks++;
}

/* Import a text; what is returned is people_import's. */
static int
import(struct scratch *s, struct str text, struct import_options o, struct told *told,
	struct import_result *r)
{
	int fd, status;

	scratch_write(s, "list.csv", text);
	fd = openat(s->dir, "list.csv", O_RDONLY | O_CLOEXEC);
	o.file = "list.csv";
	o.now = ++now;
	o.keys = test_keys();
	o.rejected = on_rejected;
	o.progress = on_progress;
	o.context = told;
	buf_clear(&told->rejected);
	status = people_import(s->db, fd, &o, r, &s->e);
	close(fd);
	assert_false(db_in_transaction(s->db));
	return status;
}

static struct told
new_told(void)
{
	struct told told = { 0 };

	buf_init(&told.rejected, 1 << 20);
	return told;
}

static int64_t
people(struct scratch *s)
{
	return scratch_number(s, "SELECT count(*) FROM subscriber");
}

static struct subscriber
find(struct scratch *s, const char *email)
{
	struct subscriber got;

	assert_int_equal(subscriber_find(s->db, str_of(email), &s->a, &got, &s->e), 1);
	return got;
}

/* Each file by itself, into an empty list. */
static void
takes_the_good_rows_and_tells_the_bad(void **state)
{
	static const struct {
		const char *text;
		int added, unchanged;
		const char *rejected;
	} rows[] = {
		{ "email\na@x.org\n", 1, 0, "" },
		{ "EMAIL;Name\r\na@x.org;Ada\r\n", 1, 0, "" },
		{ "name\temail\rAda\ta@x.org\r", 1, 0, "" },
		{ "\n\nemail\n\na@x.org", 1, 0, "" },
		{ "email,name\na@x.org,\"A\nB\"\nbad\n", 1, 0, "4:'bad' is no address: no @/" },
		{ "email\na@x.org\nA@X.ORG\n", 1, 1, "" },
		{ "email\n  a@x.org  \n", 1, 0, "" },
		{ "email,name\na@x.org,A,,\n", 1, 0, "" },
		{ "email,name\na@x.org\n", 1, 0, "" },
		{ "email,name\na@x.org,A,extra\nb@x.org,B\n", 1, 0,
			"2:more fields than the header row/" },
		{ "email,name\na@x.org,\xe9\nb@x.org,B\n", 1, 0,
			"2:not UTF-8; if the file is in another encoding, name it: --encoding "
			"latin1/" },
		{ "email,state\na@x.org,happy\n", 0, 0,
			"2:'happy' is no state; they are pending, active, unsubscribed, bounced, "
			"complained/" },
		{ "email,timezone\na@x.org,Mars/Base\n", 0, 0,
			"2:'Mars/Base' is no time zone that this machine knows/" },
		{ "email,timezone,note\na@x.org,UTC,x\n", 1, 0, "" },
		{ "email,tags\na@x.org,\"a, b;c\"\n", 1, 0, "" },
		{ "email\n\"a@x.org\nb@x.org\n", 1, 0,
			"2:a quote that is opened on this line is not closed/" },
	};
	struct scratch *s = *state;
	struct told told = new_told();

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct import_result r;

		assert_done(s, db_exec(s->db, "DELETE FROM subscriber", &s->e));
		assert_done(s,
			import(s, str_of(rows[i].text), (struct import_options){ 0 }, &told, &r));
		if (r.added != rows[i].added || r.unchanged != rows[i].unchanged || r.updated ||
			people(s) != rows[i].added ||
			strcmp(buf_z(&told.rejected), rows[i].rejected) != 0)
			fail_msg("row %zu: %d added, '%s'", i, (int)r.added, buf_z(&told.rejected));
	}
	buf_free(&told.rejected);
}

static void
refuses_what_is_no_list(void **state)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ "", "empty" },
		{ "\n\n", "empty" },
		{ "a@x.org\nb@x.org\n", "no column is named 'email'" },
		{ "name,mail\nAda,a@x.org\n", "it has 'name', 'mail'" },
		{ "email,name,Email\na,b,c\n", "line 1: two columns are named 'email'" },
		{ "\x1f\x8b\x08 and so on and on", "packed by gzip" },
	};
	struct scratch *s = *state;
	struct told told = new_told();
	struct import_result r;

	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(
			import(s, str_of(rows[i].text), (struct import_options){ 0 }, &told, &r),
			-1);
		assert_int_equal(s->e.code, ERR_DATA);
		if (!strstr(s->e.text, rows[i].why))
			fail_msg("row %zu: %s", i, s->e.text);
	}
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM import_run"), 0);
	buf_free(&told.rejected);
}

static void
keeps_what_a_row_says(void **state)
{
	struct scratch *s = *state;
	struct told told = new_told();
	struct import_result r;
	struct subscriber got;

	assert_done(s, import(s,
			       STR("state,tags,email,timezone,name\n"
				   "pending,b;a;b,\"'+x@x.org\",Europe/Berlin,'=1+1\n"),
			       (struct import_options){ 0 }, &told, &r));
	got = find(s, "+x@x.org");
	assert_str(got.name, "=1+1");
	assert_str(got.timezone, "Europe/Berlin");
	assert_int_equal(got.state, SUBSCRIBER_PENDING);
	assert_str(got.state_why, "import 1");
	assert_int_equal(got.import_run, 1);
	assert_int_equal(got.tag_count, 2);
	assert_str(got.tags[0], "a");
	assert_int_equal(
		scratch_number(s, "SELECT count(*) FROM event WHERE kind = 'imported'"), 1);
	buf_free(&told.rejected);
}

/* E4, for each state that somebody was in before. */
static void
brings_nobody_back_unless_told(void **state)
{
	static const struct {
		const char *state;
		bool resubscribe;
		const char *then;
	} rows[] = {
		{ "unsubscribed", false, "unsubscribed" },
		{ "bounced", false, "bounced" },
		{ "complained", false, "complained" },
		{ "unsubscribed", true, "active" },
		{ "bounced", true, "active" },
		{ "complained", true, "complained" },
	};
	struct scratch *s = *state;
	struct told told = new_told();

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct import_result r;
		const char *first =
			arena_printf(&s->a, "email,state\nr%zu@x.org,%s\n", i, rows[i].state);
		const char *second = arena_printf(&s->a, "email,name\nr%zu@x.org,New\n", i);
		struct subscriber got;
		bool back = strcmp(rows[i].then, "active") == 0;

		assert_done(s, import(s, str_of(first), (struct import_options){ 0 }, &told, &r));
		assert_int_equal(r.added, 1);
		assert_done(
			s, import(s, str_of(second),
				   (struct import_options){ .resubscribe = rows[i].resubscribe },
				   &told, &r));
		got = find(s, arena_printf(&s->a, "r%zu@x.org", i));
		assert_string_equal(subscriber_state_name(got.state), rows[i].then);
		assert_int_equal(r.left, !back);
		assert_int_equal(r.back, back);
		assert_str(got.name, back ? "New" : "");
	}
	buf_free(&told.rejected);
}

static void
believes_a_list_that_says_somebody_left(void **state)
{
	struct scratch *s = *state;
	struct told told = new_told();
	struct import_result r;

	assert_done(s, import(s, STR("email\na@x.org\n"), (struct import_options){ 0 }, &told, &r));
	assert_done(s, import(s, STR("email,state\na@x.org,unsubscribed\n"),
			       (struct import_options){ 0 }, &told, &r));
	assert_int_equal(r.off, 1);
	assert_int_equal(find(s, "a@x.org").state, SUBSCRIBER_UNSUBSCRIBED);
	buf_free(&told.rejected);
}

static void
takes_all_or_none_when_strict(void **state)
{
	struct scratch *s = *state;
	struct told told = new_told();
	struct import_options strict = { .strict = true };
	struct import_result r;

	assert_done(s, import(s, STR("email\na@x.org\nbad\nb@x.org\n"), strict, &told, &r));
	assert_true(r.refused);
	assert_int_equal(r.rejected, 1);
	assert_int_equal(r.added, 0);
	assert_int_equal(people(s), 0);
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM import_run"), 0);
	assert_done(s, import(s, STR("email\na@x.org\nb@x.org\n"), strict, &told, &r));
	assert_false(r.refused);
	assert_int_equal(people(s), 2);
	buf_free(&told.rejected);
}

static void
goes_in_chunks(void **state)
{
	struct scratch *s = *state;
	struct told told = new_told();
	struct import_result r;
	struct buf text;

	buf_init(&text, 1 << 20);
	buf_addz(&text, "email\n");
	for (int i = 0; i < 5000; i++)
		buf_printf(&text, "u%d@x.org\n", i);
	assert_done(s, import(s, buf_str(&text), (struct import_options){ 0 }, &told, &r));
	assert_int_equal(r.added, 5000);
	assert_true(told.chunks > 1);
	assert_int_equal(people(s), 5000);
	assert_done(s, import(s, buf_str(&text), (struct import_options){ 0 }, &told, &r));
	assert_int_equal(r.unchanged, 5000);
	buf_free(&text);
	buf_free(&told.rejected);
}

static void
undoes_a_run_but_not_what_came_after(void **state)
{
	struct scratch *s = *state;
	struct told told = new_told();
	struct import_undone u;
	enum import_undo outcome;
	enum people_leaving left;
	struct import_result r;
	struct subscriber got;

	assert_done(s, import(s, STR("email,name,tags\nold@x.org,Old,one\nnew2@x.org,Two,\n"),
			       (struct import_options){ 0 }, &told, &r));
	assert_done(s, import(s,
			       STR("email,name,tags,state\nold@x.org,Changed,two,unsubscribed\n"
				   "new2@x.org,Changed,,\n"
				   "fresh@x.org,F,,\nleft@x.org,L,,\nmailed@x.org,M,,\n"),
			       (struct import_options){ 0 }, &told, &r));
	assert_int_equal(r.run, 2);
	/* After the run: one leaves, one gets mail, one is changed by hand. */
	assert_done(
		s, people_unsubscribe(s->db, find(s, "left@x.org").id, "page", now, &left, &s->e));
	assert_done(s, db_exec(s->db,
			       "INSERT INTO owed (subscriber_id, kind, owed_at) "
			       "SELECT id, 'left', 1 FROM subscriber WHERE email = 'mailed@x.org'; "
			       "UPDATE subscriber SET updated_at = 99 WHERE email = 'new2@x.org'",
			       &s->e));
	assert_done(s, people_import_undo(s->db, 2, ++now, &outcome, &u, &s->e));
	assert_int_equal(outcome, IMPORT_UNDONE);
	assert_int_equal(u.removed, 1);
	assert_int_equal(u.restored, 1);
	assert_int_equal(u.off, 1);
	assert_int_equal(u.kept, 2);
	got = find(s, "old@x.org");
	assert_str(got.name, "Old");
	assert_int_equal(got.state, SUBSCRIBER_ACTIVE);
	assert_int_equal(got.tag_count, 1);
	assert_str(got.tags[0], "one");
	assert_str(find(s, "new2@x.org").name, "Changed");
	assert_int_equal(find(s, "mailed@x.org").state, SUBSCRIBER_UNSUBSCRIBED);
	assert_int_equal(find(s, "left@x.org").state, SUBSCRIBER_UNSUBSCRIBED);
	assert_int_equal(subscriber_find(s->db, STR("fresh@x.org"), &s->a, &got, &s->e), 0);

	assert_done(s, people_import_undo(s->db, 2, ++now, &outcome, &u, &s->e));
	assert_int_equal(outcome, IMPORT_UNDONE_BEFORE);
	assert_done(s, people_import_undo(s->db, 77, ++now, &outcome, &u, &s->e));
	assert_int_equal(outcome, IMPORT_UNKNOWN);
	buf_free(&told.rejected);
}

static void
leaves_out_who_is_suppressed(void **state)
{
	static const char list[] = "email\na@x.org\nB@x.org\n";
	struct scratch *s = *state;
	struct told told = new_told();
	struct suppress_target target;
	enum suppress_outcome outcome;
	struct import_result r;
	const char *why;

	assert_int_equal(
		suppress_read(test_keys(), STR("b@x.org"), &s->a, &target, &why, &s->e), 1);
	assert_done(s, people_suppress(s->db, &target, STR("test"), now, &outcome, &s->e));
	for (int again = 0; again < 2; again++) {
		assert_done(s, import(s, str_of(list),
				       (struct import_options){ .resubscribe = true }, &told, &r));
		assert_int_equal(r.suppressed, 1);
		assert_int_equal(r.added, !again);
		assert_int_equal(r.unchanged, 1 + again);
		assert_int_equal(people(s), 1);
	}
	buf_free(&told.rejected);
}

/* A run took somebody off, then they were suppressed: undoing the run does not bring them back. */
static void
undoing_brings_nobody_back_who_is_suppressed(void **state)
{
	struct scratch *s = *state;
	struct told told = new_told();
	struct suppress_target target;
	enum suppress_outcome outcome;
	struct import_undone u;
	enum import_undo undo;
	struct import_result r;
	const char *why;

	assert_done(s, import(s, STR("email\na@x.org\n"), (struct import_options){ 0 }, &told, &r));
	assert_done(s, import(s, STR("email,state\na@x.org,unsubscribed\n"),
			       (struct import_options){ 0 }, &told, &r));
	assert_int_equal(
		suppress_read(test_keys(), STR("a@x.org"), &s->a, &target, &why, &s->e), 1);
	assert_done(s, people_suppress(s->db, &target, STR("test"), ++now, &outcome, &s->e));
	assert_int_equal(outcome, SUPPRESS_ADDED);
	assert_done(s, people_import_undo(s->db, r.run, ++now, &undo, &u, &s->e));
	assert_int_equal(u.kept, 1);
	assert_int_equal(find(s, "a@x.org").state, SUBSCRIBER_UNSUBSCRIBED);
	buf_free(&told.rejected);
}

#define WITH_DB(test) cmocka_unit_test_setup_teardown(test, scratch_setup_db, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_DB(takes_the_good_rows_and_tells_the_bad),
		WITH_DB(refuses_what_is_no_list),
		WITH_DB(keeps_what_a_row_says),
		WITH_DB(brings_nobody_back_unless_told),
		WITH_DB(believes_a_list_that_says_somebody_left),
		WITH_DB(takes_all_or_none_when_strict),
		WITH_DB(goes_in_chunks),
		WITH_DB(undoes_a_run_but_not_what_came_after),
		WITH_DB(leaves_out_who_is_suppressed),
		WITH_DB(undoing_brings_nobody_back_who_is_suppressed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
