#include "answers.h"

/* What a body is worth: good rows, bad ones, and why not. */
static const struct {
	const char *source, *body;
	int64_t rows, rejected;
	const char *why; /* how it begins; NULL: nothing */
} bodies[] = {
	{ "hf_models", "[{\"id\":\"a/b\",\"likes\":1}]", 1, 0, NULL },
	{ "hf_models", "\xef\xbb\xbf[{\"id\":\"a/b\",\"likes\":1}]", 1, 0, NULL },
	{ "hf_models", "", 0, 0, "an empty body" },
	{ "hf_models", "null", 0, 0, "no array at $" },
	{ "hf_models", "7", 0, 0, "no array at $" },
	{ "hf_models", "\"x\"", 0, 0, "no array at $" },
	{ "hf_models", "{\"error\":\"x\"}", 0, 0, "no array at $" },
	{ "hf_models", "<html></html>", 0, 0, "not JSON" },
	{ "hf_models", "[{\"id\":\"a/b\",\"likes\":1},", 0, 0, "not JSON" },
	{ "hf_models", "[{\"id\":\"a/b\",\"likes\":1,\"likes\":2}]", 0, 0, "a key twice" },
	{ "hf_models", "[]", 0, 0, "no rows" },
	{ "hf_models", "[1,\"x\",null,[],{},{\"id\":\"a/b\"},{\"likes\":1}]", 0, 7, "no rows" },
	{ "hf_models", "[{\"id\":\"a/b\",\"likes\":\"1\"},{\"id\":5,\"likes\":1}]", 0, 2,
		"no rows" },
	{ "hf_models", "[{\"id\":\"a/b\",\"likes\":true},{\"id\":\"a/c\",\"likes\":1.5}]", 0, 2,
		"no rows" },
	{ "hf_models",
		"[{\"id\":\"a/b\",\"likes\":9007199254740991},{\"id\":\"a/c\",\"likes\":1e3}]", 2,
		0, NULL },
	{ "hf_models",
		"[{\"id\":\"a/b\",\"likes\":9007199254740993},{\"id\":\"a/c\",\"likes\":1e400},"
		"{\"id\":\"a/d\",\"likes\":-1},{\"id\":\"a/e\",\"likes\":18446744073709551617}]",
		0, 4, "no rows" },
	{ "hf_models", "[{\"id\":\"a/b\",\"likes\":null},{\"id\":\"a/c\",\"likes\":0}]", 1, 1,
		NULL },
	{ "hf_models", "[{\"id\":\"a/b\\u0000\",\"likes\":1},{\"id\":\"a/c\",\"likes\":1}]", 1, 1,
		NULL },
	{ "hf_models", "[{\"id\":\"a/b\",\"likes\":1},{\"id\":\"a/b\",\"likes\":2}]", 1, 0, NULL },
	{ "github", "{\"items\":[{\"full_name\":\"a/b\",\"stargazers_count\":1}]}", 1, 0, NULL },
	{ "github", "{\"items\":null}", 0, 0, "no array at $.items" },
	{ "github", "[]", 0, 0, "no array at $.items" },
	{ "github", "{\"full_name\":\"a/b\",\"stargazers_count\":1}", 1, 0, NULL },
	{ "github", "{\"message\":\"Moved Permanently\"}", 0, 0, "no array at $.items" },
	{ "github",
		"{\"incomplete_results\":true,\"items\":[{\"full_name\":\"a/"
		"b\",\"stargazers_count\":1}]}",
		1, 0, "the source says it is incomplete" },
	{ "ossinsight", "{\"data\":{\"rows\":[{\"repo_name\":\"a/b\",\"stars\":\"12\"}]}}", 1, 0,
		NULL },
	{ "hf_papers",
		"[{\"paper\":{\"id\":\"2608.13505\",\"title\":\"T\"}},{\"paper\":{\"id\":\"x\","
		"\"title\":\"T\"}}]",
		1, 1, NULL },
};

static void
a_body_is_checked_before_it_counts(void **state)
{
	struct scratch *s = *state;

	for (size_t i = 0; i < COUNT(bodies); i++) {
		struct snapshot_result r =
			answers_keepz(s, bodies[i].source, "2026-02-14", bodies[i].body);

		if (r.rows != bodies[i].rows || r.rejected != bodies[i].rejected ||
			strncmp(r.why, bodies[i].why ? bodies[i].why : "",
				bodies[i].why ? strlen(bodies[i].why) : 1) != 0)
			fail_msg("%s: %d rows, %d rejected, '%s'", bodies[i].body, (int)r.rows,
				(int)r.rejected, r.why);
		assert_int_equal(r.partial, bodies[i].why != NULL);
		assert_done(s, db_exec(s->db, "DELETE FROM snapshot", &s->e));
	}
}

