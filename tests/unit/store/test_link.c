#include "store/link.h"

#include "answers.h"

static void
keep_items(struct scratch *s, const char *day, const char *items)
{
	struct answer answer = { .url = STR("https://feed.example/rss"),
		.status = 200,
		.body = STR("<rss/>"),
		.items = str_of(items) };
	struct snapshot_result r;

	assert_done(s, snapshot_keep(s->db, "feed", answers_day(day), &answer, 1, &r, &s->e));
}

static size_t
read_links(struct scratch *s, const char *from, const char *to, struct link_row **out)
{
	size_t n;

	assert_done(s, link_read(s->db, "feed", answers_day(from), answers_day(to), &s->a, out, &n,
			       &s->e));
	return n;
}

static void
the_newest_snapshot_is_read_cleaned(void **state)
{
	struct scratch *s = *state;
	struct link_row *links;

	keep_items(s, "2026-02-13", "[{\"title\":\"Old\",\"url\":\"https://e.example/1\"}]");
	keep_items(s, "2026-02-14",
		"[{\"title\":\"New\\u202e\\n thing\",\"url\":\"https://e.example/2\","
		"\"note\":\"Why\",\"source\":\"A feed\",\"at\":\"2026-02-10T08:00:00Z\"},"
		"{\"title\":\"Again\",\"url\":\"https://e.example/2\"},"
		"{\"title\":\"Later\",\"url\":\"http://e.example/3\",\"at\":\"2026-03-01\"}]");
	assert_int_equal(read_links(s, "2026-02-12", "2026-02-14", &links), 2);
	assert_str(links[0].title, "New thing");
	assert_str(links[0].note, "Why");
	assert_str(links[0].source, "A feed");
	assert_int_equal(links[0].day.day, 10);
	assert_str(links[1].title, "Later");
	assert_int_equal(links[1].day.day, 14); /* a date to come is none */
	assert_int_equal(read_links(s, "2026-02-13", "2026-02-13", &links), 1);
	assert_int_equal(read_links(s, "2026-02-15", "2026-02-17", &links), 0);
}

static void
an_address_that_no_reader_should_follow_is_no_link(void **state)
{
	static const char *const bad[] = { "javascript:alert(1)", "data:text/html,x",
		"ftp://e.example/", "https://", "https:///x", "//e.example/",
		"https://e.example/\\\"onclick", "https://e.example/ x", "https://e.example/<b>",
		"https://\xd0\xb0.example/", "" };
	struct scratch *s = *state;

	for (size_t i = 0; i < COUNT(bad); i++) {
		struct link_row *links;

		keep_items(s, "2026-02-14",
			arena_printf(&s->a, "[{\"title\":\"T\",\"url\":\"%s\"}]", bad[i]));
		if (read_links(s, "2026-02-14", "2026-02-14", &links) != 0)
			fail_msg("%s", bad[i]);
	}
}

static void
the_link_of_a_paper_is_built_from_its_id(void **state)
{
	struct scratch *s = *state;

	answers_keepz(s, "hf_papers", "2026-02-14",
		"[{\"paper\":{\"id\":\"2602.01234\",\"title\":\"A\",\"upvotes\":7}},"
		"{\"paper\":{\"id\":\"../evil\",\"title\":\"B\"}},"
		"{\"paper\":{\"id\":\"2602.1<b>\",\"title\":\"C\"}}]");
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM link"), 1);
	assert_str(answers_text(s, "SELECT url FROM link"), "https://arxiv.org/abs/2602.01234");
	assert_int_equal(scratch_number(s, "SELECT weight FROM link"), 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			the_newest_snapshot_is_read_cleaned, scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(an_address_that_no_reader_should_follow_is_no_link,
			scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(the_link_of_a_paper_is_built_from_its_id,
			scratch_setup_db, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
