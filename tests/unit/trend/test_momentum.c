#include "trend/momentum.h"

#include <math.h>
#include <stdio.h>

#include "test.h"
#include "trend/fold.h"
#include "trend/numbers.h"

enum { T = 20000 };

/* One entity's counters as { days before T, value }, ended by a negative value. */
struct story {
	const char *name;
	int64_t id;
	int born; /* days before T, or -1: not said */
	double score;
	struct {
		int ago;
		int64_t value;
	} seen[8];
};

struct world {
	struct arena arena;
	struct trend_row rows[400];
	size_t n;
	int days[64];
	size_t day_count;
	struct trend_report report;
};

static void
add_row(struct world *w, const struct story *s, int day, int64_t value)
{
	w->rows[w->n++] = (struct trend_row){ .day = day,
		.id = s->id,
		.name = str_of(s->name),
		.has_value = true,
		.value = value,
		.has_score = s->score > 0,
		.score = s->score,
		.created = s->born < 0 ? TREND_NO_DAY : T - s->born };
}

static void
tell(struct world *w, enum trend_kind kind, const struct story *stories, size_t n)
{
	for (int day = T - 40; day <= T; day++) {
		bool any = false;

		for (size_t i = 0; i < n; i++)
			for (size_t k = 0;
				k < COUNT(stories[i].seen) && stories[i].seen[k].value > 0; k++)
				if (T - stories[i].seen[k].ago == day) {
					add_row(w, &stories[i], day, stories[i].seen[k].value);
					any = true;
				}
		if (any)
			w->days[w->day_count++] = day;
	}
	trend_report(kind, w->rows, w->n, w->days, w->day_count, T, &w->arena, &w->report);
}

static const struct trend_entity *
entity(const struct world *w, const char *name)
{
	for (size_t i = 0; i < w->report.count; i++)
		if (str_eqz(w->report.entities[i].name, name))
			return &w->report.entities[i];
	fail_msg("no entity %s", name);
	return NULL;
}

static void
every_status_has_its_story(void **state)
{
	static const struct story stories[] = {
		{ "a/ok", 1, -1, 0, { { 7, 100 }, { 0, 170 } } },
		{ "a/older", 2, -1, 0, { { 8, 100 }, { 6, 110 }, { 0, 180 } } },
		{ "a/short", 3, -1, 0, { { 3, 100 }, { 0, 120 } } },
		{ "a/new", 4, -1, 0, { { 0, 120 } } },
		{ "a/returned", 5, -1, 0, { { 12, 100 }, { 0, 120 } } },
		{ "a/reset", 6, -1, 0, { { 7, 1000 }, { 2, 400 }, { 0, 420 } } },
		{ "a/dip", 7, -1, 0, { { 7, 40 }, { 2, 10 }, { 0, 12 } } },
		{ "a/born", 8, 3, 0, { { 0, 99 } } },
		{ "a/gone", 9, -1, 0, { { 7, 50 } } },
	};
	struct world w = { 0 };

	(void)state;
	tell(&w, TREND_GITHUB, stories, COUNT(stories));
	assert_int_equal(entity(&w, "a/ok")->status, TREND_OK);
	assert_true(entity(&w, "a/ok")->momentum == 70);
	/* 6 and 8 days back are equally near to 7: the older wins. */
	assert_int_equal(entity(&w, "a/older")->base_day, T - 8);
	assert_true(entity(&w, "a/older")->gain7 == 70);
	assert_int_equal(entity(&w, "a/short")->status, TREND_SHORT);
	assert_int_equal(entity(&w, "a/new")->status, TREND_NEW);
	assert_int_equal(entity(&w, "a/returned")->status, TREND_RETURNED);
	assert_int_equal(entity(&w, "a/reset")->status, TREND_RESET);
	assert_int_equal(entity(&w, "a/dip")->status, TREND_OK);
	assert_int_equal(entity(&w, "a/dip")->how, TREND_UNRANKED);
	assert_int_equal(entity(&w, "a/born")->how, TREND_BORN);
	assert_true(entity(&w, "a/born")->momentum == 99);
	assert_int_equal(w.report.dropped_count, 1);
	assert_str(w.report.dropped[0].name, "a/gone");
	arena_free(&w.arena);
}