static void
nothing_but_json_gets_through(void **state)
{
	static const struct str bad[] = { STR_INIT("[{\"id\":\"a/b\",\"likes\":1}]\0"),
		STR_INIT("[\"\xff\"]"), STR_INIT("\xff\xfe[\0]\0") };
	struct scratch *s = *state;

	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(answers_keep(s, "hf_models", "2026-02-14", bad[i]).answered);
}

static void
half_of_yesterday_is_partial(void **state)
{
	struct scratch *s = *state;

	assert_false(answers_keep(s, "hf_models", "2026-02-14", answers_models(s, 100)).partial);
	assert_false(answers_keep(s, "hf_models", "2026-02-15", answers_models(s, 51)).partial);
	assert_true(answers_keep(s, "hf_models", "2026-02-16", answers_models(s, 25)).partial);
	/* Beside the last whole one, not beside the partial one. */
	assert_true(answers_keep(s, "hf_models", "2026-02-17", answers_models(s, 25)).partial);
	/* That one is three days old now. */
	assert_false(answers_keep(s, "hf_models", "2026-02-18", answers_models(s, 25)).partial);
}

static void
a_worse_answer_never_replaces_a_better_one(void **state)
{
	struct scratch *s = *state;

	assert_true(answers_keep(s, "hf_models", "2026-02-14", answers_models(s, 10)).kept);
	assert_false(answers_keep(s, "hf_models", "2026-02-14", answers_models(s, 9)).kept);
	assert_false(answers_keepz(s, "hf_models", "2026-02-14", "oops").kept);
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM observation"), 10);
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM answer"), 1);
	assert_true(answers_keep(s, "hf_models", "2026-02-14", answers_models(s, 11)).kept);
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM observation"), 11);
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM snapshot"), 1);
}

static void
what_is_no_good_is_kept_as_evidence(void **state)
{
	struct scratch *s = *state;

	assert_true(answers_keepz(s, "hf_models", "2026-02-14", "oops").kept);
	assert_int_equal(scratch_number(s, "SELECT rows FROM snapshot"), 0);
	assert_str(answers_text(s, "SELECT CAST(unpacked(body) AS TEXT) FROM answer"), "oops");
	assert_true(answers_text(s, "SELECT why FROM answer").n > 0);
	/* A good one takes its place. */
	assert_true(answers_keep(s, "hf_models", "2026-02-14", answers_models(s, 3)).kept);
}

static void
a_large_body_is_packed_and_comes_back(void **state)
{
	struct scratch *s = *state;
	struct str body = answers_models(s, 500);
	struct answer last;

	answers_keep(s, "hf_models", "2026-02-14", body);
	assert_true(scratch_number(s, "SELECT length(body) FROM answer") < (int64_t)body.n / 4);
	assert_int_equal(scratch_number(s, "SELECT size FROM answer"), body.n);
	assert_int_equal(snapshot_last(s->db, "hf_models", STR("https://api.example/rows"), &s->a,
				 &last, &s->e),
		1);
	assert_true(str_eq(last.body, body));
	assert_str(last.etag, "\"e1\"");
	assert_int_equal(snapshot_last(s->db, "github", STR("https://api.example/rows"), &s->a,
				 &last, &s->e),
		0);
	/* A year on it may be damaged: that is an error, and not a day without rows. */
	assert_done(s, db_exec(s->db, "UPDATE answer SET body = x'1f8b0800'", &s->e));
	assert_int_equal(snapshot_last(s->db, "hf_models", STR("https://api.example/rows"), &s->a,
				 &last, &s->e),
		-1);
}

