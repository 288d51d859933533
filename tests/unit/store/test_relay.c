#include "store/relay.h"

#include "scratch.h"

static void
what_is_written_down_is_read_again(void **state)
{
	struct scratch *s = *state;
	struct peer p = { .name = STR("smtp://a:25"),
		.tokens = 0.25,
		.tokens_at = 5,
		.ceiling = 80.5,
		.slow = 0.5,
		.sick_until = 7,
		.rest = 8,
		.refused_at = 9,
		.words = STR("no") },
		    got;
	struct peer *all;
	size_t n;

	assert_int_equal(peer_find(s->db, PEER_RELAY, p.name, &s->a, &got, &s->e), 0);
	assert_done(s, peer_save(s->db, PEER_RELAY, &p, &s->e));
	p.slow = 0.25;
	assert_done(s, peer_save(s->db, PEER_RELAY, &p, &s->e));
	assert_int_equal(peer_find(s->db, PEER_RELAY, p.name, &s->a, &got, &s->e), 1);
	assert_true(got.tokens == 0.25 && got.ceiling == 80.5 && got.slow == 0.25);
	assert_true(
		got.tokens_at == 5 && got.sick_until == 7 && got.rest == 8 && got.refused_at == 9);
	assert_str(got.words, "no");
	/* Domains are others, whatever they are called. */
	assert_int_equal(peer_find(s->db, PEER_DOMAIN, p.name, &s->a, &got, &s->e), 0);
	for (int i = 0; i < 9; i++) {
		p = (struct peer){ .name = str_of(arena_printf(&s->a, "d%d.example", i)),
			.slow = 1,
			.sick_until = i };
		assert_done(s, peer_save(s->db, PEER_DOMAIN, &p, &s->e));
	}
	assert_done(s, peer_all(s->db, PEER_DOMAIN, 3, &s->a, &all, &n, &s->e));
	assert_int_equal(n, 3);
	assert_str(all[0].name, "d8.example");
	assert_done(s, peer_forget(s->db, PEER_DOMAIN, STR("d8.example"), &s->e));
	assert_done(s, peer_all(s->db, PEER_DOMAIN, 30, &s->a, &all, &n, &s->e));
	assert_int_equal(n, 8);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_is_written_down_is_read_again, scratch_setup_db, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
