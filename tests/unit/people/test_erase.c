#include "people/erase.h"

#include "scratch.h"
#include "store/event.h"
#include "store/suppression.h"

static const int64_t now = INT64_C(1771045200000000);

struct desk {
	struct scratch *s;
	struct keys keys;
	struct subscriber who;
};

static void
set_up(struct desk *d, struct scratch *s)
{
	*d = (struct desk){ .s = s,
		.who = { .email = STR("Ada@example.org"),
			.email_key = STR("ada@example.org"),
			.domain = STR("example.org"),
			.state = SUBSCRIBER_UNSUBSCRIBED } };
	assert_done(s, keys_create(s->dir, &s->e));
	assert_done(s, keys_load(s->dir, true, &d->keys, &s->e));
	assert_done(s, db_begin(s->db, &s->e));
	assert_done(s, subscriber_insert(s->db, &d->who, now, &s->e));
	assert_done(s, event_add(s->db, now, "subscribed", d->who.id, 0, STR("{}"), &s->e));
}

/* Erased once, brought back by a backup from before that, erased again; the others stay. */
static void
erases_again_who_a_backup_brought_back(void **state)
{
	struct subscriber other = { .email = STR("bob@example.org"),
		.email_key = STR("bob@example.org"),
		.domain = STR("example.org"),
		.state = SUBSCRIBER_ACTIVE };
	struct desk d;
	int64_t n;

	set_up(&d, *state);
	assert_done(d.s, people_erase(d.s->db, &d.keys, &d.who, "page", now, &d.s->e));
	assert_done(d.s, subscriber_insert(d.s->db, &d.who, now, &d.s->e));
	assert_done(d.s, subscriber_insert(d.s->db, &other, now, &d.s->e));
	assert_done(d.s, db_commit(d.s->db, &d.s->e));
	assert_done(d.s, people_erase_again(d.s->db, &d.keys, now, &n, &d.s->e));
	assert_int_equal(n, 1);
	assert_int_equal(scratch_number(d.s, "SELECT id FROM subscriber"), other.id);
}

static void
leaves_a_hash_and_the_record(void **state)
{
	uint8_t hash[KEYS_HASH];
	struct desk d;
	struct str by;

	set_up(&d, *state);
	assert_done(d.s, keys_hash_address(&d.keys, STR("ada@example.org"), hash, &d.s->e));
	assert_done(d.s, people_erase(d.s->db, &d.keys, &d.who, "page", now, &d.s->e));
	assert_int_equal(suppression_has(d.s->db, hash, &d.s->e), 1);
	assert_int_equal(scratch_number(d.s, "SELECT count(*) FROM subscriber"), 0);
	assert_int_equal(scratch_number(d.s, "SELECT count(*) FROM event"), 2);
	assert_int_equal(event_last(d.s->db, d.who.id, "erased", "$.by", &d.s->a, &by, &d.s->e), 1);
	assert_str(by, "page");
}

/* An address that the operator suppressed by its name is in that table in the clear. */
static void
takes_the_address_out_of_the_suppression_list(void **state)
{
	uint8_t hash[KEYS_HASH];
	struct desk d;

	set_up(&d, *state);
	assert_done(d.s, keys_hash_address(&d.keys, STR("ada@example.org"), hash, &d.s->e));
	assert_done(
		d.s, suppression_add(d.s->db, hash, d.who.email, STR("operator"), now, &d.s->e));
	assert_done(d.s, people_erase(d.s->db, &d.keys, &d.who, "operator", now, &d.s->e));
	assert_int_equal(
		scratch_number(d.s, "SELECT count(*) FROM suppression WHERE email IS NULL"), 1);
}

/* Without the hash somebody erased could be brought back, so then nobody is erased. */
static void
refuses_without_the_key_of_the_hashes(void **state)
{
	struct desk d;

	set_up(&d, *state);
	d.keys.has_addresses = false;
	assert_int_equal(people_erase(d.s->db, &d.keys, &d.who, "operator", now, &d.s->e), -1);
	assert_int_equal(d.s->e.code, ERR_CONFIG);
	assert_int_equal(scratch_number(d.s, "SELECT count(*) FROM subscriber"), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			erases_again_who_a_backup_brought_back, scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			leaves_a_hash_and_the_record, scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(takes_the_address_out_of_the_suppression_list,
			scratch_setup_db, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			refuses_without_the_key_of_the_hashes, scratch_setup_db, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
