#include "base/clock.h"
#include "people/granting.h"
#include "people/subscribe.h"
#include "scratch.h"

/* 2026-02-14, a Saturday, 05:00 UTC. */
static const int64_t now = INT64_C(1771045200) * CLOCK_SECOND;

struct office {
	struct scratch *s;
	struct keys keys;
	struct wish_desk desk;
	struct subscriber who;
};

static void
open_office(struct office *o, struct scratch *s, enum subscriber_state state)
{
	*o = (struct office){ .s = s,
		.who = { .email = STR("ada@example.org"),
			.email_key = STR("ada@example.org"),
			.domain = STR("example.org"),
			.name = STR("Ada"),
			.state = state } };
	assert_done(s, keys_create(s->dir, &s->e));
	assert_done(s, keys_load(s->dir, true, &o->keys, &s->e));
	o->desk = (struct wish_desk){ .db = s->db, .keys = &o->keys, .now = now };
	assert_done(s, subscriber_insert(s->db, &o->who, now, &s->e));
}

/* Grant it to them as they are now, and keep what was written. *why may be NULL. */
static enum wish_outcome
grant(struct office *o, grant_fn *fn, const struct wish *w, const char **why)
{
	struct scratch *s = o->s;
	struct granting g = {
		.desk = &o->desk, .wish = w, .arena = &s->a, .outcome = WISH_GRANTED
	};

	assert_int_equal(subscriber_get(s->db, o->who.id, &s->a, &g.who, &s->e), 1);
	assert_done(s, db_begin(s->db, &s->e));
	assert_done(s, fn(&g, &s->e));
	assert_done(s, db_commit(s->db, &s->e));
	if (why)
		*why = g.why;
	return g.outcome;
}

static void
takes_over_what_is_given_and_nothing_else(void **state)
{
	static const struct {
		struct wish w;
		enum wish_outcome want;
		const char *why, *name, *zone, *frequency, *pause;
	} rows[] = {
		{ .want = WISH_HAD_BEEN,
			.name = "Ada",
			.zone = "",
			.frequency = "daily",
			.pause = "" },
		{ { .name = STR_INIT(" Augusta\n Ada ") }, WISH_GRANTED, NULL, "Augusta Ada", "",
			"daily", "" },
		{ { .timezone = STR_INIT("Europe/Berlin"), .frequency = STR_INIT("saturday") },
			WISH_GRANTED, NULL, "Augusta Ada", "Europe/Berlin", "saturday", "" },
		{ { .paused_until = STR_INIT("2027-02-15"), .timezone = STR_INIT("") },
			WISH_GRANTED, NULL, "Augusta Ada", "", "saturday", "2027-02-15" },
		{ { .paused_until = STR_INIT("2027-02-16"), .name = STR_INIT("No") },
			WISH_MALFORMED, "preferences_no_pause", "Augusta Ada", "", "saturday",
			"2027-02-15" },
		{ { .paused_until = STR_INIT("2026-02-13") }, WISH_MALFORMED,
			"preferences_no_pause", "Augusta Ada", "", "saturday", "2027-02-15" },
		{ { .paused_until = STR_INIT("2026-02-14") }, WISH_GRANTED, NULL, "Augusta Ada", "",
			"saturday", "2026-02-14" },
		{ { .paused_until = STR_INIT("") }, WISH_GRANTED, NULL, "Augusta Ada", "",
			"saturday", "" },
		{ { .frequency = STR_INIT("hourly") }, WISH_MALFORMED, "preferences_no_frequency",
			"Augusta Ada", "", "saturday", "" },
		{ { .timezone = STR_INIT("../UTC") }, WISH_MALFORMED, "preferences_no_zone",
			"Augusta Ada", "", "saturday", "" },
		{ { .name = STR_INIT("") }, WISH_GRANTED, NULL, "", "", "saturday", "" },
	};
	struct office o;

	open_office(&o, *state, SUBSCRIBER_ACTIVE);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct wish w = rows[i].w;
		struct subscriber is;
		const char *why;

		print_message("row %zu\n", i);
		w.at = now;
		assert_int_equal(grant(&o, grant_save, &w, &why), rows[i].want);
		assert_int_equal(subscriber_get(o.s->db, o.who.id, &o.s->a, &is, &o.s->e), 1);
		assert_str(str_of(rows[i].why), why ? why : "");
		assert_str(is.name, rows[i].name);
		assert_str(is.timezone, rows[i].zone);
		assert_str(is.frequency, rows[i].frequency);
		assert_str(is.paused_until, rows[i].pause);
	}
}

