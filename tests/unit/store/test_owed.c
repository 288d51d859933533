#include "store/owed.h"

#include "base/clock.h"
#include "scratch.h"
#include "store/consent.h"
#include "store/subscriber.h"

#define AT(seconds) ((seconds)*CLOCK_SECOND)

static int64_t
add_person(struct scratch *s)
{
	struct subscriber p = { .email = STR("ada@x.org"),
		.email_key = STR("ada@x.org"),
		.domain = STR("x.org"),
		.state = SUBSCRIBER_PENDING,
		.state_why = STR("page") };

	assert_done(s, subscriber_insert(s->db, &p, AT(1), &s->e));
	return p.id;
}

static int64_t
owe(struct scratch *s, int64_t person, enum owed_kind kind, int64_t at)
{
	const struct owed_wish w = { .subscriber = person, .kind = kind };
	int64_t id;

	assert_done(s, owed_add(s->db, &w, at, &id, &s->e));
	return id;
}

static struct owed
get(struct scratch *s, int64_t id)
{
	struct owed o;

	assert_int_equal(owed_get(s->db, id, &s->a, &o, &s->e), 1);
	return o;
}

static unsigned
kinds_due(struct scratch *s, int64_t now, int64_t resend)
{
	unsigned kinds;

	assert_done(s, owed_kinds_due(s->db, now, resend, &kinds, &s->e));
	return kinds;
}

static void
record(struct scratch *s, int64_t id, enum delivery_state to, int64_t next, int64_t now)
{
	const struct delivery_outcome o = {
		.to = to, .next_at = next, .code = 450, .words = STR("later")
	};

	assert_done(s, owed_record(s->db, id, &o, now, &s->e));
}

/* From queued by way of each state that is not the last one. */
static void
a_note_goes_through_the_ledgers_states(void **state)
{
	struct scratch *s = *state;
	int64_t id = owe(s, add_person(s), OWED_CONFIRM, AT(10)), n;

	assert_int_equal(kinds_due(s, AT(10), 0), 1U << OWED_CONFIRM);
	record(s, id, DELIVERY_DEFERRED, AT(20), AT(11));
	assert_int_equal(get(s, id).attempts, 1);
	assert_int_equal(kinds_due(s, AT(19), 0), 0);
	assert_int_equal(kinds_due(s, AT(20), 0), 1U << OWED_CONFIRM);
	assert_done(
		s, db_exec(s->db,
			   "INSERT INTO edition (id, hash, kind, subject, bytes, made_at) VALUES "
			   "(7, printf('%064d', 0), 'confirm', '', x'00', 0)",
			   &s->e));
	assert_int_equal(owed_mark(s->db, id, 7, "smtp://a", AT(21), &s->e), 1);
	assert_int_equal(owed_mark(s->db, id, 7, "smtp://a", AT(21), &s->e), 0);
	assert_int_equal(get(s, id).state, DELIVERY_SENDING);
	assert_int_equal(get(s, id).edition_id, 7);
	assert_int_equal(kinds_due(s, AT(100), 0), 1U << OWED_CONFIRM);
	assert_done(s, owed_doubt(s->db, &n, &s->e));
	assert_int_equal(n, 1);
	assert_int_equal(get(s, id).doubts, 1);
	assert_int_equal(kinds_due(s, AT(100), 0), 0);
	assert_int_equal(kinds_due(s, AT(100), AT(80)), 0);
	assert_int_equal(kinds_due(s, AT(100), AT(79)), 1U << OWED_CONFIRM);
	assert_int_equal(owed_mark(s->db, id, 7, "smtp://a", AT(101), &s->e), 1);
	record(s, id, DELIVERY_SENT, 0, AT(102));
	assert_int_equal(get(s, id).attempts, 3);
	assert_int_equal(kinds_due(s, AT(20000), 1), 0);
	assert_done(s, owed_count_open(s->db, &n, &s->e));
	assert_int_equal(n, 0);
}

/* What is owed for later is nobody's to hurry: no run is left unfinished by it. */
static void
one_for_later_waits_for_its_time(void **state)
{
	struct scratch *s = *state;
	struct owed_wish w = {
		.subscriber = add_person(s), .kind = OWED_LEFT, .not_before = AT(100)
	};
	int64_t n, at;
	bool waits;

	assert_done(s, owed_last(s->db, w.subscriber, OWED_LEFT, &at, &waits, &s->e));
	assert_true(at == 0 && !waits);
	assert_done(s, owed_add(s->db, &w, AT(10), &n, &s->e));
	assert_done(s, owed_last(s->db, w.subscriber, OWED_LEFT, &at, &waits, &s->e));
	assert_true(at == 0 && waits);
	assert_int_equal(kinds_due(s, AT(99), 0), 0);
	assert_done(s, owed_count_open(s->db, &at, &s->e));
	assert_int_equal(at, 0);
	assert_int_equal(kinds_due(s, AT(100), 0), 1U << OWED_LEFT);
	record(s, n, DELIVERY_DEFERRED, AT(200), AT(100));
	assert_done(s, owed_count_open(s->db, &at, &s->e));
	assert_int_equal(at, 1);
	record(s, n, DELIVERY_SENT, 0, AT(200));
	assert_done(s, owed_last(s->db, w.subscriber, OWED_LEFT, &at, &waits, &s->e));
	assert_true(at == AT(200) && !waits);
	n = owe(s, w.subscriber, OWED_LEFT, AT(300));
	record(s, n, DELIVERY_SKIPPED, 0, AT(301));
	assert_done(s, owed_last(s->db, w.subscriber, OWED_LEFT, &at, &waits, &s->e));
	assert_true(at == AT(200) && !waits);
}

