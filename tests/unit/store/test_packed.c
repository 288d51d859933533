#include "store/packed.h"

#include <stdlib.h>
#include <string.h>

#include "test.h"

enum { MOST = 4 };
#define LAST INT64_C(9007199254740991) /* the greatest counter that is taken */

/* Days of a source; what was written is read again. */
static const struct {
	const char *why;
	size_t n;
	struct observation rows[MOST];
} days[] = {
	{ "nothing", 0, { { 0 } } },
	{ "a counter", 1, { { .entity = 7, .value = 12 } } },
	{ "zero is no unknown", 2,
		{ { .entity = 1,
			  .value = 0,
			  .has_score = true,
			  .has_downloads = true,
			  .has_forks = true },
			{ .entity = 2, .value = 1 } } },
	{ "widths of one byte and of eight", 2,
		{ { .entity = 255, .value = 255, .has_downloads = true, .downloads = 254 },
			{ .entity = INT64_MAX,
				.value = LAST,
				.has_downloads = true,
				.downloads = LAST,
				.has_forks = true,
				.forks = LAST } } },
	{ "halves", 3,
		{ { .entity = 9, .value = 3, .has_score = true, .score = 77.5 },
			{ .entity = 8, .value = 3 },
			{ .entity = 3, .value = 3, .has_score = true, .score = 1234567 } } },
	{ "a score that is no half", 3,
		{ { .entity = 9, .value = 3, .has_score = true, .score = 0.1 },
			{ .entity = 8, .value = 3 },
			{ .entity = 3, .value = 3, .has_score = true, .score = 0 } } },
	{ "the greatest score", 1,
		{ { .entity = 9, .value = 3, .has_score = true, .score = 9007199254740991.0 } } },
};

struct made {
	struct buf counters, details;
};

static void
make(struct made *m, size_t i)
{
	buf_init(&m->counters, 1000);
	buf_init(&m->details, 1000);
	packed_write(days[i].rows, days[i].n, &m->counters, &m->details);
}

static void
unmake(struct made *m)
{
	buf_free(&m->counters);
	buf_free(&m->details);
}

static void
assert_same(const struct observation *have, const struct observation *want, const char *why)
{
	if (have->entity != want->entity || have->value != want->value ||
		have->has_score != want->has_score || have->score != want->score ||
		have->has_downloads != want->has_downloads || have->downloads != want->downloads ||
		have->has_forks != want->has_forks || have->forks != want->forks)
		fail_msg("%s: another one came back", why);
}

static void
what_was_written_is_read_again(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(days); i++) {
		struct packed p;
		struct made m;

		make(&m, i);
		assert_true(packed_open(buf_str(&m.counters), buf_str(&m.details), &p));
		assert_int_equal(p.n, days[i].n);
		for (size_t k = 0; k < p.n; k++) {
			const struct observation *want = &days[i].rows[k];
			struct observation o = packed_at(&p, k);

			assert_same(&o, want, days[i].why);
			assert_int_equal(packed_entity(&p, k), want->entity);
			assert_int_equal(packed_value(&p, k), want->value);
			assert_true(packed_score(&p, k) == (want->has_score ? want->score : -1));
		}
		unmake(&m);
	}
}

static void
without_details_they_are_unknown(void **state)
{
	struct observation o;
	struct packed p;
	struct made m;

	(void)state;
	make(&m, 3);
	assert_true(packed_open(buf_str(&m.counters), (struct str){ 0 }, &p));
	o = packed_at(&p, 1);
	assert_int_equal(o.value, LAST);
	assert_false(o.has_downloads || o.has_forks);
	unmake(&m);
}

/* Cut anywhere, in copies of just that size, so that reading behind them would be noticed. */
static void
what_is_cut_off_is_refused(void **state)
{
	struct packed p;
	struct made m;

	(void)state;
	make(&m, 4);
	for (size_t n = 0; n < m.counters.n; n++) {
		char *copy = mem_alloc(n);

		memcpy(copy, m.counters.p, n);
		if (packed_open((struct str){ copy, n }, (struct str){ 0 }, &p)) {
			assert_true(p.n < days[4].n);
			for (size_t k = 0; k < p.n; k++)
				(void)packed_at(&p, k);
		}
		free(copy);
	}
	unmake(&m);
}

static void
what_does_not_fit_together_is_refused(void **state)
{
	struct made one, three;
	struct packed p;

	(void)state;
	make(&one, 3);
	make(&three, 4);
	assert_false(packed_open(buf_str(&three.counters), buf_str(&one.details), &p));
	one.counters.p[0] = 9;
	assert_false(packed_open(buf_str(&one.counters), buf_str(&one.details), &p));
	unmake(&one);
	unmake(&three);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_written_is_read_again),
		cmocka_unit_test(without_details_they_are_unknown),
		cmocka_unit_test(what_is_cut_off_is_refused),
		cmocka_unit_test(what_does_not_fit_together_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
