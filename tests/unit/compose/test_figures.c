#include "compose/figures.h"

#include "../store/answers.h"

static const struct figures_chart *
chart(struct scratch *s, const char *day, int i)
{
	struct figures *f = arena_new(&s->a, struct figures);

	assert_done(s, figures_read(s->db, answers_day(day), &s->a, f, &s->e));
	return &f->charts[i];
}

static void
without_a_database_nothing_is_known(void **state)
{
	struct arena a = { 0 };
	struct figures f;
	struct err e;

	(void)state;
	assert_int_equal(figures_read(NULL, answers_day("2026-02-14"), &a, &f, &e), 0);
	for (size_t i = 0; i < FIGURES_CHARTS; i++)
		assert_true(f.charts[i].report.stale);
	assert_int_equal(f.link_count + f.shown_count, 0);
	arena_free(&a);
}

static void
a_day_has_its_week(void **state)
{
	struct scratch *s = *state;
	const struct figures_chart *c;

	answers_keepz(s, "github", "2026-02-07",
		"{\"items\":[{\"id\":1,\"full_name\":\"a/"
		"b\",\"stargazers_count\":100,\"forks_count\":3,"
		"\"description\":\"Owls\",\"language\":\"C\",\"fork\":true},7]}");
	answers_keepz(s, "github", "2026-02-14",
		"{\"items\":[{\"id\":1,\"full_name\":\"a/"
		"c\",\"stargazers_count\":180,\"forks_count\":4,"
		"\"description\":\"Owls\",\"language\":\"C\"},7,8]}");
	c = chart(s, "2026-02-14", 0);
	assert_string_equal(c->source, "github");
	assert_int_equal(c->report.momentum_count, 1);
	assert_true(c->report.momentum[0]->gain7 == 80);
	assert_str(c->report.momentum[0]->info.description, "Owls");
	assert_true(
		c->report.momentum[0]->info.has_forks && c->report.momentum[0]->info.forks == 4);
	assert_false(c->report.momentum[0]->info.fork);
	assert_str(c->report.renamed[0].was, "a/b");
	assert_int_equal(c->report.rejected, 2);
	assert_int_equal(c->folded_count, 1);
	assert_true(c->numbers.sum_gain7 == 80);
	assert_false(c->first || c->partial || c->flooded);
	assert_true(chart(s, "2026-02-07", 0)->first);
	assert_true(chart(s, "2026-02-17", 0)->report.stale);
	assert_int_equal(chart(s, "2026-02-16", 0)->report.asof, c->report.asof);
}

static void
the_pool_is_part_of_the_models(void **state)
{
	struct scratch *s = *state;
	const struct figures_chart *c;

	answers_keepz(s, "hf_models", "2026-02-14",
		"[{\"id\":\"a/b\",\"_id\":\"x1\",\"likes\":5,\"trendingScore\":4}]");
	answers_keepz(s, "hf_models_pool", "2026-02-14",
		"[{\"id\":\"a/b\",\"likes\":6,\"downloads\":9},{\"id\":\"a/c\",\"likes\":7}]");
	c = chart(s, "2026-02-14", 1);
	assert_int_equal(c->report.count, 2);
	assert_int_equal(c->report.momentum_count, 1);
	assert_int_equal(c->report.momentum[0]->value, 5);
	assert_int_equal(c->report.momentum[0]->info.downloads, 9);
	assert_true(chart(s, "2026-02-14", 2)->report.stale);
}

static void
nothing_has_dropped_out_of_what_was_not_read_whole(void **state)
{
	struct scratch *s = *state;
	const struct figures_chart *c;

	answers_keep(s, "hf_models", "2026-02-07", answers_models(s, 100));
	answers_keep(s, "hf_models", "2026-02-14", answers_models(s, 60));
	c = chart(s, "2026-02-14", 1);
	assert_int_equal(c->report.dropped_count, 40);
	answers_keep(s, "hf_models", "2026-02-15", answers_models(s, 30));
	c = chart(s, "2026-02-15", 1);
	assert_true(c->partial);
	assert_int_equal(c->report.dropped_count, 0);
	/* A day without rows is no day. */
	answers_keepz(s, "hf_models", "2026-02-16", "[]");
	assert_int_equal(chart(s, "2026-02-16", 1)->report.asof, c->report.asof);
}

static void
a_raised_limit_floods_the_chart_for_a_week(void **state)
{
	struct scratch *s = *state;

	answers_keep(s, "hf_models", "2026-02-07", answers_models(s, 100));
	answers_keep(s, "hf_models", "2026-02-08", answers_models(s, 151));
	for (int i = 9; i <= 15; i++)
		answers_keep(s, "hf_models", arena_printf(&s->a, "2026-02-%02d", i),
			answers_models(s, 151));
	assert_false(chart(s, "2026-02-07", 1)->flooded);
	assert_true(chart(s, "2026-02-08", 1)->flooded);
	assert_true(chart(s, "2026-02-14", 1)->flooded);
	assert_false(chart(s, "2026-02-15", 1)->flooded);
}

static void
links_are_those_of_the_last_days(void **state)
{
	struct scratch *s = *state;
	struct figures f;

	answers_keepz(s, "hf_papers", "2026-02-13",
		"[{\"paper\":{\"id\":\"2602.01234\",\"title\":\"P\",\"upvotes\":7}}]");
	assert_done(s, figures_read(s->db, answers_day("2026-02-14"), &s->a, &f, &s->e));
	assert_int_equal(f.link_count, 1);
	assert_string_equal(f.links[0].kind, "paper");
	assert_true(f.links[0].weight == 7);
	assert_done(s, figures_read(s->db, answers_day("2026-02-16"), &s->a, &f, &s->e));
	assert_int_equal(f.link_count, 0);
}

static void
what_oss_insight_counts_is_told_beside_the_chart(void **state)
{
	struct scratch *s = *state;
	struct figures f;

	answers_keepz(s, "ossinsight", "2026-02-13",
		"{\"data\":{\"rows\":[{\"repo_id\":\"1\",\"repo_name\":\"a/b\",\"stars\":\"3618\","
		"\"description\":\"Owls\",\"primary_language\":\"\"},{\"repo_name\":\"a/"
		"c\",\"stars\":\"\"}]}}");
	assert_done(s, figures_read(s->db, answers_day("2026-02-14"), &s->a, &f, &s->e));
	assert_true(f.charts[0].report.stale);
	assert_int_equal(f.gain_count, 1);
	assert_int_equal(f.gains[0].stars, 3618);
	assert_str(f.gains[0].description, "Owls");
}

int
main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, scratch_setup_db, scratch_teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_database_nothing_is_known),
		CASE(a_day_has_its_week),
		CASE(the_pool_is_part_of_the_models),
		CASE(nothing_has_dropped_out_of_what_was_not_read_whole),
		CASE(a_raised_limit_floods_the_chart_for_a_week),
		CASE(what_oss_insight_counts_is_told_beside_the_chart),
		CASE(links_are_those_of_the_last_days),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