static void
a_first_day_is_cold_and_goes_by_the_score(void **state)
{
	static const struct story stories[] = {
		{ "org/model", 0, -1, 77.5, { { 0, 900 } } },
		{ "gpt2", 0, -1, 0, { { 0, 9000 } } },
	};
	struct world w = { 0 };

	(void)state;
	tell(&w, TREND_MODELS, stories, COUNT(stories));
	assert_int_equal(entity(&w, "org/model")->status, TREND_COLD);
	assert_int_equal(w.report.momentum_count, 1);
	assert_true(w.report.momentum[0]->momentum == 77.5);
	assert_false(w.report.has_mu);
	assert_int_equal(w.report.base_day, TREND_NO_DAY);
	arena_free(&w.arena);
}

static void
an_id_keeps_the_history_of_a_renamed_repository(void **state)
{
	static const struct story stories[] = {
		{ "old/name", 77, -1, 0, { { 7, 100 }, { 3, 130 } } },
		{ "New/Name", 77, -1, 0, { { 0, 200 } } },
		/* No id on the first day, the same name with one later: the same repository. */
		{ "b/late", 0, -1, 0, { { 7, 60 } } },
		{ "B/late", 88, -1, 0, { { 0, 90 } } },
	};
	struct world w = { 0 };

	(void)state;
	tell(&w, TREND_GITHUB, stories, COUNT(stories));
	assert_int_equal(w.report.count, 2);
	assert_true(entity(&w, "New/Name")->gain7 == 100);
	assert_true(entity(&w, "B/late")->gain7 == 30);
	assert_int_equal(w.report.renamed_count, 1);
	assert_str(w.report.renamed[0].was, "old/name");
	arena_free(&w.arena);
}

static void
movers_are_shrunk_and_have_a_floor(void **state)
{
	static const struct story stories[] = {
		{ "a/small", 1, -1, 0, { { 7, 10 }, { 0, 59 } } },
		{ "a/fast", 2, -1, 0, { { 7, 100 }, { 0, 200 } } },
		{ "a/big", 3, -1, 0, { { 7, 100000 }, { 0, 101000 } } },
	};
	double mu = (49 + 100 + 1000) / (10 + 100 + 100000.0);
	struct world w = { 0 };

	(void)state;
	tell(&w, TREND_GITHUB, stories, COUNT(stories));
	assert_int_equal(w.report.mover_count, 2);
	assert_str(w.report.movers[0]->name, "a/fast");
	assert_true(fabs(w.report.mu - mu) < 1e-12);
	assert_true(fabs(w.report.movers[0]->growth - (100 + 1000 * mu) / 1100) < 1e-12);
	assert_true(w.report.movers[0]->raw_growth == 1);
	/* The floor decides who is a mover, not who has a growth. */
	assert_true(fabs(entity(&w, "a/small")->growth - (49 + 1000 * mu) / 1010) < 1e-12);
	arena_free(&w.arena);
}

static void
a_source_without_a_snapshot_for_three_days_is_stale(void **state)
{
	static const struct story two[] = { { "a/b", 1, -1, 0, { { 2, 10 } } } };
	static const struct story three[] = { { "a/b", 1, -1, 0, { { 3, 10 } } } };
	struct world w = { 0 }, v = { 0 };

	(void)state;
	tell(&w, TREND_GITHUB, two, 1);
	assert_false(w.report.stale);
	assert_int_equal(w.report.asof, T - 2);
	tell(&v, TREND_GITHUB, three, 1);
	assert_true(v.report.stale);
	arena_free(&w.arena);
	arena_free(&v.arena);
}