/* Nobody's paper becomes rarer without a word to them; three in a day are enough. */
static void
the_owner_is_told_when_it_comes_rarer(void **state)
{
	static const struct {
		struct wish w;
		int hour, told;
	} rows[] = {
		{ { .name = STR_INIT("Augusta") }, 0, 0 },
		{ { .frequency = STR_INIT("saturday") }, 0, 1 },
		{ { .paused_until = STR_INIT("2026-03-01") }, 1, 2 },
		{ { .paused_until = STR_INIT("2026-02-20") }, 2, 2 },
		{ { .paused_until = STR_INIT("2026-04-01") }, 3, 3 },
		{ { .paused_until = STR_INIT("2026-05-01") }, 4, 3 },
		{ { .paused_until = STR_INIT("2026-06-01") }, 25, 4 },
		{ { .paused_until = STR_INIT(""), .frequency = STR_INIT("daily") }, 50, 4 },
	};
	struct office o;

	open_office(&o, *state, SUBSCRIBER_ACTIVE);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct wish w = rows[i].w;

		w.at = now;
		o.desk.now = now + rows[i].hour * 3600 * CLOCK_SECOND;
		assert_int_equal(grant(&o, grant_save, &w, NULL), WISH_GRANTED);
		assert_int_equal(
			scratch_number(o.s, "SELECT count(*) FROM owed WHERE kind = 'changed'"),
			rows[i].told);
	}
}

/* A spool that was taken late: the pause is judged by when it was asked for. */
static void
a_pause_is_judged_by_the_day_it_was_asked_for(void **state)
{
	const struct wish w = { .at = now - 3 * CLOCK_DAY, .paused_until = STR("2026-02-12") };
	struct office o;

	open_office(&o, *state, SUBSCRIBER_ACTIVE);
	assert_int_equal(grant(&o, grant_save, &w, NULL), WISH_GRANTED);
}

static void
who_may_ask_for_a_mail_goes_by_their_state(void **state)
{
	static const struct {
		enum subscriber_state is;
		enum wish_outcome about, address;
	} rows[] = {
		{ SUBSCRIBER_PENDING, WISH_GRANTED, WISH_REFUSED },
		{ SUBSCRIBER_ACTIVE, WISH_GRANTED, WISH_GRANTED },
		{ SUBSCRIBER_UNSUBSCRIBED, WISH_GRANTED, WISH_REFUSED },
		{ SUBSCRIBER_BOUNCED, WISH_REFUSED, WISH_REFUSED },
		{ SUBSCRIBER_COMPLAINED, WISH_REFUSED, WISH_REFUSED },
	};
	const struct wish w = { .at = now, .email = STR("New@Example.org") };
	struct office o;

	open_office(&o, *state, SUBSCRIBER_ACTIVE);
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_done(o.s, db_exec(o.s->db, "DELETE FROM owed", &o.s->e));
		assert_done(o.s, subscriber_move(o.s->db, o.who.id, ~0U, rows[i].is, STR("test"),
					 now, &o.s->e));
		assert_int_equal(grant(&o, grant_export, &w, NULL), rows[i].about);
		assert_int_equal(grant(&o, grant_erase, &w, NULL), rows[i].about);
		assert_int_equal(grant(&o, grant_readdress, &w, NULL), rows[i].address);
		assert_int_equal(scratch_number(o.s, "SELECT count(*) FROM owed"),
			2 * (rows[i].about == WISH_GRANTED) + (rows[i].address == WISH_GRANTED));
	}
}

