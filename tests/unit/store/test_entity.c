#include "store/entity.h"

#include "answers.h"

static struct entity
owl(const char *description)
{
	return (struct entity){ .chart = "github",
		.name = STR("a/owl"),
		.stable = STR("7"),
		.description = str_of(description) };
}

static int64_t
see(struct scratch *s, const struct entity *t, const char *day, int64_t value)
{
	int64_t id;

	assert_done(s, entity_see(s->db, t, answers_day(day), value, true, &id, &s->e));
	return id;
}

static void
each_description_is_a_row_and_days_may_come_in_any_order(void **state)
{
	struct scratch *s = *state;
	struct entity first = owl("An owl"), second = owl("Two owls"), got;
	int64_t id = see(s, &first, "2026-02-14", 10);

	assert_int_equal(see(s, &first, "2026-02-12", 8), id);
	assert_int_not_equal(see(s, &second, "2026-02-15", 12), id);
	assert_str(answers_text(s, "SELECT first_seen || ' ' || last_seen || ' ' || value "
				   "FROM entity WHERE description = 'An owl'"),
		"2026-02-12 2026-02-14 10");
	assert_int_equal(entity_get(s->db, id, &s->a, &got, &s->e), 1);
	assert_str(got.description, "An owl");
	assert_str(got.stable, "7");
	assert_false(got.has_created);
	assert_int_equal(entity_get(s->db, id + 100, &s->a, &got, &s->e), 0);
}

static int
note(void *context, int64_t id, const struct entity *t, struct err *e)
{
	struct buf *b = context;

	(void)e;
	buf_printf(b, "%lld %.*s; ", (long long)id, STR_ARG(t->description));
	return id == 3 ? -1 : 0;
}

static void
many_come_in_the_order_they_are_asked_for(void **state)
{
	static const int64_t ids[] = { 2, 77, 1 }, stop[] = { 1, 3, 2 };
	struct scratch *s = *state;
	struct entity all[] = { owl("One"), owl("Two"), owl("Three") };
	struct buf b;

	buf_init(&b, 1000);
	for (size_t i = 0; i < COUNT(all); i++)
		see(s, &all[i], "2026-02-14", 1);
	assert_done(s, entity_each(s->db, ids, COUNT(ids), &s->a, note, &b, &s->e));
	assert_done(s, entity_each(s->db, ids, 0, &s->a, note, &b, &s->e));
	assert_str(buf_str(&b), "2 Two; 1 One; ");
	buf_clear(&b);
	assert_int_equal(entity_each(s->db, stop, COUNT(stop), &s->a, note, &b, &s->e), -1);
	assert_str(buf_str(&b), "1 One; 3 Three; ");
	buf_free(&b);
}

static void
nothing_moves_from_one_text_to_the_next(void **state)
{
	struct scratch *s = *state;
	struct entity a = owl(""), b = owl("");

	a.task = STR("ab");
	a.quantized = STR("c");
	b.task = STR("a");
	b.quantized = STR("bc");
	assert_int_not_equal(see(s, &a, "2026-02-14", 1), see(s, &b, "2026-02-14", 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			each_description_is_a_row_and_days_may_come_in_any_order, scratch_setup_db,
			scratch_teardown),
		cmocka_unit_test_setup_teardown(many_come_in_the_order_they_are_asked_for,
			scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(nothing_moves_from_one_text_to_the_next,
			scratch_setup_db, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
