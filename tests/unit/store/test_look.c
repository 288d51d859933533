#include "store/look.h"

#include "scratch.h"

static void
an_answer_says_where_its_rows_stand(void **state)
{
	static const struct {
		const char *source;
		int status;
		const char *body, *items;
		const char *rows_at, *why;
		bool partial;
	} rows[] = {
		{ "github", 200, "{\"items\":[]}", "", "$.items", "", false },
		{ "github", 200, "{\"items\":[],\"incomplete_results\":true}", "", "$.items", "",
			true },
		{ "github", 200, "{\"full_name\":\"a/b\"}", "", "one", "", false },
		{ "github", 200, "{\"full_name\":5}", "", "", "no array at $.items", false },
		{ "github", 404, "gone", "", "", "", false },
		{ "github", 451, "gone", "", "", "", false },
		{ "github", 500, "{\"items\":[]}", "", "", "status 500", false },
		{ "hf_models", 200, "[]", "", "$", "", false },
		{ "hf_models", 200, "{\"id\":\"a/b\"}", "", "one", "", false },
		{ "feed", 200, "<rss/>", "[]", "$", "", false },
		{ "feed", 200, "<rss/>", "{}", "", "its items are no JSON array", false },
		{ "feed", 200, "<rss/>", "[", "", "its items are no JSON array", false },
		{ "feed", 200, "<rss/>", "", "", "not JSON, at byte 1", false },
	};
	struct scratch *s = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct answer answer = { .status = rows[i].status,
			.body = str_of(rows[i].body),
			.items = str_of(rows[i].items) };
		struct look l;

		assert_done(
			s, look_at_answer(s->db, row_source(rows[i].source), &answer, &l, &s->e));
		if (strcmp(l.rows_at, rows[i].rows_at) != 0 || strcmp(l.why, rows[i].why) != 0 ||
			l.partial != rows[i].partial)
			fail_msg("%s: at '%s', '%s'", rows[i].body, l.rows_at, l.why);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			an_answer_says_where_its_rows_stand, scratch_setup_db, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