static void
one_mail_in_ten_minutes_and_three_a_day(void **state)
{
	static const struct {
		int minute;
		enum wish_outcome want;
	} rows[] = {
		{ 0, WISH_GRANTED },
		{ 9, WISH_HAD_BEEN },
		{ 11, WISH_GRANTED },
		{ 30, WISH_GRANTED },
		{ 600, WISH_HAD_BEEN },
		{ 1441, WISH_GRANTED },
		{ 1460, WISH_GRANTED },
		{ 1471, WISH_GRANTED },
		{ 1500, WISH_HAD_BEEN },
	};
	const struct wish w = { .at = now };
	struct office o;

	open_office(&o, *state, SUBSCRIBER_ACTIVE);
	for (size_t i = 0; i < COUNT(rows); i++) {
		print_message("minute %d\n", rows[i].minute);
		o.desk.now = now + rows[i].minute * 60 * CLOCK_SECOND;
		assert_int_equal(grant(&o, grant_erase, &w, NULL), rows[i].want);
	}
}

static void
what_is_asked_for_is_kept_with_the_note(void **state)
{
	const struct wish w = { .at = now, .email = STR("  n+1!{}'@EXAMPLE.net ") },
			  bad = { .at = now, .email = STR("a\"b\\@example.net") };
	struct office o;
	struct str email;
	const char *why;

	open_office(&o, *state, SUBSCRIBER_ACTIVE);
	assert_int_equal(grant(&o, grant_readdress, &bad, &why), WISH_MALFORMED);
	assert_string_equal(why, "preferences_no_address");
	assert_int_equal(grant(&o, grant_readdress, &w, NULL), WISH_GRANTED);
	assert_done(o.s, owed_detail(o.s->db, 1, "$.email", &o.s->a, &email, &o.s->e));
	assert_str(email, "n+1!{}'@example.net");
	assert_int_equal(scratch_number(o.s, "SELECT count(*) FROM owed WHERE email IS NULL"), 1);
}

static void
a_reason_is_counted_once_each_time_somebody_leaves(void **state)
{
	const struct wish w = { .at = now, .reason = STR("other") },
			  bad = { .at = now, .reason = STR("because") };
	struct office o;

	open_office(&o, *state, SUBSCRIBER_ACTIVE);
	assert_int_equal(grant(&o, grant_reason, &w, NULL), WISH_REFUSED);
	for (int times = 1; times <= 2; times++) {
		enum people_leaving left;

		assert_done(o.s, subscriber_move(o.s->db, o.who.id, ~0U, SUBSCRIBER_ACTIVE,
					 STR("test"), now, &o.s->e));
		assert_done(
			o.s, people_unsubscribe(o.s->db, o.who.id, "page", now, &left, &o.s->e));
		assert_int_equal(grant(&o, grant_reason, &bad, NULL), WISH_MALFORMED);
		assert_int_equal(grant(&o, grant_reason, &w, NULL), WISH_GRANTED);
		assert_int_equal(grant(&o, grant_reason, &w, NULL), WISH_HAD_BEEN);
		assert_int_equal(scratch_number(o.s, "SELECT sum(n) FROM reason"), times);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(takes_over_what_is_given_and_nothing_else,
			scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			the_owner_is_told_when_it_comes_rarer, scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(a_pause_is_judged_by_the_day_it_was_asked_for,
			scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(who_may_ask_for_a_mail_goes_by_their_state,
			scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(one_mail_in_ten_minutes_and_three_a_day,
			scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(what_is_asked_for_is_kept_with_the_note,
			scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(a_reason_is_counted_once_each_time_somebody_leaves,
			scratch_setup_db, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
