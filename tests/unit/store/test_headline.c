#include "store/headline.h"

#include "scratch.h"
#include "store/edition.h"
#include "store/issue.h"

/* An issue with an edition of its own. */
static int64_t
add_issue(struct scratch *s, int day, enum issue_state state)
{
	char hash[65], date[11];
	struct issue issue = { .day = { 2026, 2, day }, .started_at = 100 + day };
	struct edition ed = { .kind = STR("issue"), .subject = STR("Subject"), .bytes = STR("x") };

	snprintf(hash, sizeof hash, "%064d", day);
	clock_print_day(issue.day, date);
	ed.hash = str_of(hash);
	ed.day = str_of(date);
	assert_done(s, edition_keep(s->db, &ed, 10, &s->e));
	issue.edition_id = ed.id;
	assert_done(s, issue_insert(s->db, &issue, &s->e));
	assert_done(s, issue_set_state(s->db, issue.id, state, (struct str){ 0 }, 200, &s->e));
	return ed.id;
}

static void
give(struct scratch *s, int day, const char *state)
{
	struct stmt *st = db_prepare(s->db,
		"INSERT INTO delivery (issue_id, subscriber_id, edition_id, state) "
		"SELECT id, 7, edition_id, ?2 FROM issue WHERE day = ?1",
		&s->e);
	char date[11];

	assert_non_null(st);
	clock_print_day((struct day){ 2026, 2, day }, date);
	stmt_textz(st, 1, date);
	stmt_textz(st, 2, state);
	assert_done(s, stmt_run(st, &s->e));
}

static void
lists_what_is_public_newest_first(void **state)
{
	struct scratch *s = *state;
	struct headline *list;
	size_t n;

	assert_done(s, headline_list(s->db, &s->a, &list, &n, &s->e));
	assert_int_equal(n, 0);
	add_issue(s, 1, ISSUE_SENT);
	add_issue(s, 2, ISSUE_HELD);
	give(s, 2, "sent");
	add_issue(s, 3, ISSUE_STALE);
	give(s, 3, "failed");
	add_issue(s, 4, ISSUE_STALE);
	give(s, 4, "sent");
	add_issue(s, 5, ISSUE_SENDING);
	add_issue(s, 6, ISSUE_PLANNING);
	add_issue(s, 7, ISSUE_PLANNING);
	give(s, 7, "sent");
	assert_done(s, headline_list(s->db, &s->a, &list, &n, &s->e));
	assert_int_equal(n, 4);
	assert_int_equal(list[0].day.day, 7);
	assert_int_equal(list[1].day.day, 5);
	assert_int_equal(list[2].day.day, 4);
	assert_int_equal(list[3].day.day, 1);
}

static void
says_what_stood_at_the_top(void **state)
{
	struct scratch *s = *state;
	struct headline *list, kept = { .title = STR("Title"),
		.summary = STR("Summary"),
		.author = STR("Ann"),
		.number = STR("7") };
	size_t n;

	kept.edition_id = add_issue(s, 1, ISSUE_SENT);
	assert_done(s, headline_list(s->db, &s->a, &list, &n, &s->e));
	assert_str(list[0].title, "Subject");
	assert_str(list[0].summary, "");
	assert_int_equal(list[0].published_at, 101);
	assert_int_equal(list[0].updated_at, 101);
	assert_done(s, headline_keep(s->db, &kept, 150, &s->e));
	kept.title = STR("Another");
	assert_done(s, headline_keep(s->db, &kept, 160, &s->e));
	assert_done(s, headline_list(s->db, &s->a, &list, &n, &s->e));
	assert_int_equal(n, 1);
	assert_str(list[0].title, "Title");
	assert_str(list[0].summary, "Summary");
	assert_str(list[0].author, "Ann");
	assert_str(list[0].number, "7");
	assert_int_equal(list[0].published_at, 101);
	assert_int_equal(list[0].updated_at, 150);
	assert_int_equal(list[0].hash.n, 64);
}

static void
the_stamp_changes_when_others_write(void **state)
{
	struct scratch *s = *state;
	struct db *other;
	int64_t before, after;

	assert_done(s, db_open(s->dir, DB_PATH, DB_WRITE, &other, &s->e));
	assert_done(s, headline_stamp(other, &before, &s->e));
	assert_done(s, headline_stamp(other, &after, &s->e));
	assert_int_equal(before, after);
	add_issue(s, 1, ISSUE_SENT);
	assert_done(s, headline_stamp(other, &after, &s->e));
	assert_int_not_equal(before, after);
	db_close(other);
}

int
main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, scratch_setup_db, scratch_teardown)
	const struct CMUnitTest tests[] = {
		TEST(lists_what_is_public_newest_first),
		TEST(says_what_stood_at_the_top),
		TEST(the_stamp_changes_when_others_write),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