static void
copies_fold_into_their_model_and_a_flood_into_one_row(void **state)
{
	static const struct story stories[] = {
		{ "lab/Owl-7B", 0, -1, 300, { { 0, 1 } } },
		{ "x/Owl-7B-GGUF", 0, -1, 90, { { 0, 1 } } },
		{ "y/Tiny-Owl-7B-LoRA", 0, -1, 80, { { 0, 1 } } },
		{ "flood/a5103", 0, -1, 70, { { 0, 1 } } },
		{ "flood/b5104", 0, -1, 60, { { 0, 1 } } },
		{ "Flood/c5105", 0, -1, 50, { { 0, 1 } } },
		{ "z/Base", 0, -1, 20, { { 0, 1 } } },
	};
	struct world w = { 0 };
	struct trend_folded *rows;
	size_t n;

	(void)state;
	tell(&w, TREND_MODELS, stories, COUNT(stories));
	trend_fold(&w.report, &w.arena, &rows, &n);
	assert_int_equal(n, 3);
	assert_str(rows[0].lead->name, "lab/Owl-7B");
	assert_int_equal(rows[0].family_count, 2);
	assert_true(rows[0].folded_momentum == 170);
	assert_str(rows[1].lead->name, "flood/a5103");
	assert_int_equal(rows[1].author_count, 2);
	assert_str(rows[2].lead->name, "z/Base");
	arena_free(&w.arena);
}

static void
a_copy_leads_when_it_has_more_than_twice_the_root(void **state)
{
	static const struct story stories[] = {
		{ "lab/Owl-7B", 0, -1, 30, { { 0, 1 } } },
		{ "x/Owl-7B-Turbo", 0, -1, 90, { { 0, 1 } } },
	};
	struct world w = { 0 };
	struct trend_folded *rows;
	size_t n;

	(void)state;
	tell(&w, TREND_MODELS, stories, COUNT(stories));
	trend_fold(&w.report, &w.arena, &rows, &n);
	assert_int_equal(n, 1);
	assert_str(rows[0].lead->name, "x/Owl-7B-Turbo");
	arena_free(&w.arena);
}

static void
unknown_numbers_stay_unknown(void **state)
{
	static const struct story stories[] = { { "a/new", 1, -1, 0, { { 0, 120 } } } };
	struct world w = { 0 };
	struct trend_numbers numbers;

	(void)state;
	tell(&w, TREND_GITHUB, stories, COUNT(stories));
	trend_numbers(&w.report, &w.arena, &numbers);
	assert_int_equal(numbers.tracked, 1);
	assert_false(numbers.has_gain);
	assert_false(numbers.has_median);
	assert_false(numbers.has_churn50);
	assert_int_equal(numbers.top_gain.n, 0);
	arena_free(&w.arena);
}

static void
names_that_no_link_may_be_built_from_are_rejected(void **state)
{
	static const struct {
		const char *name;
		bool github, models;
	} rows[] = {
		{ "a/b", true, true },
		{ "gpt2", false, true },
		{ "a/b/c", false, false },
		{ "../x", false, false },
		{ "a/..", false, false },
		{ "a/b c", false, false },
		{ "a/<b>", false, false },
		{ "", false, false },
		{ "/", false, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(trend_name_ok(TREND_GITHUB, str_of(rows[i].name)), rows[i].github);
		assert_int_equal(trend_name_ok(TREND_MODELS, str_of(rows[i].name)), rows[i].models);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_status_has_its_story),
		cmocka_unit_test(a_first_day_is_cold_and_goes_by_the_score),
		cmocka_unit_test(an_id_keeps_the_history_of_a_renamed_repository),
		cmocka_unit_test(movers_are_shrunk_and_have_a_floor),
		cmocka_unit_test(a_source_without_a_snapshot_for_three_days_is_stale),
		cmocka_unit_test(copies_fold_into_their_model_and_a_flood_into_one_row),
		cmocka_unit_test(a_copy_leads_when_it_has_more_than_twice_the_root),
		cmocka_unit_test(unknown_numbers_stay_unknown),
		cmocka_unit_test(names_that_no_link_may_be_built_from_are_rejected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
