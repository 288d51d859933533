#include "trend/series.h"

#include "base/buf.h"
#include "test.h"

/* What the rows of some days become: "KEY: DAY=VALUE ...", a line a series. */
static const struct {
	enum trend_kind kind;
	struct {
		int day;
		int64_t id;
		const char *name;
		int64_t value;
	} rows[8];
	const char *want;
} joins[] = {
	{ TREND_GITHUB, { { 1, 7, "a/b", 5 }, { 2, 7, "A/new", 6 } }, "#7: 1=5 2=6\n" },
	{ TREND_GITHUB, { { 1, 0, "a/b", 5 }, { 2, 7, "A/B", 6 } }, "#7: 1=5 2=6\n" },
	{ TREND_GITHUB, { { 1, 0, "a/b", 5 }, { 2, 0, "A/B", 6 } }, "a/b: 1=5 2=6\n" },
	/* A name that had two ids stands for neither. */
	{ TREND_GITHUB, { { 1, 0, "a/b", 5 }, { 2, 7, "a/b", 6 }, { 3, 8, "a/b", 7 } },
		"#7: 2=6\n#8: 3=7\na/b: 1=5\n" },
	/* The first of a day wins, also of one that came with its id and one that came without. */
	{ TREND_GITHUB, { { 1, 7, "a/b", 5 }, { 1, 7, "a/c", 6 }, { 1, 0, "a/b", 9 } },
		"#7: 1=5\n" },
	{ TREND_GITHUB, { { 1, 7, "123", 5 }, { 1, 8, "a b/c", 6 } }, "" },
	{ TREND_MODELS, { { 1, 0, "a/b", 5 }, { 2, 0, "A/b", 6 } }, "A/b: 2=6\na/b: 1=5\n" },
	/* HuggingFace's key is the name; an id joins the names that it had. */
	{ TREND_MODELS, { { 1, 7, "a/b", 5 }, { 2, 7, "a/b", 6 } }, "a/b: 1=5 2=6\n" },
	{ TREND_MODELS, { { 1, 7, "a/b", 5 }, { 2, 8, "a/b", 6 } }, "a/b: 1=5 2=6\n" },
	{ TREND_MODELS, { { 1, 0, "a/b", 4 }, { 2, 7, "a/b", 5 }, { 3, 7, "a/c", 6 } },
		"#7: 1=4 2=5 3=6\n" },
	{ TREND_MODELS, { { 1, 7, "a/b", 5 }, { 2, 7, "a/c", 6 }, { 2, 8, "a/b", 1 } },
		"#7: 1=5 2=6\na/b: 2=1\n" },
	{ TREND_MODELS, { { 1, 0, "gpt2", 5 } }, "gpt2: 1=5\n" },
	{ TREND_MODELS, { { 0 } }, "" },
};

static size_t
rows_of(size_t i, struct trend_row *out)
{
	size_t n = 0;

	for (; n < COUNT(joins[i].rows) && joins[i].rows[n].name; n++)
		out[n] = (struct trend_row){ .day = joins[i].rows[n].day,
			.id = joins[i].rows[n].id,
			.name = str_of(joins[i].rows[n].name),
			.has_value = true,
			.value = joins[i].rows[n].value,
			.created = TREND_NO_DAY };
	return n;
}

static void
rows_of_one_entity_are_one_series(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(joins); i++) {
		struct arena a = { 0 };
		struct trend_row rows[8];
		struct series_table table;
		struct buf said;

		series_join(joins[i].kind, rows, rows_of(i, rows), &a, &table);
		buf_init(&said, 1000);
		for (size_t k = 0; k < table.n; k++) {
			buf_printf(&said, "%.*s:", STR_ARG(table.list[k].key));
			for (size_t d = 0; d < table.list[k].n; d++)
				buf_printf(&said, " %d=%d", table.list[k].rows[d].day,
					(int)table.list[k].rows[d].value);
			buf_addc(&said, '\n');
		}
		assert_str(buf_str(&said), joins[i].want);
		buf_free(&said);
		arena_free(&a);
	}
}

