#include "store/subscriber.h"

#include "store/event.h"

#include "scratch.h"

static const int64_t now = INT64_C(1771045200000000);

static struct subscriber
add(struct scratch *s, const char *email, enum subscriber_state state)
{
	struct str tags[] = { STR("beta"), STR("alpha") };
	struct subscriber p = { .email = str_of(email),
		.email_key = str_of(email),
		.domain = STR("example.org"),
		.name = STR("Ada"),
		.state = state,
		.state_why = STR("operator"),
		.tags = tags,
		.tag_count = 2 };

	assert_done(s, subscriber_insert(s->db, &p, now, &s->e));
	return p;
}

static void
gives_back_what_was_put_in(void **state)
{
	struct scratch *s = *state;
	struct subscriber p = add(s, "ada@example.org", SUBSCRIBER_ACTIVE), got;

	assert_int_equal(subscriber_find(s->db, STR("ada@example.org"), &s->a, &got, &s->e), 1);
	assert_int_equal(got.id, p.id);
	assert_str(got.email, "ada@example.org");
	assert_str(got.name, "Ada");
	assert_str(got.frequency, "daily");
	assert_str(got.timezone, "");
	assert_str(got.paused_until, "");
	assert_int_equal(got.state, SUBSCRIBER_ACTIVE);
	assert_true(got.created_at == now);
	assert_int_equal(got.tag_count, 2);
	assert_str(got.tags[0], "alpha");
	assert_str(got.tags[1], "beta");
	assert_int_equal(subscriber_get(s->db, p.id, &s->a, &got, &s->e), 1);
	assert_int_equal(subscriber_get(s->db, p.id + 1, &s->a, &got, &s->e), 0);
	assert_int_equal(subscriber_find(s->db, STR("bob@example.org"), &s->a, &got, &s->e), 0);
}

static void
takes_a_key_once(void **state)
{
	struct scratch *s = *state;
	struct subscriber p = add(s, "ada@example.org", SUBSCRIBER_ACTIVE);

	p.tag_count = 0;
	assert_int_equal(subscriber_insert(s->db, &p, now, &s->e), -1);
}

static void
moves_only_from_the_states_it_was_told(void **state)
{
	struct scratch *s = *state;
	struct subscriber p = add(s, "ada@example.org", SUBSCRIBER_ACTIVE), got;

	assert_int_equal(subscriber_move(s->db, p.id, 1U << SUBSCRIBER_PENDING,
				 SUBSCRIBER_UNSUBSCRIBED, STR("page"), now + 1, &s->e),
		0);
	assert_int_equal(
		subscriber_move(s->db, p.id, 1U << SUBSCRIBER_ACTIVE | 1U << SUBSCRIBER_PENDING,
			SUBSCRIBER_UNSUBSCRIBED, STR("page"), now + 2, &s->e),
		1);
	assert_int_equal(
		subscriber_move(s->db, p.id + 9, ~0U, SUBSCRIBER_ACTIVE, STR("page"), now, &s->e),
		0);
	assert_int_equal(subscriber_get(s->db, p.id, &s->a, &got, &s->e), 1);
	assert_int_equal(got.state, SUBSCRIBER_UNSUBSCRIBED);
	assert_str(got.state_why, "page");
	assert_true(got.state_at == now + 2);
	assert_int_equal(got.epoch, 0);
}

static void
changes_what_a_person_may_change(void **state)
{
	struct scratch *s = *state;
	struct subscriber p = add(s, "ada@example.org", SUBSCRIBER_ACTIVE), got;

	p.name = STR("");
	p.timezone = STR("Europe/Berlin");
	p.frequency = STR("saturday");
	p.paused_until = STR("2026-03-01");
	assert_done(s, subscriber_update(s->db, &p, now + 5, &s->e));
	p.email = p.email_key = STR("ada@example.net");
	p.domain = STR("example.net");
	assert_done(s, subscriber_readdress(s->db, &p, now + 6, &s->e));
	assert_done(s, subscriber_tag(s->db, p.id, STR("alpha"), false, &s->e));
	assert_done(s, subscriber_tag(s->db, p.id, STR("gamma"), true, &s->e));
	assert_done(s, subscriber_tag(s->db, p.id, STR("gamma"), true, &s->e));
	assert_int_equal(subscriber_find(s->db, STR("ada@example.net"), &s->a, &got, &s->e), 1);
	assert_str(got.name, "");
	assert_str(got.timezone, "Europe/Berlin");
	assert_str(got.frequency, "saturday");
	assert_str(got.paused_until, "2026-03-01");
	assert_true(got.updated_at == now + 6);
	assert_int_equal(got.tag_count, 2);
	assert_str(got.tags[1], "gamma");
	p.frequency = STR("hourly");
	assert_int_equal(subscriber_update(s->db, &p, now, &s->e), -1);
}

