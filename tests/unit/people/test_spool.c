#include "people/spool.h"

#include <dirent.h>

#include "base/clock.h"
#include "base/file.h"
#include "people/sealed.h"
#include "scratch.h"

static const int64_t now = 100 * CLOCK_DAY;

struct office {
	struct publication publication;
	struct keys keys;
	struct wish_desk desk;
	struct spool_pair pair;
	struct spool spool;
	int64_t counts[SPOOL_FATES];
};

static struct office *
open_office(struct scratch *s)
{
	static char list_id[] = "post.example.org", folder[] = "var/spool";
	struct office *o = arena_new(&s->a, struct office);

	*o = (struct office){ .publication.dir = s->dir };
	o->publication.settings.publication.list_id = list_id;
	o->publication.settings.web.spool = folder;
	assert_done(s, keys_create(s->dir, &s->e));
	assert_done(s, keys_load(s->dir, false, &o->keys, &s->e));
	assert_done(s, keys_spool_load(s->dir, &o->pair, &s->e));
	assert_done(s, spool_open(&o->publication, &o->spool, &s->e));
	o->desk = (struct wish_desk){
		.db = s->db, .publication = &o->publication, .keys = &o->keys, .now = now
	};
	return o;
}

static void
close_office(struct office *o)
{
	spool_close(&o->spool);
	keys_free(&o->keys);
}

static void
take(struct scratch *s, struct office *o)
{
	const struct spool_taking t = {
		.desk = &o->desk, .pair = &o->pair, .folder = o->spool.folder
	};

	assert_done(s, spool_take(&t, o->counts, &s->e));
}

static int64_t
add(struct scratch *s, const char *email)
{
	struct subscriber p = { .email = str_of(email),
		.email_key = str_of(email),
		.domain = STR("x.org"),
		.state = SUBSCRIBER_ACTIVE,
		.state_why = STR("page") };

	assert_done(s, subscriber_insert(s->db, &p, now, &s->e));
	return p.id;
}

static struct str
sign(struct scratch *s, const struct office *o, int64_t id)
{
	const struct key_pair *pair = keys_current(&o->keys);
	const struct token t = {
		.kind = TOKEN_MEMBER, .key_id = pair->id, .subscriber = (uint64_t)id
	};
	char text[TOKEN_CHARS + 1];
	uint8_t signature[SIGN_BYTES];

	token_sign(&t, o->publication.settings.publication.list_id, pair->secret, signature);
	token_print(&t, signature, text);
	return arena_str(&s->a, str_of(text));
}

static void
put(struct scratch *s, const struct office *o, enum wish_kind kind, struct str token, int64_t at)
{
	const struct wish w = { .kind = kind, .at = at, .token = token, .how = STR("one-click") };

	assert_done(s, spool_put(&o->spool, &w, &s->e));
}

static enum subscriber_state
state_of(struct scratch *s, int64_t id)
{
	struct subscriber who;

	assert_int_equal(subscriber_get(s->db, id, &s->a, &who, &s->e), 1);
	return who.state;
}

static int64_t
waiting(struct scratch *s, const struct office *o)
{
	int64_t n, oldest;

	assert_done(s, spool_waiting(&o->spool, &n, &oldest, &s->e));
	assert_int_equal(oldest == 0, n == 0);
	return n;
}

static void
wishes_are_granted_in_the_order_they_came(void **state)
{
	struct scratch *s = *state;
	struct office *o = open_office(s);
	int64_t ada = add(s, "ada@x.org"), bob = add(s, "bob@x.org");
	struct str a = sign(s, o, ada), b = sign(s, o, bob);

	/* The names' order, not that in which they were written. */
	put(s, o, WISH_RETURN, a, now - 1);
	put(s, o, WISH_LEAVE, a, now - 2);
	put(s, o, WISH_LEAVE, b, now - 3);
	assert_int_equal(waiting(s, o), 3);
	take(s, o);
	assert_int_equal(o->counts[SPOOL_GRANTED], 3);
	assert_int_equal(state_of(s, ada), SUBSCRIBER_ACTIVE);
	assert_int_equal(state_of(s, bob), SUBSCRIBER_UNSUBSCRIBED);
	assert_int_equal(waiting(s, o), 0);
	take(s, o);
	assert_int_equal(o->counts[SPOOL_GRANTED], 0);
	close_office(o);
}