static void
several_answers_are_one_snapshot(void **state)
{
	struct scratch *s = *state;
	struct answer answers[] = {
		{ .url = STR("u1"),
			.status = 200,
			.body = STR("{\"items\":[{\"id\":1,\"full_name\":\"a/"
				    "b\",\"stargazers_count\":5}]}") },
		{ .url = STR("u2"), .status = 500, .body = STR("oops") },
		{ .url = STR("https://h/repos/a/gone"), .status = 404, .body = STR("{}") },
		{ .url = STR("u3"),
			.status = 200,
			.tracked = true,
			.body = STR("{\"id\":3,\"full_name\":\"a/d\",\"stargazers_count\":9}") },
		{ .url = STR("u4"),
			.status = 200,
			.body = STR("<rss/>"),
			.items = STR("[{\"id\":4,\"full_name\":\"a/e\",\"stargazers_count\":7}]") },
	};
	struct snapshot_result r;

	assert_done(s,
		snapshot_keep(s->db, "github", answers_day("2026-02-14"), answers, 5, &r, &s->e));
	assert_int_equal(r.rows, 3);
	assert_true(r.answered && r.partial);
	assert_string_equal(r.why, "status 500");
	/* One that is gone is no fault of the day's. */
	answers[1] = answers[2];
	assert_done(s,
		snapshot_keep(s->db, "github", answers_day("2026-02-14"), answers, 5, &r, &s->e));
	assert_false(r.partial);
}

static struct str
names_tracked(struct scratch *s, const char *day)
{
	struct tracked *list;
	struct buf b;
	size_t n;
	struct str out;

	assert_done(
		s, snapshot_tracked(s->db, "github", answers_day(day), &s->a, &list, &n, &s->e));
	buf_init(&b, 1000);
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%s%.*s", i ? " " : "", STR_ARG(list[i].name));
	out = arena_str(&s->a, buf_str(&b));
	buf_free(&b);
	return out;
}

static void
ask_for(struct scratch *s, const char *day, int status, const char *url, const char *body)
{
	struct answer answers[] = {
		{ .url = STR("u"), .status = 200, .body = STR("{\"items\":[]}") },
		{ .url = str_of(url), .status = status, .tracked = true, .body = str_of(body) },
	};
	struct snapshot_result r;

	assert_done(s, snapshot_keep(s->db, "github", answers_day(day), answers, 2, &r, &s->e));
}

static void
what_was_on_a_chart_is_tracked_until_it_is_gone(void **state)
{
	static const char here[] = "{\"id\":1,\"full_name\":\"a/b\",\"stargazers_count\":9}";
	static const char gone[] = "https://h/repos/a/b?x=1";
	struct scratch *s = *state;

	answers_keepz(s, "github", "2026-02-01",
		"{\"items\":[{\"id\":1,\"full_name\":\"a/b\",\"stargazers_count\":5},"
		"{\"id\":2,\"full_name\":\"a/c\",\"stargazers_count\":7}]}");
	assert_str(names_tracked(s, "2026-02-02"), "a/c a/b");
	/* Being asked for keeps nobody on the list: 28 days later it is off. */
	ask_for(s, "2026-02-20", 200, "https://h/repos/a/b", here);
	assert_str(names_tracked(s, "2026-03-01"), "a/b a/c");
	assert_str(names_tracked(s, "2026-03-02"), "");
	/* Absent three times in a row; a second run of a day does not count, and being there does. */
	ask_for(s, "2026-02-21", 404, gone, "{}");
	ask_for(s, "2026-02-21", 404, gone, "{}");
	ask_for(s, "2026-02-22", 451, gone, "{}");
	assert_str(names_tracked(s, "2026-02-22"), "a/b a/c");
	ask_for(s, "2026-02-23", 404, gone, "{}");
	assert_str(names_tracked(s, "2026-02-23"), "a/c");
	ask_for(s, "2026-02-24", 200, "https://h/repos/a/b", here);
	assert_str(names_tracked(s, "2026-02-24"), "a/b a/c");
}

static void
an_endless_list_is_cut_off(void **state)
{
	struct scratch *s = *state;
	struct buf b;
	struct snapshot_result r;

	buf_init(&b, 8 << 20);
	buf_addc(&b, '[');
	for (int i = 0; i < 300000; i++)
		buf_addz(&b, i ? ",0" : "0");
	buf_addc(&b, ']');
	r = answers_keep(s, "hf_models", "2026-02-14", buf_str(&b));
	assert_int_equal(r.rows, 0);
	assert_int_equal(r.rejected, 20000);
	buf_free(&b);
}

int
main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, scratch_setup_db, scratch_teardown)
	const struct CMUnitTest tests[] = {
		CASE(a_body_is_checked_before_it_counts),
		CASE(nothing_but_json_gets_through),
		CASE(half_of_yesterday_is_partial),
		CASE(a_worse_answer_never_replaces_a_better_one),
		CASE(what_is_no_good_is_kept_as_evidence),
		CASE(a_large_body_is_packed_and_comes_back),
		CASE(several_answers_are_one_snapshot),
		CASE(what_was_on_a_chart_is_tracked_until_it_is_gone),
		CASE(an_endless_list_is_cut_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
