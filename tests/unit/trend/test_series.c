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
			assert_ptr_equal(series_find(&table, table.list[k].key), &table.list[k]);
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

	(void)state;
	series_join(TREND_MODELS, rows, COUNT(rows), &a, &table);
	assert_int_equal(table.n, 1);
	assert_int_equal(table.list[0].n, 1);
	assert_int_equal(table.list[0].rows[0].value, 5);
	assert_int_equal(table.list[0].rows[0].created, 1);
	assert_true(table.list[0].rows[0].has_score && table.list[0].rows[0].score == 2);
	assert_str(table.list[0].rows[0].task, "chat");
	assert_str(table.list[0].rows[0].library, "l");
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_of_one_entity_are_one_series),
		cmocka_unit_test(what_the_first_lacks_comes_from_the_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