static void
what_the_first_lacks_comes_from_the_later(void **state)
{
	struct trend_row rows[] = {
		{ .day = 1,
			.name = STR("a/b"),
			.has_value = true,
			.value = 5,
			.created = TREND_NO_DAY,
			.task = STR("chat") },
		{ .day = 1,
			.name = STR("a/b"),
			.has_value = true,
			.value = 6,
			.created = 1,
			.has_score = true,
			.score = 2,
			.task = STR("other"),
			.library = STR("l") },
		{ .day = 1, .name = STR("a/b"), .value = 7 }, /* no counter: no row */
	};
	struct arena a = { 0 };
	struct series_table table;
	struct trend_row row;

	(void)state;
	series_join(TREND_MODELS, rows, COUNT(rows), &a, &table);
	assert_int_equal(table.n, 1);
	assert_int_equal(table.list[0].n, 1);
	assert_int_equal(table.list[0].rows[0].value, 5);
	assert_true(series_row_on(&table.list[0], 1, &row));
	assert_int_equal(row.value, 5);
	assert_int_equal(row.created, 1);
	assert_true(row.has_score && row.score == 2);
	assert_str(row.task, "chat");
	assert_str(row.library, "l");
	assert_false(series_row_on(&table.list[0], 2, &row));
	arena_free(&a);
}

/* Rows that have their days: one alone is taken as it is, two of a name are joined day by day, and the
 * one that was read first on a day wins it. */
static void
rows_with_days_are_joined_by_day(void **state)
{
	static const struct trend_count alone[] = { { 1, -1, 1, 0 }, { 2, -1, 3, 9 } },
					older[] = { { 5, -1, 1, 1 }, { 6, 4, 2, 8 },
						{ 9, 2, 3, 11 } },
					newer[] = { { 7, 3, 2, 7 }, { 8, -1, 3, 10 } };
	const struct trend_row rows[] = {
		{ .name = STR("a/alone"),
			.has_value = true,
			.day = 3,
			.value = 2,
			.days = alone,
			.day_count = 2 },
		{ .name = STR("a/b"),
			.has_value = true,
			.day = 3,
			.value = 9,
			.has_score = true,
			.score = 2,
			.has_forks = true,
			.forks = 1,
			.task = STR("old"),
			.days = older,
			.day_count = 3 },
		{ .name = STR("A/B"),
			.has_value = true,
			.day = 3,
			.value = 8,
			.task = STR("new"),
			.days = newer,
			.day_count = 2 },
	};
	struct series_table table;
	struct arena a = { 0 };
	struct trend_row row;

	(void)state;
	series_join(TREND_GITHUB, rows, COUNT(rows), &a, &table);
	assert_int_equal(table.n, 2);
	assert_ptr_equal(table.list[0].rows, alone);
	assert_int_equal(table.list[1].n, 3);
	assert_int_equal(table.list[1].rows[1].value, 7);
	assert_true(series_row_on(&table.list[1], 3, &row));
	assert_str(row.name, "A/B");
	assert_str(row.task, "new");
	assert_true(row.value == 8 && row.has_score && row.score == 2 && row.forks == 1);
	assert_true(series_row_on(&table.list[1], 1, &row));
	assert_true(row.value == 5 && !row.has_score && !row.has_forks);
	assert_str(row.task, "old");
	assert_int_equal(series_other_name(&table.list[1], 1, 3, STR("a/b")).n, 0);
	assert_int_equal(series_other_name(&table.list[0], 1, 3, STR("a/x")).n, 0);
	arena_free(&a);
}

/* The newest of the names that it had before, within the days. */
static void
another_name_is_the_newest_before(void **state)
{
	static const struct trend_row rows[] = {
		{ .name = STR_INIT("a/first"), .id = 7, .has_value = true, .day = 1 },
		{ .name = STR_INIT("a/second"), .id = 7, .has_value = true, .day = 5 },
		{ .name = STR_INIT("a/third"), .id = 7, .has_value = true, .day = 9 },
	};
	struct series_table table;
	struct arena a = { 0 };

	(void)state;
	series_join(TREND_GITHUB, rows, COUNT(rows), &a, &table);
	assert_int_equal(table.n, 1);
	assert_str(series_other_name(&table.list[0], 0, 9, STR("A/Third")), "a/second");
	assert_str(series_other_name(&table.list[0], 0, 4, STR("a/third")), "a/first");
	assert_int_equal(series_other_name(&table.list[0], 6, 9, STR("a/third")).n, 0);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_of_one_entity_are_one_series),
		cmocka_unit_test(what_the_first_lacks_comes_from_the_later),
		cmocka_unit_test(rows_with_days_are_joined_by_day),
		cmocka_unit_test(another_name_is_the_newest_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