/* The name of the one file that waits. */
static const char *
only_file(struct scratch *s, const struct office *o)
{
	DIR *d = fdopendir(openat(o->spool.folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	const char *found = NULL;
	struct dirent *entry;

	assert_non_null(d);
	while ((entry = readdir(d)))
		if (str_ends(str_of(entry->d_name), STR(".wish"))) {
			assert_null(found);
			found = arena_strz(&s->a, str_of(entry->d_name));
		}
	closedir(d);
	assert_non_null(found);
	return found;
}

static void
what_was_taken_is_not_taken_again(void **state)
{
	struct scratch *s = *state;
	struct office *o = open_office(s);
	int64_t ada = add(s, "ada@x.org");
	struct str a = sign(s, o, ada), line;

	put(s, o, WISH_LEAVE, a, now - 2);
	assert_done(s, file_read(o->spool.folder, only_file(s, o), 65536, &s->a, &line, &s->e));
	take(s, o);
	put(s, o, WISH_RETURN, a, now - 1);
	take(s, o);
	assert_int_equal(state_of(s, ada), SUBSCRIBER_ACTIVE);
	/* A copy of it, under a new name: a crash before the file went, or somebody's doing. */
	assert_done(s, file_write(o->spool.folder, "9-copy.wish", line, 0600, &s->e));
	take(s, o);
	assert_int_equal(o->counts[SPOOL_AGAIN], 1);
	assert_int_equal(state_of(s, ada), SUBSCRIBER_ACTIVE);
	/* Nor when we have forgotten that it was: it is too old then. */
	o->desk.now = now + 70 * CLOCK_DAY;
	take(s, o);
	assert_done(s, file_write(o->spool.folder, "9-copy.wish", line, 0600, &s->e));
	take(s, o);
	assert_int_equal(o->counts[SPOOL_ASIDE], 1);
	assert_int_equal(state_of(s, ada), SUBSCRIBER_ACTIVE);
	close_office(o);
}

static void
what_is_no_wish_is_set_aside_and_holds_up_nobody(void **state)
{
	struct scratch *s = *state;
	struct office *o = open_office(s);
	int64_t ada = add(s, "ada@x.org");
	struct str a = sign(s, o, ada), kept;
	int folder = o->spool.folder;

	assert_done(s, file_write(folder, "0-empty.wish", STR(""), 0600, &s->e));
	assert_done(s, file_write(folder, "0-noise.wish", STR("1 AAAA\n\n"), 0600, &s->e));
	assert_int_equal(symlinkat("../keys/mac", folder, "0-link.wish"), 0);
	assert_int_equal(mkdirat(folder, "0-folder.wish", 0700), 0);
	assert_int_equal(mkfifoat(folder, "0-pipe.wish", 0600), 0);
	assert_done(s, file_write(folder, "0-torn.wis", STR("x"), 0600, &s->e));
	assert_done(s, file_write(folder, "0 blank.wish", STR("x"), 0600, &s->e));
	put(s, o, WISH_LEAVE, a, now + 2 * CLOCK_DAY);
	put(s, o, WISH_LEAVE, a, now - 31 * CLOCK_DAY);
	put(s, o, WISH_LEAVE, a, now);
	take(s, o);
	assert_int_equal(o->counts[SPOOL_GRANTED], 1);
	assert_int_equal(o->counts[SPOOL_ASIDE], 8); /* the noise has two lines */
	assert_int_equal(state_of(s, ada), SUBSCRIBER_UNSUBSCRIBED);
	assert_int_equal(waiting(s, o), 0);
	assert_done(s, file_read(folder, "bad/0-noise.wish", 100, &s->a, &kept, &s->e));
	assert_str(kept, "1 AAAA\n\n");
	assert_done(s, file_read(folder, "0-torn.wis", 100, &s->a, &kept, &s->e));
	assert_int_equal(faccessat(s->dir, "var/keys/mac", F_OK, 0), 0);
	close_office(o);
}

static void
a_robber_can_ask_for_nothing_that_a_visitor_could_not(void **state)
{
	struct scratch *s = *state;
	struct office *o = open_office(s);
	int64_t ada = add(s, "ada@x.org");
	struct token t = { .kind = TOKEN_MEMBER, .key_id = 1, .subscriber = (uint64_t)ada };
	uint8_t seed[SIGN_SEED] = { 1 }, public[SIGN_PUBLIC], secret[SIGN_SECRET],
		signature[SIGN_BYTES];
	char text[TOKEN_CHARS + 1];

	sign_pair(seed, public, secret);
	token_sign(&t, "post.example.org", secret, signature);
	token_print(&t, signature, text);
	put(s, o, WISH_LEAVE, str_of(text), now);
	put(s, o, WISH_LEAVE, STR(""), now);
	put(s, o, WISH_LEAVE, (struct str){ 0 }, now);
	take(s, o);
	assert_int_equal(o->counts[SPOOL_REFUSED], 3);
	assert_int_equal(state_of(s, ada), SUBSCRIBER_ACTIVE);
	close_office(o);
}

static void
one_visitor_does_not_fill_it(void **state)
{
	struct scratch *s = *state;
	struct office *o = open_office(s);
	const struct wish more = { .kind = WISH_LEAVE, .at = now, .token = STR_INIT("ada") };

	for (int i = 0; i < SPOOL_EACH; i++)
		put(s, o, WISH_LEAVE, STR("ada"), now);
	assert_int_equal(spool_put(&o->spool, &more, &s->e), -1);
	assert_int_equal(s->e.code, ERR_TEMPFAIL);
	put(s, o, WISH_LEAVE, STR("bob"), now);
	assert_int_equal(waiting(s, o), SPOOL_EACH + 1);
	take(s, o);
	put(s, o, WISH_LEAVE, STR("ada"), now);
	close_office(o);
}

static void
one_at_a_time_takes(void **state)
{
	struct scratch *s = *state;
	struct office *o = open_office(s);
	const struct spool_taking t = {
		.desk = &o->desk, .pair = &o->pair, .folder = o->spool.folder
	};
	int lock;

	assert_int_equal(file_lock(o->spool.folder, "take.lock", &lock, &s->e), 1);
	assert_int_equal(spool_take(&t, o->counts, &s->e), -1);
	assert_int_equal(s->e.code, ERR_TEMPFAIL);
	close(lock);
	take(s, o);
	close_office(o);
}

static void
a_folder_that_anybody_may_write_into_is_refused(void **state)
{
	struct scratch *s = *state;
	struct office *o = open_office(s);

	assert_int_equal(fchmod(o->spool.folder, 0777), 0);
	assert_int_equal(spool_open_folder(s->dir, "var/spool", &s->e), -1);
	assert_int_equal(s->e.code, ERR_CONFIG);
	assert_int_equal(spool_open_folder(s->dir, "var/nowhere", &s->e), -1);
	assert_int_equal(s->e.code, ERR_NOINPUT);
	close_office(o);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_setup_db, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(wishes_are_granted_in_the_order_they_came),
		TEST(what_was_taken_is_not_taken_again),
		TEST(what_is_no_wish_is_set_aside_and_holds_up_nobody),
		TEST(a_robber_can_ask_for_nothing_that_a_visitor_could_not),
		TEST(one_visitor_does_not_fill_it),
		TEST(one_at_a_time_takes),
		TEST(a_folder_that_anybody_may_write_into_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