static void
takes_what_is_due_in_order_and_no_more(void **state)
{
	struct scratch *s = *state;
	int64_t person = add_person(s), first = owe(s, person, OWED_CONFIRM, AT(10)),
		second = owe(s, person, OWED_LEFT, AT(11)),
		third = owe(s, person, OWED_LEFT, AT(12));
	struct owed rows[4];
	size_t n;

	record(s, second, DELIVERY_FAILED, 0, AT(12));
	assert_done(s, owed_take(s->db, AT(20), 0, 0, COUNT(rows), &s->a, rows, &n, &s->e));
	assert_int_equal(n, 2);
	assert_int_equal(rows[0].id, first);
	assert_int_equal(rows[1].id, third);
	assert_int_equal(rows[1].kind, OWED_LEFT);
	assert_str(rows[1].detail, "{}");
	assert_done(s, owed_take(s->db, AT(20), 0, first, 1, &s->a, rows, &n, &s->e));
	assert_int_equal(n, 1);
	assert_int_equal(rows[0].id, third);
}

/* A link names its note by when it expires. */
static void
finds_the_note_of_a_link(void **state)
{
	static const int64_t day = 24 * 3600;
	struct scratch *s = *state;
	int64_t person = add_person(s), id = owe(s, person, OWED_ADDRESS, AT(1000) + 999999), n;
	struct owed o;

	assert_int_equal(owed_expiry(OWED_CONFIRM, AT(1000)), 1000 + 7 * day);
	assert_int_equal(owed_expiry(OWED_ADDRESS, AT(1000) + 999999), 1000 + day);
	assert_int_equal(owed_expiry(OWED_LEFT, AT(1000)), 0);
	for (int off = -1; off <= 1; off++)
		assert_int_equal(owed_find(s->db, person, OWED_ADDRESS,
					 (uint32_t)(1000 + day + off), &s->a, &o, &s->e),
			off == 0);
	assert_int_equal(
		owed_find(s->db, person, OWED_ERASE, (uint32_t)(1000 + day), &s->a, &o, &s->e), 0);
	assert_int_equal(get(s, id).done_at, 0);
	assert_done(s, owed_done(s->db, id, AT(2000), &s->e));
	assert_int_equal(get(s, id).done_at, AT(2000));
	assert_done(s, owed_count(s->db, person, OWED_ADDRESS, AT(1000), &n, &s->e));
	assert_int_equal(n, 1);
	assert_done(s, owed_count(s->db, person, OWED_ADDRESS, AT(1001), &n, &s->e));
	assert_int_equal(n, 0);
}

static void
counts_those_that_are_for_the_same(void **state)
{
	struct scratch *s = *state;
	struct owed_wish one = { .subscriber = add_person(s),
		.kind = OWED_ADDRESS,
		.detail = STR("{\"email\":\"a@example.org\"}") },
			 other = one, erase = { .subscriber = one.subscriber, .kind = OWED_ERASE };
	int64_t n;

	other.detail = STR("{\"email\":\"b@example.org\"}");
	assert_done(s, owed_add(s->db, &one, AT(1000), NULL, &s->e));
	assert_done(s, owed_add(s->db, &erase, AT(1000), NULL, &s->e));
	assert_done(s, owed_count_alike(s->db, &one, AT(999), &n, &s->e));
	assert_int_equal(n, 1);
	assert_done(s, owed_count_alike(s->db, &one, AT(1000), &n, &s->e));
	assert_int_equal(n, 0);
	assert_done(s, owed_count_alike(s->db, &other, AT(999), &n, &s->e));
	assert_int_equal(n, 0);
	assert_done(s, owed_count_alike(s->db, &erase, AT(999), &n, &s->e));
	assert_int_equal(n, 1);
}

static int
collect(void *context, const struct consent *c, struct err *e)
{
	struct buf *b = context;

	(void)e;
	buf_printf(b, "%s %.*s %.*s %.*s;", consent_step_name(c->step), STR_ARG(c->words),
		STR_ARG(c->address), STR_ARG(c->via));
	return 0;
}

static void
keeps_what_was_agreed_to(void **state)
{
	struct scratch *s = *state;
	struct consent c = { .subscriber = add_person(s),
		.at = AT(5),
		.words = STR("Yes, please"),
		.address = STR("192.0.2.1"),
		.via = STR("page") };
	struct buf b;

	assert_done(s, db_begin(s->db, &s->e));
	assert_done(s, consent_add(s->db, &c, &s->e));
	c.step = CONSENT_CONFIRMED;
	c.words = c.address = (struct str){ 0 };
	assert_done(s, consent_add(s->db, &c, &s->e));
	assert_done(s, db_commit(s->db, &s->e));
	buf_init(&b, 200);
	assert_done(s, consent_each(s->db, c.subscriber, collect, &b, &s->e));
	assert_str(buf_str(&b), "asked Yes, please 192.0.2.1 page;confirmed   page;");
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_note_goes_through_the_ledgers_states, scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			one_for_later_waits_for_its_time, scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			counts_those_that_are_for_the_same, scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			takes_what_is_due_in_order_and_no_more, scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			finds_the_note_of_a_link, scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			keeps_what_was_agreed_to, scratch_setup_db, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
