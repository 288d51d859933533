#include "settings/publication.h"

#include "base/file.h"
#include "scratch.h"

#define SETTINGS(send)                                                                             \
	"publication:\n  name: The Post\n  url: https://post.example\n  postal_address: 1 Lane\n"  \
	"  timezone: Europe/Berlin\nsender: {from: news@post.example}\n" send

static void
put_settings(struct scratch *s, struct str text)
{
	assert_done(s, file_write(s->dir, "morningpost.yaml", text, 0660, &s->e));
}

static void
an_issue_ends_with_its_day_or_at_its_hour(void **state)
{
	static const struct {
		struct str settings;
		struct day day;
		const char *last;
	} rows[] = {
		{ STR_INIT(SETTINGS("")), { 2026, 2, 14 }, "2026-02-14T23:00:00Z" },
		{ STR_INIT(SETTINGS("send: {not_after: '11:30'}\n")), { 2026, 2, 14 },
			"2026-02-14T10:30:00Z" },
		/* The day the clocks go forward has 23 hours. */
		{ STR_INIT(SETTINGS("")), { 2026, 3, 29 }, "2026-03-29T22:00:00Z" },
		{ STR_INIT(SETTINGS("send: {not_after: '02:30'}\n")), { 2026, 3, 29 },
			"2026-03-29T01:30:00Z" },
		{ STR_INIT(SETTINGS("")), { 2026, 12, 31 }, "2026-12-31T23:00:00Z" },
	};
	struct scratch *s = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct publication p;
		char text[24];

		put_settings(s, rows[i].settings);
		assert_done(s, publication_open(s->path, &p, &s->e));
		clock_rfc3339(publication_last_moment(&p, rows[i].day), text);
		assert_string_equal(text, rows[i].last);
		publication_close(&p);
	}
}

static void
today_is_where_the_readers_are(void **state)
{
	struct scratch *s = *state;
	struct publication p;
	char path[32];

	put_settings(s, STR(SETTINGS("")));
	assert_done(s, publication_open(s->path, &p, &s->e));
	/* 2026-02-13 23:30 UTC */
	publication_issue_path(publication_today(&p, INT64_C(1771025400) * CLOCK_SECOND), path);
	assert_string_equal(path, "issues/2026-02-14.md");
	publication_close(&p);
}

static void
refused(struct scratch *s, enum err_code code, const char *why)
{
	struct publication p;

	if (publication_open(s->path, &p, &s->e) == 0)
		fail_msg("opened, though %s", why);
	assert_int_equal(s->e.code, code);
	if (!strstr(s->e.text, why))
		fail_msg("'%s' does not say '%s'", s->e.text, why);
	assert_int_equal(p.dir, -1);
}

static void
what_is_not_safe_is_not_opened(void **state)
{
	struct scratch *s = *state;

	refused(s, ERR_NOINPUT, "morningpost.yaml is missing");
	put_settings(s, STR("publication: {name: [x]}\n"));
	refused(s, ERR_CONFIG, "/morningpost.yaml:1: publication.name: ");
	put_settings(s, STR(SETTINGS("")));
	assert_int_equal(fchmodat(s->dir, "var", 0770, 0), 0);
	refused(s, ERR_CONFIG, "chmod 700 var");
	assert_int_equal(fchmodat(s->dir, "var", 0700, 0), 0);
	assert_int_equal(renameat(s->dir, "var", s->dir, "elsewhere"), 0);
	refused(s, ERR_CONFIG, "that 'morningpost init DIR' made");
	assert_int_equal(symlinkat("elsewhere", s->dir, "var"), 0);
	refused(s, ERR_CONFIG, "var is not a folder");
}

static void
a_password_is_one_line_of_a_secret_file(void **state)
{
	static const struct {
		const char *text, *want; /* NULL: refused */
	} rows[] = {
		{ "s3cret\n", "s3cret" },
		{ " with blanks \r\n", "with blanks" },
		{ "", NULL },
		{ "\n", NULL },
		{ "two\nlines\n", NULL },
	};
	struct scratch *s = *state;
	struct publication p = { .dir = s->dir };
	char *got;

	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_done(s, file_write(s->dir, "word", str_of(rows[i].text), 0600, &s->e));
		if (rows[i].want) {
			assert_done(s, publication_password(&p, "word", &s->a, &got, &s->e));
			assert_string_equal(got, rows[i].want);
		} else {
			assert_int_equal(publication_password(&p, "word", &s->a, &got, &s->e), -1);
			assert_int_equal(s->e.code, ERR_CONFIG);
		}
	}
	assert_int_equal(fchmodat(s->dir, "word", 0640, 0), 0);
	assert_int_equal(publication_password(&p, "word", &s->a, &got, &s->e), -1);
	assert_done(s, publication_password(&p, NULL, &s->a, &got, &s->e));
	assert_null(got);
}

static void
a_path_of_the_settings_is_good_anywhere(void **state)
{
	struct scratch *s = *state;
	struct publication p = { .dir = 7 };

	assert_null(publication_path(&p, NULL, &s->a));
	assert_string_equal(publication_path(&p, "/etc/ca.pem", &s->a), "/etc/ca.pem");
	assert_string_equal(publication_path(&p, "ca.pem", &s->a), "/proc/self/fd/7/ca.pem");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			an_issue_ends_with_its_day_or_at_its_hour, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			today_is_where_the_readers_are, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			what_is_not_safe_is_not_opened, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			a_password_is_one_line_of_a_secret_file, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(
			a_path_of_the_settings_is_good_anywhere, scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
