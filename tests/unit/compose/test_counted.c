#include "compose/counted.h"

#include "compose/amount.h"
#include "figures_made.h"

static void
counts(struct made *m, struct day day, const struct figures_gain *gains, size_t n)
{
	m->figures.gain_day = day;
	m->figures.gain_count = n;
	m->figures.gains = arena_many(&m->a, n, struct figures_gain);
	memcpy(m->figures.gains, gains, n * sizeof *gains);
}

static const struct figures_gain seen[] = {
	{ .name = STR_INIT("Beta/Two"), .stars = 300 },
	{ .name = STR_INIT("alpha/one"), .stars = 4000 },
	{ .name = STR_INIT("not/ours"), .stars = 9000 },
	{ .name = STR_INIT("gamma/born"), .stars = 80 },
	{ .name = STR_INIT("delta/put-away"), .stars = 700 },
};
enum { SEEN = sizeof seen / sizeof seen[0] };

/* One day, none before: GitHub ranks only who is younger than a week. */
static void
make_first_day(struct made *m)
{
	made_row(m, 0, "alpha/one", 50000);
	made_row(m, 0, "beta/two", 7000);
	made_row(m, 0, "gamma/born", 900)->created = MADE_TODAY - 3;
	made_row(m, 0, "delta/put-away", 5000)->archived = true;
	made_row(m, 0, "quiet/one", 5000);
	made_chart(m, TREND_GITHUB)->first = true;
}

static void
on_the_first_days_others_counts_stand_in(void **state)
{
	static struct made m;
	struct counted *list;
	size_t n;

	(void)state;
	made_begin(&m);
	make_first_day(&m);
	counts(&m, m.figures.day, seen, SEEN);
	counted_first(&m.figures, &m.a, &list, &n);
	assert_int_equal(n, 2);
	assert_str(list[0].entity->name, "alpha/one");
	assert_str(list[1].entity->name, "beta/two");
	assert_int_equal(list[1].stars, 300);
	arena_free(&m.a);
}

static void
the_block_says_whose_count_it_is(void **state)
{
	static struct made m;

	(void)state;
	made_begin(&m);
	make_first_day(&m);
	counts(&m, m.figures.day, seen, SEEN);
	assert_int_equal(made_render(&m, "trending", "sources: [github]"), 1);
	assert_has(m.text, "  1  alpha/one ");
	assert_has(m.text, "≥4" AMOUNT_BLANK "000\n");
	assert_has(m.text, "50" AMOUNT_BLANK "000 stars in all");
	assert_has(m.text, "  2  gamma/born ");
	assert_has(m.text, "+900\n");
	assert_has(m.text, "  3  beta/two ");
	assert_has(m.text, "\n≥ is what OSS Insight counted in the past week: ");
	assert_has(m.html, "≥4" AMOUNT_BLANK "000</td>");
	assert_has(m.html, "; first issue: there is no week before to compare with yet</p>");
	assert_int_equal(m.record.shown_count, 3);
	arena_free(&m.a);
}

static void
old_counts_and_days_with_a_week_of_our_own_need_none(void **state)
{
	static struct made m;
	struct counted *list;
	size_t n;

	(void)state;
	made_begin(&m);
	make_first_day(&m);
	counts(&m, (struct day){ 2026, 8, 12 }, seen, SEEN);
	counted_first(&m.figures, &m.a, &list, &n);
	assert_int_equal(n, 0);
	arena_free(&m.a);

	made_begin(&m);
	made_pair(&m, "alpha/one", 40000, 50000);
	made_row(&m, 0, "beta/two", 7000);
	made_chart(&m, TREND_GITHUB);
	counts(&m, m.figures.day, seen, SEEN);
	counted_first(&m.figures, &m.a, &list, &n);
	assert_int_equal(n, 0);
	arena_free(&m.a);
}

/* `n` repositories that gain 1000 each, of which a seventh is seen; one of them otherwise. */
static void
make_pairs(struct made *m, size_t n, int64_t odd)
{
	struct figures_gain *gains = arena_many(&m->a, n, struct figures_gain);

	for (size_t i = 0; i < n; i++) {
		char *name = arena_printf(&m->a, "owner%zu/thing", i);

		made_pair(m, name, 10000, 11000);
		gains[i] = (struct figures_gain){ .name = str_of(name),
			.stars = i == 3 ? odd : 140 + (int64_t)i };
	}
	made_chart(m, TREND_GITHUB);
	counts(m, m->figures.day, gains, n);
}

static void
a_gain_that_others_do_not_see_is_doubted(void **state)
{
	static const struct {
		size_t pairs;
		int64_t odd;
		size_t want;
	} table[] = {
		{ 20, 150, 0 }, /* as all others */
		{ 20, 60, 0 },  /* within what was recorded */
		{ 20, 260, 0 },
		{ 20, 10, 1 }, /* hardly seen: were they bought, did ours read wrong? */
		{ 20, 900, 1 }, { 9, 10, 0 }, /* too few to know the usual share */
	};
	static struct made m;
	struct counted_doubt *doubts;
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		made_begin(&m);
		make_pairs(&m, table[i].pairs, table[i].odd);
		counted_doubts(&m.figures, &m.a, &doubts, &n);
		assert_int_equal(n, table[i].want);
		if (n) {
			assert_str(doubts[0].entity->name, "owner3/thing");
			assert_int_equal(doubts[0].counted, table[i].odd);
			assert_true(doubts[0].share > 0.14 && doubts[0].share < 0.16);
		}
		arena_free(&m.a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(on_the_first_days_others_counts_stand_in),
		cmocka_unit_test(the_block_says_whose_count_it_is),
		cmocka_unit_test(old_counts_and_days_with_a_week_of_our_own_need_none),
		cmocka_unit_test(a_gain_that_others_do_not_see_is_doubted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
