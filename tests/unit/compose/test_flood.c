#include "compose/flood.h"

#include "newsroom.h"

/* "lead*3[range] next": each row's lead, the size of a flood and its range. */
static struct str
told(const struct flood_row *rows, size_t n, struct arena *a)
{
	const char *s = "";

	for (size_t i = 0; i < n; i++) {
		s = arena_printf(
			a, "%s%s%.*s", s, i ? " " : "", STR_ARG(rows[i].folded->lead->name));
		if (rows[i].flood)
			s = arena_printf(
				a, "%s*%zu[%.*s]", s, rows[i].count, STR_ARG(rows[i].range));
	}
	return str_of(s);
}

static void
a_flood_is_one_row(void **state)
{
	static const struct {
		struct story rows[6];
		const char *want;
	} table[] = {
		{ { { "a/x", 9 }, { "b/y", 8 } }, "a/x b/y" },
		/* Three of one owner, unlike each other. */
		{ { { "a/x", 9 }, { "b/y", 8 }, { "a/z", 7 }, { "A/w", 6 } }, "a/x*3[] b/y" },
		{ { { "a/c2-m9", 9 }, { "a/c2-m10", 8 }, { "a/c2-m8", 7 }, { "b/y", 6 } },
			"a/c2-m9*3[c2-m8 to c2-m10] b/y" },
		/* Accounts that are numbered too. */
		{ { { "bot1/m-1", 9 }, { "bot2/m-2", 8 }, { "b/y", 7 }, { "bot3/m-3", 6 } },
			"bot1/m-1*3[m-1 to m-3] b/y" },
		/* The same short name with three owners is three things. */
		{ { { "a/skills", 9 }, { "b/skills", 8 }, { "c/skills", 7 } },
			"a/skills b/skills c/skills" },
		{ { { "a/m-1", 9 }, { "a/m-2", 8 }, { "b/y", 7 } }, "a/m-1 a/m-2 b/y" },
		/* Forks and what is archived are not there; the next one leads. */
		{ { { "a/x", 9, .archived = true }, { "b/y", 8, .fork = true }, { "c/z", 7 } },
			"c/z" },
		{ { { "a/x", 9, .fork = true }, { "b/y", 8 }, { "a/z", 7 }, { "a/w", 6 } },
			"b/y a/z" },
		{ { { "a/x", 9 }, { "a/y", 8 }, { "a/z", 7, .archived = true }, { "a/w", 6 } },
			"a/x*3[]" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct newsroom r;
		struct flood_row *rows;
		size_t n = 0;

		newsroom_open(&r);
		while (n < COUNT(table[i].rows) && table[i].rows[n].name)
			n++;
		newsroom_chart(&r, 0, "github", TREND_GITHUB, table[i].rows, n);
		flood_rows(&r.f.charts[0], &r.arena, &rows, &n);
		assert_str(told(rows, n, &r.arena), table[i].want);
		arena_free(&r.arena);
	}
}

static void
a_flood_of_forty_is_forty(void **state)
{
	struct story stories[42];
	struct newsroom r;
	struct flood_row *rows;
	size_t n;

	(void)state;
	newsroom_open(&r);
	for (size_t i = 0; i < 40; i++)
		stories[i] = (struct story){ arena_printf(&r.arena, "student/co102-a%zu", 5100 + i),
			60 - (double)i };
	stories[40] = (struct story){ "lab/real-model", 40 };
	stories[41] = (struct story){ "lab2/other", 10 };
	newsroom_chart(&r, 1, "hf_models", TREND_MODELS, stories, 42);
	flood_rows(&r.f.charts[1], &r.arena, &rows, &n);
	assert_str(told(rows, n, &r.arena),
		"student/co102-a5100*40[co102-a5100 to co102-a5139] lab/real-model lab2/other");
	assert_true(flood_sum(rows[0].folded) == (60 + 21) * 20);
	arena_free(&r.arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flood_is_one_row),
		cmocka_unit_test(a_flood_of_forty_is_forty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