struct seen {
	int n;
	int64_t last;
	struct db *db;
	int stop_at;
};

static int
see(void *context, const struct subscriber *p, struct err *e)
{
	struct seen *seen = context;

	assert_true(p->id > seen->last);
	seen->last = p->id;
	if (++seen->n == seen->stop_at)
		return err_set(e, ERR_IO, "enough");
	/* Whoever looks may write: nothing is held open. */
	return seen->n == 1 ? db_set_fact(seen->db, "seen", STR("1"), e) : 0;
}

static void
walks_through_all_or_some(void **state)
{
	struct scratch *s = *state;
	struct seen seen = { .db = s->db };
	int64_t counts[SUBSCRIBER_STATES];

	assert_done(s, db_begin(s->db, &s->e));
	for (int i = 0; i < 1200; i++) {
		struct subscriber p = add(s, arena_printf(&s->a, "u%d@example.org", i),
			i % 3 ? SUBSCRIBER_ACTIVE : SUBSCRIBER_BOUNCED);

		if (i % 100 == 0)
			assert_done(s, subscriber_tag(s->db, p.id, STR("hundred"), true, &s->e));
	}
	assert_done(s, db_commit(s->db, &s->e));
	assert_done(s, subscriber_each(s->db, -1, STR(""), see, &seen, &s->e));
	assert_int_equal(seen.n, 1200);
	seen = (struct seen){ .db = s->db };
	assert_done(s, subscriber_each(s->db, SUBSCRIBER_BOUNCED, STR(""), see, &seen, &s->e));
	assert_int_equal(seen.n, 400);
	seen = (struct seen){ .db = s->db };
	assert_done(
		s, subscriber_each(s->db, SUBSCRIBER_ACTIVE, STR("hundred"), see, &seen, &s->e));
	assert_int_equal(seen.n, 8);
	seen = (struct seen){ .db = s->db, .stop_at = 700 };
	assert_int_equal(subscriber_each(s->db, -1, STR(""), see, &seen, &s->e), -1);
	assert_int_equal(seen.n, 700);
	assert_done(s, subscriber_counts(s->db, counts, &s->e));
	assert_int_equal(counts[SUBSCRIBER_ACTIVE], 800);
	assert_int_equal(counts[SUBSCRIBER_BOUNCED], 400);
	assert_int_equal(counts[SUBSCRIBER_PENDING], 0);
}

static void
forgets_only_those_without_a_history(void **state)
{
	struct scratch *s = *state;
	struct subscriber silent = add(s, "a@example.org", SUBSCRIBER_ACTIVE);
	struct subscriber heard = add(s, "b@example.org", SUBSCRIBER_ACTIVE), got;

	assert_done(s, db_begin(s->db, &s->e));
	assert_done(s, event_add(s->db, 1, "imported", 1, 0, STR(""), &s->e));
	assert_done(s, event_add(s->db, 1, "imported", 2, 0, STR(""), &s->e));
	assert_done(s, event_add(s->db, 2, "unsubscribed", 2, 0, STR(""), &s->e));
	assert_done(s, db_commit(s->db, &s->e));
	assert_int_equal(subscriber_forget(s->db, silent.id, &s->e), 1);
	assert_int_equal(subscriber_forget(s->db, silent.id, &s->e), 0);
	assert_int_equal(subscriber_forget(s->db, heard.id, &s->e), 0);
	assert_int_equal(subscriber_get(s->db, silent.id, &s->a, &got, &s->e), 0);
	assert_int_equal(scratch_number(s, "SELECT count(*) FROM tag WHERE subscriber_id = 1"), 0);
	/* An id stands in tokens: it is never given to somebody else. */
	assert_true(add(s, "c@example.org", SUBSCRIBER_ACTIVE).id > heard.id);
}

static void
knows_its_words(void **state)
{
	enum subscriber_state got;

	(void)state;
	for (int i = 0; i < SUBSCRIBER_STATES; i++) {
		assert_true(subscriber_state_parse(
			str_of(subscriber_state_name((enum subscriber_state)i)), &got));
		assert_int_equal(got, i);
	}
	assert_false(subscriber_state_parse(STR("Active"), &got));
	assert_false(subscriber_state_parse(STR(""), &got));
}

#define WITH_DB(test) cmocka_unit_test_setup_teardown(test, scratch_setup_db, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_DB(gives_back_what_was_put_in),
		WITH_DB(takes_a_key_once),
		WITH_DB(moves_only_from_the_states_it_was_told),
		WITH_DB(changes_what_a_person_may_change),
		WITH_DB(walks_through_all_or_some),
		WITH_DB(forgets_only_those_without_a_history),
		cmocka_unit_test(knows_its_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
